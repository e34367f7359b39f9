//! Changing groups at the service.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use pinning::{Delivered, Error, ErrorKind, GroupEdit, GroupRef, Network, NewGroup, Service};

use super::{GroupReport, GroupRow, Groups, NotGrouped, rows};
use crate::accounts::{AccountId, service_name};
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::pins::{Mirrored, PinNetwork};
use crate::store::Urgency;

/// Pins that are asked about before what was done is shown.
const AT_ONCE: usize = 25;

impl Groups {
    /// Makes a group. `public`: it may be seen without a key; `None` leaves that to the service.
    pub async fn create(
        &self,
        account: AccountId,
        name: &str,
        on: PinNetwork,
        public: Option<bool>,
    ) -> Result<GroupRow, CommandError> {
        let wish = NewGroup {
            name: checked(name)?,
            network: network(on),
            public,
        };
        let (service, service_name) = self.service(account).await?;
        let groups = service.groups().ok_or_else(|| no_groups(&service_name))?;
        // A list that was never read says nothing of what was there before.
        let was_read = self.offer(account, |offer| offer.offered.is_some());
        let known = was_read.then(|| self.names(account)).transpose()?;
        let made = match groups.create(&wish).await {
            Ok(made) => made,
            Err(error) => {
                let made = self.made_all_the_same(account, &wish, known, &error);
                return match made.await? {
                    Some(id) => self.row(id),
                    None => Err(self.change_failed(account, &error, &service_name)),
                };
            }
        };
        let mut made = of_service(&made);
        // The legacy API answers without it.
        made.public = made.public.or(public);
        let id = self.put(account, made).await?;
        self.offer(account, |offer| offer.offered = Some(true));
        self.row(id)
    }

    /// Renames a group, or changes who may see it.
    pub async fn edit(
        &self,
        id: i64,
        name: Option<&str>,
        public: Option<bool>,
    ) -> Result<GroupRow, CommandError> {
        let row = self.stored(id)?;
        let edit = GroupEdit {
            name: name.map(checked).transpose()?,
            public,
        };
        let (service, service_name) = self.service(row.account).await?;
        let groups = service.groups().ok_or_else(|| no_groups(&service_name))?;
        if let Err(error) = groups.edit(&reference(&row.group), &edit).await {
            if self.is_so_all_the_same(&row, &edit, &error).await? {
                return self.row(id);
            }
            return Err(self.refused(&row, &error, &service_name).await);
        }
        let mut group = row.group;
        group.name = edit.name.unwrap_or(group.name);
        group.public = public.or(group.public);
        self.put(row.account, group).await?;
        self.row(id)
    }

    /// Removes a group; its pins stay, in no group.
    pub async fn delete(&self, id: i64) -> Result<(), CommandError> {
        let row = self.stored(id)?;
        let (service, service_name) = self.service(row.account).await?;
        let groups = service.groups().ok_or_else(|| no_groups(&service_name))?;
        match groups.delete(&reference(&row.group)).await {
            // Not there any more is what was wanted.
            Err(error)
                if error.kind != ErrorKind::NotFound
                    && !self.is_gone_all_the_same(&row, &error).await? =>
            {
                Err(self.change_failed(row.account, &error, &service_name))
            }
            _ => self.forget(&row).await,
        }
    }

    /// The number of the group that the service knows by this id; asked for there where it is not known here.
    pub(crate) async fn numbered(
        &self,
        account: AccountId,
        service_id: &str,
    ) -> Result<i64, CommandError> {
        if let Some(id) = self.known(account, service_id)? {
            return Ok(id);
        }
        self.refresh(account).await?;
        self.known(account, service_id)?
            .ok_or_else(|| CommandError::gone("This group"))
    }

    fn known(&self, account: AccountId, service_id: &str) -> Result<Option<i64>, CommandError> {
        let groups = self.store.mirror.read(|tx| rows::all(tx, account))?;
        let mut groups = groups.iter();
        let known = groups.find(|row| row.group.service_id == service_id);
        Ok(known.map(|row| row.id))
    }

    /// Puts an account's rows of these numbers into a group, or takes them out; the pins stay.
    pub(crate) async fn change_members(
        &self,
        id: i64,
        account: AccountId,
        pins: &[i64],
        add: bool,
        urgency: Urgency,
    ) -> Result<GroupReport, CommandError> {
        let row = self.stored(id)?;
        if account != row.account {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "These pins are at another account than the group. Nothing was changed.",
            ));
        }
        let chosen = self.pins.chosen_rows(pins)?;
        let (mut service, service_name) = self.service(account).await?;
        if urgency == Urgency::Background {
            service = service.in_background();
        }
        let groups = service.groups().ok_or_else(|| no_groups(&service_name))?;
        let group = reference(&row.group);
        let mut report = GroupReport::default();
        let (fitting, others): (Vec<_>, Vec<_>) = chosen
            .into_iter()
            .partition(|(_, pin)| pin.network == group.network);
        for (pin, _) in &others {
            let sentence = "It is on the other network than the group.";
            report.fail(pin, CommandError::new(ErrorCode::BadInput, sentence), false);
        }
        // Where the list names one group a pin, putting it into another takes it out of the first.
        let only_one = self.pins.names_groups(account);
        for part in fitting.chunks(AT_ONCE) {
            let pins: Vec<_> = part.iter().map(|(_, pin)| pin.clone()).collect();
            let results = if add {
                groups.add(&group, &pins).await
            } else {
                groups.remove(&group, &pins).await
            };
            let mut changed = Vec::new();
            for ((pin, _), result) in part.iter().zip(results) {
                let Err(error) = result else {
                    let before = pin.pin.groups.clone().unwrap_or_default();
                    changed.push((pin.id, after(before, &group.id, add, only_one)));
                    continue;
                };
                let told = self.change_failed(account, &error, &service_name);
                report.fail(pin, told, error.delivered == Delivered::Maybe);
            }
            self.changed();
            self.pins.put_in_groups(account, changed).await?;
        }
        self.store.announcer.changed(Noun::Group, Some(vec![id]));
        Ok(report)
    }

    /// Forgets an account's groups.
    pub(crate) async fn forget_account(&self, account: AccountId) -> Result<(), CommandError> {
        self.store
            .mirror
            .write(Urgency::Click, move |tx| rows::delete_all(tx, account))
            .await?;
        self.store.announcer.changed(Noun::Group, None);
        Ok(())
    }

    pub(super) async fn service(
        &self,
        account: AccountId,
    ) -> Result<(Arc<dyn Service>, String), CommandError> {
        let name = service_name(&self.accounts.get(account)?);
        Ok((self.accounts.service(account).await?, name))
    }

    /// What was asked for before now is older than what is known.
    fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    async fn put(&self, account: AccountId, group: rows::Told) -> Result<i64, CommandError> {
        self.changed();
        let id = self
            .store
            .mirror
            .write(Urgency::Click, move |tx| rows::put(tx, account, &group))
            .await?;
        self.store.announcer.changed(Noun::Group, Some(vec![id]));
        Ok(id)
    }

    async fn forget(&self, row: &rows::Stored) -> Result<(), CommandError> {
        let id = row.id;
        self.changed();
        self.store
            .mirror
            .write(Urgency::Click, move |tx| rows::delete(tx, id))
            .await?;
        self.pins
            .group_gone(row.account, &row.group.service_id)
            .await?;
        self.store.announcer.changed(Noun::Group, Some(vec![id]));
        Ok(())
    }

    /// A change of one group failed; one that the service does not know any more is taken out of the list.
    async fn refused(&self, row: &rows::Stored, error: &Error, service: &str) -> CommandError {
        if error.kind != ErrorKind::NotFound {
            return self.change_failed(row.account, error, service);
        }
        if let Err(error) = self.forget(row).await {
            return error;
        }
        CommandError::new(
            ErrorCode::NotFound,
            format!(
                "{service} does not know the group “{}” any more, so it was taken out of the list.",
                row.group.name
            ),
        )
    }

    pub(super) fn failed(&self, account: AccountId, error: &Error, service: &str) -> CommandError {
        self.pins.failed(account, error, service)
    }

    fn change_failed(&self, account: AccountId, error: &Error, service: &str) -> CommandError {
        self.pins.change_failed(account, error, service)
    }
}

impl GroupReport {
    fn fail(&mut self, pin: &Mirrored, why: CommandError, unsure: bool) {
        self.failed.push(NotGrouped {
            pin: pin.id,
            name: pin.pin.name.clone().unwrap_or_else(|| pin.pin.cid.clone()),
            sentence: why.message,
            code: why.code,
            unsure,
        });
    }
}

/// The groups of a pin after it was put into one or taken out of it.
fn after(before: Vec<String>, group: &str, add: bool, only_one: bool) -> Vec<String> {
    let mut groups = before;
    groups.retain(|id| id != group);
    if add {
        if only_one {
            groups.clear();
        }
        groups.push(group.to_owned());
    }
    groups
}

fn checked(name: &str) -> Result<String, CommandError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            "A group needs a name. Nothing was changed.",
        ));
    }
    Ok(name.to_owned())
}

fn no_groups(service: &str) -> CommandError {
    CommandError::new(
        ErrorCode::MissingScope,
        format!("{service} has no groups for this key."),
    )
}

pub(super) fn network(of: PinNetwork) -> Network {
    match of {
        PinNetwork::Public => Network::Public,
        PinNetwork::Private => Network::Private,
    }
}

fn reference(group: &rows::Told) -> GroupRef {
    GroupRef {
        id: group.service_id.clone(),
        network: network(group.network),
    }
}

pub(super) fn of_service(group: &pinning::Group) -> rows::Told {
    rows::Told {
        service_id: group.id.clone(),
        name: group.name.clone(),
        network: match group.network {
            Network::Public => PinNetwork::Public,
            Network::Private => PinNetwork::Private,
        },
        public: group.public,
        created: group.created_at.map(jiff::Timestamp::as_millisecond),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn putting_a_pin_into_a_group_moves_it_where_it_can_be_in_one_only() {
        let in_a = || vec!["a".to_owned()];
        assert_eq!(after(in_a(), "b", true, true), ["b"]);
        assert_eq!(after(in_a(), "b", true, false), ["a", "b"]);
        assert_eq!(after(in_a(), "a", true, false), ["a"]);
        assert!(after(in_a(), "a", false, false).is_empty());
    }
}

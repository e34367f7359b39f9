//! Changing pins at the service, and in the mirror.

use std::collections::BTreeMap;

use pinning::{Delivered, ErrorKind, Network, PinRef, Value};

use super::lost::kept_all_the_same;
use super::rows::Made;
use super::scalar::Scalar;
use super::{NotUnpinned, PinDetails, PinEdit, Pins, rows};
use crate::accounts::{AccountId, service_name};
use crate::announce::Noun;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::planted::planted;
use crate::store::Urgency;

/// Key-values that a service takes for one pin.
pub(crate) const MOST_KEYVALUES: usize = 10;

/// A pin as the service told it, as a row.
pub fn listed(pin: pinning::Pin) -> rows::Listed {
    rows::Listed {
        service_id: pin.service_id,
        cid: pin.cid,
        name: pin.name,
        bytes: pin.dag_size,
        files: pin.files,
        mime: pin.mime,
        public: pin.network == Network::Public,
        keyvalues: pin
            .keyvalues
            .into_iter()
            .map(|(key, value)| (key, value.into()))
            .collect(),
        groups: pin.group.map(|group| vec![group]),
        pinned: pin.pinned_at.map(jiff::Timestamp::as_millisecond),
        expires: pin.expires_at.map(jiff::Timestamp::as_millisecond),
    }
}

impl Pins {
    /// Puts a pin that was just made into the mirror, so that it is in the list at once.
    pub async fn add(&self, account: AccountId, pin: rows::Listed) -> Result<i64, CommandError> {
        let (reading, _) = self.store.mirror.read(|tx| rows::reading(tx, account))?;
        // One reading ahead: a list that was begun before this pin existed must not sweep it away.
        let now = self.clock.now();
        let ids = self.mirror(account, vec![pin], reading + 1, now).await?;
        ids.first()
            .copied()
            .ok_or_else(|| CommandError::gone("This pin"))
    }

    /// `asked`: when the service was asked for these. What it says is true of that time, and not of that of its answer.
    pub(super) async fn mirror(
        &self,
        account: AccountId,
        pins: Vec<rows::Listed>,
        reading: i64,
        asked: Millis,
    ) -> Result<Vec<i64>, CommandError> {
        // Filled before the rows change, so that no row is put twice.
        self.with_catalogue(account, |_| ())?;
        let mirrored = self
            .store
            .mirror
            .write(Urgency::Background, move |tx| {
                let ids = rows::upsert(tx, account, &pins, reading, asked)?;
                rows::by_ids(tx, &ids)
            })
            .await?;
        self.with_catalogue(account, |catalogue| catalogue.put(&mirrored))?;
        let ids: Vec<i64> = mirrored.iter().map(|row| row.id).collect();
        self.store.announcer.changed(Noun::Pin, Some(ids.clone()));
        Ok(ids)
    }

    /// Changes name and key-values at the service, then here.
    pub async fn edit(&self, id: i64, edit: PinEdit) -> Result<PinDetails, CommandError> {
        let row = self.mirrored(id)?;
        let account = row.account;
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        self.put_edit(pins, row, edit, Urgency::Click)
            .await?
            .map_err(|error| self.change_failed(account, &error, &name))?;
        self.details(id)
    }

    /// Asks the service for an edit. What it took is remembered, and shown. Answers the id that the service knows the
    /// pin by from now on, where the edit gave it another one.
    pub(crate) async fn put_edit(
        &self,
        pins: &dyn pinning::Pins,
        row: rows::Mirrored,
        mut edit: PinEdit,
        urgency: Urgency,
    ) -> Result<Result<Option<String>, pinning::Error>, CommandError> {
        edited(&row.pin.keyvalues, &edit)?;
        let named = pin_ref(&row);
        if edit.set.iter().any(|(_, value)| !value.is_text()) {
            match pins.keeps_kinds(&named).await {
                Ok(true) => {}
                // What is shown afterwards is what the service keeps.
                Ok(false) => edit.set_as_text(),
                Err(error) => return Ok(Err(error)),
            }
        }
        let replaced = match pins.edit(&named, &wish(&edit)).await {
            Ok(replaced) => replaced,
            Err(error) => match kept_all_the_same(pins, &row, &edit, &error).await {
                Some(replaced) => replaced,
                None => return Ok(Err(error)),
            },
        };
        let (now, account) = (self.clock.now(), row.account);
        let (cid, noted) = (row.pin.cid.clone(), edit.clone());
        self.store
            .ledger
            .write(urgency, move |tx| {
                rows::note_edit(tx, account, &cid, &noted, now)
            })
            .await?;
        let made = Made {
            edit: Some(edit),
            // What comes next asks for the pin by its new name.
            service_id: replaced.clone(),
            ..Made::default()
        };
        self.made(row, made, urgency).await?;
        Ok(Ok(replaced))
    }

    /// Shows what the service took, of the row as it is now: what became of it while the answer was on its way stands, also
    /// that it is gone.
    pub(super) async fn made(
        &self,
        asked_of: rows::Mirrored,
        made: Made,
        urgency: Urgency,
    ) -> Result<(), CommandError> {
        let account = asked_of.account;
        // Filled before the row changes, so that no row is put twice.
        self.with_catalogue(account, |_| ())?;
        let ids = self
            .store
            .mirror
            .write(urgency, move |tx| rows::made(tx, &asked_of, &made))
            .await?;
        self.with_catalogue(account, |catalogue| {
            catalogue.remove(&ids);
            let mirrored = self.store.mirror.read(|tx| rows::by_ids(tx, &ids))?;
            catalogue.put(&mirrored);
            Ok::<_, CommandError>(())
        })??;
        self.store.announcer.changed(Noun::Pin, Some(ids));
        Ok(())
    }

    /// Asks the service to stop keeping the pin of this number. It is in the journal before it is asked for. One that is
    /// not there any more is passed over.
    pub(crate) async fn unpin(
        &self,
        account: AccountId,
        id: i64,
    ) -> Result<Result<(), NotUnpinned>, CommandError> {
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        let Some(row) = self.named(&[id])?.pop() else {
            return Ok(Ok(()));
        };
        let Err(error) = self.let_go(pins, &row, Urgency::Click).await? else {
            return Ok(Ok(()));
        };
        let told = self.change_failed(account, &error, &name);
        Ok(Err(NotUnpinned {
            name: row.pin.name.unwrap_or(row.pin.cid),
            sentence: told.message,
            code: told.code,
            unsure: error.delivered == Delivered::Maybe,
        }))
    }

    /// Asks the service to stop keeping a pin.
    pub(crate) async fn let_go(
        &self,
        pins: &dyn pinning::Pins,
        row: &rows::Mirrored,
        urgency: Urgency,
    ) -> Result<Result<(), pinning::Error>, CommandError> {
        let named = pin_ref(row);
        let unpin = async {
            match pins.unpin(&named).await {
                // Not pinned any more is what was wanted.
                Err(error) if matches!(error.kind, ErrorKind::NotPinned | ErrorKind::NotFound) => {
                    Ok(())
                }
                done => done,
            }
        };
        self.taken_away(row, urgency, unpin).await
    }

    /// Asks for what takes a pin away, and out of the list. It is in the journal before; what the service refused is taken
    /// out again.
    pub(crate) async fn taken_away<T>(
        &self,
        row: &rows::Mirrored,
        urgency: Urgency,
        asking: impl Future<Output = Result<T, pinning::Error>>,
    ) -> Result<Result<T, pinning::Error>, CommandError> {
        let (now, remembered) = (self.clock.now(), row.clone());
        let entry = self
            .store
            .ledger
            .write(urgency, move |tx| rows::journal(tx, &remembered, now))
            .await?;
        let asked = asking.await;
        match &asked {
            Ok(_) => self.take_out(row.account, row.id).await?,
            Err(error) if error.delivered == Delivered::NotSent => {
                self.store
                    .ledger
                    .write(urgency, move |tx| rows::unjournal(tx, entry))
                    .await?;
            }
            Err(_) => {}
        }
        Ok(asked)
    }

    /// Forgets an account's list.
    pub(crate) async fn forget(&self, account: AccountId) -> Result<(), CommandError> {
        self.store
            .mirror
            .write(Urgency::Click, move |tx| rows::forget(tx, account))
            .await?;
        self.catalogues
            .lock()
            .expect("nothing panics while it holds this lock")
            .remove(&account);
        self.store.announcer.changed(Noun::Pin, None);
        Ok(())
    }

    pub(super) async fn take_out(&self, account: AccountId, id: i64) -> Result<(), CommandError> {
        self.store
            .mirror
            .write(Urgency::Click, move |tx| rows::delete(tx, &[id]))
            .await?;
        self.with_catalogue(account, |catalogue| catalogue.remove(&[id]))?;
        self.store.announcer.changed(Noun::Pin, Some(vec![id]));
        Ok(())
    }

    /// The same of a change, which may have been made although no answer came.
    pub(crate) fn change_failed(
        &self,
        account: AccountId,
        error: &pinning::Error,
        service: &str,
    ) -> CommandError {
        let mut told = self.failed(account, error, service);
        if error.delivered == Delivered::Maybe {
            told.message = format!(
                "{service} gave no answer, or none that can be read, so it may have been done. Refresh the list and look."
            );
        }
        told
    }

    /// A service's failure for people; one of the whole account holds it.
    pub(crate) fn failed(
        &self,
        account: AccountId,
        error: &pinning::Error,
        service: &str,
    ) -> CommandError {
        let told = failure::of_service(error, service);
        if crate::accounts::Hold::is_for(told.code) {
            self.accounts
                .set_hold(account, told.code, failure::retry_after(error));
        }
        told
    }
}

pub(super) fn pin_ref(row: &rows::Mirrored) -> PinRef {
    PinRef {
        service_id: row.service_id().map(str::to_owned),
        cid: row.pin.cid.clone(),
        network: if row.pin.public {
            Network::Public
        } else {
            Network::Private
        },
    }
}

fn wish(edit: &PinEdit) -> pinning::PinEdit {
    let mut keyvalues: BTreeMap<String, Option<Value>> = edit
        .set
        .iter()
        .map(|(key, value)| (key.clone(), Some(value.clone().into())))
        .collect();
    keyvalues.extend(edit.remove.iter().map(|key| (key.clone(), None)));
    pinning::PinEdit {
        name: edit.name.clone().filter(|_| !planted("edit")),
        keyvalues,
    }
}

pub(crate) fn missing(service: &str) -> CommandError {
    CommandError::new(
        ErrorCode::MissingScope,
        format!("{service} has no list of pins for this key."),
    )
}

/// The key-values after an edit, or why it cannot be.
pub(crate) fn edited(
    before: &BTreeMap<String, Scalar>,
    edit: &PinEdit,
) -> Result<BTreeMap<String, Scalar>, CommandError> {
    let mut after = before.clone();
    for key in &edit.remove {
        after.remove(key);
    }
    for (key, value) in &edit.set {
        if key.trim().is_empty() {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "A key-value needs a key. Nothing was changed.",
            ));
        }
        after.insert(key.clone(), value.clone());
    }
    if after.len() > MOST_KEYVALUES && after.len() > before.len() {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            format!("A pin takes at most {MOST_KEYVALUES} key-values. Remove one first."),
        ));
    }
    if edit
        .name
        .as_ref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            "A name needs at least one character. Nothing was changed.",
        ));
    }
    Ok(after)
}

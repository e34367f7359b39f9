//! Which groups pins are in, as far as the list and the changes made here tell.

use std::collections::HashMap;

use super::work::pin_ref;
use super::{Pins, rows};
use crate::accounts::AccountId;
use crate::announce::Noun;
use crate::error::CommandError;
use crate::store::Urgency;

impl Pins {
    /// How many pins are in each group, by its id at the service.
    pub(crate) fn group_sizes(
        &self,
        account: AccountId,
    ) -> Result<HashMap<String, usize>, CommandError> {
        self.with_catalogue(account, |catalogue| {
            let sizes = catalogue.group_sizes().into_iter();
            sizes.map(|(id, size)| (id.to_owned(), size)).collect()
        })
    }

    /// The rows of the account's list say which group each pin is in.
    pub(crate) fn names_groups(&self, account: AccountId) -> bool {
        self.reading_of(account, |reading| reading.names_groups)
    }

    /// The rows of these numbers, and how a service names each.
    pub(crate) fn chosen_rows(
        &self,
        ids: &[i64],
    ) -> Result<Vec<(rows::Mirrored, pinning::PinRef)>, CommandError> {
        let named = self.named(ids)?.into_iter().map(|row| {
            let pin = pin_ref(&row);
            (row, pin)
        });
        Ok(named.collect())
    }

    /// Says of these rows which groups they are in now.
    pub(crate) async fn put_in_groups(
        &self,
        account: AccountId,
        of: Vec<(i64, Vec<String>)>,
    ) -> Result<(), CommandError> {
        let ids: Vec<i64> = of.iter().map(|(id, _)| *id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        self.with_catalogue(account, |_| ())?;
        let wanted = ids.clone();
        let changed = self
            .store
            .mirror
            .write(Urgency::Click, move |tx| {
                rows::set_groups(tx, &of)?;
                rows::by_ids(tx, &wanted)
            })
            .await?;
        self.with_catalogue(account, |catalogue| catalogue.put(&changed))?;
        self.store.announcer.changed(Noun::Pin, Some(ids));
        Ok(())
    }

    /// The groups of all pins of an account, by the pin's CID, where its list does not say them.
    pub(crate) async fn told_of_groups(
        &self,
        account: AccountId,
        by_cid: &HashMap<String, Vec<String>>,
    ) -> Result<(), CommandError> {
        let mut changed = Vec::new();
        self.store.mirror.read(|tx| {
            rows::each(tx, account, |row| {
                let groups = by_cid.get(&row.pin.cid).cloned().unwrap_or_default();
                if row.pin.groups.as_ref() != Some(&groups) {
                    changed.push((row.id, groups));
                }
            })
        })?;
        self.put_in_groups(account, changed).await
    }

    /// A group is gone: no pin is in it any more.
    pub(crate) async fn group_gone(
        &self,
        account: AccountId,
        group: &str,
    ) -> Result<(), CommandError> {
        let mut changed = Vec::new();
        self.store.mirror.read(|tx| {
            rows::each(tx, account, |row| {
                let mut groups = row.pin.groups.unwrap_or_default();
                if groups.iter().any(|id| id == group) {
                    groups.retain(|id| id != group);
                    changed.push((row.id, groups));
                }
            })
        })?;
        self.put_in_groups(account, changed).await
    }
}

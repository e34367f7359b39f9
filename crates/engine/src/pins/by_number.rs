//! Rows by their numbers, for whoever does not look at a list: a set that nobody looks at would push out one that
//! somebody does.

use super::{CheckState, FirstPins, PinQuery, PinRow, Pins, rows};
use crate::accounts::AccountId;
use crate::error::CommandError;

impl Pins {
    /// The numbers of all rows that match, in order.
    pub(crate) fn matching(
        &self,
        account: AccountId,
        query: &PinQuery,
    ) -> Result<Vec<i64>, CommandError> {
        self.with_catalogue(account, |catalogue| catalogue.find(query))?
    }

    /// The first `most` rows that match, and how many there are.
    pub fn first(
        &self,
        account: AccountId,
        query: &PinQuery,
        most: usize,
    ) -> Result<FirstPins, CommandError> {
        let found = self.matching(account, query)?;
        let ids = &found[..found.len().min(most)];
        Ok(FirstPins {
            rows: self.shown(account, ids)?,
            total: found.len(),
        })
    }

    /// These rows of an account, as lists show them; those that are gone are left out.
    pub(crate) fn shown(
        &self,
        account: AccountId,
        ids: &[i64],
    ) -> Result<Vec<PinRow>, CommandError> {
        let mirrored = self.named(ids)?;
        let cids: Vec<&str> = mirrored.iter().map(|row| row.pin.cid.as_str()).collect();
        let known = self
            .store
            .ledger
            .read(|tx| rows::known(tx, account, &cids))?;
        let check =
            |cid: &str| CheckState::of_verdict(known.get(cid).map(|known| known.verdict.as_str()));
        Ok(mirrored
            .iter()
            .map(|row| super::view::pin_row(row, check(&row.pin.cid)))
            .collect())
    }
}

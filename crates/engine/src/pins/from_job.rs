//! What jobs ask of the pins: which CIDs are kept already, and whether one is kept now.

use std::collections::HashSet;

use super::{Mirrored, Pins, rows};
use crate::accounts::AccountId;
use crate::error::CommandError;

impl Pins {
    /// Which of these CIDs the mirror has for everyone, in exactly this spelling: a private copy is not what jobs ask for.
    pub(crate) fn kept<'a>(
        &self,
        account: AccountId,
        cids: impl Iterator<Item = &'a str>,
    ) -> Result<HashSet<&'a str>, CommandError> {
        Ok(self
            .store
            .mirror
            .read(|tx| rows::which(tx, account, cids))?)
    }

    /// The public pin under one of these spellings of a CID, asked of the service.
    pub(crate) async fn pinned_now(
        &self,
        account: AccountId,
        spellings: &[String],
    ) -> Result<Option<Mirrored>, CommandError> {
        for cid in spellings {
            self.look_for(account, cid).await?;
            if let Some(row) = self.find_public(account, cid)? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

//! Pins that were chosen earlier: the mirror may have been filled anew since, so its numbers say nothing.

use super::{Pins, rows};
use crate::accounts::AccountId;
use crate::error::CommandError;

/// What became of a pin that was chosen earlier.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// It is in the list.
    There(Box<rows::Mirrored>),
    /// Its record is gone, and its CID is pinned by others, the newest of which is this, and which nobody chose.
    Anew(Box<rows::Mirrored>),
    /// Nothing has its CID any more, as far as the list tells.
    Gone,
}

impl Pins {
    /// The pin that the service knew by this id.
    pub(crate) fn found(
        &self,
        account: AccountId,
        service_id: &str,
        cid: &str,
    ) -> Result<Found, CommandError> {
        self.store
            .mirror
            .read(|tx| {
                if let Some(row) = rows::by_service_id(tx, account, service_id)? {
                    return Ok(Found::There(Box::new(row)));
                }
                let mut same = rows::by_cid(tx, account, cid)?;
                // A receipt without an id stood in the mirror under its CID until the list was read.
                let one_without_id = service_id.starts_with("cid:") && same.len() == 1;
                Ok(match same.pop() {
                    Some(row) if one_without_id => Found::There(Box::new(row)),
                    Some(row) => Found::Anew(Box::new(row)),
                    None => Found::Gone,
                })
            })
            .map_err(Into::into)
    }
}

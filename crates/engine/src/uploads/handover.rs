//! Uploads for an account that takes none: they go through another account, and their CIDs are handed over once they
//! are pinned there.

use std::collections::BTreeMap;

use super::rows::{self, Upload};
use super::{End, State, UploadOptions, Uploads};
use crate::accounts::{AccountId, service_name};
use crate::error::CommandError;
use crate::pins::{Scalar, lower_article};
use crate::store::{StoreError, Tx};

/// An upload that is handed over to an account when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handover {
    /// The upload.
    pub(crate) upload: i64,
    /// Who is asked to pin its CID.
    pub(crate) account: AccountId,
    /// The name of its pin.
    pub(crate) name: String,
    /// Key-values of its pin.
    pub(crate) keyvalues: BTreeMap<String, Scalar>,
    /// How the upload ended; `None` while it has not.
    pub(crate) end: Option<End>,
}

impl Uploads {
    /// Puts what was dropped into the queue of `through`; each CID is then handed over to `account`.
    pub(crate) async fn enqueue_through(
        &self,
        account: AccountId,
        through: AccountId,
        drop: &str,
        options: UploadOptions,
    ) -> Result<Vec<i64>, CommandError> {
        self.enqueue_with(through, drop, options, move |tx, ids| {
            rows::hand_over(tx, ids, account)
        })
        .await
    }

    /// Every handover that is open.
    pub(crate) fn handovers(&self) -> Result<Vec<Handover>, CommandError> {
        let open = self.store.ledger.read(rows::handovers)?;
        Ok(open.into_iter().map(handover).collect())
    }

    /// Within the transaction that hands it over, or that finds that it never will be.
    pub(crate) fn handed_over(tx: &Tx, upload: i64) -> Result<(), StoreError> {
        rows::handed_over(tx, upload)
    }

    /// What follows an upload that has not ended, as a sentence after its own.
    pub(super) fn afterwards(&self, upload: i64) -> Result<Option<String>, CommandError> {
        let to = self.store.ledger.read(|tx| rows::handed_to(tx, upload))?;
        let Some(to) = to else {
            return Ok(None);
        };
        let service = service_name(&self.accounts.get(to)?);
        let service = lower_article(&service);
        Ok(Some(format!("Then {service} is asked to pin it.")))
    }
}

fn handover((upload, account): (Upload, AccountId)) -> Handover {
    let wish = upload.wish;
    Handover {
        upload: upload.id,
        account,
        name: wish.pin_name.unwrap_or(wish.name),
        keyvalues: wish.keyvalues,
        end: match upload.job.state {
            State::Pinned => {
                let cids = [upload.cid, upload.service_cid];
                Some(End::Pinned(cids.into_iter().flatten().collect()))
            }
            State::Cancelled => Some(End::Cancelled),
            _ => None,
        },
    }
}

//! Bytes of a CID that are on this computer: the sources of earlier uploads, as far as they are still there.

use std::collections::{BTreeMap, HashMap};

use super::rows::{self, Upload, Wish};
use super::source::{source_words, stamp_text};
use super::{State, Uploads, bytes, from_watch};
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::pins::Scalar;
use crate::store::Urgency;
use crate::walk::Node;

/// A copy of what has a CID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    /// The earlier upload.
    pub(crate) upload: i64,
    /// Where it is, short enough to read.
    pub(crate) place: String,
}

/// How an upload ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Pinned, under these CIDs: ours and the service's.
    Pinned(Vec<String>),
    /// Taken back.
    Cancelled,
}

impl Uploads {
    /// For each of these CIDs, a copy that looks as it did when it was hashed.
    pub(crate) fn copies(&self, cids: &[&str]) -> Result<HashMap<String, Copy>, CommandError> {
        let mut found = HashMap::new();
        for cid in cids {
            let receipts = self.store.ledger.read(|tx| rows::receipts(tx, cid))?;
            if let Some(upload) = receipts.iter().find(|upload| self.seems_there(upload)) {
                let paths = serde_json::to_string(&upload.wish.paths).unwrap_or_default();
                let copy = Copy {
                    upload: upload.id,
                    place: source_words(&paths),
                };
                found.insert((*cid).to_owned(), copy);
            }
        }
        Ok(found)
    }

    /// Of a file: the same stamp. Of a folder: its root is there; what is in it is looked at before it is sent.
    fn seems_there(&self, upload: &Upload) -> bool {
        let [path] = upload.wish.paths.as_slice() else {
            return false;
        };
        let (place, _) = from_watch::source(path);
        match self.files.look(&place) {
            Ok(Node::File(stamp)) => {
                !upload.wish.folder && upload.stamp.as_deref() == Some(&stamp_text(&stamp))
            }
            Ok(Node::Folder) => upload.wish.folder,
            _ => false,
        }
    }

    /// Sends an earlier upload's source to an account. Refused where it is not what it was.
    pub(crate) async fn enqueue_copy(
        &self,
        account: AccountId,
        upload: i64,
        name: Option<String>,
        keyvalues: BTreeMap<String, Scalar>,
    ) -> Result<i64, CommandError> {
        let receipt = self.store.ledger.read(|tx| rows::get(tx, upload))?;
        let (files, looked_at) = (self.files.clone(), receipt.clone());
        let looks = tokio::task::spawn_blocking(move || {
            bytes::contents(files.as_ref(), &looked_at, &|| false).map(|contents| contents.stamp)
        })
        .await
        .map_err(|_| CommandError::gone("The copy"))?;
        let stamp = looks.map_err(|refusal| CommandError::new(refusal.code, refusal.detail))?;
        if receipt.stamp.as_ref() != Some(&stamp) {
            return Err(CommandError::new(
                ErrorCode::Changed,
                format!("{} changed since its CID was computed.", receipt.wish.name),
            ));
        }
        let wish = Wish {
            pin_name: name,
            keyvalues,
            ..receipt.wish
        };
        let now = self.clock.now();
        let id = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| {
                rows::insert(tx, account, &wish, now)
            })
            .await?;
        self.entered(vec![id]);
        Ok(id)
    }

    /// How an upload ended; `None` while it has not.
    pub(crate) fn end_of(&self, id: i64) -> Result<Option<End>, CommandError> {
        let upload = self.store.ledger.read(|tx| rows::get(tx, id))?;
        Ok(match upload.job.state {
            State::Pinned => Some(End::Pinned(
                [upload.cid, upload.service_cid]
                    .into_iter()
                    .flatten()
                    .collect(),
            )),
            State::Cancelled => Some(End::Cancelled),
            _ => None,
        })
    }
}

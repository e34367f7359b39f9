//! What the ledger knows of the pin that an upload is to become.

use super::Uploads;
use super::rows;
use super::rows::{Upload, verdict_name};
use crate::error::CommandError;
use crate::pins::{CheckState, Coming};

impl Uploads {
    /// The pin that is to come of this upload; `None` where it was taken out of the list meanwhile.
    pub(crate) fn coming(&self, id: i64) -> Result<Option<Coming>, CommandError> {
        let found = self.store.ledger.read(|tx| rows::find(tx, id))?;
        Ok(found.map(Coming::from))
    }
}

impl From<Upload> for Coming {
    fn from(upload: Upload) -> Self {
        let target = upload.wish.target;
        Self {
            name: upload.wish.pin_name.unwrap_or(upload.wish.name),
            bytes: upload.bytes,
            folder: Some(upload.wish.folder || upload.wish.wrap),
            keyvalues: upload.wish.keyvalues,
            group: target.group.map(|group| group.id),
            public: target.network.is_public(),
            check: CheckState::of_verdict(upload.verdict.map(verdict_name)),
            created: upload.created,
        }
    }
}

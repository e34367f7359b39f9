//! Key-values of an upload as its service keeps them, so that what is sent, what is listed and what a person was told agree.

use super::Uploads;
use super::rows::Upload;
use crate::error::CommandError;
use crate::pins::{Scalar, as_text};

impl Uploads {
    /// The same row, with its key-values as text where the account's service keeps text only.
    pub(super) fn as_kept(&self, mut upload: Upload) -> Result<Upload, CommandError> {
        let all_text = upload.wish.keyvalues.values().all(Scalar::is_text);
        if !all_text && self.accounts.text_only(upload.account)?.is_some() {
            upload.wish.keyvalues = as_text(upload.wish.keyvalues);
        }
        Ok(upload)
    }
}

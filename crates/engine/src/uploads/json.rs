//! JSON that was typed: a file of the app's own, for which another way to the service may be the only one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pinning::{JsonUpload, Placement};
use tokio_util::sync::CancellationToken;

use super::rows::{self, Secrets, Upload, Wish};
use super::source::{decode, encode};
use super::target::{Target, UploadNetwork};
use super::{Uploads, checked};
use crate::accounts::{AccountId, service_name};
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::pins::Scalar;
use crate::store::Urgency;
use crate::walk::{Files, Found};

/// Bytes of the largest text: what Pinata takes of JSON (its documentation, "Limits": 10 MB).
pub(crate) const LARGEST_JSON: usize = 10_000_000;

/// The call that takes JSON is the public network's (Pinata's documentation, "Pin JSON").
const ONLY_PUBLIC: &str = "The key of this account may pin JSON and nothing else, and that is public always. A key that may upload files keeps it private.";

impl Uploads {
    /// Whether the account's service reads JSON and writes it again, because its key may upload nothing else. Fails
    /// where nothing can be uploaded at all.
    pub(crate) async fn rewrites_json(&self, account: AccountId) -> Result<bool, CommandError> {
        let service = self.accounts.service(account).await?;
        let Some(uploads) = service.uploads() else {
            return self.accounts.require_uploads(account).map(|()| false);
        };
        let name = service_name(&self.accounts.get(account)?);
        let rewrites = uploads
            .rewrites_json()
            .await
            .map_err(|error| failure::of_service(&error, &name))?;
        if !rewrites {
            self.accounts.require_uploads(account)?;
        }
        Ok(rewrites)
    }

    /// Puts a file of JSON that the app wrote into the queue.
    pub(crate) async fn enqueue_json(
        &self,
        account: AccountId,
        path: &Path,
        name: String,
        keyvalues: &[(String, Scalar)],
        mut target: Target,
    ) -> Result<i64, CommandError> {
        target.expires = self.end_for(account, target.expires)?;
        let private = target.network == UploadNetwork::Private;
        if private && self.rewrites_json(account).await? {
            return Err(CommandError::new(ErrorCode::BadInput, ONLY_PUBLIC));
        }
        let wish = Wish {
            name,
            folder: false,
            paths: vec![encode(path)],
            pin_name: None,
            keyvalues: checked(keyvalues)?,
            cid_version: 1,
            wrap: false,
            // The person wrote it, and saw it.
            secrets: Secrets::Send,
            allowed: Vec::new(),
            refused: Vec::new(),
            junk: true,
            patterns: String::new(),
            target,
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

    /// The sources of all uploads that have not ended.
    pub(crate) fn sources_in_use(&self) -> Result<Vec<PathBuf>, CommandError> {
        let paths = self.store.ledger.read(rows::unfinished_paths)?;
        Ok(paths.iter().map(|path| decode(path)).collect())
    }

    /// The request for a file that can only go as JSON, where that pins the bytes that were hashed.
    pub(super) async fn as_json(
        &self,
        uploads: &dyn pinning::Uploads,
        upload: &Upload,
        found: &Found,
        placement: &Placement,
        cancel: &CancellationToken,
    ) -> Option<JsonUpload> {
        let small = found.stamp.size <= LARGEST_JSON as u64;
        if !small || upload.wish.wrap || !uploads.rewrites_json().await.ok()? {
            return None;
        }
        let (files, found) = (self.files.clone(), found.clone());
        let read = tokio::task::spawn_blocking(move || text_as_written(&files, &found));
        Some(JsonUpload {
            text: read.await.ok()??,
            file_name: upload.wish.name.clone(),
            options: super::send::options(upload),
            placement: placement.clone(),
            cancel: cancel.clone(),
        })
    }
}

/// The text of a file that is already as the service would write it.
fn text_as_written(files: &Arc<dyn Files>, found: &Found) -> Option<String> {
    use std::io::Read as _;
    let (file, stamp) = files.open(&found.place).ok()?;
    let mut text = String::new();
    file.take(LARGEST_JSON as u64)
        .read_to_string(&mut text)
        .ok()?;
    let same = stamp == found.stamp && pinning::reserialised(&text).as_ref() == Ok(&text);
    same.then_some(text)
}

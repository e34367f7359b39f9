//! CIDs of what was dropped, without sending anything: for an account that keeps only what others provide.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::bytes::{self, Refusal, Stopped};
use super::progress::Running;
use super::rows::{Upload, Wish};
use super::{UploadOptions, Uploads, checked, wishes};
use crate::error::{CommandError, ErrorCode};
use crate::pins::Scalar;

/// One pin that would result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WishCid {
    /// The name of the pin.
    pub(crate) name: String,
    /// Its key-values.
    pub(crate) keyvalues: BTreeMap<String, Scalar>,
    /// Its CID, or why it has none.
    pub(crate) cid: Result<String, String>,
}

impl Uploads {
    /// Computes the CID of each pin that a drop would become, by the same choices. The drop stays.
    pub(crate) async fn compute(
        &self,
        drop: &str,
        options: &UploadOptions,
    ) -> Result<Vec<WishCid>, CommandError> {
        let keyvalues = checked(&options.keyvalues)?;
        let kept = self.drops().kept(drop)?;
        let allowed = kept.allowed(options);
        let running = Running::new(false, self.clock.now());
        match self.computing().entry(drop.to_owned()) {
            Entry::Occupied(_) => {
                return Err(CommandError::new(
                    ErrorCode::BadInput,
                    "The CIDs of this are being computed already.",
                ));
            }
            Entry::Vacant(free) => {
                free.insert(running.clone());
            }
        }
        let mut all = Vec::new();
        for (wish, _) in wishes(&kept.items, options, &keyvalues, &allowed, &kept.patterns) {
            let name = wish.pin_name.clone().unwrap_or_else(|| wish.name.clone());
            let cid = self.compute_one(wish, &running).await;
            all.push(WishCid {
                name,
                keyvalues: keyvalues.clone(),
                cid,
            });
            if running.cancel.is_cancelled() {
                break;
            }
        }
        self.computing().remove(drop);
        if running.cancel.is_cancelled() {
            return Err(CommandError::new(
                ErrorCode::Cancelled,
                "Stopped. Nothing was asked for.",
            ));
        }
        Ok(all)
    }

    async fn compute_one(&self, wish: Wish, running: &Arc<Running>) -> Result<String, String> {
        let Ok(_alone) = self.hashing.acquire().await else {
            return Err(stopped());
        };
        let (files, running) = (self.files.clone(), running.clone());
        let name = wish.name.clone();
        let hashed = tokio::task::spawn_blocking(move || {
            let upload = Upload::unsaved(wish);
            let stop = || running.cancel.is_cancelled();
            let contents =
                bytes::contents(files.as_ref(), &upload, &stop).map_err(Stopped::Refused)?;
            let profile = bytes::profile(&upload);
            bytes::root(files.as_ref(), &upload, &contents, profile, &running)
        });
        match hashed.await {
            Ok(Ok(root)) => Ok(root.cid.to_string()),
            Ok(Err(Stopped::Refused(Refusal { detail, .. }))) => Err(detail),
            Ok(Err(Stopped::Changed)) => Err(format!("{name} changed while it was read.")),
            Ok(Err(Stopped::Cancelled)) | Err(_) => Err(stopped()),
        }
    }

    /// Bytes of a drop that were read for its CIDs; `None` where none are being computed.
    pub fn computed_bytes(&self, drop: &str) -> Option<u64> {
        let computing = self.computing();
        Some(computing.get(drop)?.done.load(Ordering::Relaxed))
    }

    /// Stops computing the CIDs of a drop.
    pub fn stop_computing(&self, drop: &str) {
        if let Some(running) = self.computing().get(drop) {
            running.cancel.cancel();
        }
    }
}

fn stopped() -> String {
    "Stopped.".to_owned()
}

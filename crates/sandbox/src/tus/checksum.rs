//! `Upload-Checksum`: a chunk that does not have this hash is not kept.

use super::bad;
use crate::error::Refusal;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

/// A hash under way, and what it must come to.
pub(super) struct Checksum {
    context: Context,
    wanted: Vec<u8>,
}

impl Checksum {
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(header) = headers.get("upload-checksum") else {
            return Ok(None);
        };
        let text = header.to_str().unwrap_or_default();
        let (algorithm, hash) = text.split_once(' ').unwrap_or((text, ""));
        let algorithm = match algorithm {
            "sha1" => &SHA1_FOR_LEGACY_USE_ONLY,
            "sha256" => &SHA256,
            _ => return Err(bad("Upload-Checksum must be sha1 or sha256")),
        };
        let wanted = STANDARD
            .decode(hash.trim())
            .map_err(|_| bad("Upload-Checksum must end with base64"))?;
        Ok(Some(Self {
            context: Context::new(algorithm),
            wanted,
        }))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
    }

    pub(super) fn verify(self) -> Result<(), Refusal> {
        if self.context.finish().as_ref() == self.wanted {
            return Ok(());
        }
        let mismatch = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
        Err(Refusal::v3(
            mismatch,
            "The chunk does not have the hash of Upload-Checksum",
        ))
    }
}

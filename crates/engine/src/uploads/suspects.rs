//! Files that look like secrets, and that nobody said yes to.

use super::bytes::{Contents, Refusal, Stopped};
use super::progress::Running;
use super::rows::{Secrets, Upload};
use super::source::encode_place;
use crate::error::ErrorCode;
use crate::walk::{Files, Place, holds_secret, readable};

/// Bytes of a file that is looked into: keys, wallets and files of passwords are small, and what is large has letters enough to
/// look like anything.
const SMALL: u64 = 16 * 1024;
/// Names that one sentence tells.
const NAMED: usize = 3;

/// The names of files were looked at when they were dropped. What looks like a secret inside is found here, before a byte of
/// any of them is sent.
pub(super) fn look_inside(
    files: &dyn Files,
    upload: &Upload,
    contents: &Contents,
    running: &Running,
) -> Result<(), Stopped> {
    if upload.wish.secrets == Secrets::Send {
        return Ok(());
    }
    let mut found = Vec::new();
    for (_, file) in &contents.files {
        if running.cancel.is_cancelled() {
            return Err(Stopped::Cancelled);
        }
        let place = &file.place;
        if file.stamp.size <= SMALL
            && holds_secret(files, place)
            && !upload.wish.allowed.contains(&encode_place(place))
        {
            found.push(place.clone());
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(Stopped::Refused(held(&found)))
}

/// Why a row waits for a person's word.
pub(super) fn held(secrets: &[Place]) -> Refusal {
    let named = secrets.iter().take(NAMED);
    let named = named.map(|place| readable(&place.name()));
    let names = named.collect::<Vec<_>>().join(", ");
    let (count, verb) = if secrets.len() == 1 {
        ("1 file".to_owned(), "looks like a secret")
    } else {
        (format!("{} files", secrets.len()), "look like secrets")
    };
    let more = match secrets.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Refusal::new(ErrorCode::Secret, format!("{count} {verb}: {names}{more}."))
}

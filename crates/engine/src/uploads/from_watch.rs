//! Uploads that a watched folder asks for. Such a row names a place below the folder's root and what the file looked like:
//! anything else that stands there by now is refused, and the folder looks again.

use std::collections::BTreeMap;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::Uploads;
use super::rows::{self, Secrets, Wish};
use super::source::{decode, encode, stamp_text};
use super::state::Event;
use super::target::Target;
use crate::accounts::AccountId;
use crate::announce::Noun;
use crate::clock::Millis;
use crate::error::CommandError;
use crate::pins::Scalar;
use crate::store::{StoreError, Tx};
use crate::walk::{Place, Stamp};

/// No path holds this byte, so it parts root, way and stamp.
const PART: u8 = 0;

/// One pin that a watched folder wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Watched {
    /// Where it goes.
    pub(crate) account: AccountId,
    /// For people.
    pub(crate) name: String,
    /// All files as one folder.
    pub(crate) folder: bool,
    /// Each as [`place_text`] gives it.
    pub(crate) paths: Vec<String>,
    /// The name of the pin.
    pub(crate) pin_name: String,
    /// Its key-values.
    pub(crate) keyvalues: BTreeMap<String, Scalar>,
    /// 0 or 1.
    pub(crate) cid_version: u8,
    /// Where it goes within the account.
    pub(crate) target: Target,
}

/// A file below a watched root as stored text, with what it must still look like.
pub(crate) fn place_text(root: &Path, inside: &[u8], stamp: &Stamp) -> String {
    let mut bytes = root.as_os_str().as_bytes().to_vec();
    bytes.push(PART);
    bytes.extend_from_slice(inside);
    bytes.push(PART);
    bytes.extend_from_slice(stamp_text(stamp).as_bytes());
    encode(Path::new(std::ffi::OsStr::from_bytes(&bytes)))
}

/// Where a row's source is, and what it must look like where a watched folder asked for it.
pub(super) fn source(text: &str) -> (Place, Option<String>) {
    let bytes = decode(text).into_os_string().into_vec();
    let mut parts = bytes.split(|byte| *byte == PART);
    let root = parts.next().unwrap_or_default();
    let mut place = Place::root(PathBuf::from(std::ffi::OsString::from_vec(root.to_vec())));
    let Some(inside) = parts.next() else {
        return (place, None);
    };
    for name in inside.split(|byte| *byte == b'/') {
        place = place.child(name.to_vec());
    }
    let stamp = parts
        .next()
        .map(|stamp| String::from_utf8_lossy(stamp).into_owned());
    (place, stamp)
}

/// Puts one into the queue, within the transaction that marks its files as queued.
pub(crate) fn insert(tx: &Tx, watched: &Watched, now: Millis) -> Result<i64, StoreError> {
    let wish = Wish {
        name: watched.name.clone(),
        folder: watched.folder,
        paths: watched.paths.clone(),
        pin_name: Some(watched.pin_name.clone()),
        keyvalues: watched.keyvalues.clone(),
        cid_version: watched.cid_version,
        wrap: false,
        // The folder has looked at names and content, and asked where it had to.
        secrets: Secrets::Send,
        allowed: Vec::new(),
        refused: Vec::new(),
        // Its rules say what of this kind is left out.
        junk: true,
        patterns: String::new(),
        target: watched.target.clone(),
    };
    rows::insert(tx, watched.account, &wish, now)
}

impl Uploads {
    /// The paths of a drop that is to be watched and not uploaded.
    pub(crate) fn paths_of_drop(&self, drop: &str) -> Result<Vec<PathBuf>, CommandError> {
        let items = self.drops().items(drop)?;
        Ok(items.into_iter().map(|item| item.path).collect())
    }

    /// Rows were put in and committed: tell of them and begin.
    pub(crate) fn entered(&self, ids: Vec<i64>) {
        if let Some(first) = ids.first() {
            let _ = self
                .batch
                .compare_exchange(0, *first, Ordering::SeqCst, Ordering::SeqCst);
        }
        self.store.announcer.changed(Noun::Upload, Some(ids));
        self.wake.notify_one();
    }

    /// The folder does not want this one any more: it leaves the queue and its list.
    pub(crate) async fn withdraw(&self, id: i64) -> Result<(), CommandError> {
        self.ask(id, Event::Cancel).await?;
        self.clear(&[id]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watched_file_comes_back_from_its_text_whatever_its_name() {
        let stamp = Stamp {
            size: 3,
            modified: 1,
            changed: 2,
            inode: 9,
        };
        let text = place_text(Path::new("/a %/b"), b"c\xff/d\n%00", &stamp);
        let (place, expected) = source(&text);
        assert_eq!(*place.root, *Path::new("/a %/b"));
        assert_eq!(place.inside, [b"c\xff".to_vec(), b"d\n%00".to_vec()]);
        assert_eq!(expected, Some(stamp_text(&stamp)));
        assert_eq!(
            source(&encode(Path::new("/a/b"))),
            (Place::root("/a/b"), None)
        );
    }
}

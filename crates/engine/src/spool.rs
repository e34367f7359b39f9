//! What the command line keeps of standard input until it is pinned. Where it was interrupted, nobody else takes it away.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::clock::Millis;
use crate::walk::{Files, Node, Place};

/// What is still being taken in, and in no queue yet, was written to since.
const OLD: Millis = 24 * 3_600_000;

/// Takes away what is old and needed by no upload. What cannot be removed now is removed another time. Blocks.
pub(crate) fn sweep(data: &Path, files: &dyn Files, needed: &[PathBuf], now: Millis) {
    let spool = data.join("spool");
    let names = files.list(&Place::root(&spool)).unwrap_or_default();
    for name in names {
        let folder = spool.join(OsStr::from_bytes(&name));
        let old = written(files, &Place::root(&folder))
            .is_some_and(|at| at + i128::from(OLD) * 1_000_000 < i128::from(now) * 1_000_000);
        if old && !needed.iter().any(|path| path.starts_with(&folder)) {
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

/// When something in a folder was last written to, in nanoseconds.
fn written(files: &dyn Files, folder: &Place) -> Option<i128> {
    let names = files.list(folder).ok()?.into_iter();
    let stamps = names.filter_map(|name| match files.look(&folder.child(name)) {
        Ok(Node::File(stamp)) => Some(stamp.modified),
        _ => None,
    });
    stamps.max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock as _, SystemClock};
    use crate::walk::Disk;

    #[test]
    fn what_is_young_or_needed_stays() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let files = ["needed", "left"].map(|name| {
            let folder = data.path().join("spool").join(name);
            std::fs::create_dir_all(&folder).expect("creates");
            std::fs::write(folder.join("stdin"), name).expect("writes");
            folder.join("stdin")
        });
        let there = || files.iter().map(|file| file.exists()).collect::<Vec<_>>();
        let needed = [files[0].clone()];
        let now = SystemClock.now();
        sweep(data.path(), &Disk, &needed, now);
        assert_eq!(there(), [true, true]);
        sweep(data.path(), &Disk, &needed, now + 2 * OLD);
        assert_eq!(there(), [true, false]);
    }
}

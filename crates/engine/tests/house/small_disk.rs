//! A small disk in memory, which can be filled to its last byte. Needs a mount namespace of the test's own.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::apart::system;

/// The way into a namespace in which a test may mount.
pub(crate) const WITH_MOUNTS: [&str; 4] = ["unshare", "--user", "--map-root-user", "--mount"];

/// Its size.
const SIZE: &str = "size=4m";
/// Bytes that are taken at a time.
const PAGE: u64 = 4_096;

/// Declared after what owns the folder that it stands in, it is unmounted before that folder goes.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts it at a folder.
    pub(crate) fn at(folder: &Path) -> Self {
        let at = folder.to_str().expect("UTF-8");
        system("mount", &["-t", "tmpfs", "-o", SIZE, "disk", at]);
        Self(folder.to_owned())
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Writes until the system says that there is no room, then leaves some bytes free.
    pub(crate) fn fill_but(&self, free: u64) {
        let mut filler = std::fs::File::create(self.filler()).expect("creates");
        let page = [b'x'; 4_096];
        let full = loop {
            if let Err(error) = filler.write_all(&page) {
                break error;
            }
        };
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull, "{full}");
        let taken = filler.metadata().expect("looks").len();
        let left = taken - free.next_multiple_of(PAGE);
        filler.set_len(left).expect("makes some room");
    }

    /// Bytes that are free.
    pub(crate) fn free(&self) -> u64 {
        let told = rustix::fs::statvfs(&self.0).expect("tells");
        told.f_bfree * told.f_frsize
    }

    pub(crate) fn make_room(&self) {
        std::fs::remove_file(self.filler()).expect("removes");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let mut unmount = std::process::Command::new("umount");
        // Somebody may still have files of it open.
        let _ = unmount.arg("-l").arg(&self.0).status();
    }
}

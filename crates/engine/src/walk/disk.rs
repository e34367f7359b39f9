//! The real file system, through descriptors: a folder that is swapped for a link on the way is refused by the kernel.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::{Files, Identity, Looked, Node, Place, Problem, Stamp};
use crate::error::ErrorCode;

/// The computer's file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn look(&self, place: &Place) -> Result<Node, Problem> {
        let fd = open(place, OFlags::PATH)?;
        Ok(node(&rustix::fs::fstat(&fd).map_err(problem)?))
    }

    fn list(&self, place: &Place) -> Result<Vec<Vec<u8>>, Problem> {
        let fd = open(place, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::new(fd).map_err(problem)? {
            let name = entry.map_err(problem)?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn look_into(&self, folder: &Place) -> Result<Looked, Problem> {
        use rustix::fs::AtFlags;
        let fd = open(folder, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let identity = identity(&rustix::fs::fstat(&fd).map_err(problem)?);
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::read_from(&fd).map_err(problem)? {
            let entry = entry.map_err(problem)?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            // One look below the open folder: no name on the way can be swapped for a link.
            let looked = rustix::fs::statat(&fd, name, AtFlags::SYMLINK_NOFOLLOW);
            let looked = looked.map(|stat| node(&stat)).map_err(problem);
            entries.push((name.to_bytes().to_vec(), looked));
        }
        Ok(Looked {
            identity,
            mounted: mounted(&fd),
            entries,
        })
    }

    fn identity(&self, folder: &Place) -> Result<Identity, Problem> {
        let fd = open(folder, OFlags::PATH | OFlags::DIRECTORY)?;
        Ok(identity(&rustix::fs::fstat(&fd).map_err(problem)?))
    }

    fn open(&self, place: &Place) -> Result<(std::fs::File, Stamp), Problem> {
        // Not blocking: opening a FIFO that took the file's place must not hang.
        let fd = open(place, OFlags::RDONLY | OFlags::NONBLOCK)?;
        match node(&rustix::fs::fstat(&fd).map_err(problem)?) {
            Node::File(stamp) => Ok((fd.into(), stamp)),
            other => Err(not_a_file(other)),
        }
    }
}

/// Why something that is no regular file is left out.
pub(super) fn not_a_file(node: Node) -> Problem {
    let (code, words) = match node {
        Node::Link => (
            ErrorCode::OutsideLink,
            "is a link. Pinfold follows no links; drop what it points to.".into(),
        ),
        Node::Folder => (
            ErrorCode::NotAFile,
            "is a folder now. Drop it again.".into(),
        ),
        Node::Other(what) => (
            ErrorCode::NotAFile,
            format!("is {what}, not a file. It was left out."),
        ),
        Node::File(_) => (ErrorCode::Internal, "is a file.".into()),
    };
    Problem { code, words }
}

fn open(place: &Place, flags: OFlags) -> Result<OwnedFd, Problem> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    if place.inside.is_empty() {
        return rustix::fs::open(&*place.root, flags, Mode::empty()).map_err(problem);
    }
    let root = rustix::fs::open(
        &*place.root,
        OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(problem)?;
    let way = place.inside.join(&b'/');
    beneath(&root, Path::new(std::ffi::OsStr::from_bytes(&way)), flags).map_err(problem)
}

use std::os::unix::ffi::OsStrExt;

fn beneath(root: &OwnedFd, way: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    // A link as the last name is opened as itself (PATH with NOFOLLOW) so that it can be named; on the way it is refused.
    let parent = way.parent().filter(|parent| !parent.as_os_str().is_empty());
    let name = way.file_name().ok_or(Errno::INVAL)?;
    let folder = match parent {
        None => None,
        Some(parent) => Some(rustix::fs::openat2(
            root,
            parent,
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
            resolve | ResolveFlags::NO_SYMLINKS,
        )?),
    };
    rustix::fs::openat(folder.as_ref().unwrap_or(root), name, flags, Mode::empty())
}

/// Linux tells since 5.8 (`statx`, `STATX_ATTR_MOUNT_ROOT`).
fn mounted(folder: &OwnedFd) -> bool {
    use rustix::fs::{AtFlags, StatxAttributes, StatxFlags, statx};
    let told = statx(folder, c"", AtFlags::EMPTY_PATH, StatxFlags::empty());
    told.is_ok_and(|told| told.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

fn identity(stat: &Stat) -> Identity {
    Identity {
        device: stat.st_dev,
        inode: stat.st_ino,
    }
}

fn node(stat: &Stat) -> Node {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Node::File(Stamp {
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: nanoseconds(stat.st_mtime, i128::from(stat.st_mtime_nsec)),
            changed: nanoseconds(stat.st_ctime, i128::from(stat.st_ctime_nsec)),
            inode: stat.st_ino,
        }),
        FileType::Directory => Node::Folder,
        FileType::Symlink => Node::Link,
        FileType::Fifo => Node::Other("a pipe"),
        FileType::Socket => Node::Other("a socket"),
        FileType::CharacterDevice | FileType::BlockDevice => Node::Other("a device"),
        FileType::Unknown => Node::Other("something unknown"),
    }
}

fn nanoseconds(seconds: i64, rest: i128) -> i128 {
    i128::from(seconds) * 1_000_000_000 + rest
}

fn problem(errno: Errno) -> Problem {
    let (code, words) = match errno {
        Errno::NOENT | Errno::NOTDIR => (ErrorCode::Vanished, "is not there.".into()),
        Errno::LOOP | Errno::XDEV => (
            ErrorCode::OutsideLink,
            "is a link. Pinfold follows no links; drop what it points to.".into(),
        ),
        Errno::ACCESS | Errno::PERM => (
            ErrorCode::Unreadable,
            "may not be read. Change its permissions, then retry.".into(),
        ),
        Errno::NXIO => (
            ErrorCode::NotAFile,
            "is a socket, not a file. It was left out.".into(),
        ),
        other => (
            ErrorCode::Unreadable,
            format!("could not be read: {other}."),
        ),
    };
    Problem { code, words }
}

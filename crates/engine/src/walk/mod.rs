//! The only code that opens people's files: no link is followed, regular files only, checked after opening.

mod changes;
mod disk;
#[cfg(test)]
mod fuzzed_tests;
mod inotify;
mod junk;
mod patterns;
mod secret;
mod shape;
mod survey;
mod watching;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use changes::Changes;
pub use disk::Disk;
pub use inotify::SystemWatching;
pub use junk::is_junk;
pub use patterns::Rule;
pub(crate) use patterns::{LeaveOut, PINIGNORE, Patterns, own_patterns};
pub use secret::looks_like_secret;
pub use shape::{LOOKED_AT, holds_secret, secret_shape};
pub use survey::{Found, Survey, survey};
pub use watching::{Deaf, Ear, Heard, Listening, Watching};

use crate::error::ErrorCode;

/// What a file looked like: equal stamps mean that nobody wrote to it in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i128,
    /// Nanoseconds since 1970 of the last change of the entry itself.
    pub changed: i128,
    /// The file system's own number of the file.
    pub inode: u64,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// A regular file.
    File(Stamp),
    /// A folder.
    Folder,
    /// A symbolic link; never followed.
    Link,
    /// A device, FIFO or socket, in words.
    Other(&'static str),
}

/// A file or folder: a root that a person named, and the way down inside it as raw names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// What was dropped or picked; shared, since a folder has as many places as files.
    pub root: Arc<Path>,
    /// Names from the root downwards; empty for the root itself.
    pub inside: Vec<Vec<u8>>,
}

impl Place {
    /// The root itself.
    pub fn root(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into().into(),
            inside: Vec::new(),
        }
    }

    /// One name further down.
    #[must_use]
    pub fn child(&self, name: Vec<u8>) -> Self {
        let mut inside = self.inside.clone();
        inside.push(name);
        Self {
            root: self.root.clone(),
            inside,
        }
    }

    /// The whole path.
    pub fn path(&self) -> PathBuf {
        use std::os::unix::ffi::OsStrExt;
        let inside = self.inside.iter();
        let inside = inside.map(|name| std::ffi::OsStr::from_bytes(name));
        inside.fold(self.root.to_path_buf(), |path, name| path.join(name))
    }

    /// The last name, as bytes.
    pub fn name(&self) -> Vec<u8> {
        self.inside
            .last()
            .cloned()
            .unwrap_or_else(|| name_of(&self.root))
    }
}

/// The last name of a path, as bytes; a path without one (`/`) gives `/`.
pub fn name_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.file_name()
        .map_or_else(|| b"/".to_vec(), |name| name.as_bytes().to_vec())
}

/// A name for people: bytes that are no UTF-8 shown as the replacement character.
pub fn readable(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// Why a place cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub code: ErrorCode,
    /// The end of a sentence that begins with the name: "is a link; …".
    pub words: String,
}

/// Which folder on which disk: another one at the same path has another identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    /// The disk's number; may change when it is connected again.
    pub device: u64,
    /// The file system's own number of the folder.
    pub inode: u64,
}

/// A folder's names with what each is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looked {
    /// Which folder this was.
    pub identity: Identity,
    /// Something is mounted there, perhaps a folder of the same disk. `false` where the system does not tell.
    pub mounted: bool,
    /// Names in no order; what stands there, or why that cannot be said.
    pub entries: Vec<(Vec<u8>, Result<Node, Problem>)>,
}

/// The file system, as far as the engine looks at it.
pub trait Files: Send + Sync {
    /// A folder with everything in it, in one go.
    fn look_into(&self, folder: &Place) -> Result<Looked, Problem> {
        let entries = self
            .list(folder)?
            .into_iter()
            .map(|name| {
                let node = self.look(&folder.child(name.clone()));
                (name, node)
            })
            .collect();
        Ok(Looked {
            identity: self.identity(folder)?,
            mounted: false,
            entries,
        })
    }
    /// Which folder stands there.
    fn identity(&self, folder: &Place) -> Result<Identity, Problem>;
    /// What stands there, without following a link.
    fn look(&self, place: &Place) -> Result<Node, Problem>;
    /// The names in a folder, in no order.
    fn list(&self, place: &Place) -> Result<Vec<Vec<u8>>, Problem>;
    /// Opens a regular file and says what it looks like once it is open.
    fn open(&self, place: &Place) -> Result<(std::fs::File, Stamp), Problem>;
}

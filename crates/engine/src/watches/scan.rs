//! From the disk to a [`Listing`]. Reads folders and one `.pinignore`, no other file.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::ledger::{Way, is_below};
use super::plan::{Listing, Look};
use super::rules::WatchRules;
use crate::error::ErrorCode;
use crate::walk::{Deaf, Files, Identity, Listening, Node, Patterns, Place, Problem, own_patterns};

/// Folders inside each other; deeper ones are left out.
const DEEPEST: usize = 128;

/// A look at a folder, made on a thread of its own.
#[derive(Clone)]
pub(super) struct Scan {
    pub(super) files: Arc<dyn Files>,
    pub(super) root: PathBuf,
    pub(super) rules: WatchRules,
    /// Counts folders looked into, so that a disk that hangs can be told from one that is slow.
    pub(super) beat: Arc<AtomicU64>,
    /// Listens to each folder before it is looked into, where anybody listens.
    pub(super) listening: Option<Arc<dyn Listening>>,
}

/// What a look found.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) identity: Identity,
    pub(super) listing: Listing,
    /// Why not everything that was looked into is listened to.
    pub(super) deaf: Option<Deaf>,
    /// Folders at which other disks stand, as far as was looked.
    pub(super) disks: BTreeSet<Way>,
}

/// The place of a path below a root.
pub(super) fn place(root: &Path, way: &[u8]) -> Place {
    let mut place = Place::root(root);
    if !way.is_empty() {
        place.inside = way
            .split(|byte| *byte == b'/')
            .map(<[u8]>::to_vec)
            .collect();
    }
    place
}

/// A path below the root as the ledger names it; `None`: it is not below it.
pub(super) fn way_of(root: &Path, path: &Path) -> Option<Way> {
    path.strip_prefix(root)
        .ok()
        .map(|inside| inside.as_os_str().as_bytes().to_vec())
}

fn as_path(way: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(way))
}

impl Scan {
    /// Looks at everything (`asked` is `None`), or at these paths and what is below them. Only the root itself can fail.
    pub(super) fn look(&self, asked: Option<&BTreeSet<Way>>) -> Result<Seen, Problem> {
        let root = Place::root(&self.root);
        let mut seen = Seen {
            identity: self.files.identity(&root)?,
            ..Seen::default()
        };
        let pinignore = own_patterns(self.files.as_ref(), &root).unwrap_or_default();
        let patterns =
            Patterns::new(self.rules.leave_out(), &pinignore).map_err(|line| Problem {
                code: ErrorCode::BadInput,
                words: format!("has a pattern that cannot be read: {line}"),
            })?;
        let mut look = Looking {
            scan: self,
            patterns: &patterns,
            device: seen.identity.device,
            listing: Listing::default(),
            deaf: None,
            disks: BTreeSet::new(),
        };
        match asked {
            None => {
                look.listing.covers.insert(Way::new());
                look.walk(&Way::new())?;
            }
            Some(asked) => {
                for way in asked {
                    if way.is_empty() {
                        continue;
                    }
                    look.path(way);
                }
            }
        }
        (seen.listing, seen.deaf, seen.disks) = (look.listing, look.deaf, look.disks);
        // A root that went away meanwhile must not look like one whose files are gone.
        if self.files.identity(&root)? != seen.identity {
            return Err(Problem {
                code: ErrorCode::Vanished,
                words: "was replaced while it was looked at.".into(),
            });
        }
        Ok(seen)
    }
}

struct Looking<'a> {
    scan: &'a Scan,
    patterns: &'a Patterns,
    device: u64,
    listing: Listing,
    deaf: Option<Deaf>,
    disks: BTreeSet<Way>,
}

impl Looking<'_> {
    /// One path, with all below it.
    fn path(&mut self, way: &Way) {
        let above = way
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'/')
            .map(|(at, _)| &way[..at]);
        for folder in above {
            // Below something that is left out, nothing is looked at.
            if self.patterns.rule(as_path(folder), true).is_some() {
                return;
            }
        }
        let node = self.scan.files.look(&place(&self.scan.root, way));
        self.listing.covers.insert(way.clone());
        if matches!(&node, Err(problem) if problem.code == ErrorCode::Vanished) {
            return;
        }
        if self.take(way, node)
            && let Err(problem) = self.walk(way)
        {
            self.unreadable(way.clone(), &problem);
        }
    }

    fn listen(&mut self, folder: &Way) {
        if self.deaf.is_some() {
            return;
        }
        if let Some(listening) = &self.scan.listening {
            let path = self.scan.root.join(as_path(folder));
            self.deaf = listening.folder(&path).err();
        }
    }

    /// A folder with all below it. Only the first can fail.
    fn walk(&mut self, first: &Way) -> Result<(), Problem> {
        let mut open = vec![first.clone()];
        while let Some(folder) = open.pop() {
            self.scan.beat.fetch_add(1, Ordering::Relaxed);
            self.listen(&folder);
            let looked = match self.scan.files.look_into(&place(&self.scan.root, &folder)) {
                Ok(looked) => looked,
                Err(problem) if folder == *first => return Err(problem),
                // It went while it was looked for: then nothing is there.
                Err(problem) if problem.code == ErrorCode::Vanished => continue,
                Err(problem) => {
                    self.unreadable(folder, &problem);
                    continue;
                }
            };
            let other_disk = looked.identity.device != self.device && !folder.is_empty();
            if other_disk && !self.scan.rules.other_disks {
                let look = Look::Ignored("another disk".into());
                self.listing.items.insert(folder, look);
                continue;
            }
            if (other_disk || looked.mounted && !folder.is_empty())
                && !is_below(&self.disks, &folder)
            {
                self.disks.insert(folder.clone());
            }
            for (name, node) in looked.entries {
                let mut way = folder.clone();
                if !way.is_empty() {
                    way.push(b'/');
                }
                way.extend_from_slice(&name);
                if self.take(&way, node) {
                    open.push(way);
                }
            }
        }
        Ok(())
    }

    /// Puts one thing into the listing. Answers whether it is a folder to look into.
    fn take(&mut self, way: &Way, node: Result<Node, Problem>) -> bool {
        let folder = matches!(node, Ok(Node::Folder));
        if let Some(rule) = self.patterns.rule(as_path(way), folder) {
            let look = Look::Ignored(rule.to_string());
            self.listing.items.insert(way.clone(), look);
            return false;
        }
        let look = match node {
            Ok(Node::Folder) => {
                let depth = way.split(|byte| *byte == b'/').count();
                if depth < DEEPEST {
                    return true;
                }
                Look::Ignored("folders inside each other too often".into())
            }
            Ok(Node::File(stamp)) => Look::File(stamp),
            Ok(Node::Link) => Look::Ignored("links are not followed".into()),
            Ok(Node::Other(what)) => Look::Ignored(format!("{what}, not a file")),
            Err(problem) if problem.code == ErrorCode::Vanished => return false,
            Err(problem) => {
                self.unreadable(way.clone(), &problem);
                return false;
            }
        };
        self.listing.items.insert(way.clone(), look);
        false
    }

    fn unreadable(&mut self, way: Way, problem: &Problem) {
        self.listing
            .items
            .insert(way, Look::Unreadable(problem.words.clone()));
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;

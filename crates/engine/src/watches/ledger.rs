//! What is known of each path of a watched folder. Changed only by [`Ledger::apply`] and by what the queue answers; pure.

use std::collections::BTreeSet;

use super::entries::Entries;
use super::plan::Action;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::planted::planted;
use crate::walk::Stamp;

/// A path below the root: names joined by `/`, as raw bytes.
pub type Way = Vec<u8>;

/// Where a path stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryState {
    /// Seen, and not yet quiet for long enough.
    Settling,
    /// Pinned before; other bytes are there now and settle.
    Changed,
    /// In the queue.
    Queued,
    /// The service keeps these bytes.
    Pinned,
    /// A rule leaves it out; the rule in words.
    Ignored(String),
    /// It looks like a secret; why, as the end of "It looks like …".
    Held(String),
    /// Larger than the rules take.
    TooLarge,
    /// It cannot be read, or is no file; the end of a sentence that begins with its name.
    Unreadable(String),
    /// The queue gave up.
    Failed {
        /// What it was.
        code: ErrorCode,
        /// The whole sentence.
        words: String,
    },
    /// It is not there any more.
    Gone {
        /// When its pin goes too; `None`: never by itself.
        unpin: Option<Millis>,
        /// Too many disappeared at once: a person decides.
        braked: bool,
    },
}

/// A pin that was made for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What the file looked like.
    pub seen: Stamp,
    /// Computed here.
    pub cid: String,
    /// The service's.
    pub service_cid: String,
    /// How the two compare: a stored verdict.
    pub verdict: String,
    /// It was pinned for this folder, and not by somebody else before.
    pub owned: bool,
    /// When.
    pub at: Millis,
}

impl Kept {
    /// The service's CID was compared with the bytes and is theirs.
    pub fn verified(&self) -> bool {
        matches!(self.verdict.as_str(), "verified" | "other_layout")
    }
}

/// The same bytes, as far as can be told without reading: size, time of the last change, number of the file.
pub fn same_bytes(a: &Stamp, b: &Stamp) -> bool {
    a.size == b.size && a.modified == b.modified && a.inode == b.inode
}

/// One path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number within the folder.
    pub id: i64,
    /// Where it stands.
    pub state: EntryState,
    /// Since when.
    pub at: Millis,
    /// What it looked like last.
    pub seen: Option<Stamp>,
    /// Since when it looks like that.
    pub steady: Millis,
    /// The pin of its present (or last) bytes.
    pub kept: Option<Kept>,
    /// Pins of earlier versions, oldest first.
    pub older: Vec<Kept>,
    /// Counts distinct contents.
    pub version: u32,
    /// The row of the queue that is followed, and what was sent.
    pub upload: Option<(i64, Stamp)>,
    /// A person said that this may be sent, although it looks like a secret.
    pub allowed: Option<Stamp>,
    /// When it is tried again.
    pub retry: Option<Millis>,
    /// Its path before a rename.
    pub was: Option<Way>,
    /// The pin's name is still the old one.
    pub renaming: bool,
}

impl Entry {
    pub(super) fn new(id: i64, now: Millis) -> Self {
        Self {
            id,
            state: EntryState::Settling,
            at: now,
            seen: None,
            steady: now,
            kept: None,
            older: Vec::new(),
            version: 0,
            upload: None,
            allowed: None,
            retry: None,
            was: None,
            renaming: false,
        }
    }

    /// It is there, as far as was seen.
    pub fn present(&self) -> bool {
        !matches!(self.state, EntryState::Gone { .. })
    }

    pub(super) fn enter(&mut self, state: EntryState, now: Millis) {
        if self.state != state {
            self.state = state;
            self.at = now;
        }
    }
}

/// Too many disappeared at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brake {
    /// When.
    pub at: Millis,
    /// How many were there before.
    pub of: usize,
}

/// Why a pin is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its file was deleted, and the rules say so.
    Deleted,
    /// A newer version took its place, and the rules say so.
    Replaced,
}

/// A pin that a rule lets go. It is in the journal before the service is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Whose it was; empty: the whole folder's.
    pub way: Way,
    /// What it was.
    pub kept: Kept,
    /// Why.
    pub why: Why,
}

/// The whole folder as one pin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderPin {
    /// The present version.
    pub kept: Option<Kept>,
    /// Earlier ones, oldest first.
    pub older: Vec<Kept>,
    /// Counts them.
    pub version: u32,
    /// The row of the queue that is followed.
    pub upload: Option<i64>,
}

/// Everything known of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By path.
    pub entries: Entries,
    /// Where the folder is one pin.
    pub folder: FolderPin,
    /// Too many disappeared.
    pub brake: Option<Brake>,
    /// Folders at which another disk was seen at any time: nothing below them is let go by itself, for a disk that is taken
    /// out, emptied or another one looks just like files that a person deleted.
    pub disks: BTreeSet<Way>,
    /// The highest number given.
    pub last_id: i64,
    /// Paths whose rows are to be written.
    pub touched: BTreeSet<Way>,
    /// Numbers whose rows are to be deleted.
    pub removed: Vec<i64>,
    /// Pins to let go, to be written.
    pub dropped: Vec<Dropped>,
    /// The folder's own row is to be written.
    pub folder_touched: bool,
}

/// Whether one of these folders, or something in it, is at this path.
pub(super) fn is_below(folders: &BTreeSet<Way>, way: &[u8]) -> bool {
    let ends = way.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    let mut ends = ends.map(|(at, _)| at).chain([way.len()]);
    !folders.is_empty() && ends.any(|end| folders.contains(&way[..end]))
}

impl Ledger {
    /// What is at this path is or was on another disk than the folder.
    pub fn on_another_disk(&self, way: &[u8]) -> bool {
        is_below(&self.disks, way) && !planted("disk")
    }

    /// Does what the plan says.
    pub fn apply(&mut self, action: &Action, now: Millis) {
        match action {
            Action::See { way, stamp } => self.see(way, stamp, now),
            Action::Leave { way, state, stamp } => self.leave(way, state, *stamp, now),
            Action::Back { way, stamp } => self.touch(way, |entry| {
                entry.seen = Some(*stamp);
                if let Some(kept) = &mut entry.kept {
                    kept.seen = *stamp;
                }
                entry.enter(EntryState::Pinned, now);
            }),
            Action::Moved { from, to, stamp } => self.move_to(from, to, stamp, now),
            Action::Gone { way, unpin, braked } => {
                let state = EntryState::Gone {
                    unpin: *unpin,
                    braked: *braked,
                };
                self.touch(way, |entry| entry.enter(state, now));
            }
            Action::Forget { way } => {
                if let Some(entry) = self.entries.take(way) {
                    self.touched.remove(way);
                    self.removed.push(entry.id);
                }
            }
            Action::Brake { of } => {
                self.brake = Some(Brake { at: now, of: *of });
                self.folder_touched = true;
            }
            Action::Release => {
                self.brake = None;
                self.folder_touched = true;
            }
            Action::Unpin { way } => self.unpin(way, now),
            // Examined and queued by whoever can read; see `queued`.
            Action::Take { .. } | Action::TakeFolder { .. } => {}
        }
    }

    fn see(&mut self, way: &Way, stamp: &Stamp, now: Millis) {
        if !self.entries.contains_key(way) {
            self.last_id += 1;
            self.entries.put(way.clone(), Entry::new(self.last_id, now));
        }
        self.touch(way, |entry| {
            entry.seen = Some(*stamp);
            entry.steady = now;
            entry.retry = None;
            if entry.upload.is_none() {
                let state = if entry.kept.is_some() {
                    EntryState::Changed
                } else {
                    EntryState::Settling
                };
                entry.enter(state, now);
            }
        });
    }

    fn leave(&mut self, way: &Way, state: &EntryState, stamp: Option<Stamp>, now: Millis) {
        if !self.entries.contains_key(way) {
            self.last_id += 1;
            self.entries.put(way.clone(), Entry::new(self.last_id, now));
        }
        self.touch(way, |entry| {
            entry.seen = stamp;
            entry.steady = now;
            entry.enter(state.clone(), now);
        });
    }

    fn move_to(&mut self, from: &Way, to: &Way, stamp: &Stamp, now: Millis) {
        let Some(mut entry) = self.entries.take(from) else {
            return;
        };
        self.touched.remove(from);
        entry.was = Some(from.clone());
        entry.renaming = true;
        entry.seen = Some(*stamp);
        if let Some(kept) = &mut entry.kept {
            kept.seen = *stamp;
        }
        entry.state = EntryState::Pinned;
        entry.at = now;
        if let Some(taken) = self.entries.put(to.clone(), entry) {
            self.removed.push(taken.id);
        }
        self.touched.insert(to.clone());
    }

    fn unpin(&mut self, way: &Way, now: Millis) {
        let mut gone = Vec::new();
        self.touch(way, |entry| {
            gone.append(&mut entry.older);
            gone.extend(entry.kept.take());
            entry.state = EntryState::Gone {
                unpin: None,
                braked: false,
            };
            entry.at = now;
        });
        self.dropped.extend(gone.into_iter().map(|kept| Dropped {
            way: way.clone(),
            kept,
            why: Why::Deleted,
        }));
    }

    /// Changes one entry, to be written.
    pub fn touch(&mut self, way: &Way, change: impl FnOnce(&mut Entry)) {
        if self.entries.change(way, change) {
            self.touched.insert(way.clone());
        }
    }
}

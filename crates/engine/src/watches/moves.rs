//! Renames, told by what a file looks like: a pinned file that is missing and one that appeared may be the same.

use std::collections::{HashMap, HashSet};

use super::ledger::{Entry, Ledger, Way};
use super::rules::{WatchRules, WatchUnit};
use crate::planted::planted;
use crate::walk::Stamp;

/// Pinned files that are not where they were, by what they look like.
pub(super) struct Moves<'a> {
    pub(super) from: HashMap<(u64, u64, i128), Vec<&'a Way>>,
    /// The same for files whose upload has not ended: they are waited for.
    pub(super) awaited: HashSet<(u64, u64, i128)>,
    pub(super) taken: HashSet<Way>,
}

pub(super) fn likeness(stamp: &Stamp) -> (u64, u64, i128) {
    (stamp.inode, stamp.size, stamp.modified)
}

impl<'a> Moves<'a> {
    pub(super) fn new(
        rules: &WatchRules,
        ledger: &'a Ledger,
        missing: &[(&'a Way, &'a Entry)],
    ) -> Self {
        let mut moves = Self {
            from: HashMap::new(),
            awaited: HashSet::new(),
            taken: HashSet::new(),
        };
        if rules.unit == WatchUnit::Folder {
            return moves;
        }
        let gone = ledger.entries.restless();
        let gone = gone.filter(|(_, entry)| !entry.present());
        let missing = missing.iter().copied();
        for (way, entry) in gone.chain(missing.filter(|(_, entry)| entry.present())) {
            if let Some((_, stamp)) = &entry.upload {
                moves.awaited.insert(likeness(stamp));
            } else if let Some(kept) = &entry.kept {
                moves
                    .from
                    .entry(likeness(&kept.seen))
                    .or_default()
                    .push(way);
            }
        }
        moves
    }

    pub(super) fn take(&mut self, stamp: &Stamp) -> Option<Way> {
        if planted("rename") {
            return None;
        }
        let from = self.from.get_mut(&likeness(stamp))?.pop()?.clone();
        self.taken.insert(from.clone());
        Some(from)
    }
}

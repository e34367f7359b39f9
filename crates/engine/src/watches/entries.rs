//! The entries of a folder's ledger, by path. Those that something may be due for are known apart: a turn of the folder goes
//! through them alone, not through a hundred thousand files at rest.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use super::ledger::{Entry, EntryState, Way};

/// Read as the map that it is, and changed by what stands here alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    all: BTreeMap<Way, Entry>,
    restless: BTreeSet<Way>,
}

impl Entries {
    /// Those that wait for a time, an answer or a person, and those whose file is not there.
    pub fn restless(&self) -> impl Iterator<Item = (&Way, &Entry)> {
        self.restless
            .iter()
            .filter_map(|way| self.all.get_key_value(way))
    }

    /// Puts an entry in; answers the one that it takes the place of.
    pub fn put(&mut self, way: Way, entry: Entry) -> Option<Entry> {
        self.sort_out(&way, at_rest(&entry));
        self.all.insert(way, entry)
    }

    /// Takes an entry out.
    pub fn take(&mut self, way: &Way) -> Option<Entry> {
        self.restless.remove(way);
        self.all.remove(way)
    }

    /// Changes an entry; whether there is one.
    pub fn change(&mut self, way: &Way, change: impl FnOnce(&mut Entry)) -> bool {
        let Some(entry) = self.all.get_mut(way) else {
            return false;
        };
        change(entry);
        let rests = at_rest(entry);
        self.sort_out(way, rests);
        true
    }

    fn sort_out(&mut self, way: &Way, rests: bool) {
        if rests {
            self.restless.remove(way);
        } else if !self.restless.contains(way) {
            self.restless.insert(way.clone());
        }
    }
}

impl Deref for Entries {
    type Target = BTreeMap<Way, Entry>;

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

/// Nothing becomes due for it by itself.
fn at_rest(entry: &Entry) -> bool {
    let stays = matches!(
        entry.state,
        EntryState::Pinned | EntryState::Ignored(_) | EntryState::TooLarge
    );
    stays && entry.upload.is_none() && !entry.renaming
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::Stamp;

    #[test]
    fn only_what_waits_for_something_is_gone_through_however_it_came_to_rest() {
        let stamp = Stamp {
            size: 1,
            modified: 1,
            changed: 1,
            inode: 1,
        };
        let way = b"a".to_vec();
        let mut entries = Entries::default();
        let restless = |entries: &Entries| entries.restless().count();
        entries.put(way.clone(), Entry::new(1, 0));
        assert_eq!(restless(&entries), 1, "it settles");
        assert!(entries.change(&way, |entry| entry.state = EntryState::Pinned));
        assert_eq!(restless(&entries), 0);
        for wait in [
            (|entry, stamp| entry.upload = Some((1, stamp))) as fn(&mut Entry, Stamp),
            |entry, _| entry.renaming = true,
            |entry, _| entry.state = EntryState::Changed,
            |entry, _| entry.state = EntryState::Held("a key".into()),
            |entry, _| {
                entry.state = EntryState::Gone {
                    unpin: None,
                    braked: false,
                };
            },
        ] {
            entries.change(&way, |entry| wait(entry, stamp));
            assert_eq!(restless(&entries), 1, "{entries:?}");
            entries.change(&way, |entry| {
                *entry = Entry {
                    state: EntryState::TooLarge,
                    ..Entry::new(1, 0)
                };
            });
            assert_eq!(restless(&entries), 0, "{entries:?}");
        }
        entries.change(&way, |entry| entry.state = EntryState::Changed);
        assert!(entries.take(&way).is_some() && restless(&entries) == 0);
        assert!(!entries.change(&way, |entry| entry.id = 2));
    }
}

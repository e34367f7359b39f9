//! What of a folder is to be looked at now, and when something is due by itself.

use super::folder::Folder;
use super::ledger::{EntryState, Way, same_bytes};
use super::plan::{LONGEST_WRITE, is_due};
use super::scan::way_of;
use crate::clock::Millis;
use crate::planted::planted;
use crate::walk::PINIGNORE;

/// Takes what was heard into what is dirty.
pub(super) fn hear(folder: &mut Folder) {
    let heard = folder.ear.take();
    folder.whole |= heard.lost && !planted("lost-events");
    if let Some(why) = heard.deaf {
        folder.deafen(why);
    }
    for path in heard.dirty {
        match way_of(&folder.root, &path) {
            // Something about the root itself.
            Some(way) if way.is_empty() => folder.whole = true,
            Some(way) if way == PINIGNORE.as_bytes() => folder.whole = true,
            Some(way) => {
                folder.dirty.insert(way);
            }
            None => {}
        }
    }
}

/// Adds what is due by now to what is dirty.
pub(super) fn due(folder: &mut Folder, now: Millis) {
    let mut whole = false;
    for (way, entry) in folder.ledger.entries.restless() {
        let settled = match (&entry.state, entry.seen) {
            (EntryState::Settling | EntryState::Changed, Some(seen)) => {
                entry.upload.is_none()
                    && (now < entry.steady
                        || now >= entry.steady + folder.rules.settle_for(seen.size))
            }
            (EntryState::Failed { .. } | EntryState::Unreadable(_), _) => {
                entry.retry.is_some_and(|at| is_due(at, now))
            }
            (EntryState::Held(_), Some(seen)) => entry
                .allowed
                .is_some_and(|allowed| same_bytes(&allowed, &seen)),
            (
                EntryState::Gone {
                    unpin: Some(at),
                    braked: false,
                },
                _,
            ) => {
                // What was not let go by a look since then cannot be told just now: it waits for the next one.
                whole |= *at <= now && folder.whole_at <= *at;
                false
            }
            _ => false,
        };
        if settled {
            folder.dirty.insert(way.clone());
        }
    }
    let one_pin = folder.rules.unit == super::rules::WatchUnit::Folder;
    folder.whole |= whole || (one_pin && !folder.dirty.is_empty());
    folder.whole |= one_pin && folder.next.is_some_and(|at| at <= now);
}

/// The plan speaks of what it was shown; what it was not shown is due too.
pub(super) fn next_of(folder: &mut Folder, now: Millis) {
    for (_, entry) in folder.ledger.entries.restless() {
        let at = match (&entry.state, entry.seen) {
            (EntryState::Settling | EntryState::Changed, Some(seen)) if entry.upload.is_none() => {
                Some(entry.steady + folder.rules.settle_for(seen.size))
            }
            (EntryState::Failed { .. } | EntryState::Unreadable(_), _) => entry.retry,
            (EntryState::Gone { unpin, .. }, _) => unpin.filter(|at| folder.whole_at <= *at),
            _ => None,
        };
        // What was due already and is not done waits for something else: an answer, a closing, a person.
        if let Some(at) = at {
            let wait = if folder.ledger.brake.is_some() {
                30_000
            } else {
                1_000
            };
            let at = if at <= now { now + wait } else { at };
            folder.next = Some(folder.next.map_or(at, |next| next.min(at)));
        }
    }
}

/// Files that are open for writing. One whose closing was missed is not waited for without end.
pub(super) fn writing(folder: &Folder, now: Millis) -> std::collections::HashSet<Way> {
    let heard = folder.ear.take_writing();
    let mut stale = Vec::new();
    let mut writing = std::collections::HashSet::new();
    for path in heard {
        let Some(way) = way_of(&folder.root, &path) else {
            continue;
        };
        let steady = folder.ledger.entries.get(&way).map(|entry| entry.steady);
        if steady.is_some_and(|steady| now > steady + LONGEST_WRITE) {
            stale.push(path);
        } else {
            writing.insert(way);
        }
    }
    folder.ear.forget_writing(&stale);
    writing
}

#[cfg(test)]
mod tests {
    use super::super::ledger::{Entry, Ledger};
    use super::super::rows::Stored;
    use super::super::rules::WatchRules;
    use super::*;

    fn folder(at: Millis) -> Folder {
        let mut entry = Entry::new(1, 0);
        entry.state = EntryState::Gone {
            unpin: Some(at),
            braked: false,
        };
        let mut ledger = Ledger::default();
        ledger.entries.put(b"locked/a".to_vec(), entry);
        let stored = Stored {
            id: 1,
            account: 1,
            root: "/box".into(),
            identity: crate::walk::Identity::default(),
            rules: WatchRules::default(),
            paused: None,
            stopped: None,
            seen: None,
            active: None,
            brake: None,
            audited: None,
            audit: None,
            created: 0,
        };
        let mut folder = Folder::new(&stored, ledger);
        folder.whole = false;
        folder
    }

    #[test]
    fn what_cannot_be_let_go_just_now_brings_one_look_at_everything_and_not_one_each_second() {
        let mut folder = folder(50);
        folder.whole_at = 10;
        next_of(&mut folder, 20);
        assert_eq!(folder.next, Some(50));
        due(&mut folder, 50);
        assert!(folder.whole, "its time has come");
        (folder.whole, folder.whole_at, folder.next) = (false, 51, None);
        due(&mut folder, 60);
        next_of(&mut folder, 60);
        assert_eq!((folder.whole, folder.next), (false, None));
    }
}

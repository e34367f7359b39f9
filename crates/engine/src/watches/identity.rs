//! Whether a folder is the one that the ledger tells of, although it has another number. Pure.

use super::ledger::{EntryState, Ledger};
use super::plan::{Listing, Look};

use crate::planted::planted;

/// Whether this is the folder that the ledger tells of: at least half of what is pinned is there, as large and as old as it was.
pub(super) fn same_folder(ledger: &Ledger, listing: &Listing) -> bool {
    let (mut pinned, mut found) = (0_usize, 0_usize);
    for (way, entry) in ledger.entries.iter() {
        // What was found missing just now, and would be let go, may have been missed for the same reason.
        let at_stake = match entry.state {
            EntryState::Gone { unpin, braked } => unpin.is_some() || braked,
            _ => true,
        };
        let at_stake = at_stake && !ledger.on_another_disk(way);
        let Some(kept) = entry.kept.as_ref().filter(|_| at_stake) else {
            continue;
        };
        pinned += 1;
        if let Some(Look::File(stamp)) = listing.items.get(way)
            && stamp.size == kept.seen.size
            && stamp.modified == kept.seen.modified
        {
            found += 1;
        }
    }
    found * 2 >= pinned || planted("root")
}

/// The same files under other numbers: on another disk, or after it was connected again.
pub(super) fn renumber(ledger: &mut Ledger, listing: &Listing) {
    for (way, look) in &listing.items {
        let Look::File(stamp) = look else { continue };
        let Some(entry) = ledger.entries.get(way) else {
            continue;
        };
        let same =
            |seen: &crate::walk::Stamp| seen.size == stamp.size && seen.modified == stamp.modified;
        if entry.kept.as_ref().is_some_and(|kept| same(&kept.seen)) {
            let looked = entry.seen.is_some_and(|seen| same(&seen));
            ledger.touch(way, |entry| {
                if let Some(kept) = &mut entry.kept {
                    kept.seen = *stamp;
                }
                if looked {
                    entry.seen = Some(*stamp);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Kept;
    use super::super::plan::Action;
    use super::*;
    use crate::walk::Stamp;

    fn ledger(states: impl Fn(u64) -> Option<EntryState>) -> Ledger {
        let mut ledger = Ledger::default();
        for n in 0..10_u64 {
            let (way, stamp) = (n.to_string().into_bytes(), stamp(n));
            let seen = Action::See {
                way: way.clone(),
                stamp,
            };
            ledger.apply(&seen, 1);
            let kept = Kept {
                seen: stamp,
                cid: n.to_string(),
                service_cid: n.to_string(),
                verdict: "verified".into(),
                owned: true,
                at: 1,
            };
            ledger.pinned(&way, kept, None, 1);
            if let Some(state) = states(n) {
                ledger.touch(&way, |entry| entry.state = state);
            }
        }
        ledger
    }

    fn stamp(n: u64) -> Stamp {
        Stamp {
            size: n,
            modified: 7,
            changed: 7,
            inode: n,
        }
    }

    #[test]
    fn a_folder_is_known_by_half_of_what_is_pinned_in_it() {
        let ledger = ledger(|_| None);
        let mut listing = Listing::default();
        for n in 0..5_u64 {
            let other_disk = Stamp {
                inode: n + 100,
                ..stamp(n)
            };
            let way = n.to_string().into_bytes();
            assert!(!same_folder(&ledger, &listing));
            listing.items.insert(way, Look::File(other_disk));
        }
        assert!(same_folder(&ledger, &listing));
    }

    #[test]
    fn an_empty_folder_is_not_the_one_whose_files_were_just_found_missing() {
        let lost = |_| {
            Some(EntryState::Gone {
                unpin: Some(5),
                braked: false,
            })
        };
        assert!(!same_folder(&ledger(lost), &Listing::default()));
        let kept = |_| {
            Some(EntryState::Gone {
                unpin: None,
                braked: false,
            })
        };
        assert!(
            same_folder(&ledger(kept), &Listing::default()),
            "nothing is at stake"
        );
    }
}

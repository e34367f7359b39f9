//! The folder as one pin: when a new version of it is due. Pure.

use super::ledger::{EntryState, Ledger, same_bytes};
use super::plan::{Action, Listing, Look, Plan, is_due};
use super::rules::WatchRules;
use crate::clock::Millis;

/// When a folder is looked at again of which a part cannot be read.
const UNSEEN_AGAIN: Millis = 60_000;

/// One version of the folder, once nothing in it moves.
pub(super) fn whole_folder(
    rules: &WatchRules,
    ledger: &Ledger,
    listing: &Listing,
    plan: &mut Plan,
    now: Millis,
) {
    let unsettled = plan.actions.iter().any(|action| {
        matches!(
            action,
            Action::See { .. } | Action::Gone { .. } | Action::Forget { .. }
        )
    });
    if ledger.folder.upload.is_some() || !listing.whole() || unsettled {
        if unsettled {
            plan.by(now + rules.settle_for(0));
        }
        return;
    }
    if hidden_from_sight(ledger, listing) {
        // A version without what cannot be read just now could take the place of one that has it.
        return plan.by(now + UNSEEN_AGAIN);
    }
    let mut files = Vec::new();
    let (mut fresh, mut stuck) = (false, false);
    let mut differs = ledger
        .entries
        .iter()
        .any(|(way, entry)| entry.kept.is_some() && !listing.items.contains_key(way));
    for (way, look) in &listing.items {
        let (Look::File(stamp), Some(entry)) = (look, ledger.entries.get(way)) else {
            continue;
        };
        let known = entry
            .kept
            .as_ref()
            .is_some_and(|kept| same_bytes(&kept.seen, stamp));
        let allowed = entry
            .allowed
            .is_some_and(|allowed| same_bytes(&allowed, stamp));
        match entry.state {
            EntryState::Settling | EntryState::Changed => {
                let until = entry.steady + rules.settle_for(stamp.size);
                if now < until || listing.writing.contains(way) {
                    return plan.by(until.max(now + 1_000));
                }
                fresh = true;
                files.push((way.clone(), *stamp));
            }
            EntryState::Held(_) if allowed => {
                fresh = true;
                files.push((way.clone(), *stamp));
            }
            EntryState::Failed { .. } => {
                // What failed for good waits for a person, or for something new to send along.
                stuck |= entry.retry.is_none_or(|at| !is_due(at, now));
                if let Some(at) = entry.retry.filter(|at| *at > now) {
                    plan.by(at);
                }
                files.push((way.clone(), *stamp));
            }
            EntryState::Pinned => files.push((way.clone(), *stamp)),
            _ => {
                differs |= entry.kept.is_some();
                continue;
            }
        }
        differs |= !known;
    }
    if differs && (fresh || !stuck) && !files.is_empty() {
        plan.actions.push(Action::TakeFolder { files });
    }
}

/// Something of the present version cannot be read now. What never was in a version holds up none.
fn hidden_from_sight(ledger: &Ledger, listing: &Listing) -> bool {
    let unreadable = listing
        .items
        .iter()
        .filter(|(_, look)| matches!(look, Look::Unreadable(_)));
    unreadable.into_iter().any(|(way, _)| {
        let below = ledger.entries.range(way.clone()..);
        below
            .take_while(|(other, _)| other.starts_with(way))
            .filter(|(other, _)| other.len() == way.len() || other[way.len()] == b'/')
            .any(|(_, entry)| entry.kept.is_some())
    })
}

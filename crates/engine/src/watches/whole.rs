//! The folder as one pin: when a new version of it is due. Pure.

use super::ledger::{EntryState, Ledger, same_bytes};
use super::plan::{Action, Listing, Look, Plan, is_due};
use super::rules::WatchRules;
use crate::clock::Millis;

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

//! Paths that are not there any more: what is let go, what waits, and when a person is asked first. Pure.

use std::collections::HashSet;

use super::ledger::{Entry, EntryState, Ledger, Way};
use super::plan::{Action, BRAKE_FOLDER, BRAKE_ITEMS, BRAKE_WINDOW, Listing, Plan};
use super::rules::{WatchRules, WatchUnit};
use crate::clock::Millis;
use crate::planted::planted;

/// What is done about paths that are not there any more.
pub(super) fn disappeared(
    rules: &WatchRules,
    ledger: &Ledger,
    listing: &Listing,
    gone: &[(&Way, &Entry)],
    now: Millis,
    plan: &mut Plan,
) {
    let newly: Vec<&Way> = gone
        .iter()
        .filter(|(_, entry)| entry.present() && entry.upload.is_none() && entry.kept.is_some())
        .map(|(way, _)| *way)
        .collect();
    for (way, entry) in gone {
        let nothing = entry.kept.is_none() && entry.older.is_empty() && entry.upload.is_none();
        if nothing && entry.present() {
            plan.actions.push(Action::Forget {
                way: (*way).clone(),
            });
        }
    }
    let unpins = match rules.unit {
        WatchUnit::Files => rules.grace().map(|grace| now + grace),
        WatchUnit::Folder => rules.versions().map(|_| now),
    };
    let (elsewhere, newly): (Vec<&Way>, Vec<&Way>) = newly
        .into_iter()
        .partition(|way| ledger.on_another_disk(way));
    plan.actions.extend(elsewhere.into_iter().map(stays));
    let braked = brake(ledger, &newly, unpins.is_some(), now, plan);
    for way in newly {
        plan.actions.push(Action::Gone {
            way: way.clone(),
            unpin: unpins.filter(|_| !braked && rules.unit == WatchUnit::Files),
            braked,
        });
        if let (Some(at), false) = (unpins, braked) {
            plan.by(at);
        }
    }
    if braked {
        return;
    }
    if ledger.brake.is_some() {
        let back: HashSet<Way> = plan.actions.iter().filter_map(there_again).collect();
        let waiting = ledger
            .entries
            .iter()
            .filter(|(_, entry)| matches!(entry.state, EntryState::Gone { braked: true, .. }));
        let mut waiting = waiting.filter(|(way, _)| !back.contains(*way));
        if waiting.next().is_none() {
            plan.actions.push(Action::Release);
        }
        return;
    }
    for (way, entry) in gone {
        let EntryState::Gone {
            unpin: Some(at),
            braked: false,
        } = entry.state
        else {
            continue;
        };
        if ledger.on_another_disk(way) {
            // It was not known when the file disappeared: the end of the grace time that was told never comes.
            plan.actions.push(stays(way));
        } else if at > now {
            plan.by(at);
        } else if listing.whole() && entry.kept.is_some() {
            // Nothing is unpinned on the word of an event: the whole folder was looked at, and it is not there.
            plan.actions.push(Action::Unpin {
                way: (*way).clone(),
            });
        }
    }
}

/// Nothing is at this path any more, and its pin stays.
fn stays(way: &Way) -> Action {
    Action::Gone {
        way: way.clone(),
        unpin: None,
        braked: false,
    }
}

/// The path that this action finds something at (or under a new name).
fn there_again(action: &Action) -> Option<Way> {
    match action {
        Action::Back { way, .. }
        | Action::See { way, .. }
        | Action::Leave { way, .. }
        | Action::Moved { from: way, .. } => Some(way.clone()),
        _ => None,
    }
}

/// Whether those that disappeared now need a person's word. Those that disappeared just before count too, and wait with them.
fn brake(ledger: &Ledger, newly: &[&Way], unpins: bool, now: Millis, plan: &mut Plan) -> bool {
    if newly.is_empty() || !unpins || planted("brake") {
        return false;
    }
    if ledger.brake.is_some() {
        return true;
    }
    let lately = |entry: &Entry| {
        matches!(
            entry.state,
            EntryState::Gone {
                unpin: Some(_),
                braked: false
            }
        ) && entry.at > now - BRAKE_WINDOW
            && entry.kept.is_some()
    };
    let recent: Vec<&Way> = ledger
        .entries
        .iter()
        .filter(|(way, entry)| lately(entry) && !ledger.on_another_disk(way))
        .map(|(way, _)| way)
        .collect();
    let there = ledger
        .entries
        .iter()
        .filter(|(way, entry)| {
            entry.present() && entry.kept.is_some() && !ledger.on_another_disk(way)
        })
        .count();
    let (count, of) = (newly.len() + recent.len(), there + recent.len());
    if count <= BRAKE_ITEMS && !(of >= BRAKE_FOLDER && count * 10 > of) {
        return false;
    }
    plan.actions.push(Action::Brake { of });
    for way in recent {
        plan.actions.push(Action::Gone {
            way: way.clone(),
            unpin: None,
            braked: true,
        });
    }
    true
}

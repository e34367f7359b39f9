//! Every sentence about a watched folder and its files.

use std::path::Path;

use super::folder::{Tally, Trouble};
use super::ledger::{Entry, EntryState};
use super::work::POLL;
use crate::accounts::service_name;
use crate::figures;
use crate::pins::lower_article;
use crate::walk::{Deaf, readable};

pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", figures::count(n))
    }
}

/// Why a folder is not being watched.
pub(super) fn trouble(trouble: &Trouble, root: &Path) -> String {
    let shown = root.display();
    match trouble {
        Trouble::Missing => format!(
            "{shown} is not there. Paused; nothing was unpinned. If it is a disk, connect it and watching continues by itself."
        ),
        Trouble::Replaced => format!(
            "Another folder stands at {shown}: what was pinned is not in it. Paused; nothing was unpinned."
        ),
        Trouble::Unreadable(words) => {
            format!("{shown} {words} Paused; nothing was unpinned.")
        }
        Trouble::Hangs => format!(
            "The disk of {shown} does not answer. Paused; nothing was unpinned. Watching continues by itself once it does."
        ),
        Trouble::Own(words) => format!("{words} Watching continues by itself once that is over."),
    }
}

/// Too many files disappeared at once.
pub(super) fn brake(count: usize, of: usize) -> String {
    format!(
        "{count} of {of} files disappeared at once. Keep their pins or unpin them? Nothing was unpinned."
    )
}

/// Changes are not heard here.
pub(super) fn deaf(why: &Deaf) -> String {
    let every = POLL / 1_000;
    let instead = format!("Pinfold looks every {every} s instead.");
    match why {
        Deaf::Exhausted { limit: Some(limit) } => {
            format!("The system allows {limit} watches and all are in use. {instead}")
        }
        Deaf::Exhausted { limit: None } => {
            format!("The system has no watches left. {instead}")
        }
        Deaf::Mute(name) => {
            format!("This folder is on {name}, which does not tell of changes. {instead}")
        }
        Deaf::Other(words) => format!("Changes cannot be heard here: {words}. {instead}"),
    }
}

/// What came together, as rows of the recent list.
pub(super) fn batch(tally: Tally) -> Vec<(&'static str, String)> {
    let files = |n: usize| count(n, "file", "files");
    let mut notes = Vec::new();
    if tally.pinned > 0 {
        notes.push(("pinned", format!("{} pinned.", files(tally.pinned))));
    }
    if tally.renamed > 0 {
        let renames = count(tally.renamed, "rename", "renames");
        notes.push(("renamed", format!("{renames} followed, nothing sent.")));
    }
    if tally.gone > 0 {
        notes.push((
            "gone",
            format!("{} gone, pins kept for now.", files(tally.gone)),
        ));
    }
    if tally.held > 0 {
        let verb = if tally.held == 1 { "looks" } else { "look" };
        notes.push((
            "held",
            format!("{} {verb} like secrets.", files(tally.held)),
        ));
    }
    if tally.failed > 0 {
        notes.push((
            "failed",
            format!("{} could not be pinned.", files(tally.failed)),
        ));
    }
    notes
}

/// The reason beside a row of the ledger. `queue`: the state of its row in the queue.
pub(super) fn entry(
    entry: &Entry,
    queue: Option<&str>,
    settle: i64,
    service: &str,
    folder: bool,
) -> String {
    let there = lower_article(service);
    match &entry.state {
        EntryState::Settling => still(settle),
        EntryState::Changed => format!("New content. {}", still(settle)),
        EntryState::Queued => queued(queue, &there),
        EntryState::Pinned => pinned(entry, folder),
        EntryState::Ignored(rule) => format!("Rule: {rule}."),
        EntryState::Held(what) => {
            format!("It looks like {what}. What is public on IPFS cannot be taken back.")
        }
        EntryState::TooLarge => "Larger than this folder's rules take.".into(),
        EntryState::Unreadable(words) => {
            let mut words = words.trim_end_matches('.').to_owned();
            if let Some(first) = words.get(..1) {
                let upper = first.to_uppercase();
                words.replace_range(..1, &upper);
            }
            if entry.retry.is_some() {
                format!("{words}. It is tried again by itself.")
            } else {
                format!("{words}.")
            }
        }
        EntryState::Failed { words, .. } => words.clone(),
        EntryState::Gone { braked: true, .. } => {
            "Disappeared with many others. Its pin waits for your word.".into()
        }
        EntryState::Gone { unpin: Some(_), .. } => {
            "Not on disk. Its pin goes after the grace time.".into()
        }
        EntryState::Gone { unpin: None, .. } if folder => {
            "Not on disk. In the versions before.".into()
        }
        EntryState::Gone { unpin: None, .. } if entry.kept.is_some() => {
            "Not on disk. Pin kept.".into()
        }
        EntryState::Gone { .. } => {
            "Not on disk. Its pin was let go, by rule; the journal can take it back.".into()
        }
    }
}

fn still(settle: i64) -> String {
    format!("Waiting until it is quiet for {} s.", settle / 1_000)
}

fn queued(queue: Option<&str>, there: &str) -> String {
    match queue {
        Some("hashing") => "Computing the CID before sending.".into(),
        Some("checking") => format!("Asking {there} whether it has these bytes already."),
        Some("sending") => format!("Sending to {there}."),
        Some("confirming") => format!("Asking {there} whether it arrived."),
        Some("waiting") => "Not sent yet. It is tried again by itself.".into(),
        Some("paused") => "Paused in the uploads.".into(),
        Some("needs_you") => "Needs you, in the uploads.".into(),
        _ => "Waiting for its turn.".into(),
    }
}

fn pinned(entry: &Entry, folder: bool) -> String {
    let mut words = match entry.kept.as_ref().map(|kept| kept.verdict.as_str()) {
        Some("verified") => "Verified.".to_owned(),
        Some("other_layout") => "Same bytes, other layout.".to_owned(),
        _ => "Pinned; its layout is not one Pinfold knows.".to_owned(),
    };
    if let Some(was) = &entry.was {
        let was = readable(was);
        words = format!(
            "Was {}; pin kept and renamed. {words}",
            was.rsplit('/').next().unwrap_or(&was)
        );
    }
    if !folder && entry.version > 1 {
        words = format!("{words} Version {}.", entry.version);
    }
    words
}

/// The service's name, for a sentence.
pub(super) fn service(account: &crate::accounts::Account) -> String {
    service_name(account)
}

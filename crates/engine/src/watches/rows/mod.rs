//! The tables `watch`, `watch_entry`, `watch_unpin`, `watch_event` and `watch_difference`. The row is the state.

mod folder;
mod read;
mod write;

use std::path::PathBuf;

use rusqlite::Row;
use rusqlite::types::Type;

use super::ledger::{Entry, EntryState, Kept, Way};
use super::rules::WatchRules;
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::walk::{Identity, Stamp};

pub(super) use folder::{
    add_disks, all, delete, disks, events, folder_cid, get, insert, note, pause, relocate,
    set_audit, set_rules, set_seen,
};
pub(super) use read::{
    Outcome, Query, Shown, Unpin, count_pinned_elsewhere, counts, differences, due_unpins,
    folder_outcome, kept, least_hashed, load, outcomes, page, reasons, relied_on, sent_by_hand,
    unpin_of, unpins,
};
pub(super) use write::{
    Change, difference_done, put_differences, save, set_hashed, set_unpin, take_upload,
};

/// A watched folder as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) account: AccountId,
    pub(super) root: PathBuf,
    pub(super) identity: Identity,
    pub(super) rules: WatchRules,
    pub(super) paused: Option<Millis>,
    pub(super) stopped: Option<Millis>,
    pub(super) seen: Option<Millis>,
    pub(super) active: Option<Millis>,
    pub(super) brake: Option<(Millis, usize)>,
    pub(super) audited: Option<Millis>,
    pub(super) audit: Option<String>,
    pub(super) created: Millis,
}

/// A stamp as stored.
pub(super) fn stamp_text(stamp: &Stamp) -> String {
    format!(
        "{}:{}:{}:{}",
        stamp.size, stamp.modified, stamp.changed, stamp.inode
    )
}

fn stamp_of(text: &str) -> Option<Stamp> {
    let mut parts = text.split(':');
    Some(Stamp {
        size: parts.next()?.parse().ok()?,
        modified: parts.next()?.parse().ok()?,
        changed: parts.next()?.parse().ok()?,
        inode: parts.next()?.parse().ok()?,
    })
}

/// What is stored of a pin: stamp, both CIDs, verdict, owned, time.
type KeptText = (String, String, String, String, bool, Millis);

/// The versions of a folder that is one pin, as stored: the present one, earlier ones, how many there were.
type Versions = (Option<KeptText>, Vec<KeptText>, u32);

fn kept_text(kept: &Kept) -> KeptText {
    (
        stamp_text(&kept.seen),
        kept.cid.clone(),
        kept.service_cid.clone(),
        kept.verdict.clone(),
        kept.owned,
        kept.at,
    )
}

fn kept_of(text: KeptText) -> Option<Kept> {
    let (seen, cid, service_cid, verdict, owned, at) = text;
    Some(Kept {
        seen: stamp_of(&seen)?,
        cid,
        service_cid,
        verdict,
        owned,
        at,
    })
}

fn kept_list(json: &str) -> Vec<Kept> {
    let list: Vec<KeptText> = serde_json::from_str(json).unwrap_or_default();
    list.into_iter().filter_map(kept_of).collect()
}

/// A state's stored name, its reason, and its code.
pub(super) fn state_text(state: &EntryState) -> (&'static str, &str, Option<&'static str>) {
    match state {
        EntryState::Settling => ("settling", "", None),
        EntryState::Changed => ("changed", "", None),
        EntryState::Queued => ("queued", "", None),
        EntryState::Pinned => ("pinned", "", None),
        EntryState::Ignored(rule) => ("ignored", rule, None),
        EntryState::Held(why) => ("held", why, None),
        EntryState::TooLarge => ("too_large", "", None),
        EntryState::Unreadable(words) => ("unreadable", words, None),
        EntryState::Failed { code, words } => ("failed", words, Some(code.as_str())),
        EntryState::Gone { .. } => ("gone", "", None),
    }
}

/// The columns of an entry, as [`entry`] reads them; what a query adds comes after.
const ENTRY: &str = "e.path, e.id, e.state, e.reason, e.code, e.at, e.seen, e.steady, e.kept, e.older, e.version, \
                     e.upload, e.sent, e.allowed, e.retry, e.unpin, e.braked, e.was, e.renaming";
/// How many those are.
const ADDED: usize = 19;

fn state_of(row: &Row<'_>) -> rusqlite::Result<EntryState> {
    let (name, reason): (String, String) = (row.get(2)?, row.get(3)?);
    let code: Option<String> = row.get(4)?;
    Ok(match name.as_str() {
        "settling" => EntryState::Settling,
        "changed" => EntryState::Changed,
        "queued" => EntryState::Queued,
        "pinned" => EntryState::Pinned,
        "ignored" => EntryState::Ignored(reason),
        "held" => EntryState::Held(reason),
        "too_large" => EntryState::TooLarge,
        "unreadable" => EntryState::Unreadable(reason),
        "failed" => EntryState::Failed {
            code: code
                .as_deref()
                .map_or(ErrorCode::Internal, ErrorCode::from_name),
            words: reason,
        },
        "gone" => EntryState::Gone {
            unpin: row.get(15)?,
            braked: row.get(16)?,
        },
        other => {
            let unknown = format!("the state {other}");
            return Err(rusqlite::Error::InvalidColumnType(2, unknown, Type::Text));
        }
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<(Way, Entry)> {
    let stamp = |column: usize| -> rusqlite::Result<Option<Stamp>> {
        let text: Option<String> = row.get(column)?;
        Ok(text.as_deref().and_then(stamp_of))
    };
    let kept: Option<String> = row.get(8)?;
    let older: String = row.get(9)?;
    let upload: Option<i64> = row.get(11)?;
    let entry = Entry {
        id: row.get(1)?,
        state: state_of(row)?,
        at: row.get(5)?,
        seen: stamp(6)?,
        steady: row.get(7)?,
        kept: kept
            .and_then(|json| serde_json::from_str(&json).ok())
            .and_then(kept_of),
        older: if older == "[]" {
            Vec::new()
        } else {
            kept_list(&older)
        },
        version: row.get(10)?,
        upload: upload.zip(stamp(12)?),
        allowed: stamp(13)?,
        retry: row.get(14)?,
        was: row.get(17)?,
        renaming: row.get(18)?,
    };
    Ok((row.get(0)?, entry))
}

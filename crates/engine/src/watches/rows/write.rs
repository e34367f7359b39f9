//! Writing a ledger's changes.

use rusqlite::params;

use super::{kept_text, stamp_text, state_text};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::pins::PinText;
use crate::store::{StoreError, Tx};
use crate::uploads::from_watch;
use crate::walk::readable;
use crate::watches::ledger::{Brake, Dropped, Entry, EntryState, FolderPin, Way, Why};

/// What of a folder is to be written, all of it or nothing.
#[derive(Debug, Clone, Default)]
pub(in crate::watches) struct Change {
    pub(in crate::watches) entries: Vec<(Way, Entry)>,
    pub(in crate::watches) removed: Vec<i64>,
    pub(in crate::watches) dropped: Vec<(Dropped, PinText)>,
    /// The folder's own state.
    pub(in crate::watches) folder: Option<(FolderPin, Option<Brake>)>,
    /// What came of it, grouped: kind and sentence.
    pub(in crate::watches) notes: Vec<(&'static str, String)>,
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}

/// Writes it.
pub(in crate::watches) fn save(
    tx: &Tx,
    watch: i64,
    account: AccountId,
    change: &Change,
    now: Millis,
) -> Result<(), StoreError> {
    let mut delete = tx.prepare_cached("DELETE FROM watch_entry WHERE watch = ?1 AND id = ?2")?;
    for id in &change.removed {
        delete.execute(params![watch, id])?;
    }
    for (way, entry) in &change.entries {
        put(tx, watch, way, entry)?;
    }
    for (dropped, pin) in &change.dropped {
        drop_pin(tx, watch, account, dropped, pin, now)?;
    }
    if let Some((folder, brake)) = &change.folder {
        let kept = folder.kept.as_ref().map(kept_text);
        let older: Vec<_> = folder.older.iter().map(kept_text).collect();
        tx.execute(
            "UPDATE watch SET folder = ?2, upload = ?3, brake_at = ?4, brake_of = ?5 WHERE id = ?1",
            params![
                watch,
                json(&(kept, older, folder.version))?,
                folder.upload,
                brake.map(|brake| brake.at),
                brake.map(|brake| brake.of)
            ],
        )?;
    }
    for (kind, sentence) in &change.notes {
        super::note(tx, watch, kind, sentence, now)?;
    }
    Ok(())
}

fn put(tx: &Tx, watch: i64, way: &Way, entry: &Entry) -> Result<(), StoreError> {
    let (state, reason, code) = state_text(&entry.state);
    let (unpin, braked) = match entry.state {
        EntryState::Gone { unpin, braked } => (unpin, braked),
        _ => (None, false),
    };
    let older: Vec<_> = entry.older.iter().map(kept_text).collect();
    let size = entry.seen.or(entry.kept.as_ref().map(|kept| kept.seen));
    tx.prepare_cached(
        "INSERT INTO watch_entry (watch, id, path, shown, state, reason, code, at, size, seen, steady, kept, older,
           service_cid, version, upload, sent, allowed, retry, unpin, braked, was, renaming)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)
         ON CONFLICT (watch, id) DO UPDATE SET path = excluded.path, shown = excluded.shown, state = excluded.state,
           reason = excluded.reason, code = excluded.code, at = excluded.at, size = excluded.size, seen = excluded.seen,
           steady = excluded.steady, kept = excluded.kept, older = excluded.older, service_cid = excluded.service_cid,
           version = excluded.version, upload = excluded.upload, sent = excluded.sent, allowed = excluded.allowed,
           retry = excluded.retry, unpin = excluded.unpin, braked = excluded.braked, was = excluded.was,
           renaming = excluded.renaming",
    )?
    .execute(params![
        watch,
        entry.id,
        way,
        readable(way),
        state,
        reason,
        code,
        entry.at,
        size.and_then(|stamp| i64::try_from(stamp.size).ok()),
        entry.seen.as_ref().map(stamp_text),
        entry.steady,
        entry.kept.as_ref().map(|kept| json(&kept_text(kept))).transpose()?,
        json(&older)?,
        entry.kept.as_ref().map(|kept| &kept.service_cid),
        entry.version,
        entry.upload.as_ref().map(|(id, _)| id),
        entry.upload.as_ref().map(|(_, stamp)| stamp_text(stamp)),
        entry.allowed.as_ref().map(stamp_text),
        entry.retry,
        unpin,
        braked,
        entry.was,
        entry.renaming
    ])?;
    Ok(())
}

fn drop_pin(
    tx: &Tx,
    watch: i64,
    account: AccountId,
    dropped: &Dropped,
    pin: &PinText,
    now: Millis,
) -> Result<(), StoreError> {
    let why = match dropped.why {
        Why::Deleted => "deleted",
        Why::Replaced => "replaced",
    };
    tx.execute(
        "INSERT INTO watch_unpin (watch, account, shown, at, why, cid, service_cid, name, keyvalues, owned, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'due')",
        params![
            watch,
            account,
            readable(&dropped.way),
            now,
            why,
            dropped.kept.cid,
            dropped.kept.service_cid,
            pin.name,
            json(&pin.keyvalues)?,
            dropped.kept.owned
        ],
    )?;
    Ok(())
}

/// Puts a file of the folder (or all of it) into the queue and marks its entries, in one transaction. Answers the queue's row.
pub(in crate::watches) fn take_upload(
    tx: &Tx,
    watch: i64,
    wanted: &from_watch::Watched,
    entries: &[(Way, Entry)],
    now: Millis,
) -> Result<i64, StoreError> {
    let id = from_watch::insert(tx, wanted, now)?;
    for (way, entry) in entries {
        let mut entry = entry.clone();
        entry.upload = entry.seen.map(|seen| (id, seen));
        entry.state = EntryState::Queued;
        entry.at = now;
        entry.retry = None;
        put(tx, watch, way, &entry)?;
    }
    if wanted.folder {
        tx.execute(
            "UPDATE watch SET upload = ?2 WHERE id = ?1",
            params![watch, id],
        )?;
    }
    Ok(id)
}

/// What became of a pin that a rule let go.
pub(in crate::watches) fn set_unpin(tx: &Tx, id: i64, state: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE watch_unpin SET state = ?2 WHERE id = ?1",
        params![id, state],
    )?;
    Ok(())
}

/// The bytes on the disk were compared.
pub(in crate::watches) fn set_hashed(
    tx: &Tx,
    watch: i64,
    ids: &[i64],
    now: Millis,
) -> Result<(), StoreError> {
    let mut update =
        tx.prepare_cached("UPDATE watch_entry SET hashed = ?3 WHERE watch = ?1 AND id = ?2")?;
    for id in ids {
        update.execute(params![watch, id, now])?;
    }
    Ok(())
}

/// What an audit found takes the place of what the one before found: entry, kind, path, sentence.
pub(in crate::watches) fn put_differences(
    tx: &Tx,
    watch: i64,
    found: &[(i64, &'static str, String, String)],
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM watch_difference WHERE watch = ?1", [watch])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO watch_difference (watch, entry, kind, at, shown, sentence) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (entry, kind, shown, sentence) in found {
        insert.execute(params![watch, entry, kind, now, shown, sentence])?;
    }
    Ok(())
}

/// A difference was repaired.
pub(in crate::watches) fn difference_done(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM watch_difference WHERE id = ?1", [id])?;
    Ok(())
}

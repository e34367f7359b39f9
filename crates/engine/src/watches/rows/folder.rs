//! The folder's own row, and what happened in it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use rusqlite::{Connection, Row, params};

use super::Stored;
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::store::{StoreError, Tx};
use crate::walk::Identity;
use crate::watches::ledger::Way;
use crate::watches::rules::WatchRules;

const COLUMNS: &str = "id, account, root, identity, rules, paused, stopped, seen, active, brake_at, brake_of, audited, audit, created";

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let (identity, rules): (String, String) = (row.get(3)?, row.get(4)?);
    let brake: (Option<Millis>, Option<usize>) = (row.get(9)?, row.get(10)?);
    Ok(Stored {
        id: row.get(0)?,
        account: row.get(1)?,
        root: OsString::from_vec(row.get(2)?).into(),
        identity: identity_of(&identity),
        rules: serde_json::from_str(&rules).unwrap_or_default(),
        paused: row.get(5)?,
        stopped: row.get(6)?,
        seen: row.get(7)?,
        active: row.get(8)?,
        brake: brake.0.zip(brake.1),
        audited: row.get(11)?,
        audit: row.get(12)?,
        created: row.get(13)?,
    })
}

fn identity_text(identity: Identity) -> String {
    format!("{}:{}", identity.device, identity.inode)
}

fn identity_of(text: &str) -> Identity {
    let parts = text.split_once(':');
    let parsed = parts.and_then(|(device, inode)| device.parse().ok().zip(inode.parse().ok()));
    let (device, inode) = parsed.unwrap_or_default();
    Identity { device, inode }
}

fn rules_text(rules: &WatchRules) -> Result<String, StoreError> {
    serde_json::to_string(rules).map_err(|error| StoreError::Other(error.to_string()))
}

/// Begins to watch a folder.
pub(in crate::watches) fn insert(
    tx: &Tx,
    account: AccountId,
    root: &Path,
    identity: Identity,
    rules: &WatchRules,
    now: Millis,
) -> Result<i64, StoreError> {
    tx.execute(
        "INSERT INTO watch (account, root, identity, rules, created) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            account,
            root.as_os_str().as_bytes(),
            identity_text(identity),
            rules_text(rules)?,
            now
        ],
    )?;
    Ok(tx.last_insert_rowid())
}

/// Every watched folder, oldest first.
pub(in crate::watches) fn all(tx: &Connection) -> Result<Vec<Stored>, StoreError> {
    let mut select = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM watch ORDER BY id"))?;
    Ok(select.query_map([], stored)?.collect::<Result<_, _>>()?)
}

/// One of them.
pub(in crate::watches) fn get(tx: &Connection, id: i64) -> Result<Stored, StoreError> {
    Ok(tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM watch WHERE id = ?1"))?
        .query_row([id], stored)?)
}

/// Watches it no more. Its pins stay, and so does the journal.
pub(in crate::watches) fn delete(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM watch WHERE id = ?1", [id])?;
    Ok(())
}

/// Other rules.
pub(in crate::watches) fn set_rules(
    tx: &Tx,
    id: i64,
    account: AccountId,
    rules: &WatchRules,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE watch SET rules = ?2, account = ?3 WHERE id = ?1",
        params![id, rules_text(rules)?, account],
    )?;
    Ok(())
}

/// Paused until then; `None`: it works.
pub(in crate::watches) fn pause(
    tx: &Tx,
    id: i64,
    until: Option<Millis>,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE watch SET paused = ?2, stopped = ?3 WHERE id = ?1",
        params![id, until, until.map(|_| now)],
    )?;
    Ok(())
}

/// The same folder is somewhere else, or on another disk, now.
pub(in crate::watches) fn relocate(
    tx: &Tx,
    id: i64,
    root: &Path,
    identity: Identity,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE watch SET root = ?2, identity = ?3 WHERE id = ?1",
        params![id, root.as_os_str().as_bytes(), identity_text(identity)],
    )?;
    Ok(())
}

/// It was looked at and was there.
pub(in crate::watches) fn set_seen(tx: &Tx, id: i64, now: Millis) -> Result<(), StoreError> {
    tx.execute("UPDATE watch SET seen = ?2 WHERE id = ?1", params![id, now])?;
    Ok(())
}

/// Folders below it at which other disks were seen.
pub(in crate::watches) fn disks(tx: &Connection, id: i64) -> Result<BTreeSet<Way>, StoreError> {
    let mut select = tx.prepare_cached("SELECT path FROM watch_disk WHERE watch = ?1")?;
    Ok(select
        .query_map([id], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// There too.
pub(in crate::watches) fn add_disks(
    tx: &Tx,
    id: i64,
    disks: &BTreeSet<Way>,
) -> Result<(), StoreError> {
    let mut insert =
        tx.prepare_cached("INSERT OR IGNORE INTO watch_disk (watch, path) VALUES (?1, ?2)")?;
    for way in disks {
        insert.execute(params![id, way])?;
    }
    Ok(())
}

/// Something came of it.
fn touch_active(tx: &Tx, id: i64, now: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE watch SET active = ?2 WHERE id = ?1",
        params![id, now],
    )?;
    Ok(())
}

/// What an audit counted.
pub(in crate::watches) fn set_audit(
    tx: &Tx,
    id: i64,
    audit: &str,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE watch SET audited = ?3, audit = ?2 WHERE id = ?1",
        params![id, audit, now],
    )?;
    Ok(())
}

/// Something happened. The newest 500 of a folder are kept.
pub(in crate::watches) fn note(
    tx: &Tx,
    id: i64,
    kind: &str,
    sentence: &str,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO watch_event (watch, at, kind, sentence) VALUES (?1, ?2, ?3, ?4)",
        params![id, now, kind, sentence],
    )?;
    tx.execute(
        "DELETE FROM watch_event WHERE watch = ?1 AND id <=
           (SELECT max(id) FROM watch_event WHERE watch = ?1) - 500",
        [id],
    )?;
    touch_active(tx, id, now)
}

/// What happened last, newest first: time, kind, sentence.
pub(in crate::watches) fn events(
    tx: &Connection,
    id: i64,
    n: usize,
) -> Result<Vec<(Millis, String, String)>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT at, kind, sentence FROM watch_event WHERE watch = ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    Ok(select
        .query_map(params![id, n], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?)
}

/// The CID of the folder's present version, where it is one pin.
pub(in crate::watches) fn folder_cid(
    tx: &Connection,
    id: i64,
) -> Result<Option<String>, StoreError> {
    let json: Option<String> =
        tx.query_row("SELECT folder FROM watch WHERE id = ?1", [id], |row| {
            row.get(0)
        })?;
    let versions: Option<super::Versions> = json.and_then(|json| serde_json::from_str(&json).ok());
    Ok(versions.and_then(|(kept, ..)| kept).map(|kept| kept.2))
}

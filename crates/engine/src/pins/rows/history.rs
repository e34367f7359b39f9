//! What happened to pins, as the ledger remembers it: uploads, edits, and the journal of unpins.

use rusqlite::{Connection, params};

use super::{Mirrored, json_list};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::pins::PinEdit;
use crate::store::{StoreError, Tx};

/// Stands for "never" where no value means that nothing was said.
const NO_END: Millis = 0;

/// What the ledger knows of the past of a CID.
pub(in crate::pins) enum Past {
    /// It was sent from here.
    Uploaded {
        /// When the service had it.
        at: Millis,
        /// The sources' paths as stored.
        paths: String,
    },
    /// It was unpinned here.
    Unpinned {
        /// When.
        at: Millis,
    },
    /// It was edited here.
    Edited {
        /// When.
        at: Millis,
        /// The name it was given.
        name: Option<String>,
        /// Keys that were set.
        set: Vec<String>,
        /// Keys that were taken away.
        removed: Vec<String>,
    },
    /// It was given an end, or none any more, here.
    EndSet {
        /// When.
        at: Millis,
        /// Its end.
        expires: Option<Millis>,
    },
}

/// The latest of each sort of thing that happened to a CID.
pub(in crate::pins) fn past(
    ledger: &Connection,
    account: AccountId,
    cid: &str,
) -> Result<Vec<Past>, StoreError> {
    let mut all = Vec::new();
    let mut uploads = ledger.prepare_cached(
        "SELECT finished, paths FROM upload
         WHERE account = ?1 AND service_cid = ?2 AND state = 'pinned' AND finished IS NOT NULL ORDER BY id DESC LIMIT 20",
    )?;
    let uploaded = uploads.query_map(params![account, cid], |row| {
        Ok(Past::Uploaded {
            at: row.get(0)?,
            paths: row.get(1)?,
        })
    })?;
    for row in uploaded {
        all.push(row?);
    }
    let mut unpins = ledger.prepare_cached(
        "SELECT at FROM journal WHERE account = ?1 AND cid = ?2 ORDER BY id DESC LIMIT 10",
    )?;
    let unpinned = unpins.query_map(params![account, cid], |row| {
        Ok(Past::Unpinned { at: row.get(0)? })
    })?;
    for row in unpinned {
        all.push(row?);
    }
    let mut edits = ledger.prepare_cached(
        "SELECT at, name, keys_set, keys_removed, expires FROM pin_edit
         WHERE account = ?1 AND cid = ?2 ORDER BY id DESC LIMIT 20",
    )?;
    let edited = edits.query_map(params![account, cid], |row| {
        let keys = |text: String| serde_json::from_str(&text).unwrap_or_default();
        let at = row.get(0)?;
        if let Some(end) = row.get::<_, Option<Millis>>(4)? {
            let expires = Some(end).filter(|end| *end != NO_END);
            return Ok(Past::EndSet { at, expires });
        }
        Ok(Past::Edited {
            at,
            name: row.get(1)?,
            set: keys(row.get(2)?),
            removed: keys(row.get(3)?),
        })
    })?;
    for row in edited {
        all.push(row?);
    }
    Ok(all)
}

/// Remembers what was changed about a pin.
pub(in crate::pins) fn note_edit(
    tx: &Tx,
    account: AccountId,
    cid: &str,
    edit: &PinEdit,
    now: Millis,
) -> Result<(), StoreError> {
    let set: Vec<String> = edit.set.iter().map(|(key, _)| key.clone()).collect();
    tx.execute(
        "INSERT INTO pin_edit (account, cid, at, name, keys_set, keys_removed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            account,
            cid,
            now,
            edit.name,
            json_list(&set),
            json_list(&edit.remove)
        ],
    )?;
    Ok(())
}

/// Remembers the end that a pin was given.
pub(in crate::pins) fn note_end(
    tx: &Tx,
    account: AccountId,
    cid: &str,
    expires: Option<Millis>,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO pin_edit (account, cid, at, keys_set, keys_removed, expires) VALUES (?1, ?2, ?3, '[]', '[]', ?4)",
        params![account, cid, now, expires.unwrap_or(NO_END)],
    )?;
    Ok(())
}

/// Remembers what is about to be unpinned.
/// Answers the entry's number.
pub(in crate::pins) fn journal(tx: &Tx, row: &Mirrored, now: Millis) -> Result<i64, StoreError> {
    let keyvalues = serde_json::to_string(&row.pin.keyvalues).unwrap_or_else(|_| "{}".into());
    tx.execute(
        "INSERT INTO journal (account, at, cid, name, keyvalues) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![row.account, now, row.pin.cid, row.pin.name, keyvalues],
    )?;
    Ok(tx.last_insert_rowid())
}

/// It was not unpinned after all.
pub(in crate::pins) fn unjournal(tx: &Tx, entry: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM journal WHERE id = ?1", [entry])?;
    Ok(())
}

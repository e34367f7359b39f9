//! Reading a ledger: whole at the start, in windows for the page, and what the queue answered.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::{ADDED, ENTRY, disks, entry, kept_of};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::store::StoreError;
use crate::watches::ledger::{Brake, Entry, FolderPin, Ledger, Way};

/// The whole ledger of a folder.
pub(in crate::watches) fn load(tx: &Connection, watch: i64) -> Result<Ledger, StoreError> {
    let mut ledger = Ledger::default();
    let mut select = tx.prepare_cached(&format!(
        "SELECT {ENTRY} FROM watch_entry e WHERE e.watch = ?1"
    ))?;
    for row in select.query_map([watch], entry)? {
        let (way, entry) = row?;
        ledger.last_id = ledger.last_id.max(entry.id);
        ledger.entries.put(way, entry);
    }
    let (folder, upload, at, of): (Option<String>, Option<i64>, Option<Millis>, Option<usize>) = tx
        .query_row(
            "SELECT folder, upload, brake_at, brake_of FROM watch WHERE id = ?1",
            [watch],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
    let parsed: Option<super::Versions> = folder.and_then(|json| serde_json::from_str(&json).ok());
    if let Some((kept, older, version)) = parsed {
        ledger.folder = FolderPin {
            kept: kept.and_then(kept_of),
            older: older.into_iter().filter_map(kept_of).collect(),
            version,
            upload,
        };
    }
    ledger.folder.upload = upload;
    ledger.disks = disks(tx, watch)?;
    ledger.brake = at.zip(of).map(|(at, of)| Brake { at, of });
    Ok(ledger)
}

/// What the queue says of a row that it is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::watches) struct Outcome {
    pub(in crate::watches) upload: i64,
    pub(in crate::watches) state: String,
    pub(in crate::watches) reason: Option<String>,
    pub(in crate::watches) detail: Option<String>,
    pub(in crate::watches) cid: Option<String>,
    pub(in crate::watches) service_cid: Option<String>,
    pub(in crate::watches) verdict: Option<String>,
    pub(in crate::watches) created: Millis,
}

const OUTCOME: &str =
    "u.id, u.state, u.reason, u.detail, u.cid, u.service_cid, u.verdict, u.created";

fn outcome(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<Outcome> {
    Ok(Outcome {
        upload: row.get(from)?,
        state: row.get(from + 1)?,
        reason: row.get(from + 2)?,
        detail: row.get(from + 3)?,
        cid: row.get(from + 4)?,
        service_cid: row.get(from + 5)?,
        verdict: row.get(from + 6)?,
        created: row.get(from + 7)?,
    })
}

/// Followed files whose row of the queue has ended, or needs a person.
pub(in crate::watches) fn outcomes(
    tx: &Connection,
    watch: i64,
) -> Result<Vec<(Way, Outcome)>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT e.path, {OUTCOME} FROM watch_entry e JOIN upload u ON u.id = e.upload
         WHERE e.watch = ?1 AND e.state = 'queued' AND e.upload IS NOT NULL
           AND u.state IN ('pinned', 'cancelled', 'needs_you') LIMIT 2000"
    ))?;
    Ok(select
        .query_map([watch], |row| Ok((row.get(0)?, outcome(row, 1)?)))?
        .collect::<Result<_, _>>()?)
}

/// The same for the folder as one pin.
pub(in crate::watches) fn folder_outcome(
    tx: &Connection,
    watch: i64,
) -> Result<Option<Outcome>, StoreError> {
    Ok(tx
        .prepare_cached(&format!(
            "SELECT {OUTCOME} FROM watch w JOIN upload u ON u.id = w.upload
             WHERE w.id = ?1 AND u.state IN ('pinned', 'cancelled', 'needs_you')"
        ))?
        .query_row([watch], |row| outcome(row, 0))
        .optional()?)
}

/// Uploads that no folder asked for and that ended in this pin: it is a person's own.
pub(in crate::watches) fn sent_by_hand(
    tx: &Connection,
    account: AccountId,
    service_cid: &str,
) -> Result<bool, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT paths FROM upload WHERE account = ?1 AND service_cid = ?2 AND state = 'pinned'",
    )?;
    for paths in select.query_map(params![account, service_cid], |row| row.get::<_, String>(0))? {
        // A watched file's text has three parts.
        if !paths?.contains("%00") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Paths of other folders of the account that have this pin.
pub(in crate::watches) fn count_pinned_elsewhere(
    tx: &Connection,
    watch: i64,
    account: AccountId,
    service_cid: &str,
) -> Result<u64, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT count(*) FROM watch_entry e JOIN watch w ON w.id = e.watch
             WHERE e.service_cid = ?3 AND e.watch <> ?1 AND w.account = ?2",
        )?
        .query_row(params![watch, account, service_cid], |row| row.get(0))?)
}

/// Which rows of a ledger.
#[derive(Debug, Clone, Default)]
pub(in crate::watches) struct Query {
    /// Stored names of states; empty: all.
    pub(in crate::watches) states: Vec<&'static str>,
    /// The reason, exactly.
    pub(in crate::watches) reason: Option<String>,
    /// Part of the path.
    pub(in crate::watches) text: String,
    /// By path and not by time.
    pub(in crate::watches) by_path: bool,
    /// Only those that wait for the brake's answer.
    pub(in crate::watches) braked: bool,
}

/// A row with what the queue does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::watches) struct Shown {
    pub(in crate::watches) way: Way,
    pub(in crate::watches) path: String,
    pub(in crate::watches) size: Option<u64>,
    pub(in crate::watches) entry: Entry,
    /// The state of its row in the queue.
    pub(in crate::watches) queue: Option<String>,
}

fn condition(watch: i64, query: &Query) -> (String, Vec<Value>) {
    use std::fmt::Write;
    let mut sql = "e.watch = ?1".to_owned();
    let mut values = vec![Value::from(watch)];
    if !query.states.is_empty() {
        let names: Vec<String> = query
            .states
            .iter()
            .map(|name| format!("'{name}'"))
            .collect();
        let _ = write!(sql, " AND e.state IN ({})", names.join(", "));
    }
    if let Some(reason) = &query.reason {
        values.push(Value::from(reason.clone()));
        let _ = write!(sql, " AND e.reason = ?{}", values.len());
    }
    if !query.text.is_empty() {
        let escaped = query
            .text
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        values.push(Value::from(format!("%{escaped}%")));
        let _ = write!(sql, " AND e.shown LIKE ?{} ESCAPE '\\'", values.len());
    }
    if query.braked {
        sql += " AND e.braked";
    }
    (sql, values)
}

/// How many rows match, and a window of them.
pub(in crate::watches) fn page(
    tx: &Connection,
    watch: i64,
    query: &Query,
    from: usize,
    n: usize,
) -> Result<(u64, Vec<Shown>), StoreError> {
    let (which, values) = condition(watch, query);
    let total = tx
        .prepare_cached(&format!("SELECT count(*) FROM watch_entry e WHERE {which}"))?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    let order = if query.by_path {
        "e.shown, e.id"
    } else {
        "e.at DESC, e.id DESC"
    };
    let mut select = tx.prepare_cached(&format!(
        "SELECT {ENTRY}, e.shown, e.size, u.state FROM watch_entry e LEFT JOIN upload u ON u.id = e.upload
         WHERE {which} ORDER BY {order} LIMIT {n} OFFSET {from}"
    ))?;
    let rows = select
        .query_map(params_from_iter(&values), |row| {
            let (way, entry) = entry(row)?;
            Ok(Shown {
                way,
                path: row.get(ADDED)?,
                size: row.get(ADDED + 1)?,
                entry,
                queue: row.get(ADDED + 2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok((total, rows))
}

/// How many paths are in each state, and how many of the gone still have a pin that waits for a person.
pub(in crate::watches) fn counts(
    tx: &Connection,
    watch: i64,
) -> Result<Vec<(String, bool, u64)>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT state, braked, count(*) FROM watch_entry WHERE watch = ?1 GROUP BY state, braked",
    )?;
    Ok(select
        .query_map([watch], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?)
}

/// How many different pins stand in the ledger.
pub(in crate::watches) fn kept(tx: &Connection, watch: i64) -> Result<u64, StoreError> {
    Ok(tx.query_row(
        "SELECT count(DISTINCT service_cid) FROM watch_entry WHERE watch = ?1",
        [watch],
        |row| row.get(0),
    )?)
}

/// Reasons that occur in these states, most frequent first.
pub(in crate::watches) fn reasons(
    tx: &Connection,
    watch: i64,
    query: &Query,
) -> Result<Vec<(String, u64)>, StoreError> {
    let (which, values) = condition(watch, query);
    let mut select = tx.prepare_cached(&format!(
        "SELECT e.reason, count(*) FROM watch_entry e WHERE {which} AND e.reason <> ''
         GROUP BY e.reason ORDER BY count(*) DESC LIMIT 50"
    ))?;
    Ok(select
        .query_map(params_from_iter(&values), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?)
}

/// A pin that a rule let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::watches) struct Unpin {
    pub(in crate::watches) id: i64,
    pub(in crate::watches) account: AccountId,
    pub(in crate::watches) shown: String,
    pub(in crate::watches) at: Millis,
    pub(in crate::watches) why: String,
    pub(in crate::watches) cid: String,
    pub(in crate::watches) service_cid: String,
    pub(in crate::watches) name: Option<String>,
    pub(in crate::watches) keyvalues: String,
    pub(in crate::watches) owned: bool,
    pub(in crate::watches) state: String,
}

fn unpin(row: &rusqlite::Row<'_>) -> rusqlite::Result<Unpin> {
    Ok(Unpin {
        id: row.get(0)?,
        account: row.get(1)?,
        shown: row.get(2)?,
        at: row.get(3)?,
        why: row.get(4)?,
        cid: row.get(5)?,
        service_cid: row.get(6)?,
        name: row.get(7)?,
        keyvalues: row.get(8)?,
        owned: row.get(9)?,
        state: row.get(10)?,
    })
}

const UNPIN: &str = "id, account, shown, at, why, cid, service_cid, name, keyvalues, owned, state";

/// Pins that the service is still to be asked to let go, at most 500.
pub(in crate::watches) fn due_unpins(
    tx: &Connection,
    watch: i64,
) -> Result<Vec<Unpin>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT {UNPIN} FROM watch_unpin WHERE watch = ?1 AND state = 'due' ORDER BY id LIMIT 500"
    ))?;
    Ok(select
        .query_map([watch], unpin)?
        .collect::<Result<_, _>>()?)
}

/// One of them.
pub(in crate::watches) fn unpin_of(
    tx: &Connection,
    watch: i64,
    id: i64,
) -> Result<Option<Unpin>, StoreError> {
    Ok(tx
        .prepare_cached(&format!(
            "SELECT {UNPIN} FROM watch_unpin WHERE watch = ?1 AND id = ?2"
        ))?
        .query_row(params![watch, id], unpin)
        .optional()?)
}

/// The journal of a folder, newest first: how many there are, and a window.
pub(in crate::watches) fn unpins(
    tx: &Connection,
    watch: i64,
    from: usize,
    n: usize,
) -> Result<(u64, Vec<Unpin>), StoreError> {
    let total = tx.query_row(
        "SELECT count(*) FROM watch_unpin WHERE watch = ?1",
        [watch],
        |row| row.get(0),
    )?;
    let mut select = tx.prepare_cached(&format!(
        "SELECT {UNPIN} FROM watch_unpin WHERE watch = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3"
    ))?;
    let rows = select
        .query_map(params![watch, n, from], unpin)?
        .collect::<Result<_, _>>()?;
    Ok((total, rows))
}

/// A difference as stored: number, entry, kind, path, sentence.
pub(in crate::watches) type Difference = (i64, i64, String, String, String);

/// What the last audit found.
pub(in crate::watches) fn differences(
    tx: &Connection,
    watch: i64,
) -> Result<Vec<Difference>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id, entry, kind, shown, sentence FROM watch_difference WHERE watch = ?1 ORDER BY id LIMIT 1000",
    )?;
    Ok(select
        .query_map([watch], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })?
        .collect::<Result<_, _>>()?)
}

/// Uploads of these bytes that may rely on the pin at this very moment, or whose answer no folder has heard yet.
pub(in crate::watches) fn relied_on(
    tx: &Connection,
    account: AccountId,
    cid: &str,
    service_cid: &str,
) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM upload u WHERE u.account = ?1 AND u.cid = ?2
                 AND u.state IN ('checking', 'sending', 'confirming'))
               OR EXISTS (SELECT 1 FROM upload u JOIN watch_entry e ON e.upload = u.id
                 WHERE u.account = ?1 AND u.service_cid = ?3)
               OR EXISTS (SELECT 1 FROM upload u JOIN watch w ON w.upload = u.id
                 WHERE u.account = ?1 AND u.service_cid = ?3)",
        )?
        .query_row(params![account, cid, service_cid], |row| row.get(0))?)
}

/// Pinned entries whose bytes were not compared for longest.
pub(in crate::watches) fn least_hashed(
    tx: &Connection,
    watch: i64,
    n: usize,
) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM watch_entry WHERE watch = ?1 AND state = 'pinned' ORDER BY hashed, id LIMIT ?2",
    )?;
    Ok(select
        .query_map(params![watch, n], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

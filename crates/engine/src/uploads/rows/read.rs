//! Reading the queue.

use rusqlite::{Connection, OptionalExtension, params};

use super::{ACTIVE, ACTIVE_STATES, COLUMNS, Upload, upload};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::store::StoreError;
use crate::uploads::state::LONGEST;

/// One row.
pub(in crate::uploads) fn get(tx: &Connection, id: i64) -> Result<Upload, StoreError> {
    Ok(tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM upload WHERE id = ?1"))?
        .query_row([id], upload)?)
}

/// One row, where it is there.
pub(in crate::uploads) fn find(tx: &Connection, id: i64) -> Result<Option<Upload>, StoreError> {
    match get(tx, id) {
        Ok(upload) => Ok(Some(upload)),
        Err(StoreError::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Numbers as SQL has them in brackets.
fn list(ids: &[i64]) -> String {
    ids.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// Rows that work can be done on, those that were moved to the front first, then those nearest to their end, and those that
/// were moved to the end last; without those in `busy`. `largest`: only rows that are not known to be larger.
pub(in crate::uploads) fn next(
    tx: &Connection,
    accounts: &[AccountId],
    busy: &[i64],
    most: usize,
    largest: Option<u64>,
) -> Result<Vec<i64>, StoreError> {
    let small = largest.map_or(String::new(), |bytes| {
        format!("AND (bytes IS NULL OR bytes <= {bytes})")
    });
    let fit = format!(
        "account IN ({}) AND id NOT IN ({}) {small}",
        list(accounts),
        list(busy)
    );
    let moved = |which: &str, most: usize| -> Result<Vec<i64>, StoreError> {
        let sql = format!(
            "SELECT id FROM upload WHERE {which} AND state IN {ACTIVE_STATES} AND {fit} ORDER BY priority DESC LIMIT {most}"
        );
        let mut select = tx.prepare_cached(&sql)?;
        Ok(select
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    };
    let mut found = moved("priority > 0", most)?;
    for (name, _) in ACTIVE.iter().rev() {
        let mut select = tx.prepare_cached(&format!(
            "SELECT id FROM upload WHERE state = '{name}' AND priority = 0 AND {fit} ORDER BY id LIMIT {}",
            most - found.len()
        ))?;
        for id in select.query_map([], |row| row.get(0))? {
            found.push(id?);
        }
        if found.len() == most {
            return Ok(found);
        }
    }
    found.extend(moved("priority < 0", most - found.len())?);
    Ok(found)
}

/// Rows whose wait is over. One that is longer than any was begun before the clock was set back, and is over as well.
pub(in crate::uploads) fn due(tx: &Connection, now: Millis) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM upload WHERE state = 'waiting' AND until NOT BETWEEN ?1 + 1 AND ?2 ORDER BY id",
    )?;
    Ok(select
        .query_map([now, now + LONGEST], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Pinned, and what was chosen besides sending is not set yet.
pub(in crate::uploads) fn unsettled(tx: &Connection) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let mut select = tx
        .prepare("SELECT id, account FROM upload WHERE state = 'pinned' AND amended ORDER BY id")?;
    Ok(select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// Rows of an account that have not ended.
pub(in crate::uploads) fn unfinished_of(
    tx: &Connection,
    account: AccountId,
) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM upload WHERE account = ?1 AND state NOT IN ('pinned', 'cancelled') ORDER BY id",
    )?;
    Ok(select
        .query_map([account], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// The sources of all rows that have not ended.
pub(in crate::uploads) fn unfinished_paths(tx: &Connection) -> Result<Vec<String>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT each.value FROM upload, json_each(upload.paths) AS each
         WHERE state NOT IN ('pinned', 'cancelled')",
    )?;
    Ok(select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// When the next wait is over.
pub(in crate::uploads) fn next_due(tx: &Connection) -> Result<Option<Millis>, StoreError> {
    Ok(tx.query_row(
        "SELECT min(until) FROM upload WHERE state = 'waiting'",
        [],
        |row| row.get(0),
    )?)
}

/// A CID that the service gave for the same bytes in an earlier upload.
pub(in crate::uploads) fn earlier(
    tx: &Connection,
    account: AccountId,
    cid: &str,
    id: i64,
) -> Result<Option<(String, String)>, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT service_cid, verdict FROM upload WHERE account = ?1 AND cid = ?2 AND id <> ?3 AND state = 'pinned'
             AND service_cid IS NOT NULL AND verdict IN ('verified', 'other_layout') ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![account, cid, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Whether the answer to another upload of the same bytes was lost: they may have arrived.
pub(in crate::uploads) fn unanswered(
    tx: &Connection,
    account: AccountId,
    cid: &str,
    id: i64,
) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM upload WHERE account = ?1 AND cid = ?2 AND id <> ?3
             AND (state = 'confirming' OR (state IN ('waiting', 'paused', 'needs_you') AND resume_to = 'confirming'))",
        )?
        .exists(params![account, cid, id])?)
}

/// The newest uploads whose bytes have this CID, whoever computed it.
pub(in crate::uploads) fn receipts(tx: &Connection, cid: &str) -> Result<Vec<Upload>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM upload WHERE (cid = ?1 OR service_cid = ?1) AND stamp IS NOT NULL
         AND coalesce(verdict, '') <> 'different' ORDER BY id DESC LIMIT 5"
    ))?;
    Ok(select.query_map([cid], upload)?.collect::<Result<_, _>>()?)
}

/// How many rows stand in each state, and their bytes from `first` on.
pub(in crate::uploads) fn counts(tx: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT state, count(*) FROM upload WHERE NOT cleared GROUP BY state")?;
    Ok(select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// How many rows neither move nor need the person. `ready`: the accounts that are not held.
pub(in crate::uploads) fn waiting(tx: &Connection, ready: &[AccountId]) -> Result<u64, StoreError> {
    let (ready, open) = (list(ready), unfinished_states());
    let sql = format!(
        "SELECT count(*) FROM upload
         WHERE state IN ({open}, 'paused')
           AND (state IN ('waiting', 'paused') OR cancelling OR account NOT IN ({ready}))"
    );
    Ok(tx.query_row(&sql, [], |row| row.get(0))?)
}

/// Bytes of the present batch, without those of rows that need the person or are taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::uploads) struct Batch {
    /// Sent, as far as rows say.
    pub(in crate::uploads) done: u64,
    /// In all.
    pub(in crate::uploads) total: u64,
    /// Not sent, of rows that can be worked on now; `None` while the size of one is not known.
    pub(in crate::uploads) left: Option<u64>,
    /// The bytes of every row are known.
    pub(in crate::uploads) sized: bool,
}

/// The bytes of the batch that begins with row `first`. `ready`: the accounts that are not held; `broken_off`: rows whose
/// last request did not leave in full.
pub(in crate::uploads) fn batch(
    tx: &Connection,
    first: i64,
    ready: &[AccountId],
    broken_off: &[i64],
) -> Result<Batch, StoreError> {
    let (ready, broken_off) = (list(ready), list(broken_off));
    let sql = format!(
        "WITH moved AS (
           SELECT bytes, account IN ({ready}) AND state NOT IN ('paused', 'waiting') AS moves,
                  CASE WHEN state = 'pinned' THEN bytes
                       WHEN state = 'confirming' AND id NOT IN ({broken_off}) THEN bytes
                       ELSE min(resume_offset, coalesce(bytes, 0)) END AS done
           FROM upload WHERE id >= ?1 AND state NOT IN ('cancelled', 'needs_you') AND NOT cancelling)
         SELECT coalesce(sum(done), 0), coalesce(sum(bytes), 0),
                coalesce(sum(bytes - done) FILTER (WHERE moves), 0),
                count(*) FILTER (WHERE bytes IS NULL AND moves), count(*) FILTER (WHERE bytes IS NULL) = 0
         FROM moved"
    );
    Ok(tx.query_row(&sql, [first], |row| {
        let unknown: u64 = row.get(3)?;
        let left = row.get(2)?;
        Ok(Batch {
            done: row.get(0)?,
            total: row.get(1)?,
            left: (unknown == 0).then_some(left),
            sized: row.get(4)?,
        })
    })?)
}

/// The oldest row that has not ended.
pub(in crate::uploads) fn first_open(tx: &Connection) -> Result<Option<i64>, StoreError> {
    Ok(tx.query_row(
        "SELECT min(id) FROM upload WHERE state NOT IN ('pinned', 'cancelled')",
        [],
        |row| row.get(0),
    )?)
}

/// The rows in a state.
pub(in crate::uploads) fn in_states(tx: &Connection, states: &str) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare(&format!(
        "SELECT id FROM upload WHERE state IN ({states}) ORDER BY id"
    ))?;
    Ok(select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// All states in which work is done or waited for.
pub(in crate::uploads) fn unfinished_states() -> String {
    format!("{}, 'waiting'", ACTIVE_STATES.trim_matches(['(', ')']))
}

/// What was left out of a folder.
pub(in crate::uploads) fn problems(
    tx: &Connection,
    id: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT path, sentence FROM upload_problem WHERE upload = ?1 LIMIT 500")?;
    Ok(select
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

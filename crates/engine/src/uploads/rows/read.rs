//! Reading the queue.

use rusqlite::{Connection, OptionalExtension, params};

use super::{ACTIVE, ACTIVE_STATES, COLUMNS, Upload, upload};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::store::StoreError;

/// One row.
pub(in crate::uploads) fn get(tx: &Connection, id: i64) -> Result<Upload, StoreError> {
    Ok(tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM upload WHERE id = ?1"))?
        .query_row([id], upload)?)
}

/// Rows that work can be done on, those nearest to their end first, without those in `busy`.
pub(in crate::uploads) fn next(
    tx: &Connection,
    accounts: &[AccountId],
    busy: &[i64],
    most: usize,
) -> Result<Vec<i64>, StoreError> {
    let list = |ids: &[i64]| {
        ids.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")
    };
    let mut found = Vec::new();
    for (name, _) in ACTIVE.iter().rev() {
        let mut select = tx.prepare_cached(&format!(
            "SELECT id FROM upload WHERE state = '{name}' AND account IN ({}) AND id NOT IN ({}) ORDER BY id LIMIT {}",
            list(accounts),
            list(busy),
            most - found.len()
        ))?;
        for id in select.query_map([], |row| row.get(0))? {
            found.push(id?);
        }
        if found.len() == most {
            break;
        }
    }
    Ok(found)
}

/// Rows whose wait is over.
pub(in crate::uploads) fn due(tx: &Connection, now: Millis) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM upload WHERE state = 'waiting' AND until <= ?1 ORDER BY id",
    )?;
    Ok(select
        .query_map([now], |row| row.get(0))?
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

/// The newest uploads whose bytes have this CID, whoever computed it.
pub(in crate::uploads) fn receipts(tx: &Connection, cid: &str) -> Result<Vec<Upload>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM upload WHERE (cid = ?1 OR service_cid = ?1) AND stamp IS NOT NULL
         AND coalesce(verdict, '') <> 'different' ORDER BY id DESC LIMIT 5"
    ))?;
    Ok(select.query_map([cid], upload)?.collect::<Result<_, _>>()?)
}

/// Which part of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UploadsFilter {
    /// Everything that has not ended.
    Now,
    /// What only a person can help.
    NeedsYou,
    /// What has ended.
    Finished,
}

fn condition(filter: UploadsFilter) -> (&'static str, &'static str) {
    match filter {
        UploadsFilter::Now => ("state NOT IN ('pinned', 'cancelled')", "id"),
        UploadsFilter::NeedsYou => ("state = 'needs_you'", "id"),
        UploadsFilter::Finished => (
            "state IN ('pinned', 'cancelled') AND NOT cleared",
            "finished DESC, id DESC",
        ),
    }
}

/// A window of the queue.
pub(in crate::uploads) fn window(
    tx: &Connection,
    filter: UploadsFilter,
    from: usize,
    n: usize,
) -> Result<Vec<Upload>, StoreError> {
    let (which, order) = condition(filter);
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM upload WHERE {which} ORDER BY {order} LIMIT ?1 OFFSET ?2"
    ))?;
    Ok(select
        .query_map(params![n, from], upload)?
        .collect::<Result<_, _>>()?)
}

/// How many rows stand in each state, and their bytes from `first` on.
pub(in crate::uploads) fn counts(tx: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT state, count(*) FROM upload WHERE NOT cleared GROUP BY state")?;
    Ok(select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// Bytes of the present batch: pinned, and in all. The batch begins with row `first`.
pub(in crate::uploads) fn batch(tx: &Connection, first: i64) -> Result<(u64, u64), StoreError> {
    Ok(tx.query_row(
        "SELECT coalesce(sum(CASE WHEN state = 'pinned' THEN bytes END), 0), coalesce(sum(bytes), 0)
         FROM upload WHERE id >= ?1 AND state <> 'cancelled'",
        [first],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
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

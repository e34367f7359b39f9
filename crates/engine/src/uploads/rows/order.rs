//! Which uploads go first and which last: the priority is above 0, or below.

use rusqlite::Connection;

use crate::store::{StoreError, Tx};

/// Of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::uploads) enum Edge {
    /// Before all others.
    Front,
    /// Behind all others.
    End,
}

/// Those of them that have a place in the queue, as they stand in it.
pub(in crate::uploads) fn in_order(tx: &Connection, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM upload WHERE id IN (SELECT value FROM json_each(?1))
         AND state NOT IN ('pinned', 'cancelled', 'needs_you') ORDER BY priority DESC, id",
    )?;
    Ok(select
        .query_map([json(ids)], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Numbers as SQL reads a list of them.
pub(super) fn json(ids: &[i64]) -> String {
    serde_json::to_string(ids).unwrap_or_default()
}

/// These go before all others, in the order that they are given in.
pub(in crate::uploads) fn put_first(tx: &Tx, ids: &[i64]) -> Result<(), StoreError> {
    let first: i64 = tx.query_row(
        "SELECT coalesce(max(priority), 0) FROM upload WHERE priority > 0 AND state NOT IN ('pinned', 'cancelled')",
        [],
        |row| row.get(0),
    )?;
    put(tx, (first + 1..).zip(ids.iter().rev()))
}

/// These go behind all others, in the order that they are given in.
pub(in crate::uploads) fn put_last(tx: &Tx, ids: &[i64]) -> Result<(), StoreError> {
    let last: i64 = tx.query_row(
        "SELECT coalesce(min(priority), 0) FROM upload WHERE priority < 0 AND state NOT IN ('pinned', 'cancelled')",
        [],
        |row| row.get(0),
    )?;
    put(tx, (1..).map(|step| last - step).zip(ids))
}

fn put<'a>(tx: &Tx, places: impl Iterator<Item = (i64, &'a i64)>) -> Result<(), StoreError> {
    let mut update = tx.prepare_cached("UPDATE upload SET priority = ?2 WHERE id = ?1")?;
    for (priority, id) in places {
        update.execute([*id, priority])?;
    }
    Ok(())
}

//! The lists that a person sees of the queue, window by window.

use rusqlite::{Connection, Row, params};

use super::order::json;
use super::{COLUMNS, Upload, upload};
use crate::store::StoreError;

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

const ENDED: &str = "state IN ('pinned', 'cancelled')";
const FOUND: &str =
    "state IN ('pinned', 'cancelled') AND (name LIKE ?1 ESCAPE '!' OR pin_name LIKE ?1 ESCAPE '!'
   OR cid LIKE ?1 ESCAPE '!' OR service_cid LIKE ?1 ESCAPE '!')";
const LATEST: &str = "finished DESC, id DESC";

fn condition(filter: UploadsFilter) -> &'static str {
    match filter {
        UploadsFilter::Now => "state NOT IN ('pinned', 'cancelled')",
        UploadsFilter::NeedsYou => "state = 'needs_you'",
        UploadsFilter::Finished => "state IN ('pinned', 'cancelled') AND NOT cleared",
    }
}

/// A window of the queue. What has not ended stands in the order that it goes in: those that were moved to the front, all
/// others by age, those that were moved to the end.
pub(in crate::uploads) fn window(
    tx: &Connection,
    filter: UploadsFilter,
    from: usize,
    n: usize,
) -> Result<Vec<Upload>, StoreError> {
    read(tx, COLUMNS, filter, (from, n), upload)
}

/// The numbers of the rows in a window of the queue, or of the history where a text is looked for.
pub(in crate::uploads) fn ids(
    tx: &Connection,
    filter: UploadsFilter,
    text: &str,
    from: usize,
    n: usize,
) -> Result<Vec<i64>, StoreError> {
    if text.is_empty() {
        return read(tx, "id", filter, (from, n), |row| row.get(0));
    }
    let mut select = tx.prepare_cached(&format!(
        "SELECT id FROM upload WHERE {FOUND} ORDER BY {LATEST} LIMIT ?2 OFFSET ?3"
    ))?;
    Ok(select
        .query_map(params![like(text), n, from], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Those of them that stand in this list. `history`: it shows what was taken out of it, too.
pub(in crate::uploads) fn among(
    tx: &Connection,
    filter: UploadsFilter,
    history: bool,
    ids: &[i64],
) -> Result<Vec<Upload>, StoreError> {
    let which = if history { ENDED } else { condition(filter) };
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM upload WHERE id IN (SELECT value FROM json_each(?1)) AND {which}"
    ))?;
    Ok(select
        .query_map([json(ids)], upload)?
        .collect::<Result<_, _>>()?)
}

fn read<T>(
    tx: &Connection,
    columns: &str,
    filter: UploadsFilter,
    (from, n): (usize, usize),
    each: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let which = condition(filter);
    let parts = if filter == UploadsFilter::Finished {
        vec![(which.to_owned(), LATEST)]
    } else {
        vec![
            (format!("priority > 0 AND {which}"), "priority DESC"),
            (format!("priority = 0 AND {which}"), "id"),
            (format!("priority < 0 AND {which}"), "priority DESC"),
        ]
    };
    let (mut rows, mut skip) = (Vec::new(), from);
    for (part, order) in parts {
        let mut select = tx.prepare_cached(&format!(
            "SELECT {columns} FROM upload WHERE {part} ORDER BY {order} LIMIT ?1 OFFSET ?2"
        ))?;
        let before = rows.len();
        for row in select.query_map(params![n - before, skip], each)? {
            rows.push(row?);
        }
        if rows.len() == n {
            break;
        }
        if rows.len() > before {
            skip = 0;
        } else if skip > 0 {
            let count = format!("SELECT count(*) FROM upload WHERE {part}");
            let passed: usize = tx.prepare_cached(&count)?.query_row([], |row| row.get(0))?;
            skip = skip.saturating_sub(passed);
        }
    }
    Ok(rows)
}

/// What has ended and has `text` in a name or a CID, the latest first, also what was taken out of the list; and how many.
pub(in crate::uploads) fn history(
    tx: &Connection,
    text: &str,
    from: usize,
    n: usize,
) -> Result<(u64, Vec<Upload>), StoreError> {
    let like = like(text);
    let count = format!("SELECT count(*) FROM upload WHERE {FOUND}");
    let total = tx
        .prepare_cached(&count)?
        .query_row([&like], |row| row.get(0))?;
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM upload WHERE {FOUND} ORDER BY {LATEST} LIMIT ?2 OFFSET ?3"
    ))?;
    let rows = select.query_map(params![like, n, from], upload)?;
    Ok((total, rows.collect::<Result<_, _>>()?))
}

/// No pattern is meant.
fn like(text: &str) -> String {
    let escaped = text
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    format!("%{escaped}%")
}

//! Reading the jobs.

use std::collections::HashSet;

use rusqlite::{Connection, Row, ToSql, params};

use super::{COLUMNS, Stored, state, stored};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::jobs::merge::Known;
use crate::jobs::{JobsFilter, JobsQuery};
use crate::store::StoreError;

/// The service's states in which a job still moves: all but those in which it ended.
const OPEN: &str = concat!(
    "(state IN ('waiting', 'asking', 'looking', 'uploading') OR (state = 'listed' AND status NOT IN ",
    failures!(),
    "))"
);
const FAILED: &str = concat!(
    "(state IN ('gone', 'refused') OR (state = 'listed' AND status IN ",
    failures!(),
    "))"
);

/// One row.
pub(in crate::jobs) fn get(tx: &Connection, id: i64) -> Result<Stored, StoreError> {
    Ok(tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1"))?
        .query_row([id], stored)?)
}

fn all<T>(
    tx: &Connection,
    sql: &str,
    values: &[&dyn ToSql],
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut select = tx.prepare_cached(sql)?;
    Ok(select.query_map(values, read)?.collect::<Result<_, _>>()?)
}

/// Rows of an account that may be asked for now, oldest first.
pub(in crate::jobs) fn due_to_ask(
    tx: &Connection,
    account: AccountId,
    now: Millis,
    most: usize,
) -> Result<Vec<Stored>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM job WHERE state = 'waiting' AND until <= ?2 AND account = ?1 ORDER BY id LIMIT ?3"
    );
    all(tx, &sql, &[&account, &now, &most], stored)
}

/// When the next row of an account may be asked for.
pub(in crate::jobs) fn next_ask(
    tx: &Connection,
    account: AccountId,
) -> Result<Option<Millis>, StoreError> {
    let sql = "SELECT min(until) FROM job WHERE state = 'waiting' AND account = ?1";
    Ok(tx.query_row(sql, [account], |row| row.get(0))?)
}

/// Rows of an account whose answer was lost, or which left the list, and which are to be looked for now.
pub(in crate::jobs) fn due_to_look(
    tx: &Connection,
    account: AccountId,
    now: Millis,
) -> Result<Vec<Stored>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM job WHERE state IN ('asking', 'looking') AND until <= ?2 AND account = ?1 ORDER BY id LIMIT 1000"
    );
    all(tx, &sql, &[&account, &now], stored)
}

/// When the next such row of an account is due.
pub(in crate::jobs) fn next_look(
    tx: &Connection,
    account: AccountId,
) -> Result<Option<Millis>, StoreError> {
    let sql = "SELECT min(until) FROM job WHERE state IN ('asking', 'looking') AND account = ?1";
    Ok(tx.query_row(sql, [account], |row| row.get(0))?)
}

/// When the youngest job that the service works on was asked for; `None`: there is none to follow.
pub(in crate::jobs) fn youngest_open(
    tx: &Connection,
    account: AccountId,
) -> Result<Option<Millis>, StoreError> {
    let sql = format!(
        "SELECT max(created) FROM job WHERE account = ?1 AND NOT cleared AND state = 'listed' AND {OPEN}"
    );
    Ok(tx.query_row(&sql, [account], |row| row.get(0))?)
}

/// Rows whose copy is being uploaded.
pub(in crate::jobs) fn followed(tx: &Connection) -> Result<Vec<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE state = 'uploading' ORDER BY id");
    all(tx, &sql, &[], stored)
}

/// All rows of an account, as a reading is compared with them.
pub(in crate::jobs) fn known(
    tx: &Connection,
    account: AccountId,
) -> Result<Vec<Known>, StoreError> {
    let sql = "SELECT id, service_id, content, state, status, reason, detail, attempts, looks, until, upload, asked, here, lost, since
               FROM job WHERE account = ?1 ORDER BY id";
    all(tx, sql, &[&account], |row| {
        Ok(Known {
            id: row.get(0)?,
            service_id: row.get(1)?,
            content: row.get(2)?,
            state: state(row, 3)?,
            asked: row.get(11)?,
            here: row.get(12)?,
            lost: row.get(13)?,
            since: row.get(14)?,
        })
    })
}

/// Contents that are on their way in an account.
pub(in crate::jobs) fn open_contents(
    tx: &Connection,
    account: AccountId,
) -> Result<HashSet<String>, StoreError> {
    let sql = format!("SELECT content FROM job WHERE account = ?1 AND NOT cleared AND {OPEN}");
    let found: Vec<String> = all(tx, &sql, &[&account], |row| row.get(0))?;
    Ok(found.into_iter().collect())
}

/// The last row of a content in an account.
pub(in crate::jobs) fn newest(
    tx: &Connection,
    account: AccountId,
    content: &str,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT max(id) FROM job WHERE account = ?1 AND content = ?2 AND NOT cleared";
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![account, content], |row| row.get(0))?)
}

/// Jobs that are on their way, that failed, and all of an account.
pub(in crate::jobs) fn counts(
    tx: &Connection,
    account: AccountId,
) -> Result<(u32, u32, u32), StoreError> {
    let sql = format!(
        "SELECT count(*) FILTER (WHERE {OPEN}), count(*) FILTER (WHERE {FAILED}), count(*) FROM job WHERE account = ?1 AND NOT cleared"
    );
    Ok(tx.query_row(&sql, [account], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?)
}

fn condition(filter: JobsFilter) -> String {
    let status = |name: &str| format!("(state = 'listed' AND status = '{name}')");
    match filter {
        JobsFilter::All => "1".into(),
        JobsFilter::Open => OPEN.into(),
        JobsFilter::Failed => FAILED.into(),
        JobsFilter::Pinned => "state = 'pinned'".into(),
        JobsFilter::Cancelled => "state = 'cancelled'".into(),
        JobsFilter::NotAsked => "state IN ('waiting', 'asking', 'refused')".into(),
        JobsFilter::Prechecking => status("prechecking"),
        JobsFilter::Searching => status("searching"),
        JobsFilter::Retrieving => status("retrieving"),
        JobsFilter::Expired => status("expired"),
        JobsFilter::OverFreeLimit => status("over_free_limit"),
        JobsFilter::OverMaxSize => status("over_max_size"),
        JobsFilter::InvalidObject => status("invalid_object"),
        JobsFilter::BadHostNode => status("bad_host_node"),
    }
}

/// A window of an account's jobs, and how many match.
pub(in crate::jobs) fn window(
    tx: &Connection,
    account: AccountId,
    query: &JobsQuery,
    from: usize,
    n: usize,
) -> Result<(u32, Vec<Stored>), StoreError> {
    let text = query.text.trim();
    let which = format!(
        "account = ?1 AND NOT cleared AND {} AND (?2 = '' OR instr(lower(cid), lower(?2)) OR instr(content, ?2) OR instr(lower(coalesce(name, '')), lower(?2)))",
        condition(query.filter)
    );
    let total = tx
        .prepare_cached(&format!("SELECT count(*) FROM job WHERE {which}"))?
        .query_row(params![account, text], |row| row.get(0))?;
    let order = if query.oldest_first { "" } else { "DESC" };
    let sql = format!(
        "SELECT {COLUMNS} FROM job WHERE {which} ORDER BY created {order}, id {order} LIMIT ?3 OFFSET ?4"
    );
    let rows = all(tx, &sql, &[&account, &text, &n, &from], stored)?;
    Ok((total, rows))
}

/// Everything of an account that ended without a pin, oldest first.
pub(super) fn failed(tx: &Connection, account: AccountId) -> Result<Vec<i64>, StoreError> {
    let sql =
        format!("SELECT id FROM job WHERE account = ?1 AND NOT cleared AND {FAILED} ORDER BY id");
    all(tx, &sql, &[&account], |row| row.get(0))
}

//! Jobs of which more may have come than was heard.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::write::apply;
use super::{COLUMNS, Stored, stored};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::jobs::paste::content;
use crate::jobs::state::Event;
use crate::store::{StoreError, Tx};

/// The accounts that have such.
pub(in crate::jobs) fn accounts_in_doubt(tx: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT DISTINCT account FROM job WHERE lost IS NOT NULL")?;
    Ok(select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Those of an account.
pub(in crate::jobs) fn in_doubt(
    tx: &Connection,
    account: AccountId,
) -> Result<Vec<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE account = ?1 AND lost IS NOT NULL");
    let mut select = tx.prepare_cached(&sql)?;
    Ok(select
        .query_map([account], stored)?
        .collect::<Result<_, _>>()?)
}

/// How many late requests of an account are pinned.
pub(in crate::jobs) fn pinned_late(tx: &Connection, account: AccountId) -> Result<u64, StoreError> {
    let sql =
        "SELECT count(*) FROM job WHERE account = ?1 AND late_of IS NOT NULL AND state = 'pinned'";
    Ok(tx
        .prepare_cached(sql)?
        .query_row([account], |row| row.get(0))?)
}

/// What explains pins of a job's content: the service's ids of other jobs, and for how many of these and of itself there may be
/// a pin.
pub(in crate::jobs) fn explained(
    tx: &Connection,
    job: &Stored,
) -> Result<(HashSet<String>, usize), StoreError> {
    let mut select = tx.prepare_cached(concat!(
        "SELECT CASE WHEN id <> ?3 THEN service_id END, state IN ('looking', 'uploading', 'pinned')
           OR state = 'listed' AND status NOT IN ",
        failures!(),
        " FROM job WHERE account = ?1 AND content = ?2 AND late_of IS NOT ?3"
    ))?;
    let values = params![job.account, content(&job.wish.cid), job.id];
    let rows: Vec<(Option<String>, bool)> = select
        .query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let pins = rows.iter().filter(|(_, may)| *may).count();
    Ok((rows.into_iter().filter_map(|(id, _)| id).collect(), pins))
}

/// What the service lists came of a lost request of this job, which is in the list again.
pub(in crate::jobs) fn late(tx: &Tx, id: i64, of: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE job SET late_of = ?2 WHERE id = ?1")?
        .execute([id, of])?;
    tx.prepare_cached("UPDATE job SET cleared = 0 WHERE id = ?1")?
        .execute([of])?;
    Ok(())
}

/// What was not asked for any more is pinned, and in the list again.
pub(in crate::jobs) fn found_late(tx: &Tx, id: i64, now: Millis) -> Result<(), StoreError> {
    apply(tx, id, &Event::Found, now, 0.5)?;
    tx.prepare_cached("UPDATE job SET cleared = 0 WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// So many pins of it stand that nobody expected; a row that says so is in the list again. `over`: no more can come.
pub(in crate::jobs) fn swept(tx: &Tx, id: i64, strays: u64, over: bool) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE job SET cleared = CASE WHEN ?2 > strays THEN 0 ELSE cleared END, strays = ?2,
           lost = CASE WHEN ?3 THEN NULL ELSE lost END
         WHERE id = ?1 AND lost IS NOT NULL",
    )?
    .execute(params![id, strays, over])?;
    Ok(())
}

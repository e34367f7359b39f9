//! Ended uploads of which more may have come than was heard.

use rusqlite::{Connection, params};

use super::{Upload, get};
use crate::accounts::AccountId;
use crate::store::{StoreError, Tx};

/// The accounts that have such.
pub(in crate::uploads) fn accounts_in_doubt(tx: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT DISTINCT account FROM upload WHERE lost IS NOT NULL AND state IN ('pinned', 'cancelled')",
    )?;
    Ok(select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Those of an account.
pub(in crate::uploads) fn in_doubt(
    tx: &Connection,
    account: AccountId,
) -> Result<Vec<Upload>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM upload WHERE account = ?1 AND lost IS NOT NULL AND state IN ('pinned', 'cancelled')",
    )?;
    let ids: Vec<i64> = select
        .query_map([account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    ids.into_iter().map(|id| get(tx, id)).collect()
}

/// Whether another upload's receipt names this record of the service.
pub(in crate::uploads) fn is_of_another(
    tx: &Connection,
    upload: &Upload,
    service_id: &str,
) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("SELECT 1 FROM upload WHERE account = ?1 AND service_id = ?2 AND id <> ?3")?
        .exists(params![upload.account, service_id, upload.id])?)
}

/// So many pins came of it that nobody expected; a row that says so is in the list again. `over`: no more can come.
pub(in crate::uploads) fn swept(
    tx: &Tx,
    id: i64,
    strays: u64,
    over: bool,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE upload SET cleared = CASE WHEN ?2 > strays THEN 0 ELSE cleared END, strays = max(strays, ?2),
           lost = CASE WHEN ?3 THEN NULL ELSE lost END
         WHERE id = ?1 AND state IN ('pinned', 'cancelled')",
        params![id, strays, over],
    )?;
    Ok(())
}

//! Ended uploads of which more may have come than was heard.

use rusqlite::{Connection, params};

use super::{Upload, get};
use crate::accounts::AccountId;
use crate::store::{StoreError, Tx};

/// The accounts that have such. Asked at every change of a pin: it reads the few rows in doubt and no others.
pub(in crate::uploads) fn accounts_in_doubt(tx: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT DISTINCT account FROM upload INDEXED BY upload_lost WHERE lost IS NOT NULL
         AND state IN ('pinned', 'cancelled')",
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
        "SELECT id FROM upload INDEXED BY upload_lost WHERE account = ?1 AND lost IS NOT NULL
         AND state IN ('pinned', 'cancelled')",
    )?;
    let ids: Vec<i64> = select
        .query_map([account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    ids.into_iter().map(|id| get(tx, id)).collect()
}

/// Whether the same bytes are on their way to the account in another row: what stands there may be its own.
pub(in crate::uploads) fn is_on_its_way(
    tx: &Connection,
    upload: &Upload,
) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM upload WHERE account = ?1 AND cid = ?2 AND id <> ?3
             AND state NOT IN ('pinned', 'cancelled')",
        )?
        .exists(params![upload.account, upload.cid, upload.id])?)
}

/// The records of this CID that other uploads' receipts name; `None`: of a receipt without a name.
pub(in crate::uploads) fn receipts_of_others(
    tx: &Connection,
    upload: &Upload,
    cid: &str,
) -> Result<Vec<Option<String>>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT service_id FROM upload WHERE account = ?1 AND service_cid = ?2 AND id <> ?3
         AND state = 'pinned'",
    )?;
    Ok(select
        .query_map(params![upload.account, cid, upload.id], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Whether an upload's receipt names this record of a CID.
pub(in crate::uploads) fn has_receipt(
    tx: &Connection,
    account: AccountId,
    cid: &str,
    service_id: &str,
) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM upload WHERE account = ?1 AND service_cid = ?2 AND service_id = ?3",
        )?
        .exists(params![account, cid, service_id])?)
}

/// So many pins of it stand in the list that nobody expected; a row that says so for the first time is in the list again.
/// `over`: nobody has to look again.
pub(in crate::uploads) fn swept(
    tx: &Tx,
    id: i64,
    strays: u64,
    over: bool,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE upload SET cleared = CASE WHEN strays = 0 AND ?2 > 0 THEN 0 ELSE cleared END, strays = ?2,
           lost = CASE WHEN ?3 THEN NULL ELSE lost END
         WHERE id = ?1 AND state IN ('pinned', 'cancelled')",
        params![id, strays, over],
    )?;
    Ok(())
}

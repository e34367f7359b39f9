//! The table `upload_handover`.

use rusqlite::{Connection, OptionalExtension, params};

use super::Upload;
use super::read::get;
use crate::accounts::AccountId;
use crate::store::{StoreError, Tx};

/// Uploads whose CID an account is to be asked for once they are pinned.
pub(in crate::uploads) fn hand_over(
    tx: &Tx,
    uploads: &[i64],
    account: AccountId,
) -> Result<(), StoreError> {
    let mut insert =
        tx.prepare_cached("INSERT INTO upload_handover (upload, account) VALUES (?1, ?2)")?;
    for upload in uploads {
        insert.execute(params![upload, account])?;
    }
    Ok(())
}

/// Every handover that is open, oldest first.
pub(in crate::uploads) fn handovers(
    tx: &Connection,
) -> Result<Vec<(Upload, AccountId)>, StoreError> {
    let found: Vec<(i64, AccountId)> = tx
        .prepare_cached("SELECT upload, account FROM upload_handover ORDER BY upload")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let whole = found.into_iter();
    whole
        .map(|(upload, account)| Ok((get(tx, upload)?, account)))
        .collect()
}

/// The account that an upload is handed over to.
pub(in crate::uploads) fn handed_to(
    tx: &Connection,
    upload: i64,
) -> Result<Option<AccountId>, StoreError> {
    Ok(tx
        .prepare_cached("SELECT account FROM upload_handover WHERE upload = ?1")?
        .query_row([upload], |row| row.get(0))
        .optional()?)
}

/// It was handed over, or never will be.
pub(in crate::uploads) fn handed_over(tx: &Tx, upload: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM upload_handover WHERE upload = ?1", [upload])?;
    Ok(())
}

//! What earlier uploads say of the layout that a service gives.

use rusqlite::{Connection, params};

use crate::accounts::AccountId;
use crate::store::StoreError;

/// Rows that are looked through; what is older tells nothing of the service as it is now.
const LOOKED_THROUGH: i64 = 10_000;

/// Whether the account's service gave a CID of no profile that is known here, for an upload in this CID version.
pub(in crate::uploads) fn was_unproven(
    tx: &Connection,
    account: AccountId,
    cid_version: u8,
) -> Result<bool, StoreError> {
    let lately = format!(
        "SELECT 1 FROM upload WHERE id > (SELECT max(id) FROM upload) - {LOOKED_THROUGH}
         AND account = ?1 AND cid_version = ?2 AND verdict = 'unproven' LIMIT 1"
    );
    Ok(tx
        .prepare_cached(&lately)?
        .exists(params![account, cid_version])?)
}

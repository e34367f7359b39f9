//! What earlier uploads say of the layout that a service gives.

use rusqlite::{Connection, OptionalExtension, params};

use super::verdict_of;
use crate::accounts::AccountId;
use crate::store::StoreError;
use crate::uploads::state::Verdict;

/// The largest file that is a single block under every profile that cuts at 256 KiB.
pub(in crate::uploads) const ONE_BLOCK: u64 = 262_144;

/// Rows that are looked through; what is older tells nothing of the service as it is now.
const LOOKED_THROUGH: i64 = 10_000;

/// What a layout shows itself in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::uploads) enum Shape {
    /// A file that is one block in each of them.
    Block,
    /// A larger one.
    File,
    /// A folder, of one file or of many.
    Folder,
}

/// How the CIDs of the account's newest pinned upload of this shape and CID version compare, and whether they are the same
/// text.
pub(in crate::uploads) fn last_comparison(
    tx: &Connection,
    account: AccountId,
    cid_version: u8,
    shape: Shape,
) -> Result<Option<(Verdict, bool)>, StoreError> {
    let shaped = match shape {
        Shape::Block => format!("kind = 'file' AND NOT wrap AND bytes <= {ONE_BLOCK}"),
        Shape::File => format!("kind = 'file' AND NOT wrap AND bytes > {ONE_BLOCK}"),
        Shape::Folder => "(kind = 'folder' OR wrap)".to_owned(),
    };
    let newest = format!(
        "SELECT verdict, service_cid = cid FROM upload
         WHERE account = ?1 AND cid_version = ?2 AND state = 'pinned' AND verdict IS NOT NULL AND {shaped}
           AND id > (SELECT max(id) FROM upload) - {LOOKED_THROUGH}
         ORDER BY id DESC LIMIT 1"
    );
    let found: Option<(String, bool)> = tx
        .prepare_cached(&newest)?
        .query_row(params![account, cid_version], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(found.and_then(|(verdict, same)| Some((verdict_of(&verdict)?, same))))
}

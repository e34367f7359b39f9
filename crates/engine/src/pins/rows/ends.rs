//! Pins whose service unpins them by itself.

use rusqlite::{Connection, params};

use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::planted::planted;
use crate::store::StoreError;

/// Those whose time is over. What the service was asked for after that, and told of, it still keeps: one of the two clocks is
/// wrong, and not what is there.
pub(in crate::pins) fn ended(
    tx: &Connection,
    now: Millis,
) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id, account FROM pin WHERE expires <= ?1 AND (told < expires OR ?2)",
    )?;
    Ok(select
        .query_map(params![now, planted("told")], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?)
}

/// When the next one's time is over.
pub(in crate::pins) fn next_end(tx: &Connection) -> Result<Option<Millis>, StoreError> {
    let mut select = tx.prepare_cached("SELECT min(expires) FROM pin WHERE told < expires")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

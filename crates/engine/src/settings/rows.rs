//! The table `setting`.

use rusqlite::{Connection, OptionalExtension, params};

use crate::store::{StoreError, Tx};

/// A setting's stored value.
pub(crate) fn get(tx: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(tx
        .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()?)
}

/// Stores a setting.
pub(crate) fn set(tx: &Tx, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}

//! Resumable uploads under way: a row each, and their bytes in `uploads/`. How far one is, is the
//! length of its file: nothing that a kill could tear apart from the bytes.

use super::{Store, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

/// A resumable upload.
#[derive(Debug, Clone)]
pub(crate) struct UploadRow {
    pub(crate) id: String,
    pub(crate) length: u64,
    /// The pairs of `Upload-Metadata`, decoded.
    pub(crate) fields: BTreeMap<String, String>,
    /// `Upload-Metadata` as it was sent.
    pub(crate) metadata: String,
    /// Microseconds since 1970.
    pub(crate) expires_at: i64,
    /// Made by a signed URL: its own URL is all that a caller needs.
    pub(crate) signed: bool,
    /// The CID, when all bytes arrived and the file is stored.
    pub(crate) cid: Option<String>,
}

impl Store {
    /// Where the bytes of a resumable upload are.
    pub(crate) fn upload_path(&self, id: &str) -> PathBuf {
        self.inner.data.join("uploads").join(id)
    }

    /// Makes the row and the empty file.
    pub(crate) async fn begin_upload(&self, row: UploadRow) -> Result<(), StoreError> {
        self.run(move |store, connection| {
            fs::File::create_new(store.upload_path(&row.id))?.sync_all()?;
            connection.execute(
                "INSERT INTO upload (id, length, fields, metadata, expires_at, signed)
                 VALUES (?1,?2,?3,?4,?5,?6)",
                params![
                    row.id,
                    row.length,
                    serde_json::to_string(&row.fields).unwrap_or_default(),
                    row.metadata,
                    row.expires_at,
                    row.signed,
                ],
            )?;
            store.falls_due(Some(row.expires_at));
            Ok(())
        })
        .await
    }

    /// The upload and how many of its bytes are on the disk.
    pub(crate) async fn upload(&self, id: String) -> Result<Option<(UploadRow, u64)>, StoreError> {
        self.run(move |store, connection| {
            let Some(row) = read(connection, &id)? else {
                return Ok(None);
            };
            let offset = match &row.cid {
                Some(_) => row.length,
                None => length(fs::metadata(store.upload_path(&id)))?,
            };
            Ok(Some((row, offset)))
        })
        .await
    }

    /// Forgets an upload and its bytes; says whether there was one.
    pub(crate) async fn end_upload(&self, id: String) -> Result<bool, StoreError> {
        self.run(move |store, connection| {
            let rows = connection.execute("DELETE FROM upload WHERE id = ?1", [&id])?;
            absent(fs::remove_file(store.upload_path(&id)))?;
            Ok(rows > 0)
        })
        .await
    }
}

/// The bytes of uploads that expired go; their rows stay, so that they are known to have been.
pub(super) fn expire(store: &Store, connection: &Connection, now: i64) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare("SELECT id FROM upload WHERE cid IS NULL AND expires_at <= ?1")?;
    let ids: Vec<String> = statement
        .query_map([now], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in ids {
        absent(fs::remove_file(store.upload_path(&id)))?;
    }
    Ok(())
}

/// When the next upload expires.
pub(super) fn next_due(connection: &Connection, now: i64) -> Result<Option<i64>, StoreError> {
    Ok(connection.query_row(
        "SELECT min(expires_at) FROM upload WHERE cid IS NULL AND expires_at > ?1",
        [now],
        |row| row.get(0),
    )?)
}

fn read(connection: &Connection, id: &str) -> Result<Option<UploadRow>, StoreError> {
    let sql =
        "SELECT id, length, fields, metadata, expires_at, signed, cid FROM upload WHERE id = ?1";
    Ok(connection
        .prepare_cached(sql)?
        .query_row([id], |row| {
            let fields: String = row.get(2)?;
            Ok(UploadRow {
                id: row.get(0)?,
                length: row.get(1)?,
                fields: serde_json::from_str(&fields).unwrap_or_default(),
                metadata: row.get(3)?,
                expires_at: row.get(4)?,
                signed: row.get(5)?,
                cid: row.get(6)?,
            })
        })
        .optional()?)
}

fn length(metadata: io::Result<fs::Metadata>) -> io::Result<u64> {
    match metadata {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

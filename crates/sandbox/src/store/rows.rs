//! The pins: one table for the legacy API and v3. A legacy pin is a public v3 file; a row that was
//! unpinned stays as history.

use super::{Store, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Where a file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Public,
    Private,
}

impl Network {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "public" => Some(Self::Public),
            "private" => Some(Self::Private),
            _ => None,
        }
    }
}

/// A row to be made.
pub(crate) struct NewFile {
    pub(crate) id: Uuid,
    pub(crate) cid: String,
    /// [`crate::dag::block_key`] of the CID.
    pub(crate) node: String,
    pub(crate) network: Network,
    pub(crate) name: Option<String>,
    pub(crate) keyvalues: Option<Map<String, Value>>,
    pub(crate) size: u64,
    pub(crate) number_of_files: u64,
    pub(crate) mime_type: Option<String>,
    pub(crate) group_id: Option<String>,
    /// Microseconds since 1970.
    pub(crate) created_at: i64,
    /// When it unpins itself, in microseconds since 1970.
    pub(crate) expires_at: Option<i64>,
    /// Until then the service has not told the CID; microseconds since 1970.
    pub(crate) pending_until: Option<i64>,
}

/// A row that stands.
#[derive(Debug, Clone)]
pub(crate) struct FileRow {
    pub(crate) id: String,
    pub(crate) cid: String,
    pub(crate) network: Network,
    pub(crate) name: Option<String>,
    pub(crate) keyvalues: Option<Map<String, Value>>,
    pub(crate) size: u64,
    pub(crate) number_of_files: u64,
    pub(crate) mime_type: Option<String>,
    pub(crate) group_id: Option<String>,
    /// Microseconds since 1970.
    pub(crate) created_at: i64,
    /// Microseconds since 1970.
    pub(crate) unpinned_at: Option<i64>,
    /// Microseconds since 1970.
    pub(crate) expires_at: Option<i64>,
    /// The CID is not told yet.
    pub(crate) pending: bool,
}

pub(super) const COLUMNS: &str = "id, cid, network, name, keyvalues, size, number_of_files, mime_type, \
                       group_id, created_at, unpinned_at, expires_at, pending_until IS NOT NULL";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    let network: String = row.get(2)?;
    let keyvalues: Option<String> = row.get(4)?;
    Ok(FileRow {
        id: row.get(0)?,
        cid: row.get(1)?,
        network: Network::parse(&network).unwrap_or(Network::Private),
        name: row.get(3)?,
        keyvalues: keyvalues.and_then(|text| serde_json::from_str(&text).ok()),
        size: row.get(5)?,
        number_of_files: row.get(6)?,
        mime_type: row.get(7)?,
        group_id: row.get(8)?,
        created_at: row.get(9)?,
        unpinned_at: row.get(10)?,
        expires_at: row.get(11)?,
        pending: row.get(12)?,
    })
}

/// When a file unpins itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expiry {
    Never,
    /// Microseconds since 1970.
    At(i64),
}

impl Expiry {
    fn time(self) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::At(time) => Some(time),
        }
    }
}

/// A change of a row: `None` leaves as it is; a null value deletes its key, others are merged in.
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    pub(crate) keyvalues: Option<Map<String, Value>>,
    pub(crate) expiry: Option<Expiry>,
    /// How many pairs may stand afterwards.
    pub(crate) most: usize,
}

/// The row that pins this root on this network now; the first, if there were several.
pub(super) fn pinned(
    connection: &Connection,
    node: &str,
    network: Network,
) -> Result<Option<FileRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM file
         WHERE node = ?1 AND network = ?2 AND unpinned_at IS NULL ORDER BY seq LIMIT 1"
    );
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([node, network.name()], read)
        .optional()?)
}

pub(super) fn insert(connection: &Connection, new: &NewFile) -> Result<FileRow, StoreError> {
    let keyvalues = new
        .keyvalues
        .clone()
        .map(|map| Value::Object(map).to_string());
    connection
        .prepare_cached(
            "INSERT INTO file (id, cid, node, network, name, keyvalues, size, number_of_files,
               mime_type, group_id, created_at, expires_at, pending_until)
             VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
        )?
        .execute(params![
            new.id.to_string(),
            new.cid,
            new.node,
            new.network.name(),
            new.name,
            keyvalues,
            new.size,
            new.number_of_files,
            new.mime_type,
            new.group_id,
            new.created_at,
            new.expires_at,
            new.pending_until,
        ])?;
    Ok(FileRow {
        id: new.id.to_string(),
        cid: new.cid.clone(),
        network: new.network,
        name: new.name.clone(),
        keyvalues: new.keyvalues.clone(),
        size: new.size,
        number_of_files: new.number_of_files,
        mime_type: new.mime_type.clone(),
        group_id: new.group_id.clone(),
        created_at: new.created_at,
        unpinned_at: None,
        expires_at: new.expires_at,
        pending: new.pending_until.is_some(),
    })
}

fn by_id(
    connection: &Connection,
    network: Network,
    id: &str,
) -> Result<Option<FileRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM file WHERE id = ?1 AND network = ?2 AND unpinned_at IS NULL"
    );
    Ok(connection
        .query_row(&sql, [id, network.name()], read)
        .optional()?)
}

/// The outcome of a change.
pub(crate) enum Changed {
    Row(Box<FileRow>),
    NotFound,
    /// More pairs than allowed would stand.
    TooMany,
}

fn change(
    connection: &Connection,
    row: Option<FileRow>,
    changes: Changes,
) -> Result<Changed, StoreError> {
    let Some(mut row) = row else {
        return Ok(Changed::NotFound);
    };
    if let Some(name) = changes.name {
        row.name = Some(name);
    }
    if let Some(given) = changes.keyvalues {
        let map = row.keyvalues.get_or_insert_default();
        for (key, value) in given {
            if value.is_null() {
                map.remove(&key);
            } else {
                map.insert(key, value);
            }
        }
        if map.len() > changes.most {
            return Ok(Changed::TooMany);
        }
    }
    if let Some(expiry) = changes.expiry {
        row.expires_at = expiry.time();
    }
    let keyvalues = row
        .keyvalues
        .clone()
        .map(|map| Value::Object(map).to_string());
    connection.execute(
        "UPDATE file SET name = ?2, keyvalues = ?3, expires_at = ?4 WHERE id = ?1",
        params![row.id, row.name, keyvalues, row.expires_at],
    )?;
    Ok(Changed::Row(Box::new(row)))
}

impl Store {
    /// The row with this id that is pinned on this network.
    pub(crate) async fn file(
        &self,
        network: Network,
        id: String,
    ) -> Result<Option<FileRow>, StoreError> {
        self.run(move |_, connection| by_id(connection, network, &id))
            .await
    }

    /// Whether the CID of the file with this id is not told yet.
    pub(crate) async fn is_pending(&self, id: String) -> Result<bool, StoreError> {
        self.run(move |_, connection| {
            Ok(connection.query_row(
                "SELECT count(*) FROM file WHERE id = ?1 AND pending_until IS NOT NULL",
                [id],
                |row| row.get::<_, u64>(0).map(|count| count > 0),
            )?)
        })
        .await
    }

    /// Changes the row with this id.
    pub(crate) async fn change_file(
        &self,
        network: Network,
        id: String,
        changes: Changes,
    ) -> Result<Changed, StoreError> {
        self.run(move |store, connection| {
            let row = by_id(connection, network, &id)?;
            store.falls_due(changes.expiry.and_then(Expiry::time));
            change(connection, row, changes)
        })
        .await
    }

    /// Changes the public pin of this root.
    pub(crate) async fn change_pin(
        &self,
        node: String,
        changes: Changes,
    ) -> Result<Changed, StoreError> {
        self.run(move |_, connection| {
            let row = pinned(connection, &node, Network::Public)?;
            change(connection, row, changes)
        })
        .await
    }

    /// Unpins the public pin of this root; says whether there was one.
    pub(crate) async fn unpin(&self, node: String, now: i64) -> Result<bool, StoreError> {
        self.run(move |_, connection| {
            let rows = connection.execute(
                "UPDATE file SET unpinned_at = ?2
                 WHERE node = ?1 AND network = 'public' AND unpinned_at IS NULL",
                params![node, now],
            )?;
            Ok(rows > 0)
        })
        .await
    }

    /// Removes one file by id; says whether there was one.
    pub(crate) async fn delete_file(
        &self,
        network: Network,
        id: String,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.run(move |_, connection| {
            let rows = connection.execute(
                "UPDATE file SET unpinned_at = ?3
                 WHERE id = ?1 AND network = ?2 AND unpinned_at IS NULL",
                params![id, network.name(), now],
            )?;
            Ok(rows > 0)
        })
        .await
    }

    /// How many files are pinned on both networks, and their sizes together.
    pub(crate) async fn totals(&self) -> Result<(u64, u64), StoreError> {
        self.run(|_, connection| {
            Ok(connection.query_row(
                "SELECT count(*), coalesce(sum(size), 0) FROM file WHERE unpinned_at IS NULL",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?)
        })
        .await
    }
}

//! The pins: one table for the legacy API and v3. A legacy pin is a public v3 file; a row that was
//! unpinned stays as history.

use super::{Store, StoreError};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
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
}

const COLUMNS: &str = "id, cid, network, name, keyvalues, size, number_of_files, mime_type, \
                       group_id, created_at, unpinned_at";

fn read(row: &Row<'_>) -> rusqlite::Result<FileRow> {
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
    })
}

/// A change of a row: `None` leaves as it is; a null value deletes its key, others are merged in.
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    pub(crate) keyvalues: Option<Map<String, Value>>,
    /// How many pairs may stand afterwards.
    pub(crate) most: usize,
}

/// `status` of a legacy list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    All,
    Pinned,
    Unpinned,
}

/// A test on a row's key-values.
pub(crate) type Predicate = Box<dyn Fn(&Map<String, Value>) -> bool + Send>;

/// A page of `GET /data/pinList`. Times in microseconds since 1970, both ends included.
pub(crate) struct LegacyQuery {
    pub(crate) status: Status,
    pub(crate) cid: Option<String>,
    pub(crate) hash_contains: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) pinned: (Option<i64>, Option<i64>),
    pub(crate) unpinned: (Option<i64>, Option<i64>),
    pub(crate) size: (Option<u64>, Option<u64>),
    pub(crate) keyvalues: Option<Predicate>,
    pub(crate) limit: usize,
    pub(crate) offset: usize,
    pub(crate) count: bool,
}

/// Order by creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// A page of `GET /v3/files/{network}`.
pub(crate) struct V3Query {
    pub(crate) network: Network,
    pub(crate) name: Option<String>,
    pub(crate) cid: Option<String>,
    pub(crate) mime_type: Option<String>,
    /// `Some(None)`: files without a group.
    pub(crate) group: Option<Option<String>>,
    pub(crate) keyvalues: Option<Predicate>,
    pub(crate) limit: usize,
    pub(crate) order: Order,
    /// The id of the last row of the page before.
    pub(crate) after: Option<String>,
}

/// Conditions and their values, joined with AND.
#[derive(Default)]
struct Filter {
    conditions: Vec<&'static str>,
    values: Vec<Sql>,
}

impl Filter {
    fn when<T: Into<Sql>>(&mut self, condition: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.conditions.push(condition);
            self.values.push(value.into());
        }
    }

    fn sql(&self) -> String {
        self.conditions.join(" AND ")
    }
}

fn signed(size: Option<u64>) -> Option<i64> {
    size.map(|size| i64::try_from(size).unwrap_or(i64::MAX))
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
               mime_type, group_id, created_at) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
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
    let keyvalues = row
        .keyvalues
        .clone()
        .map(|map| Value::Object(map).to_string());
    connection.execute(
        "UPDATE file SET name = ?2, keyvalues = ?3 WHERE id = ?1",
        params![row.id, row.name, keyvalues],
    )?;
    Ok(Changed::Row(Box::new(row)))
}

impl Store {
    /// `GET /data/pinList`: a page, and the number of all rows when it was asked for.
    pub(crate) async fn legacy_page(
        &self,
        query: LegacyQuery,
    ) -> Result<(Vec<FileRow>, Option<usize>), StoreError> {
        self.run(move |_, connection| {
            let mut filter = Filter::default();
            filter.when("network = ?", Some("public".to_owned()));
            match query.status {
                Status::All => {}
                Status::Pinned => filter.conditions.push("unpinned_at IS NULL"),
                Status::Unpinned => filter.conditions.push("unpinned_at IS NOT NULL"),
            }
            filter.when("node = ?", query.cid);
            filter.when("instr(cid, ?) > 0", query.hash_contains);
            filter.when("group_id = ?", query.group);
            filter.when("instr(lower(name), lower(?)) > 0", query.name);
            filter.when("created_at >= ?", query.pinned.0);
            filter.when("created_at <= ?", query.pinned.1);
            filter.when("unpinned_at >= ?", query.unpinned.0);
            filter.when("unpinned_at <= ?", query.unpinned.1);
            filter.when("size >= ?", signed(query.size.0));
            filter.when("size <= ?", signed(query.size.1));
            let page = Page {
                order: "created_at DESC, seq DESC",
                predicate: query.keyvalues,
                offset: query.offset,
                limit: query.limit,
                count: query.count,
            };
            page.read(connection, &filter)
        })
        .await
    }

    /// `GET /v3/files/{network}`: a page, one row longer than asked for when there is more.
    /// `None` when the page token names no row.
    pub(crate) async fn v3_page(&self, query: V3Query) -> Result<Option<Vec<FileRow>>, StoreError> {
        self.run(move |_, connection| {
            let mut filter = Filter::default();
            filter.when("network = ?", Some(query.network.name().to_owned()));
            filter.conditions.push("unpinned_at IS NULL");
            filter.when("instr(lower(name), lower(?)) > 0", query.name);
            filter.when("node = ?", query.cid);
            filter.when("mime_type = ?", query.mime_type);
            match query.group {
                Some(None) => filter.conditions.push("group_id IS NULL"),
                Some(group) => filter.when("group_id = ?", group),
                None => {}
            }
            let descending = query.order == Order::Descending;
            if let Some(id) = query.after {
                let at: Option<(i64, i64)> = connection
                    .query_row(
                        "SELECT created_at, seq FROM file WHERE id = ?1",
                        [id],
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .optional()?;
                let Some((created, seq)) = at else {
                    return Ok(None);
                };
                let condition = if descending {
                    "(created_at, seq) < (?, ?)"
                } else {
                    "(created_at, seq) > (?, ?)"
                };
                filter.conditions.push(condition);
                filter.values.extend([created.into(), seq.into()]);
            }
            let page = Page {
                order: if descending {
                    "created_at DESC, seq DESC"
                } else {
                    "created_at, seq"
                },
                predicate: query.keyvalues,
                offset: 0,
                limit: query.limit + 1,
                count: false,
            };
            Ok(Some(page.read(connection, &filter)?.0))
        })
        .await
    }

    /// The row with this id that is pinned on this network.
    pub(crate) async fn file(
        &self,
        network: Network,
        id: String,
    ) -> Result<Option<FileRow>, StoreError> {
        self.run(move |_, connection| by_id(connection, network, &id))
            .await
    }

    /// Changes the row with this id.
    pub(crate) async fn change_file(
        &self,
        network: Network,
        id: String,
        changes: Changes,
    ) -> Result<Changed, StoreError> {
        self.run(move |_, connection| {
            let row = by_id(connection, network, &id)?;
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

struct Page {
    order: &'static str,
    predicate: Option<Predicate>,
    offset: usize,
    limit: usize,
    count: bool,
}

impl Page {
    fn read(
        self,
        connection: &Connection,
        filter: &Filter,
    ) -> Result<(Vec<FileRow>, Option<usize>), StoreError> {
        let conditions = filter.sql();
        let sql = format!(
            "SELECT {COLUMNS} FROM file WHERE {conditions} ORDER BY {}",
            self.order
        );
        let values = || params_from_iter(filter.values.iter());
        let Some(predicate) = self.predicate else {
            let sql = format!("{sql} LIMIT {} OFFSET {}", self.limit, self.offset);
            let mut statement = connection.prepare(&sql)?;
            let rows = statement
                .query_map(values(), read)?
                .collect::<Result<_, _>>()?;
            let count = if self.count {
                let sql = format!("SELECT count(*) FROM file WHERE {conditions}");
                Some(connection.query_row(&sql, values(), |row| row.get(0))?)
            } else {
                None
            };
            return Ok((rows, count));
        };
        // Key-values are JSON: their conditions are decided here, row by row, newest first.
        let mut statement = connection.prepare(&sql)?;
        let mut found = 0;
        let mut page = Vec::new();
        for row in statement.query_map(values(), read)? {
            let row = row?;
            if !predicate(row.keyvalues.as_ref().unwrap_or(&Map::new())) {
                continue;
            }
            found += 1;
            if found > self.offset && page.len() < self.limit {
                page.push(row);
            } else if page.len() == self.limit && !self.count {
                break;
            }
        }
        Ok((page, self.count.then_some(found)))
    }
}

//! Pages of rows, for the lists of both APIs.

use super::rows::{COLUMNS, FileRow, Network, read};
use super::{Store, StoreError};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use serde_json::{Map, Value};

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
    pub(crate) offset: u32,
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
    /// Only files whose CID is not told yet.
    pub(crate) pending: bool,
    pub(crate) mime_type: Option<String>,
    /// `null`: files without a group.
    pub(crate) group: Option<String>,
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

impl Store {
    /// `GET /data/pinList`: a page, and the number of all rows when it was asked for.
    pub(crate) async fn legacy_page(
        &self,
        query: LegacyQuery,
    ) -> Result<(Vec<FileRow>, Option<usize>), StoreError> {
        self.run(move |_, connection| {
            let mut filter = Filter::default();
            filter.when("network = ?", Some("public".to_owned()));
            filter.conditions.push("pending_until IS NULL");
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
            filter.when("pending_until IS NULL AND node = ?", query.cid);
            if query.pending {
                filter.conditions.push("pending_until IS NOT NULL");
            }
            filter.when("mime_type = ?", query.mime_type);
            if query.group.as_deref() == Some("null") {
                filter.conditions.push("group_id IS NULL");
            } else {
                filter.when("group_id = ?", query.group);
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
}

struct Page {
    order: &'static str,
    predicate: Option<Predicate>,
    offset: u32,
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
            if found > self.offset as usize && page.len() < self.limit {
                page.push(row);
            } else if page.len() == self.limit && !self.count {
                break;
            }
        }
        Ok((page, self.count.then_some(found)))
    }
}

//! The queue of pins by CID. Jobs of the legacy API and v3 leave it when they are pinned; those of the
//! pinning services API stay as its pin objects.

use super::rows::{self, FileRow, Network, NewFile};
use super::{Store, StoreError};
use crate::jobs::JobStatus;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use serde_json::{Map, Value};

/// A job.
#[derive(Debug, Clone)]
pub(crate) struct JobRow {
    /// A version 7 UUID; the pin gets it too.
    pub(crate) id: String,
    /// Asked for by the pinning services API.
    pub(crate) psa: bool,
    pub(crate) cid: String,
    /// [`crate::dag::block_key`] of the CID.
    pub(crate) node: String,
    pub(crate) name: Option<String>,
    pub(crate) keyvalues: Option<Map<String, Value>>,
    pub(crate) group_id: Option<String>,
    pub(crate) host_nodes: Option<Vec<String>>,
    /// Microseconds since 1970, in whole milliseconds; no two jobs have the same.
    pub(crate) created_at: i64,
    pub(crate) status: JobStatus,
    /// When it moves on; microseconds since 1970.
    pub(crate) next_at: Option<i64>,
}

/// A page of the queue.
#[derive(Default)]
pub(crate) struct JobQuery {
    pub(crate) status: Option<JobStatus>,
    /// By key.
    pub(crate) node: Option<String>,
    pub(crate) descending: bool,
    pub(crate) limit: usize,
    pub(crate) offset: u32,
    /// The id of the last job of the page before.
    pub(crate) after: Option<String>,
}

const COLUMNS: &str =
    "id, psa, cid, node, name, keyvalues, group_id, host_nodes, created_at, status, next_at";

impl Store {
    /// Puts a job into the queue and gives it a time of its own: its own, or the next that is free.
    pub(crate) async fn add_job(&self, job: JobRow) -> Result<JobRow, StoreError> {
        self.run(move |store, connection| add(store, connection, job))
            .await
    }

    /// The same for a job that takes the place of another; `None` when there is no such other.
    pub(crate) async fn replace_job(
        &self,
        old: String,
        job: JobRow,
        now: i64,
    ) -> Result<Option<JobRow>, StoreError> {
        self.run(move |store, connection| {
            let transaction = connection.transaction()?;
            let job = add(store, &transaction, job)?;
            if !remove(&transaction, &old, Some(&job.node), now)? {
                return Ok(None);
            }
            transaction.commit()?;
            Ok(Some(job))
        })
        .await
    }

    /// A job that has to move on by now.
    pub(crate) async fn due_job(&self, now: i64) -> Result<Option<JobRow>, StoreError> {
        self.run(move |_, connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM job WHERE next_at <= ?1 ORDER BY next_at, seq LIMIT 1"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row([now], read).optional()?)
        })
        .await
    }

    /// Moves a job on. One that is pinned leaves the queue, unless it is a pin object.
    pub(crate) async fn move_job(
        &self,
        id: String,
        status: JobStatus,
        next_at: Option<i64>,
    ) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            if status == JobStatus::Pinned {
                connection.execute("DELETE FROM job WHERE id = ?1 AND psa = 0", [&id])?;
            }
            connection.execute(
                "UPDATE job SET status = ?2, next_at = ?3 WHERE id = ?1",
                params![id, status.name(), next_at],
            )?;
            Ok(())
        })
        .await
    }

    /// Takes a job out of the queue; says whether it was in it.
    pub(crate) async fn cancel_job(&self, id: String) -> Result<bool, StoreError> {
        self.run(move |_, connection| {
            let gone =
                connection.execute("DELETE FROM job WHERE id = ?1 AND status <> 'pinned'", [id])?;
            Ok(gone > 0)
        })
        .await
    }

    /// All jobs, and all public pins that are no pin object of theirs, with their keys.
    pub(crate) async fn pin_objects(
        &self,
    ) -> Result<(Vec<JobRow>, Vec<(FileRow, String)>), StoreError> {
        self.run(move |_, connection| {
            let mut jobs = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM job"))?;
            let jobs = jobs.query_map([], read)?.collect::<Result<_, _>>()?;
            let mut files = connection.prepare_cached(&format!(
                "SELECT {}, node FROM file
                 WHERE network = 'public' AND unpinned_at IS NULL AND pending_until IS NULL
                   AND NOT EXISTS (SELECT 1 FROM job WHERE job.node = file.node
                     AND psa = 1 AND status = 'pinned')",
                rows::COLUMNS
            ))?;
            let files = files.query_map([], |row| Ok((rows::read(row)?, row.get(13)?)))?;
            Ok((jobs, files.collect::<Result<_, _>>()?))
        })
        .await
    }

    /// Removes a pin object, and its pin when no other object has it; says whether there was one.
    pub(crate) async fn remove_pin_object(&self, id: String, now: i64) -> Result<bool, StoreError> {
        self.run(move |_, connection| remove(connection, &id, None, now))
            .await
    }

    /// A page of jobs that are not pinned, and the number of all of them. `None` when `after` names none.
    pub(crate) async fn jobs(
        &self,
        query: JobQuery,
    ) -> Result<Option<(Vec<JobRow>, usize)>, StoreError> {
        self.run(move |_, connection| {
            let mut conditions = vec!["status <> 'pinned'"];
            let mut values: Vec<Sql> = Vec::new();
            if let Some(status) = query.status {
                conditions.push("status = ?");
                values.push(status.name().to_owned().into());
            }
            if let Some(node) = query.node {
                conditions.push("node = ?");
                values.push(node.into());
            }
            let sql = format!(
                "SELECT count(*) FROM job WHERE {}",
                conditions.join(" AND ")
            );
            let count = connection.query_row(&sql, params_from_iter(&values), |row| row.get(0))?;
            if let Some(after) = query.after {
                let sql = "SELECT created_at FROM job WHERE id = ?1";
                let at: Option<i64> = connection
                    .query_row(sql, [after], |row| row.get(0))
                    .optional()?;
                let Some(at) = at else { return Ok(None) };
                conditions.push(if query.descending {
                    "created_at < ?"
                } else {
                    "created_at > ?"
                });
                values.push(at.into());
            }
            let sql = format!(
                "SELECT {COLUMNS} FROM job WHERE {} ORDER BY created_at {} LIMIT {} OFFSET {}",
                conditions.join(" AND "),
                if query.descending { "DESC" } else { "ASC" },
                query.limit,
                query.offset
            );
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(&values), read)?;
            Ok(Some((rows.collect::<Result<_, _>>()?, count)))
        })
        .await
    }

    /// Whether this content is pinned on the public network.
    pub(crate) async fn is_pinned(&self, node: String) -> Result<bool, StoreError> {
        self.run(move |_, connection| {
            Ok(rows::pinned(connection, &node, Network::Public)?.is_some())
        })
        .await
    }

    /// A pin without content.
    pub(crate) async fn claim(&self, new: NewFile) -> Result<(), StoreError> {
        self.run(move |_, connection| rows::insert(connection, &new).map(drop))
            .await
    }
}

fn add(store: &Store, connection: &Connection, mut job: JobRow) -> Result<JobRow, StoreError> {
    let newest: Option<i64> =
        connection.query_row("SELECT max(created_at) FROM job", [], |row| row.get(0))?;
    let whole = job.created_at.div_euclid(1000) * 1000;
    job.created_at = newest.map_or(whole, |newest| whole.max(newest + 1000));
    connection.execute(
        &format!("INSERT INTO job ({COLUMNS}) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"),
        params![
            job.id,
            job.psa,
            job.cid,
            job.node,
            job.name,
            job.keyvalues
                .clone()
                .map(|map| Value::Object(map).to_string()),
            job.group_id,
            job.host_nodes
                .as_ref()
                .map(|nodes| serde_json::json!(nodes).to_string()),
            job.created_at,
            job.status.name(),
            job.next_at,
        ],
    )?;
    store.falls_due(job.next_at);
    Ok(job)
}

/// Removes a job or a pin by its id. A pin goes with its last object, unless it is `kept`.
fn remove(
    connection: &Connection,
    id: &str,
    kept: Option<&str>,
    now: i64,
) -> Result<bool, StoreError> {
    let job: Option<(String, String)> = connection
        .query_row(
            "DELETE FROM job WHERE id = ?1 RETURNING node, status",
            [id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let node = match job {
        Some((_, status)) if status != JobStatus::Pinned.name() => return Ok(true),
        Some((node, _)) => node,
        None => {
            let sql = "SELECT node FROM file
                       WHERE id = ?1 AND network = 'public' AND unpinned_at IS NULL";
            let node = connection
                .query_row(sql, [id], |row| row.get(0))
                .optional()?;
            let Some(node) = node else { return Ok(false) };
            node
        }
    };
    if kept != Some(&node) {
        connection.execute(
            "UPDATE file SET unpinned_at = ?2
             WHERE node = ?1 AND network = 'public' AND unpinned_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM job WHERE node = ?1 AND psa = 1 AND status = 'pinned')",
            params![node, now],
        )?;
    }
    Ok(true)
}

/// When the next job moves on.
pub(super) fn next_due(connection: &Connection) -> Result<Option<i64>, StoreError> {
    Ok(connection.query_row("SELECT min(next_at) FROM job", [], |row| row.get(0))?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    let keyvalues: Option<String> = row.get(5)?;
    let host_nodes: Option<String> = row.get(7)?;
    let status: String = row.get(9)?;
    Ok(JobRow {
        id: row.get(0)?,
        psa: row.get(1)?,
        cid: row.get(2)?,
        node: row.get(3)?,
        name: row.get(4)?,
        keyvalues: keyvalues.and_then(|text| serde_json::from_str(&text).ok()),
        group_id: row.get(6)?,
        host_nodes: host_nodes.and_then(|text| serde_json::from_str(&text).ok()),
        created_at: row.get(8)?,
        status: JobStatus::parse(&status).unwrap_or(JobStatus::InvalidObject),
        next_at: row.get(10)?,
    })
}

//! Groups: the legacy API's are the public ones of v3. A file is in one group or in none.

use super::{Store, StoreError};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use uuid::Uuid;

use super::rows::Network;

/// A group.
#[derive(Debug, Clone)]
pub(crate) struct GroupRow {
    pub(crate) id: String,
    pub(crate) network: Network,
    pub(crate) name: String,
    pub(crate) is_public: bool,
    /// Microseconds since 1970.
    pub(crate) created_at: i64,
    /// Microseconds since 1970.
    pub(crate) updated_at: i64,
}

/// A page of groups, newest first.
pub(crate) struct GroupQuery {
    pub(crate) network: Network,
    /// A part of the name, in any case.
    pub(crate) name: Option<String>,
    pub(crate) is_public: Option<bool>,
    pub(crate) limit: usize,
    pub(crate) offset: u32,
    /// The id of the last group of the page before.
    pub(crate) after: Option<String>,
}

/// Files by which to add to a group or take from it.
pub(crate) enum Members {
    /// One file by its id.
    File(String),
    /// Public pins by their keys; all of them or none.
    Pins(Vec<String>),
}

/// What became of a change of members.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Joined {
    Done,
    NoGroup,
    /// The first file or pin that is not there.
    NoMember(String),
}

const COLUMNS: &str = "id, network, name, is_public, created_at, updated_at";

impl Store {
    pub(crate) async fn add_group(&self, group: GroupRow) -> Result<GroupRow, StoreError> {
        self.run(move |_, connection| {
            connection.execute(
                &format!("INSERT INTO pin_group ({COLUMNS}) VALUES (?1,?2,?3,?4,?5,?6)"),
                params![
                    group.id,
                    group.network.name(),
                    group.name,
                    group.is_public,
                    group.created_at,
                    group.updated_at,
                ],
            )?;
            Ok(group)
        })
        .await
    }

    pub(crate) async fn group(
        &self,
        network: Network,
        id: String,
    ) -> Result<Option<GroupRow>, StoreError> {
        self.run(move |_, connection| get(connection, network, &id))
            .await
    }

    /// A page of groups. `None` when `after` names none.
    pub(crate) async fn groups(
        &self,
        query: GroupQuery,
    ) -> Result<Option<Vec<GroupRow>>, StoreError> {
        self.run(move |_, connection| {
            let mut conditions = vec!["network = ?"];
            let mut values: Vec<Sql> = vec![query.network.name().to_owned().into()];
            if let Some(name) = query.name {
                conditions.push("instr(lower(name), lower(?)) > 0");
                values.push(name.into());
            }
            if let Some(is_public) = query.is_public {
                conditions.push("is_public = ?");
                values.push(i64::from(is_public).into());
            }
            if let Some(after) = query.after {
                let sql = "SELECT seq FROM pin_group WHERE id = ?1";
                let seq: Option<i64> = connection
                    .query_row(sql, [after], |row| row.get(0))
                    .optional()?;
                let Some(seq) = seq else { return Ok(None) };
                conditions.push("seq < ?");
                values.push(seq.into());
            }
            let mut statement = connection.prepare(&format!(
                "SELECT {COLUMNS} FROM pin_group WHERE {} ORDER BY seq DESC LIMIT {} OFFSET {}",
                conditions.join(" AND "),
                query.limit,
                query.offset
            ))?;
            let rows = statement.query_map(params_from_iter(&values), read)?;
            Ok(Some(rows.collect::<Result<_, _>>()?))
        })
        .await
    }

    /// Changes what is given; `None` when there is no such group.
    pub(crate) async fn change_group(
        &self,
        network: Network,
        id: String,
        name: Option<String>,
        is_public: Option<bool>,
        now: i64,
    ) -> Result<Option<GroupRow>, StoreError> {
        self.run(move |_, connection| {
            connection.execute(
                "UPDATE pin_group SET name = coalesce(?3, name),
                   is_public = coalesce(?4, is_public), updated_at = ?5
                 WHERE id = ?1 AND network = ?2",
                params![id, network.name(), name, is_public, now],
            )?;
            get(connection, network, &id)
        })
        .await
    }

    /// Deletes a group and keeps its files; says whether there was one.
    pub(crate) async fn delete_group(
        &self,
        network: Network,
        id: String,
    ) -> Result<bool, StoreError> {
        self.run(move |_, connection| {
            let transaction = connection.transaction()?;
            let gone = transaction.execute(
                "DELETE FROM pin_group WHERE id = ?1 AND network = ?2",
                [id.as_str(), network.name()],
            )?;
            transaction.execute("UPDATE file SET group_id = NULL WHERE group_id = ?1", [&id])?;
            transaction.commit()?;
            Ok(gone > 0)
        })
        .await
    }

    /// Puts files into a group, or takes them out of it.
    pub(crate) async fn change_members(
        &self,
        network: Network,
        group: String,
        members: Members,
        join: bool,
    ) -> Result<Joined, StoreError> {
        self.run(move |_, connection| {
            if get(connection, network, &group)?.is_none() {
                return Ok(Joined::NoGroup);
            }
            let transaction = connection.transaction()?;
            let (condition, members) = match members {
                Members::File(id) => ("id = ?1", vec![id]),
                Members::Pins(nodes) => ("node = ?1", nodes),
            };
            let sql = format!(
                "UPDATE file SET group_id = CASE
                     WHEN ?4 THEN ?3 WHEN group_id = ?3 THEN NULL ELSE group_id END
                 WHERE {condition} AND network = ?2 AND unpinned_at IS NULL"
            );
            for member in members {
                let values = params![member, network.name(), group, join];
                if transaction.execute(&sql, values)? == 0 {
                    return Ok(Joined::NoMember(member));
                }
            }
            transaction.commit()?;
            Ok(Joined::Done)
        })
        .await
    }
}

impl GroupRow {
    pub(crate) fn new(id: Uuid, network: Network, name: String, is_public: bool, now: i64) -> Self {
        Self {
            id: id.to_string(),
            network,
            name,
            is_public,
            created_at: now,
            updated_at: now,
        }
    }
}

fn get(
    connection: &Connection,
    network: Network,
    id: &str,
) -> Result<Option<GroupRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM pin_group WHERE id = ?1 AND network = ?2");
    Ok(connection
        .query_row(&sql, [id, network.name()], read)
        .optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<GroupRow> {
    let network: String = row.get(1)?;
    Ok(GroupRow {
        id: row.get(0)?,
        network: Network::parse(&network).unwrap_or(Network::Private),
        name: row.get(2)?,
        is_public: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
    })
}

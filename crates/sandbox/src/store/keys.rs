//! API keys that were made by a call. Secrets and tokens are kept as hashes only.

use super::{Store, StoreError};
use crate::auth::{Known, Scopes};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use serde_json::Value;
use sha2::Digest as _;

/// A key to be made.
pub(crate) struct NewKey {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The public half.
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    /// What lists show in the place of the secret.
    pub(crate) ciphertext: String,
    pub(crate) max_uses: Option<u64>,
    /// `permissions` as lists show them.
    pub(crate) scopes: Value,
    /// Microseconds since 1970.
    pub(crate) created_at: i64,
}

/// A key as a list shows it.
pub(crate) struct KeyRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) ciphertext: String,
    pub(crate) max_uses: Option<u64>,
    pub(crate) uses: u64,
    pub(crate) scopes: Value,
    pub(crate) revoked: bool,
    /// Microseconds since 1970.
    pub(crate) created_at: i64,
    /// Microseconds since 1970.
    pub(crate) updated_at: i64,
}

/// Which keys to list.
#[derive(Default)]
pub(crate) struct KeyQuery {
    pub(crate) revoked: Option<bool>,
    /// Keys with a number of uses.
    pub(crate) limited: bool,
    /// Of these, the ones that have none left.
    pub(crate) exhausted: bool,
    /// A part of the name, in any case.
    pub(crate) name: Option<String>,
    pub(crate) offset: u32,
    pub(crate) limit: usize,
}

impl Store {
    pub(crate) async fn add_key(&self, new: NewKey) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            connection.execute(
                "INSERT INTO api_key (id, name, key, secret, token, ciphertext, max_uses, uses,
                   scopes, revoked, created_at, updated_at)
                 VALUES (?1,?2,?3,?4,?5,?6,?7,0,?8,0,?9,?9)",
                params![
                    new.id,
                    new.name,
                    new.key,
                    hash(&new.secret),
                    hash(&new.token),
                    new.ciphertext,
                    new.max_uses,
                    new.scopes.to_string(),
                    new.created_at,
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// The key that a bearer token belongs to.
    pub(crate) async fn key_of_token(&self, token: String) -> Result<Option<Known>, StoreError> {
        self.run(move |_, connection| known(connection, "token = ?1", &[&hash(&token)]))
            .await
    }

    /// The key of a pair of key and secret.
    pub(crate) async fn key_of_pair(
        &self,
        (key, secret): (String, String),
    ) -> Result<Option<Known>, StoreError> {
        self.run(move |_, connection| {
            let condition = "key = ?1 AND secret = ?2";
            known(connection, condition, &[&key, &hash(&secret)])
        })
        .await
    }

    /// Counts one use; the last one revokes the key. `false` when none was left.
    pub(crate) async fn use_key(&self, id: String, now: i64) -> Result<bool, StoreError> {
        self.run(move |_, connection| {
            let used = connection.execute(
                "UPDATE api_key SET uses = uses + 1, revoked = (uses + 1 >= max_uses),
                   updated_at = ?2
                 WHERE id = ?1 AND revoked = 0",
                params![id, now],
            )?;
            Ok(used > 0)
        })
        .await
    }

    /// Revokes a key by its public half, if there is one.
    pub(crate) async fn revoke_key(&self, key: String, now: i64) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            connection.execute(
                "UPDATE api_key SET updated_at = CASE revoked WHEN 0 THEN ?2 ELSE updated_at END,
                   revoked = 1
                 WHERE key = ?1",
                params![key, now],
            )?;
            Ok(())
        })
        .await
    }

    /// A page of keys, newest first, and how many there are in all.
    pub(crate) async fn keys(&self, query: KeyQuery) -> Result<(Vec<KeyRow>, usize), StoreError> {
        self.run(move |_, connection| {
            let condition = "(?1 IS NULL OR revoked = ?1)
                AND (NOT ?2 OR max_uses IS NOT NULL)
                AND (NOT ?3 OR uses >= max_uses)
                AND (?4 IS NULL OR instr(lower(name), lower(?4)) > 0)";
            let values = params![query.revoked, query.limited, query.exhausted, query.name];
            let count = connection.query_row(
                &format!("SELECT count(*) FROM api_key WHERE {condition}"),
                values,
                |row| row.get(0),
            )?;
            let mut statement = connection.prepare(&format!(
                "SELECT id, name, key, ciphertext, max_uses, uses, scopes, revoked, created_at,
                   updated_at
                 FROM api_key WHERE {condition} ORDER BY created_at DESC, seq DESC
                 LIMIT {} OFFSET {}",
                query.limit, query.offset
            ))?;
            let rows = statement.query_map(values, read)?;
            Ok((rows.collect::<Result<_, _>>()?, count))
        })
        .await
    }
}

fn known(
    connection: &Connection,
    condition: &str,
    values: &[&dyn ToSql],
) -> Result<Option<Known>, StoreError> {
    let sql = format!("SELECT id, scopes, revoked, max_uses FROM api_key WHERE {condition}");
    Ok(connection
        .prepare_cached(&sql)?
        .query_row(values, |row| {
            let id: String = row.get(0)?;
            let scopes: String = row.get(1)?;
            let max_uses: Option<u64> = row.get(3)?;
            let scopes = serde_json::from_str(&scopes).unwrap_or_default();
            Ok(Known {
                scopes: Scopes::of_permissions(&scopes).unwrap_or_default(),
                revoked: row.get(2)?,
                counted: max_uses.map(|_| id),
            })
        })
        .optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    let scopes: String = row.get(6)?;
    Ok(KeyRow {
        id: row.get(0)?,
        name: row.get(1)?,
        key: row.get(2)?,
        ciphertext: row.get(3)?,
        max_uses: row.get(4)?,
        uses: row.get(5)?,
        scopes: serde_json::from_str(&scopes).unwrap_or_default(),
        revoked: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
    })
}

fn hash(secret: &str) -> String {
    crate::signing::hex(&sha2::Sha256::digest(secret.as_bytes()))
}

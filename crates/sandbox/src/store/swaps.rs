//! Swaps, signatures and signed upload URLs: small things that point at others.

use super::rows::Network;
use super::{Store, StoreError};
use rusqlite::{OptionalExtension as _, params};
use std::collections::BTreeMap;

/// A CID that stands in for another on the gateway.
pub(crate) struct SwapRow {
    pub(crate) mapped_cid: String,
    /// Microseconds since 1970.
    pub(crate) created_at: i64,
}

/// What a signed upload URL allows.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct SignedUpload {
    /// Fields that its uploads have, whatever they say themselves.
    pub(crate) fields: BTreeMap<String, String>,
    /// Bytes.
    pub(crate) max_file_size: Option<u64>,
    /// With wildcards, as `image/*`; `directory` for a folder.
    pub(crate) allow_mime_types: Option<Vec<String>>,
    /// Microseconds since 1970.
    pub(crate) expires_at: i64,
}

impl Store {
    /// From now on the gateway shows `mapped` for `node`.
    pub(crate) async fn add_swap(
        &self,
        network: Network,
        node: String,
        mapped: (String, String),
        now: i64,
    ) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            connection.execute(
                "INSERT INTO swap (network, node, mapped_cid, mapped_node, created_at)
                 VALUES (?1,?2,?3,?4,?5)",
                params![network.name(), node, mapped.0, mapped.1, now],
            )?;
            Ok(())
        })
        .await
    }

    /// All swaps of this content, newest first.
    pub(crate) async fn swaps(
        &self,
        network: Network,
        node: String,
    ) -> Result<Vec<SwapRow>, StoreError> {
        self.run(move |_, connection| {
            let mut statement = connection.prepare_cached(
                "SELECT mapped_cid, created_at FROM swap WHERE network = ?1 AND node = ?2
                 ORDER BY seq DESC",
            )?;
            let rows = statement.query_map([network.name(), &node], |row| {
                Ok(SwapRow {
                    mapped_cid: row.get(0)?,
                    created_at: row.get(1)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Forgets all swaps of this content.
    pub(crate) async fn remove_swaps(
        &self,
        network: Network,
        node: String,
    ) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            connection.execute(
                "DELETE FROM swap WHERE network = ?1 AND node = ?2",
                [network.name(), &node],
            )?;
            Ok(())
        })
        .await
    }

    /// Keeps somebody's signature over this content; a later one takes its place.
    pub(crate) async fn set_signature(
        &self,
        network: Network,
        node: String,
        address: String,
        signature: String,
    ) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            connection.execute(
                "INSERT OR REPLACE INTO signature VALUES (?1, ?2, ?3, ?4)",
                [network.name(), &node, &address, &signature],
            )?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn signature(
        &self,
        network: Network,
        node: String,
    ) -> Result<Option<String>, StoreError> {
        self.run(move |_, connection| {
            let sql = "SELECT signature FROM signature WHERE network = ?1 AND node = ?2";
            let signature = connection.query_row(sql, [network.name(), &node], |row| row.get(0));
            Ok(signature.optional()?)
        })
        .await
    }

    pub(crate) async fn remove_signature(
        &self,
        network: Network,
        node: String,
    ) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            let sql = "DELETE FROM signature WHERE network = ?1 AND node = ?2";
            connection.execute(sql, [network.name(), &node])?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn add_signed_upload(
        &self,
        id: String,
        signed: SignedUpload,
    ) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            let allows = serde_json::to_string(&signed).unwrap_or_default();
            connection.execute("INSERT INTO signed_upload VALUES (?1, ?2)", [id, allows])?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn signed_upload(
        &self,
        id: String,
    ) -> Result<Option<SignedUpload>, StoreError> {
        self.run(move |_, connection| {
            let sql = "SELECT allows FROM signed_upload WHERE id = ?1";
            let allows: Option<String> = connection
                .query_row(sql, [id], |row| row.get(0))
                .optional()?;
            Ok(allows.and_then(|allows| serde_json::from_str(&allows).ok()))
        })
        .await
    }

    /// Whether a resumable upload was begun by a signed URL.
    pub(crate) async fn is_signed(&self, upload: String) -> Result<bool, StoreError> {
        self.run(move |_, connection| {
            let sql = "SELECT signed FROM upload WHERE id = ?1";
            let signed = connection.query_row(sql, [upload], |row| row.get(0));
            Ok(signed.optional()?.unwrap_or(false))
        })
        .await
    }
}

/// The content that the gateway shows in the place of this.
pub(super) fn swapped(
    connection: &rusqlite::Connection,
    network: Network,
    node: &str,
) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT mapped_node FROM swap WHERE network = ?1 AND node = ?2
             ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([network.name(), node], |row| row.get(0))
        .optional()?)
}

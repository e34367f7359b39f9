//! Content by CID: where its bytes are, and what a folder holds.

use super::rows::{self, FileRow, Network, NewFile};
use super::{Store, StoreError, swaps};
use crate::spool::Spooled;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom};

/// A file or directory of an upload.
pub(crate) struct Node {
    /// [`crate::dag::block_key`] of its root block.
    pub(crate) key: String,
    pub(crate) cid: String,
    /// Where in the upload's bytes it stands; `None` for a directory.
    pub(crate) bytes: Option<(u64, u64)>,
}

/// A name in a directory, both ends by key.
pub(crate) struct Entry {
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) child: String,
}

/// All that one upload adds.
pub(crate) struct Content {
    pub(crate) nodes: Vec<Node>,
    pub(crate) entries: Vec<Entry>,
}

/// What a path leads to.
pub(crate) struct Found {
    pub(crate) cid: String,
    /// The pinned row that the root belongs to.
    pub(crate) row: FileRow,
    pub(crate) content: Served,
}

/// Content that can be served.
pub(crate) enum Served {
    /// An open file that stands at the first byte, and how many bytes belong to it.
    File { file: File, size: u64 },
    /// The entries of a directory, in the order of their names.
    Directory(Vec<Listed>),
}

/// A line of a folder's page.
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) cid: String,
    pub(crate) directory: bool,
    pub(crate) size: u64,
}

impl Store {
    /// Keeps an upload: its bytes become a blob, then rows and content are committed together.
    /// A root that is pinned on the same network already gives its first row and `true`, where there are no twins. `stored` hears the CID once
    /// it is committed, also when nobody waits for the answer any more.
    pub(crate) async fn add(
        &self,
        spooled: Spooled,
        content: Content,
        new: NewFile,
        stored: impl FnOnce(&str) + Send + 'static,
    ) -> Result<(FileRow, bool), StoreError> {
        self.run(move |store, connection| {
            // Whoever looks into the database from outside is waited for.
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // A resumable upload gave its id to the file.
            let finish = |cid: &str| {
                transaction.execute(
                    "UPDATE upload SET cid = ?2 WHERE id = ?1",
                    [&new.id.to_string(), cid],
                )
            };
            let first = if store.inner.twins {
                None
            } else {
                rows::pinned(&transaction, &new.node, new.network)?
            };
            if let Some(first) = first {
                finish(&first.cid)?;
                transaction.commit()?;
                stored(&first.cid);
                return Ok((first, true));
            }
            let blob = new.id.to_string();
            let used = insert_content(&transaction, &content, &blob)?;
            let row = rows::insert(&transaction, &new)?;
            if used {
                keep(&spooled, &store.blobs().join(&blob))?;
                sync_folder(&store.blobs())?;
            }
            finish(&row.cid)?;
            transaction.commit()?;
            stored(&row.cid);
            store.falls_due(new.expires_at);
            store.falls_due(new.pending_until);
            Ok((row, false))
        })
        .await
    }

    /// Follows `path` below a root that is pinned on `network` (`None`: on either).
    pub(crate) async fn find(
        &self,
        root: String,
        network: Option<Network>,
        path: Vec<String>,
    ) -> Result<Option<Found>, StoreError> {
        self.run(move |store, connection| {
            let on = network.unwrap_or(Network::Private);
            let root = swaps::swapped(connection, on, &root)?.unwrap_or(root);
            let row = match network {
                Some(network) => rows::pinned(connection, &root, network)?,
                None => match rows::pinned(connection, &root, Network::Private)? {
                    Some(row) => Some(row),
                    None => rows::pinned(connection, &root, Network::Public)?,
                },
            };
            let Some(row) = row else { return Ok(None) };
            let mut key = root;
            for name in path {
                let Some(child) = child(connection, &key, &name)? else {
                    return Ok(None);
                };
                key = child;
            }
            store.serve(connection, &key, row)
        })
        .await
    }

    fn serve(
        &self,
        connection: &Connection,
        key: &str,
        row: FileRow,
    ) -> Result<Option<Found>, StoreError> {
        type NodeRow = (String, Option<String>, u64, u64);
        let node: Option<NodeRow> = connection
            .query_row(
                "SELECT cid, blob, start, size FROM node WHERE key = ?1",
                [key],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .optional()?;
        let Some((cid, blob, start, size)) = node else {
            return Ok(None);
        };
        let content = match blob {
            Some(blob) => {
                let mut file = OpenOptions::new()
                    .read(true)
                    .open(self.blobs().join(blob))?;
                file.seek(SeekFrom::Start(start))?;
                Served::File { file, size }
            }
            None => Served::Directory(list(connection, key)?),
        };
        Ok(Some(Found { cid, row, content }))
    }
}

/// The bytes become a blob. A lasting file is linked, so that it is there until the rows are committed.
fn keep(spooled: &Spooled, blob: &std::path::Path) -> io::Result<()> {
    if spooled.is_lasting() {
        return fs::hard_link(spooled.path(), blob)
            .or_else(|_| fs::copy(spooled.path(), blob).map(drop));
    }
    fs::rename(spooled.path(), blob)?;
    spooled.moved();
    Ok(())
}

/// Adds what is new; says whether anything points into the blob.
fn insert_content(
    transaction: &Transaction<'_>,
    content: &Content,
    blob: &str,
) -> Result<bool, StoreError> {
    let mut used = false;
    let mut node = transaction.prepare(
        "INSERT OR IGNORE INTO node (key, cid, blob, start, size) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for Node { key, cid, bytes } in &content.nodes {
        let blob = bytes.map(|_| blob);
        let (start, size) = bytes.unwrap_or_default();
        let added = node.execute(params![key, cid, blob, start, size])?;
        used |= added > 0 && blob.is_some();
    }
    let mut entry = transaction
        .prepare("INSERT OR IGNORE INTO entry (parent, name, child) VALUES (?1, ?2, ?3)")?;
    for Entry {
        parent,
        name,
        child,
    } in &content.entries
    {
        entry.execute([parent, name, child])?;
    }
    Ok(used)
}

fn child(connection: &Connection, parent: &str, name: &str) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT child FROM entry WHERE parent = ?1 AND name = ?2")?
        .query_row([parent, name], |row| row.get(0))
        .optional()?)
}

fn list(connection: &Connection, parent: &str) -> Result<Vec<Listed>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT entry.name, node.cid, node.blob IS NULL, node.size
         FROM entry JOIN node ON node.key = entry.child
         WHERE entry.parent = ?1 ORDER BY entry.name",
    )?;
    let rows = statement.query_map([parent], |row| {
        Ok(Listed {
            name: row.get(0)?,
            cid: row.get(1)?,
            directory: row.get(2)?,
            size: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A renamed file survives a power cut only when its folder was synced too.
#[cfg(unix)]
fn sync_folder(folder: &std::path::Path) -> io::Result<()> {
    OpenOptions::new().read(true).open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &std::path::Path) -> io::Result<()> {
    Ok(())
}

//! What the service keeps: rows in `sandbox.db`, bytes in `blobs/`, uploads under way in `partial/`.
//!
//! One upload's bytes are one blob, a folder's files one behind the other. A node (file or
//! directory) points into a blob or to its entries, so that the gateway serves any path and range
//! from a plain file. The order is: bytes synced, blob renamed into place, its folder synced, rows
//! committed, answered. What a kill leaves before the commit is swept at the next start.

mod content;
mod lists;
mod rows;
mod seed;
mod sweep;

pub(crate) use content::{Content, Entry, Found, Listed, Node, Served};
pub(crate) use lists::{LegacyQuery, Order, Predicate, Status, V3Query};
pub(crate) use rows::{Changed, Changes, FileRow, Network, NewFile};

use rusqlite::Connection;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::RwLock;

/// The store failed; nothing of the call was kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the data folder failed: {0}")]
    Disk(#[from] io::Error),
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
}

/// The open data folder. Clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    data: PathBuf,
    connection: Mutex<Connection>,
    /// Held as long as the store is open, so that two services never share a folder.
    lock: File,
    /// Read by every piece of work, written to close: work that its caller no longer waits for must
    /// still end before another service may sweep the folder.
    working: Arc<RwLock<()>>,
}

const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS file (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  cid TEXT NOT NULL,
  node TEXT NOT NULL,
  network TEXT NOT NULL,
  name TEXT,
  keyvalues TEXT,
  size INTEGER NOT NULL,
  number_of_files INTEGER NOT NULL,
  mime_type TEXT,
  group_id TEXT,
  created_at INTEGER NOT NULL,
  unpinned_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS file_by_node ON file (node, network, unpinned_at);
CREATE INDEX IF NOT EXISTS file_by_date ON file (network, created_at, seq);
CREATE TABLE IF NOT EXISTS node (
  key TEXT PRIMARY KEY,
  cid TEXT NOT NULL,
  blob TEXT,
  start INTEGER NOT NULL,
  size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
  parent TEXT NOT NULL,
  name TEXT NOT NULL,
  child TEXT NOT NULL,
  PRIMARY KEY (parent, name)
) STRICT, WITHOUT ROWID;
";

impl Store {
    /// Opens or creates the folder, takes its lock, and sweeps what a kill left behind.
    /// `Ok(None)` when another service holds the lock.
    pub(crate) fn open(data: &Path) -> Result<Option<Self>, StoreError> {
        for folder in [data.to_owned(), data.join("blobs"), data.join("partial")] {
            fs::create_dir_all(folder)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(error.into()),
        }
        let connection = Connection::open(data.join("sandbox.db"))?;
        connection.execute_batch(SCHEMA)?;
        sweep::sweep(data, &connection)?;
        Ok(Some(Self {
            inner: Arc::new(Inner {
                data: data.to_owned(),
                connection: Mutex::new(connection),
                lock,
                working: Arc::default(),
            }),
        }))
    }

    /// Where uploads under way are written.
    pub(crate) fn partial(&self) -> PathBuf {
        self.inner.data.join("partial")
    }

    fn blobs(&self) -> PathBuf {
        self.inner.data.join("blobs")
    }

    /// Waits for work under way and gives the folder free. Nothing may be asked of the store afterwards.
    pub(crate) async fn close(&self) {
        let _idle = self.inner.working.write().await;
        // What cannot be unlocked is unlocked when the file is closed.
        let _ = self.inner.lock.unlock();
    }

    /// Runs `work` with the connection, off the async threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self, &mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        let working = Arc::clone(&self.inner.working).read_owned().await;
        let task = tokio::task::spawn_blocking(move || {
            let mut connection = store
                .inner
                .connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let done = work(&store, &mut connection);
            drop(working);
            done
        });
        task.await
            .unwrap_or_else(|error| Err(io::Error::other(error).into()))
    }
}

//! What the service keeps: rows in `sandbox.db`, bytes in `blobs/`, uploads under way in `partial/`,
//! resumable ones in `uploads/`.
//!
//! One upload's bytes are one blob, a folder's files one behind the other. A node (file or
//! directory) points into a blob or to its entries, so that the gateway serves any path and range
//! from a plain file. The order is: bytes synced, blob renamed into place, its folder synced, rows
//! committed, answered. What a kill leaves before the commit is swept at the next start.

mod content;
mod due;
mod groups;
mod jobs;
mod keys;
mod lists;
mod rows;
mod schema;
mod seed;
mod swaps;
mod sweep;
mod tree;
mod uploads;

pub(crate) use content::{Content, Entry, Found, Listed, Node, Served};
pub(crate) use groups::{GroupQuery, GroupRow, Joined, Members};
pub(crate) use jobs::{JobQuery, JobRow};
pub(crate) use keys::{KeyQuery, KeyRow, NewKey};
pub(crate) use lists::{LegacyQuery, Order, Predicate, Status, V3Query};
pub(crate) use rows::{Changed, Changes, Expiry, FileRow, Network, NewFile};
pub(crate) use swaps::{SignedUpload, SwapRow};
pub(crate) use uploads::UploadRow;

use rusqlite::Connection;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
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

/// A file that only its owner may read, as what SQLite makes beside it: the secret that signs, and the names of private files,
/// are in it.
fn private_file(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)?;
    let _ = file.set_permissions(fs::Permissions::from_mode(0o600));
    Ok(())
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
    /// When something changes by itself next; microseconds since 1970.
    due: AtomicI64,
    /// An upload of content that is pinned already becomes a record of its own.
    twins: bool,
}

impl Store {
    /// Opens or creates the folder, takes its lock, and sweeps what a kill left behind.
    /// `Ok(None)` when another service holds the lock.
    pub(crate) fn open(data: &Path, twins: bool) -> Result<Option<Self>, StoreError> {
        // The folder itself may be a person's own, with other things in it.
        fs::create_dir_all(data)?;
        for folder in ["blobs", "partial", "uploads"] {
            let folder = data.join(folder);
            fs::create_dir_all(&folder)?;
            // A disk that keeps no modes lets in whom it lets in.
            let _ = fs::set_permissions(&folder, fs::Permissions::from_mode(0o700));
        }
        let database = data.join("sandbox.db");
        private_file(&database)?;
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
        let connection = Connection::open(database)?;
        schema::bring_up(&connection)?;
        sweep::sweep(data, &connection)?;
        Ok(Some(Self {
            inner: Arc::new(Inner {
                data: data.to_owned(),
                connection: Mutex::new(connection),
                lock,
                working: Arc::default(),
                // The first request looks what fell due since the last time.
                due: AtomicI64::new(i64::MIN),
                twins,
            }),
        }))
    }

    /// The secret that signs tokens and links.
    pub(crate) fn signing(&self) -> Result<Vec<u8>, StoreError> {
        let connection = self.inner.connection.lock();
        schema::signing(&connection.unwrap_or_else(PoisonError::into_inner))
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

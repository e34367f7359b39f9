//! Bytes behind bytes: what arrives is written as it comes, so that a connection that breaks loses at
//! most what was not written yet.

use super::checksum::Checksum;
use super::too_large;
use crate::error::Refusal;
use crate::faults::Bent;
use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt as _;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 * 1024;

/// The uploads that a request is writing to.
pub(crate) type Busy = Arc<Mutex<HashSet<String>>>;

/// One request's right to an upload. It is given back when this is dropped.
pub(super) struct Lock {
    busy: Busy,
    id: String,
}

impl Lock {
    /// `None` when another request has it.
    pub(super) fn take(busy: &Busy, id: &str) -> Option<Self> {
        let added = busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned());
        added.then(|| Self {
            busy: Arc::clone(busy),
            id: id.to_owned(),
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.id);
    }
}

/// Appends the body at `offset`, at most `limit` bytes of it. The new offset, when all of it is on
/// the disk. What arrived of a body that broke off stays, unless it has a checksum.
pub(super) async fn append(
    path: PathBuf,
    lock: Lock,
    offset: u64,
    limit: u64,
    body: Body,
    mut checksum: Option<Checksum>,
    bent: Bent,
) -> Result<(u64, Lock), Refusal> {
    let all_or_nothing = checksum.is_some();
    let mut writer =
        blocking(move || Writer::open(path, lock, offset, all_or_nothing, bent)).await?;
    let mut gathered = Vec::with_capacity(BUFFER);
    let mut received = 0;
    let mut stream = body.into_data_stream();
    let broken = loop {
        let bytes: Bytes = match stream.next().await {
            Some(Ok(bytes)) => bytes,
            Some(Err(_)) => break true,
            None => break false,
        };
        received += bytes.len() as u64;
        if received > limit {
            let writer_done = blocking(move || writer.take_back()).await;
            return Err(writer_done
                .err()
                .unwrap_or_else(|| too_large("The chunk is larger than it may be")));
        }
        if let Some(checksum) = &mut checksum {
            checksum.update(&bytes);
        }
        gathered.extend_from_slice(&bytes);
        if gathered.len() >= BUFFER {
            let full = std::mem::replace(&mut gathered, Vec::with_capacity(BUFFER));
            writer = blocking(move || writer.write(&full)).await?;
        }
    };
    if let Some(checksum) = checksum
        && !broken
        && let Err(refusal) = checksum.verify()
    {
        blocking(move || writer.take_back()).await?;
        return Err(refusal);
    }
    let finished = blocking(move || writer.write(&gathered)?.finish(broken)).await?;
    if broken {
        return Err(super::bad("The chunk broke off"));
    }
    Ok(finished)
}

/// Disk work holds the lock itself: when the request is dropped meanwhile, the lock is free only
/// after the last byte was written.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| Refusal::disk(&error)),
        Err(_) => Err(Refusal::internal("The disk work stopped")),
    }
}

struct Writer {
    // Before the lock: dropped first.
    undo: Undo,
    start: u64,
    offset: u64,
    bent: Bent,
    lock: Lock,
}

/// The file; cut back to a length when it is dropped, unless that was taken back.
struct Undo {
    file: File,
    to: Option<u64>,
}

impl Drop for Undo {
    fn drop(&mut self) {
        if let Some(length) = self.to {
            // What cannot be cut off was received whole by TCP: a wrong chunk of a client's, not of ours.
            let _ = self.file.set_len(length);
        }
    }
}

impl Writer {
    fn open(
        path: PathBuf,
        lock: Lock,
        offset: u64,
        all_or_nothing: bool,
        bent: Bent,
    ) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self {
            undo: Undo {
                file,
                to: all_or_nothing.then_some(offset),
            },
            start: offset,
            offset,
            bent,
            lock,
        })
    }

    fn write(mut self, bytes: &[u8]) -> io::Result<Self> {
        let end = self.offset + bytes.len() as u64;
        self.bent.room(end - self.start)?;
        self.undo.file.write_all(bytes)?;
        self.offset = end;
        Ok(self)
    }

    fn take_back(mut self) -> io::Result<()> {
        self.undo.to = None;
        self.undo.file.set_len(self.start)
    }

    fn finish(mut self, broken: bool) -> io::Result<(u64, Lock)> {
        if !broken {
            self.undo.to = None;
            self.undo.file.sync_all()?;
        }
        let Self {
            offset, lock, undo, ..
        } = self;
        drop(undo);
        Ok((offset, lock))
    }
}

//! A multipart upload on its way to disk: file parts one behind the other into one partial file,
//! text parts into memory. Memory does not grow with the upload.

use crate::disposition::Disposition;
use crate::error::Refusal;
use crate::faults::Bent;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncWriteExt as _, BufWriter};
use uuid::Uuid;

/// Bytes that all text parts together may have.
const TEXT_LIMIT: usize = 1024 * 1024;
/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 * 1024;

/// A file part.
pub(crate) struct Part {
    /// The path that the part's filename carries, decoded; empty when it has none.
    pub(crate) filename: String,
    pub(crate) mime_type: Option<String>,
    /// Where its bytes begin in the partial file.
    pub(crate) start: u64,
    pub(crate) size: u64,
}

/// A whole upload, its bytes synced to disk.
pub(crate) struct Upload {
    pub(crate) parts: Vec<Part>,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) bytes: Spooled,
}

/// The partial file; it is removed when this is dropped before it was moved away.
pub(crate) struct Spooled {
    path: PathBuf,
    moved: AtomicBool,
    /// Somebody else removes the file when its content was taken.
    lasting: bool,
}

impl Spooled {
    /// A file that goes when this is dropped before it was moved away.
    pub(crate) fn partial(path: PathBuf) -> Self {
        Self {
            path,
            moved: AtomicBool::new(false),
            lasting: false,
        }
    }

    /// A file that stays where it is, whatever becomes of this.
    pub(crate) fn lasting(path: PathBuf) -> Self {
        Self {
            path,
            moved: AtomicBool::new(true),
            lasting: true,
        }
    }

    pub(crate) fn is_lasting(&self) -> bool {
        self.lasting
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file stands elsewhere now and is no longer ours to remove.
    pub(crate) fn moved(&self) {
        self.moved.store(true, Ordering::Relaxed);
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        if !self.moved.load(Ordering::Relaxed) {
            // What cannot be removed now is swept at the next start.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Reads every part. `limit` is the most bytes that the file parts may have together.
pub(crate) async fn receive(
    mut form: Multipart,
    folder: &Path,
    limit: Option<u64>,
    bent: Bent,
) -> Result<Upload, Refusal> {
    let mut writer = Writer::create(folder, bent)
        .await
        .map_err(|e| Refusal::disk(&e))?;
    let mut parts = Vec::new();
    let mut fields = BTreeMap::new();
    let mut text = 0;
    while let Some(mut field) = form.next_field().await.map_err(|e| broken(&e))? {
        let disposition = Disposition::of(field.headers());
        if disposition.name != "file" {
            let value = read_text(&mut field, &mut text).await?;
            fields.insert(disposition.name, value);
            continue;
        }
        let mime_type = field.content_type().map(str::to_owned);
        let start = writer.length;
        while let Some(chunk) = field.chunk().await.map_err(|e| broken(&e))? {
            writer.write(&chunk).await.map_err(|e| Refusal::disk(&e))?;
            if limit.is_some_and(|limit| writer.length > limit) {
                return Err(too_large());
            }
        }
        parts.push(Part {
            filename: disposition.filename.unwrap_or_default(),
            mime_type,
            start,
            size: writer.length - start,
        });
    }
    Ok(Upload {
        parts,
        fields,
        bytes: writer.finish().await.map_err(|e| Refusal::disk(&e))?,
    })
}

/// 413, as v3 multipart answers above its limit.
pub(crate) fn too_large() -> Refusal {
    Refusal::v3(
        StatusCode::PAYLOAD_TOO_LARGE,
        "The file is larger than 100 MB; use a resumable upload",
    )
}

async fn read_text(field: &mut Field<'_>, total: &mut usize) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|e| broken(&e))? {
        *total += chunk.len();
        if *total > TEXT_LIMIT {
            return Err(Refusal::text("The form's text fields are too large"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Refusal::text("A form field is not valid UTF-8"))
}

fn broken(error: &MultipartError) -> Refusal {
    Refusal::text(format!("The form could not be read: {error}"))
}

/// Bytes behind one another into a partial file.
pub(crate) struct Writer {
    bent: Bent,
    file: BufWriter<File>,
    spooled: Spooled,
    length: u64,
}

impl Writer {
    pub(crate) async fn create(folder: &Path, bent: Bent) -> io::Result<Self> {
        let path = folder.join(Uuid::new_v4().to_string());
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .await?;
        Ok(Self {
            bent,
            file: BufWriter::with_capacity(BUFFER, file),
            spooled: Spooled::partial(path),
            length: 0,
        })
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bent.room(self.length + bytes.len() as u64)?;
        self.file.write_all(bytes).await?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    pub(crate) async fn finish(mut self) -> io::Result<Spooled> {
        self.file.flush().await?;
        self.file.get_ref().sync_all().await?;
        Ok(self.spooled)
    }
}

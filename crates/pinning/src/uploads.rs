//! Sending files and folders.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::{Error, JsonUpload, Network, Value};

/// What is read of a source, in order, in pieces of any length.
pub type Pieces = BoxStream<'static, std::io::Result<Bytes>>;

/// Bytes to send, openable again for each attempt.
#[async_trait]
pub trait Source: Send + Sync {
    /// How many bytes it has. A source that then gives fewer or more fails the upload.
    fn size(&self) -> u64;

    /// Opens it from its beginning.
    async fn open(&self) -> std::io::Result<Pieces>;

    /// Opens it at a byte in its middle. A source that can seek does; others are read up to there.
    async fn open_at(&self, offset: u64) -> std::io::Result<Pieces> {
        let mut pieces = self.open().await?;
        let mut before = offset;
        while before > 0 {
            let Some(mut piece) = pieces.try_next().await? else {
                return Err(std::io::Error::other(
                    "it is shorter than when it was queued",
                ));
            };
            let skipped = usize::try_from(before).map_or(piece.len(), |all| all.min(piece.len()));
            before -= skipped as u64;
            if skipped < piece.len() {
                let rest = piece.split_off(skipped);
                return Ok(Box::pin(stream::iter([Ok(rest)]).chain(pieces)));
            }
        }
        Ok(pieces)
    }
}

/// Called with the bytes of content handed to the connection so far; names and boundaries are not counted.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// The CID version to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CidVersion {
    /// `Qm...`
    V0,
    /// `bafy...`
    #[default]
    V1,
}

/// How an upload is to be stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UploadOptions {
    /// The name of the pin; the file's or folder's own where it is missing.
    pub name: Option<String>,
    /// At most 10 key-values; v3 keeps text only.
    pub keyvalues: BTreeMap<String, Value>,
    /// The CID version.
    pub cid_version: CidVersion,
    /// Wrap a single file in a folder, so that `<cid>/<name>` resolves.
    pub wrap: bool,
    /// The network; folders, wrapped files and files over 90 MiB can only be public.
    pub network: Network,
}

/// Where an upload goes within the account, and for how long. The default is no group, and for ever.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Placement {
    /// The id of a group.
    pub group: Option<String>,
    /// When the service is to remove it by itself; v3 only.
    pub expires_at: Option<Timestamp>,
}

/// One file to upload.
#[derive(Clone)]
pub struct FileUpload {
    /// Its bytes.
    pub source: Arc<dyn Source>,
    /// Its name.
    pub file_name: String,
    /// How to store it.
    pub options: UploadOptions,
    /// Told of progress.
    pub progress: Progress,
    /// Stops the upload.
    pub cancel: CancellationToken,
}

/// One folder to upload.
#[derive(Clone)]
pub struct FolderUpload {
    /// The folder's name; not part of the DAG.
    pub root_name: String,
    /// Paths relative to the folder, with `/`, and their bytes. Empty folders cannot be expressed.
    pub files: Vec<(String, Arc<dyn Source>)>,
    /// How to store it; `wrap` has no meaning here.
    pub options: UploadOptions,
    /// Told of progress.
    pub progress: Progress,
    /// Stops the upload.
    pub cancel: CancellationToken,
}

/// What the service says that it stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Receipt {
    /// The CID, as the service writes it.
    pub cid: String,
    /// The service's id of the pin.
    pub service_id: Option<String>,
    /// Cumulative size of the DAG in bytes.
    pub dag_size: Option<u64>,
    /// The account had this content already; name and key-values may then not have been applied.
    pub is_duplicate: bool,
    /// When it was pinned: for a duplicate, the first time.
    pub pinned_at: Option<Timestamp>,
    /// The name that the service keeps, where it says.
    pub name: Option<String>,
    /// How many files it counts.
    pub files: Option<u64>,
    /// The MIME type that it found.
    pub mime: Option<String>,
    /// The id of the group that it is in.
    pub group: Option<String>,
    /// The key-values that the service keeps, where it says.
    pub keyvalues: BTreeMap<String, Value>,
    /// The network that it is on, where the service says.
    pub network: Option<Network>,
}

/// The way that an upload takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// `POST /v3/files`.
    V3Multipart,
    /// `POST /pinning/pinFileToIPFS`.
    LegacyMultipart,
}

/// Sends files and folders.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// Sends one file.
    async fn file(&self, file: FileUpload) -> Result<Receipt, Error>;

    /// Sends one folder as one pin.
    async fn folder(&self, folder: FolderUpload) -> Result<Receipt, Error>;

    /// Sends one file to a group, or for a time. Refused unsent where the service has neither.
    async fn file_placed(&self, file: FileUpload, placement: &Placement) -> Result<Receipt, Error> {
        if *placement == Placement::default() {
            return self.file(file).await;
        }
        Err(Error::refused(
            "NO_PLACES",
            "this service has neither groups nor expiry",
        ))
    }

    /// Sends one folder to a group, with the same refusal.
    async fn folder_placed(
        &self,
        folder: FolderUpload,
        placement: &Placement,
    ) -> Result<Receipt, Error> {
        if *placement == Placement::default() {
            return self.folder(folder).await;
        }
        Err(Error::refused(
            "NO_PLACES",
            "this service has neither groups nor expiry",
        ))
    }

    /// Sends JSON as a file, so that the bytes shown are the bytes pinned. A key that may use nothing but
    /// `pinJSONToIPFS` has it parsed and written again by the service ([`crate::reserialised`] says how);
    /// [`Uploads::rewrites_json`] tells beforehand.
    async fn json(&self, json: JsonUpload) -> Result<Receipt, Error> {
        let (file, placement) = json.into_file()?;
        self.file_placed(file, &placement).await
    }

    /// Whether JSON would be written again by the service. May ask what the key may do; stores nothing.
    async fn rewrites_json(&self) -> Result<bool, Error> {
        Ok(false)
    }

    /// The way that a single unwrapped file of this many bytes would take, by what is known of the key now.
    fn route(&self, size: u64) -> Route;
}

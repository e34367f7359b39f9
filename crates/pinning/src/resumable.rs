//! Uploads that survive a broken connection (TUS 1.0.0, as Pinata speaks it).

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::{Error, Placement, Progress, Source, UploadOptions};

/// Bytes of one chunk where the caller has no wish: 45 MiB. Services take less than 50 MB, and lose a chunk whole when
/// they are overloaded.
pub const CHUNK: u64 = 45 * 1024 * 1024;

/// The largest chunk that the service takes.
pub const LARGEST_CHUNK: u64 = 50 * 1024 * 1024;

/// Told of every byte that is safe at the service, before the next chunk is sent: the caller saves it, and an upload
/// that breaks later goes on from there.
#[async_trait]
pub trait Acknowledged: Send + Sync {
    /// `offset` bytes are safe. An error stops the upload: what cannot be saved could not be resumed.
    async fn acknowledged(&self, offset: u64) -> std::io::Result<()>;
}

/// One file to send in chunks.
#[derive(Clone)]
pub struct ResumableUpload {
    /// Its bytes. A source that can seek makes resuming cheap ([`Source::open_at`]).
    pub source: Arc<dyn Source>,
    /// Its name.
    pub file_name: String,
    /// How to store it; it cannot be wrapped in a folder this way.
    pub options: UploadOptions,
    /// Where it goes, and for how long.
    pub placement: Placement,
    /// The content is a CAR with one root, to be imported as the DAG that it holds.
    pub car: bool,
    /// Bytes of one chunk, 1 to [`LARGEST_CHUNK`]; [`CHUNK`] is a good one.
    pub chunk: u64,
    /// Told of progress, counted from the beginning of the file.
    pub progress: Progress,
    /// Told of what is safe.
    pub acknowledged: Arc<dyn Acknowledged>,
    /// Stops the upload; what is safe stays so.
    pub cancel: CancellationToken,
}

/// Where an upload lives at the service. Worth nothing without the account's token, and to be kept as long as the
/// upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPlace {
    /// Its address, on the service's own origin.
    pub url: String,
}

/// An upload whose last byte is at the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The CID, where the service told it at once. It may follow minutes later: then the file is looked up.
    pub cid: Option<String>,
    /// The id of the file, as far as the upload's address tells it.
    pub service_id: Option<String>,
}

/// Why an upload in chunks stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// The service does not know this upload any more (404, 410), or threw its bytes away: it begins anew.
    #[error("the service has forgotten this upload; it begins anew")]
    Expired,
    /// The service and this side disagree about the place (409), also after it was asked: later, HEAD decides.
    #[error("the service has other bytes of this upload than it said")]
    Conflict,
    /// The service speaks another version of the protocol (412).
    #[error("the service speaks another version of resumable uploads")]
    OtherVersion,
    /// The upload, or a chunk of it, is larger than the service takes (413).
    #[error("larger than the service takes")]
    TooLarge,
    /// Another connection holds this upload (423), perhaps the one that just broke: later.
    #[error("another connection still holds this upload")]
    Locked,
    /// The chunk was damaged on its way (460): it is sent again.
    #[error("a chunk was damaged on its way")]
    Damaged,
    /// The service takes no CAR from this account, and the upload was one: its content goes another way.
    #[error("the service takes no CAR from this account")]
    NoCars,
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl ResumeError {
    /// Whether going on from the same place may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Conflict | Self::Locked | Self::Damaged => true,
            Self::Expired | Self::OtherVersion | Self::TooLarge | Self::NoCars => false,
            Self::Failed(error) => error.is_transient(),
        }
    }
}

/// Sends files in chunks.
#[async_trait]
pub trait Resumable: Send + Sync {
    /// Whether a CAR is worth trying: not once one was refused ([`ResumeError::NoCars`]).
    fn takes_cars(&self) -> bool;

    /// Tells the service of a file and gets the upload's address. Nothing of the content is sent. An error that says
    /// `Maybe` may have left an empty upload there, which expires by itself.
    async fn begin(&self, upload: &ResumableUpload) -> Result<UploadPlace, ResumeError>;

    /// How many bytes of this upload are safe at the service.
    async fn offset(&self, place: &UploadPlace) -> Result<u64, ResumeError>;

    /// What the service tells of an upload whose last byte it has: the CID, once it is known. Sends nothing.
    async fn finished(&self, place: &UploadPlace) -> Result<Arrived, ResumeError>;

    /// Asks for the offset and sends what is missing, chunk by chunk. Used for a fresh upload and for one that broke.
    async fn resume(
        &self,
        upload: &ResumableUpload,
        place: &UploadPlace,
    ) -> Result<Arrived, ResumeError>;
}

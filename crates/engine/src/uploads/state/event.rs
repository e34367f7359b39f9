//! What happens to a row of the queue.

use super::Verdict;
use crate::clock::Millis;
use crate::error::ErrorCode;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Work on it begins again, in whatever it stands.
    TakenUp,
    /// Its turn came.
    Turn,
    /// The files are known.
    Scanned,
    /// The CID is known.
    Hashed,
    /// The service keeps these bytes already (verified by a request).
    AlreadyPinned,
    /// It does not.
    NotPinnedYet,
    /// Another upload of the same bytes was pinned between this one's look and its turn to send.
    SentByAnother,
    /// The service has given an upload in chunks its address.
    Begun,
    /// So many bytes are safe at the service.
    Acknowledged {
        /// From the beginning of the file.
        offset: u64,
    },
    /// The last chunk is there, and its CID is not told yet.
    Arrived,
    /// The service does not know the upload in chunks any more. `maybe`: its last chunk may have arrived before.
    Forgotten {
        /// The last chunk may have been on its way.
        maybe: bool,
    },
    /// The service answered with a receipt, and this is how the CIDs compare.
    Answered(Verdict),
    /// The source is not what was hashed.
    SourceChanged,
    /// The look-ups found nothing: it did not arrive.
    DidNotArrive,
    /// They found nothing, and the service's CIDs are none that can be computed here: it may be there under one.
    CannotTell,
    /// The source or the service refused for good.
    Refused(ErrorCode),
    /// A failure that may pass. `maybe`: bytes may have arrived.
    Failed {
        /// What it was.
        reason: ErrorCode,
        /// The request left in full and no whole answer came.
        maybe: bool,
        /// The service's own wish, in milliseconds.
        retry_after: Option<Millis>,
    },
    /// The whole account is held; the row keeps its place.
    Held {
        /// The request left in full and no whole answer came.
        maybe: bool,
    },
    /// The wait is over.
    Due,
    /// The person paused it.
    Pause,
    /// The person let it go on.
    Resume,
    /// The person took it back.
    Cancel,
    /// The person asked for another try (or answered a held question).
    Retry,
}

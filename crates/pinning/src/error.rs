//! What can go wrong with a remote service, named by what the caller will do about it.

use std::time::Duration;

/// What may have reached the service when a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// No connection was made, nothing was sent, or the service itself answered that it refused.
    NotSent,
    /// The request, or a part of it, left and no complete answer came from the service: it may have acted.
    Maybe,
}

/// The meaning of a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// The token is not known, has expired or was revoked.
    #[error("the service does not accept the token")]
    Unauthorized,
    /// The key is good but lacks this scope (`org:files:write`, `pinFileToIPFS`, ...).
    #[error("the key lacks the scope {0}")]
    MissingScope(String),
    /// Too many requests; `retry_after` is how long to stay away where the service said so.
    #[error("the service asks to slow down{}", retry_after.map_or_else(String::new, |wait| format!(" for {} s", wait.as_secs())))]
    RateLimited {
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// The thing asked for does not exist.
    #[error("not found on the service")]
    NotFound,
    /// The CID is not pinned in this account.
    #[error("not pinned in this account")]
    NotPinned,
    /// The account's plan does not allow more.
    #[error("the account's plan is used up")]
    QuotaExceeded,
    /// The upload is larger than the service takes.
    #[error("larger than the service takes")]
    TooLarge,
    /// The service, or a check before sending, refused the request itself.
    #[error("refused: {reason}{}{details}", if details.is_empty() { "" } else { ": " })]
    Rejected {
        /// The service's code or short text; upper-case names of our own for checks before sending.
        reason: String,
        /// The service's explanation, redacted, possibly empty.
        details: String,
    },
    /// No connection, a connection that broke, or one that stood still for too long.
    #[error("no connection to the service")]
    Offline,
    /// The certificate of the service, or of what stands between here and it, is not trusted on this computer. It was
    /// told nothing.
    #[error("the service's certificate is not trusted")]
    Untrusted,
    /// Something between here and the service answered in its place.
    #[error("a sign-in page answered instead of the service")]
    CaptivePortal,
    /// An answer that fits nothing known.
    #[error("unexpected answer {status}{}{excerpt}", if excerpt.is_empty() { "" } else { ": " })]
    Unexpected {
        /// The HTTP status.
        status: u16,
        /// The start of the answer, redacted.
        excerpt: String,
    },
    /// The local source could not be read, or was not as long as it said.
    #[error("the file could not be sent: {0}")]
    Source(String),
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// A failed call. Neither `Debug` nor `Display` holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What it means.
    pub kind: ErrorKind,
    /// What may have reached the service.
    pub delivered: Delivered,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The service's `X-Request-Id`, for its support.
    pub request_id: Option<String>,
}

impl Error {
    /// A failure before anything was sent.
    pub(crate) fn unsent(kind: ErrorKind) -> Self {
        Self {
            kind,
            delivered: Delivered::NotSent,
            status: None,
            request_id: None,
        }
    }

    /// A failure after something may have been sent.
    pub(crate) fn maybe(kind: ErrorKind) -> Self {
        Self {
            kind,
            delivered: Delivered::Maybe,
            status: None,
            request_id: None,
        }
    }

    /// A check of our own that refused the request before it was sent.
    pub(crate) fn refused(reason: &str, details: &str) -> Self {
        Self::unsent(ErrorKind::Rejected {
            reason: reason.to_owned(),
            details: details.to_owned(),
        })
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match &self.kind {
            ErrorKind::RateLimited { .. }
            | ErrorKind::Offline
            | ErrorKind::Untrusted
            | ErrorKind::CaptivePortal => true,
            // A success that cannot be read is as passing as a 5xx: both are the server's bad moment.
            ErrorKind::Unexpected { status, .. } => {
                *status >= 500 || *status == 408 || *status < 300
            }
            _ => false,
        }
    }
}

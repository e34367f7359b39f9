//! What went wrong, as a code for the page and a sentence for people. The only place where failures become words.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::store::StoreError;

/// What the page may act on: it chooses icon and action. Each code is one meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is said in full by `sentence`")]
pub enum ErrorCode {
    Unauthorized,
    MissingScope,
    RateLimited,
    NotFound,
    NotPinned,
    QuotaExceeded,
    TooLarge,
    Rejected,
    Offline,
    Untrusted,
    CaptivePortal,
    Unavailable,
    Unexpected,
    Unreadable,
    Vanished,
    NotAFile,
    Empty,
    OutsideLink,
    Changed,
    DiskFull,
    NoKeychain,
    KeychainLocked,
    KeyMissing,
    BadToken,
    BadEndpoint,
    BadInput,
    Gone,
    Cancelled,
    Secret,
    Different,
    Unconfirmed,
    DamagedLedger,
    Internal,
}

impl ErrorCode {
    /// Every code, for storage and tests.
    pub const ALL: [Self; 33] = [
        Self::Unauthorized,
        Self::MissingScope,
        Self::RateLimited,
        Self::NotFound,
        Self::NotPinned,
        Self::QuotaExceeded,
        Self::TooLarge,
        Self::Rejected,
        Self::Offline,
        Self::Untrusted,
        Self::CaptivePortal,
        Self::Unavailable,
        Self::Unexpected,
        Self::Unreadable,
        Self::Vanished,
        Self::NotAFile,
        Self::Empty,
        Self::OutsideLink,
        Self::Changed,
        Self::DiskFull,
        Self::NoKeychain,
        Self::KeychainLocked,
        Self::KeyMissing,
        Self::BadToken,
        Self::BadEndpoint,
        Self::BadInput,
        Self::Gone,
        Self::Cancelled,
        Self::Secret,
        Self::Different,
        Self::Unconfirmed,
        Self::DamagedLedger,
        Self::Internal,
    ];

    /// The code as it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::MissingScope => "missing_scope",
            Self::RateLimited => "rate_limited",
            Self::NotFound => "not_found",
            Self::NotPinned => "not_pinned",
            Self::QuotaExceeded => "quota_exceeded",
            Self::TooLarge => "too_large",
            Self::Rejected => "rejected",
            Self::Offline => "offline",
            Self::Untrusted => "untrusted",
            Self::CaptivePortal => "captive_portal",
            Self::Unavailable => "unavailable",
            Self::Unexpected => "unexpected",
            Self::Unreadable => "unreadable",
            Self::Vanished => "vanished",
            Self::NotAFile => "not_a_file",
            Self::Empty => "empty",
            Self::OutsideLink => "outside_link",
            Self::Changed => "changed",
            Self::DiskFull => "disk_full",
            Self::NoKeychain => "no_keychain",
            Self::KeychainLocked => "keychain_locked",
            Self::KeyMissing => "key_missing",
            Self::BadToken => "bad_token",
            Self::BadEndpoint => "bad_endpoint",
            Self::BadInput => "bad_input",
            Self::Gone => "gone",
            Self::Cancelled => "cancelled",
            Self::Secret => "secret",
            Self::Different => "different",
            Self::Unconfirmed => "unconfirmed",
            Self::DamagedLedger => "damaged_ledger",
            Self::Internal => "internal",
        }
    }

    /// The code of a stored name; an unknown one is `Internal`.
    pub fn from_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == name)
            .unwrap_or(Self::Internal)
    }
}

/// What a failed call of the engine tells: a code, a sentence, and the service's own words where there are any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    /// What the page may act on.
    pub code: ErrorCode,
    /// One sentence for people: what happened, to what, what to do.
    pub message: String,
    /// The service's or the system's own words, redacted.
    pub detail: Option<String>,
}

impl CommandError {
    /// An error with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: None,
        }
    }

    /// Adds the words of the service or the system.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The thing asked about is not there any more.
    pub fn gone(what: &str) -> Self {
        Self::new(
            ErrorCode::Gone,
            format!("{what} is not there any more. Refresh the list."),
        )
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::new(
                ErrorCode::DiskFull,
                "The disk that holds Pinfold's data is full. Nothing was changed; free some space and try again.",
            ),
            StoreError::Missing => Self::gone("That"),
            StoreError::Damaged(detail) => Self::new(
                ErrorCode::Internal,
                "A file of Pinfold’s own data is damaged. Quit Pinfold and start it again: it then says what to do.",
            )
            .with_detail(detail),
            StoreError::Newer => Self::new(
                ErrorCode::Internal,
                "Pinfold’s own data was written by a later version. Start that one.",
            ),
            StoreError::Other(detail) => Self::new(
                ErrorCode::Internal,
                "Pinfold could not read or write its own data. Nothing was changed.",
            )
            .with_detail(detail),
        }
    }
}

//! What holds a whole account: not its rows, which keep their places.

use serde::Serialize;
use specta::Type;

use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::planted::planted;

/// Why nothing of an account moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// `Unauthorized`, `QuotaExceeded`, `NoKeychain`, `KeychainLocked`, `KeyMissing`, `Offline`, `CaptivePortal` or `RateLimited`.
    pub code: ErrorCode,
    /// When it is looked at again by itself; `None`: only the person can help.
    pub until: Option<Millis>,
    /// How often in a row.
    pub times: u32,
}

/// A hold as the page sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct HoldRow {
    /// What it is.
    pub code: ErrorCode,
    /// In words.
    pub sentence: String,
    /// When it is looked at again, milliseconds since 1970.
    #[specta(type = Option<u32>)]
    pub until: Option<Millis>,
}

impl Hold {
    /// Codes that hold the account rather than one row.
    pub fn is_for(code: ErrorCode) -> bool {
        let held = matches!(
            code,
            ErrorCode::Unauthorized
                | ErrorCode::QuotaExceeded
                | ErrorCode::NoKeychain
                | ErrorCode::KeychainLocked
                | ErrorCode::KeyMissing
                | ErrorCode::Offline
                | ErrorCode::CaptivePortal
                | ErrorCode::RateLimited
        );
        held && !planted("hold")
    }

    pub(super) fn holds_at(&self, now: Millis) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// `uploads`: the account takes some, so that they wait.
    pub(super) fn row(&self, service: &str, uploads: bool) -> HoldRow {
        HoldRow {
            code: self.code,
            sentence: if uploads {
                sentence(self.code, service)
            } else {
                cause(self.code, service)
            },
            until: self.until,
        }
    }
}

/// The sentence for a held account: why, and what its uploads do meanwhile.
pub fn sentence(code: ErrorCode, service: &str) -> String {
    let meanwhile = match code {
        ErrorCode::Unauthorized => " Uploads wait for a new one.",
        ErrorCode::QuotaExceeded => " Uploads wait until there is room.",
        ErrorCode::Offline => " Uploads wait and go on by themselves.",
        ErrorCode::CaptivePortal | ErrorCode::RateLimited => " Uploads go on by themselves.",
        _ => "",
    };
    cause(code, service) + meanwhile
}

/// Why an account is held.
pub(crate) fn cause(code: ErrorCode, service: &str) -> String {
    match code {
        ErrorCode::Unauthorized => format!(
            "{service} no longer accepts this key. It was revoked, or its uses are spent."
        ),
        ErrorCode::QuotaExceeded => {
            format!("{service} takes no more files: the plan's space is used up.")
        }
        ErrorCode::NoKeychain => {
            "No keychain service is running, so the token cannot be read. Start one, or enter the token again until Pinfold quits.".into()
        }
        ErrorCode::KeychainLocked => "The system keychain is locked. Unlock it, then try again.".into(),
        ErrorCode::KeyMissing => "The keychain has no token for this account any more. Enter it again.".into(),
        ErrorCode::Offline => format!("{service} cannot be reached."),
        ErrorCode::CaptivePortal => {
            "This network answers with a page of its own. Sign in to it in a browser.".into()
        }
        ErrorCode::RateLimited => format!("{service} asked to wait between requests."),
        other => format!("{service} holds this account ({}).", other.as_str()),
    }
}

//! How a command ends: one sentence on standard error, and a code that scripts can rely on.

use std::io;
use std::process::ExitCode;

use engine::error::{CommandError, ErrorCode};

use crate::print::Out;

pub(crate) const OK: u8 = 0;
pub(crate) const FAILED: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const NOTHING: u8 = 3;
pub(crate) const UNREACHABLE: u8 = 4;
pub(crate) const NEEDS_YOU: u8 = 5;
pub(crate) const DIFFERENT: u8 = 6;
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The engine or the service said so.
    Told(CommandError),
    /// The arguments do not go together.
    Usage(String),
    /// It was said already, for each item; this is the code of the worst.
    Said(u8),
    /// The process that holds the data folder went away in the middle.
    Lost,
    /// The person stopped it.
    Interrupted,
    /// Nobody reads the output any more.
    Unread,
}

impl Failure {
    /// The system's own failure.
    pub(crate) fn system(what: &str, error: &impl std::fmt::Display) -> Self {
        Self::Told(CommandError::new(
            ErrorCode::Internal,
            format!("{what}: {error}."),
        ))
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        Self::Told(error)
    }
}

/// The exit code of what went wrong.
pub(crate) fn code_of(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::NotFound | ErrorCode::NotPinned | ErrorCode::Gone | ErrorCode::Vanished => {
            NOTHING
        }
        ErrorCode::Offline
        | ErrorCode::Untrusted
        | ErrorCode::CaptivePortal
        | ErrorCode::RateLimited
        | ErrorCode::Unavailable => UNREACHABLE,
        ErrorCode::Unauthorized
        | ErrorCode::MissingScope
        | ErrorCode::QuotaExceeded
        | ErrorCode::NoKeychain
        | ErrorCode::KeychainLocked
        | ErrorCode::KeyMissing
        | ErrorCode::BadToken
        | ErrorCode::Secret => NEEDS_YOU,
        ErrorCode::Different => DIFFERENT,
        _ => FAILED,
    }
}

/// Says why, and gives the code.
pub(crate) fn told(out: &Out, failure: &Failure) -> ExitCode {
    let code = match failure {
        Failure::Told(error) => {
            out.failed(error);
            code_of(error.code)
        }
        Failure::Usage(words) => {
            out.failed(&CommandError::new(ErrorCode::BadInput, words.as_str()));
            USAGE
        }
        Failure::Said(code) => *code,
        Failure::Lost => {
            out.failed(&CommandError::new(
                ErrorCode::Internal,
                "The Pinfold that was asked ended in the middle. Look with `pinfold queue ls` and `pinfold ls` what was done, then ask again.",
            ));
            FAILED
        }
        Failure::Interrupted => INTERRUPTED,
        Failure::Unread => OK,
    };
    ExitCode::from(code)
}

/// A closed pipe is the reader's wish; anything else is a failure.
pub(crate) fn unwritten(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::Unread;
    }
    Failure::system("The output cannot be written", error)
}

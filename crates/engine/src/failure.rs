//! Failures of services and keychains, as codes and sentences.

use pinning::{Error, ErrorKind};
use secrets::SecretError;

use crate::accounts;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};

/// The code of a service's failure.
pub(crate) fn code(error: &Error) -> ErrorCode {
    match &error.kind {
        ErrorKind::Unauthorized => ErrorCode::Unauthorized,
        ErrorKind::MissingScope(_) => ErrorCode::MissingScope,
        ErrorKind::RateLimited { .. } => ErrorCode::RateLimited,
        ErrorKind::NotFound => ErrorCode::NotFound,
        ErrorKind::NotPinned => ErrorCode::NotPinned,
        ErrorKind::QuotaExceeded => ErrorCode::QuotaExceeded,
        ErrorKind::TooLarge => ErrorCode::TooLarge,
        ErrorKind::Rejected { .. } => ErrorCode::Rejected,
        ErrorKind::Offline => ErrorCode::Offline,
        ErrorKind::Untrusted => ErrorCode::Untrusted,
        ErrorKind::CaptivePortal => ErrorCode::CaptivePortal,
        ErrorKind::Unexpected {
            status: 408 | 500..,
            ..
        } => ErrorCode::Unavailable,
        ErrorKind::Unexpected { .. } => ErrorCode::Unexpected,
        ErrorKind::Source(_) => ErrorCode::Changed,
        ErrorKind::Cancelled => ErrorCode::Cancelled,
    }
}

/// How long the service asked to wait.
pub(crate) fn retry_after(error: &Error) -> Option<Millis> {
    match &error.kind {
        ErrorKind::RateLimited { retry_after } => {
            retry_after.and_then(|wait| Millis::try_from(wait.as_millis()).ok())
        }
        _ => None,
    }
}

/// The service's own words, where it said any.
pub(crate) fn detail(error: &Error) -> Option<String> {
    match &error.kind {
        ErrorKind::Rejected { reason, details } if details.is_empty() => Some(reason.clone()),
        ErrorKind::Rejected { details, .. } => Some(details.clone()),
        ErrorKind::Unexpected { status, excerpt } => {
            Some(format!("{status} {excerpt}").trim().to_owned())
        }
        ErrorKind::MissingScope(scope) => Some(scope.clone()),
        ErrorKind::Source(words) => Some(words.clone()),
        _ => None,
    }
}

/// A service's failure for people.
pub(crate) fn of_service(error: &Error, service: &str) -> CommandError {
    let code = code(error);
    let detail = detail(error);
    let told = CommandError::new(code, sentence(code, service, detail.as_deref()));
    match detail {
        Some(detail) => told.with_detail(detail),
        None => told,
    }
}

/// The sentence for a service's refusal or failure after which all is as it was. `detail`: its own words.
pub(crate) fn sentence(code: ErrorCode, service: &str, detail: Option<&str>) -> String {
    let cause = cause(code, service, detail);
    let is_said_by_it = matches!(
        code,
        ErrorCode::Unauthorized
            | ErrorCode::MissingScope
            | ErrorCode::RateLimited
            | ErrorCode::NotFound
            | ErrorCode::NotPinned
            | ErrorCode::QuotaExceeded
            | ErrorCode::CaptivePortal
            | ErrorCode::Untrusted
            | ErrorCode::TooLarge
            | ErrorCode::Rejected
            | ErrorCode::Offline
            | ErrorCode::Cancelled
    );
    if is_said_by_it {
        return cause;
    }
    format!("{cause} Nothing was changed.")
}

/// The same where that is not said. A sentence, or more.
pub(crate) fn cause(code: ErrorCode, service: &str, detail: Option<&str>) -> String {
    let said = detail
        .filter(|words| !words.is_empty())
        .map(|words| format!("{service} said “{words}”."));
    match code {
        ErrorCode::Unauthorized => format!(
            "{service} does not accept this token. Check that it was copied whole, or make a new key."
        ),
        ErrorCode::MissingScope => format!(
            "This key may not do that. It needs the scope {}. Make a key with it.",
            detail.unwrap_or("of this call")
        ),
        ErrorCode::RateLimited => {
            format!("{service} asked to wait between requests. Try again in a minute.")
        }
        ErrorCode::NotFound => {
            format!("{service} does not know this pin any more. Refresh the list.")
        }
        ErrorCode::NotPinned => format!("{service} does not keep this any more. Refresh the list."),
        ErrorCode::QuotaExceeded | ErrorCode::CaptivePortal => {
            accounts::hold_sentence(code, service)
        }
        ErrorCode::Untrusted => accounts::hold_cause(code, service),
        // Pinfold sends nothing above 25 GB: a plan, or what stands before the service, takes less.
        ErrorCode::TooLarge => {
            format!(
                "{service} refused this as too large, although it is below 25 GB. Leave it out."
            )
        }
        ErrorCode::Rejected => format!("{service} refused this. {}", said.unwrap_or_default())
            .trim()
            .to_owned(),
        ErrorCode::Offline => format!("{service} cannot be reached. Check the connection."),
        ErrorCode::Cancelled => "Taken back.".into(),
        ErrorCode::Unavailable => {
            let said = said.unwrap_or_default();
            format!("{service} is not well just now. {said}")
                .trim()
                .to_owned()
        }
        _ => said.unwrap_or_else(|| format!("{service} gave an answer that makes no sense.")),
    }
}

/// A keychain's failure for people: absent, locked and missing are three different things.
pub(crate) fn of_keychain(error: &SecretError) -> CommandError {
    let (code, sentence) = match error {
        SecretError::NoKeychain { .. } => (
            ErrorCode::NoKeychain,
            "No keychain service is running. Start one and try again, or keep the token only until Pinfold quits.",
        ),
        SecretError::Locked { .. } => (
            ErrorCode::KeychainLocked,
            "The system keychain is locked. Unlock it and try again, or keep the token only until Pinfold quits.",
        ),
        SecretError::Missing => (
            ErrorCode::KeyMissing,
            "The keychain has no token for this account any more. Enter it again.",
        ),
        SecretError::TimedOut => (
            ErrorCode::KeychainLocked,
            "The keychain did not answer in time. Look for its prompt, unlock it, and try again.",
        ),
        SecretError::File { detail } => return CommandError::new(ErrorCode::KeyMissing, detail),
        SecretError::Refused { .. } => (
            ErrorCode::NoKeychain,
            "The keychain refused. Try again, or keep the token only until Pinfold quits.",
        ),
    };
    CommandError::new(code, sentence).with_detail(error.to_string())
}

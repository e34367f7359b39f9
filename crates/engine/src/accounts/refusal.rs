//! Why a test did not succeed: what answered at the address, in one sentence.

use pinning::{Error, ErrorKind};

use super::place::Target;
use super::{AccountKind, Place};
use crate::error::{CommandError, ErrorCode};
use crate::failure;

/// A failed test of an address and a credential. Says what is known of the address besides what is known of the key.
pub(super) fn of_test(error: &Error, target: &Target) -> CommandError {
    let (code, sentence) = match &error.kind {
        ErrorKind::Unauthorized if target.kind == AccountKind::Psa => (
            ErrorCode::Unauthorized,
            format!(
                "{} does not accept this token. Check that it was copied whole, or make a new one there.",
                target.service
            ),
        ),
        ErrorKind::QuotaExceeded => (
            ErrorCode::QuotaExceeded,
            format!(
                "{} accepts the token, but the account’s plan does not include this. Look at the plan there.",
                target.service
            ),
        ),
        ErrorKind::Offline if !well_known(target) => (
            ErrorCode::Offline,
            format!(
                "Nothing answers at {}. Check the address and the connection.",
                target.address()
            ),
        ),
        ErrorKind::CaptivePortal if !well_known(target) => (
            ErrorCode::BadEndpoint,
            format!(
                "A web page answers at {}, not a pinning service. Check the address; if this network asks for a sign-in, sign in first.",
                target.address()
            ),
        ),
        ErrorKind::NotFound | ErrorKind::Unexpected { .. } if !well_known(target) => (
            ErrorCode::BadEndpoint,
            format!(
                "What answers at {} is not {}{}. Check the address.",
                target.address(),
                wanted(target),
                error
                    .status
                    .filter(|status| *status >= 300)
                    .map_or_else(String::new, |status| format!(" (it says {status})")),
            ),
        ),
        _ => return failure::of_service(error, &target.service),
    };
    let told = CommandError::new(code, sentence);
    match failure::detail(error) {
        // An HTML page is no explanation.
        Some(words) if !words.contains('<') => told.with_detail(words),
        _ => told,
    }
}

/// At an address of the service's own, a strange answer says nothing about the address.
fn well_known(target: &Target) -> bool {
    let psa = || {
        let fixed = pinning::PSA_TEMPLATES
            .iter()
            .filter(|known| !known.editable);
        let mut addresses = fixed.filter_map(|known| known.endpoint);
        addresses.any(|known| known == target.address())
    };
    match &target.place {
        Place::Pinata(endpoints) => *endpoints == pinning::Endpoints::pinata(),
        Place::Psa(_) => psa(),
    }
}

fn wanted(target: &Target) -> &'static str {
    match target.kind {
        AccountKind::Psa => "the pinning service API",
        _ => "Pinata’s API",
    }
}

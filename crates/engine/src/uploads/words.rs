//! The sentences of a row. What is said is known: bytes that are safe, words that the service said, a CID that was compared.

use super::rows::{Upload, verdict_name};
use super::state::{Active, State};
use crate::error::ErrorCode;
use crate::failure;
use crate::figures;
use crate::pins::{CheckState, lower_article};

/// The Sandbox in a sentence, as `accounts::service_name` has it.
const SANDBOX: &str = "The Sandbox";

/// The second line of a folder that is read once more before it is sent as a CAR.
pub(super) const INDEXING: &str = "Indexing it, so that a break while it is sent costs little.";

/// The whole second line of a row that stands in `state`. `next`: when one that waits goes on, as a sentence.
pub(super) fn sentence(upload: &Upload, state: State, service: &str, next: &str) -> String {
    let there = lower_article(service);
    match state {
        State::Active(Active::Scanning) if upload.job.attempts > 0 => {
            "Changed during upload; sending the new version.".into()
        }
        State::Active(Active::Scanning) => "Looking at what is in it.".into(),
        State::Active(Active::Queued) => "Waiting for its turn.".into(),
        State::Active(Active::Hashing) => "Computing the CID before sending.".into(),
        State::Active(Active::Checking) => {
            format!("Asking {there} whether it has these bytes already.")
        }
        State::Active(Active::Sending) => match &upload.wish.target.group {
            Some(group) => format!("Sending to {there}, to the group {}.", group.name),
            None => format!("Sending to {there}."),
        },
        State::Active(Active::Confirming) if upload.job.cancelling => {
            format!("Taking it back; asking {there} what it kept.")
        }
        State::Active(Active::Confirming) if all_is_there(upload) => {
            format!("Everything is sent. Asking {there} whether it arrived.")
        }
        State::Active(Active::Confirming) => {
            format!("Nothing says yet whether it arrived. Asking {there}.")
        }
        State::Waiting {
            reason, resume_to, ..
        } => waiting(reason, resume_to, service, upload, next),
        State::Paused { .. } => match so_far(upload) {
            Some(so_far) => format!("Paused by you. {so_far}"),
            None => "Paused by you.".into(),
        },
        State::NeedsYou { reason, resume_to } => needs_you(reason, resume_to, service, upload),
        State::Pinned => pinned(upload, service),
        State::Cancelled if upload.strays > 0 => format!(
            "Cancelled. A pin of it stands in the list all the same: it arrived late at {there}, or was pinned in another way."
        ),
        State::Cancelled if upload.job.cancelling => {
            "Cancelled. It is not known what of it arrived; look at the list of pins.".into()
        }
        State::Cancelled => "Cancelled. Nothing of it is pinned by this upload.".into(),
    }
}

/// Every byte of an upload in chunks is at the service.
fn all_is_there(upload: &Upload) -> bool {
    let place = upload.place.as_ref();
    place.is_some_and(|place| Some(place.offset) == upload.length())
}

/// How much of an upload in chunks is at the service.
fn so_far(upload: &Upload) -> Option<String> {
    let safe = upload.safe();
    let there = format!(
        "{} of {}",
        figures::size(safe),
        figures::size(upload.bytes?)
    );
    (safe > 0).then(|| format!("It goes on from {there}."))
}

fn waiting(
    reason: ErrorCode,
    resume_to: Active,
    service: &str,
    upload: &Upload,
    next: &str,
) -> String {
    let there = lower_article(service);
    match reason {
        ErrorCode::Unconfirmed if all_is_there(upload) => {
            let lacks = match &upload.place {
                Some(place) if place.length.is_some() => "does not list the folder yet",
                _ => "has not told the CID yet",
            };
            return format!("Everything is sent. {service} {lacks}; it is asked again by itself.");
        }
        ErrorCode::Unconfirmed => {
            return format!("Nothing says yet whether it arrived. Soon {there} is asked.");
        }
        ErrorCode::DiskFull => {
            return "The disk that holds Pinfold’s data is full. It goes on by itself once there is room.".into();
        }
        _ => {}
    }
    let why = match upload.detail.as_deref() {
        Some(words) if !words.is_empty() => format!("{service} said “{words}”."),
        _ => "The connection broke.".into(),
    };
    match so_far(upload) {
        Some(so_far) => format!("{why} {so_far} {next}"),
        None if resume_to == Active::Confirming => {
            format!("{why} It may have arrived all the same; {there} is asked again. {next}")
        }
        None => format!("Not sent yet. {why} {next}"),
    }
}

fn needs_you(reason: ErrorCode, resume_to: Active, service: &str, upload: &Upload) -> String {
    let detail = upload.detail.as_deref();
    match reason {
        // The source's own problems come as whole sentences.
        ErrorCode::Unreadable
        | ErrorCode::Vanished
        | ErrorCode::NotAFile
        | ErrorCode::OutsideLink
        | ErrorCode::Empty
        | ErrorCode::BadToken
        | ErrorCode::BadEndpoint
        | ErrorCode::BadInput => detail
            .unwrap_or("It cannot be read. Drop it again.")
            .to_owned(),
        ErrorCode::Secret => format!(
            "{} {}",
            detail.unwrap_or("Something in it looks like a secret."),
            if service == SANDBOX {
                "It would stay on this computer only."
            } else if upload.wish.target.network.is_public() {
                "What is public on IPFS cannot be taken back."
            } else {
                "Who holds this account’s key can read it."
            }
        ),
        ErrorCode::Different => {
            format!("{service} holds a CID that is not ours. Kept here until you choose.")
        }
        ErrorCode::Unconfirmed if resume_to != Active::Confirming => format!(
            "{service} did not say whether it arrived, and its CIDs are none that Pinfold can look for. See the list of pins before you retry."
        ),
        ErrorCode::Changed => {
            "It keeps changing while it is sent. Retry once nothing writes to it.".into()
        }
        other => {
            if resume_to != Active::Confirming {
                return failure::sentence(other, service, detail);
            }
            let cause = failure::cause(other, service, detail);
            format!("{cause} It may have arrived all the same; Retry asks before it sends.")
        }
    }
}

fn pinned(upload: &Upload, service: &str) -> String {
    let words = match CheckState::of_verdict(upload.verdict.map(verdict_name)) {
        CheckState::Verified => format!(
            "Pinned and verified: the same CID at {} and here.",
            lower_article(service)
        ),
        CheckState::OtherLayout => {
            "Pinned. Same bytes, another layout, so the CID differs from ours.".to_owned()
        }
        _ => format!(
            "Pinned. The layout of {} is not one Pinfold knows; nothing proves a difference.",
            lower_article(service)
        ),
    };
    let words = match &upload.detail {
        Some(why) => format!("{words} What was chosen for it could not be set. {why}"),
        None => words,
    };
    let words = match upload.strays {
        0 => words,
        more => format!("{words} {} pins of it stand in the list.", more + 1),
    };
    match upload.problems {
        0 => words,
        1 => format!("{words} 1 thing was left out."),
        count => format!("{words} {count} things were left out."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uploads::rows::Wish;

    fn said(state: State, detail: Option<&str>) -> String {
        let mut upload = Upload::unsaved(Wish::of_a_file());
        upload.detail = detail.map(str::to_owned);
        sentence(&upload, state, "Pinata", "Next try at 14:09.")
    }

    #[test]
    fn what_waits_says_why_whether_it_may_have_arrived_and_when_it_goes_on() {
        let waits = |resume_to| State::Waiting {
            resume_to,
            until: 0,
            reason: ErrorCode::Unavailable,
        };
        let [unsent, maybe] = [Active::Queued, Active::Confirming]
            .map(|resume_to| said(waits(resume_to), Some("502 Bad Gateway")));
        assert_eq!(
            unsent,
            "Not sent yet. Pinata said “502 Bad Gateway”. Next try at 14:09."
        );
        assert_eq!(
            maybe,
            "Pinata said “502 Bad Gateway”. It may have arrived all the same; Pinata is asked again. Next try at 14:09."
        );
    }

    #[test]
    fn of_what_may_have_arrived_nobody_says_that_nothing_was_changed_or_that_it_was_sent() {
        let failed = |resume_to, reason| State::NeedsYou { reason, resume_to };
        for reason in [ErrorCode::Unavailable, ErrorCode::Unexpected] {
            let asked = said(failed(Active::Confirming, reason), Some("502 Bad Gateway"));
            assert!(
                asked.contains("It may have arrived all the same"),
                "{asked}"
            );
            assert!(asked.contains("502 Bad Gateway"), "{asked}");
            assert!(!asked.contains("Nothing was changed"), "{asked}");
            // Where nothing can have arrived, that is said.
            let not_sent = said(failed(Active::Queued, reason), None);
            assert!(not_sent.ends_with("Nothing was changed."), "{not_sent}");
        }
        let asking = said(State::Active(Active::Confirming), None);
        assert_eq!(
            asking,
            "Nothing says yet whether it arrived. Asking Pinata."
        );
    }
}

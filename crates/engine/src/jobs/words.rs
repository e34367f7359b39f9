//! How a job stands, in words, and the one next step. What a state means: Pinata's reference, "List pin by CID jobs".

use pinning::JobStatus;

use super::nodes;
use super::rows::Stored;
use super::state::{State, is_open};
use super::view::JobStep;
use crate::error::ErrorCode;
use crate::failure;
use crate::pins::{Mirrored, lower_article};

/// What is said of a row.
pub(super) struct Told {
    /// How it stands.
    pub(super) sentence: String,
    /// What is to be known beside; may be empty.
    pub(super) beside: String,
    /// The next step.
    pub(super) step: Option<JobStep>,
}

/// What a row does not know by itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around<'a> {
    /// The service's name.
    pub(super) service: &'a str,
    /// A copy on this computer.
    pub(super) copy: Option<&'a str>,
    /// Its pin.
    pub(super) pin: Option<&'a Mirrored>,
    /// Why nothing of the account moves.
    pub(super) held: Option<&'a str>,
    /// For how many days it is open, where that is long.
    pub(super) days: Option<i64>,
    /// Its request is out.
    pub(super) busy: bool,
}

fn told(sentence: impl Into<String>, beside: impl Into<String>, step: Option<JobStep>) -> Told {
    Told {
        sentence: sentence.into(),
        beside: beside.into(),
        step,
    }
}

/// What is said of a row.
pub(super) fn of(row: &Stored, around: &Around<'_>) -> Told {
    let mut told = of_its_state(row, around);
    if let Some(late) = late(row, around) {
        if !told.beside.is_empty() {
            told.beside += if told.beside.ends_with('.') {
                " "
            } else {
                ". "
            };
        }
        told.beside += &late;
    }
    told
}

/// What came of a request whose answer was lost.
fn late(row: &Stored, around: &Around<'_>) -> Option<String> {
    let there = lower_article(around.service);
    let of_state = match row.job.state {
        State::Cancelled => return None,
        State::Pinned if row.strays >= row.arrived => (row.strays, "has it pinned", "Unpin"),
        _ => (row.strays.max(row.arrived), "was asked for it", "Cancel"),
    };
    match of_state {
        (0, ..) => {
            let is_open = matches!(&row.job.state, State::Listed(status) if is_open(status));
            let seems = "It seems to be of a request whose answer was lost.";
            (is_open && row.late_of.is_some()).then(|| seems.to_owned())
        }
        (more, what, step) => Some(format!(
            "An answer was lost on the way, and {there} {what} {} times. {step} what is too many.",
            more + 1
        )),
    }
}

fn of_its_state(row: &Stored, around: &Around<'_>) -> Told {
    let service = around.service;
    let there = lower_article(service);
    match &row.job.state {
        State::Waiting { reason, .. } => waiting(row, *reason, around),
        State::Asking { .. } if around.busy => told(format!("Asking {there} to pin it."), "", None),
        State::Asking { .. } => told(
            "The connection broke after it was asked for.",
            format!("Looking whether {there} took it."),
            None,
        ),
        State::Listed(status) => match around.days {
            Some(days) => stuck(row, status, days, around),
            None => listed(row, status, around),
        },
        State::Looking { .. } => told(
            format!("No longer in line at {there}."),
            "Looking whether it is pinned now.",
            None,
        ),
        State::Uploading(_) => told(
            "Uploading the copy on this computer.",
            "How far it is stands in Uploads.",
            Some(JobStep::ShowUpload),
        ),
        State::Pinned => pinned(around.pin),
        State::Gone => elsewhere(
            around,
            format!("Not pinned, and no longer in line at {there}."),
            format!("{service} does not say why."),
            JobStep::Retry,
        ),
        State::Refused(code) => refused(row, *code, around),
        State::Cancelled if row.strays.max(row.arrived) > 0 => told(
            "Cancelled, and asked for all the same.",
            format!(
                "An answer was lost on the way, and {there} took a request for it later. Cancel or unpin that if it is not wanted."
            ),
            around.pin.map(|_| JobStep::ShowPin),
        ),
        State::Cancelled => told("Cancelled.", "", Some(JobStep::Retry)),
    }
}

fn waiting(row: &Stored, reason: Option<ErrorCode>, around: &Around<'_>) -> Told {
    if let Some(held) = around.held {
        return told("Not asked for yet.", held, None);
    }
    let there = lower_article(around.service);
    match reason {
        None => told(
            "Waiting for its turn.",
            format!("Pinfold asks {there} for one CID after another."),
            None,
        ),
        Some(ErrorCode::Unconfirmed) => told(
            "Not asked for yet.",
            format!("The connection broke, and {there} did not take it. It is asked for again."),
            Some(JobStep::TryNow),
        ),
        Some(code) => told(
            "Not asked for yet.",
            failure::sentence(code, around.service, row.detail.as_deref()),
            Some(JobStep::TryNow),
        ),
    }
}

fn listed(row: &Stored, status: &JobStatus, around: &Around<'_>) -> Told {
    let service = around.service;
    let there = lower_article(service);
    match status {
        JobStatus::Prechecking => told(format!("Waiting in line at {there}."), "", None),
        JobStatus::Searching => elsewhere(
            around,
            "Looking for someone who has it.".into(),
            format!("{service} gives up after about a day."),
            address_step(row),
        ),
        JobStatus::Retrieving => told(format!("Found. {service} is fetching it."), "", None),
        JobStatus::Expired => elsewhere(
            around,
            "No one on IPFS offered these blocks for a day.".into(),
            "Name the address of a computer that has it, or ask again later.".into(),
            address_step(row),
        ),
        JobStatus::OverFreeLimit => told(
            "Does not fit: the plan has no room for it.",
            "Free some space or change the plan, then ask again.",
            Some(JobStep::Retry),
        ),
        JobStatus::OverMaxSize => told(
            "Larger than the plan allows for one pin.",
            "Another plan may take it.",
            Some(JobStep::Retry),
        ),
        JobStatus::InvalidObject => elsewhere(
            around,
            "What was found under this CID cannot be pinned.".into(),
            format!("{service} could not read its blocks. Check the CID."),
            JobStep::Retry,
        ),
        JobStatus::BadHostNode => elsewhere(
            around,
            "The computer you named could not be reached.".into(),
            computers(&row.wish.nodes),
            address_step(row),
        ),
        other if other.is_failure() => elsewhere(
            around,
            format!("{service} could not pin it."),
            row.detail.as_ref().map_or_else(
                || "It does not say why.".to_owned(),
                |reason| format!("It says “{reason}”."),
            ),
            JobStep::Retry,
        ),
        other => told(
            format!("{service} calls its state “{}”.", other.as_str()),
            "Pinfold does not know this state, and goes on looking.",
            None,
        ),
    }
}

fn stuck(row: &Stored, status: &JobStatus, days: i64, around: &Around<'_>) -> Told {
    let there = lower_article(around.service);
    let doing = match status {
        JobStatus::Prechecking => "still waits in line",
        JobStatus::Searching => "is still being looked for",
        JobStatus::Retrieving => "is still being fetched",
        _ => return listed(row, status, around),
    };
    elsewhere(
        around,
        format!("Asked for {days} days ago, and {doing}."),
        format!(
            "Whether it still comes, {there} does not say. Ask again, or name a computer that has it."
        ),
        address_step(row),
    )
}

/// Where the bytes are on this computer, that is the way; `otherwise` is offered where they are not.
fn elsewhere(around: &Around<'_>, sentence: String, beside: String, otherwise: JobStep) -> Told {
    match around.copy {
        Some(place) => told(
            sentence,
            format!("You have a copy at {place}"),
            Some(JobStep::UploadCopy),
        ),
        None => told(sentence, beside, Some(otherwise)),
    }
}

fn computers(given: &[String]) -> String {
    let named: Vec<String> = given.iter().map(|node| nodes::short(node)).collect();
    match named.as_slice() {
        [] => String::new(),
        named => format!("{}.", named.join("; ")),
    }
}

fn address_step(row: &Stored) -> JobStep {
    if row.wish.nodes.is_empty() {
        JobStep::AddAddress
    } else {
        JobStep::ChangeAddress
    }
}

fn pinned(pin: Option<&Mirrored>) -> Told {
    let Some(pin) = pin else {
        return told(
            "Pinned.",
            "It is not in the list now. Refresh the list of pins.",
            None,
        );
    };
    let files = match pin.pin.files {
        Some(files) if files > 1 => format!("{files} files."),
        _ => String::new(),
    };
    let sentence = format!("Pinned. {files}").trim().to_owned();
    told(
        sentence,
        "Its bytes never came through here, so they were not compared.",
        Some(JobStep::ShowPin),
    )
}

fn refused(row: &Stored, code: ErrorCode, around: &Around<'_>) -> Told {
    let service = around.service;
    match code {
        ErrorCode::Different => told(
            "The copy on this computer is not what this CID names any more.",
            "It was uploaded, and has a CID of its own now.",
            Some(JobStep::Retry),
        ),
        ErrorCode::Cancelled => told(
            "The upload of the copy was cancelled.",
            "",
            Some(JobStep::Retry),
        ),
        ErrorCode::Unconfirmed => told(
            format!("{service} did not take it."),
            "The connection broke each time. Check it, then ask again.",
            Some(JobStep::Retry),
        ),
        code => elsewhere(
            around,
            "Not asked for.".into(),
            failure::sentence(code, service, row.detail.as_deref()),
            JobStep::Retry,
        ),
    }
}

/// What the button of a step says.
pub(super) fn step(step: JobStep) -> &'static str {
    match step {
        JobStep::AddAddress => "Add an address",
        JobStep::ChangeAddress => "Change address",
        JobStep::UploadCopy => "Upload the copy",
        JobStep::Retry => "Ask again",
        JobStep::TryNow => "Try now",
        JobStep::ShowPin => "Show in list",
        JobStep::ShowUpload => "Show upload",
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;

//! What follows when something happens to a job. Pure: no clock, no network, no database.

use pinning::JobStatus;

use crate::clock::Millis;
use crate::error::ErrorCode;

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The service is still to be asked.
    Waiting {
        /// Not before.
        until: Millis,
        /// Why the last try did not succeed.
        reason: Option<ErrorCode>,
    },
    /// The request is out, or its answer was lost: it is looked for before anything is asked for again.
    Asking {
        /// How often it was looked for in vain.
        looks: u32,
        /// When it is looked for next.
        until: Millis,
    },
    /// In the service's list.
    Listed(JobStatus),
    /// It left the list: is it pinned?
    Looking {
        /// How often it was looked for in vain.
        looks: u32,
        /// When it is looked for next.
        until: Millis,
    },
    /// The bytes on this computer are uploaded instead: a row of the queue.
    Uploading(i64),
    /// It is pinned.
    Pinned,
    /// It left the list, and nothing is pinned.
    Gone,
    /// The service did not take it, or it was given up.
    Refused(ErrorCode),
    /// A person took it back.
    Cancelled,
}

/// The part of a row that steps change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Where it stands.
    pub state: State,
    /// How often asking for it failed in a row.
    pub attempts: u32,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The request is about to be sent.
    Ask,
    /// The service took it, or lists it.
    Listed(JobStatus),
    /// A whole reading of the list did not have it.
    Unlisted,
    /// The request failed.
    Failed {
        /// Why.
        reason: ErrorCode,
        /// The service may have taken it.
        maybe: bool,
        /// The same request may succeed later.
        passing: bool,
        /// The whole account is held: this is not the job's own failure.
        held: bool,
    },
    /// The CID is pinned now.
    Found,
    /// The CID is not pinned now.
    NotFound,
    /// Its copy on this computer is uploaded: a row of the queue.
    Upload(i64),
    /// What was uploaded has another CID, or the upload was cancelled.
    UploadFailed(ErrorCode),
    /// A person takes it back, and the service has let it go.
    Cancel,
    /// A person wants it asked for (again).
    Retry,
}

/// Tries to ask for one job before it waits for a person.
pub const MOST_ATTEMPTS: u32 = 6;
/// How long after a lost answer the list is looked at.
const GRACE: Millis = 3_000;
/// Looks for a job whose answer was lost; then it is asked for again.
const LOOKS_AFTER_LOSS: u32 = 2;
/// Waits between looks for the pin of a job that left the list; after the last, it is gone.
const WAITS_FOR_PIN: [Millis; 4] = [2_000, 10_000, 60_000, 300_000];
/// An open job that is older than this is told of as stuck.
pub const STUCK: Millis = 3 * 24 * 3_600_000;

/// Whether a job in this state of the service still moves.
pub fn is_open(status: &JobStatus) -> bool {
    match status {
        JobStatus::Prechecking | JobStatus::Searching | JobStatus::Retrieving => true,
        JobStatus::Backfilled => false,
        other => !other.is_failure(),
    }
}

/// The row that follows. An event that does not fit the state changes nothing.
#[must_use]
pub fn step(job: &Job, event: &Event, now: Millis, backoff: impl Fn(u32) -> Millis) -> Job {
    let mut next = job.clone();
    match (&job.state, event) {
        (State::Waiting { .. }, Event::Ask) => {
            next.state = State::Asking {
                looks: 0,
                until: now + GRACE,
            };
        }
        // The service has it from elsewhere: it is in no list of jobs any more, but pinned.
        (
            State::Asking { .. } | State::Listed(_) | State::Waiting { .. } | State::Refused(_),
            Event::Listed(JobStatus::Backfilled),
        )
        | (State::Listed(_), Event::Unlisted) => {
            let failed = matches!(&job.state, State::Listed(status) if status.is_failure());
            if !failed || *event != Event::Unlisted {
                next.attempts = 0;
                next.state = State::Looking {
                    looks: 0,
                    until: now,
                };
            }
        }
        // It is being looked for already; or it ended, and stays that way.
        (State::Looking { .. } | State::Gone, Event::Listed(JobStatus::Backfilled))
        | (State::Pinned | State::Cancelled, Event::Found)
        | (State::Pinned | State::Uploading(_), Event::Upload(_)) => {}
        (
            State::Asking { .. }
            | State::Listed(_)
            | State::Looking { .. }
            | State::Gone
            | State::Waiting { .. }
            | State::Refused(_),
            Event::Listed(status),
        ) => {
            next.attempts = 0;
            next.state = State::Listed(status.clone());
        }
        (
            State::Asking { looks, .. },
            Event::Failed {
                reason,
                maybe,
                passing,
                held,
            },
        ) => {
            next = failed(
                job,
                *looks,
                *reason,
                [*maybe, *passing, *held],
                now,
                backoff,
            );
        }
        (_, Event::Found) => next.state = State::Pinned,
        (State::Asking { looks, .. }, Event::NotFound) => next = not_taken(job, *looks, now),
        (State::Looking { looks, .. }, Event::NotFound) => {
            next.state = match WAITS_FOR_PIN.get(*looks as usize) {
                Some(wait) => State::Looking {
                    looks: looks + 1,
                    until: now + wait,
                },
                None => State::Gone,
            };
        }
        (_, Event::Upload(upload)) => next.state = State::Uploading(*upload),
        (State::Uploading(_), Event::UploadFailed(code)) => next.state = State::Refused(*code),
        (State::Waiting { .. } | State::Listed(_) | State::Looking { .. }, Event::Cancel) => {
            next.state = State::Cancelled;
        }
        (State::Waiting { .. } | State::Refused(_), Event::Retry) => {
            next.attempts = 0;
            next.state = State::Waiting {
                until: now,
                reason: None,
            };
        }
        _ => {}
    }
    next
}

fn failed(
    job: &Job,
    looks: u32,
    reason: ErrorCode,
    [maybe, passing, held]: [bool; 3],
    now: Millis,
    backoff: impl Fn(u32) -> Millis,
) -> Job {
    if maybe {
        return Job {
            state: State::Asking {
                looks,
                until: now + GRACE,
            },
            ..job.clone()
        };
    }
    let attempts = job.attempts + u32::from(!held);
    let state = if held {
        State::Waiting {
            until: now,
            reason: Some(reason),
        }
    } else if !passing || attempts >= MOST_ATTEMPTS {
        State::Refused(reason)
    } else {
        State::Waiting {
            until: now + backoff(attempts),
            reason: Some(reason),
        }
    };
    Job { state, attempts }
}

/// A lost answer: neither in the list nor pinned.
fn not_taken(job: &Job, looks: u32, now: Millis) -> Job {
    if looks + 1 < LOOKS_AFTER_LOSS {
        return Job {
            state: State::Asking {
                looks: looks + 1,
                until: now + 2 * GRACE,
            },
            ..job.clone()
        };
    }
    let attempts = job.attempts + 1;
    let state = if attempts >= MOST_ATTEMPTS {
        State::Refused(ErrorCode::Unconfirmed)
    } else {
        State::Waiting {
            until: now,
            reason: Some(ErrorCode::Unconfirmed),
        }
    };
    Job { state, attempts }
}

/// How long until the list is read again, by the age of the youngest open job and the pages that one reading took.
pub fn interval(age: Millis, pages: u32) -> Millis {
    const MINUTE: Millis = 60_000;
    let wait = match age {
        age if age < MINUTE => 3_000,
        age if age < 10 * MINUTE => 10_000,
        age if age < 60 * MINUTE => MINUTE,
        age if age < 24 * 60 * MINUTE => 5 * MINUTE,
        _ => 30 * MINUTE,
    };
    wait * Millis::from(pages.clamp(1, 20))
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;

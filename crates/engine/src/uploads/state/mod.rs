//! The queue's decisions: a pure step from a row and an event to the row that follows. No clock, no files, no network.

mod event;

use crate::clock::{Millis, spread};
use crate::error::ErrorCode;
use crate::planted::planted;
pub use event::Event;

/// A state in which work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Active {
    /// Reading which files there are, and how large.
    Scanning,
    /// Ready, waiting for its turn.
    Queued,
    /// Computing the CID.
    Hashing,
    /// Asking whether these bytes are pinned already.
    Checking,
    /// Sending bytes.
    Sending,
    /// Everything may have arrived; asking the service.
    Confirming,
}

/// Where a row stands. The row is the state: a restart goes on from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Work is done, or would be if it were its turn.
    Active(Active),
    /// Goes on by itself at `until`.
    Waiting {
        /// Where it goes on.
        resume_to: Active,
        /// When.
        until: Millis,
        /// Why it waits.
        reason: ErrorCode,
    },
    /// The person paused it.
    Paused {
        /// Where it goes on.
        resume_to: Active,
    },
    /// Cannot go on without the person.
    NeedsYou {
        /// What stands in the way.
        reason: ErrorCode,
        /// Where a retry begins.
        resume_to: Active,
    },
    /// The service keeps it.
    Pinned,
    /// The person took it back.
    Cancelled,
}

/// How our CID and the service's compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same multihash as computed here from the bytes sent.
    Verified,
    /// The same bytes under another named profile.
    OtherLayout,
    /// No profile fits, and nothing proves a difference.
    Unproven,
    /// Proved to be other bytes.
    Different,
}

/// What the queue decides about, out of a whole row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Where it stands.
    pub state: State,
    /// Failures in a row that a wait may mend.
    pub attempts: u32,
    /// The person wants it gone, but a question to the service must be finished first.
    pub cancelling: bool,
    /// The service keeps what it got so far, and can be asked where to go on.
    pub resumable: bool,
    /// The most bytes that were ever safe at the service, in this try or one before: only more than that is a step forward.
    pub farthest: u64,
}

/// Failures in a row after which only a person can help.
pub const MOST_ATTEMPTS: u32 = 8;
/// How long a lost answer is left alone before the service is asked.
pub const GRACE: Millis = 3_000;
const FIRST_WAIT: Millis = 2_000;
const LONGEST_WAIT: Millis = 15 * 60_000;
/// No wait is longer, the spread included.
pub(super) const LONGEST: Millis = LONGEST_WAIT / 4 * 5;

/// Whether a wait ended. One that seems longer than any began before the clock was set back, and is over as well.
fn is_over(until: Millis, now: Millis) -> bool {
    until <= now || until.saturating_sub(now) > LONGEST
}

/// How long the `attempts`-th failure in a row waits: doubling from 2 s to 15 min, spread by `jitter` in 0..=1 to 75..125 %.
pub fn backoff(attempts: u32, jitter: f64) -> Millis {
    let plain = FIRST_WAIT
        .saturating_mul(1 << attempts.saturating_sub(1).min(20))
        .min(LONGEST_WAIT);
    spread(plain, jitter)
}

/// The row that follows. An event that does not fit the state (an answer that comes after a cancel) changes nothing.
#[must_use]
pub fn step(job: &Job, event: &Event, now: Millis, jitter: f64) -> Job {
    let mut next = job.clone();
    if let Some(state) = by_person(job, event) {
        next.state = state;
        if matches!(event, Event::Retry | Event::Resume) {
            next.attempts = 0;
        }
        next.cancelling = match (event, state) {
            // Of a row that was given up while the service could not be asked, it stays unknown what arrived.
            (Event::Cancel, State::Cancelled) => given_up(job),
            (Event::Cancel, _) => true,
            // What was taken back stays so until the service has answered, also when all are paused or tried again.
            _ => job.cancelling && asks_the_service(state),
        };
        return next;
    }
    match (job.state, event) {
        (
            State::Waiting {
                resume_to, until, ..
            },
            Event::Due,
        ) if is_over(until, now) => next.state = State::Active(resume_to),
        (State::Active(active), _) => by_work(&mut next, active, event, now, jitter),
        _ => {}
    }
    next
}

/// What a person asked for; `None` when the event is not of that kind or cannot be had here.
fn by_person(job: &Job, event: &Event) -> Option<State> {
    match (event, job.state) {
        // Bytes may have arrived: finish the question first, then say what the service kept.
        (Event::Cancel, State::Active(Active::Sending | Active::Confirming))
            if !planted("cancel") =>
        {
            Some(State::Active(Active::Confirming))
        }
        (
            Event::Cancel,
            State::Waiting {
                resume_to: Active::Confirming | Active::Sending,
                ..
            }
            | State::Paused {
                resume_to: Active::Confirming | Active::Sending,
            },
        ) => Some(State::Active(Active::Confirming)),
        (
            Event::Cancel,
            State::NeedsYou {
                resume_to: Active::Confirming | Active::Sending,
                ..
            },
        ) if !job.cancelling => Some(State::Active(Active::Confirming)),
        (
            Event::Cancel,
            State::Active(_)
            | State::Waiting { .. }
            | State::Paused { .. }
            | State::NeedsYou { .. },
        ) => Some(State::Cancelled),
        (Event::Pause, State::Active(active)) => Some(State::Paused {
            resume_to: before(active, job.resumable),
        }),
        (Event::Pause, State::Waiting { resume_to, .. }) => Some(State::Paused { resume_to }),
        (Event::Resume, State::Paused { resume_to }) => Some(State::Active(resume_to)),
        (Event::Retry, State::NeedsYou { resume_to, .. } | State::Waiting { resume_to, .. }) => {
            Some(State::Active(resume_to))
        }
        _ => None,
    }
}

/// Goes on with the question what arrived.
fn asks_the_service(state: State) -> bool {
    matches!(
        state,
        State::Active(Active::Confirming)
            | State::Paused {
                resume_to: Active::Confirming
            }
    )
}

/// The person wants it gone, and what of it arrived cannot be had from the service.
fn given_up(job: &Job) -> bool {
    match job.state {
        State::NeedsYou {
            reason: ErrorCode::Unconfirmed,
            ..
        } => true,
        State::NeedsYou { .. } => job.cancelling,
        _ => false,
    }
}

/// Where interrupted work goes on: sending that was cut off by the person may have arrived in full, or goes on from where
/// the service says.
fn before(active: Active, resumable: bool) -> Active {
    match active {
        Active::Checking | Active::Hashing => Active::Queued,
        Active::Sending if !resumable => Active::Confirming,
        other => other,
    }
}

fn by_work(next: &mut Job, active: Active, event: &Event, now: Millis, jitter: f64) {
    use Active::{Checking, Confirming, Hashing, Queued, Scanning, Sending};
    match (active, event) {
        (_, Event::TakenUp) => next.state = after_crash(next.state, next.resumable),
        (Queued, Event::Turn) => next.state = State::Active(Hashing),
        (Hashing, Event::Hashed) => next.state = State::Active(Checking),
        (Checking, Event::NotPinnedYet) => next.state = State::Active(Sending),
        (Sending, Event::SentByAnother) if !next.resumable => {
            next.state = State::Active(Checking);
        }
        (Sending | Confirming, Event::Answered(Verdict::Different)) => {
            next.state = State::NeedsYou {
                reason: ErrorCode::Different,
                resume_to: Hashing,
            };
        }
        (Sending | Confirming, Event::Answered(_))
        | (Checking | Confirming, Event::AlreadyPinned) => {
            finish(next, State::Pinned);
        }
        (Confirming, Event::DidNotArrive) if next.cancelling => finish(next, State::Cancelled),
        // Whoever took it back is told that it stays unknown.
        (Confirming, Event::CannotTell | Event::SourceChanged) if next.cancelling => {
            next.resumable = false;
            next.state = State::Cancelled;
        }
        (Confirming, Event::CannotTell) => {
            next.resumable = false;
            next.state = State::NeedsYou {
                reason: ErrorCode::Unconfirmed,
                resume_to: Queued,
            };
        }
        (Scanning, Event::Scanned) => next.state = State::Active(Queued),
        (Confirming, Event::DidNotArrive) => {
            next.resumable = false;
            next.state = State::Active(Queued);
        }
        (Hashing | Checking | Sending | Confirming, Event::SourceChanged) => changed(next),
        (Sending, Event::Begun) => next.resumable = true,
        // A service that forgets what it took, or takes nothing, is not sent the same for ever.
        (Sending, Event::Acknowledged { offset }) if *offset > next.farthest => {
            next.farthest = *offset;
            next.attempts = 0;
        }
        (Sending, Event::Arrived) => next.state = State::Active(Confirming),
        (Sending, Event::Forgotten { maybe }) => forgotten(next, *maybe, now, jitter),
        (_, Event::Refused(reason)) => {
            let resume_to = if active == Scanning {
                Scanning
            } else if active == Confirming || (active == Sending && next.resumable) {
                active
            } else {
                Queued
            };
            next.state = State::NeedsYou {
                reason: *reason,
                resume_to,
            };
        }
        (
            _,
            Event::Failed {
                reason,
                maybe,
                retry_after,
            },
        ) => failed(next, active, *reason, *maybe, *retry_after, now, jitter),
        (_, Event::Held { maybe }) => {
            next.state = State::Active(if *maybe && active == Sending && !next.resumable {
                Confirming
            } else {
                again(active, next.resumable)
            });
        }
        _ => {}
    }
}

fn finish(next: &mut Job, state: State) {
    next.state = state;
    next.attempts = 0;
    next.cancelling = false;
    next.resumable = false;
}

/// The upload in chunks is gone at the service: after a wait it begins anew, unless it may have been complete.
fn forgotten(next: &mut Job, maybe: bool, now: Millis, jitter: f64) {
    next.attempts += 1;
    next.resumable = false;
    let resume_to = if maybe {
        Active::Confirming
    } else {
        Active::Queued
    };
    let reason = ErrorCode::Unexpected;
    next.state = if next.attempts >= MOST_ATTEMPTS {
        State::NeedsYou { reason, resume_to }
    } else {
        let wait = backoff(next.attempts, jitter);
        State::Waiting {
            resume_to,
            until: now.saturating_add(if maybe { wait.max(GRACE) } else { wait }),
            reason,
        }
    };
}

fn changed(next: &mut Job) {
    next.resumable = false;
    next.attempts += 1;
    next.state = if next.attempts >= MOST_ATTEMPTS {
        State::NeedsYou {
            reason: ErrorCode::Changed,
            resume_to: Active::Scanning,
        }
    } else {
        State::Active(Active::Scanning)
    };
}

/// The state to come back to after `active` failed without having delivered anything, or in chunks.
fn again(active: Active, resumable: bool) -> Active {
    match active {
        Active::Sending if resumable => Active::Sending,
        Active::Hashing | Active::Checking | Active::Sending => Active::Queued,
        other => other,
    }
}

fn failed(
    next: &mut Job,
    active: Active,
    reason: ErrorCode,
    maybe: bool,
    retry_after: Option<Millis>,
    now: Millis,
    jitter: f64,
) {
    next.attempts += 1;
    let lost_answer =
        maybe && active == Active::Sending && !next.resumable && !planted("lost-answer");
    let resume_to = if lost_answer {
        Active::Confirming
    } else {
        again(active, next.resumable)
    };
    if next.attempts >= MOST_ATTEMPTS {
        next.state = State::NeedsYou { reason, resume_to };
        return;
    }
    let wait = if lost_answer {
        GRACE
    } else {
        retry_after.map_or_else(|| backoff(next.attempts, jitter), |wait| wait.min(LONGEST))
    };
    let reason = if lost_answer {
        ErrorCode::Unconfirmed
    } else {
        reason
    };
    next.state = State::Waiting {
        resume_to,
        until: now.saturating_add(wait),
        reason,
    };
}

/// The state that a stored row stands in after the program died in the middle of it.
#[must_use]
pub fn after_crash(state: State, resumable: bool) -> State {
    match state {
        State::Active(Active::Sending) if resumable => state,
        State::Active(Active::Sending) if planted("crash") => State::Active(Active::Queued),
        // The request may have been on its way: ask before anything is sent again.
        State::Active(Active::Sending) => State::Active(Active::Confirming),
        State::Active(Active::Hashing | Active::Checking) => State::Active(Active::Queued),
        other => other,
    }
}

#[cfg(test)]
mod tests;

//! What holds a whole account: not its rows, which keep their places.

use serde::Serialize;
use specta::Type;

use crate::clock::{Millis, spread};
use crate::error::ErrorCode;
use crate::planted::planted;

/// Why nothing of an account moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// `Unauthorized`, `QuotaExceeded`, `NoKeychain`, `KeychainLocked`, `KeyMissing`, `Offline`, `Untrusted`, `CaptivePortal`, `RateLimited`;
    /// `Unavailable` where uploads failed.
    pub code: ErrorCode,
    /// When it began.
    pub since: Millis,
    /// When it is looked at again by itself; `None`: only the person can help.
    pub until: Option<Millis>,
    /// How often in a row.
    pub times: u32,
    /// Why, as a sentence, where the code alone does not tell: what is wrong with the file that holds the token.
    pub because: Option<String>,
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

/// The longest wait before an unreachable service is tried again.
const LONGEST_OFFLINE: Millis = 60_000;
/// How long an account is left alone that takes no more: what is tried then may be a large file.
const FULL: Millis = 60 * 60_000;
/// The same of one that fails: each try may be a large file.
const LONGEST_UNAVAILABLE: Millis = 15 * 60_000;

impl Hold {
    /// What follows on `earlier`. Requests that failed together, while it held, are one time.
    pub(super) fn after(
        earlier: Option<&Self>,
        code: ErrorCode,
        retry_after: Option<Millis>,
        now: Millis,
        jitter: f64,
    ) -> Self {
        let earlier = earlier.filter(|hold| hold.code == code);
        let together = earlier.filter(|hold| hold.until.is_some() && hold.holds_at(now));
        let times = match (together, earlier) {
            (Some(hold), _) => hold.times,
            (None, Some(hold)) => hold.times + 1,
            (None, None) => 1,
        };
        let doubling = |longest: Millis| spread((1_000 << times.min(20)).min(longest), jitter);
        let wait = match code {
            ErrorCode::Offline | ErrorCode::Untrusted | ErrorCode::CaptivePortal => {
                Some(doubling(LONGEST_OFFLINE))
            }
            ErrorCode::Unavailable => Some(doubling(LONGEST_UNAVAILABLE)),
            ErrorCode::QuotaExceeded => Some(spread(FULL, jitter)),
            // Never less than it asked for.
            ErrorCode::RateLimited => {
                let told = retry_after.unwrap_or(LONGEST_OFFLINE);
                Some(told.max(spread(told, jitter)))
            }
            _ => None,
        };
        let until = wait.map(|wait| now + wait);
        Self {
            code,
            since: together.map_or(now, |hold| hold.since),
            until: until.max(together.and_then(|hold| hold.until)),
            times,
            because: earlier.and_then(|hold| hold.because.clone()),
        }
    }

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
                | ErrorCode::Untrusted
                | ErrorCode::CaptivePortal
                | ErrorCode::RateLimited
        );
        held && !planted("hold")
    }

    /// Where the clock was set back, nobody knows how long is left of it: it is looked at again.
    pub(super) fn holds_at(&self, now: Millis) -> bool {
        self.until
            .is_none_or(|until| (self.since..until).contains(&now))
    }

    /// A request was answered well. What is wrong with uploads alone goes on, and so does a wait that the service asked for.
    pub(super) fn ends_with_an_answer(&self, now: Millis) -> bool {
        match self.code {
            ErrorCode::Unavailable | ErrorCode::QuotaExceeded => false,
            ErrorCode::RateLimited => !self.holds_at(now),
            _ => true,
        }
    }

    /// An upload that was begun then was taken in.
    pub(super) fn ends_with_an_upload(&self, begun: Millis, now: Millis) -> bool {
        match self.code {
            // Smaller ones fit for longer.
            ErrorCode::QuotaExceeded | ErrorCode::RateLimited => !self.holds_at(now),
            // What was on its way says nothing of the key as it is now.
            ErrorCode::Unauthorized => begun > self.since,
            _ => true,
        }
    }

    /// `uploads`: the account takes some, so that they wait.
    pub(super) fn row(&self, service: &str, uploads: bool) -> HoldRow {
        HoldRow {
            code: self.code,
            sentence: if uploads {
                self.sentence(service)
            } else {
                self.cause(service)
            },
            until: self.until,
        }
    }

    /// Why, and what uploads do meanwhile.
    pub(crate) fn sentence(&self, service: &str) -> String {
        let because = self.because.clone();
        because.unwrap_or_else(|| sentence(self.code, service))
    }

    /// Why.
    pub(crate) fn cause(&self, service: &str) -> String {
        let because = self.because.clone();
        because.unwrap_or_else(|| cause(self.code, service))
    }
}

/// The sentence for a held account: why, and what its uploads do meanwhile.
pub fn sentence(code: ErrorCode, service: &str) -> String {
    let meanwhile = match code {
        ErrorCode::Unauthorized => " Uploads wait for a new one.",
        ErrorCode::QuotaExceeded => " Uploads wait until there is room.",
        ErrorCode::Offline | ErrorCode::Untrusted => " Uploads wait and go on by themselves.",
        ErrorCode::CaptivePortal | ErrorCode::RateLimited | ErrorCode::Unavailable => {
            " Uploads go on by themselves."
        }
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
            format!("{service} takes no more files: the plan’s space is used up.")
        }
        ErrorCode::NoKeychain => {
            "No keychain service is running, so the token cannot be read. Start one, or enter the token again until Pinfold quits.".into()
        }
        ErrorCode::KeychainLocked => "The system keychain is locked. Unlock it, then try again.".into(),
        ErrorCode::KeyMissing => "The keychain has no token for this account any more. Enter it again.".into(),
        ErrorCode::Offline => format!("{service} cannot be reached."),
        ErrorCode::Untrusted => format!(
            "The certificate of {service} is not trusted here, so nothing is sent. Check the date of this computer, and whether its network looks into connections."
        ),
        ErrorCode::CaptivePortal => {
            "This network answers with a page of its own. Sign in to it in a browser.".into()
        }
        ErrorCode::RateLimited => format!("{service} asked to wait between requests."),
        ErrorCode::Unavailable => format!("{service} fails at what it is asked just now."),
        other => format!("{service} holds this account ({}).", other.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(earlier: Option<&Hold>, code: ErrorCode, now: Millis) -> Hold {
        Hold::after(earlier, code, None, now, 0.5)
    }

    #[test]
    fn what_fails_together_is_one_time_and_what_fails_again_waits_longer() {
        let first = hold(None, ErrorCode::Unavailable, 0);
        assert_eq!((first.until, first.times), (Some(2_000), 1));
        let beside = hold(Some(&first), ErrorCode::Unavailable, 500);
        assert_eq!((beside.until, beside.times), (Some(2_500), 1));
        let again = hold(Some(&beside), ErrorCode::Unavailable, 3_000);
        assert_eq!((again.until, again.times), (Some(7_000), 2));
        let other = hold(Some(&again), ErrorCode::Offline, 3_000);
        assert_eq!(other.times, 1);
    }

    #[test]
    fn what_others_are_answered_ends_a_hold_only_where_it_tells_of_it() {
        let (since, later) = (10, 20);
        let ends = |code| {
            let hold = hold(None, code, since);
            let uploads = [5, 15].map(|begun| hold.ends_with_an_upload(begun, later));
            (hold.ends_with_an_answer(later), uploads)
        };
        assert_eq!(ends(ErrorCode::QuotaExceeded), (false, [false, false]));
        assert_eq!(ends(ErrorCode::RateLimited), (false, [false, false]));
        assert_eq!(ends(ErrorCode::Unavailable), (false, [true, true]));
        assert_eq!(ends(ErrorCode::Unauthorized), (true, [false, true]));
        assert_eq!(ends(ErrorCode::Offline), (true, [true, true]));
        // Once their time is over, they are over.
        for code in [ErrorCode::QuotaExceeded, ErrorCode::RateLimited] {
            let hold = hold(None, code, since);
            assert!(hold.ends_with_an_upload(5, hold.until.expect("an end")));
        }
    }

    #[test]
    fn no_wait_is_longer_than_a_quarter_of_an_hour_and_its_spread() {
        let mut last = None;
        for _ in 0..40 {
            let now = last
                .as_ref()
                .and_then(|hold: &Hold| hold.until)
                .unwrap_or(0);
            let next = Hold::after(last.as_ref(), ErrorCode::Unavailable, None, now, 1.0);
            assert!(next.until.is_some_and(|until| until - now <= 15 * 75_000));
            last = Some(next);
        }
        assert_eq!(last.map(|hold| hold.times), Some(40));
    }

    #[test]
    fn a_service_that_says_how_long_is_never_asked_earlier() {
        for jitter in [0.0, 0.5, 1.0] {
            let told = Hold::after(None, ErrorCode::RateLimited, Some(60_000), 0, jitter);
            assert!((60_000..=75_000).contains(&told.until.expect("ends")));
        }
    }

    #[test]
    fn what_began_later_than_now_holds_no_more_since_the_clock_was_set_back() {
        let offline = hold(None, ErrorCode::Offline, 10_000_000);
        assert!(offline.holds_at(10_000_000) && !offline.holds_at(10_002_000));
        assert!(!offline.holds_at(2_800_000));
        let refused = hold(None, ErrorCode::Unauthorized, 10_000_000);
        assert!(refused.holds_at(2_800_000));
    }
}

//! From an HTTP answer to its meaning.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value as Json;
use url::Url;

use crate::redact::excerpt;
use crate::{Delivered, Error, ErrorKind, bounded, refusal};

/// The longest that a service may ask us to stay away; more is taken as this.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// A whole HTTP answer, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What is needed to say what an answer means.
pub(crate) struct Question<'a> {
    /// The scope that the call needs, named when the key lacks it; empty where the service has no scopes.
    pub(crate) scope: &'a str,
    pub(crate) url: &'a Url,
    pub(crate) token: &'a str,
    pub(crate) now: Timestamp,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn request_id(&self, token: &str) -> Option<String> {
        self.header("x-request-id")
            .map(|id| excerpt(id, token))
            .filter(|id| !id.is_empty())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn is_html(&self) -> bool {
        let start = self
            .body
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())
            .unwrap_or(0);
        self.headers
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"))
            || self.body[start..].starts_with(b"<")
    }

    fn error(&self, kind: ErrorKind, delivered: Delivered, question: &Question<'_>) -> Error {
        Error {
            kind,
            delivered,
            status: Some(self.status),
            request_id: self.request_id(question.token),
        }
    }

    /// The JSON of a success; anything else is an error that says what it was.
    pub(crate) fn json(&self, question: &Question<'_>) -> Result<Json, Error> {
        self.success(question)?;
        let body = bounded::read(&self.body).map_err(|_| self.unreadable(question))?;
        // What a pinning service says of a request may name why that failed.
        if !question.scope.is_empty() && refusal::is_inside(&body) {
            return Err(self.unreadable(question));
        }
        Ok(body)
    }

    /// A success whose body says nothing of use (`OK`, `{"data":null}`, empty), unless it names an error.
    pub(crate) fn done(&self, question: &Question<'_>) -> Result<(), Error> {
        self.success(question)?;
        if bounded::read(&self.body).is_ok_and(|body| refusal::is_inside(&body)) {
            return Err(self.unreadable(question));
        }
        Ok(())
    }

    /// A success by its status, whatever its body says.
    pub(crate) fn success(&self, question: &Question<'_>) -> Result<(), Error> {
        if !self.is_success() {
            return Err(self.failure(question));
        }
        if self.is_html() {
            return Err(self.error(ErrorKind::CaptivePortal, Delivered::Maybe, question));
        }
        Ok(())
    }

    /// A success with a body that does not hold what it should.
    pub(crate) fn unreadable(&self, question: &Question<'_>) -> Error {
        let kind = ErrorKind::Unexpected {
            status: self.status,
            excerpt: excerpt(&self.text(), question.token),
        };
        self.error(kind, Delivered::Maybe, question)
    }

    /// What an answer outside 2xx means.
    pub(crate) fn failure(&self, question: &Question<'_>) -> Error {
        let (reason, details) = self.reason();
        let kind = self.failure_kind(&reason, &details, question);
        // These come from a machine in between: the service behind it may have acted.
        let in_between = matches!(self.status, 502 | 504 | 520..=524);
        self.error(
            kind,
            if in_between {
                Delivered::Maybe
            } else {
                Delivered::NotSent
            },
            question,
        )
    }

    fn failure_kind(&self, reason: &str, details: &str, question: &Question<'_>) -> ErrorKind {
        if reason == "CURRENT_USER_HAS_NOT_PINNED_CID" {
            // Seen with 400, and with 500 in 2022.
            return ErrorKind::NotPinned;
        }
        match self.status {
            300..=399 if self.leads_elsewhere(question.url) => ErrorKind::CaptivePortal,
            401 => ErrorKind::Unauthorized,
            // Without a token that it can read, the legacy API asks for its older key pair.
            400 if reason == "KEYS_MUST_BE_STRINGS" => ErrorKind::Unauthorized,
            402 => ErrorKind::QuotaExceeded,
            // The pinning service API's "insufficient funds".
            409 if question.scope.is_empty() => ErrorKind::QuotaExceeded,
            403 if question.scope.is_empty() && !self.is_html() => {
                self.forbidden_without_scopes(reason, details, question)
            }
            403 => self.forbidden(reason, details, question),
            404 => ErrorKind::NotFound,
            413 => ErrorKind::TooLarge,
            429 => ErrorKind::RateLimited {
                retry_after: self.retry_after(question.now),
            },
            511 => ErrorKind::CaptivePortal,
            400..=499 if self.status != 408 && !self.is_html() => {
                if speaks_of_quota(reason) || speaks_of_quota(details) {
                    ErrorKind::QuotaExceeded
                } else {
                    self.rejected(reason, details, question)
                }
            }
            status => ErrorKind::Unexpected {
                status,
                excerpt: excerpt(&self.words(reason, details), question.token),
            },
        }
    }

    fn forbidden(&self, reason: &str, details: &str, question: &Question<'_>) -> ErrorKind {
        if reason == "API_KEY_REVOKED" || reason == "INVALID_CREDENTIALS" {
            ErrorKind::Unauthorized
        } else if speaks_of_quota(reason) || speaks_of_quota(details) {
            ErrorKind::QuotaExceeded
        } else if self.is_html() {
            ErrorKind::Unexpected {
                status: self.status,
                excerpt: excerpt(&self.text(), question.token),
            }
        } else {
            // `NO_SCOPES_FOUND`; v3's own words for the same are not documented.
            ErrorKind::MissingScope(question.scope.to_owned())
        }
    }

    /// A 403 of a service whose keys have no scopes: a token that is missing, an account that is not paid for, or a
    /// refusal in its own words.
    fn forbidden_without_scopes(
        &self,
        reason: &str,
        details: &str,
        question: &Question<'_>,
    ) -> ErrorKind {
        let said = format!("{reason} {details}").to_ascii_lowercase();
        let speaks_of = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if speaks_of(&["auth", "token", "credential", "api_key", "revoked"]) {
            ErrorKind::Unauthorized
        } else if speaks_of_quota(&said) || speaks_of(&["paid account", "paid plan"]) {
            ErrorKind::QuotaExceeded
        } else {
            self.rejected(reason, details, question)
        }
    }

    fn rejected(&self, reason: &str, details: &str, question: &Question<'_>) -> ErrorKind {
        let reason = if reason.is_empty() {
            format!("HTTP {}", self.status)
        } else {
            reason.to_owned()
        };
        ErrorKind::Rejected {
            reason: excerpt(&reason, question.token),
            details: excerpt(details, question.token),
        }
    }

    /// What it says for people: the sentence inside an error of a known shape, and else all of it.
    fn words(&self, reason: &str, details: &str) -> String {
        let said = [details, reason]
            .into_iter()
            .find(|words| !words.is_empty());
        said.map_or_else(|| self.text(), str::to_owned)
    }

    /// (code or short text, explanation) from every error shape that is known.
    fn reason(&self) -> (String, String) {
        let Ok(body) = serde_json::from_slice::<Json>(&self.body) else {
            return if self.is_html() {
                Default::default()
            } else {
                (self.text(), String::new())
            };
        };
        let error = ["error", "Error"]
            .iter()
            .find_map(|name| body.get(name))
            .unwrap_or(&body);
        let text = |names: [&str; 2]| {
            names
                .iter()
                .find_map(|name| crate::json::text(error, name))
                .unwrap_or_default()
        };
        match error {
            Json::String(text) => (text.clone(), String::new()),
            _ => (text(["reason", "code"]), text(["details", "message"])),
        }
    }

    fn leads_elsewhere(&self, asked: &Url) -> bool {
        self.headers
            .get(LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| asked.join(location).ok())
            .is_some_and(|target| target.origin() != asked.origin())
    }

    /// The requests a minute that the service announces for calls of this kind. Pinata's windows are of 60 seconds;
    /// `X-RateLimit-Remaining` differs from one of its machines to the next, so that it says nothing. What is no number, zero
    /// or said twice is passed over.
    pub(crate) fn rate_limit(&self) -> Option<NonZeroU32> {
        let mut said = self.headers.get_all("x-ratelimit-limit").into_iter();
        let (Some(limit), None) = (said.next(), said.next()) else {
            return None;
        };
        limit.to_str().ok()?.trim().parse().ok()
    }

    /// How long the service asks to stay away: `Retry-After` in seconds or as a date, else `X-RateLimit-Reset`.
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let until = |moment: Timestamp| {
            Duration::try_from(moment.duration_since(now)).unwrap_or(Duration::ZERO)
        };
        let asked = self
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
            .and_then(|text| {
                text.parse().map(Duration::from_secs).ok().or_else(|| {
                    jiff::fmt::rfc2822::parse(text)
                        .ok()
                        .map(|date| until(date.timestamp()))
                })
            });
        let reset = || {
            let seconds = self.header("x-ratelimit-reset")?.trim().parse().ok()?;
            Some(until(Timestamp::from_second(seconds).ok()?))
        };
        // Every legacy answer names the reset; only a 429 means that it must be waited for.
        asked
            .or_else(|| (self.status == 429).then(reset).flatten())
            .map(|wait| wait.min(LONGEST_WAIT))
    }
}

/// The text of a used-up plan is free; these words are in every one that was seen.
fn speaks_of_quota(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "pin limit",
        "storage limit",
        "plan limit",
        "quota",
        "free_limit",
        "upgrade your plan",
        "account's pin limit",
    ]
    .iter()
    .any(|words| text.contains(words))
}

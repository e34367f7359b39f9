//! Requests per minute: `X-RateLimit-*` on legacy answers, and 429 when limits are enforced.
//!
//! `/data/*` has 30 a minute, the list of `/psa` too, the rest of the legacy API 60, as on the free plan. The count starts anew
//! every 60 seconds; `X-RateLimit-Reset` is in Unix seconds.

use crate::route::{Family, Route};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};

/// The counters of the three families.
pub(crate) struct Limits {
    enforced: bool,
    windows: Mutex<[Window; 3]>,
}

#[derive(Clone, Copy)]
struct Window {
    limit: u64,
    used: u64,
    reset: i64,
}

/// What a request is told.
pub(crate) struct Budget {
    limit: u64,
    remaining: u64,
    reset: i64,
    /// The limit is enforced and used up.
    pub(crate) exceeded: bool,
}

impl Limits {
    pub(crate) fn new(enforced: bool) -> Self {
        let window = |limit| Window {
            limit,
            used: 0,
            reset: i64::MIN,
        };
        Self {
            enforced,
            windows: Mutex::new([window(60), window(30), window(30)]),
        }
    }

    /// Counts one request; `None` for calls that tell nothing about limits.
    pub(crate) fn count(&self, route: Route, now: Timestamp) -> Option<Budget> {
        let family = match route.family() {
            Family::Legacy => 0,
            Family::Data => 1,
            Family::PsaList => 2,
            Family::V3 | Family::Psa | Family::Other => return None,
        };
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = &mut windows[family];
        if now.as_second() >= window.reset {
            window.used = 0;
            window.reset = now.as_second() + 60;
        }
        window.used += 1;
        Some(Budget {
            limit: window.limit,
            remaining: window.limit.saturating_sub(window.used),
            reset: window.reset,
            exceeded: self.enforced && window.used > window.limit,
        })
    }
}

impl Budget {
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", self.limit.into());
        headers.insert("x-ratelimit-remaining", self.remaining.into());
        headers.insert("x-ratelimit-reset", self.reset.into());
    }

    pub(crate) fn refusal() -> Response {
        let refusal = crate::error::Refusal::reason(
            StatusCode::TOO_MANY_REQUESTS,
            "RATE_LIMITED",
            "Too many requests in this minute",
        );
        let mut response = refusal.into_response();
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        response
    }
}

//! Requests per minute: `X-RateLimit-*` on legacy answers and on lists of `/psa`, and 429 for what is more.
//!
//! The count starts anew every 60 seconds; `X-RateLimit-Reset` is in Unix seconds.

use crate::route::{Family, Route};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};

/// Requests a minute that are answered; more are refused with 429. Announced with every answer that they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// The legacy API except `/data`.
    pub legacy: u64,
    /// `/data` of the legacy API.
    pub data: u64,
    /// The list of `/psa`.
    pub psa_lists: u64,
}

impl RateLimits {
    /// More than anybody asks for.
    pub const PLENTY: Self = Self {
        legacy: 1_000_000,
        data: 1_000_000,
        psa_lists: 1_000_000,
    };

    /// Those of the free plan.
    pub const FREE_PLAN: Self = Self {
        legacy: 60,
        data: 30,
        psa_lists: 30,
    };
}

/// The counters of the three families.
pub(crate) struct Limits(Mutex<[Window; 3]>);

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
    /// The limit is used up.
    pub(crate) exceeded: bool,
}

impl Limits {
    pub(crate) fn new(limits: RateLimits) -> Self {
        let window = |limit| Window {
            limit,
            used: 0,
            reset: i64::MIN,
        };
        let limits = [limits.legacy, limits.data, limits.psa_lists];
        Self(Mutex::new(limits.map(window)))
    }

    /// Counts one request; `None` for calls that tell nothing about limits.
    pub(crate) fn count(&self, route: Route, now: Timestamp) -> Option<Budget> {
        let family = match route.family() {
            Family::Legacy => 0,
            Family::Data => 1,
            Family::PsaList => 2,
            Family::V3 | Family::Psa | Family::Other => return None,
        };
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
            exceeded: window.used > window.limit,
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

//! Lists of requests: pages by date that overlap, so that what was made in the same instant is not lost between two
//! of them, and are freed of what was there before.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value as Json, json};
use url::Url;

use super::Psa;
use super::call::NO_SCOPES;
use super::read::status;
use crate::answer::{Answer, Question};
use crate::budget::Family;
use crate::http::Call;
use crate::{
    Error, NameMatch, PageToken, PinStatus, Priority, RequestPage, RequestQuery, RequestStatus,
    json as read,
};

/// The most of one page (specification).
const PAGE: u32 = 1000;

/// Most CIDs of one question (specification).
const CIDS: usize = 10;

/// Where a list is continued.
#[derive(Default)]
struct Place {
    before: Option<Timestamp>,
    /// Ids that were on the last page and may come again.
    seen: BTreeSet<String>,
}

impl Psa {
    pub(super) async fn list_requests(
        &self,
        query: &RequestQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<RequestPage, Error> {
        if query.cids.len() > CIDS {
            let why = format!("{} CIDs, and a question takes {CIDS}", query.cids.len());
            return Err(Error::refused("TOO_MANY_CIDS", &why));
        }
        let place = after.map_or_else(|| Ok(Place::default()), |token| Place::of(&token))?;
        let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE);
        let mut url = self.pins_url();
        parameters(&mut url, query, place.before.or(query.before), limit);
        let at = (Family::RequestLists, priority);
        let call = Call::new(Method::GET, url, at, NO_SCOPES);
        let read = |answer: &Answer, question: &Question<'_>| {
            let body = answer.json(question)?;
            rows(body).ok_or_else(|| answer.unreadable(question))
        };
        let (all, length, total) = self.http.with_retries(&call, read).await?;
        let fresh: Vec<bool> = all.iter().map(|request| place.is_new(request)).collect();
        let full = length >= limit as usize;
        // Some services give every row whatever the limit, and count the rows of the page: both mean the end.
        let more = full || total.is_some_and(|total| total > length as u64);
        let next = if more {
            place.after(&all, !fresh.contains(&true))
        } else {
            None
        };
        Ok(RequestPage {
            requests: once(all, &fresh),
            total,
            next: next.map(|place| place.token()),
        })
    }
}

impl Place {
    fn of(token: &PageToken) -> Result<Self, Error> {
        let bad = || {
            Error::refused(
                "BAD_PAGE_TOKEN",
                "the page token is not one of this service",
            )
        };
        let text = token.as_str().strip_prefix("psa:").ok_or_else(bad)?;
        let (before, seen) = text.split_once('|').ok_or_else(bad)?;
        let seen: BTreeSet<String> = serde_json::from_str(seen).map_err(|_| bad())?;
        let before = before.parse().map_err(|_| bad())?;
        Ok(Self {
            before: Some(before),
            seen,
        })
    }

    fn token(&self) -> PageToken {
        let before = self.before.unwrap_or_default();
        PageToken::new(format!("psa:{before}|{}", json!(self.seen)))
    }

    /// Whether a request was on no page before: neither one that was noted, nor one that is newer than this place,
    /// which a service gives that ignores `before`.
    fn is_new(&self, request: &PinStatus) -> bool {
        let due = match (request.created_at, self.before) {
            (Some(created), Some(before)) => created < before,
            _ => true,
        };
        due && !self.seen.contains(&request.request_id)
    }

    /// The place after this page. It begins a little after the page's oldest request, so that those of the same
    /// instant come again and none is lost; `stuck`, where nothing new came, goes strictly on.
    fn after(&self, page: &[PinStatus], stuck: bool) -> Option<Self> {
        let oldest = page.iter().filter_map(|request| request.created_at).min()?;
        if stuck {
            // A service that gives the same page for every date would never end.
            return (self.before != Some(oldest)).then(|| Self {
                before: Some(oldest),
                seen: self.seen.clone(),
            });
        }
        let before = oldest.checked_add(instant(oldest)).unwrap_or(oldest);
        let again = page
            .iter()
            .filter(|request| request.created_at.is_none_or(|created| created < before));
        let mut seen: BTreeSet<_> = again.map(|request| request.request_id.clone()).collect();
        if self.before.is_some_and(|last| last <= before) {
            seen.extend(self.seen.iter().cloned());
        }
        Some(Self {
            before: Some(before),
            seen,
        })
    }
}

/// How long an instant is on this service's clock: whole seconds on some, milliseconds or less on others.
fn instant(moment: Timestamp) -> SignedDuration {
    if moment.subsec_nanosecond() == 0 {
        SignedDuration::from_secs(1)
    } else if moment.subsec_nanosecond() % 1_000_000 == 0 {
        SignedDuration::from_millis(1)
    } else {
        SignedDuration::from_micros(1)
    }
}

/// (requests, rows in the page, the service's count); `None` where there is no list. Some services give every row at once:
/// what was read of one is let go before the next.
fn rows(mut body: Json) -> Option<(Vec<PinStatus>, usize, Option<u64>)> {
    let rows = match body.get_mut("results")?.take() {
        Json::Array(rows) => rows,
        Json::Null => Vec::new(),
        _ => return None,
    };
    let length = rows.len();
    let requests = rows.into_iter().filter_map(|row| status(&row)).collect();
    Some((requests, length, read::count(&body, "count")))
}

/// Those that are fresh, each once, also where one page has it twice.
fn once(requests: Vec<PinStatus>, fresh: &[bool]) -> Vec<PinStatus> {
    let mut seen = BTreeSet::new();
    let kept = requests.into_iter().zip(fresh);
    kept.filter(|(request, fresh)| **fresh && seen.insert(request.request_id.clone()))
        .map(|(request, _)| request)
        .collect()
}

fn parameters(url: &mut Url, query: &RequestQuery, before: Option<Timestamp>, limit: u32) {
    let states = if query.states.is_empty() {
        RequestStatus::ALL.as_slice()
    } else {
        &query.states
    };
    // Without them a list shows what is pinned only, and one service refuses.
    let states: Vec<_> = states.iter().map(RequestStatus::as_str).collect();
    let mut pairs = url.query_pairs_mut();
    pairs.append_pair("status", &states.join(","));
    pairs.append_pair("limit", &limit.to_string());
    if !query.cids.is_empty() {
        pairs.append_pair("cid", &query.cids.join(","));
    }
    if let Some(name) = &query.name {
        pairs.append_pair("name", name);
        if query.name_match != NameMatch::Exact {
            pairs.append_pair("match", query.name_match.as_str());
        }
    }
    if let Some(before) = before {
        pairs.append_pair("before", &before.to_string());
    }
    if let Some(after) = query.after {
        pairs.append_pair("after", &after.to_string());
    }
    if !query.meta.is_empty() {
        pairs.append_pair("meta", &json!(query.meta).to_string());
    }
}

//! The filters of `GET /psa/pins`.

use super::{PinObject, bad_request};
use crate::dag::block_key;
use crate::error::Refusal;
use cid::Cid;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Objects of a page that does not say, strictly. Pinata gives all.
const PAGE: usize = 10;
/// Objects of the largest page.
const LARGEST_PAGE: usize = 1000;
/// CIDs that can be asked for at once.
const MOST_CIDS: usize = 10;

/// What to list; all of it must hold.
pub(super) struct Query {
    nodes: Option<Vec<String>>,
    name: Option<String>,
    matching: Matching,
    statuses: Vec<String>,
    /// Milliseconds since 1970, this one left out.
    before: Option<i64>,
    after: Option<i64>,
    meta: Map<String, Value>,
    pub(super) limit: Option<usize>,
}

/// How a name is compared.
#[derive(Clone, Copy)]
enum Matching {
    Exact,
    ExactInAnyCase,
    Part,
    PartInAnyCase,
}

impl Query {
    pub(super) fn parse(text: &str, strict: bool) -> Result<Self, Refusal> {
        let mut query = Self {
            nodes: None,
            name: None,
            matching: Matching::Exact,
            statuses: vec!["pinned".to_owned()],
            before: None,
            after: None,
            meta: Map::new(),
            limit: strict.then_some(PAGE),
        };
        for (key, value) in url::form_urlencoded::parse(text.as_bytes()) {
            match key.as_ref() {
                "cid" => query.nodes = Some(nodes(&value)?),
                "name" if value.chars().count() > super::LONGEST_NAME => {
                    return Err(bad_request("name has more than 255 characters"));
                }
                "name" => query.name = Some(value.into_owned()),
                "match" => query.matching = Matching::parse(&value)?,
                "status" => query.statuses = statuses(&value)?,
                "before" => query.before = Some(date(&key, &value)?),
                "after" => query.after = Some(date(&key, &value)?),
                "limit" => query.limit = Some(limit(&value)?),
                "meta" => query.meta.append(&mut meta(&value)?),
                // The client that is generated from the specification writes an object this way.
                other => {
                    let name = other
                        .strip_prefix("meta[")
                        .and_then(|rest| rest.strip_suffix(']'));
                    if let Some(name) = name {
                        let value = Value::String(value.into_owned());
                        query.meta.insert(name.to_owned(), value);
                    }
                }
            }
        }
        Ok(query)
    }

    pub(super) fn matches(&self, object: &PinObject) -> bool {
        let node = |nodes: &Vec<String>| nodes.contains(&object.node);
        let name = |name: &String| {
            let has = object.name.as_deref().unwrap_or_default();
            self.matching.holds(has, name)
        };
        let meta = || {
            let has = object.meta();
            self.meta
                .iter()
                .all(|(key, value)| has.get(key) == Some(value))
        };
        self.statuses.iter().any(|status| status == object.status())
            && self.before.is_none_or(|before| object.created < before)
            && self.after.is_none_or(|after| object.created > after)
            && self.nodes.as_ref().is_none_or(node)
            && self.name.as_ref().is_none_or(name)
            && (self.meta.is_empty() || meta())
    }
}

impl Matching {
    fn parse(text: &str) -> Result<Self, Refusal> {
        match text {
            "exact" => Ok(Self::Exact),
            "iexact" => Ok(Self::ExactInAnyCase),
            "partial" => Ok(Self::Part),
            "ipartial" => Ok(Self::PartInAnyCase),
            _ => Err(bad_request(
                "match must be exact, iexact, partial or ipartial",
            )),
        }
    }

    fn holds(self, has: &str, wanted: &str) -> bool {
        match self {
            Self::Exact => has == wanted,
            Self::ExactInAnyCase => has.to_lowercase() == wanted.to_lowercase(),
            Self::Part => has.contains(wanted),
            Self::PartInAnyCase => has.to_lowercase().contains(&wanted.to_lowercase()),
        }
    }
}

fn nodes(text: &str) -> Result<Vec<String>, Refusal> {
    let cids: Vec<&str> = text.split(',').collect();
    if cids.len() > MOST_CIDS {
        return Err(bad_request("At most 10 CIDs can be asked for"));
    }
    cids.into_iter()
        .map(|cid| {
            Cid::try_from(cid)
                .map(|cid| block_key(&cid))
                .map_err(|_| bad_request("cid must be a list of valid CIDs"))
        })
        .collect()
}

fn statuses(text: &str) -> Result<Vec<String>, Refusal> {
    let statuses: Vec<String> = text.split(',').map(str::to_owned).collect();
    let known =
        |status: &String| matches!(status.as_str(), "queued" | "pinning" | "pinned" | "failed");
    if statuses.iter().all(known) {
        return Ok(statuses);
    }
    Err(bad_request(
        "status must be a list of queued, pinning, pinned and failed",
    ))
}

/// In milliseconds, as objects are shown.
fn date(key: &str, text: &str) -> Result<i64, Refusal> {
    // A `+` of an offset that was not encoded has become a space.
    let text = text.replace(' ', "+");
    let time: Timestamp = text
        .parse()
        .map_err(|_| bad_request(&format!("{key} must be a date by RFC 3339")))?;
    Ok(time.as_millisecond())
}

fn limit(text: &str) -> Result<usize, Refusal> {
    let limit = text.parse().ok();
    limit
        .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
        .ok_or_else(|| bad_request("limit must be between 1 and 1000"))
}

fn meta(text: &str) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) if map.values().all(Value::is_string) => Ok(map),
        _ => Err(bad_request("meta must be a JSON object of strings")),
    }
}

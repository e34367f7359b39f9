//! `/data`: the token test, the list of pins, the totals.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use url::Url;

use super::legacy_value;
use crate::budget::Family;
use crate::endpoints::join;
use crate::http::Call;
use crate::pinata::Pinata;
use crate::pinata::calls::{pairs, unreadable};
use crate::pinata::scopes::Scope;
use crate::{
    Error, GroupFilter, KeyValueTest, Network, Pin, PinQuery, Priority, Region, Totals, bounded,
    json as read,
};

/// Rows of one page, the most that the service gives.
const PAGE: u32 = 1000;

impl Pinata {
    /// `GET /data/testAuthentication`: whether the token is good. Says nothing about what the key may do.
    pub(in crate::pinata) async fn legacy_test(&self) -> Result<(), Error> {
        let url = join(self.endpoints.api(), &["data", "testAuthentication"]);
        self.data(url, "a valid key", Priority::Click)
            .await
            .map(drop)
    }

    /// `GET /data/userPinnedDataTotal`.
    pub(in crate::pinata) async fn legacy_totals(
        &self,
        priority: Priority,
    ) -> Result<Totals, Error> {
        let url = join(self.endpoints.api(), &["data", "userPinnedDataTotal"]);
        let result = self.data(url, Scope::DataTotal.name(), priority).await;
        self.scopes.learn_from(Scope::DataTotal, &result);
        let body = result?;
        Ok(Totals {
            pins: read::count(&body, "pin_count"),
            bytes: read::count(&body, "pin_size_total"),
            bytes_with_replications: read::count(&body, "pin_size_with_replications_total"),
        })
    }

    /// `GET /data/pinList` from the row `offset` on: (pins that are asked for, rows in the page, id of the first row).
    pub(in crate::pinata) async fn legacy_list(
        &self,
        query: &PinQuery,
        exact_cid: Option<&str>,
        offset: usize,
        priority: Priority,
    ) -> Result<(Vec<Pin>, usize, Option<String>), Error> {
        let body = self
            .legacy_page_of(query, exact_cid, offset, priority)
            .await?;
        let rows = rows(&body).ok_or_else(|| unreadable("a list without rows".to_owned()))?;
        let first = rows.first().and_then(|row| read::text(row, "id"));
        // Rows do not name their group: those of a group are known by having been asked for.
        let group = match &query.group {
            Some(GroupFilter::In(id)) => Some(id),
            _ => None,
        };
        let pins = rows.iter().filter_map(pin).map(|pin| Pin {
            group: pin.group.clone().or_else(|| group.cloned()),
            ..pin
        });
        // A server that does not know a filter gives every row.
        let pins = pins.filter(|pin| query.wants(pin));
        Ok((pins.collect(), rows.len(), first))
    }

    async fn legacy_page_of(
        &self,
        query: &PinQuery,
        exact_cid: Option<&str>,
        offset: usize,
        priority: Priority,
    ) -> Result<Json, Error> {
        let mut url = join(self.endpoints.api(), &["data", "pinList"]);
        filters(&mut url, query, exact_cid, offset);
        let result = self.data(url, Scope::PinList.name(), priority).await;
        self.scopes.learn_from(Scope::PinList, &result);
        result
    }

    /// The rows of a CID as the service gives them.
    pub(in crate::pinata) async fn legacy_records(
        &self,
        cid: &str,
        priority: Priority,
    ) -> Result<Vec<Json>, Error> {
        let query = PinQuery::default();
        let mut body = self.legacy_page_of(&query, Some(cid), 0, priority).await?;
        let Some(Json::Array(mut rows)) = body.get_mut("rows").map(Json::take) else {
            return Err(unreadable("a list without rows".to_owned()));
        };
        rows.retain(|row| read::text(row, "ipfs_pin_hash").as_deref() == Some(cid));
        Ok(rows)
    }

    async fn data(&self, url: Url, scope: &str, priority: Priority) -> Result<Json, Error> {
        let call = Call::new(Method::GET, url, (Family::Data, priority), scope);
        self.http.json(&call).await
    }
}

/// The parameters of `GET /data/pinList`.
fn filters(url: &mut Url, query: &PinQuery, exact_cid: Option<&str>, offset: usize) {
    // The dates as JavaScript writes them, which is what official clients send.
    let date = |moment: Option<Timestamp>| {
        moment.map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
    };
    let number = |bytes: Option<u64>| bytes.map(|bytes| bytes.to_string());
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let group = match &query.group {
        Some(GroupFilter::In(id)) => Some(id.clone()),
        _ => None,
    };
    let contains = exact_cid.map(str::to_owned);
    pairs(
        url,
        &[
            // Without a status, rows of what was unpinned long ago are mixed in.
            ("status", Some(query.state.as_str().to_owned())),
            // Two spellings are in official clients; without them the service counts the whole table each time.
            ("includeCount", Some("false".to_owned())),
            ("includesCount", Some("false".to_owned())),
            ("pageLimit", Some(limit.to_string())),
            ("pageOffset", Some(offset.to_string())),
            ("metadata[name]", query.name_contains.clone()),
            ("metadata[keyvalues]", keyvalue_tests(&query.keyvalues)),
            // The new parameter is exact, the old one finds parts.
            ("cid", exact_cid.map(str::to_owned)),
            (
                "hashContains",
                contains.or_else(|| query.cid_contains.clone()),
            ),
            ("groupId", group),
            ("pinStart", date(query.pinned_from)),
            ("pinEnd", date(query.pinned_to)),
            ("unpinStart", date(query.unpinned_from)),
            ("unpinEnd", date(query.unpinned_to)),
            ("pinSizeMin", number(query.size_min)),
            ("pinSizeMax", number(query.size_max)),
        ],
    );
}

/// `{"key": {"value": ..., "secondValue": ..., "op": ...}}`; one condition a key is all that the service can take.
fn keyvalue_tests(tests: &[KeyValueTest]) -> Option<String> {
    let tests: Map<_, _> = tests
        .iter()
        .map(|KeyValueTest { key, test }| {
            let (value, second) = test.operands();
            let mut condition = json!({"value": legacy_value(Some(&value)), "op": test.op()});
            if let Some(second) = second {
                condition["secondValue"] = legacy_value(Some(&second));
            }
            (key.clone(), condition)
        })
        .collect();
    (!tests.is_empty()).then(|| Json::from(tests).to_string())
}

/// The rows of an answer; `None` where it is no list.
fn rows(body: &Json) -> Option<&[Json]> {
    match body.get("rows")? {
        Json::Array(rows) => Some(rows),
        Json::Null => Some(&[]),
        _ => None,
    }
}

/// The pins of an answer of `GET /data/pinList`; `None` where it is no list. Rows without an id or a CID are passed over.
pub fn pins_of_pin_list(body: &[u8]) -> Option<Vec<Pin>> {
    let body = bounded::read(body).ok()?;
    Some(rows(&body)?.iter().filter_map(pin).collect())
}

/// A row, of history or not.
pub(in crate::pinata) fn pin(row: &Json) -> Option<Pin> {
    let metadata = row.get("metadata").unwrap_or(&Json::Null);
    let regions = row.get("regions").and_then(Json::as_array);
    // A date that cannot be read still says that it is history.
    let unpinned = read::text(row, "date_unpinned").is_some();
    Some(Pin {
        service_id: read::text(row, "id")?,
        cid: read::cid(row, "ipfs_pin_hash")?,
        name: read::text(metadata, "name"),
        dag_size: read::count(row, "size"),
        files: read::count(row, "number_of_files"),
        mime: read::text(row, "mime_type"),
        keyvalues: read::keyvalues(metadata.get("keyvalues")),
        group: read::text(row, "group_id"),
        network: Network::Public,
        pinned_at: read::moment(row, "date_pinned"),
        unpinned_at: unpinned
            .then(|| read::moment(row, "date_unpinned").unwrap_or(Timestamp::UNIX_EPOCH)),
        expires_at: None,
        regions: regions
            .into_iter()
            .flatten()
            .filter_map(Region::read)
            .collect(),
    })
}

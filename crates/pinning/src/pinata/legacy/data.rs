//! `/data`: the token test, the list of pins, the totals.

use reqwest::Method;
use serde_json::Value as Json;
use url::Url;

use crate::budget::Family;
use crate::endpoints::join;
use crate::http::Call;
use crate::pinata::Pinata;
use crate::pinata::scopes::Scope;
use crate::{Error, ErrorKind, Network, Pin, Priority, Totals, json as read};

/// Rows of one page, the most that the service gives.
const PAGE: usize = 1000;

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

    /// `GET /data/pinList` from the row `offset` on: (pins, rows in the page, history rows among them left out).
    pub(in crate::pinata) async fn legacy_list(
        &self,
        name: Option<&str>,
        cid: Option<&str>,
        offset: usize,
        priority: Priority,
    ) -> Result<(Vec<Pin>, usize), Error> {
        let mut url = join(self.endpoints.api(), &["data", "pinList"]);
        {
            let mut query = url.query_pairs_mut();
            // Without a status, rows of what was unpinned long ago are mixed in.
            query.append_pair("status", "pinned");
            // Two spellings are in official clients; without them the service counts the whole table each time.
            query
                .append_pair("includeCount", "false")
                .append_pair("includesCount", "false");
            query
                .append_pair("pageLimit", &PAGE.to_string())
                .append_pair("pageOffset", &offset.to_string());
            if let Some(name) = name {
                query.append_pair("metadata[name]", name);
            }
            if let Some(cid) = cid {
                // The new parameter and the old one.
                query
                    .append_pair("cid", cid)
                    .append_pair("hashContains", cid);
            }
        }
        let result = self.data(url, Scope::PinList.name(), priority).await;
        self.scopes.learn_from(Scope::PinList, &result);
        let body = result?;
        let rows = match body.get("rows") {
            Some(Json::Array(rows)) => rows.as_slice(),
            Some(Json::Null) => &[],
            _ => return Err(no_rows()),
        };
        Ok((rows.iter().filter_map(pin).collect(), rows.len()))
    }

    async fn data(&self, url: Url, scope: &str, priority: Priority) -> Result<Json, Error> {
        let call = Call {
            method: Method::GET,
            url,
            family: Family::Data,
            priority,
            json: None,
            scope,
        };
        self.http.json(&call).await
    }
}

fn no_rows() -> Error {
    let kind = ErrorKind::Unexpected {
        status: 200,
        excerpt: "a list without rows".to_owned(),
    };
    Error {
        status: Some(200),
        ..Error::maybe(kind)
    }
}

/// A row that is pinned now; `None` for history.
pub(in crate::pinata) fn pin(row: &Json) -> Option<Pin> {
    if read::text(row, "date_unpinned").is_some() {
        return None;
    }
    let metadata = row.get("metadata").unwrap_or(&Json::Null);
    Some(Pin {
        service_id: read::text(row, "id")?,
        cid: read::text(row, "ipfs_pin_hash")?,
        name: read::text(metadata, "name"),
        dag_size: read::count(row, "size"),
        files: read::count(row, "number_of_files"),
        mime: read::text(row, "mime_type"),
        keyvalues: read::keyvalues(metadata.get("keyvalues")),
        group: read::text(row, "group_id"),
        network: Network::Public,
        pinned_at: read::moment(row, "date_pinned"),
    })
}

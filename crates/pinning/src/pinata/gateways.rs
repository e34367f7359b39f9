//! `/v3/gateways` (in 2025 `/v3/ipfs/gateways`), `/v3/files/private/download_link`, and gateway analytics.

use async_trait::async_trait;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value as Json, json};
use url::Url;

use super::Pinata;
use super::calls::{Ask, data, pairs, unreadable};
use super::place::{Place, bad_token};
use super::scopes::Scope;
use crate::{
    CustomDomain, Error, Gateway, GatewayPage, Gateways, Network, PageToken, Priority, PrivateFile,
    SignedLink, Traffic, TrafficPeriod, TrafficQuery, json as read,
};

/// Gateways of one page; no limit is documented.
const PAGE: usize = 100;

/// Where v3 keeps gateways: the reference's path, then the older one.
const PATHS: [&[&str]; 2] = [&["gateways"], &["ipfs", "gateways"]];

/// Where links are signed: the reference's path, then the one that some guides still show.
const SIGNERS: [&[&str]; 2] = [
    &["files", "private", "download_link"],
    &["files", "download_link"],
];

#[async_trait]
impl Gateways for Pinata {
    async fn page(
        &self,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<GatewayPage, Error> {
        let (row, before) = match after.as_ref().map(Place::of).transpose()? {
            None => (0, None),
            Some(Place::Row { row, before }) => (row, before),
            Some(Place::V3(_)) => return Err(bad_token()),
        };
        let ask = self.gateway_list(row, priority);
        let answer = self
            .only_v3(Scope::GatewaysRead, Network::Public, ask)
            .await?;
        let rows = match data(&answer).get("rows") {
            Some(Json::Array(rows)) => rows.as_slice(),
            Some(Json::Null) => &[],
            _ => return Err(self.unlike(&answer)),
        };
        let total = read::count(data(&answer), "count");
        let first = rows.first().and_then(|row| read::text(row, "id"));
        let next = Place::after_rows(row, rows.len(), first.as_deref(), before.as_deref());
        // Only a full page can have one behind it; a short one is not worth a second question.
        let next = next.filter(|_| rows.len() >= PAGE);
        Ok(GatewayPage {
            gateways: rows.iter().filter_map(gateway).collect(),
            total,
            next: next.map(|place| place.token()),
        })
    }

    async fn signed_link(&self, file: &PrivateFile) -> Result<SignedLink, Error> {
        let path: Vec<_> = file.path.iter().map(String::as_str).collect();
        let bad_cid = |fault: crate::LinkError| Error::refused("NOT_A_CID", &fault.to_string());
        let mut url = file.gateway.private(&file.cid, &path).map_err(bad_cid)?;
        // What the address holds is signed with it: it must be there before.
        if let Some(name) = &file.file_name {
            url.query_pairs_mut().append_pair("filename", name);
        }
        let now = self.http.now();
        let seconds = file.lasts.as_secs().max(1);
        let body = json!({
            "url": url.as_str(), "date": now.as_second(), "expires": seconds, "method": "GET",
        });
        let ask = |path: &[&str]| {
            let url = self.v3_url(path);
            Ask::change(Method::POST, url, Some(&body), Scope::FilesRead)
        };
        let asked = async {
            match self.v3_json(ask(SIGNERS[0])).await {
                Err(error) if matches!(error.status, Some(404 | 405)) => {
                    self.v3_json(ask(SIGNERS[1])).await
                }
                result => result,
            }
        };
        let answer = self
            .only_v3(Scope::FilesRead, Network::Private, asked)
            .await?;
        // The answer is a link that opens a private file: it is not shown even in an error.
        let unlike = || unreadable("an answer without a link".to_owned());
        let link = read::text(&answer, "data").ok_or_else(unlike)?;
        let link = Url::parse(&link).map_err(|_| unlike())?;
        let here = link.scheme() == url.scheme() && link.has_host();
        if !(link.scheme() == "https" || here) {
            return Err(unlike());
        }
        let lasts = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        let expires_at = now.checked_add(lasts).unwrap_or(jiff::Timestamp::MAX);
        Ok(SignedLink::new(link, expires_at))
    }
}

impl Pinata {
    /// The list from this row on, at the second path where the first is not there.
    async fn gateway_list(&self, row: usize, priority: Priority) -> Result<Json, Error> {
        let ask = |path: &[&str]| {
            let mut url = self.v3_url(path);
            let page = (row > 0).then(|| (row / PAGE + 1).to_string());
            pairs(
                &mut url,
                &[("pageSize", Some(PAGE.to_string())), ("page", page)],
            );
            Ask::get(url, Scope::GatewaysRead, priority)
        };
        match self.v3_json(ask(PATHS[0])).await {
            Err(error) if error.status == Some(404) => self.v3_json(ask(PATHS[1])).await,
            result => result,
        }
    }

    /// Whether the key may list gateways, found out by listing them.
    pub(super) async fn try_gateways(&self) -> Result<(), Error> {
        self.gateway_list(0, Priority::Click).await.map(drop)
    }

    /// `GET /v3/analytics/gateways/time_series`.
    pub(super) async fn gateway_traffic(&self, query: &TrafficQuery) -> Result<Traffic, Error> {
        let mut url = self.v3_url(&["analytics", "gateways", "time_series"]);
        let day = |moment: jiff::Timestamp| moment.strftime("%Y-%m-%d").to_string();
        pairs(
            &mut url,
            &[
                ("gateway_domain", Some(query.gateway.clone())),
                ("start_date", Some(day(query.from))),
                ("end_date", Some(day(query.to))),
                ("date_interval", Some("day".to_owned())),
            ],
        );
        let ask = self.v3_json(Ask::get(url, Scope::AnalyticsRead, Priority::Click));
        let answer = self
            .only_v3(Scope::AnalyticsRead, Network::Public, ask)
            .await?;
        let found = data(&answer);
        let periods = match found.get("time_periods") {
            Some(Json::Array(periods)) => periods.as_slice(),
            Some(Json::Null) => &[],
            _ => return Err(self.unlike(&answer)),
        };
        Ok(Traffic {
            requests: read::count(found, "total_requests"),
            bytes: read::count(found, "total_bandwidth"),
            periods: periods.iter().filter_map(period).collect(),
        })
    }
}

fn period(row: &Json) -> Option<TrafficPeriod> {
    Some(TrafficPeriod {
        begins: read::day_or_moment(row, "period_start_time")?,
        requests: read::count(row, "requests"),
        bytes: read::count(row, "bandwidth"),
    })
}

/// A row of the list, or a gateway by itself.
pub(super) fn gateway(row: &Json) -> Option<Gateway> {
    let domains = row.get("custom_domains").and_then(Json::as_array);
    Some(Gateway {
        id: read::text(row, "id")?,
        subdomain: read::text(row, "domain")?,
        restricted: read::truth(row, "restrict"),
        custom_domains: domains
            .into_iter()
            .flatten()
            .filter_map(custom_domain)
            .collect(),
        created_at: read::moment(row, "created_at"),
    })
}

fn custom_domain(row: &Json) -> Option<CustomDomain> {
    Some(CustomDomain {
        id: read::text(row, "custom_domain_id"),
        domain: read::text(row, "domain")?,
        validation: read::text(row, "domain_validation_status"),
        certificate: read::text(row, "ssl_validation_status"),
    })
}

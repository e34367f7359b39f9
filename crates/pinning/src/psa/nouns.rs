//! Requests as pins and as jobs, so that an account at a pinning service is used like any other.

use async_trait::async_trait;
use serde_json::Value as Json;

use super::Psa;
use crate::redact::excerpt;
use crate::{
    Error, ErrorKind, Job, JobPage, JobQuery, JobStatus, Jobs, NameMatch, Network, NewJob, Order,
    PageToken, Pin, PinEdit, PinPage, PinQuery, PinRef, PinRequest, PinState, PinStatus, Pins,
    Priority, RequestQuery, RequestStatus, Requests, Value,
};

#[async_trait]
impl Pins for Psa {
    async fn page(
        &self,
        query: &PinQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<PinPage, Error> {
        possible(query)?;
        let wanted = RequestQuery {
            name: query.name_contains.clone(),
            name_match: NameMatch::Part,
            states: vec![RequestStatus::Pinned],
            limit: query.limit,
            ..RequestQuery::default()
        };
        let page = self.list(&wanted, after, priority).await?;
        let pins = page
            .requests
            .iter()
            .filter(|row| row.status == RequestStatus::Pinned);
        Ok(PinPage {
            pins: pins.map(pin).filter(|pin| query.wants(pin)).collect(),
            names_groups: false,
            next: page.next,
        })
    }

    async fn record(&self, pin: &PinRef, priority: Priority) -> Result<Json, Error> {
        let id = match &pin.service_id {
            Some(id) => id.clone(),
            None => self.named(pin).await?.request_id,
        };
        self.raw_request(&id, priority).await.map_err(not_pinned)
    }

    async fn find(&self, cid: &str, priority: Priority) -> Result<Vec<Pin>, Error> {
        let found = self.of_cid(cid, priority).await?;
        let pinned = found
            .iter()
            .filter(|row| row.status == RequestStatus::Pinned && row.pin.cid == cid);
        Ok(pinned.map(pin).collect())
    }

    /// A replacement by the same CID with the new name and meta; the request has another id afterwards.
    async fn edit(&self, pin: &PinRef, edit: &PinEdit) -> Result<Option<String>, Error> {
        let row = self.named(pin).await?;
        let mut wish = row.pin;
        wish.name = edit.name.clone().or(wish.name);
        for (key, value) in &edit.keyvalues {
            match value {
                Some(value) => wish.meta.insert(key.clone(), value.to_string()),
                None => wish.meta.remove(key),
            };
        }
        let replaced = self.replace(&row.request_id, &wish).await?;
        Ok(Some(replaced.request_id))
    }

    async fn unpin(&self, pin: &PinRef) -> Result<(), Error> {
        let row = self.named(pin).await?;
        self.remove(&row.request_id).await.map_err(not_pinned)
    }

    async fn delete(&self, _network: Network, service_id: &str) -> Result<(), Error> {
        self.remove(service_id).await
    }
}

impl Psa {
    /// The request that is meant: by its id, or by a CID that only one request has.
    async fn named(&self, pin: &PinRef) -> Result<PinStatus, Error> {
        if let Some(id) = &pin.service_id {
            return Requests::get(self, id, Priority::Click)
                .await
                .map_err(not_pinned);
        }
        let mut found = self.of_cid(&pin.cid, Priority::Click).await?;
        match found.len() {
            0 => Err(Error::unsent(ErrorKind::NotPinned)),
            1 => Ok(found.remove(0)),
            several => Err(Error::refused(
                "SEVERAL_PINS",
                &format!("{several} requests have this CID, and none was named"),
            )),
        }
    }
}

#[async_trait]
impl Jobs for Psa {
    async fn add(&self, wish: &NewJob) -> Result<Job, Error> {
        if wish.group.is_some() {
            return Err(Error::refused("NO_PLACES", "this service has no groups"));
        }
        let meta = wish.keyvalues.iter();
        let pin = PinRequest {
            cid: wish.cid.clone(),
            name: wish.name.clone(),
            origins: wish.host_nodes.clone(),
            meta: meta
                .map(|(key, value)| (key.clone(), value.to_string()))
                .collect(),
        };
        let row = Requests::add(self, &pin).await?;
        Ok(job(&row, self.http.token().expose()))
    }

    /// What is not pinned yet, and what failed.
    async fn page(
        &self,
        query: &JobQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<JobPage, Error> {
        if query.order == Order::OldestFirst {
            return Err(newest_first());
        }
        let states = match &query.status {
            None => vec![
                RequestStatus::Queued,
                RequestStatus::Pinning,
                RequestStatus::Failed,
            ],
            Some(JobStatus::Retrieving) => vec![RequestStatus::Pinning],
            Some(status) if status.is_failure() => vec![RequestStatus::Failed],
            Some(_) => vec![RequestStatus::Queued],
        };
        let wanted = RequestQuery {
            cids: query.cid.iter().cloned().collect(),
            states,
            limit: query.limit,
            ..RequestQuery::default()
        };
        let page = self.list(&wanted, after, priority).await?;
        // A service that does not know the filter lists what is pinned as well.
        let jobs = page
            .requests
            .iter()
            .filter(|row| row.status != RequestStatus::Pinned);
        let token = self.http.token().expose();
        let jobs = jobs.map(|row| job(row, token)).filter(|job| {
            query
                .status
                .as_ref()
                .is_none_or(|status| job.status == *status)
        });
        Ok(JobPage {
            jobs: jobs.collect(),
            total: page.total,
            next: page.next,
        })
    }

    async fn cancel(&self, id: &str) -> Result<(), Error> {
        self.remove(id).await
    }
}

fn not_pinned(mut error: Error) -> Error {
    if error.kind == ErrorKind::NotFound {
        error.kind = ErrorKind::NotPinned;
    }
    error
}

fn newest_first() -> Error {
    Error::refused(
        "NEWEST_FIRST_ONLY",
        "pinning services list the newest first only",
    )
}

/// What no pinning service can list.
fn possible(query: &PinQuery) -> Result<(), Error> {
    if query.order == Order::OldestFirst {
        return Err(newest_first());
    }
    if query.state != PinState::Pinned {
        return Err(Error::refused(
            "NO_HISTORY",
            "this service does not say what was unpinned",
        ));
    }
    if query.network == Network::Private || query.group.is_some() {
        return Err(Error::refused(
            "NO_PLACES",
            "this service has neither groups nor a private network",
        ));
    }
    Ok(())
}

fn pin(row: &PinStatus) -> Pin {
    let meta = row.pin.meta.iter();
    Pin {
        service_id: row.request_id.clone(),
        cid: row.pin.cid.clone(),
        name: row.pin.name.clone(),
        dag_size: row
            .info
            .get("dag_size")
            .or_else(|| row.info.get("size"))
            .and_then(|text| text.parse().ok())
            .filter(|&bytes: &u64| bytes > 0),
        files: None,
        mime: None,
        keyvalues: meta
            .map(|(key, value)| (key.clone(), Value::Text(value.clone())))
            .collect(),
        group: None,
        network: Network::Public,
        pinned_at: row.created_at,
        unpinned_at: None,
        expires_at: None,
        regions: Vec::new(),
    }
}

/// Pinata names its own state beside the specification's.
fn job(row: &PinStatus, token: &str) -> Job {
    let own = row.info.get("pinata_pinjob_status");
    let status = match (&row.status, own) {
        (_, Some(own)) => JobStatus::named(own),
        (RequestStatus::Queued, None) => JobStatus::Searching,
        (RequestStatus::Pinning, None) => JobStatus::Retrieving,
        (other, None) => JobStatus::Other(other.as_str().to_owned()),
    };
    let meta = row.pin.meta.iter();
    Job {
        id: row.request_id.clone(),
        cid: row.pin.cid.clone(),
        name: row.pin.name.clone(),
        status,
        queued_at: row.created_at,
        keyvalues: meta
            .map(|(key, value)| (key.clone(), Value::Text(value.clone())))
            .collect(),
        host_nodes: row.pin.origins.clone(),
        group: None,
        regions: Vec::new(),
        reason: reason(row, token),
    }
}

/// Why a request failed: the specification's member, 4EVERLAND's two, and the one that Filebase puts among the
/// key-values. Of a request that has not failed they say other things.
fn reason(row: &PinStatus, token: &str) -> Option<String> {
    if row.status != RequestStatus::Failed {
        return None;
    }
    let told = ["status_details", "failed_reason", "failed_message"];
    let told = told.map(|name| row.info.get(name)).into_iter();
    told.chain([row.pin.meta.get("failure_reason")])
        .flatten()
        .map(|text| excerpt(text, token))
        .find(|text| !text.is_empty())
}

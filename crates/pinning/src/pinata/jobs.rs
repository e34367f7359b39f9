//! Pin by CID: `/v3/files/public/pin_by_cid`, or `/pinning/pinByHash` and `/pinning/pinJobs`.

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use super::calls::{Ask, data, pairs, v3_rows};
use super::place::Place;
use super::scopes::Scope;
use super::{Pinata, check_keyvalues};
use crate::{
    Error, Job, JobPage, JobQuery, JobStatus, Jobs, Network, NewJob, PageToken, Priority, Region,
    json as read,
};

/// Most host nodes of one job (Pinata's API reference, "Pin by CID").
const HOST_NODES: usize = 5;

/// Most jobs of one page.
const PAGE: u32 = 1000;

/// The v3 queue.
const QUEUE: [&str; 3] = ["files", "public", "pin_by_cid"];

#[async_trait]
impl Jobs for Pinata {
    async fn add(&self, wish: &NewJob) -> Result<Job, Error> {
        check_keyvalues(wish.keyvalues.len())?;
        if wish.host_nodes.len() > HOST_NODES {
            let why = format!(
                "{} host nodes, and Pinata takes {HOST_NODES}",
                wish.host_nodes.len()
            );
            return Err(Error::refused("TOO_MANY_HOST_NODES", &why));
        }
        let newer = async {
            let body = v3_wish(wish);
            let ask = Ask::change(
                Method::POST,
                self.v3_url(&QUEUE),
                Some(&body),
                Scope::FilesWrite,
            );
            self.v3_json(ask).await
        };
        let older = async {
            let body = legacy_wish(wish);
            let url = self.pinning_url(&["pinByHash"]);
            let ask = Ask::change(Method::POST, url, Some(&body), Scope::PinByHash);
            self.legacy_json(ask).await
        };
        let answer = self
            .either((Scope::FilesWrite, newer), (Scope::PinByHash, older))
            .await?;
        job(data(&answer)).ok_or_else(|| self.unlike(&answer))
    }

    async fn page(
        &self,
        query: &JobQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<JobPage, Error> {
        match after.as_ref().map(Place::of).transpose()? {
            Some(Place::V3(place)) => self.v3_jobs(query, Some(&place), priority).await,
            Some(Place::Row { row, before }) => {
                self.legacy_jobs(query, row, before.as_deref(), priority)
                    .await
            }
            None => {
                let newer = self.v3_jobs(query, None, priority);
                let older = self.legacy_jobs(query, 0, None, priority);
                self.either((Scope::FilesRead, newer), (Scope::PinJobs, older))
                    .await
            }
        }
    }

    /// v3 only: the legacy API has no such call.
    async fn cancel(&self, id: &str) -> Result<(), Error> {
        let ask = async {
            let url = self.v3_url(&[QUEUE.as_slice(), &[id]].concat());
            self.v3_done(Ask::change(Method::DELETE, url, None, Scope::FilesWrite))
                .await
        };
        self.only_v3(Scope::FilesWrite, Network::Public, ask).await
    }
}

impl Pinata {
    async fn v3_jobs(
        &self,
        query: &JobQuery,
        place: Option<&str>,
        priority: Priority,
    ) -> Result<JobPage, Error> {
        let mut url = self.v3_url(&QUEUE);
        // The reference says `order`, the official client `sort`.
        let order = query.order.as_str().to_owned();
        pairs(
            &mut url,
            &[
                ("order", Some(order.clone())),
                ("sort", Some(order)),
                ("status", status(query)),
                ("cid", query.cid.clone()),
                ("limit", Some(limit(query))),
                ("pageToken", place.map(str::to_owned)),
            ],
        );
        let ask = Ask::get(url, Scope::FilesRead, priority);
        let answer = self.v3_json(ask).await?;
        let (rows, next) = v3_rows(&answer, "jobs")
            .or_else(|| v3_rows(&answer, "rows"))
            .ok_or_else(|| self.unlike(&answer))?;
        let next = next.filter(|next| Some(next.as_str()) != place);
        Ok(JobPage {
            jobs: rows.iter().filter_map(job).collect(),
            total: None,
            next: next.map(|next| Place::V3(next).token()),
        })
    }

    pub(super) async fn legacy_jobs(
        &self,
        query: &JobQuery,
        row: usize,
        before: Option<&str>,
        priority: Priority,
    ) -> Result<JobPage, Error> {
        let mut url = self.pinning_url(&["pinJobs"]);
        pairs(
            &mut url,
            &[
                ("sort", Some(query.order.as_str().to_owned())),
                ("status", status(query)),
                ("ipfs_pin_hash", query.cid.clone()),
                ("limit", Some(limit(query))),
                ("offset", Some(row.to_string())),
            ],
        );
        let ask = Ask::get(url, Scope::PinJobs, priority);
        let answer = self.legacy_json(ask).await?;
        let rows = match answer.get("rows") {
            Some(Json::Array(rows)) => rows.as_slice(),
            Some(Json::Null) => &[],
            _ => return Err(self.unlike(&answer)),
        };
        let first = rows.first().and_then(|row| read::text(row, "id"));
        let next = Place::after_rows(row, rows.len(), first.as_deref(), before);
        let again = first.is_some() && first.as_deref() == before;
        let jobs = rows.iter().filter_map(job);
        Ok(JobPage {
            jobs: if again { Vec::new() } else { jobs.collect() },
            total: read::count(&answer, "count"),
            next: next.map(|place| place.token()),
        })
    }
}

fn limit(query: &JobQuery) -> String {
    query.limit.unwrap_or(PAGE).clamp(1, PAGE).to_string()
}

fn status(query: &JobQuery) -> Option<String> {
    query
        .status
        .as_ref()
        .map(|status| status.as_str().to_owned())
}

fn v3_wish(wish: &NewJob) -> Json {
    let mut body = Map::from_iter([("cid".to_owned(), json!(wish.cid))]);
    if let Some(name) = &wish.name {
        body.insert("name".to_owned(), json!(name));
    }
    if let Some(group) = &wish.group {
        body.insert("group_id".to_owned(), json!(group));
    }
    if !wish.keyvalues.is_empty() {
        body.insert("keyvalues".to_owned(), read::as_text(&wish.keyvalues));
    }
    if !wish.host_nodes.is_empty() {
        body.insert("host_nodes".to_owned(), json!(wish.host_nodes));
    }
    body.into()
}

fn legacy_wish(wish: &NewJob) -> Json {
    let mut body = Map::from_iter([("hashToPin".to_owned(), json!(wish.cid))]);
    let mut metadata = Map::new();
    if let Some(name) = &wish.name {
        metadata.insert("name".to_owned(), json!(name));
    }
    if !wish.keyvalues.is_empty() {
        metadata.insert("keyvalues".to_owned(), read::as_given(&wish.keyvalues));
    }
    let mut options = Map::new();
    if !wish.host_nodes.is_empty() {
        options.insert("hostNodes".to_owned(), json!(wish.host_nodes));
    }
    if let Some(group) = &wish.group {
        options.insert("groupId".to_owned(), json!(group));
    }
    for (name, part) in [("pinataMetadata", metadata), ("pinataOptions", options)] {
        if !part.is_empty() {
            body.insert(name.to_owned(), part.into());
        }
    }
    body.into()
}

/// A row of either queue, or the answer to a new job: each names the CID in its own way.
pub(super) fn job(row: &Json) -> Option<Job> {
    let cid = ["cid", "ipfs_pin_hash", "ipfsHash"];
    let nodes = ["host_nodes", "hose_nodes"].map(|name| row.get(name).and_then(Json::as_array));
    let regions = row.pointer("/pin_policy/regions").and_then(Json::as_array);
    Some(Job {
        id: read::text(row, "id")?,
        cid: cid.iter().find_map(|name| read::cid(row, name))?,
        name: read::text(row, "name"),
        status: JobStatus::named(&read::text(row, "status").unwrap_or_default()),
        queued_at: read::moment(row, "date_queued"),
        keyvalues: read::keyvalues(row.get("keyvalues")),
        host_nodes: nodes
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|node| node.as_str().map(str::to_owned))
            .collect(),
        group: read::text(row, "group_id"),
        regions: regions
            .into_iter()
            .flatten()
            .filter_map(Region::read)
            .collect(),
        // Its state says why.
        reason: None,
    })
}

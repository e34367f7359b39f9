//! `POST /pinning/pinByHash` and `GET /pinning/pinJobs`.

use super::edit::parsed;
use super::keyvalues;
use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use crate::jobs::JobStatus;
use crate::moment;
use crate::store::{JobQuery, JobRow};
use axum::Json;
use axum::extract::{RawQuery, State};
use bytes::Bytes;
use cid::Cid;
use serde_json::{Value, json};

/// Host nodes that may be given.
const MOST_HOST_NODES: usize = 5;
/// Jobs of a page that does not say.
const PAGE: usize = 5;
/// Jobs of the largest page.
const LARGEST_PAGE: usize = 1000;

pub(super) async fn pin_by_hash(
    State(app): State<App>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal::text("Invalid JSON provided"))?;
    let cid = body["hashToPin"].as_str().unwrap_or_default().to_owned();
    let node = parsed(&cid)?;
    let (options, metadata) = (&body["pinataOptions"], &body["pinataMetadata"]);
    let name = match &metadata["name"] {
        Value::Null => None,
        Value::String(name) => Some(name.clone()),
        _ => return Err(Refusal::text("pinataMetadata.name must be a string")),
    };
    let now = app.now();
    let job = JobRow {
        id: moment::file_id(now).to_string(),
        psa: false,
        cid,
        node,
        name,
        keyvalues: keyvalues::given(&metadata["keyvalues"], false)?,
        group_id: options["groupId"].as_str().map(str::to_owned),
        host_nodes: host_nodes(&options["hostNodes"]).map_err(Refusal::text)?,
        created_at: moment::micros(now),
        status: JobStatus::Prechecking,
        next_at: None,
    };
    let job = app.queue(job).await?;
    Ok(Json(json!({
        "id": job.id,
        "ipfsHash": job.cid,
        "status": job.status.name(),
        "name": job.name,
    })))
}

/// Multiaddresses of nodes that have the content.
pub(crate) fn host_nodes(given: &Value) -> Result<Option<Vec<String>>, &'static str> {
    if given.is_null() {
        return Ok(None);
    }
    let nodes: Option<Vec<String>> = given.as_array().and_then(|nodes| {
        let nodes = nodes.iter().map(|node| node.as_str().map(str::to_owned));
        nodes.collect()
    });
    let nodes = nodes.ok_or("Host nodes must be an array of strings")?;
    if nodes.len() > MOST_HOST_NODES {
        return Err("A maximum of 5 host nodes can be provided");
    }
    Ok(Some(nodes).filter(|nodes| !nodes.is_empty()))
}

pub(super) async fn pin_jobs(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let (query, count) = parse(query.as_deref().unwrap_or_default())?;
    let (jobs, found) = app.store.jobs(query).await?.unwrap_or_default();
    let mut answer = json!({ "rows": jobs.iter().map(row).collect::<Vec<_>>() });
    if count {
        answer["count"] = found.into();
    }
    Ok(Json(answer))
}

/// The query, and whether the count was asked for.
fn parse(text: &str) -> Result<(JobQuery, bool), Refusal> {
    let mut query = JobQuery {
        limit: PAGE,
        ..JobQuery::default()
    };
    let mut count = true;
    let number = |key: &str, value: &str| {
        let number = value.parse::<u32>();
        number.map_err(|_| Refusal::text(format!("{key} must be a number")))
    };
    for (key, value) in url::form_urlencoded::parse(text.as_bytes()) {
        match key.as_ref() {
            "sort" => match value.as_ref() {
                "ASC" => query.descending = false,
                "DESC" => query.descending = true,
                _ => return Err(Refusal::text("sort must be ASC or DESC")),
            },
            "status" => {
                let status = JobStatus::parse(&value);
                let status = status.filter(|status| *status != JobStatus::Pinned);
                query.status =
                    Some(status.ok_or_else(|| Refusal::text("Invalid status provided"))?);
            }
            "ipfs_pin_hash" => {
                let node = Cid::try_from(value.as_ref());
                query.node = Some(node.map_or_else(|_| value.to_string(), |cid| block_key(&cid)));
            }
            "limit" => query.limit = (number(&key, &value)? as usize).clamp(1, LARGEST_PAGE),
            "offset" => query.offset = number(&key, &value)?,
            "includeCount" | "includesCount" => count &= value != "false",
            _ => {}
        }
    }
    Ok((query, count))
}

/// What was not given is left out.
fn row(job: &JobRow) -> Value {
    let mut row = json!({
        "id": job.id,
        "ipfs_pin_hash": job.cid,
        "date_queued": moment::legacy(job.created_at),
        "name": job.name,
        "status": job.status.name(),
        "pin_policy": {
            "regions": [{ "id": "LOCAL1", "desiredReplicationCount": 1 }],
            "version": 1,
        },
    });
    if let Some(keyvalues) = &job.keyvalues {
        row["keyvalues"] = keyvalues.clone().into();
    }
    if let Some(nodes) = &job.host_nodes {
        row["host_nodes"] = json!(nodes);
    }
    row
}

//! `/v3/files/public/pin_by_cid`: the queue, and what goes into it.

use super::{bad_request, keyvalues, token};
use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use crate::jobs::JobStatus;
use crate::legacy::host_nodes;
use crate::moment;
use crate::store::{JobQuery, JobRow};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cid::Cid;
use serde_json::{Value, json};

/// Jobs of a page that does not say; the service documents none.
const PAGE: usize = 10;
/// Jobs of the largest page.
const LARGEST_PAGE: usize = 1000;

pub(super) async fn add(State(app): State<App>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| bad_request("The body is not valid JSON"))?;
    let given = body["cid"].as_str().unwrap_or_default();
    let cid = Cid::try_from(given).map_err(|_| bad_request("Invalid CID"))?;
    let text = |name: &str| match &body[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        _ => Err(bad_request(&format!("{name} must be a string"))),
    };
    let now = app.now();
    let job = JobRow {
        id: moment::file_id(now).to_string(),
        psa: false,
        cid: given.to_owned(),
        node: block_key(&cid),
        name: text("name")?,
        keyvalues: keyvalues(&body["keyvalues"], false)?,
        group_id: text("group_id")?,
        host_nodes: host_nodes(&body["host_nodes"]).map_err(bad_request)?,
        created_at: moment::micros(now),
        status: JobStatus::Prechecking,
        next_at: None,
    };
    let job = app.queue(job).await?;
    Ok(Json(json!({ "data": row(&job) })))
}

pub(super) async fn list(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let mut query = parse(query.as_deref().unwrap_or_default())?;
    let limit = query.limit;
    query.limit += 1;
    let Some((mut jobs, _)) = app.store.jobs(query).await? else {
        return Err(bad_request("Invalid pageToken"));
    };
    let more = jobs.len() > limit;
    jobs.truncate(limit);
    let last = jobs.last().filter(|_| more);
    let next = last.map(|job| STANDARD.encode(&job.id));
    let jobs: Vec<Value> = jobs.iter().map(row).collect();
    Ok(Json(
        json!({ "data": { "jobs": jobs, "next_page_token": next } }),
    ))
}

fn parse(text: &str) -> Result<JobQuery, Refusal> {
    let mut query = JobQuery {
        descending: true,
        limit: PAGE,
        ..JobQuery::default()
    };
    for (key, value) in url::form_urlencoded::parse(text.as_bytes()) {
        match key.as_ref() {
            // The official SDK says `sort`, and `DSC` for the second.
            "order" | "sort" => match value.as_ref() {
                "ASC" => query.descending = false,
                "DESC" | "DSC" => query.descending = true,
                _ => return Err(bad_request("order must be ASC or DESC")),
            },
            "status" => {
                let status = JobStatus::parse(&value);
                let status = status.filter(|status| *status != JobStatus::Pinned);
                query.status = Some(status.ok_or_else(|| bad_request("Invalid status"))?);
            }
            "cid" => {
                let node = Cid::try_from(value.as_ref());
                query.node = Some(node.map_or_else(|_| value.to_string(), |cid| block_key(&cid)));
            }
            "limit" => {
                let limit = value.parse::<usize>();
                let limit = limit.map_err(|_| bad_request("limit must be a number"))?;
                query.limit = limit.clamp(1, LARGEST_PAGE);
            }
            "pageToken" if !value.is_empty() => query.after = Some(token(&value)?),
            _ => {}
        }
    }
    Ok(query)
}

pub(super) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    if app.store.cancel_job(id).await? {
        return Ok(Json(json!({ "data": null })));
    }
    Err(Refusal::v3(StatusCode::NOT_FOUND, "Job not found"))
}

fn row(job: &JobRow) -> Value {
    json!({
        "id": job.id,
        "cid": job.cid,
        "name": job.name,
        "status": job.status.name(),
        "date_queued": moment::v3(job.created_at),
        "keyvalues": job.keyvalues,
        "host_nodes": job.host_nodes,
        "group_id": job.group_id,
    })
}

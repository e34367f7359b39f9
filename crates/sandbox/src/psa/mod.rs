//! The IPFS Pinning Services API 1.0.0 at `/psa`, as Pinata has it or, on request, as the
//! specification has it.
//!
//! Pinata's own ways (recorded 2022-06 to 2023-06): 200 for everything that succeeds, `OK` as text for
//! a removal, all rows on one page with `count` equal to their number, the queue's state in
//! `info.pinata_pinjob_status`, no delegates once pinned.

mod query;

use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use crate::jobs::JobStatus;
use crate::moment;
use crate::store::{FileRow, JobRow};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use cid::Cid;
use serde_json::{Map, Value, json};

/// Characters that a name may have.
const LONGEST_NAME: usize = 255;
/// Origins that a pin may have.
const MOST_ORIGINS: usize = 20;
/// Where blocks could be brought to: a peer id of the right form, which nobody has.
const PEER: &str = "12D3KooWJUiKXn5VSwKBAWJvKvaQ4otrxFURV5P8G468kxFxppRw";

pub(crate) fn router() -> Router<App> {
    Router::new().route("/psa/pins", get(list).post(add)).route(
        "/psa/pins/{requestid}",
        get(one).post(replace).delete(remove),
    )
}

/// A pin object: a job of the queue, or a public pin that came another way.
struct PinObject {
    id: String,
    /// Milliseconds since 1970; no two objects have the same.
    created: i64,
    status: JobStatus,
    cid: String,
    node: String,
    name: Option<String>,
    origins: Option<Vec<String>>,
    meta: Option<Map<String, Value>>,
}

impl PinObject {
    fn of_job(job: JobRow) -> Self {
        Self {
            id: job.id,
            created: job.created_at.div_euclid(1000),
            status: job.status,
            cid: job.cid,
            node: job.node,
            name: job.name,
            origins: job.host_nodes,
            meta: job.keyvalues,
        }
    }

    fn of_file(file: FileRow, node: String) -> Self {
        Self {
            id: file.id,
            created: file.created_at.div_euclid(1000),
            status: JobStatus::Pinned,
            cid: file.cid,
            node,
            name: file.name,
            origins: None,
            meta: file.keyvalues,
        }
    }

    /// The state in the specification's words.
    fn status(&self) -> &'static str {
        match self.status {
            JobStatus::Prechecking | JobStatus::Searching => "queued",
            JobStatus::Retrieving => "pinning",
            JobStatus::Pinned => "pinned",
            _ => "failed",
        }
    }

    /// Values are strings here, whatever a legacy call stored.
    fn meta(&self) -> Map<String, Value> {
        let pairs = self.meta.iter().flatten().map(|(key, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (key.clone(), Value::String(text))
        });
        pairs.collect()
    }

    fn json(&self, app: &App) -> Value {
        let strict = app.settings.strict_psa;
        let pinned = self.status == JobStatus::Pinned;
        let mut pin = json!({ "cid": self.cid });
        if let Some(name) = &self.name {
            pin["name"] = name.as_str().into();
        }
        if let Some(origins) = self.origins.clone().or_else(|| (!strict).then(Vec::new)) {
            pin["origins"] = origins.into();
        }
        if !strict || self.meta.is_some() {
            pin["meta"] = self.meta().into();
        }
        let port = app.settings.gateway.rsplit(':').next().unwrap_or_default();
        let delegate = format!("/ip4/127.0.0.1/tcp/{port}/p2p/{PEER}");
        let delegates = if pinned && !strict {
            Vec::new()
        } else {
            vec![delegate]
        };
        let info = match (pinned, strict) {
            (true, _) => json!({}),
            (false, true) => json!({ "status_details": self.status.name() }),
            (false, false) => json!({ "pinata_pinjob_status": self.status.name() }),
        };
        json!({
            "requestid": self.id,
            "status": self.status(),
            "created": moment::legacy(self.created.saturating_mul(1000)),
            "pin": pin,
            "delegates": delegates,
            "info": info,
        })
    }
}

async fn list(State(app): State<App>, RawQuery(text): RawQuery) -> Result<Response, Refusal> {
    let strict = app.settings.strict_psa;
    let query = query::Query::parse(text.as_deref().unwrap_or_default(), strict)?;
    let mut found = objects(&app).await?;
    found.retain(|object| query.matches(object));
    let all = found.len();
    found.truncate(query.limit.unwrap_or(usize::MAX));
    // Pinata counts the page, not what there is.
    let count = if strict { all } else { found.len() };
    let results: Vec<Value> = found.iter().map(|object| object.json(&app)).collect();
    Ok(Json(json!({ "count": count, "results": results })).into_response())
}

/// All pin objects, newest first, each with a time of its own.
async fn objects(app: &App) -> Result<Vec<PinObject>, Refusal> {
    let (jobs, files) = app.store.pin_objects().await?;
    let mut objects: Vec<PinObject> = jobs.into_iter().map(PinObject::of_job).collect();
    objects.extend(
        files
            .into_iter()
            .map(|(file, node)| PinObject::of_file(file, node)),
    );
    objects.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    let mut last = i64::MIN;
    for object in &mut objects {
        object.created = object.created.max(last.saturating_add(1));
        last = object.created;
    }
    objects.reverse();
    Ok(objects)
}

async fn find(app: &App, id: &str) -> Result<PinObject, Refusal> {
    let mut objects = objects(app).await?.into_iter();
    objects
        .find(|object| object.id == id)
        .ok_or_else(|| not_found(app))
}

async fn one(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    Ok(Json(find(&app, &id).await?.json(&app)))
}

async fn add(State(app): State<App>, body: Bytes) -> Result<Response, Refusal> {
    let job = app.queue(job(&app, &body)?).await?;
    answer(&app, job).await
}

/// The old request id is gone at once, and its pin unless the new object is for the same content.
async fn replace(
    State(app): State<App>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let new = job(&app, &body)?;
    let Some(job) = app.queue_instead(id, new).await? else {
        return Err(not_found(&app));
    };
    answer(&app, job).await
}

/// Pinata answers with what was queued; strictly, with what it is by now.
async fn answer(app: &App, job: JobRow) -> Result<Response, Refusal> {
    if !app.settings.strict_psa {
        return Ok(Json(PinObject::of_job(job).json(app)).into_response());
    }
    let object = find(app, &job.id).await?;
    Ok((StatusCode::ACCEPTED, Json(object.json(app))).into_response())
}

async fn remove(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Refusal> {
    if !app.store.remove_pin_object(id, app.now_micros()).await? {
        return Err(not_found(&app));
    }
    if app.settings.strict_psa {
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    Ok("OK".into_response())
}

/// A `Pin` of the specification.
fn job(app: &App, body: &[u8]) -> Result<JobRow, Refusal> {
    let pin: Value =
        serde_json::from_slice(body).map_err(|_| bad_request("The body is not valid JSON"))?;
    let given = pin["cid"].as_str().unwrap_or_default();
    let cid = Cid::try_from(given).map_err(|_| bad_request("cid must be a valid CID"))?;
    let name = match &pin["name"] {
        Value::Null => None,
        Value::String(name) if name.chars().count() <= LONGEST_NAME => Some(name.clone()),
        _ => {
            return Err(bad_request(
                "name must be a string of at most 255 characters",
            ));
        }
    };
    let origins = match &pin["origins"] {
        Value::Null => None,
        given => Some(
            strings(given)
                .ok_or_else(|| bad_request("origins must be an array of at most 20 strings"))?,
        ),
    };
    let meta = match &pin["meta"] {
        Value::Null => None,
        Value::Object(map) if map.values().all(Value::is_string) => Some(map.clone()),
        _ => return Err(bad_request("meta must be an object of strings")),
    };
    let now = app.now();
    Ok(JobRow {
        id: moment::file_id(now).to_string(),
        psa: true,
        cid: given.to_owned(),
        node: block_key(&cid),
        name,
        keyvalues: meta,
        group_id: None,
        host_nodes: origins,
        created_at: moment::micros(now),
        status: JobStatus::Prechecking,
        next_at: None,
    })
}

fn strings(given: &Value) -> Option<Vec<String>> {
    let given = given
        .as_array()
        .filter(|given| given.len() <= MOST_ORIGINS)?;
    let strings = given
        .iter()
        .map(|origin| origin.as_str().map(str::to_owned));
    strings.collect()
}

fn bad_request(details: &str) -> Refusal {
    Refusal::reason(StatusCode::BAD_REQUEST, "BAD_REQUEST", details)
}

fn not_found(app: &App) -> Refusal {
    if app.settings.strict_psa {
        return Refusal::reason(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "The specified resource was not found",
        );
    }
    Refusal::reason(
        StatusCode::NOT_FOUND,
        "OBJECT_NOT_FOUND",
        "Your account does not currently have any record associated with this ID",
    )
}

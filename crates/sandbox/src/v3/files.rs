//! List, get, update and delete.

use super::options::from_seconds;
use super::{MOST_KEYVALUES, bad_request, file, keyvalues, network, text, token, too_many};
use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use crate::store::{Changed, Changes, Expiry, Network, Order, Predicate, V3Query};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cid::Cid;
use serde_json::{Value, json};

/// Files of a page that does not say; the service documents none.
const PAGE: usize = 10;
/// Files of the largest page.
const LARGEST_PAGE: usize = 1000;

pub(super) async fn list(
    State(app): State<App>,
    Path(on): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let query = parse(network(&on)?, query.as_deref().unwrap_or_default())?;
    let limit = query.limit;
    let Some(mut rows) = app.store.v3_page(query).await? else {
        return Err(bad_request("Invalid pageToken"));
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    let token = rows
        .last()
        .filter(|_| more)
        .map(|row| STANDARD.encode(&row.id));
    let files: Vec<Value> = rows.iter().map(file).collect();
    Ok(Json(
        json!({ "data": { "files": files, "next_page_token": token } }),
    ))
}

fn parse(network: Network, query: &str) -> Result<V3Query, Refusal> {
    let mut parsed = V3Query {
        network,
        name: None,
        cid: None,
        pending: false,
        mime_type: None,
        group: None,
        keyvalues: None,
        limit: PAGE,
        order: Order::Descending,
        after: None,
    };
    let mut pairs = Vec::new();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = value.into_owned();
        match key.as_ref() {
            "name" => parsed.name = Some(value),
            "cid" => {
                parsed.cid = Some(Cid::try_from(value.as_str()).map_or(value, |c| block_key(&c)));
            }
            "mimeType" => parsed.mime_type = Some(value),
            "group" => parsed.group = Some(value),
            "limit" => {
                let limit: usize = value
                    .parse()
                    .map_err(|_| bad_request("limit must be a number"))?;
                parsed.limit = limit.clamp(1, LARGEST_PAGE);
            }
            "order" => {
                parsed.order = match value.as_str() {
                    "ASC" => Order::Ascending,
                    "DESC" => Order::Descending,
                    _ => return Err(bad_request("order must be ASC or DESC")),
                }
            }
            "pageToken" if !value.is_empty() => parsed.after = Some(token(&value)?),
            "cidPending" => parsed.pending = value == "true",
            other => {
                let name = other
                    .strip_prefix("keyvalues[")
                    .or_else(|| other.strip_prefix("metadata["))
                    .and_then(|rest| rest.strip_suffix(']'));
                pairs.extend(name.map(|name| (name.to_owned(), value)));
            }
        }
    }
    if !pairs.is_empty() {
        parsed.keyvalues = Some(all_equal(pairs));
    }
    Ok(parsed)
}

fn all_equal(pairs: Vec<(String, String)>) -> Predicate {
    Box::new(move |map| {
        pairs
            .iter()
            .all(|(key, wanted)| map.get(key).is_some_and(|stored| text(stored) == *wanted))
    })
}

pub(super) async fn get(
    State(app): State<App>,
    Path((on, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    match app.store.file(network(&on)?, id).await? {
        Some(row) => Ok(Json(json!({ "data": file(&row) }))),
        None => Err(not_found()),
    }
}

pub(super) async fn update(
    State(app): State<App>,
    Path((on, id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| bad_request("The body is not valid JSON"))?;
    let name = match &body["name"] {
        Value::Null => None,
        Value::String(name) => Some(name.clone()),
        _ => return Err(bad_request("name must be a string")),
    };
    let changes = Changes {
        name,
        keyvalues: keyvalues(&body["keyvalues"], true)?,
        expiry: expiry(&body)?,
        most: MOST_KEYVALUES,
    };
    match app.store.change_file(network(&on)?, id, changes).await? {
        Changed::Row(row) => Ok(Json(json!({ "data": file(&row) }))),
        Changed::NotFound => Err(not_found()),
        Changed::TooMany => Err(too_many()),
    }
}

/// `expires_at` in Unix seconds; null keeps the file for good.
fn expiry(body: &Value) -> Result<Option<Expiry>, Refusal> {
    match body.get("expires_at") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Expiry::Never)),
        Some(given) => match given.as_i64().and_then(from_seconds) {
            Some(time) => Ok(Some(Expiry::At(time))),
            None => Err(bad_request("expires_at must be a Unix time")),
        },
    }
}

/// The same path ends a resumable upload: its first segment is the upload's id then.
pub(super) async fn delete(
    State(app): State<App>,
    Path((on, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    if uuid::Uuid::parse_str(&on).is_ok() {
        return crate::tus::terminate(&app, &on).await;
    }
    let now = app.now_micros();
    if app.store.delete_file(network(&on)?, id, now).await? {
        Ok(Json(json!({ "data": null })).into_response())
    } else {
        Err(not_found())
    }
}

fn not_found() -> Refusal {
    Refusal::v3(StatusCode::NOT_FOUND, "File not found")
}

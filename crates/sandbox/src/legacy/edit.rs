//! `hashMetadata`, `unpin` and `userPinnedDataTotal`.

use super::keyvalues;
use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use crate::store::{Changed, Changes};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use bytes::Bytes;
use cid::Cid;
use serde_json::{Value, json};

/// Key-value pairs that a pin may have.
pub(crate) const MOST_KEYVALUES: usize = 10;

/// `PUT /pinning/hashMetadata`: given keys are set, null deletes, others stay.
pub(super) async fn hash_metadata(
    State(app): State<App>,
    body: Bytes,
) -> Result<&'static str, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal::text("Invalid JSON provided"))?;
    let cid = body["ipfsPinHash"].as_str().unwrap_or_default();
    let key = parsed(cid)?;
    let name = match &body["name"] {
        Value::Null => None,
        Value::String(name) => Some(name.clone()),
        _ => return Err(Refusal::text("name must be a string")),
    };
    let changes = Changes {
        name,
        keyvalues: keyvalues::given(&body["keyvalues"], true)?,
        expiry: None,
        most: MOST_KEYVALUES,
    };
    match app.store.change_pin(key, changes).await? {
        Changed::Row(_) => Ok("OK"),
        Changed::NotFound => Err(not_pinned(cid)),
        Changed::TooMany => Err(keyvalues::too_many()),
    }
}

/// `PUT /pinning/hashPinPolicy`: no longer documented. Regions mean nothing here.
pub(super) async fn hash_pin_policy(
    State(app): State<App>,
    body: Bytes,
) -> Result<&'static str, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal::text("Invalid JSON provided"))?;
    let cid = body["ipfsPinHash"].as_str().unwrap_or_default();
    let key = parsed(cid)?;
    if !body["newPinPolicy"]["regions"].is_array() {
        return Err(Refusal::text("newPinPolicy must have regions"));
    }
    if app.store.is_pinned(key).await? {
        return Ok("OK");
    }
    Err(not_pinned(cid))
}

/// `PUT /pinning/userPinPolicy`: no longer documented either.
pub(super) async fn user_pin_policy(body: Bytes) -> Result<&'static str, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal::text("Invalid JSON provided"))?;
    if body["newPinPolicy"]["regions"].is_array() {
        return Ok("OK");
    }
    Err(Refusal::text("newPinPolicy must have regions"))
}

/// `DELETE /pinning/unpin/{cid}`: the row stays as history.
pub(super) async fn unpin(
    State(app): State<App>,
    Path(cid): Path<String>,
) -> Result<&'static str, Refusal> {
    let key = parsed(&cid)?;
    if app.store.unpin(key, app.now_micros()).await? {
        Ok("OK")
    } else {
        Err(not_pinned(&cid))
    }
}

/// `GET /data/userPinnedDataTotal`: everything pinned now, on both networks.
pub(super) async fn data_total(State(app): State<App>) -> Result<Json<Value>, Refusal> {
    let (count, size) = app.store.totals().await?;
    Ok(Json(json!({
        "pin_count": count,
        "pin_size_total": size,
        "pin_size_with_replications_total": size,
    })))
}

/// The key of a CID.
pub(super) fn parsed(cid: &str) -> Result<String, Refusal> {
    Cid::try_from(cid)
        .map(|cid| block_key(&cid))
        .map_err(|_| Refusal::text("Invalid IPFS hash provided"))
}

pub(super) fn not_pinned(cid: &str) -> Refusal {
    Refusal::reason(
        StatusCode::BAD_REQUEST,
        "CURRENT_USER_HAS_NOT_PINNED_CID",
        format!("The current user has not pinned the cid: {cid}"),
    )
}

//! `/v3/files/{network}/signature/{cid}`: a signature that somebody made over a CID, kept beside it. It is
//! kept as it was given: nothing here can tell whose it is.

use super::{bad_request, network};
use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use bytes::Bytes;
use cid::Cid;
use serde_json::{Value, json};

fn key(cid: &str) -> Result<String, Refusal> {
    let cid = Cid::try_from(cid).map_err(|_| bad_request("Invalid CID"))?;
    Ok(block_key(&cid))
}

pub(super) async fn add(
    State(app): State<App>,
    Path((on, cid)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let (network, node) = (network(&on)?, key(&cid)?);
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| bad_request("The body is not valid JSON"))?;
    let text = |name: &str| {
        let text = body[name].as_str().filter(|text| text.starts_with("0x"));
        text.map(str::to_owned)
    };
    let (Some(address), Some(signature)) = (text("address"), text("signature")) else {
        return Err(bad_request("address and signature must be hexadecimal"));
    };
    let store = &app.store;
    store
        .set_signature(network, node, address, signature.clone())
        .await?;
    Ok(Json(
        json!({ "data": { "cid": cid, "signature": signature } }),
    ))
}

pub(super) async fn get(
    State(app): State<App>,
    Path((on, cid)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let signature = app.store.signature(network(&on)?, key(&cid)?).await?;
    let missing = || Refusal::v3(StatusCode::NOT_FOUND, "Signature not found");
    let signature = signature.ok_or_else(missing)?;
    Ok(Json(
        json!({ "data": { "cid": cid, "signature": signature } }),
    ))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path((on, cid)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    app.store
        .remove_signature(network(&on)?, key(&cid)?)
        .await?;
    Ok(Json(json!({ "data": null })))
}

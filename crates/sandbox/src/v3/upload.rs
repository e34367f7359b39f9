//! `POST /v3/files` as a multipart form: one file of at most 100 MB.

use super::{bad_request, keyvalues, network, uploaded};
use crate::app::{App, StoredCid};
use crate::dag::block_key;
use crate::error::Refusal;
use crate::import::{self, Plan};
use crate::moment;
use crate::spool;
use crate::store::{Network, NewFile};
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use cid::Version;
use serde_json::{Value, json};

/// Bytes that a multipart upload may have.
const LIMIT: u64 = 100_000_000;
/// What the form adds to the file at most before the length alone decides.
const FORM: u64 = 1024 * 1024;

pub(super) async fn upload(
    State(app): State<App>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Refusal> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LIMIT + FORM) {
        return Err(spool::too_large());
    }
    let upload = spool::receive(form, &app.store.partial(), Some(LIMIT)).await?;
    let field = |name: &str| {
        upload
            .fields
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    };
    if field("car").as_deref() == Some("true") {
        return Err(bad_request("CAR uploads need a paid plan"));
    }
    let network = field("network").map_or(Ok(Network::Private), |text| network(&text))?;
    let version = match field("cid_version").as_deref() {
        None | Some("v1") => Version::V1,
        Some("v0") => Version::V0,
        Some(_) => return Err(bad_request("cid_version must be v0 or v1")),
    };
    let pairs = match field("keyvalues") {
        None => Value::Null,
        Some(text) => {
            serde_json::from_str(&text).map_err(|_| bad_request("keyvalues is not valid JSON"))?
        }
    };
    let pairs = keyvalues(&pairs, false)?;
    let group_id = field("group_id").or_else(|| field("group"));
    let plan = Plan::single(&upload.parts)?;
    let name = field("name").unwrap_or_else(|| plan.name());
    let imported = import::run(upload, plan, version).await?;
    let now = app.now();
    let new = NewFile {
        id: moment::file_id(now),
        cid: imported.root.cid.to_string(),
        node: block_key(&imported.root.cid),
        network,
        name: Some(name),
        keyvalues: pairs,
        size: imported.root.dag_size,
        number_of_files: 1,
        mime_type: imported.mime_type,
        group_id,
        created_at: moment::micros(now),
    };
    let (row, duplicate) = app.store.add(imported.bytes, imported.content, new).await?;
    let answer = json!({ "data": uploaded(&row, duplicate) });
    Ok((Extension(StoredCid(row.cid.clone())), Json(answer)).into_response())
}

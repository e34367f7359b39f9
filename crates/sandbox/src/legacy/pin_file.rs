//! `POST /pinning/pinFileToIPFS`: files and folders as one multipart form, its parts in any order.

use super::keyvalues;
use crate::app::App;
use crate::error::Refusal;
use crate::faults::Bent;
use crate::import::{self, Plan};
use crate::moment;
use crate::record::Record;
use crate::spool::{self, Upload};
use crate::store::{FileRow, Network, NewFile};
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use cid::Version;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) async fn pin_file(
    State(app): State<App>,
    Extension(bent): Extension<Bent>,
    Extension(record): Extension<Record>,
    form: Multipart,
) -> Result<Response, Refusal> {
    let upload = spool::receive(form, &app.store.partial(), None, bent).await?;
    let metadata = object(&upload.fields, "pinataMetadata")?;
    let options = Options::of(&metadata, &object(&upload.fields, "pinataOptions")?)?;
    let plan = Plan::legacy(&upload.parts, options.wrap)?;
    let name = plan.name();
    pin(app, upload, plan, options, Some(name), record).await
}

/// Imports an upload and pins it; `name` is for a pin that was given none.
pub(super) async fn pin(
    app: App,
    upload: Upload,
    plan: Plan,
    options: Options,
    name: Option<String>,
    record: Record,
) -> Result<Response, Refusal> {
    let number_of_files = upload.parts.len() as u64;
    let imported = import::run(upload, plan, app.settings.layout.of(options.version)).await?;
    let now = app.now();
    let new = NewFile {
        id: moment::file_id(now),
        cid: imported.root.cid.to_string(),
        node: crate::dag::block_key(&imported.root.cid),
        network: Network::Public,
        name: options.name.or(name),
        keyvalues: options.keyvalues,
        size: imported.root.dag_size,
        number_of_files,
        mime_type: imported.mime_type,
        group_id: options.group,
        created_at: moment::micros(now),
        expires_at: None,
        pending_until: None,
    };
    let stored = move |cid: &str| record.stored(cid);
    let (row, duplicate) = app
        .store
        .add(imported.bytes, imported.content, new, stored)
        .await?;
    Ok(Json(answer(&row, duplicate)).into_response())
}

/// `isDuplicate` is there on repeats only, and the time is then the first pin's.
fn answer(row: &FileRow, duplicate: bool) -> Value {
    let mut answer = json!({
        "IpfsHash": row.cid,
        "PinSize": row.size,
        "Timestamp": moment::legacy(row.created_at),
        "ID": row.id,
        "Name": row.name,
        "NumberOfFiles": row.number_of_files,
        "MimeType": row.mime_type,
        "GroupId": row.group_id,
        "Keyvalues": row.keyvalues,
    });
    if duplicate {
        answer["isDuplicate"] = true.into();
    }
    answer
}

/// `pinataMetadata` and `pinataOptions`.
pub(super) struct Options {
    name: Option<String>,
    keyvalues: Option<Map<String, Value>>,
    version: Version,
    wrap: bool,
    group: Option<String>,
}

impl Options {
    pub(super) fn of(metadata: &Value, options: &Value) -> Result<Self, Refusal> {
        let name = match &metadata["name"] {
            Value::Null => None,
            Value::String(name) => Some(name.clone()),
            _ => return Err(Refusal::text("pinataMetadata.name must be a string")),
        };
        let version = match &options["cidVersion"] {
            Value::Null => Version::V0,
            Value::Number(n) if n.as_u64() == Some(0) => Version::V0,
            Value::Number(n) if n.as_u64() == Some(1) => Version::V1,
            Value::String(text) if text == "0" => Version::V0,
            Value::String(text) if text == "1" => Version::V1,
            _ => return Err(Refusal::text("cidVersion must be 0 or 1")),
        };
        let wrap = match &options["wrapWithDirectory"] {
            Value::Null => false,
            Value::Bool(wrap) => *wrap,
            Value::String(text) if text == "true" || text == "false" => text == "true",
            _ => return Err(Refusal::text("wrapWithDirectory must be a boolean")),
        };
        Ok(Self {
            name,
            keyvalues: keyvalues::given(&metadata["keyvalues"], false)?,
            version,
            wrap,
            group: options["groupId"].as_str().map(str::to_owned),
        })
    }
}

/// One of the two, JSON in a text part.
fn object(fields: &BTreeMap<String, String>, name: &str) -> Result<Value, Refusal> {
    let Some(text) = fields.get(name).filter(|text| !text.trim().is_empty()) else {
        return Ok(Value::Object(Map::new()));
    };
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Refusal::text(format!("{name} is not valid JSON"))),
    }
}

//! `POST /pinning/pinJSONToIPFS`: metadata and options as objects, and the content pinned as JavaScript
//! writes it.

use super::javascript::Js;
use super::pin_file::{Options, pin};
use crate::app::App;
use crate::error::Refusal;
use crate::faults::Bent;
use crate::import::Plan;
use crate::record::Record;
use crate::spool::{Part, Upload, Writer};
use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use std::collections::BTreeMap;

/// Bytes that a body may have.
const LIMIT: usize = 10 * 1024 * 1024;

pub(super) async fn pin_json(
    State(app): State<App>,
    Extension(bent): Extension<Bent>,
    Extension(record): Extension<Record>,
    body: Body,
) -> Result<Response, Refusal> {
    let body = to_bytes(body, LIMIT).await.map_err(|_| {
        Refusal::reason(
            StatusCode::PAYLOAD_TOO_LARGE,
            "PAYLOAD_TOO_LARGE",
            "request entity too large",
        )
    })?;
    let invalid = |_| Refusal::text("Invalid JSON provided");
    let mut given: Js = serde_json::from_slice(&body).map_err(invalid)?;
    let Some(content) = given.take("pinataContent") else {
        return Err(Refusal::text("pinataContent is required"));
    };
    let rest: Value = serde_json::from_str(&given.stringify()).map_err(invalid)?;
    let options = Options::of(&rest["pinataMetadata"], &rest["pinataOptions"])?;
    let content = content.stringify();
    let mut writer = Writer::create(&app.store.partial(), bent)
        .await
        .map_err(|error| Refusal::disk(&error))?;
    let written = writer.write(content.as_bytes()).await;
    written.map_err(|error| Refusal::disk(&error))?;
    let upload = Upload {
        parts: vec![Part {
            filename: String::new(),
            mime_type: Some("application/json".to_owned()),
            start: 0,
            size: content.len() as u64,
        }],
        fields: BTreeMap::new(),
        bytes: writer.finish().await.map_err(|e| Refusal::disk(&e))?,
    };
    let plan = Plan::File {
        name: String::new(),
    };
    pin(app, upload, plan, options, None, record).await
}

//! Signed URLs: one to upload to without a key, one to read a private file by.

use super::options::Options;
use super::{bad_request, upload};
use crate::app::App;
use crate::error::Refusal;
use crate::faults::Bent;
use crate::links;
use crate::moment;
use crate::record::Record;
use crate::store::SignedUpload;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `POST /v3/files/private/download_link`.
pub(super) async fn download_link(
    State(app): State<App>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| bad_request("The body is not valid JSON"))?;
    link(&app, &body)
}

fn link(app: &App, body: &Value) -> Result<Json<Value>, Refusal> {
    let url = body["url"].as_str().unwrap_or_default();
    let (date, expires) = times(body)?;
    let method = match &body["method"] {
        Value::Null => "GET",
        Value::String(method) => method,
        _ => return Err(bad_request("method must be a string")),
    };
    let link = links::sign(&app.settings.signing, url, date, expires, method);
    let wrong = || bad_request("url must be that of a file: https://GATEWAY/files/CID");
    Ok(Json(json!({ "data": link.ok_or_else(wrong)? })))
}

/// `date` in Unix seconds and `expires` in seconds after it.
fn times(body: &Value) -> Result<(i64, i64), Refusal> {
    let number = |name: &str| body[name].as_i64().filter(|number| *number > 0);
    let date = number("date").ok_or_else(|| bad_request("date must be a Unix time"))?;
    let expires = number("expires").ok_or_else(|| bad_request("expires must be seconds"))?;
    Ok((date, expires))
}

/// `POST /v3/files/sign`: on the upload host a URL to upload to; the same path on the API host was, and
/// for the official SDK still is, a link to read a file by. Here one host is both: a `url` in the
/// body tells them apart.
pub(super) async fn sign(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| bad_request("The body is not valid JSON"))?;
    if body.get("url").is_some() {
        return link(&app, &body);
    }
    // Some of the documentation's examples leave the date out.
    let mut dated = body.clone();
    if body["date"].is_null() {
        dated["date"] = app.now().as_second().into();
    }
    let (date, expires) = times(&dated)?;
    let mut fields = BTreeMap::new();
    for name in [
        "network",
        "group_id",
        "cid_version",
        "keyvalues",
        "filename",
    ] {
        let text = match &body[name] {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // The name of the file is what an upload calls its name.
        let name = if name == "filename" { "name" } else { name };
        fields.insert(name.to_owned(), text);
    }
    Options::parse(&fields, app.settings.paid)?;
    let id = moment::file_id(app.now()).to_string();
    let signed = SignedUpload {
        fields,
        max_file_size: body["max_file_size"].as_u64(),
        allow_mime_types: body["allow_mime_types"].as_array().map(|types| {
            let types = types.iter().filter_map(|kind| kind.as_str());
            types.map(str::to_owned).collect()
        }),
        expires_at: date.saturating_add(expires).saturating_mul(1_000_000),
    };
    app.store.add_signed_upload(id.clone(), signed).await?;
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.ok_or_else(|| bad_request("The Host header is not usable"))?;
    Ok(Json(
        json!({ "data": format!("http://{host}/v3/files/{id}") }),
    ))
}

/// `POST /v3/files/{id}`: an upload to a signed URL, by a form or by TUS.
pub(super) async fn upload_to(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(bent): Extension<Bent>,
    Extension(record): Extension<Record>,
    request: Request,
) -> Result<Response, Refusal> {
    let Some(signed) = app.store.signed_upload(id).await? else {
        return Err(Refusal::v3(StatusCode::NOT_FOUND, "Unknown presigned URL"));
    };
    if signed.expires_at <= app.now_micros() {
        return Err(Refusal::v3(
            StatusCode::UNAUTHORIZED,
            "The presigned URL has expired",
        ));
    }
    if !crate::tus::begins(request.headers()) {
        return upload::multipart(app, bent, record, request, Some(signed)).await;
    }
    let (parts, _) = request.into_parts();
    let length = parts.headers.get("upload-length");
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length > signed.max_file_size.or(length) {
        return Ok((
            StatusCode::PAYLOAD_TOO_LARGE,
            "Upload-Length exceeds maximum upload size",
        )
            .into_response());
    }
    crate::tus::begin_as(app, &parts, bent, record, Some(signed.fields)).await
}

impl SignedUpload {
    /// What a file's type must be.
    pub(super) fn allows(&self, kind: &str) -> bool {
        self.allow_mime_types.as_ref().is_none_or(|allowed| {
            allowed
                .iter()
                .any(|pattern| match pattern.strip_suffix("/*") {
                    Some(family) => kind.split('/').next() == Some(family),
                    None => pattern == kind,
                })
        })
    }
}

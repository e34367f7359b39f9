//! Resumable uploads by TUS 1.0.0 on the v3 upload URL: POST makes one, PATCH appends, HEAD tells how
//! far it is, DELETE ends it. The answer to the last PATCH has the header `upload-cid`.
//!
//! The official client sends no `Tus-Resumable`: it is not demanded, and only a version that is
//! not ours is refused. What is on the disk is what counts: also after the process was killed.

mod append;
mod checksum;
mod metadata;

use crate::app::App;
use crate::error::Refusal;
use crate::faults::Bent;
use crate::import::Plan;
use crate::moment;
use crate::record::Record;
use crate::spool::{Part, Spooled, Upload};
use crate::store::UploadRow;
use crate::v3::{Options, store};
use append::{Lock, append};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use checksum::Checksum;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(crate) use append::Busy;

/// The only version.
const VERSION: &str = "1.0.0";
/// Bytes that an upload may have: 25 GB.
const LARGEST: u64 = 25_000_000_000;
/// Bytes that one PATCH may carry: the official clients send 50 MiB and one.
const LARGEST_CHUNK: u64 = 52_428_801;

const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");

/// Whether a POST begins a resumable upload; any other is a form.
pub(crate) fn begins(headers: &HeaderMap) -> bool {
    headers.contains_key(LENGTH)
        || headers.contains_key("upload-defer-length")
        || headers.contains_key(RESUMABLE)
}

/// `POST /v3/files` with `Upload-Length`.
pub(crate) async fn begin(
    app: App,
    request: &Parts,
    bent: Bent,
    record: Record,
) -> Result<Response, Refusal> {
    begin_as(app, request, bent, record, None).await
}

/// The same; `allowed` are the fields that a signed URL fixes.
pub(crate) async fn begin_as(
    app: App,
    request: &Parts,
    bent: Bent,
    record: Record,
    allowed: Option<BTreeMap<String, String>>,
) -> Result<Response, Refusal> {
    let headers = &request.headers;
    version(headers)?;
    let Some(length) = number(headers, &LENGTH)? else {
        return Err(bad("Upload-Length is missing"));
    };
    if length > LARGEST {
        return Err(too_large("The upload is larger than 25 GB"));
    }
    let metadata = text(headers, "upload-metadata")?;
    let mut fields = metadata::parse(&metadata).ok_or_else(|| {
        bad("Upload-Metadata must be pairs of a key and base64 of UTF-8, joined by commas")
    })?;
    if let Some(version) = query(request, "X-Upload-Option-Cid-Version") {
        fields.entry("cid_version".to_owned()).or_insert(version);
    }
    let signed = allowed.is_some();
    fields.extend(allowed.unwrap_or_default());
    // What cannot be stored is refused before any byte is sent.
    Options::parse(&fields, app.settings.paid)?;
    let now = app.now();
    let row = UploadRow {
        id: moment::file_id(now).to_string(),
        length,
        fields,
        metadata,
        expires_at: app.upload_expiry(now),
        signed,
        cid: None,
    };
    app.store.begin_upload(row.clone()).await?;
    let location = location(headers, &row)?;
    let mut response = if length == 0 {
        let (mut response, _) = finish(&app, &row, bent, record).await?;
        *response.status_mut() = StatusCode::CREATED;
        response
    } else {
        StatusCode::CREATED.into_response()
    };
    response.headers_mut().insert(header::LOCATION, location);
    Ok(told(response, &row, 0))
}

/// `OPTIONS /v3/files`: what the server can.
pub(crate) async fn options() -> Response {
    let headers = [
        ("tus-resumable", VERSION),
        ("tus-version", VERSION),
        ("tus-extension", "creation,expiration,checksum,termination"),
        ("tus-max-size", "25000000000"),
        ("tus-checksum-algorithm", "sha1,sha256"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// `HEAD /v3/files/{id}/{name}`: how far the upload is.
pub(crate) async fn head(
    State(app): State<App>,
    Path((id, _)): Path<(String, String)>,
    Extension(record): Extension<Record>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    version(&headers)?;
    let _lock = Lock::take(&app.busy, &id).ok_or_else(locked)?;
    let (mut row, offset) = living(&app, id).await?;
    if offset == row.length && row.cid.is_none() {
        // The process ended between the last byte and the import: no PATCH would come any more.
        let (_, cid) = finish(&app, &row, Bent::default(), record).await?;
        row.cid = Some(cid);
    }
    let mut response = StatusCode::OK.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.insert(LENGTH, row.length.into());
    if let Ok(metadata) = HeaderValue::from_str(&row.metadata)
        && !row.metadata.is_empty()
    {
        answer.insert("upload-metadata", metadata);
    }
    if let Some(cid) = &row.cid
        && !app.store.is_pending(row.id.clone()).await?
    {
        answer.insert("upload-cid", cid_header(cid)?);
    }
    Ok(told(response, &row, offset))
}

/// `PATCH /v3/files/{id}/{name}`: appends at `Upload-Offset`.
pub(crate) async fn patch(
    State(app): State<App>,
    Path((id, _)): Path<(String, String)>,
    Extension(bent): Extension<Bent>,
    Extension(record): Extension<Record>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    version(&headers)?;
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "application/offset+octet-stream") {
        return Err(Refusal::v3(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Content-Type must be application/offset+octet-stream",
        ));
    }
    let Some(given) = number(&headers, &OFFSET)? else {
        return Err(bad("Upload-Offset is missing"));
    };
    let checksum = Checksum::of(&headers)?;
    let lock = Lock::take(&app.busy, &id).ok_or_else(locked)?;
    let (row, offset) = living(&app, id).await?;
    if given != offset {
        return Err(Refusal::v3(
            StatusCode::CONFLICT,
            format!("Upload-Offset is {given} and the upload is at {offset}"),
        ));
    }
    let chunk = number(&headers, &header::CONTENT_LENGTH)?;
    if chunk.is_some_and(|chunk| chunk > LARGEST_CHUNK) {
        return Err(too_large("A chunk may have at most 50 MiB"));
    }
    if chunk.is_some_and(|chunk| chunk > row.length - offset) {
        return Err(too_large("The chunk reaches beyond Upload-Length"));
    }
    let limit = LARGEST_CHUNK.min(row.length - offset);
    let path = app.store.upload_path(&row.id);
    let (offset, lock) = append(path, lock, offset, limit, body, checksum, bent).await?;
    let done = offset == row.length && row.cid.is_none();
    let response = if done {
        finish(&app, &row, bent, record).await?.0
    } else {
        StatusCode::NO_CONTENT.into_response()
    };
    drop(lock);
    Ok(told(response, &row, offset))
}

/// `DELETE /v3/files/{id}/{name}`: ends an upload and forgets its bytes.
pub(crate) async fn terminate(app: &App, id: &str) -> Result<Response, Refusal> {
    let _lock = Lock::take(&app.busy, id).ok_or_else(locked)?;
    if !app.store.end_upload(id.to_owned()).await? {
        return Err(unknown());
    }
    let version = [(RESUMABLE, VERSION)];
    Ok((StatusCode::NO_CONTENT, version).into_response())
}

/// The whole file is there: it is imported and stored under the upload's id. Answers its CID, too.
async fn finish(
    app: &App,
    row: &UploadRow,
    bent: Bent,
    record: Record,
) -> Result<(Response, String), Refusal> {
    let path = app.store.upload_path(&row.id);
    let upload = Upload {
        parts: vec![Part {
            filename: name(row),
            mime_type: row
                .fields
                .get("filetype")
                .filter(|t| !t.is_empty())
                .cloned(),
            start: 0,
            size: row.length,
        }],
        fields: BTreeMap::new(),
        bytes: Spooled::lasting(path.clone()),
    };
    let options = Options::parse(&row.fields, app.settings.paid)?;
    let id = Uuid::parse_str(&row.id).map_err(|_| Refusal::internal("An upload has no id"))?;
    let plan = Plan::single(&upload.parts)?;
    let (file, _) = store(app, id, upload, plan, options, bent, record).await?;
    // The bytes are a blob now, or were known before; what stays behind is swept at the next start.
    let _ = tokio::fs::remove_file(path).await;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if !file.pending {
        let cid = cid_header(&file.cid)?;
        response.headers_mut().insert("upload-cid", cid);
    }
    Ok((response, file.cid))
}

/// The upload, if it is known and has not expired.
async fn living(app: &App, id: String) -> Result<(UploadRow, u64), Refusal> {
    let (row, offset) = app.store.upload(id).await?.ok_or_else(unknown)?;
    if row.cid.is_none() && row.expires_at <= app.now_micros() {
        return Err(Refusal::v3(StatusCode::GONE, "The upload has expired"));
    }
    Ok((row, offset))
}

/// The headers that every answer about an upload has.
fn told(mut response: Response, row: &UploadRow, offset: u64) -> Response {
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert(OFFSET, offset.into());
    if row.cid.is_none()
        && let Ok(expires) = HeaderValue::from_str(&moment::http(row.expires_at))
    {
        headers.insert("upload-expires", expires);
    }
    response
}

/// An absolute URL: the id behind `/files/`, and the name last.
fn location(headers: &HeaderMap, row: &UploadRow) -> Result<HeaderValue, Refusal> {
    let host = text(headers, "host")?;
    let name = name(row);
    let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    HeaderValue::from_str(&format!("http://{host}/v3/files/{}/{name}", row.id))
        .map_err(|_| bad("The Host header is not usable"))
}

/// The last segment of the name that was given.
fn name(row: &UploadRow) -> String {
    let given = row.fields.get("filename").map_or("", String::as_str);
    let last = given.rsplit('/').find(|s| !matches!(*s, "" | "." | ".."));
    last.unwrap_or("file").replace('\0', "")
}

fn cid_header(cid: &str) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_str(cid).map_err(|_| Refusal::internal("A CID is not a header's value"))
}

fn version(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(RESUMABLE).is_none_or(|given| given == VERSION) {
        return Ok(());
    }
    Err(Refusal::v3(
        StatusCode::PRECONDITION_FAILED,
        "Only version 1.0.0 of the protocol is known here",
    )
    .with(HeaderName::from_static("tus-version"), VERSION))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>, Refusal> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let number = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().parse().ok());
    number
        .map(Some)
        .ok_or_else(|| bad(format!("{name} must be a number of bytes")))
}

fn text(headers: &HeaderMap, name: &str) -> Result<String, Refusal> {
    headers.get(name).map_or(Ok(String::new()), |value| {
        let text = value.to_str().map(str::to_owned);
        text.map_err(|_| bad(format!("{name} has bytes that a header cannot have")))
    })
}

fn query(request: &Parts, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.uri.query()?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::v3(StatusCode::BAD_REQUEST, message)
}

fn too_large(message: &str) -> Refusal {
    Refusal::v3(StatusCode::PAYLOAD_TOO_LARGE, message)
}

fn unknown() -> Refusal {
    Refusal::v3(StatusCode::NOT_FOUND, "There is no such upload")
}

fn locked() -> Refusal {
    Refusal::v3(
        StatusCode::LOCKED,
        "Another request is writing to this upload",
    )
}

impl App {
    /// When an upload that begins now is given up, in microseconds since 1970.
    fn upload_expiry(&self, now: Timestamp) -> i64 {
        let lasts = i64::try_from(self.settings.upload_lasts.as_micros()).unwrap_or(i64::MAX);
        moment::micros(now).saturating_add(lasts)
    }
}

//! `POST /v3/files` as a multipart form: one file of at most 100 MB.

use super::options::Options;
use super::uploaded;
use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use crate::faults::Bent;
use crate::import::{self, Plan};
use crate::moment;
use crate::record::Record;
use crate::spool::{self, Upload};
use crate::store::{FileRow, NewFile, SignedUpload};
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde_json::json;
use uuid::Uuid;

/// Bytes that a multipart upload may have.
const LIMIT: u64 = 100_000_000;
/// What the form adds to the file at most before the length alone decides.
const FORM: u64 = 1024 * 1024;

/// One URL for both ways: a request with `Upload-Length` begins a resumable upload.
pub(super) async fn upload(
    State(app): State<App>,
    Extension(bent): Extension<Bent>,
    Extension(record): Extension<Record>,
    request: Request,
) -> Result<Response, Refusal> {
    if crate::tus::begins(request.headers()) {
        let (parts, _) = request.into_parts();
        return crate::tus::begin(app, &parts, bent, record).await;
    }
    multipart(app, bent, record, request, None).await
}

/// A form, with a key or by a signed URL.
pub(super) async fn multipart(
    app: App,
    bent: Bent,
    record: Record,
    request: Request,
    signed: Option<SignedUpload>,
) -> Result<Response, Refusal> {
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LIMIT + FORM) {
        return Err(spool::too_large());
    }
    let form = match Multipart::from_request(request, &()).await {
        Ok(form) => form,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    let most = signed.as_ref().and_then(|signed| signed.max_file_size);
    let limit = most.map_or(LIMIT, |most| most.min(LIMIT));
    let mut upload = spool::receive(form, &app.store.partial(), Some(limit), bent).await?;
    let folder = signed.is_some() && upload.parts.len() > 1;
    let plan = if folder {
        Plan::legacy(&upload.parts, false)?
    } else {
        Plan::single(&upload.parts)?
    };
    if let Some(signed) = signed {
        let kind = import::detected(&upload, &plan);
        if !signed.allows(&kind) {
            return Ok(not_granted(&kind));
        }
        upload.fields.extend(signed.fields);
    }
    let options = Options::parse(&upload.fields, app.settings.paid)?;
    let id = moment::file_id(app.now());
    let (row, duplicate) = store(&app, id, upload, plan, options, bent, record).await?;
    let answer = json!({ "data": uploaded(&row, duplicate) });
    Ok(Json(answer).into_response())
}

fn not_granted(kind: &str) -> Response {
    let text =
        format!("Presigned URL does not grant permissions to upload detected MIME type: {kind}");
    (StatusCode::BAD_REQUEST, text).into_response()
}

/// Imports an upload and keeps it under this id.
pub(crate) async fn store(
    app: &App,
    id: Uuid,
    upload: Upload,
    plan: Plan,
    options: Options,
    bent: Bent,
    record: Record,
) -> Result<(FileRow, bool), Refusal> {
    let name = options.name.unwrap_or_else(|| plan.name());
    let plan = if options.car {
        Plan::Car {
            name: plan.name(),
            folder: app.store.partial(),
        }
    } else {
        plan
    };
    let imported = import::run(upload, plan, app.settings.layout.of(options.version)).await?;
    let created_at = app.now_micros();
    let new = NewFile {
        id,
        cid: imported.root.cid.to_string(),
        node: block_key(&imported.root.cid),
        network: options.network,
        name: Some(name),
        keyvalues: options.keyvalues,
        size: imported.root.dag_size,
        number_of_files: imported.files,
        mime_type: imported.mime_type,
        group_id: options.group_id,
        created_at,
        expires_at: options.expires_at,
        pending_until: bent.pending_until(created_at),
    };
    let stored = move |cid: &str| record.stored(cid);
    let added = app.store.add(imported.bytes, imported.content, new, stored);
    Ok(added.await?)
}

//! What a refused request is answered with.
//!
//! The legacy API nests `{"error":{"reason","details"}}` for authentication and resources, and
//! writes `{"error":"text"}` when an upload or a query is not valid. v3 errors are
//! `{"error":{"code","message"}}`; the refusals of the shared authentication layer keep the
//! legacy shape on both.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refusal: a status and the JSON that explains it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    body: Value,
    header: Option<(HeaderName, &'static str)>,
}

impl Refusal {
    /// `{"error":{"reason","details"}}`.
    pub(crate) fn reason(status: StatusCode, reason: &str, details: impl Into<String>) -> Self {
        Self {
            status,
            header: None,
            body: json!({ "error": { "reason": reason, "details": details.into() } }),
        }
    }

    /// 400 with `{"error":"text"}`, the legacy way to say that the request itself is wrong.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            header: None,
            body: json!({ "error": text.into() }),
        }
    }

    /// The v3 shape: `{"error":{"code","message"}}`.
    pub(crate) fn v3(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            header: None,
            body: json!({ "error": { "code": status.as_u16(), "message": message.into() } }),
        }
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    /// 500: the disk or the database failed. The cause is named, no path is.
    pub(crate) fn internal(what: &str) -> Self {
        Self::reason(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_SERVER_ERROR",
            what,
        )
    }

    /// 500, or 507 when the disk is full.
    pub(crate) fn disk(error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::reason(
                StatusCode::INSUFFICIENT_STORAGE,
                "INSUFFICIENT_STORAGE",
                "There is no space left where the sandbox keeps its data",
            );
        }
        Self::internal(&format!("The data folder failed: {}", error.kind()))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some((name, value)) = self.header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

impl From<crate::store::StoreError> for Refusal {
    fn from(error: crate::store::StoreError) -> Self {
        match error {
            crate::store::StoreError::Disk(error) => Self::disk(&error),
            crate::store::StoreError::Database(error) => {
                Self::internal(&format!("The database failed: {error}"))
            }
        }
    }
}

//! The request log: JSON lines in `requests.log`, and the newest of them in memory.
//!
//! It is what a test asks for the truth about what reached the service. Header values and bodies
//! are never part of it, and a path or query in which a token turns up is struck out.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock};

/// How many requests stay in memory.
const KEPT: usize = 20_000;

/// One request, written when it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedRequest {
    /// When the request arrived.
    pub time: Timestamp,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query as it was sent, without the `?`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The status that was decided on; 0 when the connection ended before there was one.
    pub status: u16,
    /// Bytes of the request's body that were read.
    pub received: u64,
    /// The CID that this request stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cid: Option<String>,
    /// The fault that was applied, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
}

/// The open log.
pub(crate) struct RequestLog {
    secrets: RwLock<Vec<String>>,
    inner: Mutex<Inner>,
}

struct Inner {
    file: File,
    recent: VecDeque<LoggedRequest>,
}

impl RequestLog {
    /// Opens `requests.log` in the data folder for appending. `secrets` are struck out everywhere.
    pub(crate) fn open(data: &Path, secrets: Vec<String>) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(data.join("requests.log"))?;
        Ok(Self {
            secrets: RwLock::new(secrets.into_iter().filter(|s| !s.is_empty()).collect()),
            inner: Mutex::new(Inner {
                file,
                recent: VecDeque::new(),
            }),
        })
    }

    /// Strikes these out from now on.
    pub(crate) fn hide(&self, secrets: impl IntoIterator<Item = String>) {
        let mut known = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(secrets);
    }

    /// Appends one request. A log that cannot be written does not fail the request.
    pub(crate) fn append(&self, mut request: LoggedRequest) {
        request.path = self.redacted(request.path);
        request.query = request.query.map(|query| self.redacted(query));
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(mut line) = serde_json::to_vec(&request) {
            line.push(b'\n');
            // One write a line, so that a kill leaves whole lines.
            let _ = inner.file.write_all(&line);
        }
        if inner.recent.len() == KEPT {
            inner.recent.pop_front();
        }
        inner.recent.push_back(request);
    }

    /// The newest requests, oldest first.
    pub(crate) fn recent(&self) -> Vec<LoggedRequest> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.recent.iter().cloned().collect()
    }

    /// The text, or `[token]` in its place when a secret stands in it, also percent-encoded.
    fn redacted(&self, text: String) -> String {
        let decoded = percent_decode_str(&text).decode_utf8_lossy();
        let leaks = |secret: &String| {
            text.contains(secret)
                || decoded.contains(secret)
                || decoded.replace('+', " ").contains(secret)
        };
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        // Tokens of keys that were made before the start are known by their form only.
        if secrets.iter().any(leaks) || decoded.contains("eyJ") {
            return "[token]".to_owned();
        }
        // Whoever has a signed link may read the file.
        if let Some((link, _)) = text.split_once("X-Signature=") {
            return format!("{link}X-Signature=[signature]");
        }
        text
    }
}

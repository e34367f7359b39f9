//! What the log says of one request, while it is under way.

use crate::app::App;
use crate::log::LoggedRequest;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The log's entry of one request. It is written when the last clone of this is dropped: also when the peer or a fault
/// ended the request before there was an answer, and then only after the work on the disk that it began has ended.
#[derive(Clone)]
pub(crate) struct Record(Arc<Entry>);

struct Entry {
    app: App,
    request: LoggedRequest,
    status: AtomicU16,
    received: Arc<AtomicU64>,
    cid: OnceLock<String>,
    fault: OnceLock<&'static str>,
}

impl Record {
    pub(crate) fn begin(app: &App, request: &Request<Body>) -> Self {
        Self(Arc::new(Entry {
            app: app.clone(),
            request: LoggedRequest {
                time: app.now(),
                method: request.method().to_string(),
                path: request.uri().path().to_owned(),
                query: request.uri().query().map(str::to_owned),
                status: 0,
                received: 0,
                cid: None,
                fault: None,
            },
            status: AtomicU16::new(0),
            received: Arc::default(),
            cid: OnceLock::new(),
            fault: OnceLock::new(),
        }))
    }

    /// The bytes of the body that were read.
    pub(crate) fn received(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.0.received)
    }

    /// The fault that meets it, by its name.
    pub(crate) fn met(&self, fault: &'static str) {
        let _ = self.0.fault.set(fault);
    }

    /// The status that was decided on.
    pub(crate) fn decided(&self, status: StatusCode) {
        self.0.status.store(status.as_u16(), Ordering::Relaxed);
    }

    /// The CID that this request stored, told once it is stored.
    pub(crate) fn stored(&self, cid: &str) {
        let _ = self.0.cid.set(cid.to_owned());
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut request = self.request.clone();
        request.status = self.status.load(Ordering::Relaxed);
        request.received = self.received.load(Ordering::Relaxed);
        request.cid = self.cid.take();
        request.fault = self.fault.take();
        self.app.log.append(request);
    }
}

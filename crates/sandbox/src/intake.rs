//! The body of a request on its way to a handler: counted, and cut or held where a fault says so.

use crate::faults::Gate;
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, Notify};

/// Resets the connection that a request came by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cut(Arc<Notify>);

impl Cut {
    /// Asks for the reset and never returns: nothing may be answered any more.
    pub(crate) async fn now(&self) -> std::convert::Infallible {
        self.0.notify_one();
        std::future::pending().await
    }

    pub(crate) async fn asked(&self) {
        self.0.notified().await;
    }
}

/// What happens at a certain byte of the body.
pub(crate) enum Trip {
    Cut(u64, Cut),
    Hold(u64, Gate),
}

/// A body that two can read: the handler, and whoever drains what the handler left.
#[derive(Clone)]
pub(crate) struct Intake {
    body: Arc<Mutex<Option<BodyDataStream>>>,
    received: Arc<AtomicU64>,
    /// How long the peer may send nothing.
    idle: Duration,
    timed_out: Arc<AtomicBool>,
}

impl Intake {
    pub(crate) fn new(body: Body, received: Arc<AtomicU64>, idle: Duration) -> Self {
        Self {
            idle,
            timed_out: Arc::default(),
            body: Arc::new(Mutex::new(Some(body.into_data_stream()))),
            received,
        }
    }

    /// The body for the handler, which gets nothing of the piece that reaches the trip's byte before the trip is over:
    /// a short body may come as one piece.
    pub(crate) fn body(&self, trip: Option<Trip>) -> Body {
        Body::from_stream(stream::unfold(
            (self.clone(), trip),
            |(intake, trip)| async move {
                let trip = intake.trips(trip).await;
                let item = intake.next().await?;
                let trip = intake.trips(trip).await;
                Some((item, (intake, trip)))
            },
        ))
    }

    /// What is left of the trip after as many bytes as have been received.
    async fn trips(&self, trip: Option<Trip>) -> Option<Trip> {
        match trip {
            Some(Trip::Cut(at, cut)) if self.reached(at) => match cut.now().await {},
            Some(Trip::Hold(at, gate)) if self.reached(at) => {
                gate.pass().await;
                None
            }
            trip => trip,
        }
    }

    /// Reads what is left, so that the answer is not lost behind unread bytes.
    pub(crate) async fn drain(&self) {
        while let Some(Ok(_)) = self.next().await {}
    }

    async fn next(&self) -> Option<Result<Bytes, axum::Error>> {
        let mut body = self.body.lock().await;
        let Ok(item) = tokio::time::timeout(self.idle, body.as_mut()?.next()).await else {
            *body = None;
            self.timed_out.store(true, Ordering::Relaxed);
            let silent = std::io::Error::from(std::io::ErrorKind::TimedOut);
            return Some(Err(axum::Error::new(silent)));
        };
        match &item {
            Some(Ok(bytes)) => {
                self.received
                    .fetch_add(bytes.len() as u64, Ordering::Relaxed);
            }
            Some(Err(_)) | None => *body = None,
        }
        item
    }

    /// Whether the peer stopped sending before its body ended.
    pub(crate) fn timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Relaxed)
    }

    fn reached(&self, at: u64) -> bool {
        self.received.load(Ordering::Relaxed) >= at
    }
}

//! Faults on demand: what a test asks the service to do wrong, and how often.

use crate::route::Route;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// A fault for the next `times` requests of a route.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which call; [`Route::Any`] for every one.
    pub route: Route,
    /// How many requests it meets.
    pub times: usize,
    /// What happens to them.
    pub kind: Kind,
}

/// What happens to a request.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Nothing: lets requests pass, so that a later fault in the queue meets a later request.
    Pass,
    /// Answered with this instead, after the request was read. Nothing is stored.
    Status {
        /// The status.
        code: u16,
        /// Seconds of `Retry-After`.
        retry_after: Option<u64>,
        /// The body of the answer.
        body: String,
        /// Whether the body is called HTML; JSON otherwise.
        html: bool,
    },
    /// The request is carried out and stored, then the connection is reset: a lost answer.
    CutBeforeAnswer,
    /// The connection is reset when this many bytes of the request's body were read.
    CutAfterBytes(u64),
    /// The answer's body comes in pieces of 16 bytes with this pause before each.
    SlowBody(Duration),
    /// The request is carried out, but every CID in its JSON answer names other content.
    WrongCid,
    /// 200 with somebody's log-in page. Nothing is stored.
    CaptivePortal,
    /// Waits at the gate before the request is looked at.
    Hold(Gate),
    /// Waits at the gate when this many bytes of the request's body were read.
    HoldAfterBytes(u64, Gate),
    /// The request is carried out and stored; the answer waits at the gate.
    HoldAnswer(Gate),
    /// A proxy gives up on the service: 524 once the request was read in full. It is carried out when the gate opens.
    TooLate(Gate),
    /// A v3 upload is stored, but for this long its CID is not told: the answer has none and lists
    /// show the file with `cid: "pending"`.
    LateCid(Duration),
    /// The disk is full when so many bytes of this request were written to it.
    DiskFull(u64),
}

/// What a fault asks of a handler; it travels in the request's extensions.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bent {
    pub(crate) late_cid: Option<Duration>,
    /// Bytes that may still be written.
    pub(crate) space: Option<u64>,
}

impl Bent {
    pub(crate) fn by(fault: Option<&Kind>) -> Self {
        match fault {
            Some(Kind::LateCid(late)) => Self {
                late_cid: Some(*late),
                space: None,
            },
            Some(Kind::DiskFull(space)) => Self {
                late_cid: None,
                space: Some(*space),
            },
            _ => Self::default(),
        }
    }

    /// When the CID is told, in microseconds since 1970.
    pub(crate) fn pending_until(&self, now: i64) -> Option<i64> {
        let late = i64::try_from(self.late_cid?.as_micros()).unwrap_or(i64::MAX);
        Some(now.saturating_add(late))
    }

    /// Whether `bytes` can be on the disk.
    pub(crate) fn room(&self, bytes: u64) -> std::io::Result<()> {
        match self.space {
            Some(space) if bytes > space => Err(std::io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

impl Kind {
    /// A status with a JSON body of the legacy shape.
    pub fn status(code: u16) -> Self {
        Self::Status {
            code,
            retry_after: None,
            body: format!(
                r#"{{"error":{{"reason":"FAULT","details":"A fault was asked for: {code}"}}}}"#
            ),
            html: false,
        }
    }

    /// 429 with `Retry-After`.
    pub fn rate_limited(seconds: u64) -> Self {
        Self::Status {
            code: 429,
            retry_after: Some(seconds),
            body: r#"{"error":{"reason":"RATE_LIMITED","details":"Too many requests"}}"#.to_owned(),
            html: false,
        }
    }

    /// A proxy's HTML page.
    pub fn html(code: u16) -> Self {
        Self::Status {
            code,
            retry_after: None,
            body: format!(
                "<html><head><title>{code}</title></head><body><center><h1>{code}</h1></center>\
                 <hr><center>nginx</center></body></html>"
            ),
            html: true,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Status { .. } => "status",
            Self::CutBeforeAnswer => "cut_before_answer",
            Self::CutAfterBytes(_) => "cut_after_bytes",
            Self::SlowBody(_) => "slow_body",
            Self::WrongCid => "wrong_cid",
            Self::CaptivePortal => "captive_portal",
            Self::Hold(_) => "hold",
            Self::HoldAfterBytes(..) => "hold_after_bytes",
            Self::HoldAnswer(_) => "hold_answer",
            Self::TooLate(_) => "too_late",
            Self::LateCid(_) => "late_cid",
            Self::DiskFull(_) => "disk_full",
        }
    }
}

/// The queue of faults of one sandbox. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    queue: Arc<Mutex<VecDeque<Fault>>>,
}

impl Faults {
    /// Adds a fault behind those that wait.
    pub fn push(&self, fault: Fault) {
        self.lock().push_back(fault);
    }

    /// One fault of this kind for the next request of this route.
    pub fn once(&self, route: Route, kind: Kind) {
        self.push(Fault {
            route,
            times: 1,
            kind,
        });
    }

    /// Forgets those that wait.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// How many requests are still to be met.
    pub fn waiting(&self) -> usize {
        self.lock().iter().map(|fault| fault.times).sum()
    }

    /// The first fault that aims at this route, one time of it used up.
    pub(crate) fn take(&self, route: Route) -> Option<Kind> {
        let mut queue = self.lock();
        queue.retain(|fault| fault.times > 0);
        let fault = queue
            .iter_mut()
            .find(|fault| fault.route == Route::Any || fault.route == route)?;
        fault.times -= 1;
        Some(fault.kind.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Fault>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A gate that holds requests until a test opens it. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    arrived: Arc<watch::Sender<usize>>,
    open: Arc<watch::Sender<bool>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self {
            arrived: Arc::new(watch::Sender::new(0)),
            open: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Waits until a request stands at the gate.
    pub async fn arrived(&self) {
        self.arrived_times(1).await;
    }

    /// Waits until so many requests have come to the gate.
    pub async fn arrived_times(&self, requests: usize) {
        let mut seen = self.arrived.subscribe();
        // The sender lives as long as `self`: there is no error to meet.
        let _ = seen.wait_for(|count| *count >= requests).await;
    }

    /// Lets all pass, now and later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    pub(crate) async fn pass(&self) {
        self.arrived.send_modify(|count| *count += 1);
        let mut open = self.open.subscribe();
        let _ = open.wait_for(|open| *open).await;
    }
}

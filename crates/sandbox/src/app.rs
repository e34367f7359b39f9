//! What every handler shares.

use crate::auth::Key;
use crate::dag::Layout;
use crate::faults::Faults;
use crate::jobs::Jobs;
use crate::limits::Limits;
use crate::log::RequestLog;
use crate::moment;
use crate::signing::Signing;
use crate::store::Store;
use crate::tus::Busy;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// The service's parts. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) keys: Arc<[Key]>,
    pub(crate) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) faults: Faults,
    pub(crate) log: Arc<RequestLog>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) settings: Arc<Settings>,
    /// The resumable uploads that a request is writing to.
    pub(crate) busy: Busy,
    /// Held by the request that carries out what fell due.
    pub(crate) settling: Arc<Mutex<()>>,
}

/// What was set once at the start.
pub(crate) struct Settings {
    pub(crate) upload_lasts: Duration,
    pub(crate) idle_timeout: Duration,
    /// A key and its secret that may do everything.
    pub(crate) pair: Option<(String, String)>,
    /// The pinning services API as its specification has it, not as Pinata has it.
    pub(crate) strict_psa: bool,
    /// Uploads may be CARs.
    pub(crate) paid: bool,
    pub(crate) layout: Layout,
    pub(crate) signing: Signing,
    pub(crate) jobs: Jobs,
    /// This service's own gateway.
    pub(crate) gateway: String,
}

impl App {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn now_micros(&self) -> i64 {
        moment::micros(self.now())
    }
}

/// The account that everything here belongs to.
pub(crate) const USER_ID: &str = "00000000-0000-4000-8000-0000000000a1";

//! What every handler shares.

use crate::auth::Key;
use crate::faults::Faults;
use crate::limits::Limits;
use crate::log::RequestLog;
use crate::moment;
use crate::store::Store;
use jiff::Timestamp;
use std::sync::Arc;

/// The service's parts. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) keys: Arc<[Key]>,
    pub(crate) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) faults: Faults,
    pub(crate) log: Arc<RequestLog>,
    pub(crate) limits: Arc<Limits>,
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

/// Put into a response's extensions by a handler that stored something; the log takes it from there.
#[derive(Debug, Clone)]
pub(crate) struct StoredCid(pub(crate) String);

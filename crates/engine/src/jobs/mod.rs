//! Import from IPFS: pinning CIDs that others provide, and following the service's queue of them.

mod asked;
mod control;
mod copy;
mod follow;
mod from_drop;
#[cfg(test)]
mod fuzzed_tests;
mod import;
mod late;
mod lists;
mod merge;
mod nodes;
mod paste;
mod rows;
mod state;
mod view;
mod ways;
mod words;
mod work;
mod wrong;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::Notify;

pub use asked::Asked;
pub(crate) use asked::{one_cid, same_content};
pub use copy::Copied;
pub use from_drop::{DropCid, DropCidKind, DropCids};
pub use state::{Event, Job, MOST_ATTEMPTS, STUCK, State, interval, is_open, step};
pub use view::{JobRow, JobState, JobStep, JobsHead, JobsPage};
pub use ways::{DropWays, Through};

use crate::accounts::{AccountId, Accounts};
use crate::clock::{Clock, Jitter, Millis};
use crate::pins::{Pins, Scalar};
use crate::store::Store;
use crate::uploads::Uploads;
use crate::walk::Files;
use from_drop::WaitingDrops;
use lists::Lists;

/// What a person wishes for the pins that result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobOptions {
    /// The name of every one.
    pub name: Option<String>,
    /// Key-values of every one.
    pub keyvalues: Vec<(String, Scalar)>,
    /// The service's id of a group.
    pub group: Option<String>,
    /// Multiaddresses of computers that have the content.
    pub host_nodes: Vec<String>,
}

/// What a text, or a list from a file, holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Pasted {
    /// CIDs that can be asked for.
    pub ready: u32,
    /// CIDs that are pinned in this account, by the list as it was last read.
    pub pinned: u32,
    /// CIDs that are already being looked for.
    pub asked: u32,
    /// CIDs that stand here more than once, each time after the first.
    pub repeated: u32,
    /// Things that are no CID.
    pub wrong: u32,
    /// What is to be said of single lines, at most 100: what is wrong first, then the rest in the order of the text.
    pub lines: Vec<PastedLine>,
}

/// What is said of one thing in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct PastedLine {
    /// What kind of thing is said.
    pub kind: LineKind,
    /// The whole sentence.
    pub sentence: String,
    /// Where it stands in the text: UTF-16 units from the beginning.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// What is said of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// It is no CID.
    Wrong,
    /// It stands there twice.
    Repeated,
    /// It is being looked for.
    Asked,
    /// It is pinned.
    Pinned,
    /// It can be asked for, and something is worth knowing.
    Note,
}

/// A list from a file. Its path and lines stay here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JobList {
    /// Names it.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// What it holds.
    pub pasted: Pasted,
}

/// Which jobs to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is a state's name")]
pub enum JobsFilter {
    #[default]
    All,
    /// All that may still come.
    Open,
    /// All that ended without a pin.
    Failed,
    Pinned,
    Cancelled,
    /// The service does not have it yet.
    NotAsked,
    Prechecking,
    Searching,
    Retrieving,
    Expired,
    OverFreeLimit,
    OverMaxSize,
    InvalidObject,
    BadHostNode,
}

/// Which jobs, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobsQuery {
    /// In which states.
    pub filter: JobsFilter,
    /// Part of the CID or the name.
    pub text: String,
    /// By the time of asking; newest first otherwise.
    pub oldest_first: bool,
}

/// What is remembered of an account's list between readings.
#[derive(Debug, Clone, Default)]
struct Reading {
    running: bool,
    at: Option<Millis>,
    /// Not before; pages of the last reading.
    next: Millis,
    pages: u32,
    problem: Option<String>,
}

/// The jobs of all accounts.
pub struct Jobs {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    files: Arc<dyn Files>,
    accounts: Arc<Accounts>,
    pins: Arc<Pins>,
    uploads: Arc<Uploads>,
    jitter: Jitter,
    lists: Mutex<Lists>,
    drops: Mutex<WaitingDrops>,
    /// Rows whose request is out.
    busy: Mutex<HashSet<i64>>,
    readings: Mutex<HashMap<AccountId, Reading>>,
    /// Rings whenever there may be something to ask for.
    ask: Notify,
    /// Rings whenever there may be something to look at.
    look: Notify,
}

impl Jobs {
    /// Takes its neighbours in.
    pub fn new(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        files: Arc<dyn Files>,
        accounts: Arc<Accounts>,
        pins: Arc<Pins>,
        uploads: Arc<Uploads>,
        jitter: Jitter,
    ) -> Self {
        Self {
            store,
            clock,
            files,
            accounts,
            pins,
            uploads,
            jitter,
            lists: Mutex::default(),
            drops: Mutex::default(),
            busy: Mutex::default(),
            readings: Mutex::default(),
            ask: Notify::new(),
            look: Notify::new(),
        }
    }

    fn busy(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.busy
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn readings(&self) -> MutexGuard<'_, HashMap<AccountId, Reading>> {
        self.readings
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn drops(&self) -> MutexGuard<'_, WaitingDrops> {
        self.drops
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

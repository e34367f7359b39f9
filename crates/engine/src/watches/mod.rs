//! Watched folders: what lands there is pinned, and nothing that happens there by accident costs a pin.

mod answers;
mod asks;
mod audit;
mod brake;
mod cards;
mod draft;
mod due;
mod entries;
mod folder;
mod identity;
mod journal;
pub mod ledger;
mod moves;
mod notice;
mod order;
mod outcome;
pub mod plan;
mod queue;
mod rows;
mod rules;
mod scan;
mod service;
#[cfg(test)]
mod simulation;
mod view;
mod whole;
mod words;
mod work;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use serde::Deserialize;
use specta::Type;
use tokio::sync::{Notify, broadcast, mpsc};
use tokio::task::JoinSet;

pub use audit::{AuditReport, Difference, DifferenceKind};
pub use draft::{Skipped, WatchDraft, WatchPreview};
pub use journal::{UnpinPage, UnpinRow, UnpinState};
pub use notice::Notice;
pub use rules::{Forbidden, OnChange, OnDelete, WatchRules, WatchUnit, pin_name};
pub use view::{
    BrakeRow, LedgerCounts, LedgerGroup, LedgerPage, LedgerQuery, LedgerRow, LedgerState,
    WatchEvent, WatchRow, WatchState, WatchesHead,
};

use crate::accounts::Accounts;
use crate::announce::Noun;
use crate::clock::{Clock, Millis};
use crate::error::CommandError;
use crate::pins::Pins;
use crate::planted::planted;
use crate::store::{Store, StoreError};
use crate::uploads::Uploads;
use crate::walk::{Files, Watching};
use draft::Drafts;
use folder::{Condition, Folder};
use order::Order;

/// When a folder that was paused until tomorrow goes on: o'clock, here.
const MORNING: i8 = 6;
/// When folders are compared with disk and service: o'clock, here.
const AUDIT_HOUR: i8 = 3;
/// The queue's answers are gathered for so long.
const GATHER: Millis = 200;

/// For how long a folder is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PauseFor {
    /// An hour.
    Hour,
    /// Until tomorrow morning, 6:00 here.
    Tomorrow,
    /// Until it is resumed.
    Resumed,
}

/// What is done about files that disappeared together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum BrakeAnswer {
    /// Their pins stay.
    Keep,
    /// Their pins go after the grace time.
    Unpin,
}

struct Live {
    orders: mpsc::UnboundedSender<Order>,
    nudge: Arc<Notify>,
    condition: Condition,
}

/// All watched folders.
pub struct Watches {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    files: Arc<dyn Files>,
    watching: Arc<dyn Watching>,
    accounts: Arc<Accounts>,
    pins: Arc<Pins>,
    uploads: Arc<Uploads>,
    forbidden: Forbidden,
    live: Mutex<HashMap<i64, Live>>,
    drafts: Mutex<Drafts>,
    /// Folders to begin with.
    begin: mpsc::UnboundedSender<i64>,
    begins: Mutex<Option<mpsc::UnboundedReceiver<i64>>>,
    notices: broadcast::Sender<Notice>,
}

/// What the watched folders are given besides their neighbours.
pub struct Ground {
    /// People's files.
    pub files: Arc<dyn Files>,
    /// Whoever hears changes.
    pub watching: Arc<dyn Watching>,
    /// What is never watched.
    pub forbidden: Forbidden,
}

impl Watches {
    /// Takes its neighbours in.
    pub fn new(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        ground: Ground,
        accounts: Arc<Accounts>,
        pins: Arc<Pins>,
        uploads: Arc<Uploads>,
    ) -> Self {
        let (begin, begins) = mpsc::unbounded_channel();
        Self {
            store,
            clock,
            files: ground.files,
            watching: ground.watching,
            accounts,
            pins,
            uploads,
            forbidden: ground.forbidden,
            live: Mutex::default(),
            drafts: Mutex::default(),
            begin,
            begins: Mutex::new(Some(begins)),
            notices: broadcast::channel(64).0,
        }
    }

    /// Watches every folder until the engine is dropped.
    pub async fn run(self: Arc<Self>) {
        let begins = self.begins.lock().ok().and_then(|mut begins| begins.take());
        let Some(mut begins) = begins else { return };
        let mut folders = JoinSet::new();
        match self.store.ledger.read(rows::all) {
            Ok(all) => all.iter().for_each(|stored| {
                let _ = self.begin.send(stored.id);
            }),
            Err(error) => tracing::error!(%error, "the watched folders could not be read"),
        }
        let mut changes = self.store.announcer.listen();
        loop {
            tokio::select! {
                id = begins.recv() => {
                    let Some(id) = id else { return };
                    // Added while the stored ones were read, it stood among them: one that owns it is enough.
                    if self.live().contains_key(&id) && !planted("begun") {
                        continue;
                    }
                    let (orders, inbox) = mpsc::unbounded_channel();
                    let nudge = Arc::new(Notify::new());
                    let live = Live { orders, nudge: nudge.clone(), condition: Condition::default() };
                    self.live().insert(id, live);
                    folders.spawn(self.clone().watch(id, inbox, nudge));
                }
                change = changes.recv() => {
                    use broadcast::error::RecvError;
                    match change {
                        Ok(change) if !matches!(change.noun, Noun::Upload | Noun::Account) => continue,
                        Err(RecvError::Closed) => return,
                        Ok(_) | Err(RecvError::Lagged(_)) => {}
                    }
                    self.clock.sleep_until(self.clock.now() + GATHER).await;
                    while changes.try_recv().is_ok() {}
                    self.live().values().for_each(|live| live.nudge.notify_one());
                }
                Some(_) = folders.join_next() => {}
            }
        }
    }

    fn stored(&self, id: i64) -> Result<rows::Stored, CommandError> {
        self.store
            .ledger
            .read(|tx| rows::get(tx, id))
            .map_err(|error| match error {
                StoreError::Missing => CommandError::gone("This watched folder"),
                other => other.into(),
            })
    }

    fn changed(&self, id: i64) {
        self.store.announcer.changed(Noun::Watch, Some(vec![id]));
    }

    fn tell(&self, notice: Notice) {
        // Nobody showing it is no error: it is in the recent list too.
        let _ = self.notices.send(notice);
    }

    fn tell_condition(&self, folder: &Folder) {
        let changed = match self.live().get_mut(&folder.id) {
            Some(live) if live.condition != folder.condition => {
                live.condition = folder.condition.clone();
                true
            }
            _ => false,
        };
        if changed {
            self.changed(folder.id);
        }
    }

    fn condition(&self, id: i64) -> Condition {
        self.live()
            .get(&id)
            .map(|live| live.condition.clone())
            .unwrap_or_default()
    }

    /// A path for people: the home folder as `~`.
    fn shown(&self, root: &Path) -> String {
        let home = self.forbidden.home.as_ref();
        match home.and_then(|home| root.strip_prefix(home).ok()) {
            Some(inside) => format!("~/{}", inside.display()),
            None => root.display().to_string(),
        }
    }

    fn live(&self) -> MutexGuard<'_, HashMap<i64, Live>> {
        self.live
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn drafts(&self) -> MutexGuard<'_, Drafts> {
        self.drafts
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

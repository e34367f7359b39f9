//! Telling whoever looks that rows changed, after the commit.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// What a row is a row of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Noun {
    /// A connected service.
    Account,
    /// A row of the mirror.
    Pin,
    /// A group, or what is in it.
    Group,
    /// A row of the queue.
    Upload,
    /// The settings.
    Setting,
    /// A watched folder, or rows of its ledger.
    Watch,
    /// A CID that a service was asked to find and pin.
    Job,
    /// An API key at the service.
    Key,
    /// A change of many pins.
    Change,
}

/// Rows of one noun changed. A gap in `revision` means: fetch again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename = "Change")]
pub struct Changed {
    /// Which rows.
    pub noun: Noun,
    /// Counts every announcement of this engine, from 1.
    #[specta(type = u32)]
    pub revision: u64,
    /// At most [`Changed::MOST_IDS`]; `None` for many.
    #[specta(type = Option<Vec<u32>>)]
    pub ids: Option<Vec<i64>>,
}

impl Changed {
    /// More ids than this are announced as "many".
    pub const MOST_IDS: usize = 100;
}

/// The engine's one megaphone.
pub struct Announcer {
    revision: AtomicU64,
    channel: broadcast::Sender<Changed>,
}

impl Default for Announcer {
    fn default() -> Self {
        Self {
            revision: AtomicU64::new(0),
            channel: broadcast::channel(1024).0,
        }
    }
}

impl Announcer {
    /// Says that these rows changed; `None` for many.
    pub fn changed(&self, noun: Noun, ids: Option<Vec<i64>>) {
        let ids = ids.filter(|ids| ids.len() <= Changed::MOST_IDS);
        let revision = self.revision.fetch_add(1, Ordering::SeqCst) + 1;
        // Nobody listening is no error: the rows are in the store.
        let _ = self.channel.send(Changed {
            noun,
            revision,
            ids,
        });
    }

    /// Hears every announcement from now on.
    pub fn listen(&self) -> broadcast::Receiver<Changed> {
        self.channel.subscribe()
    }
}

/// Returns when rows of this noun changed, or when that may have been missed.
pub(crate) async fn heard(changes: &mut broadcast::Receiver<Changed>, noun: Noun) {
    loop {
        match changes.recv().await {
            Ok(changed) if changed.noun != noun => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

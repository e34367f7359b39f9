//! One watched folder in memory: what is known of it, what it hears, and how it stands. Its own task in `work` owns it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::ledger::{Ledger, Way};
use super::rows::{Change, Stored};
use super::rules::WatchRules;
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::pins::Pins;
use crate::walk::{Deaf, Ear, Identity, Listening, readable};

/// Why a folder is not being watched although it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing stands there.
    Missing,
    /// Another folder stands there.
    Replaced,
    /// It may not be read, or is no folder; the system's words.
    Unreadable(String),
    /// The disk does not answer.
    Hangs,
    /// Pinfold's own data could not be written; the sentence.
    Own(String),
}

/// How a folder stands, besides its ledger. Kept in memory only: a restart finds it out again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) trouble: Option<Trouble>,
    /// It is being looked at as a whole.
    pub(super) looking: bool,
    /// Changes are not heard, and why; it is looked at every so often instead.
    pub(super) deaf: Option<Deaf>,
    /// What went wrong last: sentence and time.
    pub(super) last_error: Option<(String, Millis)>,
    /// It was looked at as a whole at least once since the start.
    pub(super) looked: bool,
}

/// A folder while it is being watched.
pub(super) struct Folder {
    pub(super) id: i64,
    pub(super) account: AccountId,
    pub(super) root: PathBuf,
    pub(super) identity: Identity,
    pub(super) rules: WatchRules,
    pub(super) paused: Option<Millis>,
    pub(super) ledger: Ledger,
    pub(super) ear: Ear,
    pub(super) listening: Option<Arc<dyn Listening>>,
    pub(super) condition: Condition,
    /// Paths to look at.
    pub(super) dirty: BTreeSet<Way>,
    /// Everything is to be looked at.
    pub(super) whole: bool,
    /// When everything was looked at last.
    pub(super) whole_at: Millis,
    /// When something is due by itself.
    pub(super) next: Option<Millis>,
    /// When the service is asked again, after a failure.
    pub(super) patience: Option<Millis>,
    pub(super) beat: Arc<AtomicU64>,
    /// What came together since the last notice.
    pub(super) tally: Tally,
    /// When it is compared with disk and service.
    pub(super) audit_at: Millis,
    /// It is watched no more.
    pub(super) ended: bool,
}

/// Counted until a batch is over, then told at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) pinned: usize,
    pub(super) failed: usize,
    pub(super) held: usize,
    pub(super) renamed: usize,
    pub(super) gone: usize,
}

impl Folder {
    pub(super) fn new(stored: &Stored, ledger: Ledger) -> Self {
        Self {
            id: stored.id,
            account: stored.account,
            root: stored.root.clone(),
            identity: stored.identity,
            rules: stored.rules.clone(),
            paused: stored.paused,
            ledger,
            ear: Ear::default(),
            listening: None,
            condition: Condition::default(),
            dirty: BTreeSet::new(),
            whole: true,
            whole_at: 0,
            next: None,
            patience: None,
            beat: Arc::default(),
            tally: Tally::default(),
            audit_at: crate::clock::at_hour(
                stored.audited.unwrap_or(stored.created),
                super::AUDIT_HOUR,
            ),
            ended: false,
        }
    }

    /// From now on not everything is heard: it is looked at instead, and what listened is of no more use.
    pub(super) fn deafen(&mut self, why: Deaf) {
        tracing::info!(
            self.id,
            ?why,
            "changes are not heard; it is looked at instead"
        );
        self.condition.deaf = Some(why);
        self.listening = None;
    }

    /// The folder's last name, for people.
    pub(super) fn name(&self) -> String {
        readable(&crate::walk::name_of(&self.root))
    }

    /// What of the ledger is to be written now, at most `most` entries of it. It is taken out of the ledger.
    pub(super) fn change(&mut self, pins: &Pins, most: usize) -> Change {
        let touched = std::mem::take(&mut self.ledger.touched);
        let mut ways = touched.into_iter();
        let entries = ways
            .by_ref()
            .take(most)
            .filter_map(|way| {
                let entry = self.ledger.entries.get(&way)?.clone();
                Some((way, entry))
            })
            .collect();
        self.ledger.touched = ways.collect();
        let dropped = std::mem::take(&mut self.ledger.dropped)
            .into_iter()
            .map(|dropped| {
                let text = pins.text_of(self.account, &dropped.kept.service_cid);
                (dropped, text)
            })
            .collect();
        let folder = std::mem::take(&mut self.ledger.folder_touched)
            .then(|| (self.ledger.folder.clone(), self.ledger.brake));
        Change {
            entries,
            removed: std::mem::take(&mut self.ledger.removed),
            dropped,
            folder,
            notes: Vec::new(),
        }
    }
}

impl Change {
    /// There is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.removed.is_empty()
            && self.dropped.is_empty()
            && self.folder.is_none()
            && self.notes.is_empty()
    }
}

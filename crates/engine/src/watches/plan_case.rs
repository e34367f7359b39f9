//! A folder with a ledger that is driven by hand.

use super::super::super::ledger::Kept;
use super::super::super::rules::OnDelete;
use super::super::*;

pub(super) const MINUTE: Millis = 60_000;

pub(super) fn stamp(inode: u64, size: u64, modified: i128) -> Stamp {
    Stamp {
        size,
        modified,
        changed: modified,
        inode,
    }
}

/// A folder with a ledger that is driven by hand.
pub(super) struct Case {
    pub(super) rules: WatchRules,
    pub(super) ledger: Ledger,
    pub(super) disk: BTreeMap<Way, Look>,
    pub(super) now: Millis,
    pub(super) uploads: i64,
}

impl Case {
    pub(super) fn new() -> Self {
        Self {
            rules: WatchRules::default(),
            ledger: Ledger::default(),
            disk: BTreeMap::new(),
            now: 1_000_000,
            uploads: 0,
        }
    }

    pub(super) fn unpinning(days: u32) -> Self {
        let mut case = Self::new();
        case.rules.on_delete = OnDelete::Unpin { days };
        case
    }

    pub(super) fn put(&mut self, name: &str, inode: u64, version: i128) {
        let look = Look::File(stamp(inode, 10 + inode, version));
        self.disk.insert(name.into(), look);
    }

    pub(super) fn look(&mut self) -> Vec<Action> {
        let listing = Listing {
            covers: BTreeSet::from([Way::new()]),
            items: self.disk.clone(),
            writing: HashSet::new(),
        };
        let plan = plan(&self.rules, &self.ledger, &listing, self.now);
        for action in &plan.actions {
            self.ledger.apply(action, self.now);
        }
        plan.actions
    }

    /// Looks, queues what settled, and pins it at once, until nothing happens any more.
    pub(super) fn settle(&mut self) {
        for _ in 0..10 {
            let actions = self.look();
            if actions.is_empty() {
                return;
            }
            for action in actions {
                if let Action::Take { way, stamp } = action {
                    self.pin(&way, stamp);
                }
            }
            self.now += 3_000;
        }
        panic!("it does not come to rest");
    }

    pub(super) fn pin(&mut self, way: &Way, stamp: Stamp) {
        self.uploads += 1;
        let cid = format!("cid-{}-{}", stamp.inode, stamp.modified);
        self.ledger.queued(way, self.uploads, stamp, self.now);
        let kept = Kept {
            seen: stamp,
            cid: cid.clone(),
            service_cid: cid,
            verdict: "verified".into(),
            owned: true,
            at: self.now,
        };
        let versions = self.rules.versions();
        self.ledger.pinned(way, kept, versions, self.now);
    }

    pub(super) fn many(&mut self, n: u64) {
        for at in 0..n {
            self.put(&format!("f{at:04}"), at + 1, 1);
        }
        self.settle();
    }

    /// Whether this path is gone and its pin is to go after a grace time.
    pub(super) fn unpins(&self, name: &str) -> bool {
        matches!(self.state(name), EntryState::Gone { unpin: Some(_), .. })
    }

    pub(super) fn state(&self, name: &str) -> &EntryState {
        &self.ledger.entries[name.as_bytes()].state
    }
}

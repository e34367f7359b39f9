//! What there is: a disk, a ledger, a queue's rows, a service, a clock.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::super::ledger::{Ledger, Way, Why};
use super::super::rules::{OnChange, OnDelete, WatchRules, WatchUnit};
use crate::clock::Millis;
use crate::walk::Stamp;

/// Numbers that look random and are the same for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.roll() % n.max(1)
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OnDisk {
    pub(super) content: u64,
    pub(super) stamp: Stamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Pinned,
    MovedOn,
    Failed,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) files: Vec<(Way, Stamp)>,
    pub(super) folder: bool,
    pub(super) cid: String,
    pub(super) done: Option<Done>,
}

/// A pin to let go, as the journal has it.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) way: Way,
    pub(super) cid: String,
    pub(super) why: Why,
    pub(super) settled: bool,
}

pub(super) struct World {
    pub(super) seed: u64,
    pub(super) dice: Dice,
    pub(super) rules: WatchRules,
    pub(super) disk: BTreeMap<Way, OnDisk>,
    pub(super) dirty: BTreeSet<Way>,
    pub(super) now: Millis,
    pub(super) inode: u64,
    pub(super) written: i128,
    pub(super) ledger: Ledger,
    /// What is committed: all that is left after a crash.
    pub(super) kept: Ledger,
    pub(super) rows: BTreeMap<i64, Row>,
    pub(super) journal: Vec<Due>,
    pub(super) service: HashSet<String>,
    pub(super) sent: u64,
    pub(super) crashes: bool,
    /// It has died and not looked since: the first look after a start is one at everything.
    pub(super) restarted: bool,
    /// Pinned files that one blow took away, and whose fate no person has decided.
    pub(super) blown: HashSet<Way>,
}

pub(super) fn text(content: u64) -> String {
    format!("c{content}")
}

/// One in eleven contents is a secret.
pub(super) fn secret(content: u64) -> bool {
    content.is_multiple_of(11)
}

impl World {
    pub(super) fn new(seed: u64, files: u64, crashes: bool) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.roll();
        let rules = WatchRules {
            unit: if dice.one_in(5) {
                WatchUnit::Folder
            } else {
                WatchUnit::Files
            },
            on_change: match dice.below(3) {
                0 => OnChange::KeepAll,
                1 => OnChange::KeepLast { n: 2 },
                _ => OnChange::Replace,
            },
            on_delete: if dice.one_in(2) {
                OnDelete::Keep
            } else {
                OnDelete::Unpin { days: 0 }
            },
            ..WatchRules::default()
        };
        let mut world = Self {
            seed,
            dice,
            rules,
            disk: BTreeMap::new(),
            dirty: BTreeSet::new(),
            now: 1_700_000_000_000,
            inode: 0,
            written: 0,
            ledger: Ledger::default(),
            kept: Ledger::default(),
            rows: BTreeMap::new(),
            journal: Vec::new(),
            service: HashSet::new(),
            sent: 0,
            crashes,
            restarted: false,
            blown: HashSet::new(),
        };
        for _ in 0..files {
            world.create();
        }
        world
    }

    /// The program dies, and all that was not committed is gone.
    pub(super) fn dies(&mut self) -> bool {
        let dies = self.crashes && self.dice.one_in(7);
        if dies {
            self.ledger = self.kept.clone();
            self.restarted = true;
        }
        dies
    }

    pub(super) fn commit(&mut self) {
        for dropped in std::mem::take(&mut self.ledger.dropped) {
            self.journal.push(Due {
                way: dropped.way,
                cid: dropped.kept.service_cid,
                why: dropped.why,
                settled: false,
            });
        }
        self.ledger.touched.clear();
        self.ledger.removed.clear();
        self.ledger.folder_touched = false;
        if self.crashes {
            self.kept = self.ledger.clone();
        }
    }
}

//! A folder, a queue, a service and a clock in memory: random people and programs disturb the folder, the program dies at
//! random, and what comes out is compared with what the rules promise. Every run has a number that replays it:
//! `PINFOLD_SEED=<number> cargo test -p engine simulation`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::ledger::{EntryState, Kept, Ledger, Way, Why, same_bytes};
use super::plan::{Action, Listing, Look, plan};
use super::rules::{OnChange, OnDelete, WatchRules, WatchUnit};
use crate::clock::Millis;
use crate::walk::Stamp;

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n.max(1)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct OnDisk {
    content: u64,
    stamp: Stamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Pinned,
    MovedOn,
    Failed,
}

#[derive(Debug, Clone)]
struct Row {
    files: Vec<(Way, Stamp)>,
    folder: bool,
    cid: String,
    done: Option<Done>,
}

/// A pin to let go, as the journal has it.
#[derive(Debug, Clone)]
struct Due {
    way: Way,
    cid: String,
    why: Why,
    settled: bool,
}

struct World {
    seed: u64,
    dice: Dice,
    rules: WatchRules,
    disk: BTreeMap<Way, OnDisk>,
    dirty: BTreeSet<Way>,
    now: Millis,
    inode: u64,
    written: i128,
    ledger: Ledger,
    /// What is committed: all that is left after a crash.
    kept: Ledger,
    rows: BTreeMap<i64, Row>,
    journal: Vec<Due>,
    service: HashSet<String>,
    sent: u64,
    crashes: bool,
    /// Pinned files that one blow took away, and whose fate no person has decided.
    blown: HashSet<Way>,
}

fn text(content: u64) -> String {
    format!("c{content}")
}

/// One in eleven contents is a secret.
fn secret(content: u64) -> bool {
    content.is_multiple_of(11)
}

impl World {
    fn new(seed: u64, files: u64, crashes: bool) -> Self {
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
            blown: HashSet::new(),
        };
        for _ in 0..files {
            world.create();
        }
        world
    }

    fn way(&mut self) -> Way {
        let folder = ["", "a/", "a/b/", "c/"][usize::try_from(self.dice.below(4)).unwrap_or(0)];
        format!("{folder}{}", self.dice.below(40)).into_bytes()
    }

    fn there(&mut self) -> Option<Way> {
        let n = self.disk.len() as u64;
        let at = usize::try_from(self.dice.below(n)).unwrap_or(0);
        self.disk.keys().nth(at).cloned()
    }

    fn write(&mut self, way: &Way, content: u64, inode: u64) {
        self.written += 1;
        let stamp = Stamp {
            size: content % 5,
            modified: self.written,
            changed: self.written,
            inode,
        };
        self.disk.insert(way.clone(), OnDisk { content, stamp });
        self.dirty.insert(way.clone());
        self.blown.remove(way);
    }

    fn create(&mut self) {
        let way = self.way();
        self.inode += 1;
        let (content, inode) = (self.dice.below(60), self.inode);
        self.write(&way, content, inode);
    }

    /// Something happens in the folder.
    fn disturb(&mut self) {
        let Some(way) = self.there() else {
            return self.create();
        };
        match self.dice.below(12) {
            0..=2 => self.create(),
            3 | 4 => {
                let (content, inode) = (self.dice.below(60), self.disk[&way].stamp.inode);
                self.write(&way, content, inode);
            }
            5 => {
                // An editor's atomic save: another file takes the name.
                self.inode += 1;
                let (content, inode) = (self.dice.below(60), self.inode);
                self.write(&way, content, inode);
            }
            6 | 7 => {
                let to = self.way();
                self.rename(&way, to);
            }
            8 => {
                let prefix = ["a/", "a/b/", "c/"][usize::try_from(self.dice.below(3)).unwrap_or(0)];
                let new = format!("moved{}/", self.dice.below(3)).into_bytes();
                for way in self.below(prefix.as_bytes()) {
                    let to = [&new, &way[prefix.len()..]].concat();
                    self.rename(&way, to);
                }
            }
            9 => self.delete(&way),
            10 => {
                let all = self.below(b"");
                if self.dice.one_in(3) {
                    self.blow(&all);
                } else {
                    for way in all.iter().take(3) {
                        self.delete(way);
                    }
                }
            }
            _ => {
                // A touch: the same bytes, another time.
                let (content, inode) = {
                    let file = &self.disk[&way];
                    (file.content, file.stamp.inode)
                };
                self.write(&way, content, inode);
            }
        }
    }

    fn below(&self, prefix: &[u8]) -> Vec<Way> {
        self.disk
            .keys()
            .filter(|way| way.starts_with(prefix))
            .cloned()
            .collect()
    }

    fn rename(&mut self, from: &Way, to: Way) {
        if let Some(mut file) = self.disk.remove(from) {
            self.written += 1;
            file.stamp.changed = self.written;
            self.dirty.insert(from.clone());
            self.dirty.insert(to.clone());
            self.blown.remove(&to);
            self.disk.insert(to, file);
        }
    }

    fn delete(&mut self, way: &Way) {
        self.disk.remove(way);
        self.dirty.insert(way.clone());
    }

    /// Everything goes at once, and is looked at at once.
    fn blow(&mut self, all: &[Way]) {
        self.work();
        let pinned = |way: &&Way| {
            let entry = self.ledger.entries.get(*way);
            entry.is_some_and(|entry| {
                entry.present() && entry.kept.is_some() && entry.upload.is_none()
            })
        };
        let struck: Vec<Way> = all.iter().filter(pinned).cloned().collect();
        if struck.len() > super::plan::BRAKE_ITEMS && self.rules.unit == WatchUnit::Files {
            self.blown.extend(struck);
        }
        for way in all {
            self.delete(way);
        }
    }

    /// The program dies, and all that was not committed is gone.
    fn dies(&mut self) -> bool {
        let dies = self.crashes && self.dice.one_in(7);
        if dies {
            self.ledger = self.kept.clone();
        }
        dies
    }

    fn commit(&mut self) {
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

    fn listing(&mut self, whole: bool) -> Listing {
        let mut listing = Listing::default();
        let dirty = std::mem::take(&mut self.dirty);
        if whole {
            listing.covers.insert(Way::new());
            for (way, file) in &self.disk {
                listing.items.insert(way.clone(), Look::File(file.stamp));
            }
            return listing;
        }
        let settling = self
            .ledger
            .entries
            .iter()
            .filter(|(_, entry)| matches!(entry.state, EntryState::Settling | EntryState::Changed))
            .map(|(way, _)| way.clone());
        for way in dirty.into_iter().chain(settling.collect::<Vec<_>>()) {
            if let Some(file) = self.disk.get(&way) {
                listing.items.insert(way.clone(), Look::File(file.stamp));
            }
            listing.covers.insert(way);
        }
        listing
    }

    /// Looks, decides, writes, queues. Answers whether anything was to be done.
    fn look(&mut self, whole: bool) -> bool {
        let listing = self.listing(whole);
        let plan = plan(&self.rules, &self.ledger, &listing, self.now);
        for action in &plan.actions {
            if let Action::Unpin { way } = action {
                self.may_unpin(way);
            }
            self.ledger.apply(action, self.now);
        }
        if self.dies() {
            return true;
        }
        self.commit();
        for action in &plan.actions {
            match action {
                Action::Take { way, stamp } => self.take(vec![(way.clone(), *stamp)], false),
                Action::TakeFolder { files } => self.take(files.clone(), true),
                _ => {}
            }
        }
        !plan.actions.is_empty()
    }

    fn may_unpin(&self, way: &Way) {
        assert_ne!(self.rules.on_delete, OnDelete::Keep, "seed {}", self.seed);
        assert!(
            !self.disk.contains_key(way),
            "seed {}: {way:?} is there",
            self.seed
        );
        assert!(
            !self.blown.contains(way),
            "seed {}: {way:?} went with many others, and nobody was asked",
            self.seed
        );
    }

    fn take(&mut self, files: Vec<(Way, Stamp)>, folder: bool) {
        let mut fit = true;
        for (way, stamp) in &files {
            let Some(file) = self
                .disk
                .get(way)
                .filter(|file| same_bytes(&file.stamp, stamp))
            else {
                self.ledger.moved_on(way, self.now);
                fit = false;
                continue;
            };
            if secret(file.content) {
                self.ledger.hold(way, "a secret", self.now);
                fit = false;
            }
        }
        if self.dies() {
            return;
        }
        self.commit();
        if !fit {
            return;
        }
        let id = i64::try_from(self.rows.len()).unwrap_or(0) + 1;
        for (way, stamp) in &files {
            self.ledger.queued(way, id, *stamp, self.now);
        }
        if folder {
            self.ledger.folder.upload = Some(id);
        }
        if self.dies() {
            return;
        }
        // The row and the marks are one transaction.
        let row = Row {
            files,
            folder,
            cid: String::new(),
            done: None,
        };
        self.rows.insert(id, row);
        self.commit();
    }

    /// The queue works on its rows, some of them.
    fn queue(&mut self, all: bool) {
        let open: Vec<i64> = self
            .rows
            .iter()
            .filter(|(_, row)| row.done.is_none())
            .map(|(id, _)| *id)
            .collect();
        for id in open {
            if !all && self.dice.one_in(3) {
                continue;
            }
            let row = &self.rows[&id];
            let contents: Option<Vec<(Way, u64)>> = row
                .files
                .iter()
                .map(|(way, stamp)| {
                    let file = self.disk.get(way)?;
                    (file.stamp == *stamp).then(|| (way.clone(), file.content))
                })
                .collect();
            let folder = row.folder;
            let (cid, done) = match contents {
                None => (String::new(), Done::MovedOn),
                Some(_) if self.crashes && self.dice.one_in(20) => (String::new(), Done::Failed),
                Some(contents) => {
                    for (way, content) in &contents {
                        assert!(!secret(*content), "seed {}: {way:?} was sent", self.seed);
                    }
                    let cid = if folder {
                        format!("{contents:?}")
                    } else {
                        text(contents[0].1)
                    };
                    if self.service.insert(cid.clone()) {
                        self.sent += 1;
                    }
                    (cid, Done::Pinned)
                }
            };
            if let Some(row) = self.rows.get_mut(&id) {
                row.cid = cid;
                row.done = Some(done);
            }
        }
    }

    /// The folder hears what the queue answered.
    fn outcomes(&mut self) {
        let followed: Vec<(Way, i64)> = self
            .ledger
            .entries
            .iter()
            .filter_map(|(way, entry)| Some((way.clone(), entry.upload?.0)))
            .collect();
        let versions = self.rules.versions();
        let mut folders = BTreeSet::new();
        for (way, id) in followed {
            let Some(row) = self.rows.get(&id).cloned() else {
                panic!("seed {}: a row of the queue vanished", self.seed);
            };
            let Some(done) = row.done else { continue };
            if row.folder && done == Done::Pinned {
                folders.insert(id);
                continue;
            }
            match done {
                Done::Pinned => {
                    let kept = self.kept_of(&row.cid);
                    self.ledger.pinned(&way, kept, versions, self.now);
                }
                Done::MovedOn => self.ledger.moved_on(&way, self.now),
                Done::Failed => {
                    let state = EntryState::Failed {
                        code: crate::error::ErrorCode::Rejected,
                        words: String::new(),
                    };
                    let retry = Some(self.now + 1_000);
                    self.ledger.gave_up(&way, state, retry, self.now);
                }
            }
            if row.folder {
                self.ledger.folder.upload = None;
            }
            self.dirty.insert(way);
        }
        for id in folders {
            let kept = self.kept_of(&self.rows[&id].cid.clone());
            self.ledger.folder_pinned(id, &kept, versions, self.now);
        }
        if !self.dies() {
            self.commit();
        }
    }

    fn kept_of(&self, cid: &str) -> Kept {
        Kept {
            seen: Stamp {
                size: 0,
                modified: 0,
                changed: 0,
                inode: 0,
            },
            cid: cid.to_owned(),
            service_cid: cid.to_owned(),
            verdict: "verified".into(),
            owned: true,
            at: self.now,
        }
    }

    /// The service is asked to let go of what the rules let go.
    fn let_go(&mut self) {
        if self.ledger.brake.is_some() {
            return;
        }
        for at in 0..self.journal.len() {
            let due = self.journal[at].clone();
            // An answer that was not heard yet may need this pin.
            let awaited = self
                .ledger
                .entries
                .values()
                .any(|entry| entry.upload.is_some());
            if due.settled || awaited {
                continue;
            }
            if !self.ledger.needs(&due.cid) {
                let kept = match due.why {
                    Why::Deleted => self.rules.on_delete == OnDelete::Keep,
                    Why::Replaced => self.rules.on_change == OnChange::KeepAll,
                };
                assert!(!kept, "seed {}: no rule let go of it", self.seed);
                assert!(!self.blown.contains(&due.way), "seed {}", self.seed);
                self.service.remove(&due.cid);
            }
            if self.dies() {
                return;
            }
            self.journal[at].settled = true;
        }
    }

    fn work(&mut self) -> bool {
        self.outcomes();
        let whole = !self.crashes || self.rules.unit == WatchUnit::Folder || self.dice.one_in(3);
        let busy = self.look(whole);
        self.let_go();
        busy
    }

    /// A person says that what disappeared keeps its pins.
    fn answer(&mut self) {
        if self.ledger.brake.is_some() {
            self.ledger.decide(None, None, self.now);
            self.blown.clear();
            self.commit();
        }
    }

    /// Nobody disturbs any more: in at most 200 rounds nothing is left to be done, and it is what it should be.
    fn comes_to_rest(&mut self) {
        self.crashes = false;
        for _ in 0..200 {
            let waits = |entry: &super::ledger::Entry| entry.retry.is_some();
            let wait = if self.ledger.entries.values().any(waits) {
                2 * 3_600_000
            } else {
                4_000
            };
            self.now += wait;
            self.queue(true);
            self.answer();
            self.outcomes();
            let busy = self.look(true);
            self.let_go();
            let open = self.rows.values().any(|row| row.done.is_none());
            let awaited = self.ledger.entries.values().any(|entry| {
                let settles = matches!(entry.state, EntryState::Settling | EntryState::Changed);
                settles || entry.upload.is_some()
            });
            if !busy && !open && !awaited && self.journal.iter().all(|due| due.settled) {
                return self.is_right();
            }
        }
        panic!("seed {}: it does not come to rest", self.seed);
    }

    fn is_right(&self) {
        let seed = self.seed;
        for (way, file) in &self.disk {
            let entry = self.ledger.entries.get(way);
            let entry = entry.unwrap_or_else(|| panic!("seed {seed}: {way:?} was missed"));
            if secret(file.content) {
                assert!(
                    matches!(entry.state, EntryState::Held(_)),
                    "seed {seed}: {way:?} {entry:?}"
                );
                continue;
            }
            assert_eq!(entry.state, EntryState::Pinned, "seed {seed}: {way:?}");
            if self.rules.unit == WatchUnit::Files {
                let cid = text(file.content);
                let kept = entry.kept.as_ref().map(|kept| &kept.service_cid);
                assert_eq!(kept, Some(&cid), "seed {seed}: {way:?}");
                assert!(
                    self.service.contains(&cid),
                    "seed {seed}: {way:?} is not kept"
                );
            }
        }
        // Whatever the ledger calls pinned is at the service.
        let entries = self.ledger.entries.values();
        for kept in entries
            .flat_map(|entry| entry.kept.iter().chain(&entry.older))
            .chain(&self.ledger.folder.kept)
            .chain(&self.ledger.folder.older)
        {
            assert!(
                self.service.contains(&kept.service_cid),
                "seed {seed}: {} is lost",
                kept.cid
            );
        }
        for (way, entry) in &self.ledger.entries {
            assert_eq!(
                entry.present(),
                self.disk.contains_key(way),
                "seed {seed}: {way:?}"
            );
        }
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// Runs on both cores; a failure names its seed.
fn each(name: &str, count: u64, run: impl Fn(u64) + Sync) {
    if let Ok(seed) = std::env::var("PINFOLD_SEED") {
        return run(seed.parse().expect("a number"));
    }
    let count = number(name, count);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for core in 0..cores as u64 {
            let run = &run;
            scope.spawn(move || (core..count).step_by(cores).for_each(run));
        }
    });
}

#[test]
fn a_hundred_thousand_trees_disturbed_twice_come_to_rest_as_they_should() {
    each("PINFOLD_TREES", 100_000, |seed| {
        let mut world = World::new(seed, 1 + seed % 7, false);
        world.comes_to_rest();
        for _ in 0..2 {
            world.disturb();
        }
        world.comes_to_rest();
    });
}

#[test]
fn two_thousand_schedules_of_people_queue_service_clock_and_crashes_lose_nothing() {
    each("PINFOLD_SCHEDULES", 2_000, |seed| {
        let mut world = World::new(seed, seed % 60, true);
        for _ in 0..40 {
            match world.dice.below(8) {
                0..=2 => world.disturb(),
                3 | 4 => {
                    world.work();
                }
                5 => world.queue(false),
                6 => world.now += i64::try_from(world.dice.below(20_000)).unwrap_or(0),
                _ if world.dice.one_in(6) => world.now -= 3_600_000,
                _ => world.now += 4_000,
            }
        }
        world.comes_to_rest();
    });
}

#[test]
fn the_order_in_which_paths_are_looked_at_does_not_matter() {
    each("PINFOLD_ORDERS", 2_000, |seed| {
        let mut ends = Vec::new();
        for turned in [false, true] {
            let mut world = World::new(seed, 12, false);
            world.comes_to_rest();
            for _ in 0..4 {
                world.disturb();
            }
            let mut dirty: Vec<Way> = std::mem::take(&mut world.dirty).into_iter().collect();
            if turned {
                dirty.reverse();
            }
            for way in dirty {
                world.dirty = BTreeSet::from([way]);
                if world.rules.unit == WatchUnit::Files {
                    world.look(false);
                }
            }
            world.comes_to_rest();
            let pins: BTreeMap<Way, Option<String>> = world
                .ledger
                .entries
                .iter()
                .filter(|(_, entry)| entry.present())
                .map(|(way, entry)| {
                    (
                        way.clone(),
                        entry.kept.as_ref().map(|kept| kept.cid.clone()),
                    )
                })
                .collect();
            ends.push(pins);
        }
        assert_eq!(ends[0], ends[1], "seed {seed}");
    });
}

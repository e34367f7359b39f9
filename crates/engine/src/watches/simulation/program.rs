//! What the program does: it looks, decides, queues, hears answers and lets go.

use std::collections::BTreeSet;

use super::super::ledger::{Entry, EntryState, Kept, Way, Why, same_bytes};
use super::super::plan::{Action, BRAKE_ITEMS, Listing, Look, plan};
use super::super::rules::{OnChange, OnDelete, WatchUnit};
use super::world::{Done, Row, World, secret, text};
use crate::walk::Stamp;

impl World {
    pub(super) fn listing(&mut self, whole: bool) -> Listing {
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
    pub(super) fn look(&mut self, whole: bool) -> bool {
        self.fewer_than_a_blow();
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

    /// Some came back before anybody looked: what is still gone needs no person's word.
    fn fewer_than_a_blow(&mut self) {
        let known = |way: &&Way| self.ledger.entries.get(*way).is_some_and(Entry::present);
        let unseen = self.blown.iter().all(|way| known(&way));
        if unseen && self.blown.len() <= BRAKE_ITEMS {
            self.blown.clear();
        }
    }

    pub(super) fn may_unpin(&self, way: &Way) {
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

    pub(super) fn take(&mut self, files: Vec<(Way, Stamp)>, folder: bool) {
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
    pub(super) fn queue(&mut self, all: bool) {
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
    pub(super) fn outcomes(&mut self) {
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

    pub(super) fn kept_of(&self, cid: &str) -> Kept {
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
    pub(super) fn let_go(&mut self) {
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
                // What a newer version replaced before the blow is let go by that rule.
                let blown = due.why == Why::Deleted && self.blown.contains(&due.way);
                assert!(!blown, "seed {}: nobody was asked", self.seed);
                self.service.remove(&due.cid);
            }
            if self.dies() {
                return;
            }
            self.journal[at].settled = true;
        }
    }

    pub(super) fn work(&mut self) -> bool {
        self.outcomes();
        let whole = !self.crashes || self.rules.unit == WatchUnit::Folder || self.dice.one_in(3);
        let whole = std::mem::take(&mut self.restarted) || whole;
        let busy = self.look(whole);
        self.let_go();
        busy
    }
}

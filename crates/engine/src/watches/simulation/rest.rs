//! Where it ends: nothing is left to be done, and what there is is what the rules promise.

use super::super::ledger::{Entry, EntryState};
use super::super::rules::WatchUnit;
use super::world::{World, secret, text};

impl World {
    /// A person says that what disappeared keeps its pins.
    pub(super) fn answer(&mut self) {
        if self.ledger.brake.is_some() {
            self.ledger.decide(None, None, self.now);
            self.blown.clear();
            self.commit();
        }
    }

    /// Nobody disturbs any more: in at most 200 rounds nothing is left to be done, and it is what it should be.
    pub(super) fn comes_to_rest(&mut self) {
        self.crashes = false;
        let waits = |entry: &Entry| {
            matches!(entry.state, EntryState::Failed { .. }) && entry.retry.is_some()
        };
        for _ in 0..200 {
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
                settles || entry.upload.is_some() || waits(entry)
            });
            if !busy && !open && !awaited && self.journal.iter().all(|due| due.settled) {
                return self.is_right();
            }
        }
        panic!("seed {}: it does not come to rest", self.seed);
    }

    pub(super) fn is_right(&self) {
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
        for (way, entry) in self.ledger.entries.iter() {
            assert_eq!(
                entry.present(),
                self.disk.contains_key(way),
                "seed {seed}: {way:?}"
            );
        }
    }
}

//! All pins of one account in memory, just what searching and sorting need: a keystroke never waits for the disk.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::CheckState;
use super::count::Counted;
use super::entry::{Compared, Entry, content_of, has_all, key_of};
use super::filters::{PinFilters, Without};
use super::rows::Mirrored;
use crate::error::CommandError;

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// By name, without case; nameless ones by CID, after the named.
    Name,
    /// By CID.
    Cid,
    /// By size.
    Size,
    /// By the time of pinning.
    PinnedAt,
}

/// What the person asked to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PinQuery {
    /// Part of a name, a CID, a key or a value; empty for all.
    pub text: String,
    /// Sorted by.
    pub sort: SortKey,
    /// Largest, newest or last first.
    pub descending: bool,
    /// What the list is narrowed to.
    pub filters: PinFilters,
}

impl Default for PinQuery {
    /// Every pin, newest first.
    fn default() -> Self {
        Self {
            text: String::new(),
            sort: SortKey::PinnedAt,
            descending: true,
            filters: PinFilters::default(),
        }
    }
}

/// Where an entry stands in [`Catalogue::slots`].
type Slot = u32;

/// The pins of one account. Entries stand in slots, so that a search reads memory in the order it lies in.
#[derive(Default)]
pub(super) struct Catalogue {
    slots: Vec<Option<Entry>>,
    free: Vec<Slot>,
    by_id: HashMap<i64, Slot>,
    /// Ascending orders, made when first asked for and kept in step.
    orders: HashMap<SortKey, Vec<Slot>>,
    /// What the last search found: a longer text is looked for in that alone.
    last: Option<Found>,
    /// What the filters that were asked last let through: typing does not ask them again.
    passing: Option<Passing>,
    /// How the CIDs of uploads compared, by the service's CID.
    known: HashMap<u64, Compared>,
    /// How many pins have each content.
    copies: HashMap<u64, u32>,
}

struct Passing {
    filters: PinFilters,
    /// By slot.
    slots: Arc<[bool]>,
}

struct Found {
    text: String,
    /// By slot.
    matches: Vec<bool>,
}

/// More changes than this at once make the orders anew instead of mending them.
const MANY: usize = 2_000;

impl Catalogue {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn put(&mut self, rows: &[Mirrored]) {
        if rows.len() > MANY {
            self.orders.clear();
        }
        for row in rows {
            // A service may list a pin twice on one page.
            self.remove(&[row.id]);
            let entry = Entry::new(row, &self.known);
            let places = self.places_of(&entry);
            let slot = self.keep(entry);
            for (key, at) in places {
                if let Some(order) = self.orders.get_mut(&key) {
                    order.insert(at, slot);
                }
            }
        }
    }

    pub(super) fn remove(&mut self, ids: &[i64]) {
        self.forget_found();
        for id in ids {
            let Some(slot) = self.by_id.get(id).copied() else {
                continue;
            };
            for (key, at) in self.places_of(self.entry(slot)) {
                if let Some(order) = self.orders.get_mut(&key) {
                    order.remove(at);
                }
            }
            self.by_id.remove(id);
            self.count_copy(self.entry(slot).traits.content, false);
            self.slots[slot as usize] = None;
            self.free.push(slot);
        }
    }

    /// What was found before is not true any more.
    fn forget_found(&mut self) {
        self.last = None;
        self.passing = None;
    }

    fn count_copy(&mut self, content: u64, more: bool) {
        let copies = self.copies.entry(content).or_default();
        *copies = if more {
            *copies + 1
        } else {
            copies.saturating_sub(1)
        };
        if *copies == 0 {
            self.copies.remove(&content);
        }
    }

    /// An upload was compared: the service's CID, the outcome, and the CID computed here.
    pub(super) fn compared(&mut self, cid: &str, check: CheckState, ours: Option<&str>) {
        // Where the CIDs agree, so do the bytes; where nothing is proved, only the service's CID says something.
        let ours = ours.filter(|_| check == CheckState::OtherLayout);
        let content = ours.map(content_of);
        let cid_key = key_of(cid.as_bytes());
        self.known.insert(cid_key, Compared { check, content });
        let of_cid =
            |entry: &Option<Entry>| entry.as_ref().is_some_and(|entry| entry.cid_key == cid_key);
        let slots: Vec<usize> = (0..self.slots.len())
            .filter(|slot| of_cid(&self.slots[*slot]))
            .collect();
        for slot in slots {
            let Some(entry) = &mut self.slots[slot] else {
                continue;
            };
            let before = entry.traits.content;
            entry.traits.check = check;
            entry.traits.content = content.unwrap_or_else(|| content_of(cid));
            let after = entry.traits.content;
            self.count_copy(before, false);
            self.count_copy(after, true);
            self.forget_found();
        }
    }

    fn entry(&self, slot: Slot) -> &Entry {
        self.slots[slot as usize]
            .as_ref()
            .expect("orders name filled slots only")
    }

    fn keep(&mut self, entry: Entry) -> Slot {
        let id = entry.id;
        self.count_copy(entry.traits.content, true);
        let slot = if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = Some(entry);
            slot
        } else {
            self.slots.push(Some(entry));
            Slot::try_from(self.slots.len() - 1).expect("fewer than 2^32 pins")
        };
        self.by_id.insert(id, slot);
        slot
    }

    /// Where it stands, or would stand, in each order.
    fn places_of(&self, entry: &Entry) -> Vec<(SortKey, usize)> {
        let place = |(key, order): (&SortKey, &Vec<Slot>)| {
            let before = |slot: &Slot| self.entry(*slot).compare(entry, *key) == Ordering::Less;
            (*key, order.partition_point(before))
        };
        self.orders.iter().map(place).collect()
    }

    /// The numbers of all rows that match, in order.
    pub(super) fn find(&mut self, query: &PinQuery) -> Result<Vec<i64>, CommandError> {
        self.sort(query.sort);
        let passing = self.passing(&query.filters)?;
        let passes = |slot: Slot| passing.as_ref().is_none_or(|slots| slots[slot as usize]);
        let text = query.text.to_lowercase();
        let last = self.last.take();
        let order = &self.orders[&query.sort];
        let mut found: Vec<i64> = if text.trim().is_empty() {
            order
                .iter()
                .filter(|slot| passes(**slot))
                .map(|slot| self.entry(*slot).id)
                .collect()
        } else {
            let matches = self.matches(&text, last);
            let found = order
                .iter()
                .filter(|slot| matches[**slot as usize] && passes(**slot))
                .map(|slot| self.entry(*slot).id)
                .collect();
            self.last = Some(Found { text, matches });
            found
        };
        if query.descending {
            found.reverse();
        }
        Ok(found)
    }

    /// How many rows match, without sorting them and without forgetting what the list's own search found.
    pub(super) fn count(&self, query: &PinQuery) -> Result<usize, CommandError> {
        let ready = query.filters.ready()?;
        let text = query.text.to_lowercase();
        let words: Vec<Finder<'_>> = text.split_whitespace().map(Finder::new).collect();
        let entries = self.slots.iter().flatten();
        Ok(entries
            .filter(|entry| {
                ready.wants(
                    &entry.traits,
                    |any_case| entry.pairs(any_case),
                    &self.copies,
                ) && has_all(entry, &words)
            })
            .count())
    }

    /// For each condition that is set, how many rows would match without it.
    pub(super) fn without_each(&self, query: &PinQuery) -> Result<Vec<Without>, CommandError> {
        let facets = query.filters.facets().into_iter();
        let count = |(facet, at)| {
            let filters = query.filters.without(facet, at);
            let total = self.count(&PinQuery {
                filters,
                ..query.clone()
            })?;
            Ok(Without { facet, at, total })
        };
        facets.map(count).collect()
    }

    /// Shows every row once, in no order.
    pub(super) fn each(&self, mut visit: impl FnMut(Counted<'_>)) {
        for entry in self.slots.iter().flatten() {
            let traits = &entry.traits;
            visit(Counted {
                id: entry.id,
                kind: traits.kind,
                bytes: traits.bytes,
                pinned: traits.pinned,
                groups: &traits.groups,
            });
        }
    }

    /// How many rows are in each group.
    pub(super) fn group_sizes(&self) -> HashMap<&str, usize> {
        let mut sizes = HashMap::new();
        for entry in self.slots.iter().flatten() {
            for group in &entry.traits.groups {
                *sizes.entry(&**group).or_default() += 1;
            }
        }
        sizes
    }

    /// For each slot whether the filters let it through; `None` where they let everything through.
    fn passing(&mut self, filters: &PinFilters) -> Result<Option<Arc<[bool]>>, CommandError> {
        if filters.is_empty() {
            self.passing = None;
            return Ok(None);
        }
        if let Some(passing) = self.passing.as_ref().filter(|p| p.filters == *filters) {
            return Ok(Some(passing.slots.clone()));
        }
        let ready = filters.ready()?;
        let wanted = |entry: &Entry| {
            ready.wants(
                &entry.traits,
                |any_case| entry.pairs(any_case),
                &self.copies,
            )
        };
        let slots: Arc<[bool]> = self
            .slots
            .iter()
            .map(|entry| entry.as_ref().is_some_and(wanted))
            .collect();
        self.passing = Some(Passing {
            filters: filters.clone(),
            slots: slots.clone(),
        });
        Ok(Some(slots))
    }

    fn sort(&mut self, key: SortKey) {
        if self.orders.contains_key(&key) {
            return;
        }
        let mut order: Vec<Slot> = self.by_id.values().copied().collect();
        order.sort_unstable_by(|a, b| self.entry(*a).compare(self.entry(*b), key));
        self.orders.insert(key, order);
    }

    /// For each slot whether all words are in it.
    fn matches(&self, text: &str, last: Option<Found>) -> Vec<bool> {
        let words: Vec<Finder<'_>> = text.split_whitespace().map(Finder::new).collect();
        let narrower = last.filter(|last| text.starts_with(&last.text));
        let in_question = |slot: usize| narrower.as_ref().is_none_or(|last| last.matches[slot]);
        self.slots
            .iter()
            .enumerate()
            .map(|(slot, entry)| {
                entry
                    .as_ref()
                    .is_some_and(|entry| in_question(slot) && has_all(entry, &words))
            })
            .collect()
    }

    /// The first of these rows, from place `after` + 1 on and round again, whose name begins so.
    pub(super) fn next_named(&self, ids: &[i64], after: usize, begins: &str) -> Option<usize> {
        let begins = begins.to_lowercase();
        let begins_so = |place: &usize| {
            let slot = self.by_id.get(&ids[*place]);
            slot.is_some_and(|slot| self.entry(*slot).name().starts_with(&begins))
        };
        let start = (after + 1).min(ids.len());
        (start..ids.len()).chain(0..start).find(begins_so)
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;

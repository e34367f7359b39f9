//! All pins of one account in memory, just what searching and sorting need: a keystroke never waits for the disk.

use std::cmp::Ordering;
use std::collections::HashMap;

use memchr::memmem::Finder;
use serde::Deserialize;
use specta::Type;

use super::rows::Mirrored;

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Type)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct PinQuery {
    /// Part of a name, a CID, a key or a value; empty for all.
    pub text: String,
    /// Sorted by.
    pub sort: SortKey,
    /// Largest, newest or last first.
    pub descending: bool,
}

/// One pin: `text` is what is searched, folded to lower case: name, CID, then keys and values, each after a line break.
struct Entry {
    id: i64,
    text: Box<str>,
    name_end: u32,
    bytes: u64,
    pinned: i64,
}

impl Entry {
    fn new(row: &Mirrored) -> Self {
        let mut text = row.pin.name.as_deref().unwrap_or_default().to_lowercase();
        let name_end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        text.push('\n');
        // A CIDv1 is lower case already; a CIDv0 is compared without case as well, a harmless kindness.
        text.push_str(&row.pin.cid.to_lowercase());
        for (key, value) in &row.pin.keyvalues {
            text.push('\n');
            text.push_str(&key.to_lowercase());
            text.push('\n');
            text.push_str(&value.to_lowercase());
        }
        Self {
            id: row.id,
            text: text.into(),
            name_end,
            bytes: row.pin.bytes.unwrap_or(0),
            pinned: row.pin.pinned.unwrap_or(i64::MIN),
        }
    }

    fn name(&self) -> &str {
        &self.text[..self.name_end as usize]
    }

    fn cid(&self) -> &str {
        self.text[self.name_end as usize + 1..]
            .split('\n')
            .next()
            .unwrap_or_default()
    }

    fn compare(&self, other: &Self, key: SortKey) -> Ordering {
        let by_key = match key {
            SortKey::Name => self
                .name()
                .is_empty()
                .cmp(&other.name().is_empty())
                .then_with(|| self.name().cmp(other.name())),
            SortKey::Cid => self.cid().cmp(other.cid()),
            SortKey::Size => self.bytes.cmp(&other.bytes),
            SortKey::PinnedAt => self.pinned.cmp(&other.pinned),
        };
        by_key.then_with(|| self.id.cmp(&other.id))
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
        self.remove(&rows.iter().map(|row| row.id).collect::<Vec<_>>());
        if rows.len() > MANY {
            self.orders.clear();
        }
        for row in rows {
            let entry = Entry::new(row);
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
        self.last = None;
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
            self.slots[slot as usize] = None;
            self.free.push(slot);
        }
    }

    fn entry(&self, slot: Slot) -> &Entry {
        self.slots[slot as usize]
            .as_ref()
            .expect("orders name filled slots only")
    }

    fn keep(&mut self, entry: Entry) -> Slot {
        let id = entry.id;
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
    pub(super) fn find(&mut self, query: &PinQuery) -> Vec<i64> {
        self.sort(query.sort);
        let text = query.text.to_lowercase();
        let last = self.last.take();
        let order = &self.orders[&query.sort];
        let mut found: Vec<i64> = if text.trim().is_empty() {
            order.iter().map(|slot| self.entry(*slot).id).collect()
        } else {
            let matches = self.matches(&text, last);
            let found = order
                .iter()
                .filter(|slot| matches[**slot as usize])
                .map(|slot| self.entry(*slot).id)
                .collect();
            self.last = Some(Found { text, matches });
            found
        };
        if query.descending {
            found.reverse();
        }
        found
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
        let has_all = |entry: &Entry| {
            let text = entry.text.as_bytes();
            words.iter().all(|word| word.find(text).is_some())
        };
        let narrower = last.filter(|last| text.starts_with(&last.text));
        let in_question = |slot: usize| narrower.as_ref().is_none_or(|last| last.matches[slot]);
        self.slots
            .iter()
            .enumerate()
            .map(|(slot, entry)| {
                entry
                    .as_ref()
                    .is_some_and(|entry| in_question(slot) && has_all(entry))
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

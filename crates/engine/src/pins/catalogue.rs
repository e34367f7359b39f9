//! All pins of one account in memory, just what searching and sorting need: a keystroke never waits for the disk.

use std::cmp::Ordering;
use std::collections::HashMap;

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

/// The pins of one account.
#[derive(Default)]
pub(super) struct Catalogue {
    entries: HashMap<i64, Entry>,
    /// Ascending orders, made when first asked for and kept in step.
    orders: HashMap<SortKey, Vec<i64>>,
}

/// More changes than this at once make the orders anew instead of mending them.
const MANY: usize = 2_000;

impl Catalogue {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn put(&mut self, rows: &[Mirrored]) {
        self.remove(&rows.iter().map(|row| row.id).collect::<Vec<_>>());
        if rows.len() > MANY {
            self.orders.clear();
        }
        for row in rows {
            let entry = Entry::new(row);
            for (key, order) in &mut self.orders {
                let at = order
                    .partition_point(|id| self.entries[id].compare(&entry, *key) == Ordering::Less);
                order.insert(at, entry.id);
            }
            self.entries.insert(entry.id, entry);
        }
    }

    pub(super) fn remove(&mut self, ids: &[i64]) {
        for id in ids {
            let Some(entry) = self.entries.get(id) else {
                continue;
            };
            for (key, order) in &mut self.orders {
                let at = order.partition_point(|other| {
                    self.entries[other].compare(entry, *key) == Ordering::Less
                });
                order.remove(at);
            }
            self.entries.remove(id);
        }
    }

    /// The numbers of all rows that match, in order.
    pub(super) fn find(&mut self, query: &PinQuery) -> Vec<i64> {
        let entries = &self.entries;
        let order = self.orders.entry(query.sort).or_insert_with(|| {
            let mut sorted: Vec<&Entry> = entries.values().collect();
            sorted.sort_unstable_by(|a, b| a.compare(b, query.sort));
            sorted.into_iter().map(|entry| entry.id).collect()
        });
        let words: Vec<String> = query
            .text
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let mut found: Vec<i64> = order
            .iter()
            .copied()
            .filter(|id| {
                words
                    .iter()
                    .all(|word| entries[id].text.contains(word.as_str()))
            })
            .collect();
        if query.descending {
            found.reverse();
        }
        found
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;

//! Every pin of an account counted once: sums, the largest, and a date and a size of each.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::clock::Millis;
use crate::pins::{Counted, FileKind};

/// How many of the largest are kept.
const LARGEST: usize = 10;

/// More than this no account holds: a larger sum is a fault of whoever counted (2^53 bytes are 9 PB, and the largest
/// number that the page can show).
pub(super) const MOST_BYTES: u64 = 1 << 53;

/// A single pin that is larger is one whose size cannot be: 1 PB.
const LARGEST_PIN: u64 = 1_000_000_000_000_000;

/// Nobody pinned before IPFS was there (1 January 2014); what says so has no date.
const FIRST_DATE: Millis = 1_388_534_400_000;

/// A date may be ahead of this computer's clock by so much, and no more.
const AHEAD: Millis = 24 * 60 * 60 * 1000;

/// Pins and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) pins: u64,
    /// How many of them have a size.
    sized: u64,
    bytes: u64,
}

impl Sum {
    fn add(&mut self, bytes: Option<u64>) {
        self.pins += 1;
        self.sized += u64::from(bytes.is_some());
        self.bytes = self.bytes.saturating_add(bytes.unwrap_or(0));
    }

    pub(super) fn without_size(&self) -> u64 {
        self.pins - self.sized
    }

    /// The bytes of the pins whose size is known, where any is.
    pub(super) fn bytes(&self) -> Option<u64> {
        Some(self.bytes).filter(|_| self.sized > 0 || self.pins == 0)
    }
}

/// One of the largest. Sorted by size, then by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Large {
    pub(super) bytes: u64,
    pub(super) id: i64,
    pub(super) kind: FileKind,
}

/// The sums over all pins of an account.
#[derive(Default)]
pub(super) struct Census {
    now: Millis,
    pub(super) all: Sum,
    pub(super) without_date: u64,
    pub(super) kinds: HashMap<FileKind, Sum>,
    /// By the service's id of the group.
    pub(super) groups: HashMap<Box<str>, Sum>,
    pub(super) in_no_group: Sum,
    /// When each was pinned, and its size.
    pub(super) dated: Vec<(Millis, u64)>,
    largest: BinaryHeap<Reverse<Large>>,
}

impl Census {
    pub(super) fn new(now: Millis) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, pin: Counted<'_>) {
        let bytes = pin.bytes.filter(|bytes| *bytes <= LARGEST_PIN);
        self.all.add(bytes);
        self.kinds.entry(pin.kind).or_default().add(bytes);
        if pin.groups.is_empty() {
            self.in_no_group.add(bytes);
        }
        // A pin in two groups takes its space in both.
        for group in pin.groups {
            if let Some(sum) = self.groups.get_mut(group) {
                sum.add(bytes);
            } else {
                self.groups.entry(group.clone()).or_default().add(bytes);
            }
        }
        match pin.pinned {
            Some(at) if (FIRST_DATE..=self.now + AHEAD).contains(&at) => {
                self.dated.push((at.min(self.now), bytes.unwrap_or(0)));
            }
            _ => self.without_date += 1,
        }
        if let Some(bytes) = bytes.filter(|bytes| *bytes > 0) {
            self.keep_large(Large {
                bytes,
                id: pin.id,
                kind: pin.kind,
            });
        }
    }

    fn keep_large(&mut self, pin: Large) {
        if self.largest.len() < LARGEST {
            self.largest.push(Reverse(pin));
        } else if self.largest.peek().is_some_and(|least| least.0 < pin) {
            self.largest.pop();
            self.largest.push(Reverse(pin));
        }
    }

    /// The largest first.
    pub(super) fn largest(&self) -> Vec<Large> {
        let mut largest: Vec<Large> = self.largest.iter().map(|Reverse(pin)| *pin).collect();
        largest.sort_unstable_by(|a, b| b.cmp(a));
        largest
    }

    /// The bytes of all, where they can be: `None` where no size is known, or where they add up to more than can be.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.all.bytes().filter(|bytes| *bytes < MOST_BYTES)
    }
}

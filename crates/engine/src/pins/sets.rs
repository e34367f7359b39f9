//! Result sets: sorted numbers of rows, so that "row 40,000 to 40,200" and "all but these" mean the same all the while.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use serde::Deserialize;
use specta::Type;

use crate::accounts::AccountId;
use crate::error::CommandError;

/// Sets kept alive; the page needs the newest, and one more while it changes over.
const KEPT: usize = 8;

/// Inclusive ranges of places in a set, ascending.
#[derive(Debug, Clone, PartialEq, Deserialize, Type)]
pub struct Selection {
    /// The set.
    #[specta(type = u32)]
    pub set: u64,
    /// From and to, both in it.
    #[specta(type = Vec<(u32, u32)>)]
    pub ranges: Vec<(usize, usize)>,
}

#[derive(Default)]
pub(super) struct Sets {
    last: u64,
    kept: VecDeque<Set>,
}

#[derive(Clone)]
pub(super) struct Set {
    number: u64,
    pub(super) account: AccountId,
    pub(super) ids: Arc<[i64]>,
}

impl Set {
    /// The rows' numbers at these places; places outside the set are no error, the set may have come from an old page.
    pub(super) fn at(&self, ranges: &[(usize, usize)]) -> Vec<i64> {
        let mut ids = Vec::new();
        for (from, to) in ranges {
            let to = to.saturating_add(1).min(self.ids.len());
            ids.extend_from_slice(self.ids.get(*from..to).unwrap_or_default());
        }
        ids
    }
}

impl Sets {
    /// Keeps a new set; answers its number and the carried selection in its places.
    pub(super) fn open(
        &mut self,
        account: AccountId,
        ids: Vec<i64>,
        carry: Option<&Selection>,
    ) -> (u64, Vec<(usize, usize)>) {
        let selection = match carry.and_then(|carry| Some((self.get(carry.set).ok()?, carry))) {
            Some((old, carry)) if old.account == account => carry_over(&old, carry, &ids),
            _ => Vec::new(),
        };
        self.last += 1;
        self.kept.push_front(Set {
            number: self.last,
            account,
            ids: ids.into(),
        });
        self.kept.truncate(KEPT);
        (self.last, selection)
    }

    pub(super) fn get(&self, number: u64) -> Result<Set, CommandError> {
        self.kept
            .iter()
            .find(|set| set.number == number)
            .cloned()
            .ok_or_else(|| CommandError::gone("This list"))
    }
}

fn carry_over(old: &Set, carry: &Selection, ids: &[i64]) -> Vec<(usize, usize)> {
    let selected: HashSet<i64> = old.at(&carry.ranges).into_iter().collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    if selected.is_empty() {
        return ranges;
    }
    for (place, id) in ids.iter().enumerate() {
        if !selected.contains(id) {
            continue;
        }
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == place => *to = place,
            _ => ranges.push((place, place)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_follows_its_rows_into_the_next_set() {
        let mut sets = Sets::default();
        let (first, _) = sets.open(1, vec![10, 20, 30, 40], None);
        let carry = Selection {
            set: first,
            ranges: vec![(1, 2)],
        };
        let (_, selection) = sets.open(1, vec![5, 30, 10, 20], Some(&carry));
        assert_eq!(selection, [(1, 1), (3, 3)]);
    }

    #[test]
    fn a_set_of_another_account_carries_nothing_over() {
        let mut sets = Sets::default();
        let (first, _) = sets.open(1, vec![10, 20], None);
        let carry = Selection {
            set: first,
            ranges: vec![(0, 1)],
        };
        assert!(sets.open(2, vec![10, 20], Some(&carry)).1.is_empty());
    }

    #[test]
    fn places_outside_a_set_and_sets_long_gone_lose_nothing() {
        let mut sets = Sets::default();
        let (first, _) = sets.open(1, vec![10], None);
        assert_eq!(
            sets.get(first)
                .expect("is kept")
                .at(&[(0, 9), (7, 9), (3, 1)]),
            [10]
        );
        for _ in 0..KEPT {
            sets.open(1, vec![], None);
        }
        assert!(sets.get(first).is_err());
    }
}

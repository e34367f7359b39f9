//! Which pins a person wants to see: conditions that must all hold, decided from what is in memory alone.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::CheckState;
use super::kind::FileKind;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};

/// Which of the two networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PinNetwork {
    /// Everyone with the CID may read it.
    Public,
    /// Only the account's own gateway gives it.
    Private,
}

/// How a value is compared. Text is compared without case; two numbers are compared as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyValueOperator {
    /// The key is there, whatever its value.
    Present,
    /// The key is not there.
    Absent,
    /// The same.
    Is,
    /// There, and not the same.
    IsNot,
    /// Has it in it.
    Contains,
    /// There, and does not have it in it.
    ContainsNot,
    /// Greater.
    Greater,
    /// Greater or the same.
    AtLeast,
    /// Less.
    Less,
    /// Less or the same.
    AtMost,
    /// From the one value to the other, both included.
    Between,
    /// There, and outside the two.
    NotBetween,
    /// A regular expression finds something in it.
    Matches,
}

/// A condition on one key-value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct KeyValueCondition {
    /// The key, without case.
    pub key: String,
    /// How its value is compared.
    pub operator: KeyValueOperator,
    /// With what; not looked at where only the key counts.
    pub value: String,
    /// The other end of a range.
    pub to: String,
}

/// Pins in which group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum InGroup {
    /// In no group.
    None,
    /// In the group of this id at the service.
    Group(String),
}

/// What a person narrowed the list to. Everything that is set must hold; the default is every pin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PinFilters {
    /// Of one of these kinds; empty for all.
    pub kinds: Vec<FileKind>,
    /// At least so many bytes.
    #[specta(type = Option<u32>)]
    pub size_min: Option<u64>,
    /// At most so many bytes.
    #[specta(type = Option<u32>)]
    pub size_max: Option<u64>,
    /// Pinned at this moment or later.
    #[specta(type = Option<u32>)]
    pub pinned_from: Option<Millis>,
    /// Pinned before this moment.
    #[specta(type = Option<u32>)]
    pub pinned_until: Option<Millis>,
    /// Unpinned at this moment or later: nothing that is pinned now.
    #[specta(type = Option<u32>)]
    pub unpinned_from: Option<Millis>,
    /// Unpinned before this moment.
    #[specta(type = Option<u32>)]
    pub unpinned_until: Option<Millis>,
    /// All of these.
    pub keyvalues: Vec<KeyValueCondition>,
    /// In this group, or in none.
    pub group: Option<InGroup>,
    /// On this network.
    pub network: Option<PinNetwork>,
    /// In one of these states of the check; empty for all.
    pub checks: Vec<CheckState>,
    /// Kept more than once: under the same CID, or as the same bytes.
    pub duplicates: bool,
}

/// One of the conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// The kinds.
    Kinds,
    /// The sizes.
    Size,
    /// When it was pinned.
    Pinned,
    /// When it was unpinned.
    Unpinned,
    /// One key-value.
    KeyValue,
    /// The group.
    Group,
    /// The network.
    Network,
    /// The states of the check.
    Checks,
    /// More than once.
    Duplicates,
}

/// How many pins would be found if one condition were dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct Without {
    /// Which.
    pub facet: Facet,
    /// Which of the key-values; else 0.
    #[specta(type = u32)]
    pub at: usize,
    /// How many.
    #[specta(type = u32)]
    pub total: usize,
}

/// The most conditions on key-values: as many as a pin has.
const MOST_CONDITIONS: usize = 10;

impl PinFilters {
    /// Nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.facets().is_empty()
    }

    /// The conditions that are set.
    pub(super) fn facets(&self) -> Vec<(Facet, usize)> {
        let set = [
            (Facet::Kinds, !self.kinds.is_empty()),
            (
                Facet::Size,
                self.size_min.is_some() || self.size_max.is_some(),
            ),
            (
                Facet::Pinned,
                self.pinned_from.is_some() || self.pinned_until.is_some(),
            ),
            (
                Facet::Unpinned,
                self.unpinned_from.is_some() || self.unpinned_until.is_some(),
            ),
            (Facet::Group, self.group.is_some()),
            (Facet::Network, self.network.is_some()),
            (Facet::Checks, !self.checks.is_empty()),
            (Facet::Duplicates, self.duplicates),
        ];
        let keyvalues = (0..self.keyvalues.len()).map(|at| (Facet::KeyValue, at));
        set.into_iter()
            .filter_map(|(facet, set)| set.then_some((facet, 0)))
            .chain(keyvalues)
            .collect()
    }

    /// The same without one condition.
    pub(super) fn without(&self, facet: Facet, at: usize) -> Self {
        let mut rest = self.clone();
        match facet {
            Facet::Kinds => rest.kinds.clear(),
            Facet::Size => (rest.size_min, rest.size_max) = (None, None),
            Facet::Pinned => (rest.pinned_from, rest.pinned_until) = (None, None),
            Facet::Unpinned => (rest.unpinned_from, rest.unpinned_until) = (None, None),
            Facet::KeyValue => {
                if at < rest.keyvalues.len() {
                    rest.keyvalues.remove(at);
                }
            }
            Facet::Group => rest.group = None,
            Facet::Network => rest.network = None,
            Facet::Checks => rest.checks.clear(),
            Facet::Duplicates => rest.duplicates = false,
        }
        rest
    }

    /// Ready to be asked of many pins; or why it cannot be.
    pub(super) fn ready(&self) -> Result<Ready<'_>, CommandError> {
        if self.keyvalues.len() > MOST_CONDITIONS {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                format!(
                    "A search takes at most {MOST_CONDITIONS} conditions on key-values. Remove one first."
                ),
            ));
        }
        let keyvalues = self.keyvalues.iter().map(ReadyTest::of);
        Ok(Ready {
            filters: self,
            keyvalues: keyvalues.collect::<Result<_, _>>()?,
        })
    }
}

/// What of a pin the filters look at, beside its text.
pub(super) struct Traits {
    pub(super) bytes: Option<u64>,
    pub(super) pinned: Option<Millis>,
    pub(super) kind: FileKind,
    pub(super) public: bool,
    pub(super) check: CheckState,
    /// Stands for its bytes: two pins of the same content have the same.
    pub(super) content: u64,
    pub(super) groups: Box<[Box<str>]>,
}

struct ReadyTest {
    key: String,
    operator: KeyValueOperator,
    value: Operand,
    to: Operand,
    pattern: Option<Regex>,
}

/// One side of a comparison.
struct Operand {
    text: String,
    number: Option<f64>,
}

impl Operand {
    fn of(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        Self {
            number: number(&text),
            text,
        }
    }

    /// How a value stands to this.
    fn order(&self, value: &str) -> std::cmp::Ordering {
        match (self.number, number(value)) {
            (Some(this), Some(value)) => value.total_cmp(&this),
            _ => value.cmp(&self.text),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

impl ReadyTest {
    fn of(condition: &KeyValueCondition) -> Result<Self, CommandError> {
        if condition.key.trim().is_empty() {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "A condition on key-values needs a key.",
            ));
        }
        let pattern = (condition.operator == KeyValueOperator::Matches)
            .then(|| {
                RegexBuilder::new(&condition.value)
                    .case_insensitive(true)
                    .size_limit(1 << 20)
                    .build()
            })
            .transpose()
            .map_err(|_| {
                CommandError::new(
                    ErrorCode::BadInput,
                    format!(
                        "“{}” is not a regular expression. Choose “contains” to look for it as text.",
                        condition.value
                    ),
                )
            })?;
        Ok(Self {
            key: condition.key.trim().to_lowercase(),
            operator: condition.operator,
            value: Operand::of(&condition.value),
            to: Operand::of(&condition.to),
            pattern,
        })
    }

    /// Keys that differ only in case are one: any of their values may hold.
    fn holds<'a>(&self, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
        let mut values = pairs
            .filter(|(key, _)| *key == self.key)
            .map(|(_, value)| value);
        match self.operator {
            KeyValueOperator::Absent => values.next().is_none(),
            _ => values.any(|value| self.holds_for(value)),
        }
    }

    fn holds_for(&self, value: &str) -> bool {
        use KeyValueOperator as Op;
        let order = |with: &Operand| with.order(value);
        let within = || order(&self.value).is_ge() && order(&self.to).is_le();
        match self.operator {
            Op::Present => true,
            Op::Absent => false,
            Op::Is => order(&self.value).is_eq(),
            Op::IsNot => order(&self.value).is_ne(),
            Op::Contains => value.contains(&self.value.text),
            Op::ContainsNot => !value.contains(&self.value.text),
            Op::Greater => order(&self.value).is_gt(),
            Op::AtLeast => order(&self.value).is_ge(),
            Op::Less => order(&self.value).is_lt(),
            Op::AtMost => order(&self.value).is_le(),
            Op::Between => within(),
            Op::NotBetween => !within(),
            Op::Matches => self
                .pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(value)),
        }
    }
}

/// Filters whose patterns are compiled.
pub(super) struct Ready<'a> {
    filters: &'a PinFilters,
    keyvalues: Vec<ReadyTest>,
}

impl Ready<'_> {
    /// Whether a pin is wanted. `pairs`: its key-values in lower case. `copies`: how many pins have each content.
    pub(super) fn wants<'a, P>(
        &self,
        pin: &Traits,
        pairs: impl Fn() -> P,
        copies: &HashMap<u64, u32>,
    ) -> bool
    where
        P: Iterator<Item = (&'a str, &'a str)>,
    {
        let wish = self.filters;
        let network = match wish.network {
            None => true,
            Some(PinNetwork::Public) => pin.public,
            Some(PinNetwork::Private) => !pin.public,
        };
        let group = match &wish.group {
            None => true,
            Some(InGroup::None) => pin.groups.is_empty(),
            Some(InGroup::Group(id)) => pin.groups.iter().any(|group| **group == **id),
        };
        network
            && group
            && wish.unpinned_from.is_none()
            && wish.unpinned_until.is_none()
            && (wish.kinds.is_empty() || wish.kinds.contains(&pin.kind))
            && (wish.checks.is_empty() || wish.checks.contains(&pin.check))
            && within(pin.bytes, wish.size_min, wish.size_max)
            && wish
                .pinned_from
                .is_none_or(|from| pin.pinned.is_some_and(|at| at >= from))
            && wish
                .pinned_until
                .is_none_or(|until| pin.pinned.is_some_and(|at| at < until))
            && (!wish.duplicates || copies.get(&pin.content).is_some_and(|copies| *copies > 1))
            && self.keyvalues.iter().all(|test| test.holds(pairs()))
    }

    /// Whether a pin is wanted by its kind and its key-values (in lower case) alone.
    pub(super) fn wants_kind_and_pairs(&self, kind: FileKind, pairs: &[(String, String)]) -> bool {
        let pairs = || {
            pairs
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
        };
        (self.filters.kinds.is_empty() || self.filters.kinds.contains(&kind))
            && self.keyvalues.iter().all(|test| test.holds(pairs()))
    }
}

/// What is not known is in no range.
fn within(size: Option<u64>, min: Option<u64>, max: Option<u64>) -> bool {
    min.is_none_or(|min| size.is_some_and(|size| size >= min))
        && max.is_none_or(|max| size.is_some_and(|size| size <= max))
}

#[cfg(test)]
#[path = "filters_tests.rs"]
mod tests;

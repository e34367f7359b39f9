//! Which pins a person wants to see: conditions that must all hold, decided from what is in memory alone.

use std::collections::HashMap;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::CheckState;
use super::condition::{KeyValueCondition, ReadyTest};
use super::entry::key_of;
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
    /// Of exactly this media type, as the service says it.
    pub mime: Option<String>,
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
    /// The media type.
    Mime,
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
            (Facet::Mime, self.mime.is_some()),
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
            Facet::Mime => rest.mime = None,
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
            mime: self.mime.as_deref().map(mime_key),
            keyvalues: keyvalues.collect::<Result<_, _>>()?,
        })
    }
}

/// What of a pin the filters look at, beside its text.
pub(super) struct Traits {
    pub(super) bytes: Option<u64>,
    pub(super) pinned: Option<Millis>,
    pub(super) kind: FileKind,
    /// Stands for the media type.
    pub(super) mime: Option<NonZeroU64>,
    pub(super) public: bool,
    pub(super) check: CheckState,
    /// Stands for its bytes: two pins of the same content have the same.
    pub(super) content: u64,
    pub(super) groups: Box<[Box<str>]>,
}

/// Filters whose patterns are compiled.
pub(super) struct Ready<'a> {
    filters: &'a PinFilters,
    mime: Option<NonZeroU64>,
    keyvalues: Vec<ReadyTest>,
}

impl Ready<'_> {
    /// Whether a pin is wanted. `pairs`: its key-values, in lower case where that is asked for. `copies`: how many pins have each content.
    pub(super) fn wants<'a, P>(
        &self,
        pin: &Traits,
        pairs: impl Fn(bool) -> P,
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
            && self.mime.is_none_or(|mime| pin.mime == Some(mime))
            && (wish.checks.is_empty() || wish.checks.contains(&pin.check))
            && within(pin.bytes, wish.size_min, wish.size_max)
            && wish
                .pinned_from
                .is_none_or(|from| pin.pinned.is_some_and(|at| at >= from))
            && wish
                .pinned_until
                .is_none_or(|until| pin.pinned.is_some_and(|at| at < until))
            && (!wish.duplicates || copies.get(&pin.content).is_some_and(|copies| *copies > 1))
            && self.holds(pairs)
    }

    fn holds<'a, P>(&self, pairs: impl Fn(bool) -> P) -> bool
    where
        P: Iterator<Item = (&'a str, &'a str)>,
    {
        let mut tests = self.keyvalues.iter();
        tests.all(|test| test.holds(pairs(test.any_case)))
    }

    /// Whether a pin is wanted by its key-values alone.
    pub(super) fn wants_pairs(&self, pairs: &[(String, String)]) -> bool {
        let lower = |(key, value): &(String, String)| (key.to_lowercase(), value.to_lowercase());
        let lower: Vec<_> = pairs.iter().map(lower).collect();
        self.holds(|any_case| {
            let pairs = if any_case { lower.as_slice() } else { pairs };
            pairs
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
        })
    }

    /// Whether a pin is wanted by its kind, its media type and its key-values alone.
    pub(super) fn wants_kind_and_pairs(
        &self,
        kind: FileKind,
        mime: Option<&str>,
        pairs: &[(String, String)],
    ) -> bool {
        let wish = self.filters;
        (wish.kinds.is_empty() || wish.kinds.contains(&kind))
            && wish
                .mime
                .as_deref()
                .is_none_or(|wanted| mime == Some(wanted.trim()))
            && self.wants_pairs(pairs)
    }
}

/// A number that stands for a media type.
pub(super) fn mime_key(mime: &str) -> NonZeroU64 {
    NonZeroU64::MIN | key_of(mime.trim().as_bytes())
}

/// What is not known is in no range.
fn within(size: Option<u64>, min: Option<u64>, max: Option<u64>) -> bool {
    min.is_none_or(|min| size.is_some_and(|size| size >= min))
        && max.is_none_or(|max| size.is_some_and(|size| size <= max))
}

#[cfg(test)]
#[path = "filters_tests.rs"]
mod tests;

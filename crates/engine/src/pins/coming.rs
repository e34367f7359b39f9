//! Pins that are not there yet, and whether they are among those that a person narrowed a list to: as far as that is known
//! before a service keeps them.

use std::collections::BTreeMap;

use super::filters::Ready;
use super::kind::FileKind;
use super::{CheckState, InGroup, PinFilters, PinNetwork, Scalar};
use crate::clock::Millis;
use crate::error::CommandError;

/// What is known of a pin that is to come.
pub(crate) struct Coming {
    /// Its name.
    pub(crate) name: String,
    /// Bytes, once they were counted here.
    pub(crate) bytes: Option<u64>,
    /// It is a folder, where somebody looked.
    pub(crate) folder: Option<bool>,
    /// By key.
    pub(crate) keyvalues: BTreeMap<String, Scalar>,
    /// The service's id of its group.
    pub(crate) group: Option<String>,
    /// Everyone may read it.
    pub(crate) public: bool,
    /// How its CIDs compare.
    pub(crate) check: CheckState,
    /// When it was asked for.
    pub(crate) created: Millis,
}

/// Whether it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    No,
    /// Nothing speaks against it, but this of it is not known.
    Unknown(&'static str),
}

/// Filters that are ready to be asked of pins that are to come.
pub(crate) struct ComingFilter<'a> {
    wish: &'a PinFilters,
    ready: Ready<'a>,
}

impl<'a> ComingFilter<'a> {
    pub(crate) fn of(wish: &'a PinFilters) -> Result<Self, CommandError> {
        let ready = wish.ready()?;
        Ok(Self { wish, ready })
    }

    pub(crate) fn fit(&self, pin: &Coming) -> Fit {
        let wish = self.wish;
        let group = wish.group.as_ref().is_none_or(|group| match group {
            InGroup::None => pin.group.is_none(),
            InGroup::Group(id) => pin.group.as_ref() == Some(id),
        });
        let network = wish
            .network
            .is_none_or(|network| pin.public == (network == PinNetwork::Public));
        let check = wish.checks.is_empty() || wish.checks.contains(&pin.check);
        let told = pin.keyvalues.iter();
        let pairs: Vec<_> = told
            .map(|(key, value)| (key.clone(), value.to_string()))
            .collect();
        if !(group && network && check && self.ready.wants_pairs(&pairs)) {
            return Fit::No;
        }
        let kind = |folder| FileKind::of(&pin.name.to_lowercase(), folder, None);
        let size = |bytes: u64| {
            wish.size_min.is_none_or(|min| bytes >= min)
                && wish.size_max.is_none_or(|max| bytes <= max)
        };
        let timed = wish.pinned_from.is_some() || wish.pinned_until.is_some();
        let sized = wish.size_min.is_some() || wish.size_max.is_some();
        let asked = [
            (sized, pin.bytes.map(size), "size"),
            (
                !wish.kinds.is_empty(),
                pin.folder.map(|folder| wish.kinds.contains(&kind(folder))),
                "kind",
            ),
            (wish.mime.is_some(), None, "media type"),
            (timed, None, "time of pinning"),
            (wish.duplicates, None, "number of copies"),
        ];
        let asked: Vec<_> = asked.into_iter().filter(|(asked, ..)| *asked).collect();
        if asked.iter().any(|(_, holds, _)| *holds == Some(false)) {
            return Fit::No;
        }
        let unknown = asked.iter().find(|(_, holds, _)| holds.is_none());
        unknown.map_or(Fit::Yes, |(_, _, what)| Fit::Unknown(what))
    }
}

//! Folders: one block, or a HAMT when that block would be too large.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    convert::Infallible,
};

use thiserror::Error;

use crate::{
    Profile,
    block::{Blocks, Discard, Root, put_node},
    dagpb::{self, Link},
    hamt::Placement,
    profile::{SHARD_ABOVE, Threshold},
};

/// Why a name cannot stand in a folder. Any other bytes can, also those that are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// The name has no bytes.
    #[error("the name is empty")]
    Empty,
    /// The name contains `/`, which separates names in a path.
    #[error("the name contains a slash")]
    Slash,
    /// The name contains a zero byte.
    #[error("the name contains a zero byte")]
    Nul,
    /// The name is `.` or `..`, which mean other folders.
    #[error("the name stands for this folder or the one above")]
    Dots,
    /// The folder has an entry of this name already.
    #[error("the folder has an entry of this name already")]
    Duplicate,
}

/// Whether these bytes can be a name at all.
pub(crate) fn check_name(name: &[u8]) -> Result<(), NameError> {
    match name {
        b"" => Err(NameError::Empty),
        b"." | b".." => Err(NameError::Dots),
        _ if name.contains(&b'/') => Err(NameError::Slash),
        _ if name.contains(&0) => Err(NameError::Nul),
        _ => Ok(()),
    }
}

/// A folder made from finished children, which may come in any order.
#[derive(Clone, Debug)]
pub struct Folder {
    profile: Profile,
    entries: BTreeMap<Vec<u8>, Root>,
}

impl Folder {
    /// An empty folder. Its children are expected to have been made with the same profile.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            entries: BTreeMap::new(),
        }
    }

    /// Adds a file or a folder under its name.
    pub fn add(&mut self, name: Vec<u8>, child: Root) -> Result<(), NameError> {
        check_name(&name)?;
        match self.entries.entry(name) {
            Entry::Occupied(_) => Err(NameError::Duplicate),
            Entry::Vacant(place) => {
                place.insert(child);
                Ok(())
            }
        }
    }

    /// Adds a child whose name has been checked before.
    pub(crate) fn insert(&mut self, name: &[u8], child: Root) {
        self.entries.insert(name.to_vec(), child);
    }

    /// The root of the folder; its `size` is the sum of the contents.
    ///
    /// Above the threshold of the profile it is a HAMT. Should two of its names have the same 64-bit hash, which
    /// happens on purpose only and which Kubo refuses, the folder stays in one block.
    pub fn finish(self) -> Root {
        let Ok(root) = self.put::<Infallible>(&mut Discard);
        root
    }

    /// Emits the blocks of the folder itself, children before parents.
    pub(crate) fn put<E>(&self, blocks: &mut impl Blocks<E>) -> Result<Root, E> {
        let layout = self.profile.layout();
        if self.is_large() {
            let entries = self
                .entries
                .iter()
                .map(|(name, child)| (name.as_slice(), child));
            if let Some(placement) = Placement::of(entries) {
                return placement.put(layout, blocks);
            }
        }
        let node = dagpb::folder_node(self.links());
        put_node(layout.version, &node, self.entries.values(), blocks)
    }

    fn links(&self) -> impl Iterator<Item = Link<'_>> {
        self.entries.iter().map(|(name, child)| Link {
            prefix: b"",
            name,
            child,
        })
    }

    fn is_large(&self) -> bool {
        let measure: u64 = match self.profile.threshold() {
            Threshold::LinksEstimate => self
                .entries
                .iter()
                .map(|(name, child)| (name.len() + child.cid.encoded_len()) as u64)
                .sum(),
            Threshold::BlockBytes => dagpb::folder_node_len(self.links()),
        };
        measure > SHARD_ABOVE
    }
}

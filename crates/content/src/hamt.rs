//! Sharded folders: a trie over the hashes of the names, 256 slots a node, as Kubo writes it.

use crate::{
    block::{Blocks, Root, put_node},
    dagpb::{self, Link},
    murmur3::murmur3_x64_64,
    profile::Layout,
};

/// One entry with the hash that places it.
struct Placed<'a> {
    hash: u64,
    name: &'a [u8],
    child: &'a Root,
}

/// The entries of a folder, placed. `None` when two names have the same hash: no trie can hold both.
pub(crate) struct Placement<'a>(Vec<Placed<'a>>);

impl<'a> Placement<'a> {
    pub(crate) fn of(entries: impl Iterator<Item = (&'a [u8], &'a Root)>) -> Option<Self> {
        let mut placed: Vec<_> = entries
            .map(|(name, child)| Placed {
                hash: murmur3_x64_64(name),
                name,
                child,
            })
            .collect();
        placed.sort_unstable_by_key(|entry| entry.hash);
        let collide = placed.windows(2).any(|pair| pair[0].hash == pair[1].hash);
        (!collide).then_some(Self(placed))
    }

    /// Emits the nodes, children before parents, and gives the root.
    pub(crate) fn put<E>(&self, layout: Layout, blocks: &mut impl Blocks<E>) -> Result<Root, E> {
        put_shard(&self.0, 0, layout, blocks)
    }
}

/// What stands in a slot: an entry, or a deeper node where several entries share the slot.
enum Slot<'a> {
    Entry(&'a Placed<'a>),
    Shard(Root),
}

/// One node for entries that agree in the first `depth` bytes of their hashes. At most eight calls deep.
fn put_shard<E>(
    entries: &[Placed<'_>],
    depth: usize,
    layout: Layout,
    blocks: &mut impl Blocks<E>,
) -> Result<Root, E> {
    let slot_of = |entry: &Placed<'_>| entry.hash.to_be_bytes()[depth];
    let mut bits = [0_u8; 32];
    let mut slots = Vec::new();
    for group in entries.chunk_by(|a, b| slot_of(a) == slot_of(b)) {
        let index = slot_of(&group[0]);
        bits[31 - usize::from(index / 8)] |= 1 << (index % 8);
        let slot = match group {
            [entry] => Slot::Entry(entry),
            several => Slot::Shard(put_shard(several, depth + 1, layout, blocks)?),
        };
        slots.push((format!("{index:02X}"), slot));
    }
    let links = slots.iter().map(|(prefix, slot)| match slot {
        Slot::Entry(entry) => Link {
            prefix: prefix.as_bytes(),
            name: entry.name,
            child: entry.child,
        },
        Slot::Shard(shard) => Link {
            prefix: prefix.as_bytes(),
            name: b"",
            child: shard,
        },
    });
    let node = dagpb::shard_node(links, bits);
    let children = slots.iter().map(|(_, slot)| match slot {
        Slot::Entry(entry) => entry.child,
        Slot::Shard(shard) => shard,
    });
    put_node(layout.version, &node, children, blocks)
}

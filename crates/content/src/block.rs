//! One block: its hash, its CID, and where it goes.

use cid::{Cid, Version, multihash::Multihash};
use ring::digest::{Context, SHA256};

/// Multicodecs of the two kinds of blocks, and of the hash.
pub(crate) const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;
const SHA2_256: u64 = 0x12;

/// What a finished file, folder or part of one is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// The content identifier.
    pub cid: Cid,
    /// Bytes of all blocks, a block that occurs twice counted twice: Kubo's cumulative size, the `Tsize` of a link.
    pub dag_size: u64,
    /// Number of blocks, a block that occurs twice counted twice.
    pub blocks: u64,
    /// Bytes of content: of a file its length, of a folder the sum of its files.
    pub size: u64,
}

/// Where blocks go as they are made, children before their parents.
pub(crate) trait Blocks<E> {
    /// Takes one block that has links.
    fn put(&mut self, cid: &Cid, node: &[u8]) -> Result<(), E>;

    /// Hears of a leaf, which was hashed elsewhere; those of a file come in their order.
    fn leaf(&mut self, _leaf: &Root) {}
}

/// Blocks that only have to be hashed.
pub(crate) struct Discard;

impl<E> Blocks<E> for Discard {
    fn put(&mut self, _cid: &Cid, _node: &[u8]) -> Result<(), E> {
        Ok(())
    }
}

/// The kind of a block, which stands in its CID.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Raw,
    Node(Version),
}

/// Hashes the pieces as one block.
pub(crate) fn cid_of(kind: Kind, block: &[&[u8]]) -> Cid {
    let mut context = Context::new(&SHA256);
    for piece in block {
        context.update(piece);
    }
    let hash = Multihash::wrap(SHA2_256, context.finish().as_ref()).expect("32 bytes fit into 64");
    match kind {
        Kind::Raw => Cid::new_v1(RAW, hash),
        Kind::Node(Version::V0) => Cid::new_v0(hash).expect("CIDv0 is made for SHA-256"),
        Kind::Node(Version::V1) => Cid::new_v1(DAG_PB, hash),
    }
}

/// Emits an inner node over `children` and gives its root.
pub(crate) fn put_node<'a, E>(
    version: Version,
    node: &[u8],
    children: impl Iterator<Item = &'a Root>,
    blocks: &mut impl Blocks<E>,
) -> Result<Root, E> {
    let mut root = Root {
        cid: cid_of(Kind::Node(version), &[node]),
        dag_size: node.len() as u64,
        blocks: 1,
        size: 0,
    };
    for child in children {
        root.dag_size += child.dag_size;
        root.blocks += child.blocks;
        root.size += child.size;
    }
    blocks.put(&root.cid, node)?;
    Ok(root)
}

//! Bytes and names to CIDs, with Kubo's classic parameters where nothing else is set: chunks of 262,144 bytes, at most 174
//! links a node, balanced; CIDv0 with dag-pb leaves or CIDv1 with raw leaves; folders are plain
//! directories until their links pass 262,144 bytes, HAMT shards above.

use cid::{Cid, Version};
use rust_unixfs::dir::builder::{BufferingTreeBuilder, TreeOptions};
use rust_unixfs::file::adder::{Chunker, FileAdder};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::num::NonZeroUsize;

/// Bytes per leaf, where nothing else is set.
const CHUNK: usize = 262_144;

/// How uploads are cut into blocks. Services differ, and clients must not take another layout for other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Kubo's classic parameters, in the CID version that was asked for.
    #[default]
    AsAsked,
    /// The same in CIDv0, whatever was asked for.
    AlwaysV0,
    /// Leaves of so many bytes.
    Leaves(NonZeroUsize),
}

/// What a layout makes of one upload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    version: Version,
    leaf: usize,
}

impl Layout {
    /// For an upload that asked for this version.
    pub(crate) fn of(self, asked: Version) -> Shape {
        let (version, leaf) = match self {
            Self::AsAsked => (asked, CHUNK),
            Self::AlwaysV0 => (Version::V0, CHUNK),
            Self::Leaves(leaf) => (asked, leaf.get()),
        };
        Shape { version, leaf }
    }
}

impl Shape {
    fn adder(self) -> FileAdder {
        FileAdder::builder()
            .with_cid_version(self.version)
            .with_chunker(Chunker::Size(self.leaf))
            .build()
    }
}

/// The root of a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) cid: Cid,
    /// Cumulative size of the DAG: every block with its framing, repeats counted each time.
    pub(crate) dag_size: u64,
}

/// A tree that cannot be a folder: a path twice, or a file where a folder is needed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotATree(String);

/// Imports all of `reader`, one leaf in memory at a time.
pub(crate) fn file(mut reader: impl Read, shape: Shape) -> io::Result<Root> {
    let mut adder = shape.adder();
    let mut dag_size = 0u64;
    let mut leaf = vec![0u8; shape.leaf];
    loop {
        let filled = fill(&mut reader, &mut leaf)?;
        let mut rest = &leaf[..filled];
        while !rest.is_empty() {
            let (blocks, used) = adder.push(rest);
            dag_size += blocks.map(|(_, block)| block.len() as u64).sum::<u64>();
            rest = &rest[used..];
        }
        if filled < shape.leaf {
            break;
        }
    }
    // A file of exactly one leaf comes out of `push`; `finish` then has nothing to add.
    let mut last = adder_tail(adder, &mut dag_size);
    if last.is_none() && dag_size > 0 {
        last = Some(single_leaf(&leaf, shape));
    }
    let cid = last.ok_or_else(|| io::Error::other("the importer returned no root"))?;
    Ok(Root { cid, dag_size })
}

fn adder_tail(adder: FileAdder, dag_size: &mut u64) -> Option<Cid> {
    let mut last = None;
    for (cid, block) in adder.finish() {
        *dag_size += block.len() as u64;
        last = Some(cid);
    }
    last
}

/// The CID of a file that is exactly one full leaf.
fn single_leaf(leaf: &[u8], shape: Shape) -> Cid {
    let mut adder = shape.adder();
    let (mut blocks, _) = adder.push(leaf);
    blocks.next().map(|(cid, _)| cid).unwrap_or_default()
}

fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Every directory of a tree by its path; `""` is the root.
pub(crate) fn folder(
    files: &[(String, Root)],
    shape: Shape,
) -> Result<BTreeMap<String, Root>, NotATree> {
    let mut options = TreeOptions::default();
    options.cid_version(shape.version);
    options.wrap_with_directory();
    options.block_size_limit(None);
    let mut builder = BufferingTreeBuilder::new(options);
    for (path, root) in files {
        builder
            .put_link(path, root.cid, root.dag_size)
            .map_err(|error| NotATree(error.to_string()))?;
    }
    let mut nodes = builder.build();
    let mut directories = BTreeMap::new();
    while let Some(node) = nodes.next_borrowed() {
        let node = node.map_err(|error| NotATree(error.to_string()))?;
        // Inner shards carry the empty path too; the root comes last and wins.
        let root = Root {
            cid: *node.cid,
            dag_size: node.total_size,
        };
        directories.insert(node.path.to_owned(), root);
    }
    Ok(directories)
}

/// One name for one block whatever the CID's version: the CIDv1 in base32 of its codec and hash.
pub(crate) fn block_key(cid: &Cid) -> String {
    Cid::new_v1(cid.codec(), *cid.hash()).to_string()
}

/// The CIDv1 of `bytes` as one raw block.
pub(crate) fn raw(bytes: &[u8]) -> Cid {
    use sha2::Digest as _;
    const RAW: u64 = 0x55;
    const SHA2_256: u64 = 0x12;
    let hash = multihash::Multihash::wrap(SHA2_256, &sha2::Sha256::digest(bytes))
        .unwrap_or_else(|_| unreachable!("32 bytes fit into a multihash"));
    Cid::new_v1(RAW, hash)
}

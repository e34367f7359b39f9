//! The crate `rust-unixfs` as an oracle, for content that no vector file could hold all of.

use content::{Cid, Folder, Profile, Root, Tree, hash_file};
use proptest::prelude::*;
use rust_unixfs::{
    dir::builder::{BufferingTreeBuilder, TreeOptions},
    file::adder::{BalancedCollector, Chunker, FileAdder},
};

fn version(profile: Profile) -> cid::Version {
    match profile {
        Profile::V0 => cid::Version::V0,
        Profile::V1Raw | Profile::UnixfsV1_2025 => cid::Version::V1,
    }
}

/// CID, bytes of all blocks and number of blocks by the oracle.
fn add_file(content: &[u8], profile: Profile) -> (Cid, u64, u64) {
    let (chunk, width) = match profile {
        Profile::V0 | Profile::V1Raw => (262_144, 174),
        Profile::UnixfsV1_2025 => (1_048_576, 1024),
    };
    let mut adder = FileAdder::builder()
        .with_chunker(Chunker::Size(chunk))
        .with_collector(BalancedCollector::with_branching_factor(width))
        .with_cid_version(version(profile))
        .with_raw_leaves(profile != Profile::V0)
        .build();
    let mut made = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let (blocks, consumed) = adder.push(rest);
        made.extend(blocks.map(|(cid, block)| (cid, block.len() as u64)));
        rest = &rest[consumed..];
    }
    made.extend(adder.finish().map(|(cid, block)| (cid, block.len() as u64)));
    let (root, _) = made.last().expect("a file has a block");
    (
        *root,
        made.iter().map(|(_, length)| length).sum(),
        made.len() as u64,
    )
}

/// The root of the folder that holds these paths, by the oracle. It knows one way to measure folders: that of V0.
fn build_tree(files: &[(String, Root)], profile: Profile) -> (Cid, u64) {
    let mut options = TreeOptions::default();
    options.wrap_with_directory();
    options.cid_version(version(profile));
    options.block_size_limit(None);
    let mut builder = BufferingTreeBuilder::new(options);
    for (path, root) in files {
        builder
            .put_link(path, root.cid, root.dag_size)
            .expect("a new path");
    }
    let node = builder
        .build()
        .map(|node| node.expect("a node"))
        .last()
        .expect("a root");
    (node.cid, node.total_size)
}

fn bytes(length: usize, seed: u8) -> Vec<u8> {
    (0..length)
        .map(|at| (at ^ (at >> 8) ^ (at >> 16)).to_le_bytes()[0] ^ seed)
        .collect()
}

#[test]
fn a_folder_of_very_many_accented_names_is_the_same_hamt() {
    for profile in [Profile::V0, Profile::V1Raw] {
        let child = hash_file(&b"content"[..], profile).expect("memory can be read");
        let files: Vec<_> = (0..10_000)
            .map(|i| (format!("größe {i} 尺寸.txt"), child))
            .collect();
        let mut folder = Folder::new(profile);
        for (name, root) in &files {
            folder
                .add(name.clone().into_bytes(), *root)
                .expect("a new name");
        }
        let root = folder.finish();
        assert_eq!((root.cid, root.dag_size), build_tree(&files, profile));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn files_of_any_length_are_the_same(
        length in prop_oneof![0..600_000_usize, 1_000_000..2_200_000_usize],
        seed in any::<u8>(),
        profile in proptest::sample::select(Profile::ALL.to_vec()),
    ) {
        let content = bytes(length, seed);
        let root = hash_file(&content[..], profile).expect("memory can be read");
        prop_assert_eq!((root.cid, root.dag_size, root.blocks), add_file(&content, profile));
    }

    #[test]
    fn trees_are_the_same(
        paths in proptest::collection::btree_set("[a-cä]{1,3}(/[a-cB.-]{3,4}){0,3}/f[0-9]{2}", 1..40),
        profile in proptest::sample::select(vec![Profile::V0, Profile::V1Raw]),
    ) {
        let files: Vec<_> = paths
            .into_iter()
            .map(|path| (path.clone(), hash_file(path.as_bytes(), profile).expect("memory can be read")))
            .collect();
        let mut tree = Tree::new(profile);
        for (path, root) in &files {
            let names: Vec<_> = path.split('/').collect();
            tree.add_file(&names, *root).expect("a new path");
        }
        let root = tree.finish();
        prop_assert_eq!((root.cid, root.dag_size), build_tree(&files, profile));
    }
}

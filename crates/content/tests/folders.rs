//! Folders and trees against `vectors/importer.json`, and what a folder promises beside its CID.

use content::{Folder, NameError, PathError, Profile, Root, Tree, hash_file};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    numbered_folders: Vec<Numbered>,
    trees: Vec<Listed>,
}

/// A folder of `count` files; see `vectors/regenerate.mjs` for their names and content.
#[derive(Deserialize)]
struct Numbered {
    profile: String,
    count: usize,
    width: usize,
    longer: usize,
    cid: String,
    dag_size: u64,
}

#[derive(Deserialize)]
struct Listed {
    profile: String,
    entries: Vec<Entry>,
    cid: String,
    dag_size: u64,
}

/// A file with its content, or a folder without one.
#[derive(Deserialize)]
struct Entry {
    /// Each name in hexadecimal digits.
    path: Vec<String>,
    content: Option<String>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/importer.json")).expect("the vectors are as above")
}

fn profile(name: &str) -> Profile {
    Profile::from_name(name).expect("a known profile")
}

fn file(content: &str, profile: Profile) -> Root {
    hash_file(content.as_bytes(), profile).expect("memory can be read")
}

fn unhex(name: &str) -> Vec<u8> {
    (0..name.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&name[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}

#[test]
fn large_folders_become_hamts_exactly_where_the_importer_makes_them() {
    let vectors = vectors().numbered_folders;
    assert_eq!(vectors.len(), 18);
    for vector in vectors {
        let profile = profile(&vector.profile);
        let mut folder = Folder::new(profile);
        for index in 0..vector.count {
            let longer = if index + 1 == vector.count {
                vector.longer
            } else {
                0
            };
            let name = format!(
                "{index:0width$}{}",
                "x".repeat(longer),
                width = vector.width
            );
            folder
                .add(name.into_bytes(), file(&index.to_string(), profile))
                .expect("a new name");
        }
        let root = folder.finish();
        let what = format!("{} entries as {}", vector.count, vector.profile);
        assert_eq!(root.cid.to_string(), vector.cid, "{what}");
        assert_eq!(root.dag_size, vector.dag_size, "{what}");
    }
}

#[test]
fn trees_have_the_cids_of_the_importer() {
    let vectors = vectors().trees;
    assert!(vectors.len() >= 27, "only {} vectors", vectors.len());
    for vector in vectors {
        let profile = profile(&vector.profile);
        let mut tree = Tree::new(profile);
        let mut size = 0;
        for entry in &vector.entries {
            let path: Vec<_> = entry.path.iter().map(|name| unhex(name)).collect();
            match &entry.content {
                Some(content) => tree
                    .add_file(&path, file(content, profile))
                    .expect("a new file"),
                None => tree.add_folder(&path).expect("a new folder"),
            }
            size += entry
                .content
                .as_ref()
                .map_or(0, |content| content.len() as u64);
        }
        let root = tree.finish();
        assert_eq!(root.cid.to_string(), vector.cid, "{:?}", vector.profile);
        assert_eq!((root.dag_size, root.size), (vector.dag_size, size));
    }
}

#[test]
fn a_tree_is_the_folders_it_is_made_of() {
    let profile = Profile::V1Raw;
    let leaf = file("leaf", profile);
    let mut inner = Folder::new(profile);
    inner.add(b"leaf".to_vec(), leaf).expect("a new name");
    let mut outer = Folder::new(profile);
    outer
        .add(b"\xff not UTF-8".to_vec(), inner.finish())
        .expect("a new name");
    outer
        .add(b"empty".to_vec(), Folder::new(profile).finish())
        .expect("a new name");

    let mut tree = Tree::new(profile);
    tree.add_folder(&["empty"]).expect("a new folder");
    tree.add_file(&[b"\xff not UTF-8".as_slice(), b"leaf"], leaf)
        .expect("a new file");
    assert_eq!(tree.finish(), outer.finish());
}

#[test]
fn names_that_no_folder_can_hold_are_refused() {
    let mut folder = Folder::new(Profile::V1Raw);
    let child = file("", Profile::V1Raw);
    for (name, error) in [
        (&b""[..], NameError::Empty),
        (b"a/b", NameError::Slash),
        (b"a\0b", NameError::Nul),
        (b".", NameError::Dots),
        (b"..", NameError::Dots),
    ] {
        assert_eq!(folder.add(name.to_vec(), child), Err(error));
    }
    assert_eq!(folder.add(b"...".to_vec(), child), Ok(()));
    assert_eq!(
        folder.add(b"...".to_vec(), child),
        Err(NameError::Duplicate)
    );
}

#[test]
fn a_path_is_a_file_or_a_folder_but_not_both() {
    let mut tree = Tree::new(Profile::V1Raw);
    let child = file("", Profile::V1Raw);
    assert_eq!(tree.add_file(&["a", "b"], child), Ok(()));
    assert_eq!(tree.add_folder(&["a"]), Ok(()));
    assert_eq!(tree.add_folder(&["a"]), Ok(()));
    assert_eq!(tree.add_file(&["a"], child), Err(PathError::FileAndFolder));
    assert_eq!(tree.add_folder(&["a", "b"]), Err(PathError::FileAndFolder));
    assert_eq!(
        tree.add_file(&["a", "b", "c"], child),
        Err(PathError::FileAndFolder)
    );
    assert_eq!(
        tree.add_file(&["a", "b"], child),
        Err(NameError::Duplicate.into())
    );
    assert_eq!(tree.add_file(&["c", "d", "e"], child), Ok(()));
    assert_eq!(tree.add_file(&["c"], child), Err(PathError::FileAndFolder));
    assert_eq!(tree.add_file::<&str>(&[], child), Err(PathError::Empty));
    assert_eq!(tree.add_folder::<&str>(&[]), Ok(()));
    assert_eq!(
        tree.add_file(&["x", ".."], child),
        Err(NameError::Dots.into())
    );
}

#[test]
fn a_tree_of_ten_thousand_levels_does_not_exhaust_the_stack() {
    let path = vec![b"d"; 10_000];
    let mut tree = Tree::new(Profile::V1Raw);
    tree.add_file(&path, file("deep", Profile::V1Raw))
        .expect("a new file");
    assert_eq!(tree.finish().blocks, 10_001);
}

proptest! {
    #[test]
    fn the_order_in_which_entries_come_does_not_matter(
        names in proptest::collection::btree_set("[^/\0]{3,40}", 0..60),
        seed in any::<u64>(),
        profile in proptest::sample::select(Profile::ALL.to_vec()),
    ) {
        let entries: Vec<_> = names.into_iter().map(|name| (file(&name, profile), name)).collect();
        let mut shuffled = entries.clone();
        shuffled.sort_by_key(|(_, name)| name.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(17)
        }));
        let folder = |entries: Vec<(Root, String)>| {
            let mut folder = Folder::new(profile);
            for (root, name) in entries {
                folder.add(name.into_bytes(), root).expect("a set has no duplicates");
            }
            folder.finish()
        };
        prop_assert_eq!(folder(entries), folder(shuffled));
    }
}

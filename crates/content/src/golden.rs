//! Files against `tests/vectors/importer.json`, where the layout itself is the parameter.

use std::{
    convert::Infallible,
    io::{self, Read},
};

use cid::Version;
use serde::Deserialize;

use crate::{
    Profile, Root,
    balanced::{Balanced, leaf},
    block::Discard,
    file::hash_chunks,
    profile::Layout,
};

#[derive(Deserialize)]
struct Vectors {
    files: Vec<FileVector>,
    layouts: Vec<LayoutVector>,
}

#[derive(Deserialize)]
struct FileVector {
    profile: String,
    bytes: String,
    size: u64,
    cid: String,
    dag_size: u64,
}

#[derive(Deserialize)]
struct LayoutVector {
    chunk: usize,
    width: usize,
    raw_leaves: bool,
    cid_version: u8,
    size: u64,
    cid: String,
    dag_size: u64,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../tests/vectors/importer.json"))
        .expect("the vectors are as above")
}

/// Endless bytes; at offset i the exclusive or of the four bytes of i.
struct Pattern {
    at: u32,
}

impl Read for Pattern {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = self
                .at
                .to_le_bytes()
                .into_iter()
                .fold(0, |all, part| all ^ part);
            self.at += 1;
        }
        Ok(buffer.len())
    }
}

/// A file of zeros without hashing them all: every whole chunk is the same leaf.
fn zeros(layout: Layout, size: u64) -> Root {
    let chunk = vec![0; layout.chunk];
    let leaf = |bytes: &[u8]| leaf(layout, bytes);
    let whole = leaf(&chunk);
    let length = layout.chunk as u64;
    let mut file = Balanced::new(layout);
    for _ in 0..size / length {
        let Ok(()) = file.push::<Infallible>(whole, &mut Discard);
    }
    let rest = usize::try_from(size % length).expect("less than a chunk");
    if rest > 0 || size == 0 {
        let Ok(()) = file.push::<Infallible>(leaf(&chunk[..rest]), &mut Discard);
    }
    let Ok(root) = file.finish::<Infallible>(&mut Discard);
    root
}

fn layout_of(vector: &LayoutVector) -> Layout {
    Layout {
        chunk: vector.chunk,
        width: vector.width,
        raw_leaves: vector.raw_leaves,
        version: if vector.cid_version == 0 {
            Version::V0
        } else {
            Version::V1
        },
    }
}

#[test]
fn files_of_every_profile_have_the_cids_of_the_importer() {
    let vectors = vectors().files;
    assert!(vectors.len() >= 60, "only {} vectors", vectors.len());
    for vector in vectors {
        let profile = Profile::from_name(&vector.profile).expect("a known profile");
        let root = match vector.bytes.as_str() {
            "zeros" if vector.size > 10_000_000 => zeros(profile.layout(), vector.size),
            "zeros" => {
                hash_chunks(io::repeat(0).take(vector.size), profile.layout()).expect("no error")
            }
            _ => hash_chunks(Pattern { at: 0 }.take(vector.size), profile.layout())
                .expect("no error"),
        };
        let what = format!(
            "{} bytes of {} as {}",
            vector.size, vector.bytes, vector.profile
        );
        assert_eq!(root.cid.to_string(), vector.cid, "{what}");
        assert_eq!(
            (root.dag_size, root.size),
            (vector.dag_size, vector.size),
            "{what}"
        );
    }
}

#[test]
fn deep_files_have_the_cids_of_the_importer() {
    let vectors = vectors().layouts;
    assert!(vectors.len() >= 20, "only {} vectors", vectors.len());
    for vector in vectors {
        let layout = layout_of(&vector);
        let root = hash_chunks(Pattern { at: 0 }.take(vector.size), layout).expect("no error");
        assert_eq!(
            root.cid.to_string(),
            vector.cid,
            "{} bytes as {layout:?}",
            vector.size
        );
        assert_eq!((root.dag_size, root.size), (vector.dag_size, vector.size));
    }
}

#[test]
fn a_whole_last_node_is_not_wrapped_again() {
    let layout = Layout {
        chunk: 1,
        width: 3,
        raw_leaves: true,
        version: Version::V1,
    };
    let blocks = |leaves| zeros(layout, leaves).blocks;
    assert_eq!([1, 2, 3, 4, 9, 10].map(blocks), [1, 3, 4, 7, 13, 17]);
}

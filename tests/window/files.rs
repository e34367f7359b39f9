//! Real files with names and sizes that have broken programs before.

use std::fs;
use std::path::{Path, PathBuf};

/// What is left of xorshift: the same bytes for the same seed, and nothing that compresses.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Writes one file and gives its path.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    fs::create_dir_all(folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

/// Spaces, accents, `#`, both quotes, a line break, no bytes at all, and several chunks.
pub(crate) fn awkward(folder: &Path) -> Vec<PathBuf> {
    let named: [(&str, usize); 7] = [
        ("two  spaces in it.txt", 17),
        ("Übermut à la carte – 日本.pdf", 1_000),
        ("#1 100%25 & more?.md", 262_144),
        ("she said \"yes\", it's 'fine'.txt", 262_145),
        ("a line\nbreak.txt", 5_000),
        ("nothing in it", 0),
        ("several chunks.bin", 1_500_000),
    ];
    named
        .into_iter()
        .enumerate()
        .map(|(seed, (name, length))| write(folder, name, &noise(seed as u64 + 1, length)))
        .collect()
}

/// A folder with `count` files in ten sub-folders.
pub(crate) fn folder_of(folder: &Path, name: &str, count: usize) -> PathBuf {
    let root = folder.join(name);
    for number in 0..count {
        let part = root.join(format!("part {}", number % 10));
        write(
            &part,
            &format!("file {number:04} é.txt"),
            format!("number {number} of {count}\n")
                .repeat(number % 7 + 1)
                .as_bytes(),
        );
    }
    root
}

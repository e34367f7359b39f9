//! What readers may do to `hash_file`, and what it may not do to them.

use std::{
    io::{self, Read},
    sync::atomic::{AtomicU64, Ordering},
};

use content::{Profile, hash_file};
use proptest::prelude::*;

/// Gives as many bytes at a time as the list says, over and over.
struct Portions<'a> {
    content: &'a [u8],
    portions: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl Read for Portions<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let portion = *self.portions.next().expect("a cycle has no end");
        let count = portion.min(buffer.len()).min(self.content.len());
        self.content.read(&mut buffer[..count])
    }
}

/// Counts what is read, and fails after so many bytes.
struct Failing<'a> {
    left: usize,
    kind: io::ErrorKind,
    reads_after: &'a AtomicU64,
}

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.reads_after.fetch_add(1, Ordering::Relaxed);
            return Err(io::Error::new(self.kind, "the user said stop"));
        }
        let count = self.left.min(buffer.len());
        self.left -= count;
        Ok(count)
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at ^ (at >> 7) ^ (at >> 15)).to_le_bytes()[0])
        .collect()
}

#[test]
fn an_error_of_the_reader_comes_back_unchanged_and_ends_the_reading() {
    for kind in [io::ErrorKind::Other, io::ErrorKind::Interrupted] {
        for left in [0, 5, 262_144, 600_000, 5_000_000] {
            let reads_after = AtomicU64::new(0);
            let reader = Failing {
                left,
                kind,
                reads_after: &reads_after,
            };
            let error = hash_file(reader, Profile::V1Raw).expect_err("the reader fails");
            assert_eq!(error.kind(), kind);
            assert_eq!(error.to_string(), "the user said stop");
            assert_eq!(reads_after.into_inner(), 1, "after {left} bytes");
        }
    }
}

/// Interrupted by the system before every read, as by a signal.
struct Signals<R>(R, bool);

impl<R: Read> Read for Signals<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            const EINTR: i32 = 4;
            return Err(io::Error::from_raw_os_error(EINTR));
        }
        self.0.read(buffer)
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_system_call_is_tried_again() {
    let content = bytes(700_000);
    assert_eq!(
        hash_file(Signals(&content[..], false), Profile::V0).expect("no error"),
        hash_file(&content[..], Profile::V0).expect("no error"),
    );
}

#[test]
fn a_panic_of_the_reader_is_the_callers() {
    struct Panicking(usize);
    impl Read for Panicking {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(buffer.len()).expect("read too far");
            Ok(buffer.len())
        }
    }
    let caught = std::panic::catch_unwind(|| hash_file(Panicking(4_000_000), Profile::V1Raw));
    assert!(caught.is_err());
}

#[test]
fn sizes_and_block_counts_are_those_of_the_dag() {
    let content = bytes(3 * 262_144 + 1);
    let root = hash_file(&content[..], Profile::V1Raw).expect("no error");
    assert_eq!((root.size, root.blocks), (786_433, 5));
    assert!(root.dag_size > root.size && root.dag_size < root.size + 300);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn it_does_not_matter_in_which_portions_the_content_is_read(
        length in prop_oneof![0..70_000_usize, 262_140..262_150_usize, 262_144..1_500_000_usize],
        portions in proptest::collection::vec(prop_oneof![1..50_usize, 1..400_000_usize], 1..8),
        profile in proptest::sample::select(Profile::ALL.to_vec()),
    ) {
        let content = bytes(length);
        let reader = Portions { content: &content, portions: portions.iter().cycle() };
        prop_assert_eq!(
            hash_file(reader, profile).expect("no error"),
            hash_file(&content[..], profile).expect("no error")
        );
    }
}

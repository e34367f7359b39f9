//! CAR files, read back by a reader that is not ours.

use std::{
    collections::{BTreeMap, HashSet},
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use content::{
    Cid, Folder, Profile, Tree,
    car::{Archive, CarError, Plan, Source},
    hash_file,
};
use futures::{StreamExt, executor::block_on};
use iroh_car::CarReader;
use ring::digest::{SHA256, digest};

/// Content in memory.
struct Bytes(Vec<u8>);

impl Source for Bytes {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::Cursor::new(self.0.clone())))
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at ^ (at >> 8) ^ (at >> 16)).to_le_bytes()[0])
        .collect()
}

/// The roots and the blocks of a CAR, every hash checked and no CID twice.
fn read_back(car: &[u8]) -> (Vec<Cid>, Vec<(Cid, Vec<u8>)>) {
    block_on(async {
        let reader = CarReader::new(car).await.expect("a header");
        let roots = reader.header().roots().to_vec();
        let blocks: Vec<_> = reader
            .stream()
            .map(|block| block.expect("a block"))
            .collect()
            .await;
        let mut seen = HashSet::new();
        for (cid, block) in &blocks {
            assert_eq!(
                cid.hash().digest(),
                digest(&SHA256, block).as_ref(),
                "{cid}"
            );
            assert!(seen.insert(*cid), "{cid} is there twice");
        }
        (roots, blocks)
    })
}

fn written(archive: Archive) -> (Cid, Vec<u8>) {
    let plan = archive.plan().expect("memory can be read");
    let mut car = Vec::new();
    plan.write(&mut car).expect("nothing changed");
    (plan.root().cid, car)
}

#[test]
fn a_file_comes_back_from_its_car() {
    for profile in Profile::ALL {
        for length in [0, 5, 262_144, 262_145, 3_000_000] {
            let content = bytes(length);
            let expected = hash_file(&content[..], profile).expect("memory can be read");
            let (root, car) = written(Archive::file(profile, Bytes(content)));
            let (roots, blocks) = read_back(&car);
            assert_eq!((root, roots), (expected.cid, vec![expected.cid]));
            assert_eq!(blocks.len() as u64, expected.blocks);
            assert_eq!(blocks.last().map(|(cid, _)| *cid), Some(root));
            let sum: usize = blocks.iter().map(|(_, block)| block.len()).sum();
            assert_eq!(sum as u64, expected.dag_size);
        }
    }
}

fn mixed_tree(profile: Profile) -> (Archive, Tree) {
    let files: [(&[&[u8]], usize); 5] = [
        (&[b"z"], 10),
        (&[b"a", b"\xff\xfe not UTF-8"], 300_000),
        (&[b"a", b"same again"], 300_000),
        (&[b"a", b"b", b"c"], 0),
        (&[b".hidden"], 262_144),
    ];
    let mut archive = Archive::folder(profile);
    let mut tree = Tree::new(profile);
    for (path, length) in files {
        let content = bytes(length);
        let root = hash_file(&content[..], profile).expect("memory can be read");
        archive.add_file(path, Bytes(content)).expect("a new path");
        tree.add_file(path, root).expect("a new path");
    }
    for path in [&["empty"][..], &["a", "empty"]] {
        archive.add_folder(path).expect("a new path");
        tree.add_folder(path).expect("a new path");
    }
    (archive, tree)
}

#[test]
fn a_tree_comes_back_whole_with_each_block_once_and_children_before_parents() {
    for profile in Profile::ALL {
        let (archive, tree) = mixed_tree(profile);
        let expected = tree.finish();
        let (root, car) = written(archive);
        assert_eq!(root, expected.cid);
        let (roots, blocks) = read_back(&car);
        assert_eq!(roots, [expected.cid]);
        assert!(
            (blocks.len() as u64) < expected.blocks,
            "the same file is there once"
        );

        let mut known = HashSet::new();
        for (cid, block) in &blocks {
            for child in links(cid, block) {
                assert!(known.contains(&child), "{child} comes after its parent");
            }
            known.insert(*cid);
        }
        let has_name = |name: &[u8]| {
            blocks
                .iter()
                .any(|(_, block)| block.windows(name.len()).any(|part| part == name))
        };
        assert!(has_name(b"\xff\xfe not UTF-8"));
    }
}

/// The CIDs that a DAG-PB block links to, by a reader as small as the format allows.
fn links(cid: &Cid, block: &[u8]) -> Vec<Cid> {
    const RAW: u64 = 0x55;
    let mut found = Vec::new();
    let mut rest = if cid.codec() == RAW { &[][..] } else { block };
    while let [tag, tail @ ..] = rest {
        let (length, tail) = varint(tail);
        let (field, tail) = tail.split_at(length);
        if *tag == 0x12 {
            let (hash_length, hash) = varint(&field[1..]);
            found.push(Cid::try_from(&hash[..hash_length]).expect("a CID"));
        }
        rest = tail;
    }
    found
}

fn varint(bytes: &[u8]) -> (usize, &[u8]) {
    let last = bytes
        .iter()
        .position(|byte| byte & 0x80 == 0)
        .expect("an end");
    let value = bytes[..=last]
        .iter()
        .rev()
        .fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f));
    (value, &bytes[last + 1..])
}

#[test]
fn a_sharded_folder_comes_back_whole() {
    let profile = Profile::V1Raw;
    let mut archive = Archive::folder(profile);
    let mut folder = Folder::new(profile);
    for index in 0..6_000 {
        let name = format!("entry number {index:010}");
        let content = index.to_string().into_bytes();
        let root = hash_file(&content[..], profile).expect("memory can be read");
        folder
            .add(name.clone().into_bytes(), root)
            .expect("a new name");
        archive
            .add_file(&[name], Bytes(content))
            .expect("a new path");
    }
    let expected = folder.finish();
    let (root, car) = written(archive);
    assert_eq!(root, expected.cid);
    let (_, blocks) = read_back(&car);
    let by_cid: BTreeMap<_, _> = blocks.iter().map(|(cid, block)| (*cid, block)).collect();
    let mut reached = HashSet::new();
    let mut open = vec![root];
    while let Some(cid) = open.pop() {
        if reached.insert(cid) {
            open.extend(links(&cid, by_cid[&cid]));
        }
    }
    assert_eq!(reached.len(), blocks.len());
    assert_eq!(blocks.len() as u64, expected.blocks);
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    for profile in Profile::ALL {
        let once = written(mixed_tree(profile).0);
        assert_eq!(once, written(mixed_tree(profile).0));
    }
}

#[test]
fn a_car_reads_the_same_from_any_byte_on() {
    for profile in Profile::ALL {
        let plan = Arc::new(mixed_tree(profile).0.plan().expect("memory can be read"));
        let (_, car) = written(mixed_tree(profile).0);
        assert_eq!(plan.size(), car.len() as u64);
        let steps = (0..car.len()).step_by(9_973);
        for from in steps.chain(0..200).chain(car.len() - 400..car.len() + 2) {
            let mut rest = Vec::new();
            let read = Plan::reader(plan.clone(), from as u64).read_to_end(&mut rest);
            read.expect("nothing changed");
            let expected = car.get(from..).unwrap_or_default();
            assert!(rest == expected, "{profile:?} from {from}");
        }
    }
}

/// Of the same length, and not the same the second time.
struct Rewritten(AtomicUsize);

impl Source for Rewritten {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut content = bytes(700_000);
        content[600_000] ^= u8::from(self.0.fetch_add(1, Ordering::Relaxed) > 0);
        Ok(Box::new(io::Cursor::new(content)))
    }
}

#[test]
fn nothing_of_a_changed_block_is_handed_out() {
    let archive = Archive::file(Profile::V1Raw, Rewritten(AtomicUsize::new(0)));
    let plan = archive.plan().expect("memory can be read");
    let mut out = Vec::new();
    let error = Plan::reader(&plan, 1_000)
        .read_to_end(&mut out)
        .expect_err("it changed");
    assert_eq!(
        error.to_string(),
        "the file changed while it was being written"
    );
    let unchanged = bytes(700_000);
    let last = &out[out.len() - 1_000..];
    assert!(
        last == &unchanged[523_288..524_288],
        "the block before is the last"
    );
}

/// Other content each time it is opened.
struct Changing(Arc<AtomicUsize>);

impl Source for Changing {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let time = self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(io::Cursor::new(bytes(300_000 + time))))
    }
}

#[test]
fn a_source_that_changed_in_between_is_an_error_with_its_path() {
    let mut archive = Archive::folder(Profile::V1Raw);
    archive
        .add_file(&["steady"], Bytes(b"steady".to_vec()))
        .expect("a new path");
    archive
        .add_file(&["log", "today"], Changing(Arc::default()))
        .expect("a new path");
    let error = archive
        .plan()
        .expect("memory can be read")
        .write(io::sink())
        .expect_err("it changed");
    assert_eq!(
        error.to_string(),
        "\"log/today\" changed while it was being written"
    );
    assert!(
        matches!(error, CarError::Changed { path } if path == [b"log".to_vec(), b"today".to_vec()])
    );
}

/// There the first time only.
struct Vanishing(AtomicUsize);

impl Source for Vanishing {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(Box::new(io::empty())),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

#[test]
fn a_source_that_cannot_be_read_is_told_apart_from_an_output_that_cannot_be_written() {
    let mut archive = Archive::folder(Profile::V1Raw);
    archive
        .add_file(&["gone"], Vanishing(AtomicUsize::new(0)))
        .expect("a new path");
    let plan = archive.plan().expect("there the first time");
    let error = plan.write(io::sink()).expect_err("it is gone");
    assert!(matches!(&error, CarError::Source { path, error }
        if path == &[b"gone".to_vec()] && error.kind() == io::ErrorKind::NotFound));

    let plan = Archive::file(Profile::V1Raw, Bytes(bytes(1000)))
        .plan()
        .expect("memory can be read");
    let mut too_short = [0; 100];
    assert!(matches!(
        plan.write(&mut too_short[..]),
        Err(CarError::Write(_))
    ));
}

//! Names and CIDs that nobody meant.

use std::io::{self, Read};

use content::car::{Archive, Source};
use content::{Cid, Profile, Tree, hash_file};
use fuzzing::Runs;

/// The longest CID that Pinfold looks at.
const LONGEST_CID: usize = 512;
/// The longest path that a system takes (PATH_MAX).
const LONGEST_PATH: usize = 4_096;
const V1: &str = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
const V0: &str = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG";

/// A file of one byte.
struct One;

impl Source for One {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(&b"1"[..]))
    }
}

#[test]
fn no_cid_makes_its_reader_fail_hang_or_grow_and_what_is_read_is_written_as_itself() {
    let bytes = Cid::try_from(V1).expect("a CID").to_bytes();
    let older = Cid::try_from(V0).expect("a CID").to_bytes();
    let sound = [V1.as_bytes(), V0.as_bytes(), b"f01550000", &bytes, &older];
    Runs::of("a CID", 1_500).bytes(&sound, LONGEST_CID, |input| {
        let text = String::from_utf8_lossy(input);
        let read = [Cid::try_from(input), Cid::try_from(text.as_ref())];
        for cid in read.into_iter().flatten() {
            assert_eq!(Cid::try_from(cid.to_string().as_str()).ok(), Some(cid));
            assert_eq!(Cid::try_from(cid.to_bytes().as_slice()).ok(), Some(cid));
        }
    });
}

#[test]
fn no_names_make_a_tree_fail_hang_or_grow_and_its_car_has_its_root() {
    let sound: [&[u8]; 4] = [
        b"a/b/c.txt\na/b\na/d/\xff\xfe\n",
        b"x\nx/y\nx\n./y\n../z\n/\n\n",
        "ä\u{202e}\n日本/語.txt\nA\na\n".as_bytes(),
        b"con\nnul\x00\na b\n",
    ];
    Runs::of("names of a tree", 300).bytes(&sound, LONGEST_PATH, |input| {
        let file = hash_file(&b"1"[..], Profile::V1Raw).expect("memory");
        let (mut tree, mut archive) = (Tree::new(Profile::V1Raw), Archive::folder(Profile::V1Raw));
        for path in input.split(|byte| *byte == b'\n') {
            let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
            let added = tree.add_file(&names, file);
            assert_eq!(archive.add_file(&names, One), added);
        }
        let (root, plan) = (tree.finish(), archive.plan().expect("memory"));
        assert_eq!(plan.root().cid, root.cid);
        let mut car = Vec::new();
        plan.write(&mut car).expect("memory");
        assert_eq!(plan.size(), car.len() as u64);
        let read = Cid::try_from(root.cid.to_string().as_str());
        assert_eq!(read.ok(), Some(root.cid));
    });
}

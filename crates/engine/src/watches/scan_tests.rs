use std::os::unix::ffi::OsStrExt;

use super::*;
use crate::walk::Disk;

fn scan(root: &Path, rules: WatchRules) -> Scan {
    Scan {
        files: Arc::new(Disk),
        root: root.to_owned(),
        rules,
        beat: Arc::default(),
        listening: None,
    }
}

fn put(root: &Path, name: &[u8], bytes: &[u8]) {
    let path = root.join(OsStr::from_bytes(name));
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("creates");
    std::fs::write(path, bytes).expect("writes");
}

fn ways(listing: &Listing) -> Vec<&[u8]> {
    listing
        .items
        .iter()
        .filter(|(_, look)| matches!(look, Look::File(_)))
        .map(|(way, _)| way.as_slice())
        .collect()
}

#[test]
fn every_file_is_found_and_what_is_left_out_says_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    for name in [
        &b"a.txt"[..],
        b"sub/deep/b\xff.txt",
        b"c.swp",
        b".hidden/x",
        b"skip/y",
    ] {
        put(root, name, b"x");
    }
    put(root, b".pinignore", b"skip/\n");
    std::os::unix::fs::symlink("/etc/passwd", root.join("link")).expect("links");
    std::os::unix::fs::symlink("..", root.join("sub/loop")).expect("links");
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).expect("binds");
    let seen = scan(root, WatchRules::default()).look(None).expect("looks");
    assert_eq!(ways(&seen.listing), [&b"a.txt"[..], b"sub/deep/b\xff.txt"]);
    let why = |name: &str| match seen.listing.items.get(name.as_bytes()) {
        Some(Look::Ignored(why)) => why.clone(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(why("link"), "links are not followed");
    assert_eq!(why("sub/loop"), "links are not followed");
    assert_eq!(why("socket"), "a socket, not a file");
    assert_eq!(why("skip"), "skip/");
    assert_eq!(why(".hidden"), "hidden");
    assert_eq!(why(".pinignore"), "patterns of this folder");
    assert!(
        !seen.listing.items.contains_key(&b"skip/y"[..]),
        "it is not looked into"
    );
}

#[test]
fn a_part_is_looked_at_by_itself_and_what_is_not_there_is_covered() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    for name in [&b"a"[..], b"sub/b", b"sub/c", b"node.tmp/x"] {
        put(root, name, b"x");
    }
    let asked: BTreeSet<Way> = [&b"sub"[..], b"gone", b"node.tmp/x"]
        .map(<[u8]>::to_vec)
        .into();
    let heard = Arc::new(Heard::default());
    let mut scan = scan(root, WatchRules::default());
    scan.listening = Some(heard.clone());
    let seen = scan.look(Some(&asked)).expect("looks");
    assert_eq!(ways(&seen.listing), [&b"sub/b"[..], b"sub/c"]);
    assert_eq!(heard.folders(), [root.join("sub")]);
    assert!(seen.listing.covers.contains(&b"gone"[..]));
    assert!(
        !seen.listing.covers.contains(&b"node.tmp/x"[..]),
        "it is below something left out"
    );
    assert!(!seen.listing.whole());
}

/// Remembers what is to be listened to.
#[derive(Default)]
struct Heard(std::sync::Mutex<Vec<PathBuf>>);

impl Heard {
    fn folders(&self) -> Vec<PathBuf> {
        let mut folders = std::mem::take(&mut *self.0.lock().expect("no panic"));
        folders.sort();
        folders
    }
}

impl Listening for Heard {
    fn folder(&self, path: &Path) -> Result<(), Deaf> {
        self.0.lock().expect("no panic").push(path.to_owned());
        Ok(())
    }
}

#[test]
fn what_is_looked_into_is_listened_to_each_time_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    for name in [&b"a/b/x"[..], b".git/objects/x", b"c.tmp/x"] {
        put(root, name, b"x");
    }
    std::os::unix::fs::symlink("/", root.join("everything")).expect("links");
    let heard = Arc::new(Heard::default());
    let mut scan = scan(root, WatchRules::default());
    scan.listening = Some(heard.clone());
    for _ in 0..2 {
        scan.look(None).expect("looks");
        // Joined with nothing, a path ends with a separator; it is the same folder.
        let all = ["", "a", "a/b"].map(|name| root.join(name));
        assert_eq!(heard.folders(), all);
    }
}

#[test]
fn a_root_that_is_not_there_or_is_a_link_fails_as_a_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = scan(&folder.path().join("no"), WatchRules::default()).look(None);
    assert_eq!(
        missing.err().map(|problem| problem.code),
        Some(ErrorCode::Vanished)
    );
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("/", &link).expect("links");
    assert!(scan(&link, WatchRules::default()).look(None).is_err());
}

#[test]
fn another_folder_at_the_same_path_has_another_identity() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().join("a");
    std::fs::create_dir(&root).expect("creates");
    let before = scan(&root, WatchRules::default())
        .look(None)
        .expect("looks")
        .identity;
    std::fs::rename(&root, folder.path().join("b")).expect("renames");
    std::fs::create_dir(&root).expect("creates");
    let after = scan(&root, WatchRules::default())
        .look(None)
        .expect("looks")
        .identity;
    assert_ne!(before, after);
}

/// A disk whose root is another folder each time it is asked for.
struct Swapping(std::sync::atomic::AtomicU64);

impl Files for Swapping {
    fn identity(&self, _: &Place) -> Result<Identity, Problem> {
        Ok(Identity {
            device: 1,
            inode: self.0.fetch_add(1, Ordering::SeqCst),
        })
    }
    fn look(&self, place: &Place) -> Result<Node, Problem> {
        Disk.look(place)
    }
    fn list(&self, _: &Place) -> Result<Vec<Vec<u8>>, Problem> {
        Ok(Vec::new())
    }
    fn open(&self, place: &Place) -> Result<(std::fs::File, crate::walk::Stamp), Problem> {
        Disk.open(place)
    }
}

#[test]
fn a_root_that_is_swapped_while_it_is_looked_at_is_no_empty_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut scan = scan(folder.path(), WatchRules::default());
    scan.files = Arc::new(Swapping(1.into()));
    let asked = BTreeSet::from([b"a".to_vec()]);
    for asked in [None, Some(&asked)] {
        let problem = scan.look(asked).expect_err("it is no answer");
        assert_eq!(problem.code, ErrorCode::Vanished);
    }
}

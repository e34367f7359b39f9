//! How programs put files down: whatever they do on the way, what is pinned in the end is what lies there in the end.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use engine::watches::LedgerState;

use crate::house::House;
use crate::quick;

/// Pacing of simulated input, not waiting for a result.
async fn pace(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editors_save_is_one_new_version_and_its_swap_files_are_none() {
    let house = House::new().await;
    let file = house.file("box/a.txt", b"first");
    let id = house.watch(&house.path("box"), quick()).await;
    house.until_pinned(id, 1).await;
    house.file("box/.a.txt.swp", b"swap");
    house.file("box/4913", b"");
    std::fs::rename(&file, house.path("box/a.txt~")).expect("renames");
    pace(150).await;
    house.file("box/a.txt", b"second");
    std::fs::remove_file(house.path("box/a.txt~")).expect("removes");
    std::fs::remove_file(house.path("box/4913")).expect("removes");
    std::fs::remove_file(house.path("box/.a.txt.swp")).expect("removes");
    let page = house
        .until_ledger(id, |page| {
            page.rows
                .iter()
                .any(|row| row.version == 2 && row.state == LedgerState::Pinned)
        })
        .await;
    let cid = page.rows[0].cid.clone().expect("a CID");
    assert_eq!(house.service.served(&cid).await, b"second");
    assert_eq!(house.uploads_received(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_taken_under_its_last_name_and_a_slow_writer_once_it_is_done() {
    let house = House::new().await;
    let id = house.watch(&house.path("box"), quick()).await;
    let mut part = std::fs::File::create(house.path("box/film.mkv.part")).expect("creates");
    let mut slow = std::fs::File::create(house.path("box/slow.bin")).expect("creates");
    let mut whole = Vec::new();
    for n in 0..10_u8 {
        part.write_all(&[n; 1_000]).expect("writes");
        slow.write_all(&[n; 500]).expect("writes");
        whole.extend([n; 1_000]);
        pace(250).await;
    }
    drop((part, slow));
    std::fs::rename(house.path("box/film.mkv.part"), house.path("box/film.mkv")).expect("renames");
    let page = house.until_pinned(id, 2).await;
    let film = page
        .rows
        .iter()
        .find(|row| row.path == "film.mkv")
        .expect("a row");
    assert_eq!(
        house
            .service
            .served(film.cid.as_deref().expect("a CID"))
            .await,
        whole
    );
    assert_eq!(house.uploads_received(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_for_ever_holds_up_nobody_else() {
    let house = House::new().await;
    let id = house.watch(&house.path("box"), quick()).await;
    let mut log = std::fs::File::create(house.path("box/log.txt")).expect("creates");
    house.file("box/still.txt", b"done");
    let growing = async {
        loop {
            log.write_all(b"one more line\n").expect("writes");
            pace(100).await;
        }
    };
    let page = tokio::select! {
        page = house.until_ledger(id, |page| page.counts.pinned == 1) => page,
        () = growing => unreachable!(),
    };
    let state = |name: &str| {
        page.rows
            .iter()
            .find(|row| row.path == name)
            .map(|row| row.state)
    };
    assert_eq!(state("still.txt"), Some(LedgerState::Pinned));
    assert_eq!(state("log.txt"), Some(LedgerState::Settling));
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_small_files_are_each_sent_once_and_a_renamed_tree_is_not_sent_again() {
    let house = House::new().await;
    let id = house.watch(&house.path("box"), quick()).await;
    for n in 0..300 {
        // Every tenth has the content of another.
        house.file(
            &format!("box/in/{}/{n}.txt", n % 7),
            format!("content {}", n - n % 10 / 9).as_bytes(),
        );
    }
    house.until_pinned(id, 300).await;
    let distinct: std::collections::HashSet<i32> = (0..300).map(|n| n - n % 10 / 9).collect();
    assert_eq!(house.uploads_received(), distinct.len());
    std::fs::rename(house.path("box/in"), house.path("box/out")).expect("renames");
    house
        .until_ledger(id, |page| {
            page.counts.pinned == 300
                && page.total == 300
                && page.rows.iter().all(|row| row.path.starts_with("out/"))
        })
        .await;
    assert_eq!(
        house.uploads_received(),
        distinct.len(),
        "nothing was sent again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_git_checks_out_is_what_is_pinned() {
    let house = House::new().await;
    let root = house.path("box");
    std::fs::create_dir_all(&root).expect("creates");
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git")
            .current_dir(&root)
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.org",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(args)
            .output()
            .expect("git runs");
        assert!(
            done.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    };
    git(&["init", "-q", "-b", "one"]);
    house.file("box/a.txt", b"a of one");
    house.file("box/only-one.txt", b"one");
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    git(&["checkout", "-qb", "two"]);
    house.file("box/a.txt", b"a of two");
    std::fs::remove_file(house.path("box/only-one.txt")).expect("removes");
    git(&["add", "-A"]);
    git(&["commit", "-qm", "two"]);
    git(&["checkout", "-q", "one"]);
    let id = house.watch(&root, quick()).await;
    house.until_pinned(id, 2).await;
    git(&["checkout", "-q", "two"]);
    let page = house
        .until_ledger(id, |page| {
            page.counts.gone == 1
                && page.rows.iter().any(|row| {
                    row.path == "a.txt" && row.version == 2 && row.state == LedgerState::Pinned
                })
        })
        .await;
    let a = page
        .rows
        .iter()
        .find(|row| row.path == "a.txt")
        .expect("a row");
    assert_eq!(
        house.service.served(a.cid.as_deref().expect("a CID")).await,
        b"a of two"
    );
    assert!(page.rows.iter().all(|row| !row.path.starts_with(".git/")));
    assert_eq!(house.uploads_received(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_links_and_sockets_trouble_only_themselves() {
    let house = House::new().await;
    let root = house.path("box");
    std::fs::create_dir_all(root.join("sub")).expect("creates");
    let long = "n".repeat(251) + ".txt";
    let names: [&[u8]; 7] = [
        b"bad\xff\xfename",
        b"Case.txt",
        b"case.TXT",
        "caf\u{e9}.txt".as_bytes(),
        "cafe\u{301}.txt".as_bytes(),
        long.as_bytes(),
        b"line\nbreak %00 \"quote\".txt",
    ];
    for (n, name) in names.iter().enumerate() {
        std::fs::write(root.join(OsStr::from_bytes(name)), format!("odd {n}")).expect("writes");
    }
    std::os::unix::fs::symlink("..", root.join("sub/loop")).expect("links");
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).expect("binds");
    let id = house.watch(&root, quick()).await;
    let page = house.until_pinned(id, 7).await;
    assert_eq!(page.counts.left_out, 2, "the link and the socket");
    assert_eq!((page.counts.failed, house.uploads_received()), (0, 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_takes_a_files_place_again_and_again_never_leads_outside() {
    let house = House::new().await;
    let canary = house.file("outside/canary.txt", b"this is not in the folder");
    let root = house.path("box");
    house.file("box/a.txt", b"inside");
    house.file("box/sub/b.txt", b"inside too");
    let swapping = {
        let (root, outside) = (root.clone(), canary.parent().expect("a folder").to_owned());
        std::thread::spawn(move || swap(&root, &outside))
    };
    let id = house.watch(&root, quick()).await;
    swapping.join().expect("swaps");
    house.until_pinned(id, 2).await;
    let canary_cid = content::hash_file(&b"this is not in the folder"[..], content::Profile::V1Raw)
        .expect("hashes")
        .cid
        .to_string();
    assert!(
        house
            .sandbox
            .requests()
            .iter()
            .all(|entry| entry.cid.as_deref() != Some(&canary_cid)),
        "bytes from outside were sent"
    );
}

fn swap(root: &Path, outside: &Path) {
    for n in 0..2_000_u32 {
        let file = root.join("a.txt");
        let folder = root.join("sub");
        if n.is_multiple_of(2) {
            let _ = std::fs::rename(&file, root.join(".kept"));
            let _ = std::os::unix::fs::symlink(outside.join("canary.txt"), &file);
            let _ = std::fs::rename(&folder, root.join(".sub"));
            let _ = std::os::unix::fs::symlink(outside, &folder);
        } else {
            let _ = std::fs::remove_file(&file);
            let _ = std::fs::rename(root.join(".kept"), &file);
            let _ = std::fs::remove_file(&folder);
            let _ = std::fs::rename(root.join(".sub"), &folder);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

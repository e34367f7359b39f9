//! What programs that copy, unpack and check out do to a folder, with plain file operations. `PINFOLD_FILES=10000
//! PINFOLD_PATIENCE=1200 cargo test -p engine --test watches programs -- --nocapture` is the full size; the gate runs a small
//! one.

#![expect(clippy::print_stdout, reason = "the figures of this run")]

use std::collections::BTreeSet;
use std::fs::{File, FileTimes};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use engine::watches::{LedgerRow, LedgerState};

use crate::house::{House, number};
use crate::quick;

fn files() -> u64 {
    number("PINFOLD_FILES").unwrap_or(240)
}

/// A file as programs put it down that bring its time along: written in portions, then dated.
fn put(path: &Path, content: &str, hours_ago: u64) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
    let mut file = File::create(path).expect("creates");
    let (half, rest) = content.as_bytes().split_at(content.len() / 2);
    file.write_all(half).expect("writes");
    file.write_all(rest).expect("writes");
    let then = SystemTime::UNIX_EPOCH + Duration::from_hours(480_000 - hours_ago);
    file.set_times(FileTimes::new().set_modified(then))
        .expect("is dated");
}

/// Where the n-th file lies, six folders deep.
fn way(n: u64) -> String {
    format!("{}/{}/c/d/e/{n}.txt", n % 8, n / 8 % 8)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_writes_under_dotted_names_is_pinned_as_it_is_in_the_end() {
    let house = House::new().await;
    let root = house.path("box");
    let id = house.watch(&root, quick()).await;
    // As `rsync -t` does: a name with a dot and random letters, the time of the source, then the name.
    let save = |n: u64, content: &str| {
        let last = root.join(way(n));
        let (folder, name) = (last.parent().expect("a folder"), last.file_name());
        let name = name.expect("a name").to_string_lossy();
        let dotted = folder.join(format!(".{name}.{:06x}", n * 7_919));
        put(&dotted, content, n);
        std::fs::rename(dotted, last).expect("renames");
    };
    let files = files();
    for n in 0..files {
        save(n, &format!("first {}", n / 2));
    }
    house.until_pinned(id, files).await;
    // The second run: every fourth has other bytes, as many and of the same time; the rest is written anew as it was.
    let mut contents: BTreeSet<String> = (0..files).map(|n| format!("first {}", n / 2)).collect();
    assert_eq!(house.service.stored().len(), contents.len());
    for n in 0..files {
        let content = if n.is_multiple_of(4) {
            format!("other {}", n / 2)
        } else {
            format!("first {}", n / 2)
        };
        save(n, &content);
        contents.insert(content);
    }
    house
        .until_card(id, |card| {
            let counts = &card.counts;
            counts.pinned == files
                && counts.settling + counts.waiting == 0
                && house.service.stored().len() == contents.len()
        })
        .await;
    assert!(house.service.stored().values().all(|times| *times == 1));
    let first = |row: &&LedgerRow| row.path == way(0) && row.version == 2;
    let page = house.until_ledger(id, |page| page.rows.iter().any(|row| first(&row)));
    let row = page.await.rows.into_iter().find(|row| first(&row));
    let cid = row.and_then(|row| row.cid).expect("a CID");
    assert_eq!(house.service.served(&cid).await, b"other 0");
    println!(
        "SOAK files={files} saved={} contents={} sent={}",
        2 * files,
        contents.len(),
        house.uploads_received()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_pinned_file_by_file_and_renaming_each_of_them_sends_nothing() {
    let house = House::new().await;
    let root = house.path("box");
    let id = house.watch(&root, quick()).await;
    let files = files();
    for n in 0..files {
        // Every tenth has the content of another, and a time of long ago.
        put(
            &root.join(way(n)),
            &format!("content {}", n - n % 10 / 9),
            n,
        );
    }
    let contents: BTreeSet<u64> = (0..files).map(|n| n - n % 10 / 9).collect();
    house.until_pinned(id, files).await;
    assert_eq!(house.service.stored().len(), contents.len());
    // Every file by itself, then every folder of the first two depths, then all together.
    for n in 0..files {
        let from = root.join(way(n));
        std::fs::rename(&from, from.with_extension("md")).expect("renames");
    }
    for (outer, inner) in (0..8).flat_map(|outer| (0..8).map(move |inner| (outer, inner))) {
        let from = root.join(format!("{outer}/{inner}"));
        if from.exists() {
            std::fs::rename(&from, root.join(format!("{outer}/inner-{inner}"))).expect("renames");
        }
    }
    let all = house.path("box/all");
    std::fs::create_dir(&all).expect("creates");
    for outer in 0..8 {
        let from = root.join(outer.to_string());
        std::fs::rename(&from, all.join(format!("outer-{outer}"))).expect("renames");
    }
    house
        .until_ledger(id, |page| {
            page.counts.pinned == files
                && page.total == files
                && page
                    .rows
                    .iter()
                    .all(|row| row.path.starts_with("all/outer-"))
        })
        .await;
    let ways: BTreeSet<String> = house.ledger_ways(id).into_iter().collect();
    let there = |n: u64| {
        let (outer, inner) = (n % 8, n / 8 % 8);
        format!("all/outer-{outer}/inner-{inner}/c/d/e/{n}.md")
    };
    assert_eq!(ways, (0..files).map(there).collect());
    assert!(house.service.stored().values().all(|times| *times == 1));
    // A file in a folder that was renamed twice is heard under its name of now.
    let late = there(0).replace("0.md", "late.md");
    house.file(&format!("box/{late}"), b"late");
    let pinned = |row: &LedgerRow| row.path == late && row.state == LedgerState::Pinned;
    house
        .until_ledger(id, |page| page.rows.iter().any(pinned))
        .await;
    assert_eq!(
        house.service.stored().len(),
        contents.len() + 1,
        "renames send nothing"
    );
    println!(
        "SOAK files={files} renames={} contents={} sent={}",
        files + 64 + 8,
        contents.len() + 1,
        house.uploads_received()
    );
}

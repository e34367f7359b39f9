//! A ledger that a disk, a program or a person has damaged.
//! `PINFOLD_DAMAGES=20000 PINFOLD_SEED=1 cargo test -p engine --test drop damage -- --nocapture`

#![expect(
    clippy::disallowed_methods,
    reason = "the engine's own files, not people's"
)]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use engine::Engine;
use engine::clock::{Clock as _, SystemClock};
use engine::error::{CommandError, ErrorCode};
use engine::jobs::JobsQuery;
use engine::uploads::{RestFor, UploadRow, UploadState, UploadsFilter};

use super::house::dice::Dice;
use super::house::{House, number};

const LEDGER: &str = "ledger.db";
const WAL: &str = "ledger.db-wal";
/// Bytes of a page.
const PAGE: u64 = 4_096;

/// What is done to the bytes of a file.
fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let length = bytes.len() as u64;
    let mut at = |below: u64| usize::try_from(dice.below(below)).expect("fits");
    match at(6) {
        // Bits that turned over, anywhere or in the first page.
        0 | 1 => {
            for _ in 0..=at(20) {
                let place = at(length);
                bytes[place] ^= 1 << at(8);
            }
        }
        2 => {
            for _ in 0..=at(8) {
                let place = at(PAGE.min(length));
                bytes[place] ^= 1 << at(8);
            }
        }
        3 => bytes.truncate(at(length)),
        // Pages of zeros, as disks leave them.
        4 => {
            for _ in 0..=at(3) {
                let from = at(length / PAGE) * 4_096;
                bytes[from..from + 4_096].fill(0);
            }
        }
        // A page where another one should be.
        _ => {
            let (from, to) = (at(length / PAGE) * 4_096, at(length / PAGE) * 4_096);
            bytes.copy_within(from..from + 4_096, to);
        }
    }
}

fn rows(engine: &Engine) -> Result<Vec<UploadRow>, CommandError> {
    let mut all = Vec::new();
    for filter in [
        UploadsFilter::Now,
        UploadsFilter::NeedsYou,
        UploadsFilter::Finished,
    ] {
        all.extend(engine.uploads.rows(filter, 0, 200)?.rows);
    }
    Ok(all)
}

/// Reads whatever a window reads. What cannot be read is said to be so.
fn read_all(engine: &Engine, account: i64) -> Vec<UploadRow> {
    let _ = (
        engine.active(),
        engine.accounts.list(),
        engine.settings.get(),
    );
    let _ = (engine.uploads.head(), engine.watches.list());
    let _ = engine.jobs.page(account, &JobsQuery::default(), 0, 200);
    let _ = engine.uploads.history("", 0, 200);
    let shown = rows(engine).unwrap_or_default();
    for row in &shown {
        let _ = (
            engine.uploads.receipt(row.id),
            engine.uploads.problems(row.id),
        );
    }
    shown
}

pub(crate) fn put(data: &Path, files: &[(&str, Vec<u8>)]) {
    let _ = std::fs::remove_dir_all(data);
    std::fs::create_dir_all(data).expect("creates");
    for (name, bytes) in files {
        std::fs::write(data.join(name), bytes).expect("writes");
    }
}

/// The two files, as they stand on the disk after the process was killed.
pub(crate) fn as_killed(data: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let read = |name| std::fs::read(data.join(name)).unwrap_or_default();
    vec![(LEDGER, read(LEDGER)), (WAL, read(WAL))]
}

/// The same in one file, as it stands after an orderly end.
pub(crate) fn as_ended(killed: &[(&'static str, Vec<u8>)]) -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    put(folder.path(), killed);
    let path = folder.path().join(LEDGER);
    let connection = rusqlite::Connection::open(&path).expect("opens");
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables = connection.query_row(tables, [], |row| row.get::<_, i64>(0));
    assert!(tables.expect("reads") > 0);
    drop(connection);
    vec![(LEDGER, std::fs::read(path).expect("reads"))]
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the figures of this run")]
async fn a_damaged_ledger_is_refused_in_a_sentence_or_read_and_never_lies_panics_or_goes() {
    let mut house = House::new().await;
    let mut pinned = BTreeSet::new();
    for number in 0..30 {
        let name = format!("pinned {number} {}", "x".repeat(number * 7));
        pinned.extend(house.drop_in(&[house.file(&name, name.as_bytes())]).await);
    }
    house.ended().await;
    house
        .engine
        .uploads
        .rest(RestFor::Hour)
        .await
        .expect("rests");
    for number in 0..60 {
        let name = format!("open {number}");
        house.drop_in(&[house.file(&name, name.as_bytes())]).await;
    }
    house.stop();
    let killed = as_killed(&house.data());
    let ended = as_ended(&killed);
    let data = house.path("damaged");
    let first = number("PINFOLD_SEED").unwrap_or(1);
    let seeds = number("PINFOLD_DAMAGES").unwrap_or(1_000);
    let (mut refused, mut opened) = (0, 0);
    for seed in first..first + seeds {
        let mut dice = Dice::new(seed);
        let mut files = if seed.is_multiple_of(3) {
            killed.clone()
        } else {
            ended.clone()
        };
        let which = usize::try_from(dice.below(files.len() as u64)).expect("fits");
        damage(&mut files[which].1, &mut dice);
        put(&data, &files);
        let start = catch_unwind(AssertUnwindSafe(|| house.opened_on(&data)));
        let start = start.unwrap_or_else(|_| panic!("seed {seed}: the start panics"));
        let now = std::fs::read(data.join(LEDGER)).expect("the ledger is there");
        match start {
            Err(error) => {
                refused += 1;
                let path = data.join(LEDGER).display().to_string();
                assert!(error.message.contains(&path), "seed {seed}: {error:?}");
                assert!(
                    error.message.contains("damaged") || error.message.contains("later version"),
                    "seed {seed}: {error:?}"
                );
                assert!(
                    files.len() > 1 || now == files[0].1,
                    "seed {seed}: it is changed"
                );
            }
            Ok(engine) => {
                opened += 1;
                let shown = catch_unwind(AssertUnwindSafe(|| read_all(&engine, house.account)));
                let shown = shown.unwrap_or_else(|_| panic!("seed {seed}: reading panics"));
                for row in shown {
                    let lies = row.state == UploadState::Pinned && !pinned.contains(&row.id);
                    assert!(!lies, "seed {seed}: {row:?}");
                }
            }
        }
    }
    println!("SOAK damages={seeds} refused={refused} read={opened}");
    assert_eq!(refused + opened, seeds);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_is_kept_under_another_name_and_the_pins_come_back_from_the_service() {
    let mut house = House::new().await;
    house.drop_in(&[house.file("a.txt", b"one")]).await;
    let cid = house.ended().await.remove(0).cid.expect("a CID");
    house.stop();
    let mut files = as_ended(&as_killed(&house.data()));
    files[0].1[..64].fill(b'?');
    let data = house.path("damaged");
    put(&data, &files);
    for end in ["", "-wal", "-shm"] {
        let name = format!("mirror.db{end}");
        let _ = std::fs::copy(house.data().join(&name), data.join(&name));
    }
    let refused = house.opened_on(&data).err().expect("is refused");
    assert!(
        refused.message.contains(
            "is damaged, and is left as it is. To begin anew, give that file another name"
        ),
        "{refused:?}"
    );
    assert_eq!(refused.code, ErrorCode::DamagedLedger);
    let aside = engine::begin_anew(&data, SystemClock.now()).expect("is kept");
    let engine = house.opened_on(&data).expect("begins anew");
    assert!(rows(&engine).expect("rows").is_empty());
    let account = engine.accounts.try_sandbox().await.expect("an account");
    let account = account.id.parse().expect("a number");
    let stale = engine.pins.find(account, &cid).expect("looks");
    assert_eq!(stale, None, "this account's list was not read yet");
    engine.pins.refresh(account).await.expect("reads");
    assert!(engine.pins.find(account, &cid).expect("looks").is_some());
    let kept = std::fs::read(&aside).expect("reads");
    assert!(kept == files[0].1, "and the damaged one is as it was");
}

#[test]
fn a_ledger_that_is_kept_aside_takes_its_parts_along_and_overwrites_none_that_was_kept_before() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut names = BTreeSet::new();
    for content in [&b"first"[..], b"second", b"third"] {
        for end in ["", "-wal", "-shm"] {
            let bytes = [content, end.as_bytes()].concat();
            std::fs::write(data.path().join(format!("{LEDGER}{end}")), bytes).expect("writes");
        }
        let aside = engine::begin_anew(data.path(), SystemClock.now()).expect("is kept");
        let name = aside.to_str().expect("UTF-8").to_owned();
        for end in ["", "-wal", "-shm"] {
            let kept = std::fs::read(format!("{name}{end}")).expect("is there");
            assert_eq!(kept, [content, end.as_bytes()].concat());
            assert!(!data.path().join(format!("{LEDGER}{end}")).exists());
        }
        assert!(names.insert(name), "each under a name of its own");
    }
    assert_eq!(std::fs::read_dir(data.path()).expect("lists").count(), 9);
}

#[test]
fn a_ledger_that_cannot_be_kept_whole_is_left_where_it_is_and_nothing_stands_beside_it() {
    let data = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(data.path().join(LEDGER), b"damaged").expect("writes");
    // A folder has no second name, and its bytes cannot be copied.
    std::fs::create_dir(data.path().join(format!("{LEDGER}-shm"))).expect("a folder");
    let refused = engine::begin_anew(data.path(), SystemClock.now()).expect_err("is refused");
    assert_eq!(refused.code, ErrorCode::Unreadable);
    let there = std::fs::read_dir(data.path()).expect("lists");
    let there: BTreeSet<_> = there
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(
        there,
        BTreeSet::from([LEDGER.into(), format!("{LEDGER}-shm").into()])
    );
    assert_eq!(
        std::fs::read(data.path().join(LEDGER)).expect("reads"),
        b"damaged"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_and_a_newer_ledger_are_refused_and_left_as_they_are() {
    let house = House::new().await;
    for (sql, words) in [
        ("CREATE TABLE recipe (name TEXT)", "is damaged"),
        ("PRAGMA user_version = 999", "written by a later version"),
    ] {
        let data = house.path("other");
        put(&data, &[]);
        let ledger = rusqlite::Connection::open(data.join(LEDGER)).expect("opens");
        ledger.execute_batch(sql).expect("is written");
        drop(ledger);
        let before = std::fs::read(data.join(LEDGER)).expect("reads");
        let refused = house.opened_on(&data).err().expect("is refused");
        assert!(refused.message.contains(words), "{refused:?}");
        assert!(std::fs::read(data.join(LEDGER)).expect("reads") == before);
    }
}

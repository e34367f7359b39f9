//! A disk that is really full: a small one in memory, in a mount namespace of the test's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::clock::{Clock, SystemClock};
use engine::error::ErrorCode;
use engine::uploads::{Event, RestFor, UploadState, UploadsFilter};
use oracle::{Content, judge};
use sandbox::{Fault, Gate, Kind, Route};

use super::chunks::{bytes_received, noise};
use super::damage::{as_ended, as_killed, put};
use super::house::apart::{self, system};
use super::house::fast::Fast;
use super::house::small_disk::{SmallDisk, WITH_MOUNTS};
use super::house::{House, patience};

const CHUNK: u64 = 64 * 1024;

/// A house whose ledger lies on a small disk of its own.
async fn house(clock: Arc<dyn Clock>) -> (House, SmallDisk) {
    let mut house = House::timed(clock).await;
    house.cut(CHUNK, CHUNK);
    house.stop();
    let data = house.data();
    let before = data.with_extension("before");
    let copy = |from: &Path, to: &Path| {
        let [from, to] = [from.join("."), to.to_owned()].map(|path| path.display().to_string());
        system("cp", &["-a", &from, &to]);
    };
    copy(&data, &before);
    let disk = SmallDisk::at(&data);
    copy(&before, &data);
    house.restart();
    (house, disk)
}

fn small_files(house: &House, what: &str, count: usize) -> (Vec<PathBuf>, Vec<Content>) {
    let one = |n| {
        let name = format!("{what}-of-a-name-that-takes-room-in-the-ledger-{n}.txt");
        let bytes = format!("{what} {n}").into_bytes();
        let path = house.file(&name, &bytes);
        let files = vec![(String::new(), bytes)];
        (path, Content { name, files })
    };
    (0..count).map(one).unzip()
}

async fn all_is_there_once(house: &House, contents: &[Content]) {
    let ended = house.ended().await;
    assert!(ended.iter().all(|row| row.state == UploadState::Pinned));
    let head = house.engine.uploads.head().expect("figures");
    assert_eq!((head.now, head.finished), (0, contents.len() as u64));
    let judged = judge(&house.service, contents, CHUNK).await;
    assert!(judged.is_well(), "{judged:?}");
    // The disk goes before the house looks at what it wrote.
    house.ends_clean();
}

const REFUSED: &str =
    "full::a_real_full_disk_refuses_a_drop_whole_and_all_arrives_once_when_there_is_room";

#[tokio::test(flavor = "multi_thread")]
async fn a_real_full_disk_refuses_a_drop_whole_and_all_arrives_once_when_there_is_room() {
    if !apart::inside(REFUSED, &WITH_MOUNTS) {
        return;
    }
    let (mut house, disk) = house(Arc::new(SystemClock)).await;
    house
        .engine
        .uploads
        .rest(RestFor::Hour)
        .await
        .expect("rests");
    let (before, mut contents) = small_files(&house, "before", 5);
    house.drop_in(&before).await;
    let queued = |house: &House| {
        let page = house.engine.uploads.rows(UploadsFilter::Now, 0, 200);
        let rows = page.expect("rows").rows;
        let rows = rows.into_iter().map(|row| (row.id, row.name, row.state));
        rows.collect::<Vec<_>>()
    };
    let there = queued(&house);
    assert_eq!(there.len(), 5);

    disk.fill_but(0);
    let (later, more) = small_files(&house, "later", 20);
    contents.extend(more);
    for _ in 0..3 {
        let refused = house.try_drop(&later).await.expect_err("there is no room");
        assert_eq!(refused.code, ErrorCode::DiskFull, "{refused:?}");
        assert!(
            refused
                .message
                .contains("is full. Nothing was changed; free some space"),
            "{refused:?}"
        );
        assert_eq!(queued(&house), there, "all or nothing");
    }
    // The process ends and starts while it is full.
    house.restart();
    assert_eq!(queued(&house), there, "also after a start");
    assert_eq!(house.uploads_received(), 0);

    disk.make_room();
    house.drop_in(&later).await;
    let uploads = &house.engine.uploads;
    uploads.ask_all(&Event::Resume).await.expect("continues");
    all_is_there_once(&house, &contents).await;
    assert_eq!(house.uploads_received(), contents.len());
}

const STARTED: &str =
    "full::a_start_on_a_full_disk_says_that_it_is_full_and_everything_is_there_when_there_is_room";

#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_a_full_disk_says_that_it_is_full_and_everything_is_there_when_there_is_room() {
    if !apart::inside(STARTED, &WITH_MOUNTS) {
        return;
    }
    let (mut house, disk) = house(Arc::new(SystemClock)).await;
    house
        .engine
        .uploads
        .rest(RestFor::Hour)
        .await
        .expect("rests");
    let (paths, _) = small_files(&house, "before", 5);
    house.drop_in(&paths).await;
    house.stop();
    // As an orderly end leaves it: what SQLite works with has no place yet.
    let data = house.data().join("ended");
    let ended = as_ended(&as_killed(&house.data()));
    put(&data, &ended);
    for free in [0, 4_096, 16 * 1024] {
        disk.fill_but(free);
        let refused = house.opened_on(&data).err().expect("there is no room");
        assert_eq!(refused.code, ErrorCode::DiskFull, "{free}: {refused:?}");
        assert!(refused.message.contains("is full"), "{free}: {refused:?}");
        disk.make_room();
        // Nothing half is left to trip over.
        let engine = house.opened_on(&data).expect("opens");
        let rows = engine.uploads.rows(UploadsFilter::Now, 0, 9).expect("rows");
        assert_eq!(rows.total, 5, "{free}");
        drop(engine);
        put(&data, &ended);
    }
    house.ends_clean();
}

const MEANWHILE: &str =
    "full::a_disk_that_fills_while_uploads_are_under_way_loses_none_and_sends_nothing_twice";

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_while_uploads_are_under_way_loses_none_and_sends_nothing_twice() {
    const LARGE: u64 = 5 * CHUNK;
    if !apart::inside(MEANWHILE, &WITH_MOUNTS) {
        return;
    }
    let clock = Fast::new(50);
    let (house, disk) = house(clock.clone()).await;
    let file = |name: &str, bytes: Vec<u8>| {
        let path = house.file(name, &bytes);
        let files = vec![(String::new(), bytes)];
        (
            path,
            Content {
                name: name.to_owned(),
                files,
            },
        )
    };
    // The key is tried with the first file.
    let (first, first_content) = file("first.txt", b"first".to_vec());
    house.drop_in(&[first]).await;
    house.verified().await;

    let gate = Gate::new();
    let fault = |route, times, kind| house.sandbox.faults().push(Fault { route, times, kind });
    fault(Route::V3Upload, 1, Kind::HoldAnswer(gate.clone()));
    // The first request of this call asks what the key may do there.
    fault(Route::PinFile, 1, Kind::Pass);
    fault(Route::PinFile, 1, Kind::HoldAnswer(gate.clone()));
    fault(Route::TusPatch, 2, Kind::Pass);
    fault(Route::TusPatch, 1, Kind::HoldAnswer(gate.clone()));
    let (small, small_content) = file("small.txt", b"small".to_vec());
    let (large, large_content) = file("large.mov", noise(LARGE, 31));
    let folder = [("/index.html", "a page"), ("/deep/er.txt", "below")];
    for (name, text) in folder {
        house.file(&format!("site{name}"), text.as_bytes());
    }
    let folder = Content {
        name: "site".to_owned(),
        files: folder
            .map(|(name, text)| (name.to_owned(), text.into()))
            .to_vec(),
    };
    house.drop_in(&[small, large, house.path("site")]).await;
    let arrived = tokio::time::timeout(patience(), gate.arrived_times(3)).await;
    arrived.expect("all three wait for their answers");

    disk.fill_but(0);
    let refused = house.try_drop(&[house.file("no.txt", b"no")]).await;
    assert_eq!(refused.expect_err("is full").code, ErrorCode::DiskFull);
    gate.open();
    clock.pass(60_000).await;
    let head = house.engine.uploads.head().expect("figures");
    assert_eq!(
        (head.now, head.finished),
        (3, 1),
        "nothing can be written down"
    );
    // Three chunks were taken before, and no answer to any of them was written down since.
    assert_eq!(bytes_received(&house), 3 * CHUNK);

    disk.make_room();
    let contents = [first_content, small_content, large_content, folder];
    all_is_there_once(&house, &contents).await;
    assert_eq!(house.uploads_received(), 3);
    assert_eq!(bytes_received(&house), LARGE, "no chunk is sent twice");
}

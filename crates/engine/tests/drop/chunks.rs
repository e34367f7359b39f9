//! Large files in chunks: cut, paused, restarted, forgotten. The sandbox's log says what was sent, its gateway what arrived.

use engine::uploads::{Event, UploadRow, UploadState};
use sandbox::{Fault, Gate, Kind, Route};

use super::house::House;
use super::house::dice::Dice;

const KIB: u64 = 1024;
const CHUNK: u64 = 256 * KIB;

pub(crate) fn noise(bytes: u64, seed: u64) -> Vec<u8> {
    Dice::new(seed).bytes(bytes)
}

async fn house() -> House {
    let mut house = House::new().await;
    house.cut(512 * KIB, CHUNK);
    house
}

/// Passes so many chunks, then does this to one.
fn after(house: &House, chunks: usize, kind: Kind) {
    let faults = [(chunks, Kind::Pass), (1, kind)];
    for (times, kind) in faults {
        house.sandbox.faults().push(Fault {
            route: Route::TusPatch,
            times,
            kind,
        });
    }
}

pub(crate) fn uploads_begun(house: &House) -> usize {
    let begun = |entry: &&sandbox::LoggedRequest| {
        entry.method == "POST" && entry.path.ends_with("/v3/files") && entry.status == 201
    };
    house.sandbox.requests().iter().filter(begun).count()
}

/// Bytes of chunks that reached the server, by its own log.
pub(crate) fn bytes_received(house: &House) -> u64 {
    let requests = house.sandbox.requests();
    let chunks = requests.iter().filter(|entry| entry.method == "PATCH");
    chunks.map(|entry| entry.received).sum()
}

async fn arrived_whole(house: &House, bytes: &[u8]) -> UploadRow {
    let row = house.verified().await;
    let cid = row.cid.clone().expect("a CID");
    assert!(
        house.service.served(&cid).await == bytes,
        "other bytes are served"
    );
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_survives_two_cuts_and_a_restart_and_sends_at_most_one_chunk_twice_for_each() {
    const SIZE: u64 = 48_000_000;
    const CHUNK: u64 = 4 * 1024 * KIB;
    let mut house = House::new().await;
    house.cut(20 * 1024 * KIB, CHUNK);
    let bytes = noise(SIZE, 7);
    let path = house.file("long.mov", &bytes);
    let gate = Gate::new();
    after(&house, 2, Kind::CutAfterBytes(1024 * KIB));
    after(&house, 3, Kind::CutBeforeAnswer);
    after(
        &house,
        2,
        Kind::HoldAfterBytes(2 * 1024 * KIB, gate.clone()),
    );
    house.drop_in(&[path]).await;
    gate.arrived().await;
    house.restart();
    gate.open();
    arrived_whole(&house, &bytes).await;
    assert_eq!(uploads_begun(&house), 1);
    let received = bytes_received(&house);
    assert!(
        received <= SIZE + 3 * CHUNK,
        "{received} bytes for a file of {SIZE}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_upload_goes_on_from_where_it_was() {
    let house = house().await;
    let bytes = noise(5 * CHUNK, 3);
    let path = house.file("long.mov", &bytes);
    let gate = Gate::new();
    after(&house, 2, Kind::HoldAfterBytes(CHUNK / 2, gate.clone()));
    let ids = house.drop_in(&[path]).await;
    gate.arrived().await;
    let uploads = &house.engine.uploads;
    uploads.ask(ids[0], Event::Pause).await.expect("pauses");
    gate.open();
    let row = house.until(|row| row.state == UploadState::Paused).await;
    assert_eq!(row.done, 2 * CHUNK);
    assert_eq!(
        row.sentence,
        "Paused by you. It goes on from 524 kB of 1.31 MB."
    );
    uploads.ask(ids[0], Event::Resume).await.expect("resumes");
    arrived_whole(&house, &bytes).await;
    assert_eq!(uploads_begun(&house), 1);
    assert!(bytes_received(&house) <= 6 * CHUNK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_the_service_forgot_begins_anew() {
    for status in [404, 410] {
        let house = house().await;
        let bytes = noise(4 * CHUNK, 5);
        let path = house.file("long.mov", &bytes);
        after(&house, 1, Kind::status(status));
        house.drop_in(&[path]).await;
        arrived_whole(&house, &bytes).await;
        assert_eq!(uploads_begun(&house), 2, "{status}");
        // One chunk before, one that was read and refused, and all of them once more.
        assert_eq!(bytes_received(&house), 6 * CHUNK, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_protocol_calls_passing_passes_and_nothing_begins_anew() {
    for status in [409, 423, 460, 500] {
        let house = house().await;
        let bytes = noise(3 * CHUNK, status);
        let path = house.file("long.mov", &bytes);
        after(
            &house,
            1,
            Kind::status(u16::try_from(status).expect("a status")),
        );
        house.drop_in(&[path]).await;
        arrived_whole(&house, &bytes).await;
        assert_eq!(uploads_begun(&house), 1, "{status}");
        // The refused chunk was read by the server before it refused.
        assert!(bytes_received(&house) <= 4 * CHUNK, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cid_that_is_told_late_is_waited_for_and_nothing_is_sent_again() {
    let house = house().await;
    let bytes = noise(3 * CHUNK, 11);
    let path = house.file("long.mov", &bytes);
    after(&house, 2, Kind::LateCid(std::time::Duration::from_secs(5)));
    house.drop_in(&[path]).await;
    let waits = |row: &UploadRow| row.sentence.contains("has not told the CID yet");
    let row = house.until(waits).await;
    assert_eq!(row.done, 3 * CHUNK);
    arrived_whole(&house, &bytes).await;
    assert_eq!(
        (uploads_begun(&house), bytes_received(&house)),
        (1, 3 * CHUNK)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_the_last_chunk_is_asked_about_and_nothing_is_sent_again() {
    let house = house().await;
    let bytes = noise(3 * CHUNK, 13);
    let path = house.file("long.mov", &bytes);
    after(&house, 2, Kind::CutBeforeAnswer);
    house.drop_in(&[path]).await;
    arrived_whole(&house, &bytes).await;
    assert_eq!(
        (uploads_begun(&house), bytes_received(&house)),
        (1, 3 * CHUNK)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_in_the_middle_is_hashed_again_and_sent_anew() {
    let house = house().await;
    let path = house.file("long.mov", &noise(4 * CHUNK, 17));
    let gate = Gate::new();
    after(&house, 1, Kind::HoldAnswer(gate.clone()));
    house.drop_in(std::slice::from_ref(&path)).await;
    gate.arrived().await;
    let changed = noise(4 * CHUNK, 19);
    std::fs::write(&path, &changed).expect("writes");
    gate.open();
    arrived_whole(&house, &changed).await;
    assert_eq!(uploads_begun(&house), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_taken_back_in_the_middle_is_cancelled_and_leaves_no_pin() {
    let house = house().await;
    let path = house.file("long.mov", &noise(4 * CHUNK, 23));
    let gate = Gate::new();
    after(&house, 1, Kind::HoldAfterBytes(CHUNK / 2, gate.clone()));
    let ids = house.drop_in(&[path]).await;
    gate.arrived().await;
    let uploads = &house.engine.uploads;
    uploads.ask(ids[0], Event::Cancel).await.expect("cancels");
    gate.open();
    let row = house.ended().await.remove(0);
    assert_eq!(row.state, UploadState::Cancelled, "{}", row.sentence);
    let listed = house
        .service
        .api("GET", "v3/files/public?limit=10", None)
        .await;
    assert_eq!(listed["data"]["files"].as_array().map(Vec::len), Some(0));
}

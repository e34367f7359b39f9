//! Services that lay the same bytes out in another way, so that their CIDs are not ours: what is said of them, and how they
//! are found again after a lost answer.

use std::num::NonZeroUsize;

use engine::error::ErrorCode;
use engine::pins::CheckState;
use engine::uploads::{Event, UploadRow, UploadState};
use sandbox::{Kind, Layout, Route};

use super::chunks::noise;
use super::house::House;
use super::house::fast::Fast;
use super::lost::lose;

/// CIDv0, whatever is asked for: a profile that is known here.
const KNOWN: Layout = Layout::AlwaysV0;
/// Leaves of 100,000 bytes: of no profile.
const UNKNOWN: Layout = Layout::Leaves(NonZeroUsize::new(100_000).unwrap());

async fn laid_out(layout: Layout) -> House {
    let house = House::timed_with(Fast::new(20), |config| config.layout = layout).await;
    // What the key may do is found out with the first file and the first folder.
    let file = house.file("first.bin", &noise(300_000, 1));
    house.file("first/a.txt", b"a");
    house.drop_in(&[file, house.path("first")]).await;
    house.ended().await;
    house
}

async fn pinned(house: &House, check: CheckState) -> UploadRow {
    let row = house.ended().await.remove(0);
    assert_eq!(
        (row.state, row.check),
        (UploadState::Pinned, check),
        "{}",
        row.sentence
    );
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_in_another_layout_are_told_from_other_bytes_and_both_cids_are_kept() {
    for (layout, check) in [
        (KNOWN, CheckState::OtherLayout),
        (UNKNOWN, CheckState::Unproven),
    ] {
        let house = laid_out(layout).await;
        let bytes = noise(700_000, 2);
        house.drop_in(&[house.file("a.bin", &bytes)]).await;
        let row = pinned(&house, check).await;
        let receipt = house.engine.uploads.receipt(row.id).expect("a receipt");
        let (ours, theirs) = (receipt.ours.expect("ours"), receipt.theirs.expect("theirs"));
        assert_ne!(ours, theirs);
        assert!(house.service.served(&theirs).await == bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_in_a_known_layout_is_found_after_a_lost_answer_and_not_sent_again() {
    let house = laid_out(KNOWN).await;
    lose(&house, Route::V3Upload);
    let bytes = noise(700_000, 3);
    house.drop_in(&[house.file("a.bin", &bytes)]).await;
    let row = pinned(&house, CheckState::OtherLayout).await;
    assert_eq!(house.uploads_received(), 3);
    let receipt = house.engine.uploads.receipt(row.id).expect("a receipt");
    assert!(house.service.served(&receipt.theirs.expect("theirs")).await == bytes);

    lose(&house, Route::PinFile);
    house.file("site/index.html", &noise(700_000, 4));
    house.file("site/img/a.png", b"png");
    house.drop_in(&[house.path("site")]).await;
    pinned(&house, CheckState::OtherLayout).await;
    assert_eq!(house.uploads_received(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_for_after_a_lost_answer_waits_for_a_person_and_is_sent_when_asked() {
    let house = laid_out(UNKNOWN).await;
    lose(&house, Route::V3Upload);
    let bytes = noise(700_000, 5);
    let id = house.drop_in(&[house.file("a.bin", &bytes)]).await[0];
    let row = house.until(|row| row.state == UploadState::NeedsYou).await;
    assert_eq!(row.reason, Some(ErrorCode::Unconfirmed));
    assert!(row.sentence.contains("list of pins"), "{}", row.sentence);
    assert_eq!(house.uploads_received(), 3, "sent again without a word");
    // Who tries all again has not looked.
    let uploads = &house.engine.uploads;
    uploads.ask_all(&Event::Retry).await.expect("asks");
    uploads
        .ask_some(&[id], &Event::Retry, false)
        .await
        .expect("asks");
    assert_eq!(uploads.head().expect("figures").needs_you, 1);
    house
        .engine
        .uploads
        .ask(id, Event::Retry)
        .await
        .expect("asks");
    pinned(&house, CheckState::Unproven).await;
    assert_eq!(house.uploads_received(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_cannot_be_looked_for_nobody_says_that_it_is_gone_when_it_is_taken_back() {
    let house = laid_out(UNKNOWN).await;
    lose(&house, Route::V3Upload);
    let id = house
        .drop_in(&[house.file("a.bin", &noise(700_000, 6))])
        .await[0];
    house.until(|row| row.state == UploadState::NeedsYou).await;
    house
        .engine
        .uploads
        .ask(id, Event::Cancel)
        .await
        .expect("asks");
    let row = house.ended().await.remove(0);
    assert_eq!(row.state, UploadState::Cancelled);
    assert!(row.sentence.contains("list of pins"), "{}", row.sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_is_one_block_in_every_layout_and_is_sent_again_where_it_did_not_arrive() {
    let house = laid_out(UNKNOWN).await;
    let faults = house.sandbox.faults();
    faults.once(Route::V3Upload, Kind::status(502));
    house.drop_in(&[house.file("small.txt", b"small")]).await;
    let settled = |row: &UploadRow| {
        let ends = [UploadState::Pinned, UploadState::NeedsYou];
        row.name == "small.txt" && ends.contains(&row.state)
    };
    let row = house.until(settled).await;
    assert_eq!(row.state, UploadState::Pinned, "{}", row.sentence);
}

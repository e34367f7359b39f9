//! Files with the same content that come together: one of them is sent, whatever becomes of it.

use engine::uploads::UploadState;
use sandbox::{Fault, Kind, Route};

use crate::house::House;

/// Drops so many files with the same content, while the service answers like this.
async fn dropped(many: usize, times: usize, kind: Kind) -> House {
    let house = House::new().await;
    let route = Route::V3Upload;
    house.sandbox.faults().push(Fault { route, times, kind });
    let file = |n: usize| house.file(&format!("{n}.txt"), b"the same");
    let files: Vec<_> = (0..many).map(file).collect();
    house.drop_in(&files).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twin_of_a_file_whose_answer_was_lost_is_looked_for_and_not_sent() {
    let house = dropped(2, 1, Kind::CutBeforeAnswer).await;
    let ended = house.ended().await;
    assert!(ended.iter().all(|row| row.state == UploadState::Pinned));
    assert_eq!(house.uploads_received(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_not_sent_beside_its_twin_that_needs_a_person_and_may_have_arrived() {
    let house = House::new().await;
    let faults = house.sandbox.faults();
    faults.once(Route::V3Upload, Kind::CutBeforeAnswer);
    faults.once(Route::V3List, Kind::status(400));
    house.drop_in(&[house.file("0.txt", b"the same")]).await;
    let first = house.until(|row| row.state == UploadState::NeedsYou).await;
    assert_eq!(house.uploads_received(), 1);
    house.drop_in(&[house.file("1.txt", b"the same")]).await;
    house
        .until(|row| row.id != first.id && row.state == UploadState::Pinned)
        .await;
    assert_eq!(house.uploads_received(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twins_of_a_file_whose_key_was_refused_ask_nothing_of_the_held_account() {
    let house = dropped(4, 10, Kind::status(401)).await;
    let held = async || house.engine.accounts.hold(house.account).is_some();
    house.until_true("the account is held", held).await;
    house.sandbox.faults().clear();
    house.engine.retry(house.account).await.expect("answers");
    house.ended().await;
    let sent = house.sandbox.requests().into_iter();
    let sent = sent.filter(|entry| entry.method == "POST" && entry.path.ends_with("/v3/files"));
    assert_eq!(sent.count(), 2, "one refused, one stored");
}

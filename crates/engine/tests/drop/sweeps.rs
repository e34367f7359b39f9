//! What comes of an upload after everybody stopped asking for it: the next list that is read tells, and so does the row.

use std::path::PathBuf;
use std::sync::Arc;

use engine::pins::{Look, Selection};
use engine::uploads::{Event, UploadRow, UploadState, UploadsFilter};
use sandbox::{Fault, Gate, Kind, Layout, Route};

use super::breaks::nothing_is_open;
use super::changes::unpin;
use super::everything;
use super::house::House;
use super::house::leap::Leaping;

const MINUTE: i64 = 60_000;

/// A service that makes a pin of each upload. A proxy gives up on the next one, which is carried out when the gate opens.
async fn with_a_late_one(layout: Layout) -> (House, Arc<Leaping>, Gate) {
    let (house, clock) = House::leaping_with(|config| {
        config.twins = true;
        config.layout = layout;
    })
    .await;
    // What the key may do is found out with the first file.
    house.drop_in(&[house.file("first.txt", b"first")]).await;
    house.ended().await;
    let gate = Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: Kind::TooLate(gate.clone()),
    });
    (house, clock, gate)
}

fn photo(house: &House) -> PathBuf {
    house.file("photo.jpg", b"a photo")
}

/// The number of an upload that was taken back while the service had its bytes, and that was looked for in vain.
async fn taken_back(house: &House, clock: &Leaping, gate: &Gate) -> i64 {
    let id = house.drop_in(&[photo(house)]).await[0];
    gate.arrived().await;
    let uploads = &house.engine.uploads;
    uploads.ask(id, Event::Cancel).await.expect("asks");
    nothing_is_open(house, clock).await;
    id
}

/// Opens the gate, and reads the list when so many pins stand.
async fn read_when(house: &House, gate: &Gate, pins: usize) {
    gate.open();
    let all = async || house.service.stored().values().sum::<usize>() == pins;
    house.until_true("it is carried out", all).await;
    house.engine.refresh(house.account).await.expect("reads");
}

fn says(row: &UploadRow, words: &str) -> bool {
    row.sentence.contains(words)
}

fn newest(house: &House) -> UploadRow {
    let rows = house.engine.uploads.rows(UploadsFilter::Finished, 0, 9);
    rows.expect("rows").rows.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_after_it_was_taken_back_is_told_with_the_next_list_also_when_it_was_cleared()
{
    // Also where its CID is not ours.
    for layout in [Layout::AsAsked, Layout::AlwaysV0] {
        let (house, clock, gate) = with_a_late_one(layout).await;
        let id = taken_back(&house, &clock, &gate).await;
        let uploads = &house.engine.uploads;
        let row = newest(&house);
        assert_eq!(row.state, UploadState::Cancelled);
        assert!(says(&row, "Nothing of it is pinned"), "{}", row.sentence);
        uploads.clear(&[id]).await.expect("clears");

        read_when(&house, &gate, 2).await;
        let row = house.until(|row| says(row, "stands in the list")).await;
        assert_eq!((row.id, row.state), (id, UploadState::Cancelled));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_twice_after_a_lost_answer_is_told_with_the_next_list() {
    let (house, clock, gate) = with_a_late_one(Layout::AsAsked).await;
    let id = house.drop_in(&[photo(&house)]).await[0];
    gate.arrived().await;
    nothing_is_open(&house, &clock).await;
    let before = house.verified().await.sentence;
    house.engine.refresh(house.account).await.expect("reads");
    assert_eq!(
        newest(&house).sentence,
        before,
        "one is no more than was asked for"
    );

    read_when(&house, &gate, 3).await;
    let row = house.until(|row| says(row, "2 pins of it stand")).await;
    assert_eq!(row.id, id);
    // One of them is unpinned: nobody says any more that there are two.
    let set = house
        .engine
        .pins
        .open(house.account, &everything(), None, Look::default());
    let pins = &house.engine.pins;
    let set = set.expect("a set").set;
    let shown = pins.rows(set, 0, 9).expect("rows");
    let one = shown
        .iter()
        .position(|pin| pin.name.as_deref() == Some("photo.jpg"));
    let one = one.expect("a pin");
    let ranges = vec![(one, one)];
    assert_eq!(unpin(&house, &Selection { set, ranges }).await, 1);
    house
        .until(|row| row.id == id && row.sentence == before)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_there_may_be_of_the_same_bytes_that_are_on_their_way_again() {
    let (house, clock, gate) = with_a_late_one(Layout::AsAsked).await;
    let id = taken_back(&house, &clock, &gate).await;
    let uploads = &house.engine.uploads;
    // Dropped again; it is pinned, and its answer is not there yet when the list is read.
    let answer = Gate::new();
    house.sandbox.faults().clear();
    let held = Kind::HoldAnswer(answer.clone());
    house.sandbox.faults().once(Route::V3Upload, held);
    house.drop_in(&[photo(&house)]).await;
    answer.arrived().await;
    house.engine.refresh(house.account).await.expect("reads");
    let said = || uploads.row_of(id).expect("a row").sentence;
    assert!(said().contains("Nothing of it is pinned"), "{}", said());
    answer.open();
    house.verified().await;
    house.engine.refresh(house.account).await.expect("reads");
    // Whoever looks at the lists has looked when a later row is told of.
    house.drop_in(&[house.file("later.txt", b"later")]).await;
    house.verified().await;
    assert!(said().contains("Nothing of it is pinned"), "{}", said());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_that_were_asked_for_again_or_come_much_later_are_nobodys_second_pin() {
    let (house, clock, gate) = with_a_late_one(Layout::AsAsked).await;
    let id = taken_back(&house, &clock, &gate).await;
    let uploads = &house.engine.uploads;
    house.sandbox.faults().clear();
    // Dropped again, by the same person.
    let again = house.drop_in(&[photo(&house)]).await[0];
    nothing_is_open(&house, &clock).await;
    house.engine.refresh(house.account).await.expect("reads");
    clock.leap(11 * MINUTE);
    house.engine.refresh(house.account).await.expect("reads");
    let settled = || {
        let lost = "SELECT count(*) FROM upload WHERE lost IS NOT NULL";
        let ledger = &house.engine.store.ledger;
        ledger.read(move |tx| Ok(tx.query_row(lost, [], |row| row.get::<_, i64>(0))?))
    };
    let over = async || settled().expect("reads") == 0;
    house.until_true("it is settled", over).await;
    // What comes now is not believed to be this upload's any more.
    read_when(&house, &gate, 3).await;
    let rows = uploads
        .rows(UploadsFilter::Finished, 0, 9)
        .expect("rows")
        .rows;
    let of = |id: i64| rows.iter().find(|row| row.id == id).expect("a row");
    assert!(
        of(id).sentence.contains("Nothing of it is pinned"),
        "{}",
        of(id).sentence
    );
    let again = of(again);
    assert!(!says(again, "stand in the list"), "{}", again.sentence);
}

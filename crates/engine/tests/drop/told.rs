//! What the queue says of itself while nothing of it moves: no row and no figure claims more than is being done.

use engine::error::ErrorCode;
use engine::uploads::{Event, Progress, RestFor, UploadLimits, UploadState};
use sandbox::{Fault, Gate, Kind, Route};
use tokio::sync::broadcast::error::RecvError;

use super::chunks::noise;
use super::house::House;

const LARGE: u64 = 8_000_000;

fn always(house: &House, route: Route, kind: Kind) {
    let times = usize::MAX;
    house.sandbox.faults().push(Fault { route, times, kind });
}

/// A large file that stands at the gate on its way.
async fn held_on_its_way(house: &House) -> (i64, Gate) {
    let gate = Gate::new();
    let held = Kind::HoldAfterBytes(1_000_000, gate.clone());
    always(house, Route::V3Upload, held);
    let file = house.file("survey.csv", &noise(LARGE, 71));
    let id = house.drop_in(&[file]).await[0];
    gate.arrived().await;
    (id, gate)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_begun_to_look_at_waits_for_its_turn() {
    let house = House::new().await;
    let limits = UploadLimits {
        at_once: 1,
        ..UploadLimits::default()
    };
    house.engine.uploads.set_limits(limits).await.expect("sets");
    let (_, first) = held_on_its_way(&house).await;
    house.sandbox.faults().clear();
    let small = Gate::new();
    always(&house, Route::V3Upload, Kind::HoldAnswer(small.clone()));
    house.drop_in(&[house.file("first.txt", b"small")]).await;
    small.arrived().await;
    house.drop_in(&[house.file("plate.png", b"later")]).await;
    let waits = house.until(|row| row.name == "plate.png").await;
    assert_eq!(
        (waits.state, waits.sentence.as_str()),
        (UploadState::Queued, "Waiting for its turn.")
    );
    house.sandbox.faults().clear();
    first.open();
    small.open();
    let states: Vec<UploadState> = house.ended().await.iter().map(|row| row.state).collect();
    assert_eq!(states, [UploadState::Pinned; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_counted_as_waiting_and_has_no_speed() {
    let house = House::new().await;
    let mut progress = house.engine.uploads.progress();
    always(&house, Route::V3Upload, Kind::status(402));
    let two = ["a.txt", "b.txt"].map(|name| house.file(name, name.as_bytes()));
    house.drop_in(&two).await;
    house
        .until(|row| row.reason == Some(ErrorCode::QuotaExceeded))
        .await;
    let head = house.engine.uploads.head().expect("figures");
    assert_eq!((head.now, head.needs_you, head.waiting), (2, 0, 2));
    let told: Progress = loop {
        // What was told while nobody listened is behind.
        match progress.recv().await {
            Ok(told) if told.rows.is_empty() => break told,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => panic!("somebody tells"),
        }
    };
    assert_eq!((told.rate, told.seconds_left), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_no_part_of_what_is_being_uploaded() {
    let house = House::new().await;
    let (id, gate) = held_on_its_way(&house).await;
    let asked = Gate::new();
    always(&house, Route::V3List, Kind::HoldAnswer(asked.clone()));
    let head = || house.engine.uploads.head().expect("figures");
    assert_eq!((head().waiting, head().bytes_total), (0, LARGE));
    let cancelled = house.engine.uploads.ask(id, Event::Cancel).await;
    cancelled.expect("takes it back");
    asked.arrived().await;
    let row = house.engine.uploads.row_of(id).expect("the row");
    assert!(row.sentence.starts_with("Taking it back"), "{row:?}");
    assert_eq!((head().waiting, head().bytes_total), (1, 0));
    house.sandbox.faults().clear();
    asked.open();
    gate.open();
    assert_eq!(house.ended().await[0].state, UploadState::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_service_is_asked_whether_it_has_the_bytes_none_are_said_to_be_sent() {
    let house = House::new().await;
    let bytes = noise(40_000, 72);
    house.drop_in(&[house.file("harbour.png", &bytes)]).await;
    house.ended().await;
    let asked = Gate::new();
    always(&house, Route::V3List, Kind::HoldAnswer(asked.clone()));
    let again = house.drop_in(&[house.file("again.png", &bytes)]).await[0];
    asked.arrived().await;
    let row = house
        .until(|row| row.id == again && row.state == UploadState::Checking)
        .await;
    assert_eq!((row.done, row.bytes), (0, Some(40_000)));
    house.sandbox.faults().clear();
    asked.open();
    house.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rest_broke_off_is_not_counted_as_sent() {
    let house = House::new().await;
    let limits = UploadLimits {
        speed: Some(400_000),
        ..UploadLimits::default()
    };
    house.engine.uploads.set_limits(limits).await.expect("sets");
    let file = house.file("long.mov", &noise(LARGE, 73));
    house.drop_in(&[file]).await;
    house
        .until(|row| row.state == UploadState::Sending && row.done > 0)
        .await;
    let rests = house.engine.uploads.rest(RestFor::Hour).await;
    rests.expect("rests");
    let head = house.engine.uploads.head().expect("figures");
    assert_eq!(head.bytes_total, LARGE);
    assert!(head.bytes_done < LARGE, "{head:?}");
}

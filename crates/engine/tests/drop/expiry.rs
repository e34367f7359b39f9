//! Pins that are kept for a time.

use std::path::Path;
use std::sync::Arc;

use engine::clock::{Clock, Millis};
use engine::error::ErrorCode;
use engine::pins::{Listed, Look, PinQuery, PinRow, SortKey};
use engine::uploads::{Secrets, UploadOptions, UploadRow, UploadState};

use sandbox::{Gate, Kind, Route};

use crate::house::leap::Leaping;
use crate::house::{self, House};

const HOUR: Millis = 3_600_000;

async fn drop_until(house: &House, path: &Path, expires: Option<Millis>) -> UploadRow {
    let drop = house.look_at(&[path.to_owned()]).await;
    let options = UploadOptions {
        expires,
        ..house::options(Secrets::Hold)
    };
    let ids = house
        .engine
        .uploads
        .enqueue(house.account, &drop, options)
        .await
        .expect("enqueues");
    let row = house.until(|row| row.id == ids[0] && row.state == UploadState::Pinned);
    row.await
}

fn listed(house: &House) -> Vec<PinRow> {
    let query = PinQuery {
        sort: SortKey::Name,
        descending: false,
        ..PinQuery::default()
    };
    let look = Look {
        n: 10,
        ..Look::default()
    };
    let pins = &house.engine.pins;
    let set = pins.open(house.account, &query, None, look);
    set.expect("a set").rows
}

fn names(house: &House) -> Vec<String> {
    let rows = listed(house).into_iter();
    rows.map(|row| row.name.expect("a name")).collect()
}

/// The pin as the service lists it, once it is as asked there.
async fn at_the_service(house: &House, cid: &str, asked: impl Fn(&Listed) -> bool) {
    let there = async || house.pin(cid).await.is_some_and(|pin| asked(&pin));
    house.until_true("the service lists it so", there).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_uploaded_for_a_time_is_gone_from_list_and_service_when_it_is_over() {
    let (house, clock) = House::leaping().await;
    house.file("site/index.html", b"<p>for a week");
    let day = clock.now() + 24 * HOUR;
    let week = clock.now() + 7 * 24 * HOUR;
    drop_until(&house, &house.file("kept.txt", b"for good"), None).await;
    drop_until(&house, &house.file("short.txt", b"for a day"), Some(day)).await;
    let site = drop_until(&house, &house.path("site"), Some(week)).await;
    let whole = |at: Millis| Some(at / 1_000 * 1_000);
    // A folder gets its end after it was sent.
    let cid = site.cid.expect("a CID");
    at_the_service(&house, &cid, |pin| pin.expires == whole(week)).await;
    let ends: Vec<_> = listed(&house).iter().map(|row| row.expires_at).collect();
    assert_eq!(ends, [None, whole(day), whole(week)]);

    clock.leap(25 * HOUR);
    house
        .once(
            || names(&house),
            |names| (names == ["kept.txt", "site"]).then_some(()),
            async || (),
        )
        .await;
    house.engine.refresh(house.account).await.expect("reads");
    assert_eq!(names(&house), ["kept.txt", "site"]);

    clock.leap(7 * 24 * HOUR);
    let left = |names: Vec<String>| (names == ["kept.txt"]).then_some(());
    house.once(|| names(&house), left, async || ()).await;
    house.engine.refresh(house.account).await.expect("reads");
    assert_eq!(names(&house), ["kept.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_does_not_hide_what_the_service_still_lists() {
    let clock = Arc::new(Leaping::default());
    let house = House::timed(clock.clone()).await;
    let day = clock.now() + 24 * HOUR;
    drop_until(&house, &house.file("short.txt", b"for a day"), Some(day)).await;
    let pins = &house.engine.pins;
    let id = listed(&house)[0].id;
    assert_eq!(pins.details(id).expect("the pin").over, None);
    // Only here: at the service the day has hardly begun.
    clock.leap(25 * HOUR);
    let gone = |names: Vec<String>| names.is_empty().then_some(());
    house.once(|| names(&house), gone, async || ()).await;
    for _ in 0..2 {
        house.engine.refresh(house.account).await.expect("reads");
        let pins = &house.engine.pins;
        pins.take_out_ended().await.expect("looks");
        assert_eq!(names(&house), ["short.txt"]);
        let details = pins.details(listed(&house)[0].id).expect("the pin");
        let over = details.over.expect("it is over by this clock");
        assert!(over.starts_with("Over by this computer’s clock; the list of "));
        assert!(over.ends_with(" still had it."), "{over}");
    }
}

/// What a list says is true of the time at which it was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_pin_that_ends_while_its_list_is_read_is_gone_when_the_list_is_there() {
    let (house, clock) = House::leaping().await;
    let hour = clock.now() + HOUR;
    drop_until(&house, &house.file("short.txt", b"for an hour"), Some(hour)).await;
    let gate = Gate::new();
    let kind = Kind::HoldAnswer(gate.clone());
    house.sandbox.faults().once(Route::V3List, kind);
    let reads = async {
        house.engine.refresh(house.account).await.expect("reads");
    };
    let ends = async {
        gate.arrived().await;
        clock.leap(2 * HOUR);
        gate.open();
    };
    tokio::join!(reads, ends);
    let pins = &house.engine.pins;
    pins.take_out_ended().await.expect("looks");
    assert_eq!(names(&house), [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_set_moved_and_taken_away_and_of_two_the_later_counts() {
    let (house, clock) = House::leaping().await;
    let file = house.file("a.txt", b"the same bytes");
    let first = drop_until(&house, &file, None).await;
    let cid = first.cid.expect("a CID");
    let hour = clock.now() + HOUR;

    // Kept for good already: the same bytes for an hour take nothing away.
    let again = drop_until(&house, &file, Some(hour)).await.id;
    let told = house.until(|row| row.id == again && row.sentence.contains("pinned for longer"));
    told.await;
    let id = listed(&house)[0].id;
    assert_eq!(listed(&house)[0].expires_at, None);

    let pins = &house.engine.pins;
    let details = pins.expire(id, Some(hour)).await.expect("sets");
    let whole = Some(hour / 1_000 * 1_000);
    assert_eq!(details.row.expires_at, whole);
    assert!(details.past[0].sentence.starts_with("Set to expire on "));
    assert!(details.end_sentence.contains("unpins it by itself"));
    at_the_service(&house, &cid, |pin| pin.expires == whole).await;

    // Dropped once more to be kept: it is.
    drop_until(&house, &file, None).await;
    at_the_service(&house, &cid, |pin| pin.expires.is_none()).await;

    let over = pins.expire(id, Some(clock.now() - 1)).await;
    assert_eq!(over.expect_err("refused").code, ErrorCode::BadInput);
    pins.expire(id, Some(hour)).await.expect("sets");
    let details = pins.expire(id, None).await.expect("takes away");
    assert_eq!(details.row.expires_at, None);
    assert_eq!(
        details.past[0].sentence,
        "Set to stay until it is unpinned."
    );
}

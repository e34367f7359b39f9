//! What breaks beside the connection: a ledger that cannot be written, a service that forgets, a crash after the pin.

use std::path::PathBuf;
use std::sync::Arc;

use engine::accounts::Hold;
use engine::error::ErrorCode;
use engine::store::{StoreError, Tx, Urgency};
use engine::uploads::{Event, RestFor, UploadRow, UploadState};
use sandbox::{Fault, Gate, Kind, LoggedRequest, Route};

use super::chunks::{bytes_received, noise, uploads_begun};
use super::house::House;
use super::house::fast::Fast;
use super::house::leap::Leaping;

const CHANGES: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

/// What refuses such a change of the queue's rows where this holds.
fn refusing(change: &str, when: &str) -> String {
    format!(
        "CREATE TEMP TRIGGER broken_{change} BEFORE {change} ON main.upload WHEN {when}
         BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END;"
    )
}

/// What breaks a ledger: no row of the queue is written, comes or goes.
pub(crate) fn broken() -> String {
    CHANGES.map(|change| refusing(change, "1")).concat()
}

/// From now on rows of the queue cannot be written where this holds.
async fn break_rows(house: &House, when: &str) {
    execute(house, refusing("UPDATE", when)).await;
}

/// From now on the queue cannot be written at all.
async fn break_the_ledger(house: &House) {
    execute(house, broken()).await;
}

pub(crate) async fn mend_the_ledger(house: &House) {
    let mend = |change| format!("DROP TRIGGER IF EXISTS temp.broken_{change};");
    let sql = CHANGES.map(mend).concat();
    execute(house, sql).await;
}

async fn execute(house: &House, sql: String) {
    let run = move |tx: &Tx| -> Result<(), StoreError> { Ok(tx.execute_batch(&sql)?) };
    let ledger = &house.engine.store.ledger;
    ledger.write(Urgency::Click, run).await.expect("executes");
}

fn fault(house: &House, route: Route, times: usize, kind: Kind) {
    house.sandbox.faults().push(Fault { route, times, kind });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_takes_a_chunk_and_forgets_it_again_and_again_is_left_to_the_person() {
    const CHUNK: u64 = 64 * 1024;
    let mut house = House::timed(Fast::new(200)).await;
    house.cut(CHUNK, CHUNK);
    for _ in 0..20 {
        fault(&house, Route::TusPatch, 1, Kind::Pass);
        fault(&house, Route::TusPatch, 1, Kind::status(410));
    }
    let bytes = noise(5 * CHUNK, 29);
    let ids = house.drop_in(&[house.file("long.mov", &bytes)]).await;
    let rests = [UploadState::NeedsYou, UploadState::Pinned];
    let row = house.until(|row| rests.contains(&row.state)).await;
    assert_eq!(row.state, UploadState::NeedsYou, "{}", row.sentence);
    assert_eq!(uploads_begun(&house), 8, "{}", row.sentence);
    // Each time the chunk that was taken, and the one that was refused.
    assert_eq!(bytes_received(&house), 16 * CHUNK);

    house.sandbox.faults().clear();
    let uploads = &house.engine.uploads;
    uploads.ask(ids[0], Event::Retry).await.expect("retries");
    let row = house.ended().await.remove(0);
    assert!(house.service.served(&row.cid.expect("a CID")).await == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_be_written_is_tried_again_after_a_pause_and_the_queue_goes_on() {
    let clock = Fast::new(50);
    let house = House::timed(clock.clone()).await;
    fault(&house, Route::V3Upload, 1, Kind::status(503));
    house.drop_in(&[house.file("a.txt", b"a")]).await;
    house.until(|row| row.state == UploadState::Waiting).await;
    break_the_ledger(&house).await;
    let before = clock.waits_in_vain();
    clock.pass(60_000).await;
    let spun = clock.waits_in_vain() - before;
    assert!(spun < 60, "{spun} tries in a minute");
    let refused = house.try_drop(&[house.file("b.txt", b"b")]).await;
    refused.expect_err("no row can be added");
    mend_the_ledger(&house).await;
    let ended = house.ended().await;
    assert_eq!(ended.len(), 1, "what was refused left nothing");
    assert_eq!(ended[0].state, UploadState::Pinned);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_could_not_be_written_down_is_asked_for_and_nothing_is_sent_again() {
    let clock = Fast::new(20);
    let house = House::timed(clock.clone()).await;
    break_rows(&house, "NEW.state = 'pinned'").await;
    house.drop_in(&[house.file("a.txt", b"once")]).await;
    house
        .until_true("it is sent", async || house.uploads_received() > 0)
        .await;
    clock.pass(20_000).await;
    mend_the_ledger(&house).await;
    assert_eq!(house.ended().await[0].state, UploadState::Pinned);
    assert_eq!(house.uploads_received(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rest_stops_all_that_is_sent_also_where_one_row_cannot_be_written() {
    const MANY: usize = 4;
    let house = House::new().await;
    let gate = Gate::new();
    fault(
        &house,
        Route::V3Upload,
        MANY,
        Kind::HoldAnswer(gate.clone()),
    );
    let files: Vec<_> = (0..MANY)
        .map(|n| house.file(&format!("{n}.txt"), n.to_string().as_bytes()))
        .collect();
    let ids = house.drop_in(&files).await;
    gate.arrived_times(MANY).await;
    break_rows(&house, &format!("OLD.id = {}", ids[1])).await;
    let uploads = &house.engine.uploads;
    uploads.rest(RestFor::Hour).await.expect("rests");
    // A request that was given up is in the log, although the gate is still closed.
    house
        .until_true("all are given up", async || {
            house.uploads_received() == MANY
        })
        .await;
    gate.open();
    mend_the_ledger(&house).await;
    uploads.ask_all(&Event::Resume).await.expect("continues");
    let ended = house.ended().await;
    assert!(ended.iter().all(|row| row.state == UploadState::Pinned));
    assert_eq!(house.uploads_received(), MANY, "nothing is sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_taken_in_after_a_proxy_gave_up_is_waited_for_and_not_sent_twice() {
    let (house, clock, gate) = with_a_proxy().await;
    house.drop_in(&[shop(&house, 3)]).await;
    looked_for(&house, &clock, 3).await;
    house.sandbox.faults().clear();
    gate.open();
    nothing_is_open(&house, &clock).await;
    house.verified().await;
    // What the service was asked before it has no content.
    assert_eq!(house.service.stored().values().sum::<usize>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_taken_back_while_the_service_takes_it_in_is_looked_for_as_long() {
    let (house, clock, gate) = with_a_proxy().await;
    let ids = house.drop_in(&[shop(&house, 3)]).await;
    let sent = house.until(|row| row.reason == Some(ErrorCode::Unconfirmed));
    sent.await;
    let uploads = &house.engine.uploads;
    uploads.ask(ids[0], Event::Cancel).await.expect("asks");
    looked_for(&house, &clock, 3).await;
    gate.open();
    nothing_is_open(&house, &clock).await;
    // It is pinned, and nobody says that it is not.
    let row = house.ended().await.remove(0);
    assert_eq!(row.state, UploadState::Pinned, "{}", row.sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_did_not_leave_whole_is_sent_again_after_two_looks() {
    let (house, clock) = House::leaping().await;
    // First it is found out what the key may do.
    fault(&house, Route::PinFile, 1, Kind::Pass);
    fault(&house, Route::PinFile, 1, Kind::CutAfterBytes(10_000));
    house.drop_in(&[shop(&house, 10_000)]).await;
    nothing_is_open(&house, &clock).await;
    house.verified().await;
    let sent =
        |entry: &LoggedRequest| entry.path.ends_with("/pinFileToIPFS") && entry.received > 1_000;
    let requests = house.sandbox.requests();
    let requests = requests.iter().skip_while(|entry| !sent(entry)).skip(1);
    let looks = requests
        .take_while(|entry| !sent(entry))
        .filter(|entry| is_look(entry));
    assert_eq!(looks.count(), 2);
}

/// A house whose folders go through a proxy that gives up before the gate opens.
async fn with_a_proxy() -> (House, Arc<Leaping>, Gate) {
    let (house, clock) = House::leaping().await;
    let gate = Gate::new();
    let kind = Kind::TooLate(gate.clone());
    fault(&house, Route::PinFile, usize::MAX, kind);
    (house, clock, gate)
}

/// A folder of 2,000 files: a service may take 20 s for it.
fn shop(house: &House, each: usize) -> PathBuf {
    for at in 0..2_000 {
        let bytes = format!("{at:0each$}");
        house.file(&format!("shop/{at}.txt"), bytes.as_bytes());
    }
    house.path("shop")
}

/// A look for one CID; there is one in each network.
fn is_look(entry: &LoggedRequest) -> bool {
    let query = entry.query.as_deref().unwrap_or_default();
    entry.path.ends_with("/public") && query.contains("cid=")
}

async fn looked_for(house: &House, clock: &Leaping, times: usize) {
    let looked = async || {
        clock.leap(500);
        let requests = house.sandbox.requests();
        requests.iter().filter(|entry| is_look(entry)).count() >= times
    };
    house.until_true("it was looked for", looked).await;
}

pub(crate) async fn nothing_is_open(house: &House, clock: &Leaping) {
    let none = async || {
        clock.leap(500);
        house.engine.uploads.head().expect("figures").now == 0
    };
    house.until_true("it ends", none).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_on_its_way_in_a_crash_is_asked_about_before_anything_is_sent_again() {
    let mut house = House::new().await;
    // The key is tried with the first file.
    house.drop_in(&[house.file("first.txt", b"first")]).await;
    house.verified().await;
    let sent = Gate::new();
    fault(&house, Route::V3Upload, 1, Kind::Hold(sent.clone()));
    house.drop_in(&[house.file("a.txt", b"a")]).await;
    sent.arrived().await;
    house.restart();
    // The service has not carried it out yet: as long as that is so, nothing but a question may come.
    let known = [UploadState::Confirming, UploadState::Pinned];
    let taken_up = |row: &UploadRow| row.name == "a.txt" && known.contains(&row.state);
    let row = house.until(taken_up).await;
    assert_eq!(row.state, UploadState::Confirming, "{}", row.sentence);
    sent.open();
    house.verified().await;
    assert_eq!(house.uploads_received(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_chosen_for_a_pin_is_set_after_a_crash_and_later_changes_are_left_alone() {
    let mut house = House::new().await;
    let sent = Gate::new();
    fault(&house, Route::V3Upload, 1, Kind::HoldAnswer(sent.clone()));
    let ids = house.drop_in(&[house.file("a.txt", b"a")]).await;
    sent.arrived().await;
    let paper = [("paper".to_owned(), "Baryta".into())];
    let uploads = &house.engine.uploads;
    let amended = uploads.amend(ids.clone(), Some("chosen".into()), &paper);
    amended.await.expect("amends");
    // The pin stands, and the process ends before it has its name.
    let edit = Gate::new();
    fault(&house, Route::V3Update, 1, Kind::Hold(edit.clone()));
    sent.open();
    edit.arrived().await;
    house.restart();
    let cid = house.ended().await.remove(0).cid.expect("a CID");
    let named = async |name: &str| {
        let pin = house.pin(&cid).await.expect("a pin");
        let paper = pin.keyvalues.get("paper").map(ToString::to_string);
        let paper = paper.as_deref();
        pin.name.as_deref() == Some(name) && paper == Some("Baryta")
    };
    house
        .until_true("it has its name", async || named("chosen").await)
        .await;

    // Once it is pinned, the same is done at once, and is over then.
    let uploads = &house.engine.uploads;
    let again = uploads.amend(ids, Some("chosen again".into()), &paper);
    again.await.expect("amends");
    let id = house.engine.pins.find(house.account, &cid).expect("looks");
    let id = id.expect("a pin").pin.service_id;
    let body = serde_json::json!({ "name": "renamed elsewhere" });
    let path = format!("v3/files/public/{id}");
    house.service.api("PUT", &path, Some(body)).await;
    house.restart();
    house.drop_in(&[house.file("b.txt", b"b")]).await;
    house.ended().await;
    let pin = house.pin(&cid).await.expect("a pin");
    assert_eq!(pin.name.as_deref(), Some("renamed elsewhere"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_set_on_a_pin_is_said_and_is_not_called_left_out() {
    let house = House::new().await;
    let sent = Gate::new();
    fault(&house, Route::V3Upload, 1, Kind::HoldAnswer(sent.clone()));
    let ids = house.drop_in(&[house.file("a.txt", b"a")]).await;
    sent.arrived().await;
    fault(&house, Route::V3Update, 1, Kind::status(500));
    let uploads = &house.engine.uploads;
    let paper = [("paper".to_owned(), "Baryta".into())];
    let amended = uploads.amend(ids.clone(), None, &paper);
    amended.await.expect("amends");
    sent.open();
    let said = |row: &UploadRow| row.sentence.contains("could not be set");
    let row = house.until(said).await;
    assert_eq!((row.state, row.problems), (UploadState::Pinned, 0));

    uploads.amend(ids, None, &paper).await.expect("amends");
    let row = house.ended().await.remove(0);
    assert!(!said(&row), "{}", row.sentence);
}

/// One file is pinned with it, and one is on its way.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_in_the_middle_holds_the_account_until_a_person_tries_again() {
    let house = House::new().await;
    house.drop_in(&[house.file("pinned.txt", b"pinned")]).await;
    house.verified().await;
    let sent = Gate::new();
    fault(&house, Route::V3Upload, 1, Kind::HoldAnswer(sent.clone()));
    let on_its_way = house.file("on its way.txt", b"on its way");
    house.drop_in(&[on_its_way]).await;
    sent.arrived().await;
    fault(&house, Route::V3Upload, 100, Kind::status(401));
    let files: Vec<_> = (0..5)
        .map(|n| house.file(&format!("{n}.txt"), format!("file {n}").as_bytes()))
        .collect();
    house.drop_in(&files).await;
    let held = || house.engine.accounts.hold(house.account);
    let refused = |hold: Option<Hold>| {
        hold.filter(|hold| hold.code == ErrorCode::Unauthorized)
            .map(|_| ())
    };
    house.once(held, refused, async || ()).await;
    let head = house.engine.uploads.head().expect("figures");
    assert_eq!((head.now, head.needs_you), (6, 0), "{head:?}");

    // What was on its way still ends. The key was refused to whatever was sent at once, and to nothing after that.
    sent.open();
    let ended = |row: &UploadRow| row.name == "on its way.txt" && row.state == UploadState::Pinned;
    house.until(ended).await;
    let at_once = house.engine.uploads.limits().at_once as usize;
    let refused = house.sandbox.requests();
    let refused = refused.iter().filter(|entry| entry.status == 401).count();
    assert!((1..=at_once).contains(&refused), "{refused} of {at_once}");
    house.sandbox.faults().clear();
    house.engine.retry(house.account).await.expect("answers");
    let ended = house.ended().await;
    assert_eq!(ended.len(), 7);
    for row in ended {
        assert_eq!(row.state, UploadState::Pinned, "{}", row.sentence);
    }
    assert_eq!(house.uploads_received(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_held_account_works_again_try_again_wakes_its_uploads_and_reads_its_list() {
    let house = House::new().await;
    house
        .engine
        .accounts
        .set_hold(house.account, ErrorCode::KeychainLocked, None);
    let file = house.file("waiting.txt", b"held with its account");
    house.drop_in(&[file]).await;
    house
        .until(|row| row.files == 0 || row.state != UploadState::Pinned)
        .await;
    assert_eq!(house.uploads_received(), 0);

    let account = house.engine.retry(house.account).await.expect("answers");
    assert_eq!(account.hold, None);
    assert_eq!(house.ended().await[0].state, UploadState::Pinned);
    assert_eq!(house.uploads_received(), 1);
}

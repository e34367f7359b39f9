//! What a person asks of the whole queue, or of one row's place in it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use engine::clock::SystemClock;
use engine::error::ErrorCode;
use engine::store::{StoreError, Urgency};
use engine::uploads::{
    Event, LimitHours, RestFor, Secrets, UploadLimits, UploadRow, UploadState, UploadsFilter,
};
use sandbox::{Fault, Gate, Kind, Route};

use super::house::heard::Heard;
use super::house::{self, House};

async fn one_at_a_time(house: &House) {
    let limits = UploadLimits {
        at_once: 1,
        ..UploadLimits::default()
    };
    house.engine.uploads.set_limits(limits).await.expect("sets");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_rests_begins_nothing_also_after_a_restart_until_it_is_continued() {
    let clock = Arc::new(Heard::default());
    let steps = Arc::new(AtomicUsize::new(0));
    let taken = steps.clone();
    let step = move || {
        taken.fetch_add(1, Ordering::SeqCst);
        0.5
    };
    let mut house = House::stepping(clock.clone(), Arc::new(step)).await;
    let rest = async |house: &House| {
        let resting = house.engine.uploads.rest(RestFor::Hour).await;
        resting.expect("rests");
    };
    rest(&house).await;
    house.drop_in(&[house.file("a.txt", b"later")]).await;
    house.stop();
    clock.forget();
    house.restart();
    let row = house.until(|row| row.state == UploadState::Paused).await;
    assert!(
        row.sentence.starts_with("Paused until "),
        "{}",
        row.sentence
    );
    // The whole queue is what goes on; a row that rests with it has nothing of its own to pause.
    assert!(!row.can_pause && row.can_cancel);
    let head = house.engine.uploads.head().expect("figures");
    let until = head.resting_until.expect("it rests");
    assert!(head.paused, "{head:?}");
    // The queue has looked at what there is, and sleeps. Whatever it had begun takes a step when it rests once more.
    clock.asked_until(until).await;
    rest(&house).await;
    assert_eq!(steps.load(Ordering::SeqCst), 0, "nothing was begun");
    assert_eq!(house.uploads_received(), 0);
    house
        .engine
        .uploads
        .ask_all(&Event::Resume)
        .await
        .expect("continues");
    assert_eq!(house.ended().await[0].state, UploadState::Pinned);
    assert_eq!(
        house.engine.uploads.head().expect("figures").resting_until,
        None
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rest_stops_what_is_being_sent_and_nothing_is_sent_twice_for_it() {
    let house = House::new().await;
    let gate = Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: Kind::HoldAnswer(gate.clone()),
    });
    house.drop_in(&[house.file("a.txt", b"on its way")]).await;
    gate.arrived().await;
    house
        .engine
        .uploads
        .rest(RestFor::Quarter)
        .await
        .expect("rests");
    gate.open();
    house
        .engine
        .uploads
        .ask_all(&Event::Resume)
        .await
        .expect("continues");
    assert_eq!(house.ended().await[0].state, UploadState::Pinned);
    assert_eq!(house.uploads_received(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_files_with_the_same_content_that_come_together_are_sent_once() {
    let house = House::new().await;
    let gate = Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: Kind::HoldAnswer(gate.clone()),
    });
    let twins = ["a.txt", "b.txt"].map(|name| house.file(name, b"the same"));
    house.drop_in(&twins).await;
    gate.arrived().await;
    for name in ["a.txt", "b.txt"] {
        let sends = |row: &UploadRow| row.name == name && row.state == UploadState::Sending;
        house.until(sends).await;
    }
    gate.open();
    let ended = house.ended().await;
    assert!(ended.iter().all(|row| row.state == UploadState::Pinned));
    assert_eq!(house.uploads_received(), 1);
}

/// The first has been looked for when the second is pinned, and the turn of their CID is free again.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_twin_is_pinned_between_its_look_and_its_turn_is_not_sent() {
    let (at_the_step, mut reached) = tokio::sync::mpsc::unbounded_channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let (steps, wait) = (AtomicUsize::new(0), Mutex::new(wait));
    // Each file takes two steps to its sending; the fourth of all is the second file's, from its look to its turn.
    let step = move || {
        if steps.fetch_add(1, Ordering::SeqCst) == 3 {
            at_the_step.send(()).expect("is waited for");
            wait.lock().expect("one waits").recv().expect("goes on");
        }
        0.5
    };
    let house = House::stepping(Arc::new(SystemClock), Arc::new(step)).await;
    let gate = Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: Kind::HoldAnswer(gate.clone()),
    });
    house.drop_in(&[house.file("a.txt", b"the same")]).await;
    gate.arrived().await;
    house.drop_in(&[house.file("b.txt", b"the same")]).await;
    let second = tokio::time::timeout(house::patience(), reached.recv()).await;
    second.expect("the second is looked for").expect("it waits");
    gate.open();
    let first = |row: &UploadRow| row.name == "a.txt" && row.state == UploadState::Pinned;
    house.until(first).await;
    // One more goes its whole way meanwhile: the first has given its turn back.
    house.drop_in(&[house.file("c.txt", b"another")]).await;
    let third = |row: &UploadRow| row.name == "c.txt" && row.state == UploadState::Pinned;
    house.until(third).await;
    go_on.send(()).expect("it waits");
    let ended = house.ended().await;
    assert!(ended.iter().all(|row| row.state == UploadState::Pinned));
    assert_eq!(house.uploads_received(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_moved_to_the_front_goes_first() {
    let house = House::new().await;
    one_at_a_time(&house).await;
    house
        .engine
        .uploads
        .rest(RestFor::Hour)
        .await
        .expect("rests");
    let names: Vec<String> = (0..6).map(|n| format!("{n}.txt")).collect();
    let mut ids = Vec::new();
    for name in &names {
        ids.extend(house.drop_in(&[house.file(name, name.as_bytes())]).await);
    }
    let uploads = &house.engine.uploads;
    uploads.put_first(&[ids[3]]).await.expect("moves");
    uploads.put_first(&[ids[5]]).await.expect("moves");
    let listed = uploads.rows(UploadsFilter::Now, 0, 10).expect("rows").rows;
    let order: Vec<&str> = listed.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(
        order,
        ["5.txt", "3.txt", "0.txt", "1.txt", "2.txt", "4.txt"]
    );
    let window = uploads.rows(UploadsFilter::Now, 1, 2).expect("rows").rows;
    assert_eq!(
        window
            .iter()
            .map(|row| row.name.as_str())
            .collect::<Vec<_>>(),
        ["3.txt", "0.txt"]
    );
    assert!(!listed[0].can_go_first && listed[2].can_go_first);

    // Two go at once, the second in the place of the small ones. Which of two ends first is the system's affair: so they
    // are held, and looked at on their way.
    let gate = Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 2,
        kind: Kind::HoldAnswer(gate.clone()),
    });
    uploads.ask_all(&Event::Resume).await.expect("continues");
    gate.arrived_times(2).await;
    let listed = uploads.rows(UploadsFilter::Now, 0, 10).expect("rows").rows;
    let sending: Vec<&str> = listed
        .iter()
        .filter(|row| row.state == UploadState::Sending)
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(sending, ["5.txt", "3.txt"]);
    gate.open();
    assert_eq!(house.ended().await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_does_not_wait_behind_a_large_one() {
    let house = House::new().await;
    one_at_a_time(&house).await;
    let gate = Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: Kind::HoldAfterBytes(1_000_000, gate.clone()),
    });
    house
        .drop_in(&[house.file("large.bin", &vec![7; 6_000_000])])
        .await;
    gate.arrived().await;
    house
        .drop_in(&[house.file("other.bin", &vec![8; 6_000_000])])
        .await;
    house.drop_in(&[house.file("small.txt", b"quick")]).await;
    house
        .until(|row| row.name == "small.txt" && row.state == UploadState::Pinned)
        .await;
    let waits = house.until(|row| row.name == "other.bin").await;
    assert!(
        matches!(waits.state, UploadState::Queued | UploadState::Scanning),
        "two large ones at a time: {waits:?}"
    );
    gate.open();
    let states: Vec<UploadState> = house.ended().await.iter().map(|row| row.state).collect();
    assert_eq!(states, [UploadState::Pinned; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_speed_limit_holds_for_what_is_sent_and_not_outside_its_hours() {
    let house = House::new().await;
    let send = async |name: &str, limits: UploadLimits| {
        house.engine.uploads.set_limits(limits).await.expect("sets");
        let bytes: Vec<u8> = name.bytes().cycle().take(1_000_000).collect();
        let id = house.drop_in(&[house.file(name, &bytes)]).await[0];
        house.ended().await;
        let receipt = house.engine.uploads.receipt(id).expect("a receipt");
        receipt.row.finished_at.expect("it ended") - receipt.queued_at
    };
    let limit = UploadLimits {
        speed: Some(500_000),
        ..UploadLimits::default()
    };
    let slow = send("slow.bin", limit.clone()).await;
    assert!(slow >= 1_700, "1 MB at 500 kB a second took {slow} ms");
    // The one minute of the day that is not now, nor soon.
    let now = jiff::Zoned::now();
    let minute = u16::from(now.hour().unsigned_abs()) * 60 + u16::from(now.minute().unsigned_abs());
    let from = (minute + 720) % 1440;
    let hours = Some(LimitHours {
        from,
        to: (from + 1) % 1440,
    });
    let fast = send("fast.bin", UploadLimits { hours, ..limit }).await;
    assert!(fast < slow, "{fast} ms without a limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_searched_by_name_and_cid_also_for_what_was_taken_out_of_the_list() {
    let house = House::new().await;
    let path = house.file("harbour 100%.txt", b"harbour");
    house
        .drop_in(&[path.clone(), house.file("other.txt", b"other")])
        .await;
    house.ended().await;
    let uploads = &house.engine.uploads;
    uploads.clear_finished().await.expect("clears");
    assert_eq!(
        uploads
            .rows(UploadsFilter::Finished, 0, 10)
            .expect("rows")
            .total,
        0
    );
    let names = |text: &str| {
        let page = uploads.history(text, 0, 10).expect("rows");
        assert_eq!(page.total, page.rows.len() as u64);
        page.rows
            .into_iter()
            .map(|row| row.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names("HARBOUR 100%"), ["harbour 100%.txt"]);
    assert!(names("h_rbour").is_empty(), "no pattern is meant");
    let row = uploads
        .history("harbour", 0, 1)
        .expect("rows")
        .rows
        .remove(0);
    let receipt = uploads.receipt(row.id).expect("a receipt");
    assert_eq!(receipt.source, path.to_string_lossy());
    assert_eq!(receipt.ours, receipt.theirs);
    assert_eq!(names(&receipt.theirs.expect("a CID")), ["harbour 100%.txt"]);
    assert!(receipt.service_id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_long_queue_are_paused_and_continued() {
    const MANY: usize = 1_100;
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    uploads.rest(RestFor::Hour).await.expect("rests");
    let paths: Vec<_> = (0..MANY)
        .map(|n| house.file(&format!("many/{n}.txt"), &[]))
        .collect();
    house.drop_in(&paths).await;
    uploads.ask_all(&Event::Pause).await.expect("pauses");
    let states = |state: UploadState| {
        let windows = (0..MANY).step_by(200);
        let rows = windows.flat_map(|from| {
            uploads
                .rows(UploadsFilter::Now, from, 200)
                .expect("rows")
                .rows
        });
        rows.filter(|row| row.state == state && row.can_resume)
            .count()
    };
    assert_eq!(states(UploadState::Paused), MANY);
    // The first account cannot work, so that nothing moves while it is counted.
    house
        .engine
        .accounts
        .set_hold(house.account, ErrorCode::KeychainLocked, None);
    uploads.ask_all(&Event::Resume).await.expect("continues");
    assert_eq!(states(UploadState::Paused), 0);
    assert_eq!(uploads.head().expect("figures").now, MANY as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_taken_back_whatever_they_wait_for() {
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    uploads.rest(RestFor::Hour).await.expect("rests");
    let name = |n| house.file(&format!("{n}.txt"), format!("{n}").as_bytes());
    let paused = house.drop_in(&[name(0)]).await;
    uploads.ask(paused[0], Event::Pause).await.expect("pauses");
    let refused = house.drop_in(&[name(1)]).await;
    let refusal = Event::Refused(ErrorCode::Secret);
    uploads.ask(refused[0], refusal).await.expect("refuses");
    house.drop_in(&[name(2), name(3)]).await;
    assert_eq!(uploads.head().expect("figures").now, 4);
    uploads.ask_all(&Event::Cancel).await.expect("takes back");
    assert_eq!(uploads.head().expect("figures").now, 0);
    assert_eq!(house.uploads_received(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_a_drop_whole_with_a_clear_error_and_loses_nothing() {
    let house = House::new().await;
    let ledger = &house.engine.store.ledger;
    let uploads = &house.engine.uploads;
    uploads.rest(RestFor::Hour).await.expect("rests");
    house.drop_in(&[house.file("before.txt", b"before")]).await;
    let room = async |pages: &'static str| {
        let set = move |tx: &engine::store::Tx| -> Result<(), StoreError> {
            tx.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
            Ok(())
        };
        ledger.write(Urgency::Click, set).await.expect("sets");
    };
    // No page more than there are.
    room("1").await;
    let paths: Vec<_> = (0..200)
        .map(|n| {
            house.file(
                &format!("a-name-that-takes-room-in-the-ledger-{n}.txt"),
                b"x",
            )
        })
        .collect();
    let drop = house.look_at(&paths).await;
    let enqueue = async || {
        let options = house::options(Secrets::Hold);
        uploads.enqueue(house.account, &drop, options).await
    };
    let refused = enqueue().await.expect_err("there is no room");
    assert_eq!(refused.code, ErrorCode::DiskFull);
    assert!(
        refused.message.contains("Nothing was changed"),
        "{}",
        refused.message
    );
    assert_eq!(uploads.head().expect("figures").now, 1, "all or nothing");

    room("1000000").await;
    enqueue().await.expect("the drop is still known");
    uploads.ask_all(&Event::Resume).await.expect("continues");
    house.ended().await;
    assert_eq!(uploads.head().expect("figures").finished, 201);
}

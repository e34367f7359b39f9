//! What is given up in the middle, or goes on beside something else.

use std::sync::Arc;

use async_trait::async_trait;
use engine::clock::{Clock, Millis};
use engine::error::ErrorCode;
use engine::holder::{Desk, JobsAsked, Reply, Request, ask};
use engine::jobs::{JobOptions, JobState, JobsQuery};
use engine::pins::{Look, PinQuery};
use sandbox::{Gate, JobStatus, Kind, Route};
use tokio::sync::watch;

use super::{CIDS, House, import, requests, rows, until};
use crate::house::PATIENCE;

/// A clock that stands still until it is moved on.
struct Standing {
    now: watch::Sender<Millis>,
    /// Waits that were asked for, and those among them for a moment that was over.
    waits: watch::Sender<(usize, usize)>,
}

impl Standing {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            now: watch::Sender::new(1_780_000_000_000),
            waits: watch::Sender::new((0, 0)),
        })
    }

    /// Moves on, and waits until somebody has looked what that means.
    async fn move_on(&self, by: Millis) {
        let mut waits = self.waits.subscribe();
        let before = waits.borrow_and_update().0;
        self.now.send_modify(|now| *now += by);
        let looked = waits.wait_for(|waits| waits.0 > before);
        tokio::time::timeout(PATIENCE, looked)
            .await
            .expect("somebody looks")
            .expect("waits are counted");
    }
}

#[async_trait]
impl Clock for Standing {
    fn now(&self) -> Millis {
        *self.now.borrow()
    }

    async fn sleep_until(&self, until: Millis) {
        let over = until <= self.now();
        self.waits.send_modify(|(all, past)| {
            *all += 1;
            *past += usize::from(over);
        });
        let _ = self.now.subscribe().wait_for(|now| *now >= until).await;
    }
}

/// Asks for something, and gives it up once its request stands at the gate.
async fn given_up<T>(gate: &Gate, asked: impl Future<Output = T>) {
    tokio::select! {
        _ = asked => panic!("it was answered"),
        () = gate.arrived() => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_that_was_given_up_stands_in_nobodys_way() {
    let house = House::new().await;
    let (jobs, pins) = (&house.engine.jobs, &house.engine.pins);
    let gate = Gate::new();
    let held = Kind::Hold(gate.clone());
    house.sandbox.faults().once(Route::V3Jobs, held);
    given_up(&gate, jobs.refresh(house.account)).await;
    jobs.refresh(house.account).await.expect("reads");
    let page = jobs.page(house.account, &JobsQuery::default(), 0, 10);
    let page = page.expect("a page");
    assert!(!page.refreshing && page.as_of.is_some());

    let gate = Gate::new();
    let held = Kind::Hold(gate.clone());
    house.sandbox.faults().once(Route::V3List, held);
    given_up(&gate, pins.refresh(house.account)).await;
    pins.refresh(house.account).await.expect("reads");
    let set = pins.open(house.account, &PinQuery::default(), None, Look::default());
    let set = set.expect("a set");
    assert!(!set.refreshing && set.as_of.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_reading_runs_nothing_is_judged_by_it_and_nobody_turns_in_circles() {
    let clock = Standing::new();
    let house = House::timed(clock.clone()).await;
    house.sandbox.jobs().set_otherwise(JobStatus::Searching);
    import(&house, CIDS[1], JobOptions::default()).await;
    until(&house, CIDS[1], |row| row.state == JobState::Searching).await;
    let faults = house.sandbox.faults();
    faults.once(Route::V3PinByCid, Kind::CutBeforeAnswer);
    let gate = Gate::new();
    faults.once(Route::V3Jobs, Kind::Hold(gate.clone()));
    let engine = house.engine.clone();
    let account = house.account;
    let reading = tokio::spawn(async move { engine.jobs.refresh(account).await });
    gate.arrived().await;
    import(&house, CIDS[0], JobOptions::default()).await;
    let lost = || async { requests(&house) == 2 };
    house.until_true("the answer is lost", lost).await;

    // Long enough for every look that comes before it would be asked for again.
    clock.move_on(3_000).await;
    for _ in 0..20 {
        clock.move_on(500).await;
    }
    let (_, past) = *clock.waits.borrow();
    assert!(past < 20, "{past} waits for what was over");
    assert_eq!(requests(&house), 2, "nobody has looked for it yet");
    let asked = Request::Jobs(JobsAsked::default());
    let mut lines = ask(&Arc::new(Desk::new(house.engine.clone())), asked);
    assert_eq!(lines.recv().await, Some(Reply::Heard));
    clock.move_on(500).await;
    assert!(lines.try_recv().is_err(), "half a list is not told");
    gate.open();
    let listed = lines.recv().await.expect("a line");
    assert!(matches!(listed, Reply::Job(_)), "{listed:?}");
    reading.await.expect("ends").expect("reads");
    until(&house, CIDS[0], |row| row.state == JobState::Searching).await;
    assert_eq!((requests(&house), rows(&house).len()), (2, 2));
}

/// A folder of this house that was pinned, and that somebody else has unpinned since; its CID is looked for.
async fn lost_folder(house: &House) -> (i64, String) {
    house.file("album/a.txt", b"one");
    house.drop_in(&[house.path("album")]).await;
    let cid = house.ended().await.remove(0).cid.expect("a CID");
    house.service.unpin(&cid).await;
    for _ in 0..2 {
        let read = house.engine.pins.refresh(house.account).await;
        read.expect("reads");
    }
    house.sandbox.jobs().set_otherwise(JobStatus::Searching);
    import(house, &cid, JobOptions::default()).await;
    let row = until(house, &cid, |row| row.state == JobState::Searching).await;
    (row.id, cid)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_changed_is_not_uploaded_and_its_job_goes_on() {
    let house = House::new().await;
    let (id, cid) = lost_folder(&house).await;
    house.file("album/a.txt", b"another one");
    let refused = house.engine.jobs.upload_copy(id).await;
    assert_eq!(refused.expect_err("changed").code, ErrorCode::Changed);
    house
        .engine
        .jobs
        .refresh(house.account)
        .await
        .expect("reads");
    let row = house.engine.jobs.row_of(id).expect("a row");
    assert_eq!((row.state, row.cid), (JobState::Searching, cid));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_uploaded_once_however_often_it_is_asked_for() {
    let house = House::new().await;
    let (id, cid) = lost_folder(&house).await;
    let jobs = &house.engine.jobs;
    let (one, other) = tokio::join!(jobs.upload_copy(id), jobs.upload_copy(id));
    assert!(one.is_ok() || other.is_ok());
    until(&house, &cid, |row| row.state == JobState::Pinned).await;
    house.ended().await;
    assert_eq!(
        house.service.stored()[&cid],
        2,
        "the first time, and this time"
    );
    assert!(house.engine.jobs.upload_copy(id).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_to_be_asked_for_again_is_asked_for_although_nobody_waits() {
    let house = House::new().await;
    house.sandbox.jobs().set_otherwise(JobStatus::Searching);
    import(&house, CIDS[0], JobOptions::default()).await;
    let row = until(&house, CIDS[0], |row| row.state == JobState::Searching).await;
    let gate = Gate::new();
    let held = Kind::HoldAnswer(gate.clone());
    house.sandbox.faults().once(Route::V3JobCancel, held);
    given_up(&gate, house.engine.jobs.retry(row.id, None)).await;
    gate.open();
    let again = || async { requests(&house) == 2 };
    house.until_true("it is asked for again", again).await;
    until(&house, CIDS[0], |row| row.state == JobState::Searching).await;
    assert_eq!(rows(&house).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_carried_through_although_the_asker_hung_up() {
    let house = House::new().await;
    house.drop_in(&[house.file("a.txt", b"one")]).await;
    let cid = house.ended().await.remove(0).cid.expect("a CID");
    let find = || house.engine.pins.find(house.account, &cid).expect("looks");
    let id = find().expect("a pin").id;
    let desk = Arc::new(Desk::new(house.engine.clone()));
    let gate = Gate::new();
    let held = Kind::HoldAnswer(gate.clone());
    house.sandbox.faults().once(Route::V3Delete, held);
    let account = Some(house.account.to_string());
    let pins = vec![id];
    let lines = ask(&desk, Request::Unpin { account, pins });
    gate.arrived().await;
    drop(lines);
    gate.open();
    let gone = || async { find().is_none() };
    house.until_true("the list knows it, too", gone).await;
    // And nothing holds up the end of the process.
    let _closed = desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_asked_for_again_once_however_often_that_is_said() {
    let house = House::new().await;
    let none = std::time::Duration::ZERO;
    house.sandbox.jobs().set_times(none, none, none, none);
    house.sandbox.jobs().set_end(CIDS[0], JobStatus::Expired);
    import(&house, CIDS[0], JobOptions::default()).await;
    let row = until(&house, CIDS[0], |row| row.state == JobState::Expired).await;
    let jobs = &house.engine.jobs;
    let (one, other) = tokio::join!(jobs.retry(row.id, None), jobs.retry(row.id, None));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    until(&house, CIDS[0], |row| row.state == JobState::Expired).await;
    assert_eq!((requests(&house), rows(&house).len()), (2, 1));
}

//! What failed: taken back, cleared, and asked for again.

use std::time::Duration;

use engine::error::ErrorCode;
use engine::jobs::{JobOptions, JobState};
use sandbox::{Gate, JobStatus, Kind, Route};

use super::{CIDS, House, import, rows, until};

/// Jobs of a state that the service itself lists.
async fn at_the_service(house: &House) -> Vec<String> {
    let listed = house
        .service
        .api("GET", "v3/files/public/pin_by_cid", None)
        .await;
    let jobs = listed["data"]["jobs"].as_array().expect("jobs").iter();
    jobs.map(|job| job["cid"].as_str().expect("a CID").to_owned())
        .collect()
}

/// A house whose jobs for these CIDs were given up by the service, and their rows.
async fn house(cids: &[&str]) -> (House, Vec<i64>) {
    let house = House::new().await;
    let none = Duration::ZERO;
    house.sandbox.jobs().set_times(none, none, none, none);
    for cid in cids {
        house.sandbox.jobs().set_end(cid, JobStatus::Expired);
    }
    import(&house, &cids.join("\n"), JobOptions::default()).await;
    let mut failed = Vec::new();
    for cid in cids {
        let row = until(&house, cid, |row| row.state == JobState::Expired).await;
        failed.push(row.id);
    }
    (house, failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_removed_at_the_service_when_it_is_taken_back_cleared_or_asked_for_again() {
    let (house, failed) = house(&CIDS).await;
    assert_eq!(at_the_service(&house).await.len(), 4);
    let jobs = &house.engine.jobs;
    jobs.cancel(failed[0]).await.expect("is removed");
    jobs.clear(failed[1]).await.expect("is removed");
    let left = at_the_service(&house).await;
    assert!(!left.contains(&CIDS[0].to_owned()) && !left.contains(&CIDS[1].to_owned()));
    assert_eq!(rows(&house).len(), 2, "{:?}", rows(&house));

    // What is asked for again leaves nothing behind: one by one, and all at once.
    house.sandbox.jobs().set_end(CIDS[2], JobStatus::Searching);
    house.sandbox.jobs().set_end(CIDS[3], JobStatus::Searching);
    jobs.retry(failed[2], None).await.expect("asks again");
    assert_eq!(jobs.retry_failed(house.account).await.expect("asks"), 1);
    for cid in [CIDS[2], CIDS[3]] {
        until(&house, cid, |row| row.state == JobState::Searching).await;
    }
    assert_eq!(at_the_service(&house).await.len(), 2);
    assert_eq!(rows(&house).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_for_what_failed_does_not_wait_for_the_service_to_remove_it() {
    let (house, _) = house(&CIDS).await;
    for cid in CIDS {
        house.sandbox.jobs().set_end(cid, JobStatus::Searching);
    }
    let gate = Gate::new();
    for _ in CIDS {
        let held = Kind::Hold(gate.clone());
        house.sandbox.faults().once(Route::V3JobCancel, held);
    }
    // No removal is answered before the gate opens: this is.
    let asked = house.engine.jobs.retry_failed(house.account).await;
    assert_eq!(asked.expect("asks"), 4);
    assert_eq!(rows(&house).len(), 4);
    gate.arrived().await;
    gate.open();
    for cid in CIDS {
        until(&house, cid, |row| row.state == JobState::Searching).await;
    }
    assert_eq!(at_the_service(&house).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_and_cannot_be_removed_at_the_service_stays_in_the_list() {
    let (house, failed) = house(&CIDS[..1]).await;
    let route = Route::V3JobCancel;
    house.sandbox.faults().once(route, Kind::status(403));
    let jobs = &house.engine.jobs;
    jobs.cancel(failed[0]).await.expect_err("is refused");
    assert_eq!(rows(&house)[0].state, JobState::Expired);
    // Asked for again it is nevertheless.
    house.sandbox.faults().once(route, Kind::status(403));
    house.sandbox.jobs().set_end(CIDS[0], JobStatus::Pinned);
    jobs.retry(failed[0], None).await.expect("asks again");
    until(&house, CIDS[0], |row| row.state == JobState::Pinned).await;
}

/// A house with a request that takes the place of a failed one, and waits for its account.
async fn waiting() -> (House, i64) {
    let (house, failed) = house(&CIDS[..1]).await;
    let (jobs, accounts) = (&house.engine.jobs, &house.engine.accounts);
    accounts.set_hold(house.account, ErrorCode::Unauthorized, None);
    jobs.retry(failed[0], None).await.expect("waits");
    let waiting = until(&house, CIDS[0], |row| row.id != failed[0]).await;
    (house, waiting.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_to_be_asked_for_again_and_is_taken_back_before_leaves_no_failed_job_there() {
    let (house, waiting) = waiting().await;
    let jobs = &house.engine.jobs;
    assert_eq!(at_the_service(&house).await.len(), 1);
    jobs.cancel(waiting).await.expect("is taken back");
    assert_eq!(at_the_service(&house).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_does_not_remove_when_a_request_is_taken_back_goes_when_it_is_cleared() {
    for alone in [true, false] {
        let (house, waiting) = waiting().await;
        let jobs = &house.engine.jobs;
        let faults = house.sandbox.faults();
        faults.once(Route::V3JobCancel, Kind::status(500));
        jobs.cancel(waiting).await.expect("is taken back");
        assert_eq!(rows(&house)[0].state, JobState::Cancelled);
        assert_eq!(at_the_service(&house).await.len(), 1);
        if alone {
            jobs.clear(waiting).await.expect("is cleared");
        } else {
            jobs.clear_ended(house.account).await.expect("all are");
        }
        assert_eq!(at_the_service(&house).await, Vec::<String>::new());
        assert_eq!(rows(&house).len(), 0);
    }
}

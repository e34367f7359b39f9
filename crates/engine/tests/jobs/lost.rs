//! Lost answers of a pinning service: it does what it is asked, and the connection dies before it can say so.

use engine::changes::{ChangeState, ChangeWhat, EditOfMany};
use engine::jobs::{JobOptions, JobRow, JobState, JobsQuery};
use engine::pins::{PinEdit, Selection};
use sandbox::{JobStatus, Kind, Route};

use super::CIDS;
use crate::accounts::{connect_psa, pins_of};
use crate::changes::over;
use crate::house::House;
use crate::lost::{asked, lose, lose_all};

/// A house at a pinning service, with Pinata's quirks or as the specification has it, that brings what is asked for to this
/// end at once.
async fn house(strict: bool, end: JobStatus) -> (House, i64) {
    let house = House::configured(|config| {
        config.strict_psa = strict;
        let none = std::time::Duration::ZERO;
        config.jobs.set_times(none, none, none, none);
        config.jobs.set_otherwise(end);
    })
    .await;
    let (account, _) = connect_psa(&house).await;
    (house, account)
}

pub(super) fn jobs(house: &House, account: i64) -> Vec<JobRow> {
    let jobs = &house.engine.jobs;
    let page = jobs.page(account, &JobsQuery::default(), 0, 200);
    page.expect("a page").rows
}

/// The only job, once it is in this state; the service's list is read meanwhile.
async fn until(house: &House, account: i64, state: JobState) -> JobRow {
    let found = |mut rows: Vec<JobRow>| {
        assert!(rows.len() < 2, "it is there twice");
        rows.pop().filter(|row| row.state == state)
    };
    let refresh = async || drop(house.engine.jobs.refresh(account).await);
    house.once(|| jobs(house, account), found, refresh).await
}

pub(super) async fn import(house: &House, account: i64) {
    let options = JobOptions {
        name: Some("first".into()),
        ..JobOptions::default()
    };
    let jobs = &house.engine.jobs;
    let asked = jobs.import(account, CIDS[0], None, options).await;
    assert_eq!(asked.expect("imports"), 1);
}

/// Every request that the service has, in whatever state, as (CID, name).
pub(super) async fn kept(house: &House) -> Vec<(String, String)> {
    let all = "psa/pins?status=queued,pinning,pinned,failed&limit=1000";
    let listed = house.service.api("GET", all, None).await;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let rows = listed["results"].as_array().expect("requests");
    rows.iter()
        .map(|row| (text(&row["pin"]["cid"]), text(&row["pin"]["name"])))
        .collect()
}

fn is(cid: &str, name: &str) -> (String, String) {
    (cid.to_owned(), name.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_answer_was_lost_is_found_in_the_queue_or_among_the_pins_and_made_once() {
    for strict in [false, true] {
        for (end, state) in [
            (JobStatus::Searching, JobState::Searching),
            (JobStatus::Pinned, JobState::Pinned),
        ] {
            let (house, account) = house(strict, end).await;
            lose(&house, Route::PsaAdd);
            import(&house, account).await;
            until(&house, account, state).await;
            assert_eq!(asked(&house, "POST", "/psa/pins"), 1);
            assert_eq!(kept(&house).await, [is(CIDS[0], "first")]);
        }
    }
}

/// A house whose service keeps one pin.
async fn with_a_pin(strict: bool) -> (House, i64) {
    let (house, account) = house(strict, JobStatus::Pinned).await;
    import(&house, account).await;
    until(&house, account, JobState::Pinned).await;
    (house, account)
}

/// The selection of the only pin.
async fn only_pin(house: &House, account: i64) -> Selection {
    let (set, _) = pins_of(house, account).await;
    Selection {
        set: set.set,
        ranges: vec![(0, 0)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_whose_answer_was_lost_is_looked_for_and_its_pin_is_there_once() {
    for strict in [false, true] {
        let (house, account) = with_a_pin(strict).await;
        let (_, rows) = pins_of(&house, account).await;
        let named = |name: &str| PinEdit {
            name: Some(name.to_owned()),
            ..PinEdit::default()
        };
        lose(&house, Route::PsaReplace);
        let pins = &house.engine.pins;
        let details = pins.edit(rows[0].id, named("second")).await;
        let details = details.expect("it is so");
        assert_eq!(details.row.name.as_deref(), Some("second"));
        assert_eq!(asked(&house, "POST", "/psa/pins/"), 1);
        assert_eq!(kept(&house).await, [is(CIDS[0], "second")]);
        // The row that is shown is the one that the service knows by now.
        let id = details.row.id;
        pins.edit(id, named("third")).await.expect("edits again");
        assert_eq!(kept(&house).await, [is(CIDS[0], "third")]);

        // One that did not arrive is not called done.
        let faults = house.sandbox.faults();
        faults.once(Route::PsaReplace, Kind::CutAfterBytes(1));
        let told = pins.edit(id, named("fourth")).await;
        let told = told.expect_err("it is not so");
        assert!(told.message.contains("may have been done"), "{told}");
        let (_, rows) = pins_of(&house, account).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].name.as_deref(), Some("third"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_many_whose_answer_was_lost_is_told_of_and_settled_by_another_try() {
    for strict in [false, true] {
        let (house, account) = with_a_pin(strict).await;
        let only = only_pin(&house, account).await;
        lose(&house, Route::PsaReplace);
        // Nor can it be looked for.
        lose_all(&house, Route::PsaList);
        let edit = EditOfMany {
            rename: Some("second".into()),
            ..EditOfMany::default()
        };
        let changes = &house.engine.changes;
        let begun = changes.start(&only, ChangeWhat::Edit(edit)).await;
        let id = begun.expect("is taken in").id;
        let row = over(&house, id).await;
        assert_eq!((row.done, row.failed, row.unsure), (0, 0, 1), "{row:?}");
        house.sandbox.faults().clear();
        changes.retry(id).await.expect("tries again");
        let row = over(&house, id).await;
        let told = changes.refusals(id, 0, 10).expect("tells");
        assert_eq!((row.state, row.done), (ChangeState::Ended, 1), "{told:?}");
        assert_eq!(asked(&house, "POST", "/psa/pins/"), 1);
        assert_eq!(kept(&house).await, [is(CIDS[0], "second")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cid_whose_replacement_got_no_answer_is_shown_as_it_is_and_replaced_once() {
    for strict in [false, true] {
        let (house, account) = with_a_pin(strict).await;
        let (_, rows) = pins_of(&house, account).await;
        lose(&house, Route::PsaReplace);
        let swaps = &house.engine.swaps;
        let told = swaps.replace(rows[0].id, CIDS[1]).await;
        let told = told.expect_err("no answer");
        assert!(told.message.contains("may have been done"), "{told}");
        assert_eq!(kept(&house).await, [is(CIDS[1], "first")]);
        let again = swaps.replace(rows[0].id, CIDS[2]).await;
        again.expect_err("it is not there any more");
        assert_eq!(kept(&house).await, [is(CIDS[1], "first")]);
        let (_, rows) = pins_of(&house, account).await;
        let shown: Vec<_> = rows.iter().map(|row| row.cid.as_str()).collect();
        assert_eq!(shown, [CIDS[1]]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpinning_whose_answer_was_lost_is_told_of_and_settled_by_another_try() {
    for strict in [false, true] {
        let (house, account) = with_a_pin(strict).await;
        let only = only_pin(&house, account).await;
        lose(&house, Route::PsaRemove);
        let changes = &house.engine.changes;
        let begun = changes.start(&only, ChangeWhat::Unpin {}).await;
        let id = begun.expect("is taken in").id;
        let row = over(&house, id).await;
        assert_eq!((row.done, row.failed, row.unsure), (0, 0, 1), "{row:?}");
        assert_eq!(kept(&house).await, []);
        changes.retry(id).await.expect("tries again");
        let row = over(&house, id).await;
        assert_eq!((row.state, row.done), (ChangeState::Ended, 1), "{row:?}");
        assert_eq!(asked(&house, "DELETE", "/psa/pins/"), 1);
        let (_, rows) = pins_of(&house, account).await;
        assert!(rows.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_cancelling_got_no_answer_is_looked_for_and_told_as_it_is() {
    for strict in [false, true] {
        let (house, account) = house(strict, JobStatus::Searching).await;
        import(&house, account).await;
        let row = until(&house, account, JobState::Searching).await;
        let jobs = &house.engine.jobs;
        // One that did not arrive: it is still in line.
        let faults = house.sandbox.faults();
        faults.once(Route::PsaRemove, Kind::html(502));
        let told = jobs.cancel(row.id).await.expect_err("not done");
        assert!(told.message.contains("may have been done"), "{told}");
        until(&house, account, JobState::Searching).await;
        house.engine.retry(account).await.expect("answers");

        lose(&house, Route::PsaRemove);
        jobs.cancel(row.id).await.expect("it is gone");
        assert_eq!(kept(&house).await, []);
        until(&house, account, JobState::Cancelled).await;
        assert_eq!(asked(&house, "DELETE", "/psa/pins/"), 2);
    }
}

//! Import from IPFS, from what was pasted to the pin: the engine over real HTTP to a real server that is not its own code.

mod copies;
mod failed;
mod interrupted;
mod late;
mod lost;

use std::time::Duration;

use engine::error::ErrorCode;
use engine::jobs::{JobOptions, JobRow, JobState, JobStep, JobsFilter, JobsQuery, LineKind};
use sandbox::{Fault, JobStatus, Kind, Route};

use crate::house::House;

/// CIDs of raw blocks that nobody has; the sandbox claims to pin them.
const CIDS: [&str; 4] = [
    "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm",
    "bafkreiauhurhso4yja2r32eekeh7sgii62j6va3xtsvmmf2zysyyngt57y",
    "bafkreifgshfsv3s3w7yn3h2ubhmxb5drjnyzzkb2aglafwvp47i57ojhwq",
    "bafkreienhbualn3k4wpk7a3waaxluuusfuwtu7jmkgebkl5glp62tkgcke",
];
const NODE: &str =
    "/ip4/203.0.113.40/tcp/4001/p2p/12D3KooWBMyQ1SZTfxUU4rVGLJxYGHTB2BWxi9VVMYm7BAs5wbSP";

fn rows(house: &House) -> Vec<JobRow> {
    let page = house
        .engine
        .jobs
        .page(house.account, &JobsQuery::default(), 0, 200);
    page.expect("a page").rows
}

/// The job of this CID, once it is as asked; the service's list is read meanwhile.
async fn until(house: &House, cid: &str, asked: impl Fn(&JobRow) -> bool) -> JobRow {
    let found = |rows: Vec<JobRow>| {
        let mut rows = rows.into_iter();
        rows.find(|row| row.cid == cid && asked(row))
    };
    // What a person does who does not want to wait for the next reading.
    let refresh = async || {
        let _ = house.engine.jobs.refresh(house.account).await;
    };
    house.once(|| rows(house), found, refresh).await
}

async fn import(house: &House, text: &str, options: JobOptions) -> u32 {
    let asked = house
        .engine
        .jobs
        .import(house.account, text, None, options)
        .await;
    asked.expect("imports")
}

/// Requests to pin a CID that reached the server, by its own log.
fn requests(house: &House) -> usize {
    let by_cid = |path: &str| path.ends_with("/pin_by_cid") || path.ends_with("/pinByHash");
    house
        .sandbox
        .requests()
        .iter()
        .filter(|entry| entry.method == "POST" && by_cid(&entry.path))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_cid_is_searched_for_fetched_pinned_and_then_in_the_list_of_pins() {
    let house = House::new().await;
    house.sandbox.jobs().set_end(CIDS[0], JobStatus::Searching);
    let options = JobOptions {
        name: Some("Edition 4".into()),
        keyvalues: vec![("paper".into(), "Baryta".into())],
        host_nodes: vec![NODE.into()],
        ..JobOptions::default()
    };
    let text = format!("https://ipfs.io/ipfs/{}/index.html", CIDS[0]);
    assert_eq!(import(&house, &text, options).await, 1);
    let row = until(&house, CIDS[0], |row| row.state == JobState::Searching).await;
    assert_eq!(row.name.as_deref(), Some("Edition 4"));
    assert_eq!(row.host_nodes, [NODE]);
    assert_eq!(row.step, Some(JobStep::ChangeAddress));
    assert_eq!(row.sentence, "Looking for someone who has it.");

    let again = house
        .engine
        .jobs
        .look_at(house.account, CIDS[0])
        .expect("looks");
    assert_eq!((again.ready, again.asked), (0, 1), "it is being looked for");

    let long = Duration::from_hours(1);
    let none = Duration::ZERO;
    house.sandbox.jobs().set_times(none, none, long, long);
    let second = import(&house, CIDS[1], JobOptions::default()).await;
    assert_eq!(second, 1);
    let row = until(&house, CIDS[1], |row| row.state == JobState::Retrieving).await;
    assert!(row.sentence.starts_with("Found."), "{}", row.sentence);

    house.sandbox.jobs().set_times(none, none, none, none);
    import(&house, CIDS[2], JobOptions::default()).await;
    let row = until(&house, CIDS[2], |row| row.state == JobState::Pinned).await;
    assert_eq!(row.step, Some(JobStep::ShowPin));
    let pin = house
        .engine
        .pins
        .find(house.account, CIDS[2])
        .expect("looks")
        .expect("is in the mirror without a reading of the list");
    assert_eq!(row.pin, Some(pin.id));
    let pasted = house
        .engine
        .jobs
        .look_at(house.account, CIDS[2])
        .expect("looks");
    assert_eq!(pasted.lines[0].kind, LineKind::Pinned);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_words_and_its_next_step() {
    let house = House::new().await;
    let none = Duration::ZERO;
    house.sandbox.jobs().set_times(none, none, none, none);
    let ends = [
        (
            JobStatus::Expired,
            JobState::Expired,
            JobStep::AddAddress,
            "for a day",
        ),
        (
            JobStatus::OverFreeLimit,
            JobState::OverFreeLimit,
            JobStep::Retry,
            "no room",
        ),
        (
            JobStatus::OverMaxSize,
            JobState::OverMaxSize,
            JobStep::Retry,
            "Larger",
        ),
        (
            JobStatus::InvalidObject,
            JobState::InvalidObject,
            JobStep::Retry,
            "cannot be pinned",
        ),
    ];
    for (cid, (end, ..)) in CIDS.iter().zip(&ends) {
        house.sandbox.jobs().set_end(cid, *end);
    }
    assert_eq!(
        import(&house, &CIDS.join("\n"), JobOptions::default()).await,
        4
    );
    for (cid, (_, state, step, words)) in CIDS.iter().zip(&ends) {
        let row = until(&house, cid, |row| row.state == *state).await;
        assert_eq!(row.step, Some(*step), "{}", row.sentence);
        assert!(row.sentence.contains(words), "{}", row.sentence);
        assert!(row.ended && row.can_retry && row.can_clear && !row.can_cancel);
    }
    let failed = JobsQuery {
        filter: JobsFilter::Expired,
        text: CIDS[0][..20].to_owned(),
        oldest_first: true,
    };
    let page = house.engine.jobs.page(house.account, &failed, 0, 10);
    let page = page.expect("a page");
    assert_eq!((page.total, page.head.failed, page.head.open), (1, 4, 0));

    // With a computer named, it is asked for again; that computer cannot be used.
    house
        .sandbox
        .jobs()
        .set_end(CIDS[0], JobStatus::BadHostNode);
    let id = page.rows[0].id;
    let bad = house.engine.jobs.retry(id, Some(vec!["/ip4/1".into()]));
    assert_eq!(bad.await.expect_err("no address").code, ErrorCode::BadInput);
    let retried = house.engine.jobs.retry(id, Some(vec![NODE.into()]));
    retried.await.expect("asks again");
    let row = until(&house, CIDS[0], |row| row.state == JobState::BadHostNode).await;
    assert_eq!(
        (row.step, row.beside.as_str()),
        (Some(JobStep::ChangeAddress), "203.0.113.40, port 4001.")
    );
    let here = rows(&house).iter().filter(|row| row.cid == CIDS[0]).count();
    assert_eq!(here, 1, "the failed job does not come back from the list");

    house.engine.jobs.clear(row.id).await.expect("clears");
    house
        .engine
        .jobs
        .refresh(house.account)
        .await
        .expect("reads");
    assert!(rows(&house).iter().all(|row| row.cid != CIDS[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_again_and_nothing_is_imported_twice() {
    let house = House::new().await;
    house.sandbox.jobs().set_otherwise(JobStatus::Searching);
    house
        .sandbox
        .faults()
        .once(Route::V3PinByCid, Kind::CutBeforeAnswer);
    import(&house, CIDS[0], JobOptions::default()).await;
    let row = until(&house, CIDS[0], |row| row.state == JobState::Searching).await;
    assert!(row.here);
    assert_eq!(requests(&house), 1);
    assert_eq!(rows(&house).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_forgets_nothing_and_goes_on() {
    let mut house = House::new().await;
    house.sandbox.jobs().set_otherwise(JobStatus::Searching);
    // The service says nothing until the process has ended: some are asked for, one is out, others wait.
    house.sandbox.faults().push(Fault {
        route: Route::V3PinByCid,
        times: 4,
        kind: Kind::rate_limited(1),
    });
    let asked = import(&house, &CIDS.join(" "), JobOptions::default()).await;
    house.stop();
    house.restart();
    assert_eq!(rows(&house).len(), 4);
    for cid in CIDS {
        until(&house, cid, |row| row.state == JobState::Searching).await;
    }
    assert_eq!((asked, rows(&house).len()), (4, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_job_leaves_the_services_queue() {
    let house = House::new().await;
    house.sandbox.jobs().set_otherwise(JobStatus::Searching);
    import(&house, CIDS[0], JobOptions::default()).await;
    let row = until(&house, CIDS[0], |row| row.state == JobState::Searching).await;
    house.engine.jobs.cancel(row.id).await.expect("cancels");
    let row = until(&house, CIDS[0], |row| row.state == JobState::Cancelled).await;
    assert!(row.can_retry);
    house
        .engine
        .jobs
        .refresh(house.account)
        .await
        .expect("reads");
    assert_eq!(rows(&house).len(), 1);
    let pasted = house.engine.jobs.look_at(house.account, CIDS[0]);
    assert_eq!(pasted.expect("looks").ready, 1, "it can be imported again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_is_uploaded_from_the_copy_on_this_computer() {
    let house = House::new().await;
    house
        .drop_in(&[house.file("lighthouse.png", b"a lighthouse")])
        .await;
    let cid = house.ended().await.remove(0).cid.expect("a CID");
    house.service.unpin(&cid).await;
    // A pin that was just made outlives the reading that may have begun before it.
    for _ in 0..2 {
        let read = house.engine.pins.refresh(house.account).await;
        read.expect("reads");
    }
    let none = Duration::ZERO;
    house.sandbox.jobs().set_times(none, none, none, none);
    house.sandbox.jobs().set_end(&cid, JobStatus::Expired);
    import(&house, &cid, JobOptions::default()).await;
    let row = until(&house, &cid, |row| row.state == JobState::Expired).await;
    assert_eq!(row.step, Some(JobStep::UploadCopy));
    assert_eq!(row.beside, "You have a copy at files/lighthouse.png");
    house
        .engine
        .jobs
        .upload_copy(row.id)
        .await
        .expect("uploads");
    until(&house, &cid, |row| row.state == JobState::Pinned).await;
    assert_eq!(house.service.served(&cid).await, b"a lighthouse");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_from_a_file_is_read_and_said_line_by_line() {
    let house = House::new().await;
    let list = format!("# mine\n{}\n{}\n{}\nhello\n", CIDS[0], CIDS[0], CIDS[1]);
    let path = house.file("cids.txt", list.as_bytes());
    let read = house.engine.jobs.read_file(house.account, path).await;
    let read = read.expect("a list");
    let pasted = &read.pasted;
    assert_eq!((pasted.ready, pasted.repeated, pasted.wrong), (2, 1, 1));
    assert_eq!(
        pasted.lines[0].sentence,
        "Line 5 is not a CID. Those begin with “Qm” or “baf”."
    );
    let asked = house
        .engine
        .jobs
        .import(house.account, "", Some(&read.id), JobOptions::default());
    assert_eq!(asked.await.expect("imports"), 2);
    let picture = house.file("photo.jpg", &[0xff, 0xd8, 0xff]);
    let refused = house.engine.jobs.read_file(house.account, picture).await;
    assert_eq!(refused.expect_err("no text").code, ErrorCode::BadInput);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_copy_is_not_the_public_pin_that_is_asked_for() {
    let house = House::new().await;
    let none = Duration::ZERO;
    house.sandbox.jobs().set_times(none, none, none, none);
    let cid = house
        .service
        .upload("private", "between-us.txt", b"between us")
        .await;
    house.engine.refresh(house.account).await.expect("reads");
    let looked = house.engine.jobs.look_at(house.account, &cid);
    let looked = looked.expect("looks");
    assert_eq!((looked.ready, looked.pinned), (1, 0));
    house.sandbox.jobs().set_end(&cid, JobStatus::Pinned);
    assert_eq!(import(&house, &cid, JobOptions::default()).await, 1);
    let row = until(&house, &cid, |row| row.state == JobState::Pinned).await;
    let pin = row.pin.expect("its pin");
    let pin = house.engine.pins.details(pin).expect("details").row;
    assert_eq!(pin.network, "public");
}

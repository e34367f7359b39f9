//! A key that is refused, or a plan that is used up, in the middle of a queue, at each of its requests.

use engine::error::ErrorCode;
use engine::uploads::{UploadLimits, UploadState};
use sandbox::{Fault, Kind, Route};

use super::chunks::noise;
use super::house::House;
use super::lost::files;

const CHUNK: u64 = 64 * 1024;
/// The first refusal, the question whether the token itself is refused, and two that were on their way.
const MOST_REFUSALS: usize = 4;

/// Files that go whole, one in chunks, a folder.
async fn drop_all(house: &House) -> usize {
    let mut paths: Vec<_> = (0..4)
        .map(|n| house.file(&format!("{n}.txt"), format!("file {n}").as_bytes()))
        .collect();
    paths.push(house.file("long.mov", &noise(3 * CHUNK, 51)));
    house.file("site/index.html", b"<h1>hello</h1>");
    paths.push(house.path("site"));
    house.drop_in(&paths).await;
    paths.len()
}

/// Whether a request was refused like this when the `after`-th one had passed.
async fn refused_after(after: usize, status: u16, code: ErrorCode) -> bool {
    let mut house = House::new().await;
    house.cut(2 * CHUNK, CHUNK);
    let limits = UploadLimits {
        at_once: 2,
        ..UploadLimits::default()
    };
    house.engine.uploads.set_limits(limits).await.expect("sets");
    let fault = |times, kind| {
        let route = Route::Any;
        house.sandbox.faults().push(Fault { route, times, kind });
    };
    let before = house.sandbox.requests().len();
    fault(after, Kind::Pass);
    fault(10_000, Kind::status(status));
    let dropped = drop_all(&house).await;
    let held = || house.engine.accounts.hold(house.account);
    let open = || house.engine.uploads.head().expect("figures").now;
    let over = |(hold, open): (Option<engine::accounts::Hold>, _)| {
        let refused = hold.is_some_and(|hold| hold.code == code);
        (refused || open == 0).then_some(refused)
    };
    let refused = house.once(|| (held(), open()), over, async || ()).await;
    if refused {
        let head = house.engine.uploads.head().expect("figures");
        assert_eq!(head.needs_you, 0, "after {after}: {head:?}");
        house.sandbox.faults().clear();
        house.engine.retry(house.account).await.expect("answers");
    }
    house.sandbox.faults().clear();
    let ended = house.ended().await;
    assert_eq!(ended.len(), dropped);
    for row in ended {
        assert_eq!(
            row.state,
            UploadState::Pinned,
            "after {after}: {}",
            row.sentence
        );
    }
    let requests = house.sandbox.requests();
    let refusals = requests[before..]
        .iter()
        .filter(|entry| entry.status == status);

    let refusals = refusals.count();
    assert!(
        refusals <= MOST_REFUSALS,
        "after {after}: {refusals} requests are refused"
    );
    assert_eq!(files(&house).await.len(), dropped, "after {after}");
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_at_any_request_of_a_queue_costs_two_more_at_most_and_no_upload() {
    let mut after = 0;
    while refused_after(after, 401, ErrorCode::Unauthorized).await {
        after += 1;
    }
    assert!(after > 10, "the queue asked only {after} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_used_up_at_any_request_of_a_queue_costs_two_more_at_most_and_no_upload() {
    let mut after = 0;
    while refused_after(after, 402, ErrorCode::QuotaExceeded).await {
        after += 3;
    }
    assert!(after > 9, "the queue asked only {after} times");
}

//! A service that fails for long, and a network that answers for it: all wait together, and nobody is to blame.

use engine::error::ErrorCode;
use engine::uploads::UploadsFilter;
use sandbox::{Fault, Gate, Kind, Route};

use super::house::House;
use super::house::fast::Fast;

const HOUR: i64 = 3_600_000;
const FILES: usize = 500;

fn always(house: &House, route: Route, kind: Kind) {
    let times = usize::MAX;
    house.sandbox.faults().push(Fault { route, times, kind });
}

fn rows(house: &House, filter: UploadsFilter) -> u64 {
    let page = house.engine.uploads.rows(filter, 0, 1).expect("rows");
    page.total
}

/// So many requests reached the service at this path.
fn asked(house: &House, path: &str) -> usize {
    let requests = house.sandbox.requests();
    requests.iter().filter(|entry| entry.path == path).count()
}

/// Drops so many small files, and waits until their account is held for this.
async fn drop_until_held(house: &House, files: usize, code: ErrorCode) {
    let file = |at: usize| house.file(&format!("{at}.txt"), format!("{at}").as_bytes());
    let files: Vec<_> = (0..files).map(file).collect();
    house.drop_in(&files).await;
    let hold = || house.engine.accounts.hold(house.account);
    let is_for = |hold: Option<engine::accounts::Hold>| hold.filter(|hold| hold.code == code);
    house.once(hold, is_for, async || ()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_failures_costs_few_requests_and_every_upload_arrives_after_it() {
    let clock = Fast::new(1_000);
    let house = House::timed(clock.clone()).await;
    always(&house, Route::V3Upload, Kind::status(500));
    drop_until_held(&house, FILES, ErrorCode::Unavailable).await;
    clock.pass(HOUR).await;
    let during = asked(&house, "/v3/files");
    assert_eq!(rows(&house, UploadsFilter::NeedsYou), 0);
    // Some twelve rounds of five at a time, and the first of each row that was tried.
    assert!((10..=100).contains(&during), "{during} requests in an hour");
    house.sandbox.faults().clear();
    house.ended().await;
    assert_eq!(rows(&house, UploadsFilter::Finished), FILES as u64);
    assert_eq!(house.uploads_received(), FILES);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_asks_to_wait_for_is_waited_for_by_all_uploads_together() {
    let house = House::new().await;
    // The key is tried with the first file.
    house.drop_in(&[house.file("first.txt", b"first")]).await;
    house.verified().await;
    // All that are sent at a time.
    let (times, kind) = (5, Kind::rate_limited(2));
    let route = Route::V3Upload;
    house.sandbox.faults().push(Fault { route, times, kind });
    drop_until_held(&house, 30, ErrorCode::RateLimited).await;
    house.ended().await;
    assert_eq!(rows(&house, UploadsFilter::Finished), 31);
    let requests = house.sandbox.requests();
    let uploads = requests.iter().filter(|entry| entry.path == "/v3/files");
    let uploads: Vec<_> = uploads.map(|entry| (entry.status, entry.time)).collect();
    assert_eq!(uploads.len(), 31 + times, "{uploads:?}");
    let refused = |(status, _): &&(u16, _)| *status == 429;
    let told = uploads.iter().find(refused).expect("one was refused").1;
    let again = uploads
        .iter()
        .filter(|(status, time)| *status == 200 && *time > told);
    let soonest = again.map(|(_, time)| *time).min().expect("others were not");
    let waited = soonest.duration_since(told).as_millis();
    assert!(waited >= 1_900, "{waited} ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_used_up_holds_all_uploads_also_when_one_that_was_on_its_way_still_fits() {
    let house = House::new().await;
    // The key is tried with the first file.
    house.drop_in(&[house.file("first.txt", b"first")]).await;
    house.verified().await;
    let small = Gate::new();
    let faults = house.sandbox.faults();
    faults.once(Route::V3Upload, Kind::Hold(small.clone()));
    house.drop_in(&[house.file("small.txt", b"small")]).await;
    small.arrived().await;
    faults.once(Route::V3Upload, Kind::status(402));
    drop_until_held(&house, 1, ErrorCode::QuotaExceeded).await;
    small.open();
    let fits = async || rows(&house, UploadsFilter::Finished) == 2;
    house.until_true("the small one fits", fits).await;
    house.drop_in(&[house.file("more.txt", b"more")]).await;
    // Neither what fitted, nor that the list is read, makes room.
    house.engine.refresh(house.account).await.expect("reads");
    let hold = house.engine.accounts.hold(house.account).expect("held");
    assert_eq!(hold.code, ErrorCode::QuotaExceeded);
    assert!(hold.until.is_some(), "it is looked at again");
    assert_eq!(asked(&house, "/v3/files"), 3);
    house.engine.retry(house.account).await.expect("answers");
    house.ended().await;
    assert_eq!(house.uploads_received(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_told_to_wait_goes_on_where_it_was() {
    let house = House::new().await;
    house.engine.refresh(house.account).await.expect("reads");
    let lists = || ["/v3/files/public", "/v3/files/private"].map(|path| asked(&house, path));
    let before = lists();
    let faults = house.sandbox.faults();
    faults.once(Route::V3List, Kind::Pass);
    // Longer than the client waits by itself.
    faults.once(Route::V3List, Kind::rate_limited(3));
    house.engine.refresh(house.account).await.expect("reads");
    let [public, private] = lists();
    assert_eq!([public - before[0], private - before[1]], [1, 2]);
    assert_eq!(house.engine.accounts.hold(house.account), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_with_a_page_of_its_own_holds_the_account_and_fails_no_upload() {
    let clock = Fast::new(1_000);
    let house = House::timed(clock.clone()).await;
    always(&house, Route::Any, Kind::CaptivePortal);
    drop_until_held(&house, 20, ErrorCode::CaptivePortal).await;
    clock.pass(HOUR).await;
    assert_eq!(rows(&house, UploadsFilter::NeedsYou), 0);
    assert_eq!(rows(&house, UploadsFilter::Now), 20);
    house.sandbox.faults().clear();
    let ended = house.ended().await;
    assert!(
        ended
            .iter()
            .all(|row| row.check == engine::pins::CheckState::Verified)
    );
    assert_eq!(house.uploads_received(), 20);
}

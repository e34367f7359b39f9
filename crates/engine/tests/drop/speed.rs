//! The speed that is told is that of bytes which went to the service.

use engine::uploads::{Event, Progress, UploadLimits};

use super::chunks::noise;
use super::house::House;

const MEGABYTE: u64 = 1_000_000;
/// Bytes a second that the queue may send.
const LIMIT: u64 = 400_000;

async fn limited(house: &House) {
    let limits = UploadLimits {
        speed: Some(LIMIT),
        ..UploadLimits::default()
    };
    house.engine.uploads.set_limits(limits).await.expect("sets");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_has_already_counts_as_done_and_not_as_speed() {
    let mut house = House::new().await;
    let large = noise(20 * MEGABYTE, 61);
    house.drop_in(&[house.file("large.bin", &large)]).await;
    house.verified().await;
    // Its own speed is of the last five seconds, too.
    house.restart();

    limited(&house).await;
    let mut progress = house.engine.uploads.progress();
    let again = house.file("the same again.bin", &large);
    let new = house.file("new.bin", &noise(3 * LIMIT, 62));
    house.drop_in(&[new, again]).await;
    let mut told: Vec<Progress> = Vec::new();
    let hearing = async {
        while let Ok(look) = progress.recv().await {
            told.push(look);
        }
    };
    tokio::select! {
        _ = house.ended() => {}
        () = hearing => panic!("nobody tells any more"),
    }
    assert_eq!(house.uploads_received(), 2, "the same was sent again");

    let all = 20 * MEGABYTE + 3 * LIMIT;
    let there = told.iter().filter(|look| look.bytes_total == all);
    let beside = there.filter(|look| look.bytes_done >= 20 * MEGABYTE);
    let rates: Vec<f64> = beside.filter_map(|look| look.rate).collect();
    assert!(!rates.is_empty(), "no speed was told beside it: {told:#?}");
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    assert!(fastest < 3.0 * LIMIT as f64, "{fastest} bytes a second");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_of_an_upload_that_goes_on_is_no_speed_of_it() {
    let mut house = House::new().await;
    house.cut(64 * 1024, 64 * 1024);
    limited(&house).await;
    let file = house.file("long.mov", &noise(5 * LIMIT, 63));
    let id = house.drop_in(&[file]).await[0];
    house.until(|row| row.done > 3 * LIMIT).await;
    let uploads = house.engine.uploads.clone();
    uploads.ask(id, Event::Pause).await.expect("pauses");
    let mut progress = uploads.progress();
    uploads.ask(id, Event::Resume).await.expect("goes on");
    let mut rates: Vec<f64> = Vec::new();
    let hearing = async {
        while let Ok(look) = progress.recv().await {
            rates.extend(look.rows.iter().filter_map(|row| row.rate));
        }
    };
    tokio::select! {
        _ = house.ended() => {}
        () = hearing => panic!("nobody tells any more"),
    }
    assert!(!rates.is_empty(), "no speed was told");
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    assert!(fastest < 2.0 * LIMIT as f64, "{fastest} bytes a second");
}

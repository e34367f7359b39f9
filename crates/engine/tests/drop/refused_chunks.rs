//! Chunks that the service does not take, once and for ever, and what of them is sent.

use engine::error::ErrorCode;
use engine::uploads::{Event, UploadRow, UploadState};
use sandbox::{Fault, Kind, Route};

use super::chunks::{bytes_received, noise, uploads_begun};
use super::house::House;
use super::house::fast::Fast;

const CHUNK: u64 = 64 * 1024;
const SIZE: u64 = 4 * CHUNK;

async fn house() -> House {
    let mut house = House::timed(Fast::new(400)).await;
    house.cut(CHUNK, CHUNK);
    house
}

fn fault(house: &House, times: usize, kind: Kind) {
    let route = Route::TusPatch;
    house.sandbox.faults().push(Fault { route, times, kind });
}

async fn until_it_needs_the_person(house: &House) -> UploadRow {
    let rests = [UploadState::NeedsYou, UploadState::Pinned];
    let row = house.until(|row| rests.contains(&row.state)).await;
    assert_eq!(row.state, UploadState::NeedsYou, "{}", row.sentence);
    row
}

async fn arrives(house: &House, bytes: &[u8]) {
    let row = house.verified().await;
    let served = house.service.served(&row.cid.expect("a CID")).await;
    assert!(served == bytes, "other bytes are served");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_chunk_waits_for_the_person_and_goes_on_from_there_when_asked() {
    for (status, reason, words) in [
        (
            412,
            ErrorCode::Unexpected,
            "another version of resumable uploads",
        ),
        (413, ErrorCode::TooLarge, "as too large"),
    ] {
        let house = house().await;
        let bytes = noise(SIZE, u64::from(status));
        fault(&house, 1, Kind::Pass);
        fault(&house, 1, Kind::status(status));
        let ids = house.drop_in(&[house.file("long.mov", &bytes)]).await;
        let row = until_it_needs_the_person(&house).await;
        assert_eq!(row.reason, Some(reason), "{status}: {}", row.sentence);
        assert!(row.sentence.contains(words), "{status}: {}", row.sentence);
        assert_eq!(bytes_received(&house), 2 * CHUNK, "{status}");
        let uploads = &house.engine.uploads;
        uploads.ask(ids[0], Event::Retry).await.expect("retries");
        arrives(&house, &bytes).await;
        // The refused chunk was read before it was refused.
        let sent = (uploads_begun(&house), bytes_received(&house));
        assert_eq!(sent, (1, SIZE + CHUNK), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_is_never_taken_is_left_to_the_person_and_sent_a_few_times_at_most() {
    // Uploads that were begun, and chunks that were sent: the first, which is taken, and the second in vain.
    for (status, begun, chunks) in [
        (404, 8, 16),
        (409, 1, 1 + 16),
        (410, 8, 16),
        (412, 1, 2),
        (413, 1, 2),
        (423, 1, 1 + 8),
        (460, 1, 1 + 8),
    ] {
        let house = house().await;
        let bytes = noise(SIZE, u64::from(status));
        for _ in 0..begun {
            fault(&house, 1, Kind::Pass);
            fault(
                &house,
                if begun == 1 { 1_000 } else { 1 },
                Kind::status(status),
            );
        }
        let ids = house.drop_in(&[house.file("long.mov", &bytes)]).await;
        until_it_needs_the_person(&house).await;
        let sent = (uploads_begun(&house), bytes_received(&house));
        assert_eq!(sent, (begun, chunks * CHUNK), "{status}");

        house.sandbox.faults().clear();
        let uploads = &house.engine.uploads;
        uploads.ask(ids[0], Event::Retry).await.expect("retries");
        arrives(&house, &bytes).await;
        // What is known goes on after its first chunk; what is forgotten begins anew.
        let more = if begun == 1 { SIZE - CHUNK } else { SIZE };
        assert_eq!(bytes_received(&house), chunks * CHUNK + more, "{status}");
    }
}

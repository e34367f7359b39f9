//! Names that a request cannot carry, and sizes that are known before a row's turn comes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use engine::error::ErrorCode;
use engine::uploads::{Event, UploadState, UploadsFilter};
use sandbox::{Gate, Kind, Route};

use super::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_a_name_that_no_request_can_carry_waits_for_another_name_and_sends_nothing() {
    for (name, why) in [
        (&b"plan\x1b[2J.txt"[..], "a control character in its name"),
        (b"plan\x7f.txt", "a control character in its name"),
        (b"plan\xff.txt", "a name that is not UTF-8"),
    ] {
        let house = House::new().await;
        house.file("site/index.html", b"<h1>Open</h1>");
        let wrong = house.path("site").join(OsStr::from_bytes(name));
        std::fs::write(&wrong, b"a plan").expect("written");
        let [id] = house.drop_in(&[house.path("site")]).await[..] else {
            panic!("one upload");
        };
        let row = house.until(|row| row.state == UploadState::NeedsYou).await;
        assert_eq!(row.reason, Some(ErrorCode::BadInput));
        assert!(row.sentence.contains(why), "{}", row.sentence);
        assert!(row.sentence.contains("Rename it"), "{}", row.sentence);
        assert_eq!(house.uploads_received(), 0);

        std::fs::rename(&wrong, house.path("site/plan.txt")).expect("renamed");
        house
            .engine
            .uploads
            .ask(id, Event::Retry)
            .await
            .expect("again");
        house.verified().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_file_is_pinned_whatever_letters_its_name_has() {
    let house = House::new().await;
    let name = "plan\u{1b}[2J\u{7f}\t\"new\".txt";
    house.drop_in(&[house.file(name, b"a plan")]).await;
    let row = house.verified().await;
    assert_eq!(row.name, name);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_files_that_wait_for_their_turn_count_and_of_a_folder_once_it_was_looked_at() {
    let house = House::new().await;
    let limits = engine::uploads::UploadLimits {
        at_once: 1,
        ..engine::uploads::UploadLimits::default()
    };
    house.engine.uploads.set_limits(limits).await.expect("sets");
    let sending = Gate::new();
    let times = usize::MAX;
    let kind = Kind::HoldAnswer(sending.clone());
    let fault = |kind| sandbox::Fault {
        route: Route::V3Upload,
        times,
        kind,
    };
    house.sandbox.faults().push(fault(kind));
    house.drop_in(&[house.file("first.bin", &[7; 5_000])]).await;
    sending.arrived().await;
    let waiting: Vec<_> = (0..3)
        .map(|n| house.file(&format!("{n}.bin"), &[n; 1_000]))
        .collect();
    house.drop_in(&waiting).await;
    let head = house.engine.uploads.head().expect("figures");
    assert_eq!((head.bytes_total, head.sized), (8_000, true));
    let rows = house.engine.uploads.rows(UploadsFilter::Now, 0, 10);
    let sizes: Vec<_> = rows
        .expect("rows")
        .rows
        .iter()
        .map(|row| row.bytes)
        .collect();
    assert_eq!(sizes, [Some(5_000), Some(1_000), Some(1_000), Some(1_000)]);

    house.file("box/inside.bin", &[9; 2_000]);
    house.drop_in(&[house.path("box")]).await;
    let head = house.engine.uploads.head().expect("figures");
    assert!(!head.sized, "nobody has looked into the folder yet");
    house.sandbox.faults().clear();
    sending.open();
    house.ended().await;
}

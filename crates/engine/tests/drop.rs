//! A drop, from the paths to the bytes at the gateway: the engine over real HTTP to a real server that is not its own code.

#[path = "accounts/mod.rs"]
mod accounts;
#[path = "drop/asked.rs"]
mod asked;
#[path = "drop/breaks.rs"]
mod breaks;
#[path = "drop/cars.rs"]
mod cars;
#[path = "drop/changes.rs"]
mod changes;
#[path = "drop/chunks.rs"]
mod chunks;
#[path = "drop/control.rs"]
mod control;
#[path = "drop/damage.rs"]
mod damage;
#[path = "drop/expiry.rs"]
mod expiry;
#[path = "drop/export.rs"]
mod export;
#[path = "drop/figures.rs"]
mod figures;
#[path = "drop/full.rs"]
mod full;
#[path = "drop/groups.rs"]
mod groups;
mod house;
mod jobs;
#[path = "drop/json.rs"]
mod json;
#[path = "drop/keys.rs"]
mod keys;
#[path = "drop/kills.rs"]
mod kills;
#[path = "drop/kinds.rs"]
mod kinds;
#[path = "drop/large.rs"]
mod large;
#[path = "drop/layouts.rs"]
mod layouts;
#[path = "drop/leaks.rs"]
mod leaks;
#[path = "drop/lost.rs"]
mod lost;
#[path = "drop/names.rs"]
mod names;
#[path = "drop/past.rs"]
mod past;
#[path = "drop/patterns.rs"]
mod patterns;
#[path = "drop/power.rs"]
mod power;
#[path = "drop/preflight.rs"]
mod preflight;
#[path = "drop/refusals.rs"]
mod refusals;
#[path = "drop/refused_chunks.rs"]
mod refused_chunks;
#[path = "drop/sleeps.rs"]
mod sleeps;
#[path = "drop/some.rs"]
mod some;
#[path = "drop/speed.rs"]
mod speed;
#[path = "drop/steps.rs"]
mod steps;
#[path = "drop/storms.rs"]
mod storms;
#[path = "drop/suspects.rs"]
mod suspects;
#[path = "drop/swaps.rs"]
mod swaps;
#[path = "drop/sweeps.rs"]
mod sweeps;
#[path = "drop/targets.rs"]
mod targets;
#[path = "drop/told.rs"]
mod told;
#[path = "drop/twins.rs"]
mod twins;
#[path = "drop/unsound.rs"]
mod unsound;
#[path = "drop/usage.rs"]
mod usage;

use engine::error::ErrorCode;
use engine::pins::{CheckState, Look, PinEdit, PinFilters, PinQuery, Selection, SortKey};
use engine::uploads::{Event, Secrets, UploadOptions, UploadState, UploadsFilter};
use house::House;
use sandbox::{Fault, Kind, Route};

/// All files of an upload that wait for a word.
fn numbers(house: &House, id: i64) -> Vec<i64> {
    let asked = house.engine.uploads.suspects(id).expect("a list");
    asked.files.into_iter().map(|file| file.id).collect()
}

fn everything() -> PinQuery {
    PinQuery {
        text: String::new(),
        sort: SortKey::Name,
        descending: false,
        filters: PinFilters::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_file_is_pinned_verified_listed_and_served_byte_for_byte() {
    let house = House::new().await;
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let path = house.file("photo #1 \"ä\".jpg", &bytes);
    house.drop_in(&[path]).await;
    house.verified().await;

    let set = house
        .engine
        .pins
        .open(house.account, &everything(), None, Look::default())
        .expect("a set");
    let pin = house
        .engine
        .pins
        .rows(set.set, 0, 10)
        .expect("rows")
        .remove(0);
    assert_eq!(pin.name.as_deref(), Some("photo #1 \"ä\".jpg"));
    assert_eq!(pin.check, CheckState::Verified);
    assert_eq!(house.service.served(&pin.cid).await, bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_folder_is_one_pin_whose_files_are_served() {
    let house = House::new().await;
    house.file("site/index.html", b"<h1>hello</h1>");
    house.file("site/img/ö.png", b"png");
    house.drop_in(&[house.path("site")]).await;
    let row = house.ended().await.remove(0);
    assert_eq!(
        (row.check, row.files),
        (CheckState::Verified, 2),
        "{}",
        row.sentence
    );
    let cid = row.cid.expect("a CID");
    assert_eq!(
        house.service.served(&format!("{cid}/img/ö.png")).await,
        b"png"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn name_and_key_values_are_edited_at_the_service_and_unpinning_takes_the_pin_away() {
    let house = House::new().await;
    house.drop_in(&[house.file("a.txt", b"a")]).await;
    house.ended().await;
    let set = house
        .engine
        .pins
        .open(house.account, &everything(), None, Look::default())
        .expect("a set");
    let id = house
        .engine
        .pins
        .rows(set.set, 0, 1)
        .expect("rows")
        .remove(0)
        .id;
    let edit = PinEdit {
        name: Some("b.txt".into()),
        set: vec![("paper".into(), "Baryta".into())],
        remove: vec![],
    };
    house.engine.pins.edit(id, edit).await.expect("edits");

    // Read again from the service: it is not only our mirror that knows.
    house
        .engine
        .pins
        .refresh(house.account)
        .await
        .expect("reads");
    let set = house
        .engine
        .pins
        .open(house.account, &everything(), None, Look::default())
        .expect("a set");
    let pin = house
        .engine
        .pins
        .rows(set.set, 0, 1)
        .expect("rows")
        .remove(0);
    assert_eq!(pin.name.as_deref(), Some("b.txt"));
    assert_eq!(pin.keyvalues, [("paper".to_owned(), "Baryta".into())]);

    let all = Selection {
        set: set.set,
        ranges: vec![(0, 0)],
    };
    assert_eq!(changes::unpin(&house, &all).await, 1);
    house
        .engine
        .pins
        .refresh(house.account)
        .await
        .expect("reads");
    assert_eq!(
        house
            .engine
            .pins
            .open(house.account, &everything(), None, Look::default())
            .expect("a set")
            .total,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_not_sent_twice() {
    let house = House::new().await;
    house.drop_in(&[house.file("one.txt", b"the same")]).await;
    house.ended().await;
    let before = house.uploads_received();
    house.drop_in(&[house.file("two.txt", b"the same")]).await;
    let rows = house.ended().await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.check == CheckState::Verified));
    assert_eq!(house.uploads_received(), before, "nothing was sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_to_have_arrived_and_is_not_sent_again() {
    let house = House::new().await;
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: Kind::CutBeforeAnswer,
    });
    house
        .drop_in(&[house.file("lost.txt", b"lost and found")])
        .await;
    house.verified().await;
    assert_eq!(house.uploads_received(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_cid_in_the_answer_is_never_called_pinned() {
    let house = House::new().await;
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: Kind::WrongCid,
    });
    house.drop_in(&[house.file("a.txt", b"mine")]).await;
    let row = house.until(|row| row.state == UploadState::NeedsYou).await;
    assert_eq!(row.reason, Some(ErrorCode::Different), "{}", row.sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_held_until_the_person_says_yes() {
    let house = House::new().await;
    house.drop_in(&[house.file("id_ed25519", b"key")]).await;
    let row = house.until(|row| row.state == UploadState::NeedsYou).await;
    assert_eq!(row.reason, Some(ErrorCode::Secret));
    assert_eq!(house.uploads_received(), 0);
    house
        .engine
        .uploads
        .answer_suspects(row.id, numbers(&house, row.id), i64::MAX)
        .await
        .expect("allows");
    assert_eq!(house.ended().await.remove(0).check, CheckState::Verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_cannot_be_sent_says_why_and_disturbs_nothing_else() {
    let house = House::new().await;
    std::os::unix::fs::symlink("/etc/hostname", house.path("link")).expect("links");
    std::fs::create_dir(house.path("empty")).expect("creates");
    let good = house.file("good.txt", b"good");
    house
        .drop_in(&[
            house.path("link"),
            house.path("empty"),
            house.path("gone.txt"),
            good,
        ])
        .await;
    house
        .until(|row| row.name == "good.txt" && row.state == UploadState::Pinned)
        .await;
    for (name, code) in [
        ("link", ErrorCode::OutsideLink),
        ("empty", ErrorCode::Empty),
        ("gone.txt", ErrorCode::Vanished),
    ] {
        let row = house
            .until(|row| row.name == name && row.state == UploadState::NeedsYou)
            .await;
        assert_eq!(row.reason, Some(code), "{}", row.sentence);
        assert!(row.can_retry && row.sentence.len() > 20, "{}", row.sentence);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_still_there_after_a_restart_and_goes_on() {
    let mut house = House::new().await;
    house.drop_in(&[house.file("a.txt", b"before")]).await;
    house.ended().await;
    let paused = house.drop_in(&[house.file("b.txt", b"after")]).await;
    house
        .engine
        .uploads
        .ask(paused[0], Event::Pause)
        .await
        .expect("pauses");
    house.restart();
    let set = house
        .engine
        .pins
        .open(house.account, &everything(), None, Look::default())
        .expect("a set");
    assert!(set.total >= 1, "the list is there before anything is asked");
    for id in paused {
        house
            .engine
            .uploads
            .ask(id, Event::Resume)
            .await
            .expect("resumes");
    }
    assert!(
        house
            .ended()
            .await
            .iter()
            .all(|row| row.check == CheckState::Verified)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_busy_is_asked_again_by_itself() {
    let house = House::new().await;
    let busy = Kind::status(503);
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: busy,
    });
    house.drop_in(&[house.file("a.txt", b"patience")]).await;
    assert_eq!(house.ended().await.remove(0).check, CheckState::Verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_together_are_one_folder() {
    let house = House::new().await;
    let drop = house
        .look_at(&[house.file("a.txt", b"a"), house.file("b.txt", b"b")])
        .await;
    let options = UploadOptions {
        together: Some("both".into()),
        ..house::options(Secrets::Hold)
    };
    house
        .engine
        .uploads
        .enqueue(house.account, &drop, options)
        .await
        .expect("enqueues");
    let row = house.ended().await.remove(0);
    assert_eq!(
        (row.name.as_str(), row.files, row.check),
        ("both", 2, CheckState::Verified),
        "{}",
        row.sentence
    );
    let cid = row.cid.expect("a CID");
    assert_eq!(house.service.served(&format!("{cid}/b.txt")).await, b"b");
    let page = house
        .engine
        .uploads
        .rows(UploadsFilter::Finished, 0, 10)
        .expect("rows");
    assert_eq!(page.total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_an_account_that_already_has_pins_is_read_without_being_asked_for() {
    let house = House::new().await;
    house.sandbox.seed(25).await.expect("seeds");
    let mut changes = house.engine.store.announcer.listen();
    house
        .engine
        .select(house.account)
        .await
        .expect("works with it");
    let read = async {
        loop {
            let set = house
                .engine
                .pins
                .open(house.account, &everything(), None, Look::default());
            if set.expect("a set").total == 25 {
                return;
            }
            changes.recv().await.expect("an announcement");
        }
    };
    tokio::time::timeout(house::PATIENCE, read)
        .await
        .expect("the list is read");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_taken_back_after_its_bytes_arrived_is_not_called_cancelled() {
    let house = House::new().await;
    let gate = sandbox::Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 1,
        kind: Kind::HoldAnswer(gate.clone()),
    });
    let ids = house.drop_in(&[house.file("a.txt", b"too late")]).await;
    gate.arrived().await;
    house
        .engine
        .uploads
        .ask(ids[0], Event::Cancel)
        .await
        .expect("asks");
    gate.open();
    let row = house.ended().await.remove(0);
    assert_eq!(row.state, UploadState::Pinned, "{}", row.sentence);
    let cid = row.cid.expect("a CID");
    assert_eq!(house.service.served(&cid).await, b"too late");
}

//! What happens by accident in a folder costs no pin, and what a rule lets go can be taken back.

use engine::watches::{BrakeAnswer, OnDelete, UnpinState, WatchRules, WatchState};

use crate::house::House;
use crate::quick;

fn unpinning() -> WatchRules {
    WatchRules {
        on_delete: OnDelete::Unpin { days: 0 },
        ..quick()
    }
}

/// Unpins that reached the service, by its own log.
fn unpins(house: &House) -> usize {
    let requests = house.sandbox.requests();
    requests
        .iter()
        .filter(|entry| entry.method == "DELETE" && entry.status < 300)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_files_that_disappear_stop_the_folder_until_a_person_answers() {
    let house = House::new().await;
    for n in 0..30 {
        house.file(&format!("box/{n}.txt"), format!("file {n}").as_bytes());
    }
    let id = house.watch(&house.path("box"), unpinning()).await;
    house.until_pinned(id, 30).await;
    let mut notices = house.engine.watches.notices();
    for n in 0..30 {
        std::fs::remove_file(house.path(&format!("box/{n}.txt"))).expect("removes");
    }
    let card = house
        .until_card(id, |card| {
            card.state == WatchState::Braked && card.counts.braked == 30
        })
        .await;
    assert!(
        card.sentence
            .starts_with("30 of 30 files disappeared at once."),
        "{}",
        card.sentence
    );
    // The batch before may be told first.
    while !notices.recv().await.expect("a notice").needs_you {}
    house.engine.watches.rescan(id).await.expect("looks");
    assert_eq!(unpins(&house), 0);
    // One is put back, for the others the person says: keep.
    house.file("box/0.txt", b"file 0");
    house.until_card(id, |card| card.counts.braked == 29).await;
    house
        .engine
        .watches
        .brake(id, BrakeAnswer::Keep, None)
        .await
        .expect("answers");
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    assert_eq!((unpins(&house), house.uploads_received()), (0, 30));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_files_pin_goes_by_rule_and_can_be_taken_back() {
    let house = House::new().await;
    house.file("box/stays.txt", b"stays");
    let goes = house.file("box/goes.txt", b"goes");
    let id = house.watch(&house.path("box"), unpinning()).await;
    let page = house.until_pinned(id, 2).await;
    let row = page
        .rows
        .iter()
        .find(|row| row.path == "goes.txt")
        .expect("a row");
    let cid = row.cid.clone().expect("a CID");
    std::fs::remove_file(&goes).expect("removes");
    let journal = || house.engine.watches.journal(id, 0, 10).expect("a journal");
    house
        .until_card(id, |_| {
            journal()
                .rows
                .iter()
                .any(|row| row.state == UnpinState::Done)
        })
        .await;
    assert_eq!(house.pin(&cid).await, None);
    let entry = &journal().rows[0];
    assert_eq!(
        (entry.path.as_str(), entry.cid.as_str()),
        ("goes.txt", cid.as_str())
    );
    assert_eq!(entry.name.as_deref(), Some("goes.txt"));
    house
        .engine
        .watches
        .take_back(id, entry.id)
        .await
        .expect("is asked for again");
    assert_eq!(journal().rows[0].state, UnpinState::TakenBack);
    let asked = house.sandbox.requests();
    assert!(
        asked
            .iter()
            .any(|entry| entry.method == "POST" && entry.path.contains("pin"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_that_another_file_or_a_person_still_needs_is_not_let_go() {
    let house = House::new().await;
    let twin = house.file("box/twin.txt", b"the same bytes");
    house.file("box/other.txt", b"the same bytes");
    let by_hand = house.file("elsewhere/mine.txt", b"dropped by hand");
    house.drop_in(&[by_hand]).await;
    house.ended().await;
    let copy = house.file("box/copy.txt", b"dropped by hand");
    let id = house.watch(&house.path("box"), unpinning()).await;
    house.until_pinned(id, 3).await;
    std::fs::remove_file(twin).expect("removes");
    std::fs::remove_file(copy).expect("removes");
    let journal = || {
        house
            .engine
            .watches
            .journal(id, 0, 10)
            .expect("a journal")
            .rows
    };
    house
        .until_card(id, |_| {
            journal().len() == 2 && journal().iter().all(|row| row.state != UnpinState::Due)
        })
        .await;
    let states: Vec<_> = journal()
        .iter()
        .map(|row| (row.path.clone(), row.state))
        .collect();
    assert!(
        states.contains(&("twin.txt".into(), UnpinState::Needed)),
        "{states:?}"
    );
    assert!(
        states.contains(&("copy.txt".into(), UnpinState::NotOurs)),
        "{states:?}"
    );
    assert_eq!(unpins(&house), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_goes_or_is_replaced_stops_the_folder_and_unpins_nothing() {
    let house = House::new().await;
    let root = house.path("box");
    for n in 0..4 {
        house.file(&format!("box/{n}.txt"), format!("file {n}").as_bytes());
    }
    let id = house.watch(&root, unpinning()).await;
    house.until_pinned(id, 4).await;
    let away = house.path("away");
    std::fs::rename(&root, &away).expect("renames");
    house.engine.watches.rescan(id).await.expect("looks");
    let card = house
        .until_card(id, |card| card.state == WatchState::Missing)
        .await;
    assert!(
        card.sentence
            .contains("is not there. Paused; nothing was unpinned."),
        "{}",
        card.sentence
    );
    std::fs::create_dir(&root).expect("creates");
    house
        .until_card(id, |card| card.state == WatchState::Replaced)
        .await;
    std::fs::remove_dir(&root).expect("removes");
    std::fs::rename(&away, &root).expect("renames");
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    house.file("box/later.txt", b"it is heard again");
    house.until_pinned(id, 5).await;
    assert_eq!((unpins(&house), house.uploads_received()), (0, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_on_another_disk_is_known_again_and_a_moved_root_can_be_shown() {
    let house = House::new().await;
    let root = house.path("box");
    for n in 0..4 {
        house.file(&format!("box/{n}.txt"), format!("file {n}").as_bytes());
    }
    let id = house.watch(&root, unpinning()).await;
    house.until_pinned(id, 4).await;
    // Other numbers, the same files: as a disk that is connected again.
    let copied = std::process::Command::new("cp")
        .args(["-a", "--"])
        .args([&root, &house.path("copy")])
        .status();
    assert!(copied.expect("cp runs").success());
    std::fs::rename(&root, house.path("old")).expect("renames");
    std::fs::rename(house.path("copy"), &root).expect("renames");
    house.engine.watches.rescan(id).await.expect("looks");
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    let moved = house.path("moved");
    std::fs::rename(&root, &moved).expect("renames");
    house
        .engine
        .watches
        .locate(id, moved)
        .await
        .expect("is shown");
    house.file("moved/new.txt", b"at its new place");
    house.until_pinned(id, 5).await;
    assert_eq!((unpins(&house), house.uploads_received()), (0, 5));
}

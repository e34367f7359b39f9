//! Watched folders end to end: real files, the system's own events, the real Sandbox.

#[path = "watches/brakes.rs"]
mod brakes;
#[path = "watches/disks.rs"]
mod disks;
#[path = "watches/faults.rs"]
mod faults;
#[path = "watches/figures.rs"]
mod figures;
mod house;
#[path = "watches/landing.rs"]
mod landing;
#[path = "watches/programs.rs"]
mod programs;
#[path = "watches/rules.rs"]
mod rules;
#[path = "watches/secrets.rs"]
mod secrets;
#[path = "watches/soak.rs"]
mod soak;
#[path = "watches/system.rs"]
mod system;

use engine::watches::{LedgerGroup, LedgerQuery, LedgerState, WatchRules};
use house::House;

fn quick() -> WatchRules {
    WatchRules {
        settle: 1,
        ..WatchRules::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_and_what_lands_later_is_pinned_and_can_be_fetched() {
    let house = House::new().await;
    let early = house.file("box/early.txt", b"there before");
    let root = early.parent().expect("a folder").to_owned();
    let id = house.watch(&root, quick()).await;
    house.until_pinned(id, 1).await;
    house.file("box/deep/er/late.txt", b"came later");
    let page = house.until_pinned(id, 2).await;
    assert_eq!(page.rows.len(), 2);
    for (name, bytes) in [
        ("early.txt", &b"there before"[..]),
        ("deep/er/late.txt", b"came later"),
    ] {
        let row = page
            .rows
            .iter()
            .find(|row| row.path == name)
            .expect("a row");
        assert_eq!(row.state, LedgerState::Pinned);
        assert_eq!(
            house
                .service
                .served(row.cid.as_deref().expect("a CID"))
                .await,
            bytes
        );
    }
    assert_eq!(house.uploads_received(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_sends_nothing_again_and_sees_what_changed_meanwhile() {
    let mut house = House::new().await;
    let root = house.path("box");
    for n in 0..5 {
        house.file(&format!("box/{n}.txt"), format!("file {n}").as_bytes());
    }
    let id = house.watch(&root, quick()).await;
    house.until_pinned(id, 5).await;
    house.stop();
    house.file("box/3.txt", b"changed while nobody looked");
    std::fs::rename(root.join("4.txt"), root.join("renamed.txt")).expect("renames");
    house.restart();
    house
        .until_ledger(id, |page| {
            page.rows
                .iter()
                .any(|row| row.path == "3.txt" && row.version == 2)
                && page
                    .rows
                    .iter()
                    .any(|row| row.path == "renamed.txt" && row.state == LedgerState::Renamed)
        })
        .await;
    assert_eq!(
        house.uploads_received(),
        6,
        "only the changed file was sent"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_held_until_a_person_says_yes() {
    let house = House::new().await;
    house.file("box/.env", b"A=1");
    let key = format!("-----BEGIN {} PRIVATE KEY-----\nabc\n", "OPENSSH");
    house.file("box/notes.txt", key.as_bytes());
    house.file("box/plain.txt", b"nothing to hide");
    let rules = WatchRules {
        hidden: true,
        ..quick()
    };
    let id = house.watch(&house.path("box"), rules).await;
    let page = house
        .until_ledger(id, |page| page.counts.held == 2 && page.counts.pinned == 1)
        .await;
    assert_eq!(house.uploads_received(), 1);
    let held: Vec<i64> = page
        .rows
        .iter()
        .filter(|row| row.can_allow)
        .map(|row| row.id)
        .collect();
    house
        .engine
        .watches
        .allow(id, held[..1].to_vec())
        .await
        .expect("allowed");
    house
        .until_ledger(id, |page| page.counts.held == 1 && page.counts.pinned == 2)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_can_be_filtered_by_group_reason_and_text() {
    let house = House::new().await;
    for name in ["box/a.txt", "box/b.swp", "box/sub/c_1.txt", "box/.d"] {
        house.file(name, name.as_bytes());
    }
    let id = house.watch(&house.path("box"), quick()).await;
    house.until_pinned(id, 2).await;
    let rows = |group, reason: Option<&str>, text: &str| {
        let query = LedgerQuery {
            group,
            reason: reason.map(str::to_owned),
            text: text.to_owned(),
            by_path: true,
        };
        let page = house
            .engine
            .watches
            .ledger(id, &query, 0, 200)
            .expect("a page");
        page.rows
            .iter()
            .map(|row| row.path.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rows(LedgerGroup::All, None, ""),
        [".d", "a.txt", "b.swp", "sub/c_1.txt"]
    );
    assert_eq!(rows(LedgerGroup::LeftOut, None, ""), [".d", "b.swp"]);
    assert_eq!(rows(LedgerGroup::LeftOut, Some("hidden"), ""), [".d"]);
    assert_eq!(rows(LedgerGroup::All, None, "c_"), ["sub/c_1.txt"]);
}

//! The rules of a folder, over the real service.

use engine::export::ExportForm;
use engine::watches::{
    DifferenceKind, LedgerState, OnChange, PauseFor, UnpinState, WatchRules, WatchState, WatchUnit,
};

use crate::house::House;
use crate::quick;

#[tokio::test(flavor = "multi_thread")]
async fn name_and_keyvalues_come_from_the_rules_and_a_rename_renames_the_pin() {
    let house = House::new().await;
    let file = house.file("box/sub/dawn.tif", b"a picture");
    let rules = WatchRules {
        name: "{folder}: {path}".into(),
        keyvalues: vec![("source".into(), "scanner".into())],
        ..quick()
    };
    let id = house.watch(&house.path("box"), rules).await;
    let page = house.until_pinned(id, 1).await;
    let cid = page.rows[0].cid.clone().expect("a CID");
    let pin = house.pin(&cid).await.expect("a pin");
    assert_eq!(pin.name.as_deref(), Some("box: sub/dawn.tif"));
    assert_eq!(
        pin.keyvalues
            .get("source")
            .map(ToString::to_string)
            .as_deref(),
        Some("scanner")
    );
    std::fs::rename(&file, house.path("box/dusk.tif")).expect("renames");
    house
        .until_ledger(id, |page| page.rows[0].state == LedgerState::Renamed)
        .await;
    for _ in 0..50 {
        if house.pin(&cid).await.and_then(|pin| pin.name).as_deref() == Some("box: dusk.tif") {
            assert_eq!(house.uploads_received(), 1);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("the pin kept its old name");
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_lets_the_old_version_go_only_after_the_new_one_is_verified() {
    let house = House::new().await;
    house.file("box/a.txt", b"version one");
    let rules = WatchRules {
        on_change: OnChange::Replace,
        ..quick()
    };
    let id = house.watch(&house.path("box"), rules).await;
    let old = house.until_pinned(id, 1).await.rows[0]
        .cid
        .clone()
        .expect("a CID");
    house.file("box/a.txt", b"version two");
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
            journal().iter().any(|row| row.state == UnpinState::Done)
        })
        .await;
    let new = house.until_pinned(id, 1).await.rows[0]
        .cid
        .clone()
        .expect("a CID");
    assert_eq!(journal()[0].cid, old);
    assert_eq!(house.pin(&old).await, None);
    assert_eq!(house.service.served(&new).await, b"version two");
    let log = house.sandbox.requests();
    let at = |found: &dyn Fn(&sandbox::LoggedRequest) -> bool| log.iter().position(found);
    let sent = at(&|entry| entry.cid.as_deref() == Some(&new));
    let let_go = at(&|entry| entry.method == "DELETE");
    assert!(sent < let_go && sent.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_as_one_pin_gets_a_new_version_for_each_change() {
    let house = House::new().await;
    house.file("box/a.txt", b"a");
    house.file("box/sub/b.txt", b"b");
    house.file("box/.hidden", b"left out");
    let rules = WatchRules {
        unit: WatchUnit::Folder,
        on_change: OnChange::KeepLast { n: 2 },
        name: "{folder} v{version}".into(),
        ..quick()
    };
    let id = house.watch(&house.path("box"), rules).await;
    let first = house
        .until_card(id, |card| card.folder_cid.is_some())
        .await
        .folder_cid
        .expect("a CID");
    assert_eq!(
        house.service.served(&format!("{first}/sub/b.txt")).await,
        b"b"
    );
    assert_eq!(
        house.pin(&first).await.and_then(|pin| pin.name).as_deref(),
        Some("box v1")
    );
    let mut versions = vec![first.clone()];
    for n in 0..2 {
        house.file("box/a.txt", format!("a changed {n}").as_bytes());
        let last = versions.last().cloned();
        let card = house
            .until_card(id, |card| {
                card.folder_cid != last && card.state == WatchState::UpToDate
            })
            .await;
        versions.extend(card.folder_cid);
    }
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
            journal().iter().any(|row| row.state == UnpinState::Done)
        })
        .await;
    assert_eq!(journal().len(), 1, "two versions stay");
    assert_eq!(journal()[0].cid, first);
    assert_eq!(
        house
            .service
            .served(&format!("{}/a.txt", versions[2]))
            .await,
        b"a changed 1"
    );
    assert!(house.pin(&versions[1]).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_folder_takes_nothing_until_it_goes_on() {
    let house = House::new().await;
    let id = house.watch(&house.path("box"), quick()).await;
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    house
        .engine
        .watches
        .pause(id, PauseFor::Hour)
        .await
        .expect("pauses");
    house.file("box/a.txt", b"while paused");
    let card = house
        .until_card(id, |card| card.state == WatchState::Paused)
        .await;
    assert!(card.paused_until.is_some());
    assert_eq!(card.counts.all, 0);
    house.engine.watches.resume(id).await.expect("goes on");
    house.until_pinned(id, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_would_be_pinned_and_what_not_and_sends_nothing() {
    let house = House::new().await;
    for name in ["a.txt", "b.txt", "c.swp", ".DS_Store", "id_rsa", "big.bin"] {
        house.file(
            &format!("box/{name}"),
            &vec![b'x'; if name == "big.bin" { 5_000 } else { 10 }],
        );
    }
    let draft = house
        .engine
        .watches
        .draft(house.path("box"))
        .expect("a draft");
    let rules = WatchRules {
        largest: Some(1_000),
        ..quick()
    };
    let preview = house
        .engine
        .watches
        .preview(house.account, &draft.id, rules)
        .await
        .expect("a preview");
    assert_eq!((preview.files, preview.bytes, preview.secrets), (2, 20, 1));
    assert_eq!(preview.secret_examples, ["id_rsa"]);
    let reasons: Vec<&str> = preview
        .skipped
        .iter()
        .map(|skipped| skipped.reason.as_str())
        .collect();
    for reason in [
        "system files",
        "editors' swap and lock files",
        "larger than the rules take",
    ] {
        assert!(reasons.contains(&reason), "{reasons:?}");
    }
    assert!(preview.warning.contains("stays on this computer only"));
    assert!(
        house
            .sandbox
            .requests()
            .iter()
            .all(|entry| entry.method == "GET")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_inside_each_other_links_and_files_are_refused() {
    let house = House::new().await;
    house.file("box/sub/a.txt", b"a");
    house.watch(&house.path("box"), quick()).await;
    std::os::unix::fs::symlink(house.path("box"), house.path("link")).expect("links");
    for path in ["box", "box/sub", "box/sub/a.txt", "link", "nothing"] {
        let draft = house
            .engine
            .watches
            .draft(house.path(path))
            .expect("a draft");
        assert!(draft.refusal.is_some(), "{path}");
        let added = house
            .engine
            .watches
            .add(house.account, &draft.id, quick())
            .await;
        assert!(added.is_err(), "{path}");
    }
    let above = house.path("box").parent().expect("a folder").to_owned();
    assert!(
        house
            .engine
            .watches
            .draft(above)
            .expect("a draft")
            .refusal
            .is_some()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_written_as_csv_and_json() {
    let house = House::new().await;
    house.file("box/a, \"b\".txt", b"a");
    house.file("box/c.swp", b"c");
    let id = house.watch(&house.path("box"), quick()).await;
    house.until_pinned(id, 1).await;
    let write = |form| {
        let mut bytes = Vec::new();
        let rows = house
            .engine
            .watches
            .export(id, form, &mut bytes)
            .expect("writes");
        assert_eq!(rows, 2);
        String::from_utf8(bytes).expect("text")
    };
    let csv = write(ExportForm::Csv);
    assert!(
        csv.contains("\"a, \"\"b\"\".txt\",pinned,Verified.,1,"),
        "{csv}"
    );
    let json: serde_json::Value = serde_json::from_str(&write(ExportForm::Json)).expect("JSON");
    assert_eq!(json[1]["reason"], "Rule: editors' swap and lock files.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_finds_what_the_service_lost_and_what_changed_unseen_and_repairs_both() {
    let house = House::new().await;
    let changed = house.file("box/changed.txt", b"before");
    house.file("box/lost.txt", b"lost");
    let id = house.watch(&house.path("box"), quick()).await;
    let page = house.until_pinned(id, 2).await;
    let clean = house.engine.watches.audit(id).await.expect("compares");
    assert_eq!(clean.differences, []);
    let lost = page
        .rows
        .iter()
        .find(|row| row.path == "lost.txt")
        .and_then(|row| row.cid.clone())
        .expect("a CID");
    house.service.unpin(&lost).await;
    // Other bytes under the same size and time.
    let time = std::fs::metadata(&changed)
        .and_then(|data| data.modified())
        .expect("a time");
    let file = std::fs::File::options()
        .write(true)
        .open(&changed)
        .expect("opens");
    (&file).write_all(b"after!").expect("writes");
    file.set_modified(time).expect("sets the time");
    drop(file);
    let report = house.engine.watches.audit(id).await.expect("compares");
    let kinds: Vec<_> = report
        .differences
        .iter()
        .map(|found| (found.path.as_str(), found.kind))
        .collect();
    assert!(
        kinds.contains(&("lost.txt", DifferenceKind::NotAtService)),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&("changed.txt", DifferenceKind::OtherBytes)),
        "{kinds:?}"
    );
    for found in &report.differences {
        house
            .engine
            .watches
            .repair(id, found.id)
            .await
            .expect("repairs");
    }
    let page = house
        .until_ledger(id, |page| {
            page.counts.pinned == 2 && house.uploads_received() == 4
        })
        .await;
    for row in &page.rows {
        assert!(
            house
                .pin(row.cid.as_deref().expect("a CID"))
                .await
                .is_some()
        );
    }
    let after = page
        .rows
        .iter()
        .find(|row| row.path == "changed.txt")
        .and_then(|row| row.cid.clone());
    assert_eq!(
        house.service.served(&after.expect("a CID")).await,
        b"after!"
    );
}

use std::io::Write;

//! Options that change what is done, each by what comes of it.

use sandbox::{Fault, Gate, Kind, Route};
use serde_json::{Value, json};

use crate::house::{House, cid_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrapped_file_is_served_by_its_name_below_a_cid_of_either_version() {
    let house = House::with_account().await;
    let file = house.file("logo one.svg", b"<svg/>");
    for (version, begins) in [("0", "Qm"), ("1", "baf")] {
        let options = ["--wrap", "--cid-version", version, &file];
        let computed = cid_of(&house.done(&[&["cid"][..], &options].concat()));
        let added = cid_of(&house.done(&[&["add"][..], &options].concat()));
        assert_eq!(added, computed);
        assert!(added.starts_with(begins), "{added}");
        let served = house.served(&format!("{added}/logo%20one.svg")).await;
        assert_eq!(served, b"<svg/>");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_tried_again_by_number_and_all_at_once() {
    let house = House::with_account().await;
    let refuse = |times| {
        house.server.faults().push(Fault {
            route: Route::V3Upload,
            times,
            kind: Kind::status(400),
        });
    };
    refuse(2);
    let files = ["one", "two"].map(|name| house.file(name, name.as_bytes()));
    let (code, told) = house.code(&["add", &files[0], &files[1]]);
    assert_eq!(code, 1, "{told}");
    let open = |house: &House| house.objects(&["queue", "ls"], "upload");
    let waiting = open(&house);
    assert!(
        waiting.len() == 2 && waiting.iter().all(|it| it["state"] == "needs_you"),
        "{waiting:?}"
    );
    let (running, _) = house.stays(&["run"]);
    let number = waiting[0]["id"].to_string();
    let retried = house.objects(&["queue", "retry", &number], "upload");
    assert_ne!(retried[0]["state"], "needs_you", "{retried:?}");
    house.until("one is pinned", |house| open(house).len() == 1);
    house.done(&["queue", "retry"]);
    house.until("both are pinned", |house| open(house).is_empty());
    assert_eq!(house.objects(&["ls"], "pin").len(), 2);
    let (code, told) = house.code(&["queue", "retry", "4711"]);
    assert_eq!(code, 3, "{told}");
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_watched_by_the_rules_that_were_given() {
    let house = House::with_account().await;
    house.file("out/a.txt", b"one");
    house.file("out/.hidden.txt", b"hidden");
    house.file("out/left.tmp", b"left out");
    let watch = [
        "watch",
        "add",
        "out",
        "--name",
        "{stem} of {folder}",
        "--key",
        "year=2026",
        "--ignore",
        "*.tmp",
        "--hidden",
        "--cid-version",
        "0",
        "--versions",
        "1",
        "--unpin-after",
        "30",
        "--settle",
        "1",
    ];
    let added = house.objects(&watch, "folder");
    let rules = added[0]["rules"].to_string();
    assert!(rules.contains("30 days"), "{rules}");
    for wrong in [["--settle", "0"], ["--versions", "0"], ["--name", ""]] {
        let words = [&["watch", "add", "elsewhere"][..], &wrong].concat();
        let (code, told) = house.code(&words);
        assert!(code == 1 || code == 2, "{wrong:?}: {code} {told}");
    }
    let (running, _) = house.stays(&["run"]);
    let pinned = |house: &House| house.objects(&["ls", "--sort", "name"], "pin");
    house.until("both are pinned", |house| pinned(house).len() == 2);
    let found = pinned(&house);
    let names: Vec<&Value> = found.iter().map(|pin| &pin["name"]).collect();
    assert_eq!(names, [&json!(".hidden of out"), &json!("a of out")]);
    for pin in &found {
        assert_eq!(pin["keyvalues"]["year"], "2026", "{pin}");
        assert!(pin["cid"].as_str().is_some_and(|cid| cid.starts_with("Qm")));
    }
    // One version of each: the second takes the place of the first.
    let before = &found[1]["cid"];
    house.file("out/a.txt", b"two");
    house.until("the second version is pinned alone", |house| {
        let now = pinned(house);
        now.len() == 2 && now[1]["cid"] != *before
    });
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_command_leaves_no_empty_file_where_a_key_was_to_be() {
    let house = House::with_account().await;
    let gate = Gate::new();
    house.server.faults().push(Fault {
        route: Route::V3KeyCreate,
        times: 1,
        kind: Kind::Hold(gate.clone()),
    });
    let create = ["keys", "create", "ci", "--admin", "--to", "ci.token"];
    let creating = house.pinfold(&create).spawn();
    gate.arrived().await;
    assert!(house.path("home/ci.token").exists());
    let ended = creating.signalled(rustix::process::Signal::INT);
    assert_eq!(ended.status.code(), Some(130));
    assert!(!house.path("home/ci.token").exists());
    gate.open();
    house.done(&create);
    assert!(house.path("home/ci.token").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_kept_for_the_time_that_is_given_and_for_good_when_that_is_said() {
    let house = House::with_account().await;
    let file = house.file("a.txt", b"for a week");
    let cid = cid_of(&house.done(&["add", &file, "--expires", "7d"]));
    let expires = |house: &House| house.objects(&["show", &cid], "pin")[0]["expires_at"].clone();
    let at: jiff::Timestamp = expires(&house)
        .as_str()
        .expect("a time")
        .parse()
        .expect("RFC 3339");
    let days = (at.as_second() - jiff::Timestamp::now().as_second()) as f64 / 86_400.0;
    assert!((6.9..=7.0).contains(&days), "{at}");
    assert!(house.done(&["show", &cid]).contains("Expires"));
    house.done(&["edit", &cid, "--expires", "2999-12-31"]);
    assert_eq!(expires(&house), "3000-01-01T00:00:00Z");
    let (code, told) = house.code(&["edit", &cid, "--expires", "2020-01-01"]);
    assert!(code == 1 && told.contains("over already"), "{told}");
    house.done(&["edit", &cid, "--expires", "never"]);
    assert_eq!(expires(&house), Value::Null);
    let (code, told) = house.code(&["add", &file, "--expires", "soon"]);
    assert!(code == 2 && told.contains("7d"), "{told}");
}

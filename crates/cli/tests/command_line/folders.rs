//! Watched folders, from the first to the last command.

use crate::house::House;

fn states(house: &House) -> Vec<String> {
    house
        .objects(&["watch", "show", "out"], "file")
        .iter()
        .map(|file| file["state"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_watched_shown_paused_resumed_audited_and_let_go() {
    let house = House::with_account().await;
    house.file("out/first.txt", b"first");
    let out = house.path("home/out");
    let out = out.to_str().expect("text");
    // Alone: it is noted, and nothing is done yet.
    let added = house.objects(&["watch", "add", out, "--settle", "1"], "folder");
    assert_eq!(added[0]["name"], "out");
    let twice = house.code(&["watch", "add", out]);
    assert_eq!(twice.0, 1, "{}", twice.1);

    let (running, _) = house.stays(&["run"]);
    house.until("the file is pinned", |house| states(house) == ["pinned"]);
    let paused = house.objects(&["watch", "pause", "out"], "folder");
    assert_eq!(paused[0]["state"], "paused");
    house.file("out/second.txt", b"second");
    let resumed = house.objects(&["watch", "resume", "out"], "folder");
    assert_ne!(resumed[0]["state"], "paused");
    house.until("both are pinned", |house| {
        states(house) == ["pinned", "pinned"]
    });
    running.kill();

    // Alone again: what came while nobody watched is found, and nothing is changed for it.
    house.file("out/third.txt", b"third");
    let told = house.objects(&["watch", "audit", "out"], "file");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["path"], "third.txt");
    assert_eq!(told[0]["state"], "not_in_ledger");
    assert_eq!(house.objects(&["ls"], "pin").len(), 2);
    let (code, told) = house.code(&["watch", "rm", "elsewhere"]);
    assert_eq!(code, 3, "{told}");
    house.done(&["watch", "rm", "out"]);
    assert!(house.objects(&["watch", "ls"], "folder").is_empty());
    assert_eq!(house.objects(&["ls"], "pin").len(), 2);
}

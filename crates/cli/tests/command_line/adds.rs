//! Several `add`s at once: through whichever process they go, each byte is sent once.

use rustix::process::Signal;
use sandbox::{Gate, Kind, Route};
use serde_json::Value;

use crate::house::{House, cid_of};

/// Bytes beside the content of a request: heads of parts, names and key-values.
const BESIDE: u64 = 4_096;

fn bytes(seed: u32, count: u32) -> Vec<u8> {
    (0..count)
        .map(|n| n.wrapping_mul(n.wrapping_add(seed)).to_le_bytes()[1])
        .collect()
}

/// Bytes of all uploads that the service read, by its own log.
fn received(house: &House) -> u64 {
    let log = house.service().log();
    let uploads = log.iter().filter(|entry| {
        let path = entry["path"].as_str().unwrap_or_default();
        matches!(entry["method"].as_str(), Some("POST" | "PATCH"))
            && (path.contains("/files") || path.contains("/pinning/pinFile"))
    });
    uploads.filter_map(|entry| entry["received"].as_u64()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_that_is_done_goes_only_once_what_others_send_through_it_is_sent() {
    let house = House::with_account().await;
    let faults = house.server.faults();
    let sizes = [30_000, 900_000, 40_000_u32];
    let [first, second, third] =
        sizes.map(|size| house.file(&format!("{size}.raw"), &bytes(size, size)));
    let [before_the_first, in_the_second] = [Gate::new(), Gate::new()];
    faults.once(Route::V3Upload, Kind::Hold(before_the_first.clone()));
    faults.once(
        Route::V3Upload,
        Kind::HoldAfterBytes(400_000, in_the_second.clone()),
    );

    let mut holder = house.pinfold(&["add", &first]).spawn();
    before_the_first.arrived().await;
    let follower = house.pinfold(&["add", &second]).spawn();
    in_the_second.arrived().await;
    before_the_first.open();
    let printed = holder.line();
    assert!(printed.contains("verified"), "{printed}");
    let word = holder.word();
    assert!(word.contains("another command"), "{word}");
    // What comes now begins with whoever holds the folder next.
    let late = house.pinfold(&["--json", "add", &third]).spawn();
    in_the_second.open();

    let follower = follower.ends();
    assert_eq!(follower.status.code(), Some(0));
    assert_eq!(late.ends().status.code(), Some(0));
    assert_eq!(holder.ends().status.code(), Some(0));
    let sum: u64 = sizes.iter().map(|size| u64::from(*size)).sum();
    let received = received(&house);
    assert!(
        received >= sum && received <= sum + 3 * BESIDE,
        "{received}"
    );
    let stored = house.service().stored();
    assert!(stored.len() == 3 && stored.values().all(|times| *times == 1));
    let cid = cid_of(&String::from_utf8_lossy(&follower.stdout));
    assert_eq!(house.served(&cid).await, bytes(sizes[1], sizes[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_that_waits_for_what_others_send_ends_at_ctrl_c_with_its_own_code() {
    let house = House::with_account().await;
    let faults = house.server.faults();
    let (first, second) = (
        house.file("first", b"first"),
        house.file("second", &bytes(7, 300_000)),
    );
    let [before_the_first, in_the_second] = [Gate::new(), Gate::new()];
    faults.once(Route::V3Upload, Kind::Hold(before_the_first.clone()));
    faults.once(
        Route::V3Upload,
        Kind::HoldAfterBytes(100_000, in_the_second.clone()),
    );
    let mut holder = house.pinfold(&["add", &first]).spawn();
    before_the_first.arrived().await;
    let follower = house.pinfold(&["add", &second]).spawn();
    in_the_second.arrived().await;
    before_the_first.open();
    holder.line();
    assert!(holder.word().contains("Ctrl-C"));
    let ended = holder.signalled(Signal::INT);
    assert_eq!(ended.status.code(), Some(0));
    in_the_second.open();
    assert_eq!(follower.ends().status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_that_waits_says_why_once_and_tells_only_what_changed() {
    let mut house = House::with_account().await;
    house.moves_elsewhere("another-token").await;
    let file = house.file("waits.txt", b"nobody takes it");
    let mut waiting = house.pinfold(&["add", &file]).spawn();
    let word = waiting.word();
    assert!(
        word.starts_with("waits.txt: ") && word.contains("cannot be reached"),
        "{word}"
    );
    // Beside it: it is asked again and again, and each time the reason is the same.
    let mut beside = house.pinfold(&["--json", "queue", "watch"]).spawn();
    let mut lines = Vec::new();
    let held = |lines: &[Value]| lines.iter().filter(|it| it["reason"] == "offline").count();
    while held(&lines) < 3 {
        lines.push(serde_json::from_str::<Value>(&beside.line()).expect("JSON"));
    }
    beside.kill();
    let idle = lines
        .iter()
        .filter(|line| line["kind"] == "progress" && line["total"] == 0);
    assert!(idle.count() <= 1, "{lines:?}");
    let ended = waiting.signalled(Signal::INT);
    assert_eq!(ended.status.code(), Some(130));
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(told, word);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_that_is_stopped_leaves_its_upload_in_the_queue_which_is_sent_once_later() {
    let house = House::with_account().await;
    let content = bytes(3, 300_000);
    let file = house.file("stopped.raw", &content);
    let gate = Gate::new();
    let held = Kind::HoldAfterBytes(100_000, gate.clone());
    house.server.faults().once(Route::V3Upload, held);
    let adding = house.pinfold(&["add", &file]).spawn();
    gate.arrived().await;
    let stopped = adding.signalled(Signal::INT);
    assert_eq!(stopped.status.code(), Some(130));
    gate.open();
    let queued = house.objects(&["queue", "ls"], "upload");
    assert_eq!(queued[0]["name"], "stopped.raw");

    let (running, _) = house.stays(&["run"]);
    house.until("the queue is empty", |house| {
        house.objects(&["queue", "ls"], "upload").is_empty()
    });
    assert_eq!(running.terminate().0, 0);
    let stored = house.service().stored();
    assert!(
        stored.len() == 1 && stored.values().all(|times| *times == 1),
        "{stored:?}"
    );
    let cid = stored.keys().next().expect("a CID");
    assert_eq!(house.served(cid).await, content);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_names_accounts_and_tells_where_nothing_works_on_it() {
    const NOBODY: &str = "Nothing works on the queue now: `pinfold run` does.";
    let house = House::with_account().await;
    let file = house.file("one", b"of the first account");
    let (code, told) = house.code(&["add", "--no-wait", &file]);
    assert_eq!((code, told.trim()), (0, NOBODY));
    assert!(!house.done(&["queue", "ls"]).contains("ACCOUNT"));
    house.done(&["account", "add", "--sandbox"]);
    let other = house.file("two", b"of the other account");
    house.done(&["--account", "Sandbox", "add", "--no-wait", &other]);

    let listed = house.objects(&["queue", "ls"], "upload");
    let accounts: Vec<&str> = listed
        .iter()
        .filter_map(|it| it["account"].as_str())
        .collect();
    assert_eq!(accounts, ["here", "Sandbox"]);
    let table = house.done(&["queue", "ls"]);
    assert!(
        table.contains("ACCOUNT") && table.contains("  Sandbox  "),
        "{table}"
    );
    assert!(
        !house
            .done(&["--account", "here", "queue", "ls"])
            .contains("ACCOUNT")
    );
    assert!(house.code(&["queue", "ls"]).1.contains(NOBODY));
    house.done(&["queue", "pause", "1"]);
    assert!(house.code(&["queue", "resume", "1"]).1.contains(NOBODY));
    // Beside one that stays nothing is said.
    house.done(&["queue", "pause"]);
    let (_running, _) = house.stays(&["run"]);
    assert_eq!(house.code(&["queue", "ls"]).1, "");
}

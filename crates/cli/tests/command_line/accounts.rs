//! Accounts of the built-in service, and the built-in service as one of its own.

use crate::house::{House, cid_of};

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_service_needs_no_token_and_is_there_at_the_next_start() {
    let house = House::new().await;
    house.done(&["account", "add", "--sandbox"]);
    let file = house.file("mine.txt", b"on this computer only");
    let cid = cid_of(&house.done(&["add", &file]));
    let shown = house.objects(&["show", &cid], "pin");
    assert_eq!(shown[0]["name"], "mine.txt");
    assert_eq!(shown[0]["link"], serde_json::Value::Null);
    let (code, told) = house.code(&["keys", "create", "x", "--admin"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("needs no other"), "{told}");
    house.done(&["rm", "--yes", &cid]);
    assert!(house.objects(&["ls"], "pin").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_of_the_command_line_is_an_account_like_any_other() {
    let house = House::new().await;
    let data = house.path("home/service");
    let data = data.to_str().expect("text");
    let (serving, line) = house.stays(&["--json", "sandbox", "--data", data]);
    let told: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let text = |name: &str| told[name].as_str().expect("text");
    let adding = [
        "account",
        "add",
        "--name",
        "there",
        "--api",
        text("api"),
        "--gateway",
        text("gateway"),
    ];
    let mut adding = house.pinfold(&adding);
    adding.env("PINFOLD_TOKEN_FILE", text("token_file"));
    assert!(adding.status().expect("starts").success());
    house.done(&["account", "add", "--sandbox"]);
    let file = house.file("there.txt", b"there");
    house.done(&["--account", "there", "add", &file]);
    assert_eq!(house.objects(&["--account", "there", "ls"], "pin").len(), 1);
    let accounts = house.objects(&["account", "ls"], "account");
    let other = accounts.iter().find(|it| it["label"] != "there");
    let other = other.expect("the built-in one")["label"].as_str();
    let other = other.expect("text").to_owned();
    house.done(&["account", "use", &other]);
    assert!(house.objects(&["ls"], "pin").is_empty());
    house.done(&["queue", "pause", "--for", "hour"]);
    let file = house.file("waits.txt", b"it waits");
    house.done(&["--account", "there", "add", "--no-wait", &file]);
    let waiting = ["ls", "--status", "queued,pinning,failed"];
    assert!(house.objects(&waiting, "pin").is_empty());
    let there: Vec<&str> = ["--account", "there"].into_iter().chain(waiting).collect();
    assert_eq!(house.objects(&there, "pin").len(), 1);
    house.done(&["account", "rm", "there", "--yes"]);
    assert_eq!(house.objects(&["account", "ls"], "account").len(), 1);
    let (code, rest) = serving.terminate();
    assert_eq!(code, 0, "{rest}");
}

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
    let adding = house.pinfold(&adding);
    let adding = adding.env("PINFOLD_TOKEN_FILE", text("token_file"));
    assert!(adding.output().status.success());
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
    let own = std::path::Path::new(text("token_file"));
    let token = std::fs::read_to_string(own).expect("text");
    house.was_not_written_or_told(token.trim(), &[own]);
}

/// A file of mode 0600 with a new key of everything.
fn new_key(house: &House, name: &str) -> std::path::PathBuf {
    let file = house.path(name);
    let to = file.to_str().expect("text");
    house.done(&[
        "--account",
        "here",
        "keys",
        "create",
        name,
        "--admin",
        "--to",
        to,
    ]);
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_is_replaced_and_the_queue_goes_on_with_the_new_one() {
    let house = House::with_account().await;
    let (first, second) = (new_key(&house, "first"), new_key(&house, "second"));
    let with = |file: &std::path::Path, arguments: &[&str]| {
        let output = house
            .pinfold(arguments)
            .env("PINFOLD_TOKEN_FILE", file)
            .output();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap_or(-1), told, printed)
    };
    let mut adding = house.adding();
    adding[3] = "work".into();
    let adding: Vec<&str> = adding.iter().map(String::as_str).collect();
    assert_eq!(with(&first, &adding).0, 0);
    let file = house.file("waits.txt", b"it waits");
    house.done(&["--account", "work", "add", "--no-wait", &file]);
    house.done(&[
        "--account",
        "here",
        "keys",
        "revoke",
        "first",
        "--yes",
        "--in-use",
    ]);
    let (running, _) = house.stays(&["run"]);
    let (code, told) = house.code(&["account", "test", "work"]);
    assert_eq!(code, 5, "{told}");

    // One that is refused as well changes nothing.
    let (code, told, _) = with(&first, &["account", "key", "work"]);
    assert!(code == 5 && told.contains("does not accept"), "{told}");
    let (code, told, _) = with(&second, &["account", "key", "nobody"]);
    assert_eq!(code, 3, "{told}");
    let (code, told, printed) = with(&second, &["--json", "account", "key", "work"]);
    assert_eq!(code, 0, "{told}");
    assert!(printed.contains(r#""label":"work""#), "{printed}");
    house.until("it is pinned with the new key", |house| {
        let pins = house.objects(&["--account", "work", "ls"], "pin");
        pins.iter().any(|pin| pin["name"] == "waits.txt")
    });
    running.kill();
    // At the next start, too; and the other account keeps its own.
    house.done(&["account", "test", "work"]);
    house.done(&["account", "test", "here"]);
    assert_eq!(house.objects(&["account", "ls"], "account").len(), 2);
    for file in [&first, &second] {
        let token = std::fs::read_to_string(file).expect("text");
        house.was_not_written_or_told(token.trim(), &[&first, &second]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_renamed_and_its_test_says_what_the_key_may_and_may_not() {
    let house = House::with_account().await;
    let all = house.objects(&["account", "test", "here"], "account");
    let may = all[0]["may"].as_array().expect("a list");
    assert!(may.contains(&"Upload files".into()), "{may:?}");
    assert_eq!(all[0]["may_not"], serde_json::json!([]));

    let file = house.path("reader");
    let to = file.to_str().expect("text");
    house.done(&[
        "keys",
        "create",
        "reader",
        "--scope",
        "org:files:read",
        "--to",
        to,
    ]);
    let mut adding = house.adding();
    adding[3] = "reader".into();
    let adding = house.pinfold(&adding);
    let adding = adding.env("PINFOLD_TOKEN_FILE", &file);
    assert!(adding.output().status.success());
    let told = house.done(&["account", "test", "reader"]);
    assert!(
        told.contains("Upload files") && told.contains("org:files:write"),
        "{told}"
    );

    let renamed = house.objects(&["account", "rename", "reader", "Only reads"], "account");
    assert_eq!(renamed[0]["label"], "Only reads");
    house.done(&["--account", "only reads", "ls"]);
    let (code, told) = house.code(&["account", "rename", "Only reads", "here"]);
    assert!(code == 1 && told.contains("already"), "{told}");
    let (code, told) = house.code(&["account", "rename", "reader", "x"]);
    assert_eq!(code, 3, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_upload_with_which_nothing_can_be_done_is_told_and_the_code_is_not_0() {
    let house = House::with_account().await;
    house.done(&["add", &house.file("a.txt", b"a")]);
    house.done(&["queue", "pause", "--for", "hour"]);
    house.done(&["add", "--no-wait", &house.file("b.txt", b"b")]);
    let rows = house.objects(&["queue", "ls", "--all"], "upload");
    let number = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name);
        row.expect("a row")["id"].to_string()
    };
    let (pinned, open) = (number("a.txt"), number("b.txt"));
    // One that is not there: nothing is done with the others either.
    let (code, told) = house.code(&["queue", "cancel", &open, "4711"]);
    assert_eq!(code, 3, "{told}");
    assert_eq!(house.objects(&["queue", "ls"], "upload").len(), 1);
    // One that is pinned: the other is cancelled, and what was not done is said.
    let (code, told) = house.code(&["queue", "cancel", &pinned, &open]);
    assert_eq!(code, 1, "{told}");
    let kept = format!("Upload {pinned} is left as it is. Pinned");
    assert!(told.contains(&kept), "{told}");
    assert!(house.objects(&["queue", "ls"], "upload").is_empty());
    // What is so already is done; what is over does not go on.
    house.done(&["queue", "cancel", &open]);
    let (code, told) = house.code(&["queue", "resume", &open]);
    assert!(code == 1 && told.contains("is left as it is"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_of_the_queue_of_one_account_leaves_the_others_alone() {
    let house = House::with_account().await;
    let mut adding = house.adding();
    adding[3] = "there".into();
    house.done(&adding);
    for (account, name) in [("here", "a.txt"), ("there", "b.txt"), ("there", "c.txt")] {
        let file = house.file(name, name.as_bytes());
        house.done(&["--account", account, "add", "--no-wait", &file]);
    }
    let of = |account: &str, state: &str| {
        let listed = ["--account", account, "queue", "ls", "--all"];
        let ended =
            |row: &serde_json::Value| row["state"] == "paused" || row["state"] == "cancelled";
        let rows = house.objects(&listed, "upload").into_iter();
        let rows = rows.filter(|row| row["state"] == state || state == "open" && !ended(row));
        rows.map(|row| row["id"].to_string()).collect::<Vec<_>>()
    };
    let (here, there) = (of("here", "open"), of("there", "open"));
    assert_eq!((here.len(), there.len()), (1, 2), "{here:?} {there:?}");
    assert_eq!(house.objects(&["queue", "ls"], "upload").len(), 3);
    assert_eq!(
        house
            .objects(&["--account", "there", "queue", "pause"], "upload")
            .len(),
        2
    );
    assert_eq!(
        (of("here", "paused").len(), of("there", "paused").len()),
        (0, 2)
    );
    house.done(&["--account", "there", "queue", "resume"]);
    assert_eq!(of("there", "paused").len(), 0);
    let (code, told) = house.code(&["--account", "here", "queue", "cancel", &there[0]]);
    assert!(code == 3 && told.contains("here"), "{told}");
    let (code, told) = house.code(&["--account", "here", "queue", "pause", "--for", "hour"]);
    assert_eq!(code, 2, "{told}");
    house.done(&["--account", "here", "queue", "cancel", "--all"]);
    assert_eq!(
        (of("here", "cancelled"), of("there", "open")),
        (here, there)
    );
}

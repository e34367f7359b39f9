//! The real program over a real service: its own folders, a token in a file, and no keychain.

#![expect(
    clippy::disallowed_methods,
    reason = "a stranger's client, and files of the test's own"
)]

mod accounts;
mod adds;
mod folders;
mod full;
mod groups;
mod house;
mod jobs;
mod keys;
mod kinds;
mod leaks;
mod left_out;
mod limits;
mod links;
mod manual;
mod named;
mod networks;
mod options;
mod private;
mod processes;
mod said;
mod secrets;
mod stderr;
mod takeover;
mod tokens;
mod waiting;

use std::path::Path;

use serde_json::Value;

use house::{House, cid_of};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_is_served_with_the_same_bytes_found_changed_and_unpinned() {
    let house = House::with_account().await;
    let bytes: Vec<u8> = (0..300_000_u32)
        .map(|n| n.wrapping_mul(n).to_le_bytes()[1])
        .collect();
    let file = house.file("photo one.raw", &bytes);
    let printed = house.done(&["add", &file, "--key", "year=2026"]);
    let cid = cid_of(&printed);
    assert!(printed.contains("verified"), "{printed}");
    assert_eq!(house.served(&cid).await, bytes);
    assert_eq!(cid, cid_of(&house.done(&["cid", &file])));

    house.file("site/index.html", b"<p>here</p>");
    let site = house.file("site/deep/er/a b.txt", b"below");
    let site = Path::new(&site).ancestors().nth(3).expect("the site");
    let folder = cid_of(&house.done(&["add", site.to_str().expect("text")]));
    assert_eq!(
        house.served(&format!("{folder}/index.html")).await,
        b"<p>here</p>"
    );
    assert_eq!(
        house.served(&format!("{folder}/deep/er/a%20b.txt")).await,
        b"below"
    );

    let piped = house.pinfold(&["add", "-", "--name", "from a pipe"]);
    let piped = piped.fed(b"through a pipe");
    let told = String::from_utf8_lossy(&piped.stderr).into_owned();
    assert!(piped.status.success(), "{told}");
    let from_pipe = cid_of(&String::from_utf8_lossy(&piped.stdout));
    assert_eq!(house.served(&from_pipe).await, b"through a pipe");
    let spool = house.path("data/pinfold/spool");
    assert_eq!(std::fs::read_dir(spool).expect("a folder").count(), 0);

    let names = |found: Vec<Value>| -> Vec<String> {
        let name = |it: &Value| it["name"].as_str().unwrap_or("").to_owned();
        found.iter().map(name).collect()
    };
    let by_name = names(house.objects(&["ls", "--sort", "name"], "pin"));
    assert_eq!(by_name, ["from a pipe", "photo one.raw", "site"]);
    assert_eq!(
        names(house.objects(&["ls", "--key", "year=2026"], "pin")),
        ["photo one.raw"]
    );
    assert_eq!(names(house.objects(&["ls", &folder], "pin")), ["site"]);
    assert_eq!(house.done(&["ls", "-q", "photo"]).trim(), cid);

    house.done(&[
        "edit",
        "photo one.raw",
        "--name",
        "a\u{1b}[2Jb",
        "--key",
        "seen=yes",
        "--remove-key",
        "year",
    ]);
    let shown = house.objects(&["show", &cid], "pin");
    assert_eq!(shown[0]["name"], "a\u{1b}[2Jb");
    assert_eq!(shown[0]["keyvalues"], serde_json::json!({ "seen": "yes" }));
    assert!(!house.done(&["ls"]).contains('\u{1b}'));
    assert!(!house.done(&["ls", "--json"]).contains('\u{1b}'));

    house.done(&[
        "edit",
        &cid,
        "site",
        "--rename",
        "=Print {n}",
        "--key",
        "a=1,\"2\"",
    ]);
    let table = house.done(&["ls", "--csv", "--sort", "name"]);
    let lines: Vec<&str> = table.split("\r\n").collect();
    assert!(lines[0].starts_with("name,cid,size,"), "{table}");
    assert!(lines[1].starts_with("'=Print 1,") && lines[2].starts_with("'=Print 2,"));
    assert!(lines[2].contains(r#""{""a"":""1,\""2\""""}""#), "{table}");
    let (code, told) = house.code(&["edit", &cid, "=Print 2", "--name", "x"]);
    assert_eq!(code, 2, "{told}");

    house.done(&["rm", "--yes", &cid, "=Print 2"]);
    assert_eq!(names(house.objects(&["ls"], "pin")), ["from a pipe"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn cids_are_computed_without_an_account_a_network_or_a_data_folder() {
    let house = House::new().await;
    let (empty, hello) = (
        house.file("empty", b""),
        house.file("hello", b"hello world\n"),
    );
    let printed = house.done(&["cid", &empty]);
    assert_eq!(
        cid_of(&printed),
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    );
    let printed = house.done(&["cid", "--cid-version", "0", &hello]);
    assert_eq!(
        cid_of(&printed),
        "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"
    );
    let printed = house.pinfold(&["cid", "-"]).fed(b"hello world").stdout;
    assert_eq!(
        cid_of(&String::from_utf8_lossy(&printed)),
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
    );
    assert!(!house.path("data/pinfold").exists());
    let (code, told) = house.code(&["cid", "not-there"]);
    assert_eq!(code, 3, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_has_its_own_code_and_says_what_to_do() {
    let mut house = House::new().await;
    let failed = |arguments: &[&str], code: i32, words: &str| {
        let (is, told) = house.code(arguments);
        assert_eq!(is, code, "{arguments:?}: {told}");
        assert!(told.contains(words), "{arguments:?}: {told}");
        assert!(!told.contains("panicked"), "{told}");
    };
    failed(&[], 2, "Usage");
    failed(&["fly"], 2, "fly");
    failed(&["add"], 2, "PATH");
    failed(&["add", "x", "--key", "=1"], 2, "KEY=VALUE");
    failed(&["add", "-", "other"], 2, "exactly one path");
    failed(&["edit", "x"], 2, "--name");
    failed(&["account", "add", "--sandbox", "--name", "x"], 2, "--name");
    failed(&["ls"], 1, "Connect a service");
    let adding = house.adding();
    let adding: Vec<&str> = adding.iter().map(String::as_str).collect();
    house.token_file(0o644);
    failed(&adding, 5, "chmod 600");
    house.token_file(0o600);
    std::fs::write(house.path("token"), "another-token").expect("writes");
    failed(&adding, 5, "does not accept this token");
    house.token_file(0o600);
    let long = "x".repeat(81);
    let named = adding
        .iter()
        .map(|word| if *word == "here" { &long } else { *word });
    failed(&named.collect::<Vec<_>>(), 1, "1 to 80");
    house.done(&adding);
    failed(&adding, 1, "already");
    failed(&["--account", "there", "ls"], 3, "There are: here");
    failed(&["show", "nothing of the kind"], 3, "nothing of the kind");
    failed(&["add", "not-there"], 1, "Nothing was queued");
    let many: Vec<String> = (0..201)
        .map(|number| house.file(&format!("many/{number}"), b"one of many"))
        .collect();
    let many = many.iter().map(String::as_str);
    let and_one: Vec<&str> = std::iter::once("add")
        .chain(many)
        .chain(["not-there"])
        .collect();
    failed(&and_one, 1, "Nothing was queued");
    let secret = house.file(".env", b"KEY=1");
    failed(&["add", &secret], 5, "--allow=.env");
    house.file("site/index.html", b"a site");
    house.file("site/.git/HEAD", b"ref: refs/heads/main");
    let site = house.path("home/site");
    let site = site.to_str().expect("text");
    failed(&["add", site], 5, "--ignore=.git/");
    house.done(&["add", site, "--ignore=.git/"]);
    let file = house.file("plain", b"plain");
    house.done(&["add", &file]);
    failed(&["rm", "plain"], 2, "--yes");
    house.done(&["account", "test", "here"]);

    let mut listing = house.pinfold(&["ls"]).spawn();
    listing.nobody_reads();
    assert!(listing.ends().status.success());
    let help = house.done(&["--help"]);
    assert!(help.contains("Exit codes"), "{help}");
    assert!(house.done(&["completions", "bash"]).contains("pinfold"));
    assert!(house.done(&["man"]).contains(".TH pinfold"));

    house.moves_elsewhere("other").await;
    let (code, told) = house.code(&["ls"]);
    assert_eq!(code, 4, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_beside_the_one_that_runs_and_take_over_when_it_dies() {
    let house = House::with_account().await;
    let folder = house.path("home/watched");
    std::fs::create_dir(&folder).expect("creates");
    let folder = folder.to_str().expect("text");
    house.done(&["watch", "add", folder, "--settle", "1"]);
    let (running, line) = house.stays(&["run"]);
    assert!(line.contains("1 watched folders"), "{line}");

    // Beside it: what lands in the folder is pinned there, and what is added here goes through its socket.
    house.file("watched/landed.txt", b"landed");
    let file = house.file("beside.txt", b"beside it");
    let beside = cid_of(&house.done(&["add", &file]));
    assert_eq!(house.served(&beside).await, b"beside it");
    house.until("the watched file is pinned", |house| {
        let files = house.objects(&["watch", "show", "watched"], "file");
        files.iter().any(|file| file["state"] == "pinned")
    });
    let paused = house.objects(&["watch", "pause", "watched", "--for", "hour"], "folder");
    assert_eq!(paused[0]["state"], "paused");

    // A follower takes over when the holder is killed, and others are answered by it.
    let queued = house.file("queued.txt", b"queued");
    house.done(&["add", "--no-wait", &queued]);
    let (following, _) = house.stays(&["--json", "queue", "watch"]);
    running.kill();
    house.until("the queue is empty", |house| {
        house.objects(&["queue", "ls"], "upload").is_empty()
    });
    following.kill();
    let after = house.file("after.txt", b"after it died");
    let after = cid_of(&house.done(&["add", &after]));
    assert_eq!(house.served(&after).await, b"after it died");
    let pins = house.objects(&["ls", "-q"], "pin");
    assert_eq!(pins.len(), 4, "{pins:?}");

    let (running, _) = house.stays(&["run"]);
    let (code, rest) = running.terminate();
    assert_eq!(code, 0, "{rest}");
    assert!(rest.contains("Stopped"), "{rest}");
}

//! Numbers and dates as they are written in arguments, and what a service makes of them.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::house::{House, cid_of};

const VALUES: [&str; 6] = [
    "--key",
    "edition:=5",
    "--key",
    "day@=2026-05-31",
    "--key",
    "code=5",
];

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_dates_are_kept_by_an_older_key_and_sent_as_text_where_only_text_is_kept() {
    let house = House::with_account().await;
    let made = house.objects(&["keys", "create", "older", "--admin"], "made_key");
    let text = |name: &str| made[0][name].as_str().expect("text").to_owned();

    // The newer API keeps text, and that is said.
    let newer = house.file("newer.txt", b"newer");
    let output = house.output(&[&["add", &newer][..], &VALUES].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("keeps key-values as text"), "{told}");
    assert!(told.contains("Sent as text: edition."), "{told}");
    let cid = cid_of(&String::from_utf8_lossy(&output.stdout));
    let day = "2026-05-31T00:00:00.000Z";
    let kept = |house: &House, cid: &str| {
        let shown = house.objects(&["show", cid], "pin");
        shown[0]["keyvalues"].clone()
    };
    assert_eq!(
        kept(&house, &cid),
        json!({"edition": "5", "day": day, "code": "5"})
    );

    // Of the older pair a number is one, also after its pin was renamed.
    house.done(&["account", "rm", "here", "--yes"]);
    let pair = house.path("pair");
    std::fs::write(&pair, format!("{}\n{}\n", text("key"), text("secret"))).expect("writes");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&pair, private).expect("sets");
    let mut adding = house.adding();
    adding.push("--pair".into());
    let adding = house.pinfold(&adding);
    let added = adding.env("PINFOLD_TOKEN_FILE", &pair).output();
    assert!(added.status.success());
    let older = house.file("older.txt", b"older");
    let output = house.output(&[&["add", &older][..], &VALUES].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!told.contains("as text"), "{told}");
    let cid = cid_of(&String::from_utf8_lossy(&output.stdout));
    house.done(&["edit", &cid, "--name", "renamed.txt", "--key", "sold:=true"]);
    assert_eq!(
        kept(&house, &cid),
        json!({"edition": 5, "day": day, "code": "5", "sold": true})
    );
    let count = |words: &[&str]| house.objects(&[&["ls"][..], words].concat(), "pin").len();
    assert_eq!(
        count(&["--key", "day>=2026-05-31", "--key", "edition<6"]),
        2
    );
    assert_eq!(count(&["--key", "sold=True"]), 0);
    assert_eq!(count(&["--key", "SOLD=True", "--any-case"]), 1);
    assert_eq!(count(&["--mime", "text/plain"]), 2);
    assert_eq!(count(&["--mime", "text"]), 0);
    // A key of the older API alone cannot ask for what has no CID yet.
    let (code, told) = house.code(&["ls", "--cid-pending"]);
    assert_eq!(code, 5, "{told}");
    for wrong in ["edition:=five", "day@=soon"] {
        let (code, told) = house.code(&["edit", &cid, "--key", wrong]);
        assert_eq!(code, 2, "{told}");
    }
}

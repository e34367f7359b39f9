//! API keys: made once, used, listed and revoked; and tokens from wherever they are.

use std::os::unix::fs::PermissionsExt;

use crate::house::{House, objects_in};

/// Everything that one can do with keys, whoever answers. Answers the secret token that was printed.
fn keys_are_made_and_revoked(house: &House) -> String {
    let file = house.path("made");
    let to = file.to_str().expect("text");
    let made = house.objects(
        &[
            "keys",
            "create",
            "reader",
            "--scope",
            "org:files:read",
            "--scope",
            "pinList",
            "--uses",
            "500",
            "--to",
            to,
        ],
        "made_key",
    );
    assert_eq!(made[0]["token"], serde_json::Value::Null);
    let mode = std::fs::metadata(&file)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let reader = std::fs::read_to_string(&file).expect("text");
    let twice = house.code(&["keys", "create", "reader", "--admin", "--to", to]);
    assert_eq!(twice.0, 1, "{}", twice.1);
    assert_eq!(std::fs::read_to_string(&file).expect("text"), reader);

    let shown = house.objects(&["keys", "create", "printed", "--admin"], "made_key");
    let text = |name: &str| shown[0][name].as_str().expect("text").to_owned();
    let (key, secret, token) = (text("key"), text("secret"), text("token"));

    // Both work: the one as a token in a file, the other as the older pair.
    let adding = |file: &std::path::Path, words: &[&str]| {
        let mut arguments = house.adding();
        arguments.extend(words.iter().map(|word| (*word).to_owned()));
        let command = house.pinfold(&arguments);
        let output = command.env("PINFOLD_TOKEN_FILE", file).output();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
    };
    house.done(&["account", "rm", "here", "--yes"]);
    let pair = house.path("pair");
    std::fs::write(&pair, format!("{key}\n{secret}\n")).expect("writes");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&pair, private).expect("sets");
    adding(&pair, &["--pair"]);
    let by_pair = house.file("by-pair.txt", b"by key and secret");
    house.done(&["add", &by_pair]);
    house.done(&["account", "rm", "here", "--yes"]);
    adding(&file, &[]);
    assert_eq!(house.objects(&["ls"], "pin").len(), 1);
    house.done(&["account", "rm", "here", "--yes"]);
    house.done(&house.adding());

    let listed = house.objects(&["keys", "ls"], "key");
    let names: Vec<_> = listed.iter().map(|key| &key["name"]).collect();
    assert!(names.contains(&&"reader".into()), "{names:?}");
    assert_eq!(house.objects(&["keys", "ls", "print"], "key").len(), 1);
    let (code, told) = house.code(&["keys", "revoke", "reader"]);
    assert_eq!(code, 2, "{told}");
    let gone = house.objects(&["keys", "revoke", "reader", &key, "--yes"], "key");
    assert_eq!(gone.len(), 2);
    let good = house.objects(&["keys", "ls", "--shown", "good"], "key");
    assert!(
        good.iter()
            .all(|it| it["name"] != "reader" && it["key"] != *key)
    );
    let (code, told) = house.code(&["keys", "revoke", "reader", "--yes"]);
    assert_eq!(code, 3, "{told}");
    let (code, told) = house.code(&["keys", "create", "x", "--scope", "everything"]);
    assert_eq!(code, 2, "{told}");
    for secret in [reader.trim(), &secret, &token] {
        house.was_not_written(secret, &[&file, &pair]);
    }
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_once_used_listed_and_revoked() {
    let house = House::with_account().await;
    keys_are_made_and_revoked(&house);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_beside_the_one_that_runs_without_telling_it_their_secrets() {
    let house = House::with_account().await;
    let (running, _) = house.stays(&["run"]);
    let token = keys_are_made_and_revoked(&house);
    let (code, rest) = running.terminate();
    assert_eq!(code, 0);
    assert!(!rest.contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_systemd_is_read_anew_at_every_start() {
    let house = House::new().await;
    let folder = house.path("credentials");
    std::fs::create_dir(&folder).expect("creates");
    std::fs::rename(house.path("token"), folder.join("work")).expect("moves");
    house.may_hold("credentials/work");
    let mut adding = house.adding();
    adding.extend(["--credential".to_owned(), "work".to_owned()]);
    let with = |arguments: &[String]| {
        house
            .pinfold(arguments)
            .env_remove("PINFOLD_TOKEN_FILE")
            .env("CREDENTIALS_DIRECTORY", &folder)
            .output()
    };
    assert!(with(&adding).status.success());
    let file = house.file("with-credential", b"with a credential");
    let added = with(&["--json".to_owned(), "add".to_owned(), file]);
    let printed = String::from_utf8_lossy(&added.stdout).into_owned();
    assert!(added.status.success(), "{printed}");
    let last = objects_in(&printed, "upload").pop().expect("an upload");
    assert_eq!(last["state"], "pinned");

    // Without the folder there is no token: the account waits for it, and nothing is lost.
    let (code, told) = house.code(&["ls"]);
    assert_eq!(code, 5, "{told}");
}

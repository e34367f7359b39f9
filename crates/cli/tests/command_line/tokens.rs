//! Tokens in files and credentials, where there is no keychain: what is wrong with one is what people are told.

use std::os::unix::fs::PermissionsExt;

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_token_file_is_said_by_each_command_that_needs_it() {
    let house = House::with_account().await;
    let file = house.file("waits.txt", b"waits");
    let token = house.path("token");
    let says = |words: &str| {
        for arguments in [&["ls"][..], &["add", &file], &["account", "test"]] {
            let output = house.output(arguments);
            let told = String::from_utf8_lossy(&output.stderr).into_owned()
                + &String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(5), "{arguments:?}: {told}");
            assert!(told.contains(words), "{arguments:?}: {told}");
            assert!(!told.contains("keychain"), "{arguments:?}: {told}");
        }
    };
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o644)).expect("sets");
    says("chmod 600");
    house.token_file(0o600);
    std::fs::write(&token, "\n").expect("writes");
    says("is empty");
    std::fs::remove_file(&token).expect("removes");
    says("cannot be read");
    // And once it is mended, what waited goes.
    house.token_file(0o600);
    house.done(&["add", &file]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_by_a_credential_says_that_the_credential_is_not_there() {
    let house = House::new().await;
    std::fs::create_dir(house.path("credentials")).expect("creates");
    house.may_hold("credentials/pin");
    std::fs::copy(house.token_file(0o600), house.path("credentials/pin")).expect("copies");
    let mut adding = house.adding();
    adding.extend(["--credential".to_owned(), "pin".to_owned()]);
    let added = house.pinfold(&adding);
    let added = added.env("CREDENTIALS_DIRECTORY", house.path("credentials"));
    assert!(added.output().status.success());
    let (running, _) = house.stays(&["run"]);
    house.until("the account is held for it", |house| {
        let accounts = house.objects(&["account", "ls"], "account");
        let hold = accounts[0]["hold"].as_str().unwrap_or_default();
        assert!(!hold.contains("keychain"), "{hold}");
        hold.contains("$CREDENTIALS_DIRECTORY is not set")
    });
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_file_that_is_named_by_nothing_is_told_as_that() {
    let house = House::new().await;
    let adding = house.pinfold(&house.adding()).env("PINFOLD_TOKEN_FILE", "");
    let output = adding.output();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("PINFOLD_TOKEN_FILE is empty"), "{told}");
}

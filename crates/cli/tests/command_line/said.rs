//! What a command says is so: no word of what never was, of another program's buttons, or of nothing at all.

use sandbox::{Fault, Gate, Kind, Route};

use crate::house::{House, cid_of};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_said_to_have_been_there() {
    let house = House::with_account().await;
    for what in ["show", "pause", "cancel", "retry", "first", "secrets"] {
        let (code, told) = house.code(&["queue", what, "999"]);
        assert_eq!(code, 3, "{what}: {told}");
        assert!(
            told.contains("There is no upload with the number 999."),
            "{told}"
        );
    }
    let (code, told) = house.code(&["add", "nosuch"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("is not there.") && !told.contains("any more"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_wrong_is_told_in_the_words_of_the_command_line() {
    let house = House::with_account().await;
    let (code, told) = house.code(&["ls", "--key", "a~=("]);
    assert!(code == 2 && told.contains("KEY*=PART"), "{told}");
    let (code, told) = house.code(&["account", "add", "--psa", "ftp://x.example"]);
    assert!(
        code != 0 && told.contains("does not begin with https://"),
        "{told}"
    );
    let import = house.pinfold(&["import", "-"]).fed(b" \n\n");
    let told = String::from_utf8_lossy(&import.stderr).into_owned();
    assert_eq!(import.status.code(), Some(2), "{told}");
    assert!(told.contains("no CID"), "{told}");
    let adding = house.adding();
    let adding = house.pinfold(&adding).env_remove("PINFOLD_TOKEN_FILE");
    let added = adding.fed(crate::house::TOKEN.as_bytes());
    let told = String::from_utf8_lossy(&added.stderr).into_owned();
    assert_eq!(added.status.code(), Some(5), "{told}");
    assert!(
        told.contains("PINFOLD_TOKEN_FILE") && !told.contains("quits"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pinned_already_says_what_becomes_of_the_name_that_was_chosen() {
    let house = House::with_account().await;
    let file = house.file("first.txt", b"the same bytes");
    let cid = cid_of(&house.done(&["add", &file]));
    let printed = house.done(&["--json", "import", &cid, "--name", "second"]);
    assert!(
        printed.contains("is pinned already, called “first.txt”, and stays"),
        "{printed}"
    );
    let printed = house.done(&["--json", "import", &cid, "--name", "first.txt"]);
    assert!(!printed.contains("stays as it is"), "{printed}");
    let printed = house.done(&["--json", "add", &file, "--name", "third"]);
    assert!(
        printed.contains("It was pinned already, as “first.txt”; its name becomes “third”."),
        "{printed}"
    );
    // When the command ends, it is so.
    let shown = house.objects(&["show", &cid], "pin");
    assert_eq!(shown[0]["name"], "third");
    let printed = house.done(&["--json", "add", &file]);
    assert!(!printed.contains("becomes"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_set_for_one_is_said_also_where_another_took_longer() {
    let house = House::with_account().await;
    house.done(&["groups", "create", "Photos"]);
    let there = house.file("there.txt", b"there before");
    house.done(&["add", &there]);
    let later = house.file("later.txt", b"takes longer");
    let sending = Gate::new();
    for (route, kind) in [
        (Route::V3Upload, Kind::HoldAnswer(sending.clone())),
        (Route::V3GroupWrite, Kind::status(400)),
    ] {
        let times = usize::MAX;
        house.server.faults().push(Fault { route, times, kind });
    }
    let adding = house
        .pinfold(&["add", &there, &later, "--group", "Photos"])
        .spawn();
    sending.arrived().await;
    let refused = || {
        let requests = house.server.requests();
        requests
            .iter()
            .any(|entry| entry.path.contains("/ids/") && entry.status == 400)
    };
    while !refused() {
        tokio::task::yield_now().await;
    }
    sending.open();
    let ended = tokio::task::spawn_blocking(move || adding.ends());
    let ended = ended.await.expect("it ends");
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(
        told.contains("there.txt: what was chosen for it is not set."),
        "{told}"
    );
}

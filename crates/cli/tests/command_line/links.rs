//! Links to pins, other content for their addresses, and what is told of them besides.

use serde_json::{Value, json};

use crate::house::{House, cid_of};

async fn fetched(address: &str) -> (Option<String>, Vec<u8>) {
    let answer = oracle::client().get(address).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 200, "{address}");
    let called = answer.headers().get("content-disposition");
    let called = called.map(|value| value.to_str().expect("text").to_owned());
    (called, answer.bytes().await.expect("bytes").to_vec())
}

fn at_the_other<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["--account", "other"], arguments].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_printed_for_others_with_the_name_of_the_download_and_a_private_files_ends() {
    let house = House::with_account().await;
    let file = house.file("the lake & co.txt", b"for everyone");
    let cid = cid_of(&house.done(&["add", &file]));
    let plain = house.done(&["link", &cid]);
    assert_eq!(fetched(plain.trim()).await.1, b"for everyone");
    let named = house.done(&["link", "the lake & co.txt", "--named"]);
    assert!(
        named
            .trim()
            .ends_with("?filename=the%20lake%20%26%20co.txt")
    );
    let (called, bytes) = fetched(named.trim()).await;
    assert!(called.expect("a name").contains("the%20lake%20%26%20co"));
    assert_eq!(bytes, b"for everyone");
    let (code, told) = house.code(&["link", &cid, "--for", "1h"]);
    assert!(code == 1 && told.contains("Leave --for out"), "{told}");

    let diary = house.file("diary.txt", b"between us");
    house.done(&["add", &diary, "--network", "private"]);
    let made = house.objects(&["link", "diary.txt", "--for", "1h"], "link");
    let link = made[0]["link"].as_str().expect("a link");
    assert!(link.contains("X-Expires=3600"), "{link}");
    assert!(made[0]["until"].is_string());
    assert_eq!(fetched(link).await.1, b"between us");

    house.done(&["account", "add", "--sandbox"]);
    let sandbox = house.objects(&["account", "ls"], "account");
    let sandbox = sandbox.iter().find(|it| it["label"] != "here");
    let sandbox = sandbox.expect("an account")["label"].as_str();
    let sandbox = sandbox.expect("text").to_owned();
    let mine = house.file("mine.txt", b"mine");
    let mine = cid_of(&house.done(&["--account", &sandbox, "add", &mine]));
    let (code, told) = house.code(&["--account", &sandbox, "link", &mine]);
    assert!(
        code == 1 && told.contains("on this computer only"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_unpinned_is_listed_with_its_dates_and_a_record_is_the_services_own() {
    let house = House::with_account().await;
    for name in ["one.txt", "two.txt"] {
        let file = house.file(name, name.as_bytes());
        house.done(&["add", &file, "--key", "year=2026"]);
    }
    let usage = house.done(&["usage", "--csv"]);
    assert!(
        usage.starts_with("part,name,pins,bytes\r\nservice,,2,"),
        "{usage}"
    );
    assert!(usage.contains("\r\nkind,text,2,14\r\n"), "{usage}");
    let table = house.done(&["ls", "--csv"]);
    assert!(
        table.starts_with("name,cid,size,pinned_at,expires_at,"),
        "{table}"
    );
    let record = house.done(&["show", "one.txt", "--record"]);
    let record: Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(record["name"], "one.txt");
    assert!(record["id"].is_string() && record["keyvalues"] == json!({"year": "2026"}));
    house.done(&["rm", "--yes", "one.txt"]);
    let gone = house.objects(&["ls", "--unpinned"], "pin");
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert_eq!(
        (&gone[0]["name"], &gone[0]["status"]),
        (&json!("one.txt"), &json!("unpinned"))
    );
    assert!(gone[0]["unpinned_at"].is_string());
    let none = ["ls", "--unpinned", "--unpinned-until", "2020-01-01"];
    assert!(house.objects(&none, "pin").is_empty());
    let (code, told) = house.code(&["ls", "--unpinned", "--cached"]);
    assert_eq!(code, 2, "{told}");
    // Beside the one that runs, it is asked.
    let (running, _) = house.stays(&["run"]);
    assert!(house.done(&["ls", "--unpinned"]).contains("UNPINNED"));
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_pin_shows_other_content_and_its_own_again() {
    let house = House::with_account().await;
    let add = |name: &str| {
        let file = house.file(name, name.as_bytes());
        cid_of(&house.done(&["add", &file]))
    };
    let (one, two) = (add("one.txt"), add("two.txt"));
    let shows = |arguments: &[&str]| house.objects(arguments, "swap")[0]["shows"].clone();
    assert_eq!(shows(&["swap", &one]), json!([]));
    let now = shows(&["swap", "one.txt", &two]);
    assert_eq!(
        (&now[0]["cid"], &now[0]["name"]),
        (&json!(two), &json!("two.txt"))
    );
    assert_eq!(house.served(&one).await, b"two.txt");
    assert!(house.done(&["swap", &one]).contains(&two));
    house.done(&["swap", &one, "--own"]);
    assert_eq!(house.served(&one).await, b"one.txt");
    let (code, told) = house.code(&["swap", &one, &two, "--replace"]);
    assert!(code == 1 && told.contains("Leave --replace out"), "{told}");

    let psa = format!("{}/psa", house.server.api_url());
    house.done(&["account", "add", "--name", "other", "--psa", &psa]);
    let (code, told) = house.code(&at_the_other(&["swap", &one, &two]));
    assert!(code == 1 && told.contains("Say --replace"), "{told}");
    house.done(&at_the_other(&["swap", &one, &two, "--replace"]));
    let left = house.objects(&at_the_other(&["ls"]), "pin");
    assert!(left.iter().all(|pin| pin["cid"] != json!(one)), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_pins_of_a_cid_or_a_name_none_is_taken_unless_it_is_said_which() {
    let house = House::with_account().await;
    let file = house.file("open.txt", b"the same bytes");
    let cid = cid_of(&house.done(&["add", &file]));
    let private = ["add", &file, "--name", "mine.txt", "--network", "private"];
    assert_eq!(cid_of(&house.done(&private)), cid);
    for words in [
        &["rm", "--yes", &cid][..],
        &["edit", &cid, "--name", "x"],
        &["link", &cid],
        &["show", &cid],
        &["swap", &cid],
    ] {
        let (code, told) = house.code(words);
        assert_eq!(code, 1, "{words:?}: {told}");
        assert!(
            told.contains("open.txt") && told.contains("mine.txt"),
            "{told}"
        );
    }
    let pins = house.objects(&["ls", "--sort", "name"], "pin");
    let id = pins[0]["service_id"].as_str().expect("an id").to_owned();
    assert_eq!(pins[0]["name"], "mine.txt");
    let (_, told) = house.code(&["show", &cid]);
    assert!(told.contains(&id), "{told}");
    house.done(&["edit", &id, "--name", "for me"]);
    assert!(house.done(&["show", "for me"]).contains(&id));
    house.done(&["rm", "--yes", &id]);
    let left = house.objects(&["ls"], "pin");
    assert_eq!((left.len(), &left[0]["name"]), (1, &json!("open.txt")));
    house.done(&["show", &cid]);

    // All of a name, or of a CID, where that is said.
    for bytes in ["one", "two"] {
        let file = house.file("print.txt", bytes.as_bytes());
        house.done(&["add", &file]);
    }
    house.done(&private);
    let (code, told) = house.code(&["rm", "--yes", "print.txt"]);
    assert!(code == 1 && told.contains("--all"), "{told}");
    house.done(&["rm", "--yes", "--all", "print.txt"]);
    assert_eq!(house.objects(&["ls"], "pin").len(), 2);
    house.done(&["rm", "--yes", "--all", &cid]);
    assert!(house.objects(&["ls"], "pin").is_empty());
    let (code, told) = house.code(&["rm", "--yes", "--all", "print.txt"]);
    assert_eq!(code, 3, "{told}");
    // Everything that ever was, as far as the service remembers it.
    let ever = house.objects(&["ls", "--all"], "pin");
    assert!(
        ever.len() >= 3 && ever.iter().all(|pin| pin["status"] == "unpinned"),
        "{ever:?}"
    );
    house.done(&["add", &file]);
    let ever = house.objects(&["ls", "--all", "open.txt"], "pin");
    assert!(ever.iter().any(|pin| pin["status"] == "pinned"), "{ever:?}");
}

//! `--account` on every command: its account alone, or a word on why not.

use crate::house::House;

/// A house with the accounts *here* and *there*, and a folder that *there* watches.
async fn two_accounts() -> House {
    let house = House::with_account().await;
    let mut adding = house.adding();
    adding[3] = "there".into();
    house.done(&adding);
    house.file("theirs/keep.txt", b"keep");
    let folder = house.path("home/theirs");
    let folder = folder.to_str().expect("text");
    house.done(&["--account", "there", "watch", "add", folder]);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_nobody_knows_stops_every_command_and_another_one_is_a_contradiction() {
    let house = two_accounts().await;
    let nobody = |rest: &[&str]| {
        let words = [&["--account", "nope"][..], rest].concat();
        let (code, told) = house.code(&words);
        assert_eq!(code, 3, "{words:?}: {told}");
        assert!(told.contains("There are: here, there"), "{told}");
    };
    nobody(&["account", "ls"]);
    nobody(&["account", "ls", "--stat"]);
    nobody(&["account", "rm", "here", "-y"]);
    nobody(&["account", "use", "here"]);
    nobody(&["account", "test", "here"]);
    nobody(&["account", "rename", "here", "new"]);
    nobody(&["account", "key", "here"]);
    nobody(&["watch", "ls"]);
    for what in ["show", "pause", "resume", "audit", "rm"] {
        nobody(&["watch", what, "theirs"]);
    }
    let refused = |words: &[&str], part: &str| {
        let (code, told) = house.code(words);
        assert_eq!(code, 2, "{words:?}: {told}");
        assert!(told.contains(part), "{told}");
    };
    for what in ["test", "use", "key"] {
        let words = ["--account", "there", "account", what, "here"];
        refused(&words, "--account names there");
    }
    refused(
        &["--account", "there", "account", "rm", "here", "-y"],
        "here",
    );
    refused(
        &["--account", "there", "account", "rename", "here", "x"],
        "here",
    );
    refused(&["--account", "there", "account", "add"], "--account");
    refused(&["--account", "there", "run"], "all accounts");
    // What has nothing to do with accounts is the same with any.
    house.done(&["--account", "there", "completions", "bash"]);
    // The same account twice is none.
    house.done(&["--account", "HERE", "account", "test", "here"]);
    let all = house.objects(&["account", "ls"], "account");
    assert_eq!(all.len(), 2);
    let one = house.objects(&["--account", "there", "account", "ls"], "account");
    assert_eq!(one[0]["label"], "there");
    assert_eq!(one.len(), 1);
}

fn here<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["--account", "here"][..], rest].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_of_another_account_are_neither_listed_nor_changed() {
    let house = two_accounts().await;
    assert!(house.objects(&here(&["watch", "ls"]), "folder").is_empty());
    let there = house.objects(&["--account", "there", "watch", "ls"], "folder");
    assert_eq!(there.len(), 1);
    for what in ["show", "pause", "resume", "audit", "rm"] {
        let (code, told) = house.code(&here(&["watch", what, "theirs"]));
        assert_eq!(code, 3, "{what}: {told}");
        assert!(told.contains("is not watched for here"), "{told}");
    }
    assert_eq!(house.objects(&["watch", "ls"], "folder").len(), 1);
    house.done(&["--account", "there", "watch", "rm", "theirs"]);
    assert!(house.objects(&["watch", "ls"], "folder").is_empty());
}

//! Groups, and everything that a list of pins can be narrowed to.

use serde_json::Value;

use crate::house::House;

fn names(found: &[Value]) -> Vec<&str> {
    let mut names: Vec<&str> = found
        .iter()
        .map(|it| it["name"].as_str().unwrap_or_default())
        .collect();
    names.sort_unstable();
    names
}

/// Three pins: a small text, a picture of 300 kB, and a folder.
fn filled(house: &House) {
    let note = house.file("note.txt", b"a note");
    let picture = house.file("lake.png", &vec![7; 300_000]);
    house.file("site/index.html", b"<p>here</p>");
    let site = house.path("home/site");
    let site = site.to_str().expect("text");
    house.done(&["add", &note, "--key", "year=2024", "--key", "note=by hand"]);
    house.done(&["add", &picture, "--key", "year=2026"]);
    house.done(&["add", site]);
}

fn lists_are_narrowed(house: &House) {
    let found = |arguments: &[&str]| {
        let mut all = vec!["ls", "--cached"];
        all.extend(arguments);
        house.objects(&all, "pin")
    };
    let all = ["lake.png", "note.txt", "site"];
    assert_eq!(names(&house.objects(&["ls"], "pin")), all);
    for (arguments, expected) in [
        (&["--key", "year>2025"][..], &["lake.png"][..]),
        (&["--key", "year..=2020..2025"], &["note.txt"]),
        (&["--key", "!year"], &["site"]),
        (&["--key", "year", "--key", "note*=hand"], &["note.txt"]),
        (&["--key", "note*=HAND"], &[]),
        (&["--key", "note*=HAND", "--any-case"], &["note.txt"]),
        (&["--key", "note~=^by .*d$"], &["note.txt"]),
        (&["--kind", "image,text"], &["lake.png", "note.txt"]),
        (&["--kind", "folder"], &["site"]),
        (&["--larger", "200kB"], &["lake.png"]),
        (&["--smaller", "1kB", "--kind", "text"], &["note.txt"]),
        (&["--since", "2020-01-01"], &all),
        (&["--until", "2020-01-01"], &[]),
        (&["--network", "private"], &[]),
        (&["--check", "verified"], &all),
        (&["--check", "different,unproven"], &[]),
        (&["--duplicates"], &[]),
    ] {
        assert_eq!(names(&found(arguments)), expected, "{arguments:?}");
    }
    let (code, told) = house.code(&["ls", "--key", "year..=2020"]);
    assert_eq!(code, 2, "{told}");
    let (code, told) = house.code(&["ls", "--larger", "huge"]);
    assert_eq!(code, 2, "{told}");
}

/// Everything that one can do with groups, whoever answers.
fn groups_are_made_and_filled(house: &House) {
    let made = house.objects(&["groups", "create", "Prints"], "group");
    assert_eq!(made[0]["network"], "public");
    let id = made[0]["id"].as_str().expect("an id").to_owned();
    let moved = house.objects(&["groups", "add", "Prints", "lake.png", "note.txt"], "pin");
    assert_eq!(moved[0]["groups"][0], "Prints");
    house.done(&["groups", "rename", "Prints", "Prints of 2026"]);
    let open = |arguments: &[&str]| {
        let edit = [&["groups", "edit", "Prints of 2026"][..], arguments].concat();
        let edited = house.objects(&edit, "group");
        let listed = house.objects(&["groups", "ls"], "group");
        assert_eq!(edited[0]["public"], listed[0]["public"]);
        listed[0]["public"].clone()
    };
    assert_eq!(made[0]["public"], false);
    assert_eq!(open(&["--open"]), true);
    assert_eq!(open(&["--name", "Prints of 2026"]), true);
    assert_eq!(open(&["--closed"]), false);
    for wrong in [&["--open", "--closed"][..], &[]] {
        let edit = [&["groups", "edit", "Prints of 2026"][..], wrong].concat();
        assert_eq!(house.code(&edit).0, 2, "{wrong:?}");
    }
    let listed = house.objects(&["groups", "ls"], "group");
    assert_eq!(names(&listed), ["Prints of 2026"]);
    assert_eq!(listed[0]["pins"], 2);
    let late = house.file("late.txt", b"late");
    house.done(&["add", &late, "--group", "Prints of 2026"]);
    let inside = house.objects(&["ls", "--group", &id], "pin");
    assert_eq!(names(&inside), ["lake.png", "late.txt", "note.txt"]);
    house.done(&["rm", "late.txt", "--yes"]);
    let inside = house.objects(&["ls", "--group", "Prints of 2026"], "pin");
    assert_eq!(names(&inside), ["lake.png", "note.txt"]);
    let outside = house.objects(&["ls", "--group", "none"], "pin");
    assert_eq!(names(&outside), ["site"]);
    let taken = house.objects(&["groups", "remove", &id, "note.txt"], "pin");
    assert_eq!(taken[0]["groups"], serde_json::json!([]));
    let (code, told) = house.code(&["groups", "add", "Nothing", "site"]);
    assert_eq!(code, 3, "{told}");
    let (code, told) = house.code(&["groups", "rm", &id]);
    assert_eq!(code, 2, "{told}");
    house.done(&["groups", "rm", "Prints of 2026", "--yes"]);
    assert!(house.objects(&["groups"], "group").is_empty());
    assert_eq!(house.objects(&["ls"], "pin").len(), 3);
}

/// Private files, what the account uses, and a queue that rests.
fn the_rest_of_an_account(house: &House) {
    let diary = house.file("diary.txt", b"nobody else reads this");
    house.done(&["add", &diary, "--network", "private"]);
    let private = house.objects(&["ls", "--network", "private"], "pin");
    assert_eq!(names(&private), ["diary.txt"]);
    assert_eq!(private[0]["link"], Value::Null);
    let site = house.path("home/site");
    let site = site.to_str().expect("text");
    let (code, told) = house.code(&["add", site, "--network", "private"]);
    assert_eq!(code, 1, "{told}");

    let usage = house.objects(&["usage", "--span", "month"], "usage");
    assert_eq!(usage[0]["pins"], 4);
    assert_eq!(usage[0]["totals"]["pins"], 4);
    let kinds = usage[0]["kinds"].as_array().expect("a list");
    assert_eq!(kinds[0]["name"], "image");
    let shown = house.done(&["usage"]);
    assert!(
        shown.contains("Pins at the service") && shown.contains("KIND"),
        "{shown}"
    );

    house.done(&["queue", "pause", "--for", "hour"]);
    let waits = house.file("waits.txt", b"it waits");
    house.done(&["add", "--no-wait", &waits]);
    let queued = house.objects(&["queue", "ls"], "upload");
    assert_eq!(queued[0]["state"], "paused");
    let waiting = house.objects(&["ls", "--status", "queued,pinning,failed"], "pin");
    assert_eq!(names(&waiting), ["waits.txt"]);
    let number = queued[0]["id"].to_string();
    house.done(&["queue", "first", &number]);
    the_order_of_the_queue(house, &number);
    house.done(&["queue", "resume"]);
    house.done(&["queue", "cancel", &number]);
    house.until("the queue is empty", |house| {
        house.objects(&["queue", "ls"], "upload").is_empty()
    });
}

/// Beside the upload with this number, which is gone behind two others and taken to the front again.
fn the_order_of_the_queue(house: &House, number: &str) {
    for name in ["later.txt", "latest.txt"] {
        let file = house.file(name, name.as_bytes());
        house.done(&["add", "--no-wait", &file]);
    }
    let order = || {
        let rows = house.objects(&["queue", "ls"], "upload").into_iter();
        let names = rows.filter_map(|row| row["name"].as_str().map(str::to_owned));
        names.collect::<Vec<_>>().join(" ")
    };
    house.done(&["queue", "last", number]);
    assert_eq!(order(), "later.txt latest.txt waits.txt");
    let told = house.objects(&["queue", "first", number], "upload");
    assert_eq!(names(&told), ["waits.txt"]);
    assert_eq!(order(), "waits.txt later.txt latest.txt");
    let others: Vec<String> = house.objects(&["queue", "ls"], "upload")[1..]
        .iter()
        .map(|row| row["id"].to_string())
        .collect();
    // They keep their order, however they are named.
    house.done(&["queue", "first", &others[1], &others[0]]);
    assert_eq!(order(), "later.txt latest.txt waits.txt");
    let (code, told) = house.code(&["queue", "last", &others[0], "4711"]);
    assert_eq!(code, 3, "{told}");
    assert_eq!(order(), "later.txt latest.txt waits.txt", "none is moved");
    house.done(&["queue", "cancel", &others[0], &others[1]]);
    let (code, told) = house.code(&["queue", "last", &others[0]]);
    assert!(code != 0 && told.contains("left as it is"), "{code} {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_are_found_by_every_filter_and_gathered_in_groups() {
    let house = House::with_account().await;
    filled(&house);
    lists_are_narrowed(&house);
    groups_are_made_and_filled(&house);
    the_rest_of_an_account(&house);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_and_groups_are_the_same_beside_the_one_that_runs() {
    let house = House::with_account().await;
    let (running, _) = house.stays(&["run"]);
    filled(&house);
    lists_are_narrowed(&house);
    groups_are_made_and_filled(&house);
    running.kill();
}

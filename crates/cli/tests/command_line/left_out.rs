//! What was left out of a folder, thing by thing.

use std::os::unix::fs::symlink;

use crate::house::{House, objects_in};

/// A folder of which one file goes.
fn prints(house: &House, drafts: usize) -> String {
    house.file("prints/a.txt", b"goes");
    house.file("prints/.pinignore", b"old/\n");
    house.file("prints/old/b.txt", b"stays");
    for draft in 0..drafts {
        house.file(&format!("prints/deep/{draft}.psd"), b"stays");
    }
    symlink("/etc/hostname", house.path("home/prints/link")).expect("links");
    let prints = house.path("home/prints");
    prints.to_str().expect("text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_out_of_an_upload_is_counted_in_its_line_and_shown_thing_by_thing() {
    let house = House::with_account().await;
    let prints = prints(&house, 2);
    let added = house.output(&["add", &prints, "--ignore", "*.psd"]);
    let told = String::from_utf8_lossy(&added.stderr).into_owned();
    assert!(added.status.success(), "{told}");
    let rows = house.objects(&["queue", "ls", "--all"], "upload");
    let number = rows[0]["id"].to_string();
    assert_eq!(
        (&rows[0]["files"], &rows[0]["problems"]),
        (&1.into(), &5.into())
    );
    let pointer = format!("pinfold queue show {number}");
    assert!(told.contains(&pointer), "{told}");
    for rule in [
        "Left out by *.psd: ",
        "Left out by old/ in .pinignore (1)",
        "Left out as a folder’s own patterns: .pinignore (1)",
    ] {
        assert!(told.contains(rule), "{told}");
    }

    let shown = house.done(&["--json", "queue", "show", &number]);
    assert_eq!(objects_in(&shown, "upload"), rows);
    let mut things: Vec<(String, String)> = objects_in(&shown, "left_out")
        .iter()
        .map(|thing| {
            assert_eq!(thing["upload"], rows[0]["id"]);
            let text = |key: &str| thing[key].as_str().expect("text").to_owned();
            (text("path"), text("sentence"))
        })
        .collect();
    things.sort();
    let paths: Vec<&str> = things.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [".pinignore", "deep/0.psd", "deep/1.psd", "link", "old"]
    );
    assert!(things[1].1.contains("*.psd"), "{things:?}");
    assert!(things[3].1.contains("is a link"), "{things:?}");
    assert!(objects_in(&shown, "note").is_empty(), "{shown}");
    let read = house.output(&["queue", "show", &number]);
    let printed = String::from_utf8_lossy(&read.stdout).into_owned();
    for (path, sentence) in &things {
        let line = printed.lines().find(|line| line.starts_with(path));
        assert!(
            line.is_some_and(|line| line.ends_with(sentence)),
            "{printed}"
        );
    }
    assert!(printed.contains("prints") && read.stderr.is_empty());

    let (code, told) = house.code(&["queue", "show"]);
    assert_eq!(code, 2, "{told}");
    // Nothing is told where one of them is not there.
    let none = house.output(&["queue", "show", &number, "4711"]);
    assert_eq!((none.status.code(), none.stdout.len()), (Some(3), 0));
    assert!(house.done(&["man"]).contains("queue"));
    let help = house.done(&["queue", "--help"]);
    assert!(help.contains("left out"), "{help}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_told_thing_by_thing_is_counted_and_an_upload_of_which_all_went_is_only_a_row()
{
    let house = House::with_account().await;
    let plain = house.file("plain.txt", b"plain");
    let prints = prints(&house, 510);
    let added = house.output(&["add", &plain, &prints, "--ignore", "*.psd"]);
    let told = String::from_utf8_lossy(&added.stderr).into_owned();
    assert!(added.status.success(), "{told}");
    assert_eq!(told.matches("pinfold queue show").count(), 1, "{told}");
    let rows = house.objects(&["queue", "ls", "--all"], "upload");
    let of = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name);
        row.expect("a row").clone()
    };
    let (plain, prints) = (of("plain.txt"), of("prints"));
    assert_eq!(
        (&plain["problems"], &prints["problems"]),
        (&0.into(), &513.into())
    );
    let whole = prints["id"].clone();
    let (plain, prints) = (plain["id"].to_string(), whole.to_string());
    let shown = house.done(&["--json", "queue", "show", &plain, &prints]);
    let things = objects_in(&shown, "left_out");
    assert_eq!(things.len(), 500);
    assert!(things.iter().all(|it| it["upload"] == whole));
    let note = format!("13 more were left out of upload {prints}.");
    assert_eq!(objects_in(&shown, "note")[0]["sentence"], note.as_str());
    let (code, told) = house.code(&["queue", "show", &plain, &prints]);
    assert_eq!((code, told.trim()), (0, note.as_str()));
    let (_, told) = house.code(&["queue", "show", &plain]);
    assert_eq!(told, "");
    let heads = |told: &str| {
        let lines = told.lines().map(|line| line.trim_start().to_owned());
        let heads = lines.filter(|line| line.starts_with("NO ") || line.starts_with("LEFT OUT"));
        heads.map(|line| line[..2].to_owned()).collect::<Vec<_>>()
    };
    let both = house.done(&["queue", "show", &plain, &prints]);
    assert_eq!(heads(&both), ["NO", "NO", "LE"], "each has its own: {both}");
    let (code, told) = house.code(&["--account", "elsewhere", "queue", "show", &plain]);
    assert_eq!(code, 3, "{told}");
}

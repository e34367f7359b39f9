//! The manual page.

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn the_one_page_has_every_command_with_its_options_and_points_to_no_other_page() {
    let house = House::new().await;
    let page = house.done(&["man"]);
    let plain = page.replace("\\-", "-");
    for command in [
        "add",
        "ls",
        "import",
        "jobs cancel",
        "groups create",
        "keys create",
        "account add",
        "queue secrets",
        "watch add",
        "run",
        "sandbox",
        "man",
    ] {
        let heading = format!(".SS \"pinfold {command}\"");
        assert!(plain.contains(&heading), "{command}: {plain}");
    }
    for option in [
        "--cid-version",
        "--unpin-after",
        "--credential",
        "--duplicates",
    ] {
        assert!(plain.contains(option), "{option}");
    }
    assert!(!plain.contains("pinfold-"), "{plain}");
    let headings: Vec<&str> = plain
        .lines()
        .filter(|line| line.starts_with(".SH "))
        .collect();
    assert_eq!(
        headings,
        [
            ".SH NAME",
            ".SH SYNOPSIS",
            ".SH DESCRIPTION",
            ".SH OPTIONS",
            ".SH COMMANDS",
            ".SH \"EXIT CODES\"",
            ".SH VERSION"
        ]
    );
}

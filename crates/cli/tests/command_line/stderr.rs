//! What is said beside the results: nothing depends on whether it can be said.

use std::process::Stdio;

use crate::house::{House, cid_of};

/// A disk that is full, and a pipe that nobody reads.
fn deaf() -> [Stdio; 2] {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    [full.expect("is there").into(), writer.into()]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_ends_with_its_own_code_where_standard_error_takes_nothing() {
    let house = House::new().await;
    let ends = |arguments: &[&str], code: i32| {
        for stderr in deaf() {
            let output = house.pinfold(arguments).stderr(stderr).output();
            assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        }
    };
    ends(&["fly"], 2);
    ends(&["ls"], 1);
    house.done(&house.adding());
    let secret = house.file(".env", b"KEY=1");
    ends(&["add", &secret], 5);
    ends(&["show", "nothing of the kind"], 3);
    let file = house.file("site/index.html", b"a site");
    house.file("site/notes.tmp", b"left out, and told");
    let site = file.trim_end_matches("/index.html");
    for stderr in deaf() {
        let added = house.pinfold(&["add", site, "--ignore=*.tmp"]);
        let added = added.stderr(stderr).output();
        assert_eq!(added.status.code(), Some(0));
        let cid = cid_of(&String::from_utf8_lossy(&added.stdout));
        assert_eq!(house.served(&format!("{cid}/index.html")).await, b"a site");
    }
    let [full, _] = deaf();
    let mut running = house.pinfold(&["run"]).stderr(full).spawn();
    assert!(running.line().starts_with("Running"));
    let (code, rest) = running.terminate();
    assert_eq!((code, rest.contains("Stopped")), (0, true), "{rest}");
}

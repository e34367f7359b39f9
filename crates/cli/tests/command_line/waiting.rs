//! What is not pinned yet, in the list of pins: narrowed and ordered by what is known of it.

use sandbox::{Fault, Kind, Route};

use crate::house::House;

const WAITING: [&str; 3] = ["ls", "--status", "queued,pinning,failed"];

/// Two uploads that the service refused, and a CID that nobody has.
async fn waiting() -> House {
    let house = House::with_account().await;
    house.done(&["groups", "create", "Photos"]);
    house.server.faults().push(Fault {
        route: Route::V3Upload,
        times: 2,
        kind: Kind::status(400),
    });
    let (large, small) = (
        house.file("large.png", &[7; 5_000]),
        house.file("small.txt", b"small"),
    );
    let wishes = ["--key", "year=2026", "--group", "Photos"];
    for adding in [
        &[&["add", &large][..], &wishes].concat()[..],
        &["add", &small],
    ] {
        let (code, told) = house.code(adding);
        assert_eq!(code, 1, "{told}");
    }
    let nowhere = house.file("nowhere", b"nobody has this");
    let nowhere = crate::house::cid_of(&house.done(&["cid", &nowhere]));
    house.done(&["import", &nowhere, "--name", "Asked", "--key", "year=2026"]);
    house
}

/// The names, and what was said beside them.
fn names(house: &House, more: &[&str]) -> (Vec<String>, String) {
    let output = house.output(&[&["--json"][..], &WAITING, more].concat());
    assert!(output.status.success(), "{more:?}: {output:?}");
    let printed = String::from_utf8(output.stdout).expect("text");
    let pins = crate::house::objects_in(&printed, "pin").into_iter();
    let name = |pin: serde_json::Value| pin["name"].as_str().unwrap_or_default().to_owned();
    (pins.map(name).collect(), printed)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_pinned_yet_is_narrowed_by_what_is_known_and_the_rest_is_said() {
    let house = waiting().await;
    let only = |more: &[&str]| names(&house, more).0;
    assert_eq!(
        only(&["--sort", "name", "--key", "year=2026"]),
        ["Asked", "large.png"]
    );
    assert_eq!(only(&["--key", "!year"]), ["small.txt"]);
    assert_eq!(only(&["--group", "Photos"]), ["large.png"]);
    assert_eq!(only(&["--network", "private"]), [""; 0]);
    assert_eq!(only(&["2026", "--reverse"]).len(), 2);
    let (found, told) = names(&house, &["--larger", "1kB"]);
    assert_eq!(found, ["large.png"]);
    assert!(
        told.contains("1 that is not pinned yet is not shown: its size is not known."),
        "{told}"
    );
    let (found, told) = names(&house, &["--kind", "image"]);
    assert_eq!(found, ["large.png"]);
    assert!(told.contains("its kind is not known"), "{told}");
    // What is known to be out is not said to be unknown.
    let (found, told) = names(&house, &["--larger", "1kB", "--group", "Photos"]);
    assert_eq!(found, ["large.png"]);
    assert!(!told.contains("not shown"), "{told}");
    let (found, told) = names(&house, &["--since", "2020-01-01"]);
    assert!(found.is_empty());
    assert!(
        told.contains(
            "3 that are not pinned yet are not shown: their time of pinning is not known."
        ),
        "{told}"
    );
    let (code, told) = house.code(&[&WAITING[..], &["--group", "nope"]].concat());
    assert!(code == 3 && told.contains("nope"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_pinned_yet_is_ordered_as_is_asked() {
    let house = waiting().await;
    let ordered = |by: &str, more: &[&str]| names(&house, &[&["--sort", by][..], more].concat()).0;
    assert_eq!(ordered("name", &[]), ["Asked", "large.png", "small.txt"]);
    assert_eq!(ordered("size", &[]), ["large.png", "small.txt", "Asked"]);
    assert_eq!(
        ordered("time", &["--reverse", "--limit", "1"]),
        ["large.png"]
    );
}

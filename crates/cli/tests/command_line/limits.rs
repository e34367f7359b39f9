//! How much the queue does at once, and how fast.

use serde_json::Value;

use crate::house::House;

fn limits(house: &House, more: &[&str]) -> Value {
    let words = [&["queue", "limits"][..], more].concat();
    let mut told = house.objects(&words, "limits");
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_shown_set_one_by_one_through_whoever_runs_and_kept() {
    let house = House::with_account().await;
    let first = limits(&house, &[]);
    assert_eq!(
        (&first["at_once"], &first["speed"]),
        (&4.into(), &Value::Null)
    );
    let (running, _) = house.stays(&["run"]);
    let set = limits(
        &house,
        &["--at-once", "2", "--speed", "2MB", "--hours", "22:00-06:30"],
    );
    assert_eq!(set["speed"], 2_000_000);
    assert_eq!(
        (&set["from"], &set["to"]),
        (&"22:00".into(), &"06:30".into())
    );
    let more = limits(&house, &["--at-once", "3"]);
    assert_eq!(
        (&more["at_once"], &more["speed"]),
        (&3.into(), &set["speed"])
    );
    running.kill();
    assert_eq!(limits(&house, &[]), more);
    let told = house.done(&["queue", "limits"]);
    assert!(
        told.contains("2.0 MB a second") && told.contains("22:00"),
        "{told}"
    );
    let lifted = limits(&house, &["--speed", "none", "--hours", "always"]);
    assert_eq!(
        (&lifted["speed"], &lifted["from"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(lifted["at_once"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_make_no_sense_change_nothing() {
    let house = House::with_account().await;
    for wrong in [
        ["--at-once", "0"],
        ["--at-once", "17"],
        ["--speed", "fast"],
        ["--hours", "8"],
        ["--hours", "25:00-07:00"],
        ["--hours", "7:00-07:00"],
    ] {
        let (code, told) = house.code(&["queue", "limits", wrong[0], wrong[1]]);
        assert_eq!(code, 2, "{wrong:?}: {told}");
    }
    let (code, told) = house.code(&["queue", "limits", "--speed", "5kB"]);
    assert!(code == 2 && told.contains("10 kB"), "{told}");
    let (code, told) = house.code(&["--account", "here", "queue", "limits"]);
    assert!(code == 2 && told.contains("--account"), "{told}");
    assert_eq!(limits(&house, &[])["at_once"], 4);
}

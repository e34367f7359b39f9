//! CIDs that others provide: asked for, waited for, listed, taken back and asked for again.

use std::time::Duration;

use sandbox::{Config, JobStatus, Sandbox};
use serde_json::Value;

use crate::house::{House, cid_of, objects_in};

/// CIDs of raw blocks that nobody has; the service claims to pin them.
const CIDS: [&str; 4] = [
    "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm",
    "bafkreiauhurhso4yja2r32eekeh7sgii62j6va3xtsvmmf2zysyyngt57y",
    "bafkreifgshfsv3s3w7yn3h2ubhmxb5drjnyzzkb2aglafwvp47i57ojhwq",
    "bafkreienhbualn3k4wpk7a3waaxluuusfuwtu7jmkgebkl5glp62tkgcke",
];
const ORIGIN: &str =
    "/ip4/203.0.113.40/tcp/4001/p2p/12D3KooWBMyQ1SZTfxUU4rVGLJxYGHTB2BWxi9VVMYm7BAs5wbSP";

async fn house() -> House {
    let house = House::with_account().await;
    let zero = Duration::ZERO;
    let jobs = house.server.jobs();
    jobs.set_times(zero, zero, zero, zero);
    jobs.set_end(CIDS[1], JobStatus::Searching);
    jobs.set_end(CIDS[2], JobStatus::Expired);
    house
}

fn states(jobs: &[Value]) -> Vec<(&str, &str)> {
    jobs.iter()
        .map(|job| {
            let text = |name: &str| job[name].as_str().unwrap_or_default();
            (text("cid"), text("state"))
        })
        .collect()
}

/// Everything that one can do with jobs, whoever answers.
fn cids_are_imported(house: &House) {
    // Asked for, and not waited for.
    let asked = house.objects(
        &["import", CIDS[1], "--name", "Edition 4", "--origin", ORIGIN],
        "job",
    );
    let last = asked.last().expect("a job");
    assert_eq!(last["name"], "Edition 4");
    assert_eq!(last["origins"][0], ORIGIN);
    assert_eq!(last["ended"], false);

    // Waited for: one is pinned, and one that nobody has ends with a code of its own.
    let link = format!("ipfs://{}", CIDS[0]);
    let done = house.objects(&["import", &link, "--name", "Found", "--wait"], "job");
    assert_eq!(done.last().expect("a job")["state"], "pinned");
    let failed = house.output(&["import", CIDS[2], "--wait"]);
    let told = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert_eq!(failed.status.code(), Some(1), "{told}");
    assert!(told.contains(CIDS[2]), "{told}");

    // What is pinned is not asked for again, and what is no CID stops everything.
    let again = house.objects(&["import", CIDS[0]], "pin");
    assert_eq!(again[0]["name"], "Found");
    let (code, told) = house.code(&["import", CIDS[3], "bafybroken"]);
    assert_eq!(code, 1);
    assert!(told.contains("Nothing was asked for"), "{told}");

    let listed = house.objects(&["jobs"], "job");
    let mut known = states(&listed);
    known.sort_unstable();
    assert_eq!(
        known,
        [
            (CIDS[1], "searching"),
            (CIDS[2], "expired"),
            (CIDS[0], "pinned")
        ]
    );
    let open = house.objects(&["jobs", "--status", "open", "--cached"], "job");
    assert_eq!(states(&open), [(CIDS[1], "searching")]);
    let waiting = house.objects(&["ls", "--status", "queued,pinning,failed"], "pin");
    let mut status: Vec<_> = waiting.iter().map(|pin| pin["status"].as_str()).collect();
    status.sort_unstable();
    assert_eq!(status, [Some("failed"), Some("queued")]);
    let by_name = house.objects(&["jobs", "--text", "edition"], "job");
    assert_eq!(by_name.len(), 1);

    let number = open[0]["id"].to_string();
    let cancelled = house.objects(&["jobs", "cancel", &number], "job");
    assert_eq!(states(&cancelled), [(CIDS[1], "cancelled")]);
    let (code, told) = house.code(&["jobs", "cancel", CIDS[3]]);
    assert_eq!(code, 3, "{told}");
    house.server.jobs().set_end(CIDS[2], JobStatus::Pinned);
    let again = house.objects(&["jobs", "retry"], "job");
    assert_eq!(again.last().expect("a job")["cid"], CIDS[2]);
    let done = house.objects(&["import", CIDS[2], "--wait"], "job");
    assert_eq!(done.last().expect("a job")["state"], "pinned");
    house.done(&["jobs", "clear"]);
    assert!(house.objects(&["jobs", "--cached"], "job").is_empty());
    let pins = house.done(&["ls", "-q"]);
    assert!(pins.contains(CIDS[0]) && pins.contains(CIDS[2]), "{pins}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cids_of_others_are_imported_followed_taken_back_and_asked_for_again() {
    let house = house().await;
    cids_are_imported(&house);
}

#[tokio::test(flavor = "multi_thread")]
async fn cids_are_imported_in_the_same_way_beside_the_one_that_runs() {
    let house = house().await;
    let (running, _) = house.stays(&["run"]);
    cids_are_imported(&house);
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinning_service_is_added_by_its_endpoint_and_keeps_what_is_imported() {
    let house = House::new().await;
    let endpoint = format!("{}/psa", house.server.api_url());
    house.done(&["account", "add", "--name", "any", "--psa", &endpoint]);
    let accounts = house.objects(&["account", "ls"], "account");
    assert_eq!(accounts[0]["service"], "psa");

    let listing = house.pinfold(&["--json", "import", "-", "--name", "listed", "--wait"]);
    let list = format!("# two of them\n{}\n- {}\n", CIDS[0], CIDS[3]);
    let output = listing.fed(list.as_bytes());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let jobs = objects_in(&String::from_utf8_lossy(&output.stdout), "job");
    let pinned = jobs.iter().filter(|job| job["state"] == "pinned");
    assert_eq!(pinned.count(), 2);
    assert_eq!(house.objects(&["ls", "listed"], "pin").len(), 2);

    // It takes no bytes, and says so.
    let file = house.file("bytes", b"bytes");
    let (code, told) = house.code(&["add", &file]);
    assert_eq!(code, 5, "{told}");
    house.done(&["rm", "--yes", CIDS[0]]);
    assert_eq!(house.objects(&["ls", "listed"], "pin").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_are_asked_for_at_another_account_and_followed_there() {
    let house = house().await;
    let file = house.file("edition.txt", b"edition four");
    let cid = cid_of(&house.done(&["add", &file, "--name", "Edition 4", "--key", "year=2026"]));
    let elsewhere = House::new().await;
    let none = std::time::Duration::ZERO;
    elsewhere.server.jobs().set_times(none, none, none, none);
    elsewhere.server.jobs().set_end(&cid, JobStatus::Pinned);
    let endpoint = format!("{}/psa", elsewhere.server.api_url());
    house.done(&["account", "add", "--name", "second", "--psa", &endpoint]);
    let copy = [
        "--account",
        "here",
        "copy",
        "Edition 4",
        "--to",
        "second",
        "--wait",
    ];
    let jobs = house.objects(&copy, "job");
    assert_eq!(jobs.last().expect("a job")["state"], "pinned");
    let there = house.objects(&["--account", "second", "ls"], "pin");
    assert_eq!(
        (&there[0]["cid"], &there[0]["name"]),
        (&cid.into(), &"Edition 4".into())
    );
    assert_eq!(there[0]["keyvalues"], serde_json::json!({"year": "2026"}));
    assert!(house.done(&copy).is_empty(), "it is there already");
    let (code, told) = house.code(&["--account", "here", "copy", "Edition 4", "--to", "here"]);
    assert!(code == 1 && told.contains("Choose another"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_removed_here_and_at_the_service_one_by_one_and_all_at_once() {
    let house = house().await;
    for cid in [CIDS[0], CIDS[1], CIDS[2]] {
        house.server.jobs().set_end(cid, JobStatus::Expired);
        let (code, told) = house.code(&["import", cid, "--wait"]);
        assert_eq!(code, 1, "{told}");
    }
    house.server.jobs().set_end(CIDS[3], JobStatus::Searching);
    house.done(&["import", CIDS[3]]);
    assert_eq!(house.objects(&["jobs"], "job").len(), 4);
    let one = house.objects(&["jobs", "--limit", "1", "--offset", "3"], "job");
    assert_eq!(states(&one), [(CIDS[0], "expired")]);

    let removed = house.objects(&["jobs", "cancel", CIDS[0]], "job");
    assert_eq!(states(&removed), [(CIDS[0], "removed")]);
    let said = removed[0]["sentence"].as_str().expect("words");
    assert!(said.starts_with("Removed"), "{said}");
    assert_eq!(house.objects(&["jobs"], "job").len(), 3);
    let (code, told) = house.code(&["jobs", "cancel"]);
    assert_eq!(code, 2, "{told}");
    let removed = house.objects(&["jobs", "cancel", "--status", "failed"], "job");
    assert_eq!(removed.len(), 2, "{removed:?}");
    // It is read again from the service.
    let left = house.objects(&["jobs"], "job");
    assert_eq!(states(&left), [(CIDS[3], "searching")]);
    assert!(
        house
            .done(&["jobs", "cancel", "--status", "failed"])
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_each_account_holds_and_waits_for_is_counted_as_ls_lists_it_and_one_that_is_out_of_reach_is_told()
 {
    let house = house().await;
    let gone = Sandbox::start(Config::new(house.path("gone"), crate::house::TOKEN));
    let gone = gone.await.expect("starts");
    let (api, gateway) = (gone.api_url(), gone.gateway_url());
    let there = ["account", "add", "--name", "there", "--api", &api];
    house.done(&[&there[..], &["--gateway", &gateway]].concat());
    house.done(&["account", "use", "here"]);
    for name in ["one.txt", "two.txt"] {
        let file = house.file(name, name.as_bytes());
        house.done(&["add", &file]);
    }
    house.done(&["import", CIDS[1]]);
    let (code, told) = house.code(&["import", CIDS[2], "--wait"]);
    assert_eq!(code, 1, "{told}");
    house.done(&["queue", "pause", "--for", "hour"]);
    let waits = house.file("waits.txt", b"it waits");
    house.done(&["add", "--no-wait", &waits]);

    let counts = |accounts: &[Value], label: &str| {
        let found = accounts.iter().find(|it| it["label"] == label);
        let counts = &found.expect("the account")["counts"];
        ["queued", "pinning", "pinned", "failed"].map(|status| counts[status].as_u64())
    };
    let listed = ["queued", "pinning", "pinned", "failed"].map(|status| {
        let pins = house.objects(&["ls", "--status", status], "pin");
        Some(pins.len() as u64)
    });
    assert_eq!(listed.iter().flatten().sum::<u64>(), 5, "{listed:?}");
    let all = house.objects(&["account", "ls", "--stat"], "account");
    assert_eq!(counts(&all, "here"), listed);
    assert_eq!(counts(&all, "there"), [Some(0); 4]);
    let plain = house.objects(&["account", "ls"], "account");
    assert_eq!(counts(&plain, "here"), [None; 4]);

    gone.stop().await;
    let output = house.output(&["--json", "account", "ls", "--stat"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(4), "{told}");
    let all = objects_in(&told, "account");
    assert_eq!(counts(&all, "here"), listed);
    assert_eq!(counts(&all, "there"), [None; 4]);
    let one = house.objects(&["--account", "here", "account", "ls", "--stat"], "account");
    assert_eq!((one.len(), counts(&one, "here")), (1, listed));
    let table = house.done(&["--account", "here", "account", "ls", "--stat"]);
    assert!(
        table.contains("PINNED") && table.contains("FAILED"),
        "{table}"
    );
}

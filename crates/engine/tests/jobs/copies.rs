//! Pins of one account, asked for at another.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::accounts::{Chosen, Keep};
use engine::error::ErrorCode;
use engine::jobs::{JobOptions, JobRow, JobState, JobsQuery};
use engine::pins::{PinEdit, Selection};
use sandbox::{Config, JobStatus, Key, Sandbox, Scopes};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{CIDS, NODE};
use crate::accounts::{connect_psa, pins_of, token};
use crate::house::House;

fn jobs_of(house: &House, account: i64) -> Vec<JobRow> {
    let page = house
        .engine
        .jobs
        .page(account, &JobsQuery::default(), 0, 200);
    page.expect("a page").rows
}

/// A pinning service that shares nothing with the house's own.
async fn connect_elsewhere(house: &House, address: String) -> i64 {
    let chosen = Chosen::Psa {
        service: "IPFS Cluster".to_owned(),
        address,
    };
    let accounts = &house.engine.accounts;
    let tested = accounts.test(&chosen, token("another-service")).await;
    let handle = tested.expect("tested").handle;
    let row = accounts.connect(&handle, Keep::UntilQuit).await;
    row.expect("connected").id.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_are_asked_for_at_another_account_with_their_names_and_never_twice_or_when_private() {
    let quick = |config: &mut Config| {
        config.keys = vec![Key::new("another-admin", Scopes::admin())];
        let none = Duration::ZERO;
        config.jobs.set_times(none, none, none, none);
        config.jobs.set_end(CIDS[0], JobStatus::Pinned);
    };
    let house = House::configured(quick).await;
    let from = house.connect("another-admin").await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = Config::new(folder.path(), "another-service");
    quick(&mut config);
    let elsewhere = Sandbox::start(config).await.expect("starts");
    let to = connect_elsewhere(&house, format!("{}/psa", elsewhere.api_url())).await;
    let engine = &house.engine;
    engine
        .jobs
        .import(from, CIDS[0], None, JobOptions::default())
        .await
        .expect("asks");
    let until_pinned = async || engine.pins.find(from, CIDS[0]).expect("looks").is_some();
    house.until_true("it is pinned", until_pinned).await;
    house
        .service
        .upload("private", "contract.pdf", b"between us")
        .await;
    let (set, rows) = pins_of(&house, from).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    let public = rows.iter().find(|row| row.cid == CIDS[0]).expect("it");
    let edit = PinEdit {
        name: Some("Edition 4".into()),
        set: vec![("year".into(), "2026".into())],
        remove: Vec::new(),
    };
    engine.pins.edit(public.id, edit).await.expect("edits");

    let all = Selection {
        set: set.set,
        ranges: vec![(0, 1)],
    };
    let copied = engine.jobs.copy_selected(&all, to).await.expect("asks");
    assert_eq!((copied.asked, copied.private), (1, 1), "{copied:?}");
    assert!(copied.sentence.contains("no other service can fetch"));
    let there = async || {
        jobs_of(&house, to)
            .iter()
            .any(|job| job.state == JobState::Pinned)
    };
    house.until_true("it is pinned there", there).await;
    let job = jobs_of(&house, to).remove(0);
    assert_eq!(
        (job.cid.as_str(), job.name.as_deref()),
        (CIDS[0], Some("Edition 4"))
    );
    // The only address that its service tells means the computer that reads it.
    assert!(job.host_nodes.is_empty(), "{:?}", job.host_nodes);
    let pin = engine
        .pins
        .find(to, CIDS[0])
        .expect("looks")
        .expect("pinned");
    assert_eq!(pin.pin.keyvalues["year"], "2026".into());

    let again = engine.jobs.copy_selected(&all, to).await.expect("asks");
    assert_eq!((again.asked, again.pinned), (0, 1), "{again:?}");
    assert_eq!(jobs_of(&house, to).len(), 1);
    let back = engine.jobs.copy(to, &[pin.id], from).await.expect("asks");
    assert_eq!((back.asked, back.pinned), (0, 1), "{back:?}");

    for (from, to) in [(from, from), (from, house.account), (house.account, to)] {
        let refused = engine.jobs.copy(from, &[pin.id], to).await;
        assert_eq!(refused.expect_err("refused").code, ErrorCode::BadInput);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_its_own_service_keeps_a_pin_is_told_to_the_other_as_far_as_it_can_be_reached() {
    let house = House::new().await;
    house.sandbox.jobs().set_end(CIDS[0], JobStatus::Searching);
    let service = MockServer::start().await;
    let meta: BTreeMap<String, &str> = (0..11).map(|n| (format!("key {n}"), "a")).collect();
    let listed = json!({"count": 1, "results": [{
        "requestid": "one", "status": "pinned", "created": "2026-01-01T00:00:00Z",
        "pin": {"cid": CIDS[0], "name": "Edition 4", "meta": meta}, "info": {},
        "delegates": [NODE, "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWJUiKXn5VSwKBAWJvKvaQ4otrxFURV5P8G468kxFxppRw", "nonsense"],
    }]});
    Mock::given(method("GET"))
        .and(path("/pins"))
        .respond_with(ResponseTemplate::new(200).set_body_json(listed))
        .mount(&service)
        .await;
    let from = connect_elsewhere(&house, service.uri()).await;
    let (to, _) = connect_psa(&house).await;
    let (_, rows) = pins_of(&house, from).await;
    let copied = house.engine.jobs.copy(from, &[rows[0].id], to).await;
    let copied = copied.expect("asks");
    assert_eq!((copied.asked, copied.cut), (1, 1));
    let told = "1 has more key-values than the 10 that go along; the rest stays here.";
    assert!(copied.sentence.ends_with(told), "{}", copied.sentence);
    let job = jobs_of(&house, to).remove(0);
    assert_eq!(job.host_nodes, [NODE]);
}

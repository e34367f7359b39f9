//! Every filter of the list of pins, on the API that knows it.

use crate::service::{CID, answering, asked, legacy_only, no_scopes, on, query, v3_file};
use crate::support::account;
use pinning::{
    ErrorKind, GroupFilter, KeyValueTest, Network, Order, PinQuery, PinRef, PinState, Pins as _,
    Priority, Test, Value,
};
use serde_json::json;
use wiremock::matchers::path_regex;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn when(key: &str, test: Test) -> KeyValueTest {
    KeyValueTest {
        key: key.to_owned(),
        test,
    }
}

fn moment(text: &str) -> Option<jiff::Timestamp> {
    let parsed = text.parse().ok();
    assert!(parsed.is_some(), "{text}");
    parsed
}

fn row(id: &str, size: u64, pinned: &str, unpinned: Option<&str>) -> serde_json::Value {
    json!({"id": id, "ipfs_pin_hash": CID, "size": size, "date_pinned": pinned, "date_unpinned": unpinned,
        "metadata": {"name": null, "keyvalues": {"n": 5}},
        "regions": [{"regionId": "FRA1", "currentReplicationCount": 1, "desiredReplicationCount": 2}]})
}

#[tokio::test]
async fn every_filter_of_the_legacy_list_goes_along_as_the_service_spells_it() {
    let server = legacy_only().await;
    let none = ResponseTemplate::new(200).set_body_json(json!({"rows": []}));
    on(&server, "GET", "/data/pinList", none).await;
    let wanted = PinQuery {
        name_contains: Some("a&b".to_owned()),
        cid_contains: Some("bafy".to_owned()),
        state: PinState::All,
        pinned_from: moment("2024-01-02T03:04:05.678901Z"),
        pinned_to: moment("2024-02-02T00:00:00Z"),
        unpinned_from: moment("2024-03-02T00:00:00Z"),
        unpinned_to: moment("2024-04-02T00:00:00Z"),
        size_min: Some(5),
        size_max: Some(5_000_000_000),
        keyvalues: vec![
            when(
                "a",
                Test::Between(Value::Number(1.into()), Value::Number(9.into())),
            ),
            when("b", Test::NotLikeAnyCase("%x%".to_owned())),
        ],
        group: Some(GroupFilter::In("g-1".to_owned())),
        limit: Some(50),
        ..PinQuery::default()
    };
    let account = account(&server.uri());
    let page = account.page(&wanted, None, Priority::Click);
    assert_eq!(page.await.expect("a page").next, None);
    let sent = query(&server, "/data/pinList").await;
    let sent: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        sent,
        [
            ("groupId", "g-1"),
            ("hashContains", "bafy"),
            ("includeCount", "false"),
            ("includesCount", "false"),
            (
                "metadata[keyvalues]",
                r#"{"a":{"op":"between","secondValue":9,"value":1},"b":{"op":"notILike","value":"%x%"}}"#
            ),
            ("metadata[name]", "a&b"),
            ("pageLimit", "50"),
            ("pageOffset", "0"),
            ("pinEnd", "2024-02-02T00:00:00.000Z"),
            ("pinSizeMax", "5000000000"),
            ("pinSizeMin", "5"),
            ("pinStart", "2024-01-02T03:04:05.678Z"),
            ("status", "all"),
            ("unpinEnd", "2024-04-02T00:00:00.000Z"),
            ("unpinStart", "2024-03-02T00:00:00.000Z"),
        ]
    );
    assert_eq!(asked(&server, "/v3/").await, 0, "history is not v3's");
}

#[tokio::test]
async fn every_operator_on_key_values_has_the_services_name() {
    let two = || (Value::Number(1.into()), text("z"));
    let pattern = || "p".to_owned();
    let tests = [
        (Test::Equal(text("v")), "eq"),
        (Test::NotEqual(text("v")), "ne"),
        (Test::Greater(text("v")), "gt"),
        (Test::AtLeast(text("v")), "gte"),
        (Test::Less(text("v")), "lt"),
        (Test::AtMost(text("v")), "lte"),
        (Test::Between(two().0, two().1), "between"),
        (Test::NotBetween(two().0, two().1), "notBetween"),
        (Test::Like(pattern()), "like"),
        (Test::NotLike(pattern()), "notLike"),
        (Test::LikeAnyCase(pattern()), "iLike"),
        (Test::NotLikeAnyCase(pattern()), "notILike"),
        (Test::Matches(pattern()), "regexp"),
        (Test::MatchesAnyCase(pattern()), "iRegexp"),
    ];
    for (test, op) in tests {
        let server = legacy_only().await;
        let none = ResponseTemplate::new(200).set_body_json(json!({"rows": []}));
        on(&server, "GET", "/data/pinList", none).await;
        let wanted = PinQuery {
            keyvalues: vec![when("k", test)],
            ..PinQuery::default()
        };
        account(&server.uri())
            .page(&wanted, None, Priority::Click)
            .await
            .expect("a page");
        let sent = query(&server, "/data/pinList").await;
        let sent = &sent
            .iter()
            .find(|(name, _)| name == "metadata[keyvalues]")
            .expect("sent")
            .1;
        let sent: serde_json::Value = serde_json::from_str(sent).expect("JSON");
        assert_eq!(sent["k"]["op"], op);
        assert_eq!(
            sent["k"].get("secondValue").is_some(),
            op.ends_with("etween")
        );
    }
}

#[tokio::test]
async fn v3_filters_by_name_mime_group_key_values_and_order() {
    let list = json!({"data": {"files": [v3_file("one", CID)]}});
    let server = answering("GET", "/v3/files/private", list).await;
    let wanted = PinQuery {
        network: Network::Private,
        name_contains: Some("a".to_owned()),
        mime: Some("text/plain".to_owned()),
        group: Some(GroupFilter::None),
        keyvalues: vec![when("whimsey", Test::Equal(text("true")))],
        order: Order::OldestFirst,
        limit: Some(20),
        ..PinQuery::default()
    };
    let page = account(&server.uri())
        .page(&wanted, None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(page.pins.len(), 1);
    let sent = query(&server, "/v3/files/private").await;
    let sent: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        sent,
        [
            ("group", "null"),
            ("keyvalues[whimsey]", "true"),
            ("limit", "20"),
            ("mimeType", "text/plain"),
            ("name", "a"),
            ("order", "ASC"),
        ]
    );
}

#[tokio::test]
async fn a_v3_key_filters_here_what_only_the_legacy_list_filters_there() {
    let server = MockServer::start().await;
    Mock::given(path_regex("^/data/"))
        .respond_with(no_scopes())
        .mount(&server)
        .await;
    let mut small = v3_file("small", CID);
    small["size"] = json!(5);
    let mut new = v3_file("new", CID);
    new["created_at"] = json!("2025-01-01T00:00:00Z");
    let list = json!({"data": {"files": [v3_file("right", CID), small, new, v3_file("other", "bafyother")]}});
    on(
        &server,
        "GET",
        "/v3/files/public",
        ResponseTemplate::new(200).set_body_json(list),
    )
    .await;
    let wanted = PinQuery {
        cid_contains: Some(CID[10..20].to_owned()),
        pinned_to: moment("2024-12-31T00:00:00Z"),
        size_min: Some(30),
        keyvalues: vec![when("whimsey", Test::AtLeast(text("t")))],
        ..PinQuery::default()
    };
    let account = account(&server.uri());
    let page = account.page(&wanted, None, Priority::Click);
    let ids: Vec<_> = page
        .await
        .expect("a page")
        .pins
        .into_iter()
        .map(|pin| pin.service_id)
        .collect();
    assert_eq!(ids, ["right"]);
    let history = PinQuery {
        state: PinState::Unpinned,
        ..PinQuery::default()
    };
    let error = account.page(&history, None, Priority::Click).await;
    assert_eq!(
        error.expect_err("the legacy list's alone").kind,
        ErrorKind::MissingScope("pinList".to_owned())
    );
}

#[tokio::test]
async fn history_is_listed_with_its_dates_and_a_server_that_ignores_filters_is_filtered_here() {
    let server = MockServer::start().await;
    let rows = json!({"rows": [
        row("now", 10, "2024-01-01T00:00:00Z", None),
        row("past", 10, "2024-01-01T00:00:00Z", Some("2024-05-01T00:00:00Z")),
        row("odd", 10, "2024-01-01T00:00:00Z", Some("yesterday")),
    ]});
    on(
        &server,
        "GET",
        "/data/pinList",
        ResponseTemplate::new(200).set_body_json(rows),
    )
    .await;
    let history = PinQuery {
        state: PinState::Unpinned,
        ..PinQuery::default()
    };
    let account = account(&server.uri());
    let page = account
        .page(&history, None, Priority::Click)
        .await
        .expect("a page");
    let seen: Vec<_> = page
        .pins
        .iter()
        .map(|pin| pin.service_id.as_str())
        .collect();
    assert_eq!(seen, ["past", "odd"]);
    let past = &page.pins[0];
    assert_eq!(past.unpinned_at, moment("2024-05-01T00:00:00Z"));
    let region = &past.regions[0];
    assert_eq!(
        (region.id.as_str(), region.replicas, region.wanted),
        ("FRA1", Some(1), Some(2))
    );
    let after = account.page(&history, page.next, Priority::Click);
    let after = after.await.expect("a page");
    assert_eq!((after.pins.len(), after.next), (0, None));
    let impossible = PinQuery {
        network: Network::Private,
        ..history
    };
    let error = account.page(&impossible, None, Priority::Click).await;
    assert!(matches!(
        error.expect_err("refused").kind,
        ErrorKind::Rejected { .. }
    ));
}

#[test]
fn conditions_compare_numbers_as_numbers_and_a_missing_key_meets_none() {
    let wants = |test: Test, value: Option<Value>| {
        let query = PinQuery {
            keyvalues: vec![when("k", test)],
            ..PinQuery::default()
        };
        let keyvalues = value.map(|value| ("k".to_owned(), value));
        query.wants(&pinning::Pin {
            service_id: "1".to_owned(),
            cid: CID.to_owned(),
            name: None,
            dag_size: None,
            files: None,
            mime: None,
            keyvalues: keyvalues.into_iter().collect(),
            group: None,
            network: Network::Public,
            pinned_at: None,
            unpinned_at: None,
            expires_at: None,
            regions: Vec::new(),
        })
    };
    let number = |number: i64| Value::Number(number.into());
    assert!(wants(Test::Greater(number(9)), Some(text("10"))));
    assert!(wants(Test::Less(text("b")), Some(text("a"))));
    assert!(wants(Test::Equal(text("2")), Some(number(2))));
    assert!(wants(Test::Between(number(1), number(2)), Some(number(2))));
    assert!(!wants(
        Test::NotBetween(number(1), number(2)),
        Some(number(2))
    ));
    assert!(!wants(Test::AtLeast(number(3)), Some(number(2))));
    assert!(!wants(Test::AtMost(number(1)), Some(number(2))));
    assert!(!wants(Test::NotEqual(text("x")), None));
    assert!(
        wants(Test::Matches("^q".to_owned()), Some(text("z"))),
        "the service decides"
    );
}

#[tokio::test]
async fn one_pin_is_read_by_its_id_or_else_by_its_cid() {
    let server = answering(
        "GET",
        "/v3/files/public/one",
        json!({"data": v3_file("one", CID)}),
    )
    .await;
    let found = json!({"data": {"files": [v3_file("first", CID), v3_file("second", CID)]}});
    for network in ["public", "private"] {
        on(
            &server,
            "GET",
            &format!("/v3/files/{network}"),
            ResponseTemplate::new(200).set_body_json(&found),
        )
        .await;
    }
    let account = account(&server.uri());
    let get = async |id: Option<&str>, cid: &str| {
        let pin = PinRef {
            service_id: id.map(str::to_owned),
            cid: cid.to_owned(),
            network: Network::Public,
        };
        account.get(&pin, Priority::Click).await
    };
    assert_eq!(get(Some("one"), CID).await.expect("read").service_id, "one");
    assert_eq!(get(None, CID).await.expect("read").service_id, "first");
    assert_eq!(
        get(Some("second"), CID).await.expect("read").service_id,
        "second"
    );
    assert_eq!(
        get(None, "bafyother").await.expect_err("not there").kind,
        ErrorKind::NotPinned
    );
}

#[tokio::test]
async fn a_file_is_deleted_by_id_alone_and_given_an_end_and_none() {
    let server = MockServer::start().await;
    let done = ResponseTemplate::new(200).set_body_json(json!({"data": null}));
    on(&server, "DELETE", "/v3/files/private/one", done.clone()).await;
    on(&server, "PUT", "/v3/files/public/one", done).await;
    let missing = "/v3/files/public/00000000-0000-0000-0000-000000000000";
    on(&server, "PUT", missing, ResponseTemplate::new(404)).await;
    let account = account(&server.uri());
    account
        .delete(Network::Private, "one")
        .await
        .expect("deleted");
    let gone = account.delete(Network::Private, "two").await;
    assert_eq!(gone.expect_err("gone").kind, ErrorKind::NotFound);
    let pin = PinRef {
        service_id: Some("one".to_owned()),
        cid: CID.to_owned(),
        network: Network::Public,
    };
    account
        .expire(&pin, moment("2026-02-01T00:00:00Z"))
        .await
        .expect("set");
    account.expire(&pin, None).await.expect("set");
    assert_eq!(
        crate::service::bodies(&server, "PUT", "/v3/files/public/one").await,
        [
            json!({"expires_at": 1_769_904_000}),
            json!({"expires_at": null})
        ]
    );
    let legacy = legacy_only().await;
    let legacy = crate::support::account(&legacy.uri());
    for error in [
        legacy.expire(&pin, None).await,
        legacy.delete(Network::Public, "one").await,
    ] {
        assert_eq!(
            error.expect_err("v3 only").kind,
            ErrorKind::MissingScope("org:files:write".to_owned())
        );
    }
}

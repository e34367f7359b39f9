//! Answers as the service gives them, each quirk by name.

use crate::service::{CID, no_scopes, on, v3_file};
use crate::support::account;
use pinning::{Delivered, ErrorKind, Network, PinQuery, Pins as _, Priority, Usage as _, Value};
use serde_json::json;
use wiremock::matchers::{header, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test]
async fn a_v3_list_is_read_with_missing_members_text_numbers_and_pending_files() {
    let server = MockServer::start().await;
    let answer = json!({"data": {"files": [
        v3_file("one", CID),
        {"id": "two", "cid": CID, "size": "5000000000", "name": null, "number_of_files": -1, "created_at": "soon",
            "keyvalues": null, "mime_type": null, "group_id": "g", "surprise": [1]},
        {"id": "three", "cid": "pending", "size": 1},
        {"id": "four", "cid": null},
        "not a file",
    ], "next_page_token": "MDE5"}});
    Mock::given(method("GET"))
        .and(path("/v3/files/public"))
        .and(header(
            "authorization",
            format!("Bearer {}", crate::support::token()).as_str(),
        ))
        .and(query_param("limit", "1000"))
        .and(query_param_is_missing("pageToken"))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(query_param("pageToken", "MDE5"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"data": {"files": [], "next_page_token": "MDE5"}})),
        )
        .mount(&server)
        .await;
    let account = account(&server.uri());
    let page = account
        .page(&PinQuery::default(), None, Priority::Background)
        .await
        .expect("a page");
    assert_eq!(page.pins.len(), 2);
    let (one, two) = (&page.pins[0], &page.pins[1]);
    assert_eq!(
        (
            one.service_id.as_str(),
            one.cid.as_str(),
            one.name.as_deref()
        ),
        ("one", CID, Some("a.txt"))
    );
    assert_eq!(
        (one.dag_size, one.files, one.mime.as_deref()),
        (Some(36), Some(1), Some("text/plain"))
    );
    assert_eq!(one.keyvalues["whimsey"], Value::Text("true".to_owned()));
    assert_eq!(one.pinned_at, "2024-08-27T14:57:51.485934Z".parse().ok());
    assert_eq!(
        (two.dag_size, two.files, two.name.as_deref()),
        (Some(5_000_000_000), None, None)
    );
    assert_eq!(
        (
            two.group.as_deref(),
            two.pinned_at,
            two.keyvalues.is_empty()
        ),
        (Some("g"), None, true)
    );
    let end = account
        .page(&PinQuery::default(), page.next, Priority::Background)
        .await
        .expect("a page");
    assert_eq!(
        (end.pins.len(), end.next),
        (0, None),
        "an empty page ends the list whatever its token says"
    );
}

#[tokio::test]
async fn a_page_token_that_leads_to_itself_ends_the_list() {
    let server = MockServer::start().await;
    let answer = json!({"data": {"files": [v3_file("one", CID)], "next_page_token": "same"}});
    on(
        &server,
        "GET",
        "/v3/files/public",
        ResponseTemplate::new(200).set_body_json(answer),
    )
    .await;
    let account = account(&server.uri());
    let first = account
        .page(&PinQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    let second = account
        .page(&PinQuery::default(), first.next, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn a_server_that_refuses_a_thousand_rows_is_asked_for_a_hundred() {
    let server = MockServer::start().await;
    Mock::given(query_param("limit", "1000"))
        .respond_with(
            ResponseTemplate::new(400)
                .set_body_json(json!({"error": {"code": 400, "message": "limit"}})),
        )
        .mount(&server)
        .await;
    Mock::given(query_param("limit", "100"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"data": {"files": [v3_file("one", CID)]}})),
        )
        .mount(&server)
        .await;
    let page = account(&server.uri())
        .page(&PinQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(page.pins.len(), 1);
}

#[tokio::test]
async fn a_legacy_key_lists_by_rows_without_history_and_is_asked_of_v3_only_once() {
    let server = MockServer::start().await;
    Mock::given(path("/v3/files/public"))
        .respond_with(no_scopes())
        .expect(1)
        .mount(&server)
        .await;
    let row = |id: &str, unpinned: serde_json::Value| {
        json!({"id": id, "ipfs_pin_hash": CID, "size": 3_975_284, "date_pinned": "2023-07-07 17:33:19.774000+00:00",
            "date_unpinned": unpinned, "metadata": {"name": "n", "keyvalues": {"Type": "Test", "type": 3, "ok": true}},
            "regions": []})
    };
    let list = |offset: &'static str, rows: serde_json::Value| {
        Mock::given(method("GET"))
            .and(path("/data/pinList"))
            .and(query_param("status", "pinned"))
            .and(query_param("includeCount", "false"))
            .and(query_param("includesCount", "false"))
            .and(query_param("pageLimit", "1000"))
            .and(query_param("pageOffset", offset))
            .respond_with(
                ResponseTemplate::new(200).set_body_json(json!({"count": "99", "rows": rows})),
            )
    };
    list(
        "0",
        json!([
            row("one", json!(null)),
            row("two", json!("2023-07-07T00:00:00Z"))
        ]),
    )
    .mount(&server)
    .await;
    list("2", json!([{"id": "three", "ipfs_pin_hash": CID, "metadata": {"name": null, "keyvalues": null}}])).mount(&server).await;
    list("3", json!([])).mount(&server).await;
    let account = account(&server.uri());
    let (mut pins, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = account
            .page(&PinQuery::default(), after, Priority::Background)
            .await
            .expect("a page");
        pins.extend(page.pins);
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(
        pins.iter()
            .map(|pin| pin.service_id.as_str())
            .collect::<Vec<_>>(),
        ["one", "three"]
    );
    assert_eq!(pins[0].pinned_at, "2023-07-07T17:33:19.774Z".parse().ok());
    assert_eq!(
        (&pins[0].keyvalues["Type"], &pins[0].keyvalues["type"]),
        (&Value::Text("Test".to_owned()), &Value::Number(3.into()))
    );
    assert_eq!((pins[1].name.as_deref(), pins[1].dag_size), (None, None));
    account
        .page(&PinQuery::default(), None, Priority::Background)
        .await
        .expect("v3 is not asked again");
}

#[tokio::test]
async fn a_key_that_may_list_nowhere_is_told_which_scope_it_lacks() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(no_scopes())
        .mount(&server)
        .await;
    let account = account(&server.uri());
    for _ in 0..2 {
        let error = account
            .find(CID, Priority::Click)
            .await
            .expect_err("refused");
        assert!(
            matches!(&error.kind, ErrorKind::MissingScope(scope) if scope == "pinList" || scope == "org:files:read"),
            "{error:?}"
        );
        assert_eq!(error.delivered, Delivered::NotSent);
    }
}

#[tokio::test]
async fn find_looks_on_both_networks_and_takes_exactly_this_cid() {
    let server = MockServer::start().await;
    let list = |files: serde_json::Value| {
        ResponseTemplate::new(200).set_body_json(json!({"data": {"files": files}}))
    };
    on(
        &server,
        "GET",
        "/v3/files/public",
        list(json!([v3_file("one", CID), v3_file("other", "bafyother")])),
    )
    .await;
    on(
        &server,
        "GET",
        "/v3/files/private",
        list(json!([v3_file("two", CID)])),
    )
    .await;
    let found = account(&server.uri())
        .find(CID, Priority::Click)
        .await
        .expect("found");
    let seen: Vec<_> = found
        .iter()
        .map(|pin| (pin.service_id.as_str(), pin.network))
        .collect();
    assert_eq!(seen, [("one", Network::Public), ("two", Network::Private)]);
}

#[tokio::test]
async fn find_does_without_the_private_network_where_the_plan_has_none() {
    let server = MockServer::start().await;
    let files = json!({"data": {"files": [v3_file("one", CID)], "next_page_token": ""}});
    on(
        &server,
        "GET",
        "/v3/files/public",
        ResponseTemplate::new(200).set_body_json(files),
    )
    .await;
    on(
        &server,
        "GET",
        "/v3/files/private",
        ResponseTemplate::new(403).set_body_string("Private IPFS is not in your plan"),
    )
    .await;
    let account = account(&server.uri());
    assert_eq!(
        account
            .find(CID, Priority::Click)
            .await
            .expect("found")
            .len(),
        1
    );
    assert!(
        account
            .page(&PinQuery::default(), None, Priority::Click)
            .await
            .is_ok(),
        "the public network is not given up"
    );
}

#[tokio::test]
async fn negative_and_absurd_totals_are_not_known() {
    let server = MockServer::start().await;
    let totals = json!({"pin_count": -223, "pin_size_total": "60686749507", "pin_size_with_replications_total": 1e300});
    on(
        &server,
        "GET",
        "/data/userPinnedDataTotal",
        ResponseTemplate::new(200).set_body_json(totals),
    )
    .await;
    let totals = account(&server.uri()).totals().await.expect("totals");
    assert_eq!(
        (totals.pins, totals.bytes, totals.bytes_with_replications),
        (None, Some(60_686_749_507), None)
    );
}

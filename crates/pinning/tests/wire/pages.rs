//! A large account, page by page: how many requests its list takes.

use std::collections::BTreeMap;

use crate::service::{CID, asked, legacy_only, v3_file};
use crate::support::account;
use pinning::{PinQuery, Pinata, Pins as _, Priority, Value};
use serde_json::json;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Pins of the account.
const PINS: usize = 10_000;

const V3: &str = "/v3/files/public";
const LEGACY: &str = "/data/pinList";

fn parameters(request: &Request) -> BTreeMap<String, String> {
    request.url.query_pairs().into_owned().collect()
}

/// Serves the account's rows by v3, at most so many a page.
async fn v3(most: usize) -> MockServer {
    let server = MockServer::start().await;
    let answer = move |request: &Request| {
        let asked = parameters(request);
        let limit: usize = asked["limit"].parse().expect("a number");
        if limit > most {
            let why = json!({"error": {"code": 400, "message": "limit is too large"}});
            return ResponseTemplate::new(400).set_body_json(why);
        }
        let from = asked
            .get("pageToken")
            .map_or(0, |from| from.parse().expect("a row"));
        let to = PINS.min(from + limit);
        let rows: Vec<_> = (from..to).map(|n| v3_file(&n.to_string(), CID)).collect();
        let next = (to < PINS).then(|| to.to_string());
        let data = json!({"data": {"files": rows, "next_page_token": next}});
        ResponseTemplate::new(200).set_body_json(data)
    };
    Mock::given(method("GET"))
        .and(path(V3))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

/// Reads the whole list, and gives the number of requests to `at`: those for the first page, and all of them.
async fn reads_all(server: &MockServer, account: &Pinata, at: &str) -> (usize, usize) {
    let query = PinQuery::default();
    let page = account.page(&query, None, Priority::Click).await;
    let mut page = page.expect("the first page");
    assert!(
        !page.pins.is_empty(),
        "it is there before the rest is asked for"
    );
    let first = asked(server, at).await;
    let mut ids: Vec<_> = page.pins.into_iter().map(|pin| pin.service_id).collect();
    while let Some(next) = page.next {
        let more = account.page(&query, Some(next), Priority::Background).await;
        page = more.expect("a page");
        ids.extend(page.pins.into_iter().map(|pin| pin.service_id));
    }
    let expected: Vec<_> = (0..PINS).map(|n| n.to_string()).collect();
    assert_eq!(ids, expected);
    (first, asked(server, at).await)
}

#[tokio::test]
async fn a_list_of_ten_thousand_pins_is_read_from_v3_in_its_largest_pages() {
    let server = v3(1_000).await;
    let account = account(&server.uri());
    assert_eq!(reads_all(&server, &account, V3).await, (1, 10));
}

#[tokio::test]
async fn a_service_that_refuses_large_pages_is_asked_for_one_once_only() {
    let server = v3(100).await;
    let account = account(&server.uri());
    assert_eq!(reads_all(&server, &account, V3).await, (2, 101));
    assert_eq!(reads_all(&server, &account, V3).await.1, 201);
}

#[tokio::test]
async fn a_list_of_ten_thousand_pins_is_read_from_the_legacy_api_in_its_largest_pages() {
    let server = legacy_only().await;
    let answer = |request: &Request| {
        let asked = parameters(request);
        let number = |name: &str| -> usize { asked[name].parse().expect("a number") };
        let from = number("pageOffset").min(PINS);
        let to = PINS.min(from + number("pageLimit").min(1_000));
        let row = |n: usize| json!({"id": n.to_string(), "ipfs_pin_hash": CID, "size": 1});
        let rows: Vec<_> = (from..to).map(row).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "rows": rows }))
    };
    Mock::given(method("GET"))
        .and(path(LEGACY))
        .respond_with(answer)
        .mount(&server)
        .await;
    let account = account(&server.uri());
    // Only an empty page is the end there.
    assert_eq!(reads_all(&server, &account, LEGACY).await, (1, 11));
}

#[tokio::test]
async fn files_without_a_cid_are_asked_for_by_themselves_page_by_page() {
    let server = MockServer::start().await;
    let waiting = json!({"id": "one", "cid": "pending", "name": "big.car", "size": "7", "mime_type": "directory",
        "keyvalues": {"edition": "5"}, "group_id": "g", "created_at": "2024-08-27T14:57:51.485934Z"});
    // A server that does not know the filter gives what has a CID, too.
    let page = |files: serde_json::Value, next: Option<&str>| {
        ResponseTemplate::new(200)
            .set_body_json(json!({"data": {"files": files, "next_page_token": next}}))
    };
    for (token, answer) in [
        (
            None,
            page(json!([waiting, v3_file("two", CID)]), Some("Mg")),
        ),
        (
            Some("Mg"),
            page(json!([{"id": "three", "cid": null}]), None),
        ),
    ] {
        let mut mock = Mock::given(method("GET"))
            .and(path("/v3/files/public"))
            .and(query_param("cidPending", "true"))
            .and(query_param("mimeType", "directory"));
        mock = match token {
            Some(token) => mock.and(query_param("pageToken", token)),
            None => mock.and(query_param_is_missing("pageToken")),
        };
        mock.respond_with(answer).expect(1).mount(&server).await;
    }
    let account = account(&server.uri());
    let query = PinQuery {
        mime: Some("directory".to_owned()),
        ..PinQuery::default()
    };
    let first = account.pending(&query, None, Priority::Click).await;
    let first = first.expect("a page");
    assert_eq!(first.files.len(), 1);
    let file = &first.files[0];
    assert_eq!(
        (file.service_id.as_str(), file.name.as_deref(), file.bytes),
        ("one", Some("big.car"), Some(7))
    );
    assert_eq!(file.keyvalues["edition"], Value::from("5"));
    let second = account.pending(&query, first.next, Priority::Click).await;
    let second = second.expect("a page");
    assert_eq!((second.files.len(), second.next), (1, None));
}

//! Lists of the pinning service API, as real services page and fill them.

use crate::requests::{CID, psa, row};
use crate::service::{answering, asked, query};
use pinning::{NameMatch, PinStatus, Priority, Psa, RequestQuery, RequestStatus, Requests as _};
use serde_json::json;
use wiremock::matchers::{query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn ids(requests: &[PinStatus]) -> Vec<&str> {
    requests
        .iter()
        .map(|request| request.request_id.as_str())
        .collect()
}

/// Every page, at most ten of them.
async fn all(service: &Psa, wanted: &RequestQuery) -> Vec<Vec<String>> {
    let (mut pages, mut after) = (Vec::new(), None);
    for _ in 0..10 {
        let page = service
            .list(wanted, after, Priority::Background)
            .await
            .expect("a page");
        pages.push(
            page.requests
                .into_iter()
                .map(|request| request.request_id)
                .collect(),
        );
        after = page.next;
        if after.is_none() {
            return pages;
        }
    }
    panic!("the list does not end: {pages:?}")
}

#[tokio::test]
async fn a_list_asks_for_every_state_and_sends_each_filter_once() {
    let list = json!({"count": 1, "results": [row("one", "2023-06-27T23:02:50.341Z")]});
    let server = answering("GET", "/psa/pins", list).await;
    let service = psa(&format!("{}/psa/pins/", server.uri()));
    let page = service
        .list(&RequestQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!((page.total, page.next), (Some(1), None));
    let one = &page.requests[0];
    assert_eq!(
        (&one.status, one.pin.cid.as_str()),
        (&RequestStatus::Queued, CID)
    );
    assert_eq!(one.created_at, "2023-06-27T23:02:50.341Z".parse().ok());
    assert_eq!(one.info["pinata_pinjob_status"], "searching");
    assert_eq!(one.delegates.len(), 1);
    let pairs = query(&server, "/psa/pins").await;
    assert_eq!(
        pairs,
        [
            ("limit", "1000"),
            ("status", "queued,pinning,pinned,failed")
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let server = answering("GET", "/pins", json!({"count": 0, "results": []})).await;
    let wanted = RequestQuery {
        cids: vec!["a".to_owned(), "b".to_owned()],
        name: Some("ü & x".to_owned()),
        name_match: NameMatch::PartAnyCase,
        states: vec![RequestStatus::Failed],
        before: "2026-01-02T00:00:00Z".parse().ok(),
        after: "2025-01-02T00:00:00.5Z".parse().ok(),
        meta: [("app".to_owned(), "x\"y".to_owned())].into(),
        limit: Some(9999),
    };
    psa(&server.uri())
        .list(&wanted, None, Priority::Click)
        .await
        .expect("a page");
    let sent = query(&server, "/pins").await;
    let sent: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        sent,
        [
            ("after", "2025-01-02T00:00:00.5Z"),
            ("before", "2026-01-02T00:00:00Z"),
            ("cid", "a,b"),
            ("limit", "1000"),
            ("match", "ipartial"),
            ("meta", r#"{"app":"x\"y"}"#),
            ("name", "ü & x"),
            ("status", "failed"),
        ]
    );
}

#[tokio::test]
async fn pages_overlap_so_that_requests_of_one_second_are_neither_lost_nor_told_twice() {
    let server = MockServer::start().await;
    // Filebase's clock has whole seconds and an offset; three requests share one second, two fit a page.
    let second = "2023-01-25T18:01:47.000-05:00";
    let older = "2023-01-25T18:01:40.000-05:00";
    let page = |rows: Vec<serde_json::Value>, count: u64| {
        ResponseTemplate::new(200).set_body_json(json!({"count": count, "results": rows}))
    };
    Mock::given(query_param_is_missing("before"))
        .respond_with(page(vec![row("a", second), row("b", second)], 4))
        .mount(&server)
        .await;
    // One second later than the oldest, as UTC: the same two come again with what follows.
    Mock::given(query_param("before", "2023-01-25T23:01:48Z"))
        .respond_with(page(
            vec![
                row("a", second),
                row("b", second),
                row("c", second),
                row("d", older),
            ],
            4,
        ))
        .mount(&server)
        .await;
    Mock::given(query_param("before", "2023-01-25T23:01:41Z"))
        .respond_with(page(vec![row("d", older)], 1))
        .mount(&server)
        .await;
    let wanted = RequestQuery {
        limit: Some(2),
        ..RequestQuery::default()
    };
    let pages = all(&psa(&server.uri()), &wanted).await;
    assert_eq!(pages.concat(), ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn a_service_that_ignores_limit_and_before_ends_after_its_one_page() {
    // Pinata: every row whatever the limit, and the count of the rows in the page.
    let rows = [
        row("a", "2023-06-27T23:02:50.341Z"),
        row("b", "2023-06-27T23:02:49.341Z"),
    ];
    let server = answering("GET", "/pins", json!({"count": 2, "results": rows})).await;
    let one = RequestQuery {
        limit: Some(1),
        ..RequestQuery::default()
    };
    let pages = all(&psa(&server.uri()), &one).await;
    assert_eq!(pages.concat(), ["a", "b"]);
    assert!(pages.len() <= 3, "{pages:?}");
    // One that always says that there are more.
    let server = answering("GET", "/pins", json!({"count": 99, "results": rows})).await;
    let pages = all(&psa(&server.uri()), &RequestQuery::default()).await;
    assert_eq!(pages.concat(), ["a", "b"]);
    assert!(pages.len() <= 4, "{pages:?}");
}

#[tokio::test]
async fn a_list_ends_by_its_count_and_by_an_empty_page() {
    let rows: Vec<_> = (0..3)
        .map(|n| row(&n.to_string(), &format!("2023-06-27T23:02:5{n}.341Z")))
        .collect();
    let server = answering("GET", "/pins", json!({"count": 3, "results": rows})).await;
    let pages = all(&psa(&server.uri()), &RequestQuery::default()).await;
    assert_eq!((pages.len(), asked(&server, "/pins").await), (1, 1));
    for empty in [
        json!({"count": 7, "results": []}),
        json!({"count": null, "results": null}),
    ] {
        let server = answering("GET", "/pins", empty).await;
        let pages = all(&psa(&server.uri()), &RequestQuery::default()).await;
        assert_eq!(pages, [Vec::<String>::new()]);
    }
}

#[tokio::test]
async fn rows_are_read_with_nulls_numbers_odd_dates_unknown_states_and_vendors_extras() {
    let rows = json!([
        {"requestid": 153_308_493, "status": "levitating", "created": "2023-06-22T09:20:57.123456789Z",
            "pin": {"cid": CID, "name": "", "origins": null, "meta": null, "vendor": {"dozens": [1]}}, "delegates": [], "info": null},
        {"requestid": "two", "status": null, "created": "2022-06-27T16:23:22.9+00:00",
            "pin": {"cid": CID, "name": null, "meta": {"n": 5, "gone": null}}, "delegates": null, "info": {"dag_size": 12, "size": "0"}},
        {"requestid": "three", "created": "soon", "pin": {"cid": CID}},
        {"requestid": "no pin"}, {"pin": {"cid": CID}}, null,
    ]);
    let server = answering("GET", "/pins", json!({"count": "6", "results": rows})).await;
    let page = psa(&server.uri())
        .list(&RequestQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(ids(&page.requests), ["153308493", "two", "three"]);
    let [estuary, nft, bare] = page.requests.as_slice() else {
        panic!("three")
    };
    assert_eq!(
        estuary.status,
        RequestStatus::Other("levitating".to_owned())
    );
    assert_eq!(
        estuary.created_at,
        "2023-06-22T09:20:57.123456789Z".parse().ok()
    );
    assert_eq!(
        (estuary.pin.name.as_deref(), estuary.pin.origins.len()),
        (None, 0)
    );
    assert_eq!(nft.created_at, "2022-06-27T16:23:22.9Z".parse().ok());
    assert_eq!(nft.pin.meta, [("n".to_owned(), "5".to_owned())].into());
    assert_eq!(nft.info["dag_size"], "12");
    assert_eq!((bare.created_at, bare.delegates.len()), (None, 0));
}

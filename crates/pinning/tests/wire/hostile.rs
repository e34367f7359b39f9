//! Servers that are broken, hostile or not the service at all.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::requests::{CID, psa};
use crate::support::{account, account_with, assert_keeps_the_secret, token};
use pinning::{
    Deadlines, Delivered, Error, ErrorKind, Network, PinQuery, PinRef, Pins as _, Priority,
    Service as _, Uploads as _, Usage as _,
};
use serde_json::json;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn totals_error(server: &MockServer) -> Error {
    let error = account(&server.uri()).totals().await.expect_err("an error");
    assert_keeps_the_secret(&error);
    error
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.expect("recorded").len()
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_a_captive_portal_and_the_token_does_not_follow() {
    let elsewhere = answering(ResponseTemplate::new(200).set_body_json(json!({}))).await;
    for status in [301, 302, 303, 307, 308] {
        let server = answering(
            ResponseTemplate::new(status).insert_header("location", elsewhere.uri().as_str()),
        )
        .await;
        let error = totals_error(&server).await;
        assert_eq!(
            (error.kind, error.status),
            (ErrorKind::CaptivePortal, Some(status))
        );
    }
    assert_eq!(requests(&elsewhere).await, 0);
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_not_followed_either() {
    let server =
        answering(ResponseTemplate::new(302).insert_header("location", "/data/elsewhere")).await;
    let error = totals_error(&server).await;
    assert!(
        matches!(error.kind, ErrorKind::Unexpected { status: 302, .. }),
        "{error:?}"
    );
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn html_with_200_is_a_captive_portal() {
    for page in ["<!DOCTYPE html><html>Please sign in", "  \n<html>"] {
        let by_start = ResponseTemplate::new(200).set_body_raw(page, "application/json");
        let by_type =
            ResponseTemplate::new(200).set_body_raw("Please sign in", "text/html; charset=utf-8");
        for answer in [by_start, by_type] {
            let server = answering(answer).await;
            let error = totals_error(&server).await;
            assert_eq!(error.kind, ErrorKind::CaptivePortal);
            let error = account(&server.uri())
                .file(crate::support::file("a", b"x"))
                .await
                .expect_err("an error");
            assert_eq!(error.kind, ErrorKind::CaptivePortal);
        }
    }
}

#[tokio::test]
async fn json_of_the_wrong_kind_is_unexpected_or_unknown_and_never_a_panic() {
    for body in [
        json!([]),
        json!("OK"),
        json!(7),
        json!(null),
        json!({"data": 5}),
        json!({"data": {"files": {}}}),
        json!({"rows": {}}),
    ] {
        let server = answering(ResponseTemplate::new(200).set_body_json(&body)).await;
        let account = account(&server.uri());
        let page = account
            .page(&PinQuery::default(), None, Priority::Click)
            .await;
        assert!(
            matches!(&page, Err(error) if matches!(error.kind, ErrorKind::Unexpected { .. })),
            "{body}: {page:?}"
        );
        let sent = account
            .file(crate::support::file("a", b"x"))
            .await
            .expect_err("no CID");
        assert!(
            matches!(sent.kind, ErrorKind::Unexpected { status: 200, .. }),
            "{body}: {sent:?}"
        );
        assert_eq!(
            sent.delivered,
            Delivered::Maybe,
            "the service may have stored it"
        );
        assert_eq!(
            account.totals().await.expect("lenient"),
            pinning::Totals::default()
        );
    }
    let server = answering(ResponseTemplate::new(200).set_body_string("{\"data\": ")).await;
    let error = totals_error(&server).await;
    assert!(
        matches!(error.kind, ErrorKind::Unexpected { status: 200, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_status_is_kept_when_the_body_is_html_and_the_request_id_is_shown() {
    let answer = ResponseTemplate::new(500)
        .set_body_raw(
            "<html><h1>500 Internal Server Error</h1></html>",
            "text/html",
        )
        .insert_header("x-request-id", "f60474dfa75f70cbde347239324f49cc");
    let server = answering(answer).await;
    let error = totals_error(&server).await;
    assert_eq!(
        (error.status, error.request_id.as_deref()),
        (Some(500), Some("f60474dfa75f70cbde347239324f49cc"))
    );
    assert!(
        matches!(&error.kind, ErrorKind::Unexpected { status: 500, excerpt } if excerpt.contains("Internal")),
        "{error:?}"
    );
    assert!(error.is_transient());
    assert_eq!(
        requests(&server).await,
        3,
        "a look-up is repeated twice at most"
    );
}

#[tokio::test]
async fn a_change_is_never_repeated_and_an_error_of_the_service_delivered_nothing() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;
    for (status, delivered) in [
        (500, Delivered::NotSent),
        (503, Delivered::NotSent),
        (502, Delivered::Maybe),
        (504, Delivered::Maybe),
    ] {
        let mock = Mock::given(method("DELETE"))
            .respond_with(ResponseTemplate::new(status))
            .expect(1)
            .mount_as_scoped(&server)
            .await;
        let pin = PinRef {
            service_id: Some("id".to_owned()),
            cid: "bafy".to_owned(),
            network: Network::Public,
        };
        let error = account(&server.uri())
            .unpin(&pin)
            .await
            .expect_err("an error");
        assert_eq!((error.status, error.delivered), (Some(status), delivered));
        drop(mock);
    }
}

#[tokio::test]
async fn retry_after_is_read_in_seconds_as_a_date_and_from_the_reset() {
    let wait = |name: &'static str, value: &'static str| async move {
        let server = answering(ResponseTemplate::new(429).insert_header(name, value)).await;
        match totals_error(&server).await.kind {
            ErrorKind::RateLimited { retry_after } => (
                retry_after.map(|wait| wait.as_secs()),
                requests(&server).await,
            ),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(wait("retry-after", "60").await, (Some(60), 1));
    assert_eq!(
        wait("retry-after", "Fri, 02 Jan 2026 12:01:30 GMT").await,
        (Some(90), 1)
    );
    assert_eq!(wait("x-ratelimit-reset", "1767355260").await, (Some(60), 1));
    assert_eq!(wait("retry-after", "99999999999").await, (Some(86_400), 1));
    assert_eq!(wait("retry-after", "soon").await, (None, 1));
}

#[tokio::test]
async fn a_service_that_asked_to_be_left_alone_is_not_asked_again() {
    let server = MockServer::start().await;
    Mock::given(path("/data/userPinnedDataTotal"))
        .respond_with(ResponseTemplate::new(429).insert_header("retry-after", "60"))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/v3/files/public"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": {"files": []}})))
        .mount(&server)
        .await;
    let account = account(&server.uri());
    account.totals().await.expect_err("limited");
    let error = account.totals().await.expect_err("still limited");
    assert!(
        matches!(error.kind, ErrorKind::RateLimited { retry_after: Some(wait) } if wait <= Duration::from_mins(1)),
        "{error:?}"
    );
    assert!(error.is_transient());
    account
        .page(&PinQuery::default(), None, Priority::Click)
        .await
        .expect("another family is free");
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut() {
    let server =
        answering(ResponseTemplate::new(200).set_body_bytes(vec![b' '; 17 * 1024 * 1024])).await;
    let error = totals_error(&server).await;
    assert!(
        matches!(&error.kind, ErrorKind::Unexpected { status: 200, excerpt } if excerpt.contains("too long")),
        "{error:?}"
    );
    let server =
        answering(ResponseTemplate::new(400).set_body_bytes(vec![b'x'; 1024 * 1024])).await;
    let error = totals_error(&server).await;
    assert!(
        matches!(error.kind, ErrorKind::Rejected { .. }),
        "{:?}",
        error.status
    );
    assert!(
        format!("{error:?}").len() < 2000,
        "an error's text is short"
    );
}

#[tokio::test]
async fn no_error_shows_the_token_that_the_service_echoes() {
    let token = token();
    let claims = token.split('.').nth(1).expect("claims");
    let secret = crate::support::API_SECRET;
    let bodies = [
        format!(r#"{{"error":{{"reason":"Bearer {token}","details":"{claims} {secret}"}}}}"#),
        format!(r#"{{"error":"{token}"}}"#),
        format!("you sent {token}"),
        format!("<html>{token}</html>"),
    ];
    let statuses = [200, 400, 403, 404, 409, 422, 500];
    let scenes = bodies
        .iter()
        .flat_map(|body| statuses.map(|status| (body.clone(), status)));
    futures::future::join_all(scenes.map(|(body, status)| echoed(body, status, token.clone())))
        .await;
}

/// Every call to a service that answers everything with this.
async fn echoed(body: String, status: u16, token: String) {
    let answer = ResponseTemplate::new(status)
        .set_body_string(body)
        .insert_header("x-request-id", token.as_str());
    let server = answering(answer).await;
    let account = account(&server.uri());
    let query = PinQuery::default();
    let errors = [
        account.check().await.err(),
        account.page(&query, None, Priority::Click).await.err(),
        account.file(crate::support::file("a", b"x")).await.err(),
        account
            .folder(crate::support::folder("r", &[("a", b"x")]))
            .await
            .err(),
    ];
    for error in errors.into_iter().flatten() {
        assert_keeps_the_secret(&error);
    }
}

#[tokio::test]
async fn a_token_with_spaces_and_line_breaks_around_it_is_sent_clean() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::header(
        "authorization",
        format!("Bearer {}", token()).as_str(),
    ))
    .respond_with(ResponseTemplate::new(200).set_body_json(json!({"pin_count": 1})))
    .expect(1)
    .mount(&server)
    .await;
    let account = account_with(
        &server.uri(),
        &format!(" \r\n{}\n ", token()),
        Deadlines::default(),
    );
    assert_eq!(account.totals().await.expect("accepted").pins, Some(1));
}

#[tokio::test]
async fn a_record_of_the_wrong_kind_is_unexpected_and_never_a_panic() {
    let by_cid = PinRef {
        service_id: None,
        cid: CID.to_owned(),
        network: Network::Public,
    };
    for body in [
        json!([{"cid": CID}]),
        json!("OK"),
        json!(7),
        json!({"rows": 1}),
    ] {
        let server = answering(ResponseTemplate::new(200).set_body_json(&body)).await;
        let record = account(&server.uri())
            .record(&by_cid, Priority::Click)
            .await;
        let error = record.expect_err("no record");
        assert!(
            matches!(error.kind, ErrorKind::Unexpected { .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_list_that_never_ends_is_given_up_by_every_look_up_of_a_cid() {
    let asked = AtomicI64::new(0);
    let answer = move |_: &wiremock::Request| {
        let page = asked.fetch_add(1, Ordering::Relaxed);
        let older = jiff::Timestamp::from_second(1_700_000_000 - page).expect("a moment");
        let file = json!({"id": format!("{page}"), "cid": CID});
        let request = json!({"requestid": format!("{page}"), "status": "pinned", "created": older, "pin": {"cid": CID}});
        let files = json!({"files": [file], "next_page_token": format!("{page}")});
        let body = json!({"data": files, "results": [request], "count": 1_000_000});
        ResponseTemplate::new(200).set_body_json(body)
    };
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let (pinata, service) = (account(&server.uri()), psa(&server.uri()));
    let found = [
        pinata.find(CID, Priority::Click).await,
        service.find(CID, Priority::Click).await,
    ];
    for found in found {
        let error = found.expect_err("it never ends");
        assert!(
            matches!(error.kind, ErrorKind::Unexpected { .. }),
            "{error:?}"
        );
    }
    assert_eq!(requests(&server).await, 600);
}

//! The pinning service API with the deviations that real services have.

use std::sync::Arc;

use crate::service::{answering, asked, bodies, on};
use crate::support::{Noon, token};
use pinning::{
    Deadlines, Delivered, ErrorKind, PinRequest, Priority, Psa, PsaBudget, PsaEndpoint,
    RequestQuery, Requests as _, TokenError,
};
use secrecy::SecretString;
use serde_json::json;
use wiremock::matchers::{any, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const CID: &str = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";

pub(crate) fn psa(address: &str) -> Psa {
    let endpoint = PsaEndpoint::new(address).expect("loopback");
    let many = std::num::NonZeroU32::new(60_000).expect("not zero");
    let budget = PsaBudget {
        lists: many,
        others: many,
    };
    let token = SecretString::from(token());
    Psa::new(
        endpoint,
        Some(&token),
        Arc::new(Noon),
        budget,
        Deadlines::default(),
    )
    .expect("a token")
}

pub(crate) fn row(id: &str, created: &str) -> serde_json::Value {
    json!({"requestid": id, "status": "queued", "created": created,
        "pin": {"cid": CID, "name": id, "origins": [], "meta": {"k": "v"}},
        "delegates": ["/dns4/node.example.invalid/tcp/4001/p2p/12D3KooW"], "info": {"pinata_pinjob_status": "searching"}})
}

fn wish() -> PinRequest {
    PinRequest {
        cid: CID.to_owned(),
        name: Some("n".to_owned()),
        origins: vec!["/ip4/192.0.2.1/tcp/4001".to_owned()],
        meta: [("app".to_owned(), "pinfold".to_owned())].into(),
    }
}

#[tokio::test]
async fn a_request_is_made_and_replaced_with_200_and_202_alike() {
    for status in [200, 202] {
        let server = MockServer::start().await;
        let answer = |id: &str| {
            ResponseTemplate::new(status).set_body_json(row(id, "2023-06-27T23:02:37.361Z"))
        };
        on(&server, "POST", "/pins", answer("old")).await;
        // Ids are opaque: base64 on one service, with letters that a path may not have.
        on(&server, "POST", "/pins/a%2Fb=", answer("new")).await;
        let service = psa(&server.uri());
        let made = service.add(&wish()).await.expect("made");
        assert_eq!(made.request_id, "old");
        let bare = PinRequest {
            cid: CID.to_owned(),
            ..PinRequest::default()
        };
        let replaced = service.replace("a/b=", &bare).await.expect("replaced");
        assert_eq!(replaced.request_id, "new");
        assert_eq!(
            bodies(&server, "POST", "/pins").await,
            [
                json!({"cid": CID, "name": "n", "origins": ["/ip4/192.0.2.1/tcp/4001"], "meta": {"app": "pinfold"}})
            ]
        );
        assert_eq!(
            bodies(&server, "POST", "/pins/a%2Fb=").await,
            [json!({"cid": CID})]
        );
    }
}

#[tokio::test]
async fn an_answer_without_an_id_may_have_made_a_request() {
    for body in ["{}", "OK", "", "[]", r#"{"requestid": null}"#] {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(202).set_body_string(body))
            .expect(1)
            .mount(&server)
            .await;
        let error = psa(&server.uri())
            .add(&wish())
            .await
            .expect_err("unreadable");
        assert_eq!(
            (error.delivered, error.status),
            (Delivered::Maybe, Some(202)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_request_is_removed_by_any_success_whatever_its_body() {
    for answer in [
        ResponseTemplate::new(202),
        ResponseTemplate::new(200).set_body_string("OK"),
        ResponseTemplate::new(202).set_body_json(json!({})),
        ResponseTemplate::new(204),
    ] {
        let server = MockServer::start().await;
        on(&server, "DELETE", "/pins/r-1", answer).await;
        psa(&server.uri()).remove("r-1").await.expect("removed");
    }
    let server = MockServer::start().await;
    for id in ["", "..", "."] {
        let error = psa(&server.uri()).remove(id).await.expect_err("no id");
        assert!(
            matches!(error.kind, ErrorKind::Rejected { .. }),
            "{error:?}"
        );
    }
    assert_eq!(
        asked(&server, "/").await,
        0,
        "the whole list is never named"
    );
    let page = ResponseTemplate::new(200).set_body_raw("<!DOCTYPE html><html>", "text/html");
    let server = MockServer::start().await;
    on(&server, "DELETE", "/pins/r-1", page).await;
    let error = psa(&server.uri())
        .remove("r-1")
        .await
        .expect_err("a web page");
    assert_eq!(error.kind, ErrorKind::CaptivePortal);
}

#[tokio::test]
async fn every_shape_of_refusal_has_its_meaning() {
    let rejected = |reason: &str, details: &str| ErrorKind::Rejected {
        reason: reason.to_owned(),
        details: details.to_owned(),
    };
    let scenes = [
        (
            404,
            json!({"error": {"reason": "OBJECT_NOT_FOUND", "details": "none"}}),
            ErrorKind::NotFound,
        ),
        (
            400,
            json!({"error": {"reason": "KEYS_MUST_BE_STRINGS"}}),
            ErrorKind::Unauthorized,
        ),
        (
            401,
            json!({"ok": false, "error": {"code": "ERROR_MALFORMED_TOKEN", "message": "x"}}),
            ErrorKind::Unauthorized,
        ),
        (
            403,
            json!({"error": {"reason": "ERR_AUTH_MISSING"}}),
            ErrorKind::Unauthorized,
        ),
        (
            403,
            json!({"error": {"reason": "FORBIDDEN", "details": "The Pinning Service API requires a paid account"}}),
            ErrorKind::QuotaExceeded,
        ),
        (
            403,
            json!({"error": {"reason": "BLOCKED", "details": "this content is not welcome"}}),
            rejected("BLOCKED", "this content is not welcome"),
        ),
        (
            409,
            json!({"error": {"reason": "INSUFFICIENT_FUNDS"}}),
            ErrorKind::QuotaExceeded,
        ),
        (
            400,
            json!({"error": {"reason": "PSA_REQUIRED_DATA", "details": "status"}}),
            rejected("PSA_REQUIRED_DATA", "status"),
        ),
        (
            400,
            json!({"reason": "BAD", "details": "un-nested"}),
            rejected("BAD", "un-nested"),
        ),
        (
            422,
            json!({"code": "BARE", "message": "words"}),
            rejected("BARE", "words"),
        ),
        (
            400,
            json!({"Error": "Empty Signature"}),
            rejected("Empty Signature", ""),
        ),
        (413, json!({}), ErrorKind::TooLarge),
    ];
    for (status, body, kind) in scenes {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status).set_body_json(&body))
            .mount(&server)
            .await;
        let error = psa(&server.uri()).add(&wish()).await.expect_err("refused");
        assert_eq!(
            (error.kind, error.delivered),
            (kind, Delivered::NotSent),
            "{body}"
        );
    }
    for (status, delivered) in [
        (500, Delivered::NotSent),
        (502, Delivered::Maybe),
        (404, Delivered::NotSent),
    ] {
        let server = MockServer::start().await;
        let page = ResponseTemplate::new(status).set_body_raw("<html>oh</html>", "text/html");
        Mock::given(any()).respond_with(page).mount(&server).await;
        let error = psa(&server.uri()).add(&wish()).await.expect_err("refused");
        assert_eq!((error.status, error.delivered), (Some(status), delivered));
    }
}

#[tokio::test]
async fn lists_that_are_limited_leave_the_other_calls_free() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/pins"))
        .respond_with(ResponseTemplate::new(429).insert_header("retry-after", "60"))
        .expect(1)
        .mount(&server)
        .await;
    let made = ResponseTemplate::new(200).set_body_json(row("r-1", "2023-06-27T23:02:37.361Z"));
    on(&server, "POST", "/pins", made.clone()).await;
    on(&server, "GET", "/pins/r-1", made).await;
    let service = psa(&server.uri());
    for _ in 0..2 {
        let wanted = RequestQuery::default();
        let error = service.list(&wanted, None, Priority::Click).await;
        assert!(matches!(
            error.expect_err("limited").kind,
            ErrorKind::RateLimited {
                retry_after: Some(_)
            }
        ));
    }
    service.add(&wish()).await.expect("made");
    service.get("r-1", Priority::Click).await.expect("read");
}

#[tokio::test]
async fn the_token_goes_as_bearer_and_not_over_a_redirect() {
    let elsewhere = answering("GET", "/pins", json!({"count": 0, "results": []})).await;
    let server = MockServer::start().await;
    let moved =
        ResponseTemplate::new(307).insert_header("location", format!("{}/pins", elsewhere.uri()));
    Mock::given(header(
        "authorization",
        format!("Bearer {}", token()).as_str(),
    ))
    .respond_with(moved)
    .expect(1..)
    .mount(&server)
    .await;
    let wanted = RequestQuery::default();
    let error = psa(&server.uri())
        .list(&wanted, None, Priority::Click)
        .await;
    assert_eq!(error.expect_err("moved").kind, ErrorKind::CaptivePortal);
    assert_eq!(asked(&elsewhere, "/").await, 0);
}

#[tokio::test]
async fn a_service_on_this_computer_may_go_without_a_token_and_no_other() {
    let without = |address: &str| {
        let endpoint = PsaEndpoint::new(address).expect("an address");
        let budget = PsaBudget::default();
        Psa::new(endpoint, None, Arc::new(Noon), budget, Deadlines::default())
    };
    assert_eq!(without("https://a.invalid").err(), Some(TokenError::Empty));
    let server = answering("GET", "/pins", json!({"count": 0, "results": []})).await;
    let Ok(service) = without(&server.uri()) else {
        panic!("loopback needs none")
    };
    service.of_cid(CID, Priority::Click).await.expect("a list");
    let requests = server.received_requests().await.expect("recorded");
    assert!(!requests[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn what_the_specification_does_not_take_is_refused_unsent() {
    let server = MockServer::start().await;
    let service = psa(&server.uri());
    let long = PinRequest {
        name: Some("ü".repeat(256)),
        ..wish()
    };
    let many = PinRequest {
        origins: vec!["/ip4/192.0.2.1".to_owned(); 21],
        ..wish()
    };
    for (pin, reason) in [(long, "NAME_TOO_LONG"), (many, "TOO_MANY_ORIGINS")] {
        let error = service.add(&pin).await.expect_err("refused");
        assert!(
            matches!(&error.kind, ErrorKind::Rejected { reason: told, .. } if told == reason),
            "{error:?}"
        );
    }
    let wanted = RequestQuery {
        cids: vec![CID.to_owned(); 11],
        ..RequestQuery::default()
    };
    let error = service.list(&wanted, None, Priority::Click).await;
    assert!(matches!(
        error.expect_err("refused").kind,
        ErrorKind::Rejected { .. }
    ));
    assert_eq!(asked(&server, "/").await, 0);
}

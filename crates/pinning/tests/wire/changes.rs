//! Edits and unpins: which call is made, and what its answers mean.

use std::collections::BTreeMap;

use crate::service::{CID, no_scopes, on, v3_file};
use crate::support::account;
use pinning::{Delivered, ErrorKind, Network, PinEdit, PinRef, Pins as _, Value};
use serde_json::json;
use wiremock::matchers::{body_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn pin(id: Option<&str>) -> PinRef {
    PinRef {
        service_id: id.map(str::to_owned),
        cid: CID.to_owned(),
        network: Network::Public,
    }
}

fn an_edit() -> PinEdit {
    let keyvalues = [
        ("a".to_owned(), Some(Value::Number(2.into()))),
        ("b".to_owned(), None),
    ];
    PinEdit {
        name: Some("new".to_owned()),
        keyvalues: keyvalues.into(),
    }
}

#[tokio::test]
async fn an_edit_goes_to_v3_by_id_with_text_values_and_null_for_what_goes() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path("/v3/files/public/id-1"))
        .and(body_json(
            json!({"name": "new", "keyvalues": {"a": "2", "b": null}}),
        ))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"data": v3_file("id-1", CID)})),
        )
        .expect(1)
        .mount(&server)
        .await;
    on(
        &server,
        "PUT",
        "/v3/files/public/00000000-0000-0000-0000-000000000000",
        ResponseTemplate::new(404),
    )
    .await;
    account(&server.uri())
        .edit(&pin(Some("id-1")), &an_edit())
        .await
        .expect("edited");
}

#[tokio::test]
async fn a_legacy_rows_id_that_v3_does_not_know_is_looked_up_by_cid() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path("/v3/files/public/file-9"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": {}})))
        .expect(1)
        .mount(&server)
        .await;
    on(
        &server,
        "PUT",
        "/v3/files/public/row-id",
        ResponseTemplate::new(404),
    )
    .await;
    on(
        &server,
        "PUT",
        "/v3/files/public/00000000-0000-0000-0000-000000000000",
        ResponseTemplate::new(404),
    )
    .await;
    let files = json!({"data": {"files": [v3_file("file-9", CID)]}});
    on(
        &server,
        "GET",
        "/v3/files/public",
        ResponseTemplate::new(200).set_body_json(files),
    )
    .await;
    account(&server.uri())
        .edit(&pin(Some("row-id")), &an_edit())
        .await
        .expect("edited");
}

#[tokio::test]
async fn a_legacy_key_edits_and_unpins_by_cid_and_takes_ok_as_text() {
    let server = MockServer::start().await;
    for verb in ["GET", "PUT", "DELETE"] {
        Mock::given(method(verb))
            .and(wiremock::matchers::path_regex("^/v3/"))
            .respond_with(no_scopes())
            .mount(&server)
            .await;
    }
    Mock::given(method("PUT"))
        .and(path("/pinning/hashMetadata"))
        .and(body_json(
            json!({"ipfsPinHash": CID, "name": "new", "keyvalues": {"a": 2, "b": null}}),
        ))
        .respond_with(ResponseTemplate::new(200).set_body_string("OK"))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("DELETE"))
        .and(path(format!("/pinning/unpin/{CID}")))
        .respond_with(ResponseTemplate::new(200).set_body_string("OK"))
        .expect(1)
        .mount(&server)
        .await;
    let not_pinned = json!({"error": {"reason": "CURRENT_USER_HAS_NOT_PINNED_CID", "details": "The current user has not pinned the cid"}});
    Mock::given(wiremock::matchers::path_regex("^/pinning/"))
        .respond_with(ResponseTemplate::new(400).set_body_json(not_pinned))
        .with_priority(9)
        .mount(&server)
        .await;
    let account = account(&server.uri());
    account.edit(&pin(None), &an_edit()).await.expect("edited");
    account.unpin(&pin(None)).await.expect("unpinned");
}

#[tokio::test]
async fn not_pinned_is_one_error_for_400_and_500_and_404() {
    let reason = json!({"error": {"reason": "CURRENT_USER_HAS_NOT_PINNED_CID", "details": "The current user has not pinned the cid"}});
    for answer in [
        ResponseTemplate::new(400).set_body_json(reason.clone()),
        ResponseTemplate::new(500).set_body_json(reason),
        ResponseTemplate::new(404).set_body_string("Not Found"),
    ] {
        let server = MockServer::start().await;
        Mock::given(wiremock::matchers::path_regex("^/v3/"))
            .respond_with(no_scopes())
            .mount(&server)
            .await;
        on(
            &server,
            "DELETE",
            &format!("/pinning/unpin/{CID}"),
            answer.clone(),
        )
        .await;
        Mock::given(wiremock::matchers::any())
            .respond_with(answer)
            .with_priority(9)
            .mount(&server)
            .await;
        let error = account(&server.uri())
            .unpin(&pin(None))
            .await
            .expect_err("not pinned");
        assert_eq!(
            (error.kind, error.delivered),
            (ErrorKind::NotPinned, Delivered::NotSent)
        );
    }
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;
    Mock::given(method("DELETE"))
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": {"files": null}})))
        .mount(&server)
        .await;
    let error = account(&server.uri())
        .unpin(&pin(Some("gone")))
        .await
        .expect_err("not pinned");
    assert_eq!(error.kind, ErrorKind::NotPinned);
}

#[tokio::test]
async fn eleven_keyvalues_are_refused_before_anything_is_sent() {
    let server = MockServer::start().await;
    let keyvalues: BTreeMap<_, _> = (0..11).map(|n| (format!("k{n}"), None)).collect();
    let error = account(&server.uri())
        .edit(
            &pin(None),
            &PinEdit {
                name: None,
                keyvalues,
            },
        )
        .await
        .expect_err("refused");
    assert!(
        matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "TOO_MANY_KEYVALUES"),
        "{error:?}"
    );
    assert_eq!(
        server
            .received_requests()
            .await
            .map(|requests| requests.len()),
        Some(0)
    );
}

#[tokio::test]
async fn a_pin_that_nobody_named_is_never_removed_for_its_cid() {
    let server = MockServer::start().await;
    on(
        &server,
        "PUT",
        "/v3/files/public/00000000-0000-0000-0000-000000000000",
        ResponseTemplate::new(404),
    )
    .await;
    on(
        &server,
        "DELETE",
        "/v3/files/public/gone",
        ResponseTemplate::new(404),
    )
    .await;
    Mock::given(path("/v3/files/public/one"))
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&server)
        .await;
    let one = json!({"data": {"files": [v3_file("one", CID)]}});
    let first =
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(one));
    let scope = first.mount_as_scoped(&server).await;
    let account = account(&server.uri());
    let error = account
        .unpin(&pin(Some("gone")))
        .await
        .expect_err("another pin has the CID");
    assert_eq!(error.kind, ErrorKind::NotFound);
    drop(scope);
    let two = json!({"data": {"files": [v3_file("one", CID), v3_file("two", CID)]}});
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(two))
        .mount(&server)
        .await;
    let error = account.unpin(&pin(None)).await.expect_err("which one?");
    assert!(
        matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "SEVERAL_PINS"),
        "{error:?}"
    );
}

//! Uploads that are refused, before the first byte or by the service.

use std::sync::Arc;

use crate::sending::{bodies, service};
use crate::support::{Bytes, account, file, file_with, folder};
use pinning::{
    Delivered, ErrorKind, FileUpload, Network, Service as _, UploadOptions, Uploads as _,
};
use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test]
async fn a_key_that_may_not_is_refused_before_the_first_byte_with_the_scope_named() {
    let server = service(true, false).await;
    let account = account(&server.uri());
    let error = account
        .folder(folder("f", &[("a", b"x")]))
        .await
        .expect_err("refused");
    assert_eq!(
        error.kind,
        ErrorKind::MissingScope("pinFileToIPFS".to_owned())
    );
    let wrap = UploadOptions {
        wrap: true,
        ..UploadOptions::default()
    };
    let error = account
        .file(file_with("a", b"x", wrap))
        .await
        .expect_err("refused");
    assert_eq!(
        (error.kind, error.delivered),
        (
            ErrorKind::MissingScope("pinFileToIPFS".to_owned()),
            Delivered::NotSent
        )
    );

    let server = service(false, false).await;
    let error = crate::support::account(&server.uri())
        .file(file("a", b"the content"))
        .await
        .expect_err("refused");
    assert_eq!(
        error.kind,
        ErrorKind::MissingScope("org:files:write".to_owned())
    );
    for request in server.received_requests().await.expect("recorded") {
        assert!(!String::from_utf8_lossy(&request.body).contains("the content"));
    }
}

#[tokio::test]
async fn what_no_route_takes_is_refused_before_anything_is_sent() {
    let server = service(true, true).await;
    let account = account(&server.uri());
    let private = UploadOptions {
        network: Network::Private,
        wrap: true,
        ..UploadOptions::default()
    };
    let error = account
        .file(file_with("a", b"x", private))
        .await
        .expect_err("refused");
    assert!(
        matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "PUBLIC_ONLY"),
        "{error:?}"
    );
    let error = account
        .folder(folder("empty", &[]))
        .await
        .expect_err("refused");
    assert!(
        matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "EMPTY_FOLDER"),
        "{error:?}"
    );
    let huge = Arc::new(Bytes {
        content: Arc::new([]),
        size: 26_000_000_000,
    });
    let error = account
        .file(FileUpload {
            source: huge,
            ..file("a", b"")
        })
        .await
        .expect_err("refused");
    assert_eq!(
        (error.kind, error.delivered),
        (ErrorKind::TooLarge, Delivered::NotSent)
    );
    let many = UploadOptions {
        keyvalues: (0..11).map(|n| (n.to_string(), "".into())).collect(),
        ..UploadOptions::default()
    };
    let error = account
        .file(file_with("a", b"x", many))
        .await
        .expect_err("refused");
    assert!(
        matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "TOO_MANY_KEYVALUES"),
        "{error:?}"
    );
    assert!(
        server
            .received_requests()
            .await
            .expect("recorded")
            .is_empty()
    );
}

#[tokio::test]
async fn a_source_of_another_length_fails_and_never_hangs() {
    let server = service(true, true).await;
    let account = account(&server.uri());
    for (size, words) in [(6, "shorter"), (4, "grew")] {
        let source = Arc::new(Bytes {
            content: Arc::from(b"hello".as_slice()),
            size,
        });
        let error = account
            .file(FileUpload {
                source,
                ..file("a", b"")
            })
            .await
            .expect_err("fails");
        assert!(
            matches!(&error.kind, ErrorKind::Source(reason) if reason.contains(words)),
            "{error:?}"
        );
        assert!(!error.is_transient());
    }
    assert!(
        bodies(&server, "/v3/files").await.is_empty(),
        "no such request was ever complete"
    );
}

#[tokio::test]
async fn refusals_of_the_service_name_their_meaning() {
    for (answer, kind) in [
        (ResponseTemplate::new(413).set_body_string("<html>Request Entity Too Large"), ErrorKind::TooLarge),
        (ResponseTemplate::new(402), ErrorKind::QuotaExceeded),
        (ResponseTemplate::new(400).set_body_json(json!({"error": {"reason": "X", "details": "this would exceed your account's pin limit"}})), ErrorKind::QuotaExceeded),
        (ResponseTemplate::new(403).set_body_string("You have exceeded your plan limit"), ErrorKind::QuotaExceeded),
        (ResponseTemplate::new(400).set_body_json(json!({"error": "More than one file and/or directory was provided for pinning."})),
            ErrorKind::Rejected { reason: "More than one file and/or directory was provided for pinning.".to_owned(), details: String::new() }),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("PUT")).respond_with(ResponseTemplate::new(404)).mount(&server).await;
        Mock::given(method("POST")).respond_with(answer).expect(1).mount(&server).await;
        let error = account(&server.uri()).file(file("a", b"x")).await.expect_err("refused");
        assert_eq!((error.kind, error.delivered), (kind, Delivered::NotSent));
    }
}

#[tokio::test]
async fn what_a_service_says_of_its_own_failure_is_quoted_without_the_json_around_it() {
    let known = json!({"error": {"reason": "INTERNAL", "details": "The database is away"}});
    let code = json!({"error": {"reason": "INTERNAL"}});
    let unknown = json!({"trace": 7});
    for (answer, said) in [
        (
            ResponseTemplate::new(500).set_body_json(known),
            "The database is away",
        ),
        (ResponseTemplate::new(500).set_body_json(code), "INTERNAL"),
        (
            ResponseTemplate::new(500).set_body_json(unknown),
            r#"{"trace":7}"#,
        ),
        (ResponseTemplate::new(500).set_body_string("away"), "away"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(answer)
            .mount(&server)
            .await;
        let error = account(&server.uri())
            .file(file("a", b"x"))
            .await
            .expect_err("fails");
        let told = ErrorKind::Unexpected {
            status: 500,
            excerpt: said.to_owned(),
        };
        assert_eq!(error.kind, told);
    }
}

#[tokio::test]
async fn paths_that_lead_out_of_a_folder_or_meet_in_one_place_are_refused() {
    let server = service(true, true).await;
    let account = account(&server.uri());
    for (files, reason) in [
        (vec!["a/../../b"], "BAD_PATH"),
        (vec!["a//b"], "BAD_PATH"),
        (vec!["./a"], "BAD_PATH"),
        (vec!["same.txt", "/same.txt"], "TWO_FILES_OF_ONE_PATH"),
    ] {
        let files: Vec<_> = files.iter().map(|path| (*path, b"x".as_slice())).collect();
        let error = account
            .folder(folder("f", &files))
            .await
            .expect_err("refused");
        assert!(
            matches!(&error.kind, ErrorKind::Rejected { reason: told, .. } if told == reason),
            "{error:?}"
        );
    }
    assert!(
        server
            .received_requests()
            .await
            .expect("recorded")
            .is_empty()
    );
}

#[tokio::test]
async fn the_presence_of_a_noun_is_its_capability() {
    let account = account("http://127.0.0.1:9");
    assert!(account.pins().is_some() && account.uploads().is_some() && account.usage().is_some());
    assert!(account.jobs().is_some() && account.keys().is_some() && account.groups().is_some());
    assert!(account.gateways().is_some() && account.swaps().is_some());
}

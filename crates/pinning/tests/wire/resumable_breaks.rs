//! Uploads in chunks that end early: what each answer means, and what is never done.

use std::sync::Arc;
use std::time::Duration;

use crate::resumable::{FILE, Ledger, created, keeper, place_on, upload};
use crate::service::{asked, legacy_only, on};
use crate::support::{Bytes, account, assert_keeps_the_secret};
use pinning::{CHUNK, ErrorKind, LARGEST_CHUNK, Network, Resumable as _, ResumeError, UploadPlace};
use wiremock::matchers::{any, header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test]
async fn each_status_has_its_meaning() {
    for (status, error, transient) in [
        (404, ResumeError::Expired, false),
        (410, ResumeError::Expired, false),
        (409, ResumeError::Conflict, true),
        (412, ResumeError::OtherVersion, false),
        (413, ResumeError::TooLarge, false),
        (423, ResumeError::Locked, true),
        (460, ResumeError::Damaged, true),
    ] {
        let server = MockServer::start().await;
        let fresh = ResponseTemplate::new(200).insert_header("upload-offset", "0");
        Mock::given(method("HEAD"))
            .respond_with(fresh)
            .mount(&server)
            .await;
        Mock::given(method("PATCH"))
            .respond_with(ResponseTemplate::new(status))
            .mount(&server)
            .await;
        let ledger = Arc::default();
        let told = account(&server.uri())
            .resume(&upload(b"0123456789", 4, &ledger), &place_on(&server))
            .await
            .expect_err("refused");
        assert_eq!(
            (&told, told.is_transient()),
            (&error, transient),
            "{status}"
        );
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status))
            .mount(&server)
            .await;
        let told = account(&server.uri()).offset(&place_on(&server)).await;
        assert_eq!(told, Err(error), "HEAD {status}");
    }
}

#[tokio::test]
async fn other_failures_are_those_of_every_call() {
    for (status, transient) in [(401, false), (429, true), (500, true), (503, true)] {
        let server = MockServer::start().await;
        let fresh = ResponseTemplate::new(200).insert_header("upload-offset", "0");
        Mock::given(method("HEAD"))
            .respond_with(fresh)
            .mount(&server)
            .await;
        let limited = ResponseTemplate::new(status).insert_header("retry-after", "60");
        Mock::given(method("PATCH"))
            .respond_with(limited)
            .expect(1)
            .mount(&server)
            .await;
        let ledger = Arc::default();
        let told = account(&server.uri())
            .resume(&upload(b"0123456789", 4, &ledger), &place_on(&server))
            .await
            .expect_err("refused");
        assert_eq!(told.is_transient(), transient, "{told:?}");
        let ResumeError::Failed(error) = told else {
            panic!("{told:?}")
        };
        assert_eq!(error.status, Some(status));
        assert_keeps_the_secret(&error);
    }
}

#[tokio::test]
async fn an_offset_that_goes_back_stands_still_or_jumps_ahead_is_a_conflict() {
    for offset in ["0", "2", "99"] {
        let server = MockServer::start().await;
        let at = |offset: &str| ResponseTemplate::new(204).insert_header("upload-offset", offset);
        Mock::given(method("HEAD"))
            .respond_with(at("2"))
            .mount(&server)
            .await;
        Mock::given(method("PATCH"))
            .respond_with(at(offset))
            .mount(&server)
            .await;
        let ledger = Arc::default();
        let told = account(&server.uri())
            .resume(&upload(b"0123456789", 4, &ledger), &place_on(&server))
            .await;
        assert_eq!(told, Err(ResumeError::Conflict), "{offset}");
        assert_eq!(
            asked(&server, FILE).await,
            4,
            "asked once more, never in a circle"
        );
    }
    let server = MockServer::start().await;
    let beyond = ResponseTemplate::new(200).insert_header("upload-offset", "11");
    Mock::given(any()).respond_with(beyond).mount(&server).await;
    let ledger = Arc::default();
    let told = account(&server.uri())
        .resume(&upload(b"0123456789", 4, &ledger), &place_on(&server))
        .await;
    assert_eq!(
        told,
        Err(ResumeError::Expired),
        "more bytes than the file has"
    );
}

#[tokio::test]
async fn a_service_that_takes_a_chunk_and_loses_it_each_time_is_not_sent_it_for_ever() {
    let server = MockServer::start().await;
    let at = |offset: &str| ResponseTemplate::new(204).insert_header("upload-offset", offset);
    Mock::given(method("HEAD"))
        .respond_with(at("0"))
        .mount(&server)
        .await;
    Mock::given(method("PATCH"))
        .and(header("upload-offset", "0"))
        .respond_with(at("4"))
        .mount(&server)
        .await;
    Mock::given(method("PATCH"))
        .respond_with(ResponseTemplate::new(409))
        .mount(&server)
        .await;
    let ledger = Arc::default();
    let (account, place) = (account(&server.uri()), place_on(&server));
    let wish = upload(b"0123456789", 4, &ledger);
    let told = tokio::time::timeout(Duration::from_secs(10), account.resume(&wish, &place)).await;
    assert_eq!(told, Ok(Err(ResumeError::Conflict)));
    assert_eq!(asked(&server, FILE).await, 6, "taken twice, refused twice");
}

#[tokio::test]
async fn an_address_on_another_origin_never_gets_the_token() {
    let elsewhere = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200))
        .mount(&elsewhere)
        .await;
    let ledger = Arc::default();
    let wish = upload(b"0123456789", 4, &ledger);
    let server = created(&format!("{}/v3/files/x", elsewhere.uri())).await;
    let told = account(&server.uri())
        .begin(&wish)
        .await
        .expect_err("elsewhere");
    assert!(
        matches!(&told, ResumeError::Failed(error) if matches!(error.kind, ErrorKind::Unexpected { status: 201, .. })),
        "{told:?}"
    );
    for url in [
        format!("{}/v3/files/x", elsewhere.uri()),
        "https://uploads.example.invalid/v3/files/x".to_owned(),
        server.uri().replace("http://", "http://me@"),
        "not an address".to_owned(),
    ] {
        let place = UploadPlace { url };
        let told = account(&server.uri()).resume(&wish, &place).await;
        assert!(
            matches!(&told, Err(ResumeError::Failed(error)) if matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "UPLOAD_ELSEWHERE")),
            "{told:?}"
        );
    }
    let server = MockServer::start().await;
    let moved = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    Mock::given(any()).respond_with(moved).mount(&server).await;
    account(&server.uri())
        .offset(&place_on(&server))
        .await
        .expect_err("moved");
    assert_eq!(asked(&elsewhere, "/").await, 0);
}

#[tokio::test]
async fn an_upload_without_an_address_or_an_offset_is_not_guessed() {
    let (server, _) = keeper(b"", 0).await;
    on(&server, "POST", "/v3/files", ResponseTemplate::new(201)).await;
    let ledger = Arc::default();
    let wish = upload(b"0123456789", 4, &ledger);
    let told = account(&server.uri()).begin(&wish).await;
    assert!(matches!(told, Err(ResumeError::Failed(_))), "{told:?}");
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    let told = account(&server.uri()).offset(&place_on(&server)).await;
    assert!(matches!(told, Err(ResumeError::Failed(_))), "{told:?}");
}

#[tokio::test]
async fn what_cannot_be_saved_is_not_gone_beyond() {
    let (server, kept) = keeper(b"", 10).await;
    let ledger = Arc::new(Ledger {
        fails_at: Some(2),
        ..Ledger::default()
    });
    let told = account(&server.uri())
        .resume(&upload(b"0123456789", 3, &ledger), &place_on(&server))
        .await
        .expect_err("stopped");
    assert!(
        matches!(&told, ResumeError::Failed(error) if matches!(&error.kind, ErrorKind::Source(why) if why.contains("disk is full"))),
        "{told:?}"
    );
    assert_eq!(ledger.seen(), [0, 3]);
    assert_eq!(
        kept.lock().expect("kept").len(),
        6,
        "one chunk beyond at most"
    );
}

#[tokio::test]
async fn a_source_of_another_length_stops_the_upload() {
    for (claimed, words) in [(12, "shorter"), (8, "grew")] {
        let (server, _) = keeper(b"", claimed).await;
        let ledger = Arc::default();
        let mut wish = upload(b"", 5, &ledger);
        wish.source = Arc::new(Bytes {
            content: Arc::from(b"0123456789".as_slice()),
            size: claimed as u64,
        });
        let told = account(&server.uri())
            .resume(&wish, &place_on(&server))
            .await;
        assert!(
            matches!(&told, Err(ResumeError::Failed(error)) if matches!(&error.kind, ErrorKind::Source(why) if why.contains(words))),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_go_in_chunks_is_refused_unsent_and_chunks_stay_within_the_limit() {
    const { assert!(CHUNK < LARGEST_CHUNK && LARGEST_CHUNK <= 52_428_800) };
    let server = legacy_only().await;
    let ledger = Arc::default();
    let mut wrapped = upload(b"x", 1, &ledger);
    wrapped.options.wrap = true;
    let mut private_car = upload(b"x", 1, &ledger);
    private_car.car = true;
    private_car.options.network = Network::Private;
    let mut cancelled = upload(b"x", 1, &ledger);
    cancelled.cancel.cancel();
    cancelled.cancel = cancelled.cancel.clone();
    let account = account(&server.uri());
    for wish in [wrapped, private_car] {
        let told = account.begin(&wish).await;
        assert!(
            matches!(&told, Err(ResumeError::Failed(error)) if matches!(error.kind, ErrorKind::Rejected { .. })),
            "{told:?}"
        );
    }
    assert_eq!(asked(&server, "/").await, 0);
    let told = account
        .begin(&upload(b"x", 1, &ledger))
        .await
        .expect_err("legacy");
    assert!(
        matches!(&told, ResumeError::Failed(error) if error.kind == ErrorKind::MissingScope("org:files:write".to_owned())),
        "{told:?}"
    );
    let (server, _) = keeper(b"", 1).await;
    let told = crate::support::account(&server.uri())
        .begin(&cancelled)
        .await;
    assert!(
        matches!(&told, Err(ResumeError::Failed(error)) if error.kind == ErrorKind::Cancelled),
        "{told:?}"
    );
}

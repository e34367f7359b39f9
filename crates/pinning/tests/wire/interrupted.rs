//! Uploads that end before their answer: cut, stalled, never answered, cancelled.

use std::sync::Arc;

use crate::support::{assert_keeps_the_secret, file, short_deadlines, token};
use pinning::{Delivered, ErrorKind, FileUpload, Uploads as _};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A listener that takes `take` bytes of the first connection and tells when it has them; `hold` keeps it open.
async fn taker(take: usize, hold: bool) -> (String, Arc<tokio::sync::Notify>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let taken = Arc::new(tokio::sync::Notify::new());
    let tell = Arc::clone(&taken);
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("a client");
        let mut bytes = vec![0; take];
        connection.read_exact(&mut bytes).await.expect("bytes");
        tell.notify_one();
        if hold {
            std::future::pending::<()>().await;
        }
    });
    (address, taken)
}

/// An account that knows that it may write, on `address` for uploads only.
async fn account_that_may(uploads: &str) -> (pinning::Pinata, MockServer) {
    let api = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(404))
        .mount(&api)
        .await;
    let endpoints = pinning::Endpoints::new(&api.uri(), uploads, uploads).expect("loopback");
    let token = secrecy::SecretString::from(token());
    let account = pinning::Pinata::with_limits(
        endpoints,
        &token,
        Arc::new(crate::support::Noon),
        crate::support::plenty(),
        short_deadlines(),
    );
    (account.expect("a token"), api)
}

#[tokio::test]
async fn a_cut_connection_may_have_delivered_and_is_not_repeated() {
    let (address, _) = taker(100_000, false).await;
    let (account, _api) = account_that_may(&address).await;
    let error = account
        .file(file("a", &vec![7; 5_000_000]))
        .await
        .expect_err("cut");
    assert_eq!(
        (error.kind.clone(), error.delivered),
        (ErrorKind::Offline, Delivered::Maybe)
    );
    assert_keeps_the_secret(&error);
}

#[tokio::test]
async fn an_upload_that_stands_still_ends_by_the_stall_deadline() {
    let (address, _) = taker(100_000, true).await;
    let (account, _api) = account_that_may(&address).await;
    let error = account
        .file(file("a", &vec![7; 50_000_000]))
        .await
        .expect_err("stalled");
    assert_eq!(
        (error.kind, error.delivered),
        (ErrorKind::Offline, Delivered::Maybe)
    );
}

#[tokio::test]
async fn an_upload_whose_answer_never_comes_ends_by_the_import_deadline() {
    let (address, _) = taker(100, true).await;
    let (account, _api) = account_that_may(&address).await;
    let error = account
        .file(file("a", b"hello"))
        .await
        .expect_err("no answer");
    assert_eq!(
        (error.kind, error.delivered),
        (ErrorKind::Offline, Delivered::Maybe)
    );
}

#[tokio::test]
async fn a_cancelled_upload_stops_and_says_what_left() {
    let (address, taken) = taker(100_000, true).await;
    let (account, _api) = account_that_may(&address).await;
    let cancel = CancellationToken::new();
    let upload = FileUpload {
        cancel: cancel.clone(),
        ..file("a", &vec![7; 50_000_000])
    };
    let stop = async {
        taken.notified().await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(account.file(upload), stop);
    let error = result.expect_err("cancelled");
    assert_eq!(
        (error.kind, error.delivered),
        (ErrorKind::Cancelled, Delivered::Maybe)
    );
    let again = FileUpload {
        cancel,
        ..file("a", b"x")
    };
    let error = account
        .file(again)
        .await
        .expect_err("cancelled before it began");
    assert_eq!(
        (error.kind, error.delivered),
        (ErrorKind::Cancelled, Delivered::NotSent)
    );
}

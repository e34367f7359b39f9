//! Servers that are not there, do not speak TLS, or fall silent.

use crate::support::{account_with, assert_keeps_the_secret, file, short_deadlines, token};
use pinning::{Delivered, ErrorKind, Network, PinRef, Pins as _, Uploads as _, Usage as _};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test]
async fn a_server_that_is_not_there_is_offline_and_nothing_was_sent() {
    let gone = {
        TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port")
            .local_addr()
            .expect("bound")
    };
    let account = account_with(&format!("http://{gone}"), &token(), short_deadlines());
    let error = account.file(file("a", b"x")).await.expect_err("offline");
    assert_eq!(
        (error.kind.clone(), error.delivered),
        (ErrorKind::Offline, Delivered::NotSent)
    );
    assert!(error.is_transient());
    assert_keeps_the_secret(&error);
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_offline_and_never_sees_the_token() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .mount(&server)
        .await;
    let address = server.uri().replace("http://", "https://");
    let account = account_with(&address, &token(), short_deadlines());
    let error = account.file(file("a", b"x")).await.expect_err("no TLS");
    assert_eq!(
        (error.kind.clone(), error.delivered),
        (ErrorKind::Offline, Delivered::NotSent)
    );
    assert_keeps_the_secret(&error);
    let requests = server.received_requests().await.expect("recorded");
    assert!(requests.is_empty());
}

/// A server that reads one request's head, answers with raw bytes, and leaves the connection open.
async fn raw_server(answer: &'static [u8]) -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let serving = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match connection.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => break,
                }
            }
            if connection.write_all(answer).await.is_ok() {
                open.push(connection);
            }
        }
    });
    (address, serving)
}

#[tokio::test]
async fn a_server_that_falls_silent_ends_by_deadline() {
    for answer in [
        b"".as_slice(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
    ] {
        let (address, serving) = raw_server(answer).await;
        let account = account_with(&address, &token(), short_deadlines());
        let error = account.totals().await.expect_err("silence");
        assert_eq!(error.kind, ErrorKind::Offline);
        assert_keeps_the_secret(&error);
        serving.abort();
    }
}

#[tokio::test]
async fn an_upload_whose_reader_stands_still_ends_by_the_stall_deadline_and_may_have_arrived() {
    let (address, serving) = raw_server(b"").await;
    let account = account_with(&address, &token(), short_deadlines());
    let pin = PinRef {
        service_id: None,
        cid: "bafy".to_owned(),
        network: Network::Public,
    };
    let error = account.unpin(&pin).await.expect_err("silence");
    assert_eq!(
        (error.kind, error.delivered),
        (ErrorKind::Offline, Delivered::Maybe)
    );
    serving.abort();
}

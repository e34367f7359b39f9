//! Faults on demand: what each does to a client, and what the log says of it.

use crate::stranger::{Form, HELLO_V1, HELLO_WORLD_V0, Stranger, json, noise};
use reqwest::{Method, StatusCode};
use sandbox::{Fault, Gate, Kind, Route};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn hello() -> Form {
    Form::new()
        .file("hello", b"hello")
        .text("pinataOptions", r#"{"cidVersion":1}"#)
}

#[tokio::test]
async fn a_status_meets_its_route_as_often_as_it_was_asked_for() {
    let stranger = Stranger::new().await;
    stranger.sandbox.faults().push(Fault {
        route: Route::PinFile,
        times: 2,
        kind: Kind::rate_limited(7),
    });
    assert_eq!(stranger.get("/data/pinList").await.0, StatusCode::OK);
    for _ in 0..2 {
        let form = Form::new().file("a", &noise(2_000_000));
        let response = stranger
            .post("/pinning/pinFileToIPFS", &form)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "7");
    }
    assert_eq!(stranger.pin(&hello()).await.0, StatusCode::OK);
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 1);
    assert_eq!(stranger.sandbox.faults().waiting(), 0);
}

#[tokio::test]
async fn html_errors_and_captive_portals_are_not_json() {
    let stranger = Stranger::new().await;
    stranger.sandbox.faults().once(Route::Any, Kind::html(502));
    stranger
        .sandbox
        .faults()
        .once(Route::Any, Kind::CaptivePortal);
    for status in [StatusCode::BAD_GATEWAY, StatusCode::OK] {
        let response = stranger
            .api(Method::GET, "/data/pinList")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status);
        assert!(
            response.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/html")
        );
        assert!(response.text().await.unwrap().contains("<html>"));
    }
}

#[tokio::test]
async fn a_lost_answer_is_an_error_for_the_client_and_a_pin_on_the_service() {
    let stranger = Stranger::new().await;
    stranger
        .sandbox
        .faults()
        .once(Route::PinFile, Kind::CutBeforeAnswer);
    let request = stranger.post("/pinning/pinFileToIPFS", &hello());
    assert!(request.send().await.is_err());
    assert_eq!(stranger.bytes(&format!("/ipfs/{HELLO_V1}")).await, b"hello");
    let logged = stranger.sandbox.requests();
    let upload = logged
        .iter()
        .find(|r| r.fault == Some("cut_before_answer"))
        .unwrap();
    assert_eq!(
        (upload.status, upload.cid.as_deref()),
        (200, Some(HELLO_V1))
    );
}

#[tokio::test]
async fn what_is_stored_for_a_client_that_hung_up_is_in_the_log_as_well() {
    let stranger = Stranger::new().await;
    let uploads = || {
        let mut logged = stranger.sandbox.requests();
        logged.retain(|request| request.path == "/pinning/pinFileToIPFS");
        logged
    };
    let mut database = rusqlite::Connection::open(stranger.data.path().join("sandbox.db")).unwrap();
    for at in 0..200 {
        // Whoever is storing waits for this.
        let lock = database
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .unwrap();
        let stream = raw(&stranger, &hello().bytes()).await;
        // When the client goes: a little later each time, until that is while its file is being stored.
        tokio::time::sleep(Duration::from_millis(at)).await;
        drop(stream);
        lock.rollback().unwrap();
        let ended = async {
            while uploads().len() as u64 <= at {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), ended)
            .await
            .unwrap();
        if stranger.get("/data/pinList").await.1["count"] == 1 {
            let upload = uploads().pop().unwrap();
            assert_eq!((upload.status, upload.cid.as_deref()), (0, Some(HELLO_V1)));
            return;
        }
    }
    panic!("nothing was stored for a client that hung up");
}

/// A connection by which an upload was sent, and nothing read yet.
async fn raw(stranger: &Stranger, form: &[u8]) -> tokio::net::TcpStream {
    let address = stranger.sandbox.api_url().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = head(&address, form.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(form).await.unwrap();
    stream
}

fn head(address: &str, length: usize) -> String {
    format!(
        "POST /pinning/pinFileToIPFS HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=boundary-of-a-stranger\r\n\
         Content-Length: {length}\r\n\r\n",
        crate::stranger::TOKEN,
    )
}

#[tokio::test]
async fn a_connection_cut_within_the_body_stores_nothing_and_leaves_no_partial_file() {
    let stranger = Stranger::new().await;
    stranger
        .sandbox
        .faults()
        .once(Route::PinFile, Kind::CutAfterBytes(1_000_000));
    let form = Form::new().file("a", &noise(8_000_000));
    assert!(
        stranger
            .post("/pinning/pinFileToIPFS", &form)
            .send()
            .await
            .is_err()
    );
    // A later request of the same client finds everything as it was.
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 0);
    let logged = stranger.sandbox.requests();
    let cut = logged
        .iter()
        .find(|r| r.fault == Some("cut_after_bytes"))
        .unwrap();
    assert_eq!((cut.status, &cut.cid), (0, &None));
    assert!(
        (1_000_000..2_000_000).contains(&cut.received),
        "{}",
        cut.received
    );
    #[expect(
        clippy::disallowed_methods,
        reason = "looks into the service's folder from outside"
    )]
    let partial = std::fs::read_dir(stranger.data.path().join("partial")).unwrap();
    assert_eq!(partial.count(), 0);
}

#[tokio::test]
async fn a_wrong_cid_is_of_the_same_kind_but_names_other_content() {
    let stranger = Stranger::new().await;
    stranger.sandbox.faults().push(Fault {
        route: Route::PinFile,
        times: 2,
        kind: Kind::WrongCid,
    });
    let (_, v1) = stranger.pin(&hello()).await;
    let (_, v0) = stranger.pin(&Form::new().file("a", b"Hello World!")).await;
    let (v1, v0) = (
        v1["IpfsHash"].as_str().unwrap(),
        v0["IpfsHash"].as_str().unwrap(),
    );
    assert!(v1.starts_with("bafkrei") && v1 != HELLO_V1);
    assert!(v0.starts_with("Qm") && v0 != HELLO_WORLD_V0);
    assert_eq!(stranger.bytes(&format!("/ipfs/{HELLO_V1}")).await, b"hello");
}

#[tokio::test]
async fn a_gate_holds_a_request_before_it_is_looked_at_or_before_its_answer() {
    let stranger = Stranger::new().await;
    for (gate_at, pins_meanwhile) in [
        (Kind::Hold as fn(Gate) -> Kind, 0),
        (|gate| Kind::HoldAfterBytes(1, gate), 0),
        (Kind::HoldAnswer, 1),
    ] {
        let gate = Gate::new();
        stranger
            .sandbox
            .faults()
            .once(Route::PinFile, gate_at(gate.clone()));
        let pending = tokio::spawn(stranger.post("/pinning/pinFileToIPFS", &hello()).send());
        gate.arrived().await;
        let (_, list) = stranger.get("/data/pinList?status=pinned").await;
        assert_eq!(list["count"], pins_meanwhile);
        gate.open();
        let (status, _) = json(pending.await.unwrap().unwrap()).await;
        assert_eq!(status, StatusCode::OK);
        let unpin = stranger.api(Method::DELETE, &format!("/pinning/unpin/{HELLO_V1}"));
        assert_eq!(unpin.send().await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_slow_answer_arrives_whole() {
    let stranger = Stranger::new().await;
    let pause = Duration::from_millis(1);
    stranger
        .sandbox
        .faults()
        .once(Route::TestAuthentication, Kind::SlowBody(pause));
    let (status, body) = stranger.get("/data/testAuthentication").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body["message"].is_string());
}

#[tokio::test]
async fn passing_lets_a_fault_meet_a_later_request() {
    let stranger = Stranger::new().await;
    stranger.sandbox.faults().once(Route::PinList, Kind::Pass);
    stranger
        .sandbox
        .faults()
        .once(Route::PinList, Kind::status(500));
    assert_eq!(stranger.get("/data/pinList").await.0, StatusCode::OK);
    assert_eq!(
        stranger.get("/data/pinList").await.0,
        StatusCode::INTERNAL_SERVER_ERROR
    );
}

#[tokio::test]
async fn a_body_that_stops_is_answered_with_408_and_leaves_nothing() {
    let stranger = Stranger::with(|config| config.idle_timeout = Duration::from_millis(50)).await;
    let address = stranger.sandbox.api_url().replace("http://", "");
    let form = hello().bytes();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = head(&address, form.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&form[..form.len() / 2]).await.unwrap();
    // The connection ends by itself: all of the answer is read without a word more from here.
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("REQUEST_TIMEOUT"), "{answer}");
    assert!(stranger.names_in("partial").is_empty());
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 0);
}

//! Resumable uploads that break off, expire, meet one another or a full disk.

use crate::stranger::tus::{CHUNK, begun, clock, header, offset, patch, request, status};
use crate::stranger::{Stranger, TOKEN, noise};
use reqwest::{Method, StatusCode};
use sandbox::{Gate, Kind, Route};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Asks until no other request has the upload.
async fn offset_when_free(stranger: &Stranger, url: &str) -> usize {
    loop {
        let head = request(stranger, Method::HEAD, url).send().await.unwrap();
        if head.status() != StatusCode::LOCKED {
            return header(&head, "upload-offset").unwrap().parse().unwrap();
        }
    }
}

#[tokio::test]
async fn after_a_break_head_tells_what_is_on_the_disk_and_the_rest_completes_the_file() {
    let stranger = Stranger::new().await;
    let bytes = noise(8_000_000);
    let url = begun(&stranger, 8_000_000).await;
    let cut = Kind::CutAfterBytes(3_000_000);
    stranger.sandbox.faults().once(Route::TusPatch, cut);
    assert!(patch(&stranger, &url, 0, &bytes).send().await.is_err());
    let at = offset_when_free(&stranger, &url).await;
    assert!((2_000_000..4_000_000).contains(&at), "{at}");
    let last = patch(&stranger, &url, at, &bytes[at..])
        .send()
        .await
        .unwrap();
    let cid = header(&last, "upload-cid").unwrap();
    assert!(stranger.bytes(&format!("/ipfs/{cid}")).await == bytes);
    assert!(stranger.names_in("uploads").is_empty());
}

#[tokio::test]
async fn a_lost_last_answer_is_found_again_by_head() {
    let stranger = Stranger::new().await;
    let url = begun(&stranger, 5).await;
    let lost = Kind::CutBeforeAnswer;
    stranger.sandbox.faults().once(Route::TusPatch, lost);
    assert!(patch(&stranger, &url, 0, b"hello").send().await.is_err());
    assert_eq!(offset_when_free(&stranger, &url).await, 5);
    let head = request(&stranger, Method::HEAD, &url).send().await.unwrap();
    assert_eq!(
        header(&head, "upload-cid").unwrap(),
        crate::stranger::HELLO_V1
    );
    assert_eq!(status(patch(&stranger, &url, 0, b"hello")).await, 409);
}

#[tokio::test]
async fn a_late_cid_is_in_no_answer_until_its_time_has_come() {
    let mut seconds = None;
    let stranger = Stranger::with(|config| seconds = Some(clock(config))).await;
    let url = begun(&stranger, 5).await;
    let late = Kind::LateCid(Duration::from_secs(30));
    stranger.sandbox.faults().once(Route::TusPatch, late);
    let last = patch(&stranger, &url, 0, b"hello").send().await.unwrap();
    assert_eq!(last.status(), StatusCode::NO_CONTENT);
    assert_eq!(header(&last, "upload-cid"), None);
    let head = request(&stranger, Method::HEAD, &url).send().await.unwrap();
    assert_eq!(header(&head, "upload-cid"), None);
    let (_, pending) = stranger.get("/v3/files/public?cidPending=true").await;
    assert_eq!(pending["data"]["files"][0]["cid"], "pending");
    let by_cid = format!("/v3/files/public?cid={}", crate::stranger::HELLO_V1);
    assert_eq!(stranger.get(&by_cid).await.1["data"]["files"], json!([]));
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 0);

    seconds.unwrap().fetch_add(30, Ordering::Relaxed);
    let (_, told) = stranger.get(&by_cid).await;
    assert_eq!(told["data"]["files"][0]["cid"], crate::stranger::HELLO_V1);
    let head = request(&stranger, Method::HEAD, &url).send().await.unwrap();
    assert_eq!(
        header(&head, "upload-cid").unwrap(),
        crate::stranger::HELLO_V1
    );
    let (_, pending) = stranger.get("/v3/files/public?cidPending=true").await;
    assert_eq!(pending["data"]["files"], json!([]));
}

#[tokio::test]
async fn a_wrong_cid_on_the_last_answer_names_other_content() {
    let stranger = Stranger::new().await;
    let url = begun(&stranger, 5).await;
    stranger
        .sandbox
        .faults()
        .once(Route::TusPatch, Kind::WrongCid);
    let last = patch(&stranger, &url, 0, b"hello").send().await.unwrap();
    let wrong = header(&last, "upload-cid").unwrap();
    assert!(wrong.starts_with("bafkrei") && wrong != crate::stranger::HELLO_V1);
    let right = stranger
        .bytes(&format!("/ipfs/{}", crate::stranger::HELLO_V1))
        .await;
    assert_eq!(right, b"hello");
}

#[tokio::test]
async fn a_full_disk_is_507_for_a_chunk_and_for_a_form_and_both_can_be_sent_again() {
    let stranger = Stranger::new().await;
    let bytes = noise(1_000_000);
    let url = begun(&stranger, 1_000_000).await;
    let full = || Kind::DiskFull(600_000);
    stranger.sandbox.faults().once(Route::TusPatch, full());
    assert_eq!(status(patch(&stranger, &url, 0, &bytes)).await, 507);
    let at = offset(&stranger, &url).await;
    assert!(at <= 600_000, "{at}");
    assert_eq!(status(patch(&stranger, &url, at, &bytes[at..])).await, 204);

    for (route, path) in [
        (Route::V3Upload, "/v3/files"),
        (Route::PinFile, "/pinning/pinFileToIPFS"),
    ] {
        stranger.sandbox.faults().once(route, full());
        let form = crate::stranger::Form::new().file("b", &noise(900_000));
        let (code, body) =
            crate::stranger::json(stranger.post(path, &form).send().await.unwrap()).await;
        assert_eq!(code.as_u16(), 507, "{body}");
        assert_eq!(body["error"]["reason"], "INSUFFICIENT_STORAGE");
        assert!(stranger.names_in("partial").is_empty());
        assert_eq!(status(stranger.post(path, &form)).await, 200);
    }
}

#[tokio::test]
async fn an_upload_whose_last_byte_came_just_before_the_end_of_the_process_is_finished_by_head() {
    let stranger = Stranger::new().await;
    let url = begun(&stranger, 5).await;
    let path = url
        .strip_prefix(&stranger.sandbox.api_url())
        .unwrap()
        .to_owned();
    let upload = stranger.names_in("uploads").remove(0);
    let Stranger {
        sandbox,
        client,
        data,
    } = stranger;
    sandbox.stop().await;
    // What a kill between the last byte and the import leaves behind.
    std::fs::write(data.path().join("uploads").join(upload), b"hello").unwrap();
    let config = sandbox::Config::new(data.path(), TOKEN);
    let sandbox = sandbox::Sandbox::start(config).await.unwrap();
    let stranger = Stranger {
        sandbox,
        client,
        data,
    };
    let url = format!("{}{path}", stranger.sandbox.api_url());
    let head = request(&stranger, Method::HEAD, &url).send().await.unwrap();
    assert_eq!(header(&head, "upload-offset").unwrap(), "5");
    assert_eq!(
        header(&head, "upload-cid").unwrap(),
        crate::stranger::HELLO_V1
    );
    let bytes = stranger
        .bytes(&format!("/ipfs/{}", crate::stranger::HELLO_V1))
        .await;
    assert_eq!(bytes, b"hello");
    assert!(stranger.names_in("uploads").is_empty());
}

#[tokio::test]
async fn a_chunk_that_stops_is_408_and_what_came_of_it_is_kept() {
    let stranger = Stranger::with(|config| config.idle_timeout = Duration::from_millis(50)).await;
    let url = begun(&stranger, 10).await;
    let address = stranger.sandbox.api_url().replace("http://", "");
    let path = url.strip_prefix(&stranger.sandbox.api_url()).unwrap();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "PATCH {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: {CHUNK}\r\nUpload-Offset: 0\r\nContent-Length: 10\r\n\r\nhello"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(offset(&stranger, &url).await, 5);
    assert_eq!(status(patch(&stranger, &url, 5, b"world")).await, 204);
}

#[tokio::test]
async fn while_one_request_writes_another_is_423() {
    let stranger = Stranger::new().await;
    let url = begun(&stranger, 10).await;
    let gate = Gate::new();
    let hold = Kind::HoldAfterBytes(1, gate.clone());
    stranger.sandbox.faults().once(Route::TusPatch, hold);
    let first = tokio::spawn(patch(&stranger, &url, 0, b"abc").send());
    gate.arrived().await;
    assert_eq!(status(patch(&stranger, &url, 0, b"abc")).await, 423);
    assert_eq!(status(request(&stranger, Method::HEAD, &url)).await, 423);
    gate.open();
    assert_eq!(first.await.unwrap().unwrap().status().as_u16(), 204);
    assert_eq!(offset(&stranger, &url).await, 3);
}

#[tokio::test]
async fn an_upload_that_took_too_long_is_410_and_its_bytes_are_gone() {
    let mut seconds = None;
    let stranger = Stranger::with(|config| {
        seconds = Some(clock(config));
        config.upload_lasts = Duration::from_mins(1);
    })
    .await;
    let url = begun(&stranger, 10).await;
    let first = patch(&stranger, &url, 0, b"abc").send().await.unwrap();
    assert_eq!(
        header(&first, "upload-expires").unwrap(),
        "Tue, 14 Nov 2023 22:14:20 GMT"
    );
    seconds.unwrap().fetch_add(60, Ordering::Relaxed);
    assert_eq!(status(request(&stranger, Method::HEAD, &url)).await, 410);
    assert_eq!(status(patch(&stranger, &url, 3, b"d")).await, 410);
    assert!(stranger.names_in("uploads").is_empty());
}

//! Resumable uploads, seen by a client that knows TUS 1.0.0.

use crate::stranger::tus::{CHUNK, begun, clock, create, header, offset, patch, request, status};
use crate::stranger::{Stranger, noise};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Digest as _;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_file_goes_in_chunks_and_the_last_answer_has_its_cid() {
    let stranger = Stranger::new().await;
    let bytes = noise(700_000);
    let pairs = [
        ("filename", "\u{e4} \u{f6}.txt"),
        ("filetype", "text/plain"),
        ("network", "public"),
        ("keyvalues", r#"{"a":"1"}"#),
        ("group_id", "g"),
    ];
    let created = create(&stranger, 700_000, &pairs).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    assert_eq!(header(&created, "upload-offset").unwrap(), "0");
    let url = header(&created, "location").unwrap();
    let base = format!("{}/v3/files/", stranger.sandbox.api_url());
    let id = url.strip_prefix(&base).unwrap().split('/').next().unwrap();
    for (from, to) in [(0, 300_000), (300_000, 300_000), (300_000, 699_999)] {
        let response = patch(&stranger, &url, from, &bytes[from..to]);
        let response = response.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(header(&response, "upload-offset").unwrap(), to.to_string());
        assert_eq!(header(&response, "upload-cid"), None);
        assert_eq!(offset(&stranger, &url).await, to);
    }
    let last = patch(&stranger, &url, 699_999, &bytes[699_999..]);
    let last = last.send().await.unwrap();
    assert_eq!(last.status(), StatusCode::NO_CONTENT);
    let cid = header(&last, "upload-cid").unwrap();
    assert!(stranger.bytes(&format!("/ipfs/{cid}")).await == bytes);

    let (_, list) = stranger.get(&format!("/v3/files/public?cid={cid}")).await;
    let file = &list["data"]["files"][0];
    assert_eq!(file["id"], id);
    assert_eq!(file["name"], "\u{e4} \u{f6}.txt");
    assert_eq!(
        (&file["keyvalues"], &file["group_id"], &file["mime_type"]),
        (&json!({ "a": "1" }), &json!("g"), &json!("text/plain"))
    );
    let head = request(&stranger, Method::HEAD, &url).send().await.unwrap();
    assert_eq!(header(&head, "upload-cid"), Some(cid.clone()));
    assert_eq!(header(&head, "upload-length").unwrap(), "700000");
    assert_eq!(header(&head, "cache-control").unwrap(), "no-store");
    let logged = stranger.sandbox.requests();
    let stored = logged.iter().find(|entry| entry.cid.is_some()).unwrap();
    assert_eq!((stored.method.as_str(), stored.received), ("PATCH", 1));
}

#[tokio::test]
async fn an_upload_gets_the_same_cid_as_the_form_and_is_private_unless_it_says_otherwise() {
    let stranger = Stranger::new().await;
    let created = create(&stranger, 12, &[("cid_version", "v0"), ("filename", "a")]).await;
    let url = header(&created, "location").unwrap();
    let last = patch(&stranger, &url, 0, b"Hello World!")
        .send()
        .await
        .unwrap();
    let cid = header(&last, "upload-cid").unwrap();
    assert_eq!(cid, crate::stranger::HELLO_WORLD_V0);
    assert_eq!(
        stranger.gateway(&format!("/ipfs/{cid}")).await.status(),
        StatusCode::NOT_FOUND
    );
    let (_, list) = stranger.get("/v3/files/private").await;
    assert_eq!(list["data"]["files"][0]["cid"], cid);
    // The official client says the version in the query too.
    let request = stranger
        .api(Method::POST, "/v3/files?X-Upload-Option-Cid-Version=v0")
        .header("Upload-Length", 5);
    let url = header(&request.send().await.unwrap(), "location").unwrap();
    let last = patch(&stranger, &url, 0, b"hello").send().await.unwrap();
    assert!(header(&last, "upload-cid").unwrap().starts_with("Qm"));
}

#[tokio::test]
async fn what_is_wrong_has_its_status_and_changes_nothing() {
    let stranger = Stranger::new().await;
    let url = begun(&stranger, 10).await;
    let unknown = url.replace("/a%2Ebin", "x/a.bin");
    assert_eq!(status(patch(&stranger, &unknown, 0, b"a")).await, 404);
    assert_eq!(
        status(request(&stranger, Method::HEAD, &unknown)).await,
        404
    );
    assert_eq!(status(patch(&stranger, &url, 3, b"a")).await, 409);
    assert_eq!(status(patch(&stranger, &url, 0, &[0; 11])).await, 413);
    let plain = request(&stranger, Method::PATCH, &url)
        .header("Upload-Offset", 0)
        .body("a");
    assert_eq!(status(plain).await, 415);
    let nowhere = request(&stranger, Method::PATCH, &url)
        .header("content-type", CHUNK)
        .body("a");
    assert_eq!(status(nowhere).await, 400);
    for method in [Method::HEAD, Method::PATCH, Method::POST] {
        let at = if method == Method::POST {
            format!("{}/v3/files", stranger.sandbox.api_url())
        } else {
            url.clone()
        };
        let old = request(&stranger, method, &at)
            .header("Tus-Resumable", "0.2.2")
            .header("Upload-Length", 1);
        let response = old.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 412);
        assert_eq!(header(&response, "tus-version").unwrap(), "1.0.0");
    }
    let nobody = stranger.client.head(&url).send().await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(offset(&stranger, &url).await, 0);

    for (length, metadata, expected) in [
        ("25000000001", "filename YQ==", 413),
        ("x", "filename YQ==", 400),
        ("1", "filename a.bin", 400),
        ("1", "network ZWxzZXdoZXJl", 400),
        ("1", "keyvalues bm90aGluZw==", 400),
    ] {
        let request = stranger
            .api(Method::POST, "/v3/files")
            .header("Upload-Length", length)
            .header("Upload-Metadata", metadata);
        assert_eq!(status(request).await, expected, "{length} {metadata}");
    }
}

#[tokio::test]
async fn a_chunk_of_50_mib_and_one_is_taken_and_a_larger_one_is_413() {
    let stranger = Stranger::new().await;
    let bytes = noise(52_428_802);
    let url = begun(&stranger, 60_000_000).await;
    assert_eq!(status(patch(&stranger, &url, 0, &bytes)).await, 413);
    assert_eq!(offset(&stranger, &url).await, 0);
    // Without a length the chunk is counted as it comes, and what came of it is cut off again.
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = bytes
        .chunks(1 << 20)
        .map(|piece| Ok(piece.to_vec()))
        .collect();
    let stream = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
    let chunked = patch(&stranger, &url, 0, b"").body(stream);
    assert_eq!(status(chunked).await, 413);
    assert_eq!(offset(&stranger, &url).await, 0);
    let fits = &bytes[..52_428_801];
    assert_eq!(status(patch(&stranger, &url, 0, fits)).await, 204);
    assert_eq!(offset(&stranger, &url).await, 52_428_801);
}

#[tokio::test]
async fn a_wrong_checksum_is_460_and_the_chunk_is_forgotten() {
    let stranger = Stranger::new().await;
    let url = begun(&stranger, 10).await;
    let with = |hash: String| {
        patch(&stranger, &url, 0, b"hello").header("Upload-Checksum", format!("sha256 {hash}"))
    };
    let wrong = STANDARD.encode(sha2::Sha256::digest(b"other"));
    assert_eq!(status(with(wrong)).await, 460);
    assert_eq!(offset(&stranger, &url).await, 0);
    let unknown = patch(&stranger, &url, 0, b"hello").header("Upload-Checksum", "crc32 AAAA");
    assert_eq!(status(unknown).await, 400);
    let right = STANDARD.encode(sha2::Sha256::digest(b"hello"));
    assert_eq!(status(with(right)).await, 204);
    assert_eq!(offset(&stranger, &url).await, 5);
}

#[tokio::test]
async fn an_empty_file_is_whole_at_once() {
    let stranger = Stranger::new().await;
    let created = create(&stranger, 0, &[("network", "public")]).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let cid = header(&created, "upload-cid").unwrap();
    assert_eq!(
        cid,
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    );
    assert!(stranger.bytes(&format!("/ipfs/{cid}")).await.is_empty());
}

#[tokio::test]
async fn an_upload_can_be_ended_and_a_post_can_stand_for_a_patch() {
    let stranger = Stranger::new().await;
    let url = begun(&stranger, 10).await;
    let post = request(&stranger, Method::POST, &url)
        .header("X-HTTP-Method-Override", "PATCH")
        .header("content-type", CHUNK)
        .header("Upload-Offset", 0)
        .body("abc");
    assert_eq!(status(post).await, 204);
    assert_eq!(offset(&stranger, &url).await, 3);
    assert_eq!(status(request(&stranger, Method::DELETE, &url)).await, 204);
    assert_eq!(status(request(&stranger, Method::HEAD, &url)).await, 404);
    assert_eq!(status(request(&stranger, Method::DELETE, &url)).await, 404);
    assert!(stranger.names_in("uploads").is_empty());
    let api = format!("{}/v3/files", stranger.sandbox.api_url());
    let options = request(&stranger, Method::OPTIONS, &api)
        .send()
        .await
        .unwrap();
    assert_eq!(header(&options, "tus-version").unwrap(), "1.0.0");
}

#[tokio::test]
async fn bytes_that_are_pinned_already_give_the_first_file_and_leave_nothing_behind() {
    let stranger = Stranger::new().await;
    for _ in 0..2 {
        let url = begun(&stranger, 5).await;
        let last = patch(&stranger, &url, 0, b"hello").send().await.unwrap();
        assert_eq!(
            header(&last, "upload-cid").unwrap(),
            crate::stranger::HELLO_V1
        );
        assert_eq!(offset(&stranger, &url).await, 5);
    }
    let (_, list) = stranger.get("/v3/files/public").await;
    assert_eq!(list["data"]["files"].as_array().unwrap().len(), 1);
    assert!(stranger.names_in("uploads").is_empty());
}

#[tokio::test]
async fn a_file_with_an_expiry_unpins_itself_and_the_expiry_can_be_changed() {
    let mut seconds = None;
    let stranger = Stranger::with(|config| seconds = Some(clock(config))).await;
    let seconds = seconds.unwrap();
    let pairs = [("network", "public"), ("expires_at", "1700000060")];
    let created = create(&stranger, 5, &pairs).await;
    let url = header(&created, "location").unwrap();
    patch(&stranger, &url, 0, b"hello").send().await.unwrap();
    let (_, list) = stranger.get("/v3/files/public").await;
    let file = &list["data"]["files"][0];
    assert_eq!(file["expires_at"], "2023-11-14T22:14:20Z");
    let path = format!("/v3/files/public/{}", file["id"].as_str().unwrap());
    let change = stranger
        .api(Method::PUT, &path)
        .json(&json!({ "expires_at": 1_700_000_120 }));
    assert_eq!(status(change).await, 200);
    seconds.fetch_add(60, Ordering::Relaxed);
    assert_eq!(stranger.get(&path).await.0, StatusCode::OK);
    seconds.fetch_add(60, Ordering::Relaxed);
    assert_eq!(stranger.get(&path).await.0, StatusCode::NOT_FOUND);
    let (_, history) = stranger.get("/data/pinList?status=unpinned").await;
    assert_eq!(
        history["rows"][0]["date_unpinned"],
        "2023-11-14T22:15:20.000Z"
    );
    let never = create(&stranger, 1, &[("expires_at", "tomorrow")]).await;
    assert_eq!(never.status(), StatusCode::BAD_REQUEST);
    assert_ne!(file["expires_at"], Value::Null);
}

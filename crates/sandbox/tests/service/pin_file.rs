//! `POST /pinning/pinFileToIPFS`, seen by a stranger. The CIDs are from the service's documentation, or
//! were made by a dag-pb writer of its own.

use crate::stranger::{Form, HELLO_V1, HELLO_WORLD_V0, Stranger, TOKEN, noise};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;
use serde_json::{Value, json};

const V1: (&str, &str) = ("pinataOptions", r#"{"cidVersion":1}"#);

#[tokio::test]
async fn a_file_gets_its_known_cid_and_comes_back_from_the_gateway() {
    let stranger = Stranger::new().await;
    let form = Form::new().file("hello.txt", b"hello").text(V1.0, V1.1);
    let (status, body) = stranger.pin(&form).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["IpfsHash"], HELLO_V1);
    assert_eq!(body["PinSize"], 5);
    assert_eq!(body["Name"], "hello.txt");
    assert!(body.get("isDuplicate").is_none());
    assert_eq!(stranger.bytes(&format!("/ipfs/{HELLO_V1}")).await, b"hello");
}

#[tokio::test]
async fn without_a_version_the_cid_is_version_0_and_the_size_is_the_dags() {
    let stranger = Stranger::new().await;
    let (_, body) = stranger.pin(&Form::new().file("a", b"Hello World!")).await;
    assert_eq!(body["IpfsHash"], HELLO_WORLD_V0);
    assert_eq!(body["PinSize"], 20);
}

#[tokio::test]
async fn files_around_one_chunk_have_their_known_cids() {
    let stranger = Stranger::new().await;
    let zeros = vec![0; 262_145];
    for (bytes, version, cid, size) in [
        (
            &zeros[1..],
            0,
            "QmRk1rduJvo5DfEYAaLobS2za9tDszk35hzaNSDCJ74DA7",
            262_158,
        ),
        (
            &zeros[..],
            0,
            "QmbVuw4C4vcmVKqxoWtgDVobvcHrSn51qsmQmyxjk4sB2Q",
            262_267,
        ),
        (
            &zeros[1..],
            1,
            "bafkreiekhhjkxu4ztk3tyng3er3ijhg56mb44oe3gwbgquhzu4afrg2ksa",
            262_144,
        ),
        (
            &zeros[..],
            1,
            "bafybeigllfqgfpqydppr6cmv56g7ax4wyhruzswvcefv6j5kj77nzttfki",
            262_249,
        ),
    ] {
        let options = json!({ "cidVersion": version }).to_string();
        let form = Form::new()
            .file("zeros", bytes)
            .text("pinataOptions", &options);
        let (_, body) = stranger.pin(&form).await;
        assert_eq!(
            (&body["IpfsHash"], &body["PinSize"]),
            (&json!(cid), &json!(size))
        );
        assert_eq!(stranger.bytes(&format!("/ipfs/{cid}")).await, bytes);
    }
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let stranger = Stranger::new().await;
    let form = Form::new().file("empty", b"").text(V1.0, V1.1);
    let (_, body) = stranger.pin(&form).await;
    let cid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    assert_eq!(body["IpfsHash"], cid);
    assert!(stranger.bytes(&format!("/ipfs/{cid}")).await.is_empty());
}

#[tokio::test]
async fn a_folder_is_the_contents_of_the_shared_first_segment() {
    let stranger = Stranger::new().await;
    for (version, cid, size) in [
        ("0", "QmY5o5ayrWF3QaycAaFRR5w9QqvvhUxhNjBz7Lo9aufYN7", 180),
        (
            "1",
            "bafybeiczgrdh5harqypxjcqja4jhddob7qoo5i4qs2mkbpxo44nw33wvua",
            170,
        ),
    ] {
        // The version as a string, the options first, and one path with a leading slash.
        let form = Form::new()
            .text(
                "pinataOptions",
                &json!({ "cidVersion": version }).to_string(),
            )
            .file("site/sub/b.txt", b"Hello World!")
            .file("/site/a.txt", b"hello");
        let (status, body) = stranger.pin(&form).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(
            (&body["IpfsHash"], &body["PinSize"]),
            (&json!(cid), &json!(size))
        );
        assert_eq!(
            (&body["Name"], &body["NumberOfFiles"]),
            (&json!("site"), &json!(2))
        );
        let path = format!("/ipfs/{cid}/sub/b.txt");
        assert_eq!(stranger.bytes(&path).await, b"Hello World!");
    }
}

#[tokio::test]
async fn a_wrapped_file_stands_in_a_folder_under_its_name() {
    let stranger = Stranger::new().await;
    let options = r#"{"cidVersion":1,"wrapWithDirectory":true}"#;
    let form = Form::new()
        .file("h.txt", b"hello")
        .text("pinataOptions", options);
    let (_, body) = stranger.pin(&form).await;
    let cid = "bafybeids42xumi4oomem5v2vptgftv2hyteu5fljuzk543zjnl6npl54d4";
    assert_eq!(
        (&body["IpfsHash"], &body["PinSize"]),
        (&json!(cid), &json!(58))
    );
    assert_eq!(
        stranger.bytes(&format!("/ipfs/{cid}/h.txt")).await,
        b"hello"
    );
}

#[tokio::test]
async fn several_flat_names_or_roots_are_refused() {
    let stranger = Stranger::new().await;
    for form in [
        Form::new().file("a.txt", b"a").file("b.txt", b"b"),
        Form::new().file("one/a.txt", b"a").file("two/b.txt", b"b"),
        Form::new().file("one/a.txt", b"a").file("one", b"b"),
    ] {
        let (status, body) = stranger.pin(&form).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let text = "More than one file and/or directory was provided for pinning.";
        assert_eq!(body, json!({ "error": text }));
    }
}

#[tokio::test]
async fn paths_that_leave_the_root_or_stand_twice_are_refused_and_nothing_is_kept() {
    let stranger = Stranger::new().await;
    for form in [
        Form::new().file("root/../a", b"a"),
        Form::new().file("..", b"a"),
        Form::new().file("root//a", b"a"),
        Form::new().file("root/a", b"a").file("root/a", b"b"),
        Form::new().file("root/a", b"a").file("root/a/b", b"b"),
        Form::new().text("pinataOptions", "{}"),
        Form::new().file("a", b"a").text("pinataOptions", "{"),
        Form::new()
            .file("a", b"a")
            .text("pinataOptions", r#"{"cidVersion":2}"#),
    ] {
        let (status, body) = stranger.pin(&form).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(body["error"].is_string(), "{body}");
    }
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 0);
    assert_eq!(
        names_in(stranger.data.path(), "partial"),
        Vec::<String>::new()
    );
    assert_eq!(
        names_in(stranger.data.path(), "blobs"),
        Vec::<String>::new()
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "looks into the service's folder from outside"
)]
fn names_in(data: &std::path::Path, folder: &str) -> Vec<String> {
    std::fs::read_dir(data.join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test]
async fn names_keep_quotes_line_breaks_percent_signs_and_accents() {
    let stranger = Stranger::new().await;
    for (sent, name) in [
        ("a%22b.txt", "a\"b.txt"),
        ("a%0D%0Ab.txt", "a\r\nb.txt"),
        ("a\\\"b.txt", "a\"b.txt"),
        ("100%25 #1.txt", "100%25 #1.txt"),
        ("\u{e4}\u{f6}\u{1f600}.txt", "\u{e4}\u{f6}\u{1f600}.txt"),
    ] {
        let form = Form::new().file(&format!("root/{sent}"), name.as_bytes());
        let (status, body) = stranger.pin(&form).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let cid = body["IpfsHash"].as_str().unwrap();
        let segment = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let bytes = stranger.bytes(&format!("/ipfs/{cid}/{segment}")).await;
        assert_eq!(bytes, name.as_bytes(), "{name:?}");
    }
}

#[tokio::test]
async fn reqwests_own_forms_are_understood() {
    let stranger = Stranger::new().await;
    let name = "r\u{f6}\u{f6}t/a \"b\".txt";
    let form = reqwest::multipart::Form::new().part(
        "file",
        reqwest::multipart::Part::bytes(b"hello".to_vec()).file_name(name),
    );
    let url = format!("{}/pinning/pinFileToIPFS", stranger.sandbox.api_url());
    let request = stranger.client.post(url).bearer_auth(TOKEN).multipart(form);
    let (status, body) = crate::stranger::json(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["Name"], "r\u{f6}\u{f6}t");
}

#[tokio::test]
async fn a_repeat_is_a_duplicate_with_the_first_pins_time_and_metadata() {
    let stranger = Stranger::new().await;
    let first = Form::new()
        .file("a.txt", b"hello")
        .text("pinataMetadata", r#"{"name":"first","keyvalues":{"n":1}}"#);
    let (_, first) = stranger.pin(&first).await;
    assert_eq!(first["Keyvalues"], json!({ "n": 1 }));
    let (status, again) = stranger.pin(&Form::new().file("b.txt", b"hello")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(again["isDuplicate"], true);
    for field in ["IpfsHash", "Timestamp", "ID", "Name"] {
        assert_eq!(again[field], first[field], "{field}");
    }
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 1);
}

#[tokio::test]
async fn a_folder_of_many_files_is_a_shard_and_every_file_is_served() {
    let stranger = Stranger::new().await;
    let name = |index: usize| format!("{index:05}-{}", "n".repeat(60));
    let mut form = Form::new().text(V1.0, V1.1);
    for index in 0..3000 {
        form = form.file(
            &format!("many/{}", name(index)),
            index.to_string().as_bytes(),
        );
    }
    let (status, body) = stranger.pin(&form).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["NumberOfFiles"], 3000);
    let cid = body["IpfsHash"].as_str().unwrap();
    for index in [0, 1499, 2999] {
        let bytes = stranger
            .bytes(&format!("/ipfs/{cid}/{}", name(index)))
            .await;
        assert_eq!(bytes, index.to_string().as_bytes());
    }
}

#[tokio::test]
async fn a_file_of_many_chunks_comes_back_byte_for_byte() {
    let stranger = Stranger::new().await;
    let bytes = noise(8 * 1024 * 1024 + 12345);
    let (status, body) = stranger.pin(&Form::new().file("big.bin", &bytes)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let cid = body["IpfsHash"].as_str().unwrap();
    assert!(stranger.bytes(&format!("/ipfs/{cid}")).await == bytes);
    let logged = stranger.sandbox.requests();
    let upload = logged
        .iter()
        .find(|r| r.path == "/pinning/pinFileToIPFS")
        .unwrap();
    assert!(upload.received > bytes.len() as u64);
    assert_eq!(upload.cid.as_deref(), Some(cid));
}

#[tokio::test]
async fn more_than_ten_keyvalues_are_refused() {
    let stranger = Stranger::new().await;
    let pairs: serde_json::Map<String, Value> =
        (0..11).map(|n| (n.to_string(), json!("v"))).collect();
    let metadata = json!({ "keyvalues": pairs }).to_string();
    let form = Form::new()
        .file("a", b"a")
        .text("pinataMetadata", &metadata);
    assert_eq!(stranger.pin(&form).await.0, StatusCode::BAD_REQUEST);
}

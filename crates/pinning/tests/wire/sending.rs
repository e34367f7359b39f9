//! Uploads: what goes over the wire, which way it takes, and what is refused before the first byte.

use std::sync::atomic::Ordering;

use crate::service::no_scopes;
use crate::support::{account, counted, file, file_with, folder};
use pinning::{CidVersion, FileUpload, MULTIPART_LIMIT, Route, UploadOptions, Uploads as _, Value};
use serde_json::json;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A service with a v3 key, and optionally with legacy scopes too.
pub(crate) async fn service(v3: bool, legacy: bool) -> MockServer {
    let server = MockServer::start().await;
    let probe = if v3 {
        ResponseTemplate::new(404)
    } else {
        no_scopes()
    };
    Mock::given(method("PUT"))
        .and(path_regex("^/v3/files/"))
        .respond_with(probe)
        .mount(&server)
        .await;
    let stored = ResponseTemplate::new(200).set_body_json(json!({"data": {
        "id": "v3-id", "cid": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq", "size": 5, "is_duplicate": true,
        "created_at": "2024-08-27T14:57:51.485934Z"}}));
    Mock::given(method("POST"))
        .and(path("/v3/files"))
        .respond_with(if v3 { stored } else { no_scopes() })
        .mount(&server)
        .await;
    let pinned = json!({"IpfsHash": "bafyfolder", "PinSize": "828721", "Timestamp": "2023-05-24T00:28:17.570Z", "ID": "row"});
    // Without a file the service says 400; that is what the probe sees.
    Mock::given(method("POST"))
        .and(path("/pinning/pinFileToIPFS"))
        .and(wiremock::matchers::body_string_contains("filename="))
        .respond_with(if legacy {
            ResponseTemplate::new(200).set_body_json(pinned)
        } else {
            no_scopes()
        })
        .with_priority(1)
        .mount(&server)
        .await;
    let no_file = ResponseTemplate::new(400).set_body_json(json!({"error": "no file"}));
    Mock::given(method("POST"))
        .and(path("/pinning/pinFileToIPFS"))
        .respond_with(if legacy { no_file } else { no_scopes() })
        .mount(&server)
        .await;
    server
}

/// The bodies that went to `at`, as text.
pub(crate) async fn bodies(server: &MockServer, at: &str) -> Vec<String> {
    let requests = server.received_requests().await.expect("recorded");
    let of_path = requests
        .into_iter()
        .filter(|request| request.url.path() == at);
    of_path
        .map(|request| {
            let length = request
                .headers
                .get("content-length")
                .and_then(|length| length.to_str().ok()?.parse().ok());
            assert_eq!(length, Some(request.body.len()), "an exact Content-Length");
            assert!(!request.headers.contains_key("transfer-encoding"));
            String::from_utf8(request.body).expect("text")
        })
        .collect()
}

/// (header lines, content) of each part.
pub(crate) fn parts(body: &str) -> Vec<(String, String)> {
    let boundary = body.lines().next().expect("a boundary").trim_end();
    let inner = body.trim_end().strip_suffix("--").expect("closed");
    inner
        .split(boundary)
        .skip(1)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (head, content) = part.split_once("\r\n\r\n").expect("a head");
            (
                head.trim().to_owned(),
                content.strip_suffix("\r\n").expect("ended").to_owned(),
            )
        })
        .collect()
}

pub(crate) fn part<'a>(parts: &'a [(String, String)], name: &str) -> &'a str {
    let wanted = format!("name=\"{name}\"");
    &parts
        .iter()
        .find(|(head, _)| head.contains(&wanted))
        .unwrap_or_else(|| panic!("no {name}"))
        .1
}

#[tokio::test]
async fn a_small_file_goes_by_v3_with_its_network_name_and_version() {
    let server = service(true, true).await;
    let (sent, progress) = counted();
    let options = UploadOptions {
        name: Some("shown".to_owned()),
        keyvalues: [("k".to_owned(), "v\"".into())].into(),
        ..UploadOptions::default()
    };
    let receipt = account(&server.uri())
        .file(FileUpload {
            progress,
            ..file_with("a.txt", b"hello", options)
        })
        .await
        .expect("stored");
    assert_eq!(
        receipt.cid,
        "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"
    );
    assert_eq!(
        (
            receipt.service_id.as_deref(),
            receipt.dag_size,
            receipt.is_duplicate
        ),
        (Some("v3-id"), Some(5), true)
    );
    assert_eq!(
        receipt.pinned_at,
        "2024-08-27T14:57:51.485934Z".parse().ok()
    );
    assert_eq!(sent.load(Ordering::SeqCst), 5, "content only is counted");
    let body = &bodies(&server, "/v3/files").await[0];
    let parts = parts(body);
    assert_eq!(part(&parts, "file"), "hello");
    assert!(
        parts[0].0.contains("Content-Type: text/plain"),
        "{}",
        parts[0].0
    );
    assert_eq!(
        (
            part(&parts, "network"),
            part(&parts, "name"),
            part(&parts, "cid_version")
        ),
        ("public", "shown", "v1")
    );
    assert_eq!(part(&parts, "keyvalues"), r#"{"k":"v\""}"#);
}

#[tokio::test]
async fn values_keep_their_kind_in_the_older_form_and_are_text_in_the_newer() {
    let of_each_kind = || UploadOptions {
        keyvalues: [
            ("edition".to_owned(), Value::Number(5.into())),
            ("sold".to_owned(), Value::Bool(true)),
        ]
        .into(),
        ..UploadOptions::default()
    };
    let newer = (
        true,
        "/v3/files",
        "keyvalues",
        json!({"edition": "5", "sold": "true"}),
    );
    let older = (
        false,
        "/pinning/pinFileToIPFS",
        "pinataMetadata",
        json!({"name": "a.txt", "keyvalues": {"edition": 5, "sold": true}}),
    );
    for (v3, path, field, expected) in [newer, older] {
        let server = service(v3, true).await;
        let upload = file_with("a.txt", b"x", of_each_kind());
        let sent = account(&server.uri()).file(upload).await;
        sent.expect("stored");
        let all = bodies(&server, path).await;
        let parts = parts(all.last().expect("sent"));
        let told: serde_json::Value = serde_json::from_str(part(&parts, field)).expect("JSON");
        assert_eq!(told, expected, "{path}");
    }
}

#[tokio::test]
async fn a_name_with_quotes_line_breaks_and_backslashes_stays_in_its_header() {
    let server = service(true, true).await;
    let name = "a\"; name=\"network\"\r\n\r\nprivate\\ ü%22.txt";
    account(&server.uri())
        .file(file(name, b"x"))
        .await
        .expect("stored");
    let parts = parts(&bodies(&server, "/v3/files").await[0]);
    assert_eq!(parts.len(), 4);
    assert!(
        parts[0]
            .0
            .contains("filename=\"a%22; name=%22network%22%0D%0A%0D%0Aprivate%5C ü%22.txt\""),
        "{}",
        parts[0].0
    );
    assert_eq!(part(&parts, "name"), name, "the name itself goes whole");
}

#[tokio::test]
async fn an_empty_file_is_sent() {
    let server = service(true, true).await;
    account(&server.uri())
        .file(file("empty", b""))
        .await
        .expect("stored");
    assert_eq!(
        part(&parts(&bodies(&server, "/v3/files").await[0]), "file"),
        ""
    );
}

#[tokio::test]
async fn a_folder_goes_by_legacy_with_one_root_and_always_a_version() {
    let server = service(true, true).await;
    let mut upload = folder("my \"folder\"", &[("a.txt", b"one"), ("sub/b.txt", b"two")]);
    upload.options.cid_version = CidVersion::V0;
    let (sent, progress) = counted();
    upload.progress = progress;
    let receipt = account(&server.uri()).folder(upload).await.expect("stored");
    assert_eq!(
        (receipt.cid.as_str(), receipt.dag_size, receipt.is_duplicate),
        ("bafyfolder", Some(828_721), false)
    );
    assert_eq!(sent.load(Ordering::SeqCst), 6);
    let all = bodies(&server, "/pinning/pinFileToIPFS").await;
    let parts = parts(all.last().expect("sent"));
    assert!(
        parts[0].0.contains("filename=\"my %22folder%22/a.txt\""),
        "{}",
        parts[0].0
    );
    assert!(
        parts[1]
            .0
            .contains("filename=\"my %22folder%22/sub/b.txt\""),
        "{}",
        parts[1].0
    );
    assert_eq!(part(&parts, "pinataOptions"), r#"{"cidVersion":0}"#);
    assert_eq!(
        part(&parts, "pinataMetadata"),
        r#"{"name":"my \"folder\""}"#
    );
}

#[tokio::test]
async fn a_wrapped_file_and_a_legacy_keys_file_go_by_legacy() {
    let server = service(true, true).await;
    let wrap = UploadOptions {
        wrap: true,
        ..UploadOptions::default()
    };
    account(&server.uri())
        .file(file_with("a.txt", b"x", wrap))
        .await
        .expect("stored");
    let all = bodies(&server, "/pinning/pinFileToIPFS").await;
    let sent = parts(all.last().expect("sent"));
    assert_eq!(
        part(&sent, "pinataOptions"),
        r#"{"cidVersion":1,"wrapWithDirectory":true}"#
    );
    assert!(bodies(&server, "/v3/files").await.is_empty());

    let server = service(false, true).await;
    let account = account(&server.uri());
    assert_eq!(account.route(1), Route::V3Multipart, "nothing is known yet");
    account.file(file("a.txt", b"x")).await.expect("stored");
    assert_eq!(account.route(1), Route::LegacyMultipart);
    assert!(bodies(&server, "/v3/files").await.is_empty());
}

#[tokio::test]
async fn ninety_mebibytes_go_by_v3_and_one_byte_more_by_legacy() {
    let server = service(true, true).await;
    let account = account(&server.uri());
    assert_eq!(account.route(MULTIPART_LIMIT), Route::V3Multipart);
    assert_eq!(account.route(MULTIPART_LIMIT + 1), Route::LegacyMultipart);
}

//! JSON that is typed or pasted: the bytes shown are the bytes pinned.

use crate::sending::{part, parts, service};
use crate::service::{asked, no_scopes};
use crate::support::account;
use pinning::{Delivered, ErrorKind, JsonUpload, Network, Placement, UploadOptions, Uploads as _};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{any, body_string_contains, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TEXT: &str = "{ \"b\": 1.0,\n  \"a\": [true], \"2\": null }\n";

fn upload(text: &str) -> JsonUpload {
    JsonUpload {
        text: text.to_owned(),
        file_name: "settings".to_owned(),
        options: UploadOptions::default(),
        placement: Placement::default(),
        cancel: CancellationToken::new(),
    }
}

/// A key that may use nothing but pinJSONToIPFS.
async fn json_only() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(no_scopes())
        .with_priority(9)
        .mount(&server)
        .await;
    Mock::given(path("/pinning/pinJSONToIPFS"))
        .and(body_string_contains("\"cidVersion\":99"))
        .respond_with(ResponseTemplate::new(400))
        .with_priority(1)
        .mount(&server)
        .await;
    let pinned = json!({"IpfsHash": "bafyjson", "PinSize": 20, "Timestamp": "2025-10-15T15:22:00.333Z",
        "ID": "row", "Name": "settings", "NumberOfFiles": 1, "MimeType": "application/json", "GroupId": "g-1"});
    Mock::given(path("/pinning/pinJSONToIPFS"))
        .respond_with(ResponseTemplate::new(200).set_body_json(pinned))
        .with_priority(2)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn json_goes_as_a_file_byte_for_byte() {
    let server = service(true, true).await;
    let account = account(&server.uri());
    assert_eq!(account.rewrites_json().await, Ok(false));
    account.json(upload(TEXT)).await.expect("stored");
    let sent = parts(&crate::sending::bodies(&server, "/v3/files").await[0]);
    assert_eq!(part(&sent, "file"), TEXT);
    assert!(
        sent[0].0.contains("filename=\"settings.json\"") && sent[0].0.contains("application/json"),
        "{}",
        sent[0].0
    );
}

#[tokio::test]
async fn a_key_for_json_alone_sends_what_the_service_will_write() {
    let server = json_only().await;
    let account = account(&server.uri());
    assert_eq!(account.rewrites_json().await, Ok(true));
    let mut wish = upload(TEXT);
    wish.placement.group = Some("g-1".to_owned());
    wish.options.keyvalues = [("k".to_owned(), "v".into())].into();
    let receipt = account.json(wish).await.expect("stored");
    assert_eq!(
        (
            receipt.cid.as_str(),
            receipt.group.as_deref(),
            receipt.files
        ),
        ("bafyjson", Some("g-1"), Some(1))
    );
    let requests = server.received_requests().await.expect("recorded");
    let body = String::from_utf8(requests.last().expect("sent").body.clone()).expect("text");
    assert_eq!(
        body,
        r#"{"pinataContent":{"2":null,"b":1,"a":[true]},"pinataMetadata":{"keyvalues":{"k":"v"},"name":"settings"},"pinataOptions":{"cidVersion":1,"groupId":"g-1"}}"#
    );
    assert_eq!(
        pinning::reserialised(TEXT).as_deref(),
        Ok(r#"{"2":null,"b":1,"a":[true]}"#),
        "what the editor shows before"
    );
}

#[tokio::test]
async fn what_is_no_json_or_more_than_ten_megabytes_of_it_is_refused_unsent() {
    let server = json_only().await;
    let account = account(&server.uri());
    account.rewrites_json().await.expect("asked");
    let before = asked(&server, "/").await;
    let mut private = upload(TEXT);
    private.options.network = Network::Private;
    for (wish, reason) in [
        (upload("{'a': 1}"), "NOT_JSON"),
        (private, "PLAIN_JSON_ONLY"),
    ] {
        let error = account.json(wish).await.expect_err("refused");
        assert!(
            matches!(&error.kind, ErrorKind::Rejected { reason: told, .. } if told == reason),
            "{error:?}"
        );
        assert_eq!(error.delivered, Delivered::NotSent);
    }
    let huge = format!("\"{}\"", "x".repeat(10_000_000));
    let error = account.json(upload(&huge)).await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::TooLarge);
    assert_eq!(asked(&server, "/").await, before);
    let error = upload("[1,").into_file().err().expect("refused");
    assert!(
        matches!(&error.kind, ErrorKind::Rejected { details, .. } if details.contains("column")),
        "{error:?}"
    );
}

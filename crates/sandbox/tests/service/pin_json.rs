//! `pinJSONToIPFS` and the calls on pin policies, seen by a stranger.

use crate::stranger::{HELLO_V1, Stranger, json};
use reqwest::{Method, StatusCode};
use sandbox::{Kind, Route};
use serde_json::{Value, json};

async fn send(stranger: &Stranger, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
    let request = stranger
        .api(method, path)
        .header("content-type", "application/json")
        .body(body.to_owned());
    json(request.send().await.unwrap()).await
}

async fn pin(stranger: &Stranger, body: &str) -> (StatusCode, Value) {
    send(stranger, Method::POST, "/pinning/pinJSONToIPFS", body).await
}

#[tokio::test]
async fn what_is_pinned_is_what_javascript_writes() {
    let stranger = Stranger::new().await;
    let body = r#"{ "pinataMetadata": {"name": "n.json", "keyvalues": {"k": 1}},
        "pinataContent": { "z": 1.0, "a": [ 1e3, "\u00e4" ], "2": true, "1": null },
        "pinataOptions": {"cidVersion": 1, "groupId": "g"} }"#;
    let (status, answer) = pin(&stranger, body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let cid = answer["IpfsHash"].as_str().unwrap();
    let bytes = stranger.bytes(&format!("/ipfs/{cid}")).await;
    let written = "{\"1\":null,\"2\":true,\"z\":1,\"a\":[1000,\"\u{e4}\"]}";
    assert_eq!(String::from_utf8(bytes).unwrap(), written);
    assert_eq!(
        (
            &answer["Name"],
            &answer["MimeType"],
            &answer["GroupId"],
            &answer["Keyvalues"]
        ),
        (
            &json!("n.json"),
            &json!("application/json"),
            &json!("g"),
            &json!({ "k": 1 })
        )
    );
    assert_eq!(
        (&answer["PinSize"], &answer["NumberOfFiles"]),
        (&json!(written.len()), &json!(1))
    );
    assert!(answer.get("isDuplicate").is_none());
    let (_, again) = pin(&stranger, body).await;
    assert_eq!(
        (&again["isDuplicate"], &again["ID"]),
        (&json!(true), &answer["ID"])
    );
    let logged = stranger.sandbox.requests();
    assert_eq!(logged[0].cid.as_deref(), Some(cid));
}

#[tokio::test]
async fn any_json_is_content_and_the_version_is_0_unless_it_is_said() {
    let stranger = Stranger::new().await;
    for (content, written) in [("\"text\"", "\"text\""), ("null", "null"), ("[ ]", "[]")] {
        let (status, answer) = pin(&stranger, &format!("{{\"pinataContent\":{content}}}")).await;
        assert_eq!(status, StatusCode::OK);
        let cid = answer["IpfsHash"].as_str().unwrap();
        assert!(cid.starts_with("Qm"));
        assert_eq!(
            stranger.bytes(&format!("/ipfs/{cid}")).await,
            written.as_bytes()
        );
        assert_eq!(answer["Name"], Value::Null);
    }
}

#[tokio::test]
async fn what_is_not_valid_is_refused_and_nothing_is_kept() {
    let stranger = Stranger::new().await;
    for wrong in [
        "{",
        "{}",
        "[]",
        r#"{"pinataContent":{},"pinataOptions":{"cidVersion":99}}"#,
        r#"{"pinataContent":{},"pinataMetadata":{"name":1}}"#,
        r#"{"pinataContent":{},"pinataMetadata":{"keyvalues":{"k":{}}}}"#,
    ] {
        let (status, body) = pin(&stranger, wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(body["error"].is_string());
    }
    let large = format!("{{\"pinataContent\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    assert_eq!(
        pin(&stranger, &large).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    stranger
        .sandbox
        .faults()
        .once(Route::PinJson, Kind::DiskFull(3));
    let full = pin(&stranger, r#"{"pinataContent":"text"}"#).await;
    assert_eq!(full.0, StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 0);
    assert!(stranger.names_in("partial").is_empty());
}

#[tokio::test]
async fn pin_policies_are_taken_for_what_is_pinned_and_change_nothing() {
    let stranger = Stranger::new().await;
    let policy = json!({ "regions": [{ "id": "FRA1", "desiredReplicationCount": 2 }] });
    let one = json!({ "ipfsPinHash": HELLO_V1, "newPinPolicy": policy }).to_string();
    let path = "/pinning/hashPinPolicy";
    let (status, body) = send(&stranger, Method::PUT, path, &one).await;
    assert_eq!(
        (status, &body["error"]["reason"]),
        (
            StatusCode::BAD_REQUEST,
            &json!("CURRENT_USER_HAS_NOT_PINNED_CID")
        )
    );
    let form = crate::stranger::Form::new()
        .file("a", b"hello")
        .text("network", "public");
    stranger.upload(&form).await;
    assert_eq!(
        send(&stranger, Method::PUT, path, &one).await,
        (StatusCode::OK, json!("OK"))
    );
    let all = json!({ "newPinPolicy": policy }).to_string();
    let user = "/pinning/userPinPolicy";
    assert_eq!(
        send(&stranger, Method::PUT, user, &all).await,
        (StatusCode::OK, json!("OK"))
    );
    assert_eq!(
        send(&stranger, Method::PUT, user, "{}").await.0,
        StatusCode::BAD_REQUEST
    );
    let (_, list) = stranger.get("/data/pinList").await;
    assert_eq!(list["rows"][0]["regions"][0]["currentReplicationCount"], 1);
}

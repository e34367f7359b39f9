//! The v3 files API, seen by a stranger.

use crate::stranger::{Form, HELLO_V1, HELLO_WORLD_V0, Stranger, json};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn call(
    stranger: &Stranger,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let mut request = stranger.api(method, path);
    if let Some(body) = body {
        request = request.json(&body);
    }
    json(request.send().await.unwrap()).await
}

fn ids(body: &Value) -> Vec<String> {
    let files = body["data"]["files"].as_array().unwrap();
    files
        .iter()
        .map(|file| file["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_upload_without_a_network_is_private_and_no_public_gateway_shows_it() {
    let stranger = Stranger::new().await;
    let (status, body) = stranger.upload(&Form::new().file("hello", b"hello")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let data = &body["data"];
    assert_eq!(
        (&data["cid"], &data["network"]),
        (&json!(HELLO_V1), &json!("private"))
    );
    assert_eq!(
        (&data["size"], &data["group_id"]),
        (&json!(5), &Value::Null)
    );
    assert_eq!(
        (&data["keyvalues"], &data["vectorized"]),
        (&json!({}), &json!(false))
    );
    for path in ["ipfs", "files"] {
        let response = stranger.gateway(&format!("/{path}/{HELLO_V1}")).await;
        assert!(response.status().is_client_error(), "{path}");
    }
    let path = format!("/files/{HELLO_V1}");
    let owner = stranger.api(Method::GET, &path).send().await.unwrap();
    assert_eq!(owner.bytes().await.unwrap().as_ref(), b"hello");
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 0);
}

#[tokio::test]
async fn fields_are_taken_in_any_order_and_the_version_is_chosen() {
    let stranger = Stranger::new().await;
    let form = Form::new()
        .text("network", "public")
        .text("name", "given")
        .text("group_id", "g-1")
        .text("keyvalues", r#"{"a":"1"}"#)
        .text("cid_version", "v0")
        .file("hello.txt", b"Hello World!");
    let (_, body) = stranger.upload(&form).await;
    let data = &body["data"];
    assert_eq!(
        (&data["cid"], &data["size"]),
        (&json!(HELLO_WORLD_V0), &json!(20))
    );
    assert_eq!(
        (&data["name"], &data["group_id"]),
        (&json!("given"), &json!("g-1"))
    );
    assert_eq!(data["keyvalues"], json!({ "a": "1" }));
}

#[tokio::test]
async fn a_repeat_on_the_same_network_gives_the_first_file() {
    let stranger = Stranger::new().await;
    let public = Form::new().file("a", b"hello").text("network", "public");
    let (_, first) = stranger.upload(&public).await;
    let (_, again) = stranger.upload(&public).await;
    assert!(first["data"].get("is_duplicate").is_none());
    assert_eq!(again["data"]["is_duplicate"], true);
    assert_eq!(again["data"]["id"], first["data"]["id"]);
    let (_, private) = stranger.upload(&Form::new().file("a", b"hello")).await;
    assert_ne!(private["data"]["id"], first["data"]["id"]);
}

#[tokio::test]
async fn more_than_100_mb_is_refused_with_413() {
    let stranger = Stranger::new().await;
    let form = Form::new()
        .file("big", &vec![7; 100_000_001])
        .text("network", "public");
    let (status, _) = stranger.upload(&form).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        stranger.get("/v3/files/public").await.1["data"]["files"],
        json!([])
    );
}

#[tokio::test]
async fn pages_follow_one_another_in_both_orders_without_gap_or_repeat() {
    let stranger = Stranger::new().await;
    stranger.sandbox.seed(25).await.unwrap();
    for order in ["ASC", "DESC"] {
        let mut seen = Vec::new();
        let mut token = String::new();
        loop {
            let path = format!("/v3/files/public?limit=10&order={order}&pageToken={token}");
            let (status, body) = stranger.get(&path).await;
            assert_eq!(status, StatusCode::OK, "{body}");
            seen.extend(ids(&body));
            match body["data"]["next_page_token"].as_str() {
                Some(next) => next.clone_into(&mut token),
                None => break,
            }
        }
        assert_eq!(seen.len(), 25);
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), 25);
        if order == "DESC" {
            sorted.reverse();
        }
        assert_eq!(seen, sorted, "version 7 ids sort by time");
    }
    let (status, _) = stranger.get("/v3/files/public?pageToken=bm9uZQ==").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let stranger = Stranger::new().await;
    for (name, pairs) in [
        ("one.txt", r#"{"k":"1","l":"x"}"#),
        ("two.png", r#"{"k":"2"}"#),
    ] {
        let form = Form::new()
            .file(name, name.as_bytes())
            .text("network", "public")
            .text("keyvalues", pairs);
        stranger.upload(&form).await;
    }
    for (query, count) in [
        ("name=ONE", 1),
        ("mimeType=image/png", 1),
        ("keyvalues[k]=1&keyvalues[l]=x", 1),
        ("metadata[k]=2", 1),
        ("keyvalues[k]=3", 0),
        ("group=null", 2),
        ("group=g", 0),
        ("cidPending=true", 0),
        ("cid=nonsense", 0),
    ] {
        let (_, body) = stranger.get(&format!("/v3/files/public?{query}")).await;
        assert_eq!(ids(&body).len(), count, "{query}");
    }
    let (status, _) = stranger.get("/v3/files/elsewhere").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_file_is_read_changed_and_deleted_by_its_id() {
    let stranger = Stranger::new().await;
    let form = Form::new()
        .file("a", b"hello")
        .text("network", "public")
        .text("keyvalues", r#"{"a":"1","b":"2"}"#);
    let (_, body) = stranger.upload(&form).await;
    let path = format!("/v3/files/public/{}", body["data"]["id"].as_str().unwrap());
    let change = json!({ "name": "b", "keyvalues": { "a": null, "c": "3" } });
    let (status, changed) = call(&stranger, Method::PUT, &path, Some(change)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(changed["data"]["keyvalues"], json!({ "b": "2", "c": "3" }));
    assert_eq!(stranger.get(&path).await.1, changed);
    let elsewhere = path.replace("public", "private");
    assert_eq!(stranger.get(&elsewhere).await.0, StatusCode::NOT_FOUND);
    let deleted = call(&stranger, Method::DELETE, &path, None).await;
    assert_eq!(deleted, (StatusCode::OK, json!({ "data": null })));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(
            call(&stranger, method, &path, None).await.0,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn a_legacy_pin_is_a_public_file_and_the_other_way_round() {
    let stranger = Stranger::new().await;
    let metadata = r#"{"keyvalues":{"n":1,"b":true}}"#;
    let form = Form::new()
        .file("a", b"hello")
        .text("pinataMetadata", metadata);
    let (_, pinned) = stranger.pin(&form).await;
    let (_, files) = stranger.get("/v3/files/public").await;
    let file = &files["data"]["files"][0];
    assert_eq!(
        (&file["id"], &file["cid"]),
        (&pinned["ID"], &pinned["IpfsHash"])
    );
    assert_eq!(file["keyvalues"], json!({ "n": "1", "b": "true" }));

    let form = Form::new().file("b", b"other").text("network", "public");
    let (_, uploaded) = stranger.upload(&form).await;
    let (_, list) = stranger.get("/data/pinList?pageLimit=1").await;
    assert_eq!(list["rows"][0]["id"], uploaded["data"]["id"]);
    let cid = uploaded["data"]["cid"].as_str().unwrap();
    call(
        &stranger,
        Method::DELETE,
        &format!("/pinning/unpin/{cid}"),
        None,
    )
    .await;
    assert_eq!(ids(&stranger.get("/v3/files/public").await.1).len(), 1);
}

#[tokio::test]
async fn created_at_has_gos_fractions() {
    for (micros, written) in [
        (1_700_000_000_120_000, "2023-11-14T22:13:20.12Z"),
        (1_700_000_000_000_000, "2023-11-14T22:13:20Z"),
        (1_700_000_000_000_001, "2023-11-14T22:13:20.000001Z"),
    ] {
        let stranger = Stranger::with(|config| {
            config.clock =
                std::sync::Arc::new(move || jiff::Timestamp::from_microsecond(micros).unwrap());
        })
        .await;
        let (_, body) = stranger.upload(&Form::new().file("a", b"a")).await;
        assert_eq!(body["data"]["created_at"], written);
    }
}

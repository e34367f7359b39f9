//! Private files and their links, signed upload URLs, swaps and gateways.

use crate::stranger::{Form, HELLO_V1, Stranger, json, noise};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const NOW: i64 = 1_700_000_000;

async fn timed() -> (Stranger, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(NOW));
    let shown = Arc::clone(&seconds);
    let stranger = Stranger::with(|config| {
        config.clock =
            Arc::new(move || jiff::Timestamp::from_second(shown.load(Ordering::Relaxed)).unwrap());
    })
    .await;
    (stranger, seconds)
}

async fn post(stranger: &Stranger, path: &str, body: Value) -> (StatusCode, Value) {
    json(
        stranger
            .api(Method::POST, path)
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await
}

async fn plain(stranger: &Stranger, method: Method, url: &str) -> (u16, Vec<u8>) {
    let response = stranger.client.request(method, url).send().await.unwrap();
    (
        response.status().as_u16(),
        response.bytes().await.unwrap().to_vec(),
    )
}

async fn link(stranger: &Stranger, url: &str, expires: i64) -> String {
    let body = json!({ "url": url, "date": NOW, "expires": expires, "method": "GET" });
    let (status, body) = post(stranger, "/v3/files/private/download_link", body).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["data"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_private_file_is_read_by_its_link_until_that_expires() {
    let (stranger, seconds) = timed().await;
    stranger
        .upload(&Form::new().file("hello.txt", b"hello"))
        .await;
    let url = format!("{}/files/{HELLO_V1}", stranger.sandbox.gateway_url());
    assert_eq!(plain(&stranger, Method::GET, &url).await.0, 401);
    let signed = link(&stranger, &url, 60).await;
    let query = format!("?X-Algorithm=PINATA1&X-Date={NOW}&X-Expires=60&X-Method=GET&X-Signature=");
    assert!(signed.starts_with(&format!("{url}{query}")), "{signed}");
    assert_eq!(
        plain(&stranger, Method::GET, &signed).await,
        (200, b"hello".to_vec())
    );
    assert_eq!(plain(&stranger, Method::HEAD, &signed).await.0, 200);
    // The official SDK writes https before every gateway's name.
    let https = link(
        &stranger,
        &url.replace("http://127.0.0.1", "https://localhost"),
        60,
    )
    .await;
    let here = https.replace("https://localhost", "http://127.0.0.1");
    assert_eq!(plain(&stranger, Method::GET, &here).await.0, 200);
    let api = here.replace(&stranger.sandbox.gateway_url(), &stranger.sandbox.api_url());
    assert_eq!(plain(&stranger, Method::GET, &api).await.0, 200);

    for forged in [
        signed.replace("X-Expires=60", "X-Expires=99"),
        signed.replace(HELLO_V1, crate::stranger::HELLO_WORLD_V0),
        format!("{signed}00"),
        signed.replace("X-Signature=", "X-Signature=zz"),
        format!("{url}?X-Signature=00"),
    ] {
        assert_eq!(
            plain(&stranger, Method::GET, &forged).await.0,
            403,
            "{forged}"
        );
    }
    let logged = stranger.sandbox.requests();
    let by_link = logged.iter().filter_map(|entry| entry.query.as_deref());
    let signature = signed.rsplit('=').next().unwrap();
    assert!(
        by_link
            .clone()
            .any(|query| query.ends_with("X-Signature=[signature]"))
    );
    assert!(by_link.clone().all(|query| !query.contains(signature)));
    seconds.store(NOW + 60, Ordering::Relaxed);
    assert_eq!(plain(&stranger, Method::GET, &signed).await.0, 403);
    let public = format!("{}/ipfs/{HELLO_V1}", stranger.sandbox.gateway_url());
    assert_eq!(plain(&stranger, Method::GET, &public).await.0, 404);
}

#[tokio::test]
async fn a_links_own_query_is_signed_with_it_and_the_older_call_makes_the_same() {
    let (stranger, _) = timed().await;
    stranger
        .upload(&Form::new().file("hello.txt", b"hello"))
        .await;
    let url = format!(
        "{}/files/{HELLO_V1}?filename=new.txt",
        stranger.sandbox.gateway_url()
    );
    let signed = link(&stranger, &url, 60).await;
    let response = stranger.client.get(&signed).send().await.unwrap();
    let disposition = response.headers()["content-disposition"].to_str().unwrap();
    assert!(disposition.contains("new%2Etxt"), "{disposition}");
    let body = json!({ "url": url, "date": NOW, "expires": 60, "method": "GET" });
    assert_eq!(
        post(&stranger, "/v3/files/sign", body).await.1["data"],
        signed
    );
    for wrong in [
        json!({ "url": "https://g/ipfs/x", "date": NOW, "expires": 1 }),
        json!({ "url": "nothing", "date": NOW, "expires": 1 }),
        json!({ "url": url, "expires": 1 }),
        json!({ "url": url, "date": NOW, "expires": 0 }),
        json!({ "url": url, "date": NOW, "expires": 1, "method": 1 }),
    ] {
        let (status, _) = post(&stranger, "/v3/files/private/download_link", wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}

/// A URL to upload to, with these options.
async fn upload_url(stranger: &Stranger, options: Value) -> String {
    let mut body = json!({ "date": NOW, "expires": 60, "network": "public" });
    for (key, value) in options.as_object().unwrap() {
        body[key] = value.clone();
    }
    let (status, body) = post(stranger, "/v3/files/sign", body).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["data"].as_str().unwrap().to_owned()
}

async fn send(stranger: &Stranger, url: &str, form: &Form) -> (u16, Value) {
    let request = stranger
        .client
        .post(url)
        .header(
            "content-type",
            "multipart/form-data; boundary=boundary-of-a-stranger",
        )
        .body(form.bytes());
    let (status, body) = json(request.send().await.unwrap()).await;
    (status.as_u16(), body)
}

#[tokio::test]
async fn a_signed_url_takes_an_upload_without_a_key_and_decides_its_options() {
    let (stranger, seconds) = timed().await;
    let options = json!({ "filename": "signed.txt", "group_id": "g", "keyvalues": { "k": "v" },
        "cid_version": "v1", "max_file_size": 10, "allow_mime_types": ["text/*"] });
    let url = upload_url(&stranger, options).await;
    let form = Form::new()
        .file("mine.txt", b"hello")
        .text("network", "private");
    let (status, body) = send(&stranger, &url, &form).await;
    assert_eq!(status, 200, "{body}");
    let file = &body["data"];
    assert_eq!(
        (
            &file["cid"],
            &file["name"],
            &file["network"],
            &file["group_id"],
            &file["keyvalues"]
        ),
        (
            &json!(HELLO_V1),
            &json!("signed.txt"),
            &json!("public"),
            &json!("g"),
            &json!({ "k": "v" })
        )
    );
    let image = send(&stranger, &url, &Form::new().file("a.png", b"png")).await;
    let text = "Presigned URL does not grant permissions to upload detected MIME type: image/png";
    assert_eq!(image, (400, json!(text)));
    let folder = Form::new().file("r/a.txt", b"a").file("r/b.txt", b"b");
    let text = "Presigned URL does not grant permissions to upload detected MIME type: directory";
    assert_eq!(send(&stranger, &url, &folder).await, (400, json!(text)));
    assert_eq!(
        send(&stranger, &url, &Form::new().file("a.txt", &[0; 11]))
            .await
            .0,
        413
    );
    let folders = upload_url(&stranger, json!({ "allow_mime_types": ["directory"] })).await;
    let (status, body) = send(&stranger, &folders, &folder).await;
    assert_eq!((status, &body["data"]["number_of_files"]), (200, &json!(2)));

    seconds.store(NOW + 60, Ordering::Relaxed);
    assert_eq!(send(&stranger, &url, &form).await.0, 401);
    let unknown = format!("{}/v3/files/none", stranger.sandbox.api_url());
    assert_eq!(send(&stranger, &unknown, &form).await.0, 404);
    for wrong in [
        json!({ "date": NOW }),
        json!({ "date": NOW, "expires": 1, "network": "elsewhere" }),
        json!({ "date": NOW, "expires": 1, "keyvalues": "x" }),
    ] {
        let (status, _) = post(&stranger, "/v3/files/sign", wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_signed_url_takes_a_resumable_upload_too() {
    let (stranger, _) = timed().await;
    let url = upload_url(&stranger, json!({ "max_file_size": 1000 })).await;
    let begin = |length: u64| stranger.client.post(&url).header("Upload-Length", length);
    let (status, text) = json(begin(1001).send().await.unwrap()).await;
    assert_eq!(
        (status.as_u16(), text),
        (413, json!("Upload-Length exceeds maximum upload size"))
    );
    let created = begin(1000).send().await.unwrap();
    assert_eq!(created.status(), StatusCode::CREATED);
    let location = created.headers()["location"].to_str().unwrap();
    let bytes = noise(1000);
    let patch = stranger
        .client
        .patch(location)
        .header("content-type", "application/offset+octet-stream")
        .header("Upload-Offset", 0)
        .body(bytes.clone());
    let last = patch.send().await.unwrap();
    let cid = last.headers()["upload-cid"].to_str().unwrap();
    assert!(stranger.bytes(&format!("/ipfs/{cid}")).await == bytes);
}

#[tokio::test]
async fn a_swap_shows_other_content_for_a_cid_until_it_is_removed() {
    let (stranger, seconds) = timed().await;
    let mut cids = Vec::new();
    for content in ["one", "two", "three"] {
        let form = Form::new()
            .file("f", content.as_bytes())
            .text("network", "public");
        let (_, body) = stranger.upload(&form).await;
        cids.push(body["data"]["cid"].as_str().unwrap().to_owned());
    }
    let path = format!("/v3/files/public/swap/{}", cids[0]);
    let shown = format!("/ipfs/{}", cids[0]);
    let put = async |path: &str, to: &str| {
        let request = stranger
            .api(Method::PUT, path)
            .json(&json!({ "swapCid": to }));
        json(request.send().await.unwrap()).await
    };
    let (status, swapped) = put(&path, &cids[1]).await;
    assert_eq!(status, StatusCode::OK);
    let created = "2023-11-14T22:13:20Z";
    let data = json!({ "mapped_cid": cids[1], "created_at": created });
    assert_eq!(swapped, json!({ "data": data }));
    assert_eq!(stranger.bytes(&shown).await, b"two");
    seconds.fetch_add(1, Ordering::Relaxed);
    let old = format!("/v3/ipfs/swap/{}", cids[0]);
    put(&old, &cids[2]).await;
    assert_eq!(stranger.bytes(&shown).await, b"three");
    let (_, history) = stranger
        .get(&format!("{path}?domain=g.mypinata.cloud"))
        .await;
    assert_eq!(history["data"].as_array().unwrap().len(), 2);
    assert_eq!(history["data"][1], data);
    let (_, history) = stranger.get(&old).await;
    assert_eq!(
        history["data"][1],
        json!({ "mappedCid": cids[1], "createdAt": created })
    );
    let deleted = json(stranger.api(Method::DELETE, &path).send().await.unwrap()).await;
    assert_eq!(deleted, (StatusCode::OK, json!({ "data": null })));
    assert_eq!(stranger.bytes(&shown).await, b"one");
    assert_eq!(stranger.get(&path).await.1, json!({ "data": [] }));
    assert_eq!(put(&path, "none").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(
        put("/v3/files/public/swap/none", &cids[1]).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn the_one_gateway_is_listed_with_its_address() {
    let (stranger, _) = timed().await;
    for path in ["/v3/gateways", "/v3/ipfs/gateways"] {
        let (status, body) = stranger.get(path).await;
        assert_eq!(
            (status, &body["data"]["count"]),
            (StatusCode::OK, &json!(1))
        );
        let row = &body["data"]["rows"][0];
        let address = row["custom_domains"][0]["domain"].as_str().unwrap();
        assert_eq!(format!("http://{address}"), stranger.sandbox.gateway_url());
        let one = format!("/v3/gateways/{}", row["id"].as_str().unwrap());
        let (_, one) = stranger.get(&one).await;
        assert_eq!(one["data"]["domain"], row["domain"]);
        assert!(one["data"]["settings"].is_object());
    }
    assert_eq!(
        stranger.get("/v3/gateways/none").await.0,
        StatusCode::NOT_FOUND
    );
    let (_, exists) = stranger.get("/v3/gateways/exists/sandbox").await;
    assert_eq!(exists, json!({ "data": { "exists": true } }));
}

#[tokio::test]
async fn a_signature_over_a_cid_is_kept_read_and_removed() {
    let (stranger, _) = timed().await;
    let path = format!("/v3/files/public/signature/{HELLO_V1}");
    assert_eq!(stranger.get(&path).await.0, StatusCode::NOT_FOUND);
    let signature = json!({ "address": "0xbC18", "signature": "0x1ba6" });
    let data = json!({ "data": { "cid": HELLO_V1, "signature": "0x1ba6" } });
    assert_eq!(
        post(&stranger, &path, signature).await,
        (StatusCode::OK, data.clone())
    );
    assert_eq!(stranger.get(&path).await, (StatusCode::OK, data));
    let wrong = post(&stranger, &path, json!({ "address": "0xbC18" })).await;
    assert_eq!(wrong.0, StatusCode::BAD_REQUEST);
    let deleted = json(stranger.api(Method::DELETE, &path).send().await.unwrap()).await;
    assert_eq!(deleted, (StatusCode::OK, json!({ "data": null })));
    assert_eq!(stranger.get(&path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_calls_of_2024_without_a_network_and_paths_with_two_slashes_are_understood() {
    let (stranger, _) = timed().await;
    let (_, file) = stranger
        .upload(&Form::new().file("hello.txt", b"hello"))
        .await;
    let id = file["data"]["id"].as_str().unwrap();
    let (_, list) = stranger.get("/v3/files?limit=1").await;
    assert_eq!(list["data"]["files"][0]["id"], id);
    let one = format!("/v3/files/{id}");
    assert_eq!(stranger.get(&one).await.1["data"]["id"], id);
    let (_, group) = post(&stranger, "/v3/groups", json!({ "name": "g" })).await;
    let (_, groups) = stranger.get("/v3/groups/private").await;
    assert_eq!(groups["data"]["groups"][0]["id"], group["data"]["id"]);
    assert_eq!(
        stranger.get("//data/pinList?pageLimit=1").await.1["count"],
        0
    );
    let deleted = stranger.api(Method::DELETE, &one).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::OK);
    let logged = stranger.sandbox.requests();
    assert_eq!(logged.last().unwrap().path, one);
}

//! The pinning services API, in Pinata's ways and in the specification's.

use crate::stranger::{Form, HELLO_V1, Stranger, json};
use reqwest::{Method, StatusCode};
use sandbox::{JobStatus, Jobs, RateLimits};
use serde_json::{Value, json};

pub(crate) const CIDS: [&str; 3] = [
    "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm",
    "bafkreiauhurhso4yja2r32eekeh7sgii62j6va3xtsvmmf2zysyyngt57y",
    "bafkreifgshfsv3s3w7yn3h2ubhmxb5drjnyzzkb2aglafwvp47i57ojhwq",
];
pub(crate) const ALL: &str = "status=queued,pinning,pinned,failed";

pub(crate) async fn with(strict: bool) -> Stranger {
    Stranger::with(|config| {
        config.strict_psa = strict;
        config.jobs = Jobs::instant();
    })
    .await
}

pub(crate) async fn post(stranger: &Stranger, path: &str, pin: &Value) -> (u16, Value) {
    let request = stranger.api(Method::POST, path).json(pin);
    let (status, body) = json(request.send().await.unwrap()).await;
    (status.as_u16(), body)
}

/// The request id of a new pin.
pub(crate) async fn pin(stranger: &Stranger, pin: Value) -> String {
    let (status, body) = post(stranger, "/psa/pins", &pin).await;
    assert!(status == 200 || status == 202, "{body}");
    body["requestid"].as_str().unwrap().to_owned()
}

pub(crate) async fn delete(stranger: &Stranger, id: &str) -> reqwest::Response {
    let path = format!("/psa/pins/{id}");
    stranger.api(Method::DELETE, &path).send().await.unwrap()
}

pub(crate) async fn list(stranger: &Stranger, query: &[(&str, &str)]) -> (usize, Vec<Value>) {
    let request = stranger.api(Method::GET, "/psa/pins").query(query);
    let (status, body) = json(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let count = usize::try_from(body["count"].as_u64().unwrap()).unwrap();
    (count, body["results"].as_array().unwrap().clone())
}

/// What the specification's schema demands of a pin object.
pub(crate) fn assert_is_a_pin_status(object: &Value) {
    assert!(object["requestid"].is_string());
    let status = object["status"].as_str().unwrap();
    assert!(["queued", "pinning", "pinned", "failed"].contains(&status));
    assert!(
        object["created"]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .is_ok()
    );
    assert!(object["pin"]["cid"].is_string());
    let delegates = object["delegates"].as_array().unwrap();
    assert!((1..=20).contains(&delegates.len()));
    assert!(delegates[0].as_str().unwrap().contains("/p2p/12D3KooW"));
    assert!(
        object["info"]
            .as_object()
            .unwrap()
            .values()
            .all(Value::is_string)
    );
}

#[tokio::test]
async fn strictly_a_pin_is_added_read_replaced_and_removed_with_202() {
    let stranger = with(true).await;
    let body = json!({ "cid": CIDS[0], "name": "n", "meta": { "app": "x" },
        "origins": ["/ip4/203.0.113.1/tcp/4001/p2p/12D3KooWNode"] });
    let (status, added) = post(&stranger, "/psa/pins", &body).await;
    assert_eq!(
        (status, &added["status"], &added["pin"]),
        (202, &json!("pinned"), &body)
    );
    assert_is_a_pin_status(&added);
    let path = format!("/psa/pins/{}", added["requestid"].as_str().unwrap());
    assert_eq!(stranger.get(&path).await, (StatusCode::OK, added.clone()));
    let (status, replaced) = post(&stranger, &path, &json!({ "cid": CIDS[1] })).await;
    assert_eq!(
        (status, &replaced["pin"]),
        (202, &json!({ "cid": CIDS[1] }))
    );
    assert_ne!(replaced["requestid"], added["requestid"]);
    let gone = json!({ "error": {
        "reason": "NOT_FOUND", "details": "The specified resource was not found" } });
    assert_eq!(
        stranger.get(&path).await,
        (StatusCode::NOT_FOUND, gone.clone())
    );
    assert_eq!(
        post(&stranger, &path, &json!({ "cid": CIDS[1] })).await,
        (404, gone)
    );
    let id = replaced["requestid"].as_str().unwrap();
    let removed = delete(&stranger, id).await;
    assert_eq!(removed.status(), StatusCode::ACCEPTED);
    assert!(removed.bytes().await.unwrap().is_empty());
    assert_eq!(delete(&stranger, id).await.status(), StatusCode::NOT_FOUND);
    let (_, pins) = stranger.get("/data/pinList?status=pinned").await;
    assert_eq!(pins["count"], 0);
}

#[tokio::test]
async fn strictly_a_missing_or_wrong_token_is_401_and_pinata_has_400_for_a_missing_one() {
    for (strict, missing, wrong) in [
        (true, (401, "UNAUTHORIZED"), (401, "UNAUTHORIZED")),
        (
            false,
            (400, "KEYS_MUST_BE_STRINGS"),
            (401, "INVALID_CREDENTIALS"),
        ),
    ] {
        let stranger = with(strict).await;
        let url = format!("{}/psa/pins", stranger.sandbox.api_url());
        for (request, expected) in [
            (stranger.client.get(&url), missing),
            (stranger.client.get(&url).bearer_auth("wrong"), wrong),
        ] {
            let (status, body) = json(request.send().await.unwrap()).await;
            let reason = body["error"]["reason"].as_str().unwrap();
            assert_eq!((status.as_u16(), reason), expected);
        }
    }
}

#[tokio::test]
async fn pinata_answers_200_ok_as_text_and_object_not_found() {
    let stranger = with(false).await;
    let (status, added) = post(&stranger, "/psa/pins", &json!({ "cid": CIDS[0] })).await;
    assert_eq!(status, 200);
    assert_eq!(
        added["pin"],
        json!({ "cid": CIDS[0], "origins": [], "meta": {} })
    );
    assert_eq!(
        added["info"],
        json!({ "pinata_pinjob_status": "prechecking" })
    );
    assert_eq!(
        (
            &added["status"],
            added["delegates"].as_array().unwrap().len()
        ),
        (&json!("queued"), 1)
    );
    let path = format!("/psa/pins/{}", added["requestid"].as_str().unwrap());
    let (_, pinned) = stranger.get(&path).await;
    assert_eq!(
        (&pinned["status"], &pinned["delegates"], &pinned["info"]),
        (&json!("pinned"), &json!([]), &json!({}))
    );
    let (status, replaced) = post(&stranger, &path, &json!({ "cid": CIDS[1] })).await;
    assert_eq!(status, 200);
    let (status, gone) = stranger.get(&path).await;
    let reason = json!({ "error": { "reason": "OBJECT_NOT_FOUND",
        "details": "Your account does not currently have any record associated with this ID" } });
    assert_eq!((status, gone), (StatusCode::NOT_FOUND, reason));
    let removed = delete(&stranger, replaced["requestid"].as_str().unwrap()).await;
    assert_eq!(removed.status(), StatusCode::OK);
    assert_eq!(
        removed.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(removed.headers()["x-powered-by"], "Express");
    assert_eq!(removed.text().await.unwrap(), "OK");
}

#[tokio::test]
async fn states_are_the_queues_in_the_words_of_the_specification() {
    for (end, status) in [
        (JobStatus::Prechecking, "queued"),
        (JobStatus::Searching, "queued"),
        (JobStatus::Retrieving, "pinning"),
        (JobStatus::Pinned, "pinned"),
        (JobStatus::Expired, "failed"),
        (JobStatus::InvalidObject, "failed"),
        (JobStatus::OverMaxSize, "failed"),
    ] {
        for strict in [true, false] {
            let stranger = with(strict).await;
            stranger.sandbox.jobs().set_otherwise(end);
            let id = pin(&stranger, json!({ "cid": CIDS[0] })).await;
            let (_, object) = stranger.get(&format!("/psa/pins/{id}")).await;
            assert_eq!(object["status"], status);
            let (count, found) = list(&stranger, &[("status", status)]).await;
            assert_eq!((count, &found[0]["requestid"]), (1, &json!(id)));
            let key = if strict {
                "status_details"
            } else {
                "pinata_pinjob_status"
            };
            if status != "pinned" {
                assert_eq!(object["info"][key], end.name());
                assert!(
                    list(&stranger, &[]).await.1.is_empty(),
                    "only what is pinned"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_same_cid_has_two_objects_and_is_unpinned_with_the_last() {
    for strict in [true, false] {
        let stranger = with(strict).await;
        let first = pin(&stranger, json!({ "cid": CIDS[0], "name": "first" })).await;
        let second = pin(&stranger, json!({ "cid": CIDS[0], "name": "second" })).await;
        assert_ne!(first, second);
        let pinned = "/data/pinList?status=pinned";
        assert_eq!(stranger.get(pinned).await.1["count"], 1);
        delete(&stranger, &first).await;
        assert_eq!(stranger.get(pinned).await.1["count"], 1);
        delete(&stranger, &second).await;
        assert_eq!(stranger.get(pinned).await.1["count"], 0);
    }
}

#[tokio::test]
async fn an_uploaded_file_is_a_pin_object_too_and_unpinning_removes_objects() {
    let stranger = with(true).await;
    let form = Form::new()
        .file("hello.txt", b"hello")
        .text("network", "public")
        .text("keyvalues", r#"{"k":"v"}"#);
    let (_, uploaded) = stranger.upload(&form).await;
    let id = uploaded["data"]["id"].as_str().unwrap();
    let (_, object) = stranger.get(&format!("/psa/pins/{id}")).await;
    assert_eq!(
        object["pin"],
        json!({ "cid": HELLO_V1, "name": "hello.txt", "meta": { "k": "v" } })
    );
    // The content stays when the object is replaced by one for the same content.
    let path = format!("/psa/pins/{id}");
    let (status, replaced) =
        post(&stranger, &path, &json!({ "cid": HELLO_V1, "name": "new" })).await;
    assert_eq!((status, &replaced["pin"]["name"]), (202, &json!("new")));
    assert_eq!(stranger.get(&path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stranger.bytes(&format!("/ipfs/{HELLO_V1}")).await, b"hello");
    let unpin = format!("/pinning/unpin/{HELLO_V1}");
    stranger.api(Method::DELETE, &unpin).send().await.unwrap();
    assert_eq!(list(&stranger, &[]).await.0, 0);
}

#[tokio::test]
async fn a_pin_by_cid_of_another_call_is_an_object_of_the_same_id_until_it_is_pinned_and_after() {
    let stranger = with(true).await;
    stranger.sandbox.jobs().set_otherwise(JobStatus::Searching);
    let body = json!({ "hashToPin": CIDS[0] });
    let (_, job) = post(&stranger, "/pinning/pinByHash", &body).await;
    let path = format!("/psa/pins/{}", job["id"].as_str().unwrap());
    assert_eq!(stranger.get(&path).await.1["status"], "queued");
    assert_eq!(list(&stranger, &[("status", "queued")]).await.0, 1);
    let removed = delete(&stranger, job["id"].as_str().unwrap()).await;
    assert_eq!(removed.status(), StatusCode::ACCEPTED);
    assert_eq!(stranger.get("/pinning/pinJobs").await.1["count"], 0);
}

#[tokio::test]
async fn a_wrong_pin_is_400_and_nothing_is_queued() {
    let stranger = with(true).await;
    let long = "n".repeat(256);
    let many = vec!["/ip4/203.0.113.1"; 21];
    for wrong in [
        json!({}),
        json!({ "cid": "none" }),
        json!({ "cid": CIDS[0], "name": long }),
        json!({ "cid": CIDS[0], "name": 1 }),
        json!({ "cid": CIDS[0], "origins": many }),
        json!({ "cid": CIDS[0], "origins": "/ip4" }),
        json!({ "cid": CIDS[0], "meta": { "n": 1 } }),
    ] {
        let (status, body) = post(&stranger, "/psa/pins", &wrong).await;
        assert_eq!(
            (status, &body["error"]["reason"]),
            (400, &json!("BAD_REQUEST")),
            "{wrong}"
        );
    }
    let request = stranger.api(Method::POST, "/psa/pins").body("{");
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    let (_, all) = stranger.get(&format!("/psa/pins?{ALL}")).await;
    assert_eq!(all["count"], 0);
}

#[tokio::test]
async fn only_the_list_has_a_limit_of_requests_and_it_is_told() {
    let stranger = Stranger::with(|config| config.rate_limits = RateLimits::FREE_PLAN).await;
    for _ in 0..30 {
        let response = stranger.api(Method::GET, "/psa/pins").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["x-ratelimit-limit"], "30");
    }
    let response = stranger.api(Method::GET, "/psa/pins").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "60");
    let one = stranger
        .api(Method::GET, "/psa/pins/none")
        .send()
        .await
        .unwrap();
    assert_eq!(one.status(), StatusCode::NOT_FOUND);
    assert!(one.headers().get("x-ratelimit-limit").is_none());
}

//! Lists, edits and removals of the legacy API, seen by a stranger.

use crate::stranger::{Form, Stranger, json};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A sandbox whose clock goes one second a reading, with three pins: `alpha`, `beta`, `gamma`.
async fn three_pins() -> Stranger {
    let seconds = Arc::new(AtomicI64::new(1_700_000_000));
    let stranger = Stranger::with(|config| {
        config.clock = Arc::new(move || {
            let now = seconds.fetch_add(1, Ordering::Relaxed);
            jiff::Timestamp::from_second(now).unwrap()
        });
    })
    .await;
    for (name, pairs) in [
        (
            "alpha",
            json!({ "size": 1, "kind": "report", "at": "2024-01-01T00:00:00Z" }),
        ),
        ("beta", json!({ "size": 20, "kind": "Draft" })),
        ("gamma", Value::Null),
    ] {
        let metadata = json!({ "name": name, "keyvalues": pairs }).to_string();
        let form = Form::new()
            .text("pinataMetadata", &metadata)
            .file(name, name.as_bytes());
        assert_eq!(stranger.pin(&form).await.0, StatusCode::OK);
    }
    stranger
}

async fn rows(stranger: &Stranger, query: &[(&str, &str)]) -> Vec<Value> {
    let request = stranger.api(Method::GET, "/data/pinList").query(query);
    let (status, body) = json(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["rows"].as_array().unwrap().clone()
}

async fn names(stranger: &Stranger, query: &[(&str, &str)]) -> Vec<String> {
    let rows = rows(stranger, query).await;
    rows.iter()
        .map(|row| {
            row["metadata"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn the_list_is_newest_first_and_pages_by_rows() {
    let stranger = three_pins().await;
    assert_eq!(names(&stranger, &[]).await, ["gamma", "beta", "alpha"]);
    let page = [("pageLimit", "2"), ("pageOffset", "1")];
    assert_eq!(names(&stranger, &page).await, ["beta", "alpha"]);
    assert!(names(&stranger, &[("pageOffset", "3")]).await.is_empty());
}

#[tokio::test]
async fn the_count_is_left_out_on_request_under_both_spellings() {
    let stranger = three_pins().await;
    assert_eq!(
        stranger.get("/data/pinList?pageLimit=1").await.1["count"],
        3
    );
    for name in ["includeCount", "includesCount"] {
        let (_, body) = stranger.get(&format!("/data/pinList?{name}=false")).await;
        assert!(body.get("count").is_none());
    }
}

#[tokio::test]
async fn a_row_has_the_documented_fields() {
    let stranger = three_pins().await;
    let row = &rows(&stranger, &[("metadata[name]", "ALPH")]).await[0];
    assert_eq!(row["ipfs_pin_hash"].as_str().unwrap().len(), 46);
    assert_eq!(row["size"], 13);
    assert_eq!(row["date_unpinned"], Value::Null);
    let pinned = row["date_pinned"].as_str().unwrap();
    assert!(
        pinned.starts_with("2023-11-14T22:")
            && pinned
                .rsplit_once('.')
                .is_some_and(|(_, digits)| digits == "000Z"),
        "{pinned}"
    );
    assert_eq!(row["metadata"]["keyvalues"]["size"], 1);
    assert_eq!(row["number_of_files"], 1);
    assert!(row["id"].is_string() && row["user_id"].is_string());
    assert!(row["regions"][0]["regionId"].is_string());
}

#[tokio::test]
async fn every_operator_on_keyvalues_filters_in_both_syntaxes() {
    let stranger = three_pins().await;
    for (condition, expected) in [
        (json!({ "size": { "value": 1, "op": "eq" } }), vec!["alpha"]),
        (json!({ "size": { "value": 1, "op": "ne" } }), vec!["beta"]),
        (json!({ "size": { "value": 1, "op": "gt" } }), vec!["beta"]),
        (
            json!({ "size": { "value": 1, "op": "gte" } }),
            vec!["beta", "alpha"],
        ),
        (
            json!({ "size": { "value": "3", "op": "lt" } }),
            vec!["alpha"],
        ),
        (
            json!({ "size": { "value": 20, "op": "lte" } }),
            vec!["beta", "alpha"],
        ),
        (
            json!({ "size": { "value": 0, "secondValue": 9, "op": "between" } }),
            vec!["alpha"],
        ),
        (
            json!({ "size": { "value": 0, "secondValue": 9, "op": "notBetween" } }),
            vec!["beta"],
        ),
        (
            json!({ "kind": { "value": "rep%", "op": "like" } }),
            vec!["alpha"],
        ),
        (
            json!({ "kind": { "value": "rep%", "op": "notLike" } }),
            vec!["beta"],
        ),
        (
            json!({ "kind": { "value": "d%T", "op": "iLike" } }),
            vec!["beta"],
        ),
        (
            json!({ "kind": { "value": "d%t", "op": "notILike" } }),
            vec!["alpha"],
        ),
        (
            json!({ "kind": { "value": "^r.p", "op": "regexp" } }),
            vec!["alpha"],
        ),
        (
            json!({ "kind": { "value": "^DRAFT$", "op": "iRegexp" } }),
            vec!["beta"],
        ),
        (
            json!({ "at": { "value": "2023-12-31T18:00:00-05:00", "op": "lt" } }),
            vec![],
        ),
        (
            json!({ "at": { "value": "2024-01-01T01:00:00+01:00", "op": "eq" } }),
            vec!["alpha"],
        ),
        (
            json!({ "size": { "value": 0, "op": "gt" }, "kind": { "value": "Draft", "op": "eq" } }),
            vec!["beta"],
        ),
    ] {
        let whole = condition.to_string();
        let query = [("metadata[keyvalues]", whole.as_str())];
        assert_eq!(names(&stranger, &query).await, expected, "{whole}");
        let single: Vec<(String, String)> = condition
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| (format!("metadata[keyvalues][{key}]"), value.to_string()))
            .collect();
        let single: Vec<(&str, &str)> = single
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(names(&stranger, &single).await, expected, "{single:?}");
    }
}

#[tokio::test]
async fn dates_sizes_and_cids_filter() {
    let stranger = three_pins().await;
    let all = rows(&stranger, &[]).await;
    let beta = &all[1];
    let (cid, date) = (
        beta["ipfs_pin_hash"].as_str().unwrap(),
        beta["date_pinned"].as_str().unwrap(),
    );
    assert_eq!(names(&stranger, &[("cid", cid)]).await, ["beta"]);
    assert_eq!(
        names(&stranger, &[("hashContains", &cid[10..30])]).await,
        ["beta"]
    );
    assert_eq!(
        names(&stranger, &[("pinStart", date)]).await,
        ["gamma", "beta"]
    );
    assert_eq!(
        names(&stranger, &[("pinEnd", date)]).await,
        ["beta", "alpha"]
    );
    assert_eq!(names(&stranger, &[("pinSizeMax", "12")]).await, ["beta"]);
    assert_eq!(
        names(&stranger, &[("pinSizeMin", "13")]).await,
        ["gamma", "alpha"]
    );
    assert!(names(&stranger, &[("groupId", "none")]).await.is_empty());
    for bad in [
        "pinStart=x",
        "pageLimit=x",
        "status=x",
        "metadata[keyvalues]={",
    ] {
        let (status, _) = stranger.get(&format!("/data/pinList?{bad}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn unpinning_leaves_a_history_row_and_a_second_time_is_refused() {
    let stranger = three_pins().await;
    let cid = rows(&stranger, &[("metadata[name]", "beta")]).await[0]["ipfs_pin_hash"]
        .as_str()
        .unwrap()
        .to_owned();
    let unpin = || async {
        let request = stranger.api(Method::DELETE, &format!("/pinning/unpin/{cid}"));
        json(request.send().await.unwrap()).await
    };
    assert_eq!(unpin().await, (StatusCode::OK, json!("OK")));
    let (status, body) = unpin().await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["error"]["reason"], "CURRENT_USER_HAS_NOT_PINNED_CID");

    assert_eq!(names(&stranger, &[]).await.len(), 3);
    assert_eq!(
        names(&stranger, &[("status", "pinned")]).await,
        ["gamma", "alpha"]
    );
    let history = rows(&stranger, &[("status", "unpinned")]).await;
    assert!(history[0]["date_unpinned"].is_string());
    let gone = stranger.gateway(&format!("/ipfs/{cid}")).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);

    let (_, again) = stranger.pin(&Form::new().file("beta", b"beta")).await;
    assert!(again.get("isDuplicate").is_none());
    assert_eq!(rows(&stranger, &[("cid", &cid)]).await.len(), 2);
    assert_eq!(stranger.bytes(&format!("/ipfs/{cid}")).await, b"beta");
}

#[tokio::test]
async fn metadata_is_merged_and_null_deletes() {
    let stranger = three_pins().await;
    let cid = rows(&stranger, &[("metadata[name]", "alpha")]).await[0]["ipfs_pin_hash"].clone();
    let change = json!({
        "ipfsPinHash": cid, "name": "renamed",
        "keyvalues": { "size": null, "Kind": "other", "flag": true },
    });
    let request = stranger
        .api(Method::PUT, "/pinning/hashMetadata")
        .json(&change);
    let response = request.send().await.unwrap();
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain")
    );
    assert_eq!(json(response).await, (StatusCode::OK, json!("OK")));
    let row = &rows(&stranger, &[("metadata[name]", "renamed")]).await[0];
    let expected =
        json!({ "kind": "report", "Kind": "other", "flag": true, "at": "2024-01-01T00:00:00Z" });
    assert_eq!(row["metadata"]["keyvalues"], expected);

    let absent = json!({ "ipfsPinHash": crate::stranger::HELLO_V1, "name": "x" });
    let request = stranger
        .api(Method::PUT, "/pinning/hashMetadata")
        .json(&absent);
    let (status, body) = json(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["error"]["reason"], "CURRENT_USER_HAS_NOT_PINNED_CID");
}

#[tokio::test]
async fn the_total_counts_what_is_pinned_now() {
    let stranger = three_pins().await;
    let (_, body) = stranger.get("/data/userPinnedDataTotal").await;
    let expected = json!({
        "pin_count": 3, "pin_size_total": 38, "pin_size_with_replications_total": 38,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn many_seeded_pins_are_listed_page_by_page() {
    let stranger = Stranger::new().await;
    stranger.sandbox.seed(20_000).await.unwrap();
    let (_, body) = stranger
        .get("/data/pinList?pageLimit=1000&pageOffset=19000")
        .await;
    assert_eq!(body["count"], 20_000);
    assert_eq!(body["rows"].as_array().unwrap().len(), 1000);
    let (_, body) = stranger
        .get("/data/pinList?pageLimit=5000&includeCount=false")
        .await;
    assert_eq!(body["rows"].as_array().unwrap().len(), 1000);
}

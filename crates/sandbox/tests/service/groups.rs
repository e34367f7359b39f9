//! Groups of v3 and of the legacy API, and what is in them.

use crate::stranger::{Form, HELLO_V1, Stranger, json};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn call(stranger: &Stranger, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    json(stranger.api(method, path).json(&body).send().await.unwrap()).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn group(stranger: &Stranger, network: &str, name: &str) -> String {
    let path = format!("/v3/groups/{network}");
    let (status, body) = call(stranger, Method::POST, &path, json!({ "name": name })).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    text(&body["data"]["id"])
}

/// The ids of the files that a list has.
async fn listed(stranger: &Stranger, path: &str) -> Vec<String> {
    let (status, body) = stranger.get(path).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let files = body["data"]["files"].as_array().unwrap();
    files.iter().map(|file| text(&file["id"])).collect()
}

#[tokio::test]
async fn a_group_is_made_read_changed_and_deleted_and_its_files_stay() {
    let stranger = Stranger::new().await;
    let request = json!({ "name": "Reports", "is_public": true });
    let (status, made) = call(&stranger, Method::POST, "/v3/groups/private", request).await;
    assert_eq!(status, StatusCode::OK);
    let made = &made["data"];
    assert_eq!(
        (&made["name"], &made["is_public"]),
        (&json!("Reports"), &json!(true))
    );
    assert!(made["created_at"].is_string());
    let path = format!("/v3/groups/private/{}", text(&made["id"]));
    assert_eq!(&stranger.get(&path).await.1["data"], made);
    let change = json!({ "name": "Letters", "is_public": false });
    let (_, changed) = call(&stranger, Method::PUT, &path, change).await;
    assert_eq!(
        (&changed["data"]["name"], &changed["data"]["is_public"]),
        (&json!("Letters"), &json!(false))
    );
    let form = Form::new()
        .file("a", b"a")
        .text("group_id", &text(&made["id"]));
    let (_, file) = stranger.upload(&form).await;
    assert_eq!(file["data"]["group_id"], made["id"]);
    let deleted = call(&stranger, Method::DELETE, &path, Value::Null).await;
    assert_eq!(deleted, (StatusCode::OK, json!({ "data": null })));
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let gone = call(&stranger, method, &path, json!({ "name": "n" })).await;
        assert_eq!(gone.0, StatusCode::NOT_FOUND);
    }
    let file = format!("/v3/files/private/{}", text(&file["data"]["id"]));
    assert_eq!(stranger.get(&file).await.1["data"]["group_id"], Value::Null);
}

#[tokio::test]
async fn files_join_and_leave_a_group_of_their_own_network() {
    let stranger = Stranger::new().await;
    let id = group(&stranger, "public", "g").await;
    let form = Form::new().file("a", b"a").text("network", "public");
    let file = text(&stranger.upload(&form).await.1["data"]["id"]);
    let private = Form::new().file("b", b"b");
    let private = text(&stranger.upload(&private).await.1["data"]["id"]);
    let member = |file: &str| format!("/v3/groups/public/{id}/ids/{file}");
    let joined = call(&stranger, Method::PUT, &member(&file), Value::Null).await;
    assert_eq!(joined, (StatusCode::OK, json!({ "data": null })));
    let in_group = format!("/v3/files/public?group={id}");
    assert_eq!(listed(&stranger, &in_group).await, vec![file.clone()]);
    assert!(
        listed(&stranger, "/v3/files/public?group=null")
            .await
            .is_empty()
    );
    let (_, pins) = stranger.get(&format!("/data/pinList?groupId={id}")).await;
    assert_eq!(pins["count"], 1);
    for unknown in [&private, "none"] {
        let refused = call(&stranger, Method::PUT, &member(unknown), Value::Null).await;
        assert_eq!(refused.0, StatusCode::NOT_FOUND);
    }
    let elsewhere = format!("/v3/groups/private/{id}/ids/{private}");
    let refused = call(&stranger, Method::PUT, &elsewhere, Value::Null).await;
    assert_eq!(refused.0, StatusCode::NOT_FOUND);
    // Leaving a group that it is not in leaves the file where it is.
    let other = group(&stranger, "public", "other").await;
    let path = format!("/v3/groups/public/{other}/ids/{file}");
    call(&stranger, Method::DELETE, &path, Value::Null).await;
    assert_eq!(listed(&stranger, &in_group).await.len(), 1);
    call(&stranger, Method::DELETE, &member(&file), Value::Null).await;
    assert!(listed(&stranger, &in_group).await.is_empty());
}

#[tokio::test]
async fn groups_are_listed_page_by_page_and_filtered() {
    let stranger = Stranger::new().await;
    for number in 0..12 {
        group(&stranger, "public", &format!("Group {number}")).await;
    }
    group(&stranger, "private", "Secret").await;
    let open = json!({ "name": "Open", "is_public": true });
    call(&stranger, Method::POST, "/v3/groups/private", open).await;
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let path = format!("/v3/groups/public?limit=5&pageToken={token}");
        let (_, body) = stranger.get(&path).await;
        let groups = body["data"]["groups"].as_array().unwrap();
        names.extend(groups.iter().map(|group| text(&group["name"])));
        match body["data"]["next_page_token"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    let expected: Vec<String> = (0..12)
        .rev()
        .map(|number| format!("Group {number}"))
        .collect();
    assert_eq!(names, expected);
    for (path, count) in [
        ("/v3/groups/public?name=gROUP%201", 3),
        ("/v3/groups/private", 2),
        ("/v3/groups/private?isPublic=true", 1),
        ("/v3/groups/private?isPublic=false", 1),
        ("/v3/groups/public", 10),
    ] {
        let (_, body) = stranger.get(path).await;
        assert_eq!(
            body["data"]["groups"].as_array().unwrap().len(),
            count,
            "{path}"
        );
    }
    for wrong in [
        "/v3/groups/elsewhere",
        "/v3/groups/public?limit=x",
        "/v3/groups/public?isPublic=x",
        "/v3/groups/public?pageToken=bm9uZQ==",
    ] {
        assert_eq!(
            stranger.get(wrong).await.0,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
    for wrong in [
        json!({}),
        json!({ "name": 1 }),
        json!({ "name": "n", "is_public": "x" }),
    ] {
        let (status, _) = call(&stranger, Method::POST, "/v3/groups/public", wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn legacy_groups_are_the_public_ones_in_their_own_shape() {
    let stranger = Stranger::new().await;
    let (status, made) = call(&stranger, Method::POST, "/groups", json!({ "name": "NFT" })).await;
    assert_eq!(status, StatusCode::OK);
    for field in ["id", "user_id", "createdAt", "updatedAt"] {
        assert!(made[field].is_string(), "{field}");
    }
    let id = text(&made["id"]);
    let path = format!("/groups/{id}");
    let (_, renamed) = call(&stranger, Method::PUT, &path, json!({ "name": "NFT 2" })).await;
    assert_eq!(renamed["name"], "NFT 2");
    assert_eq!(stranger.get(&path).await.1, renamed);
    call(
        &stranger,
        Method::POST,
        "/groups",
        json!({ "name": "Other" }),
    )
    .await;
    assert_eq!(
        stranger.get("/groups?nameContains=nft").await.1,
        json!([renamed])
    );
    assert_eq!(
        stranger.get("/groups?limit=1&offset=1").await.1,
        json!([renamed])
    );
    let (_, v3) = stranger.get("/v3/groups/public").await;
    assert_eq!(v3["data"]["groups"].as_array().unwrap().len(), 2);

    let options = json!({ "cidVersion": 1 }).to_string();
    let form = Form::new()
        .file("hello", b"hello")
        .text("pinataOptions", &options);
    stranger.pin(&form).await;
    let cids = format!("{path}/cids");
    let body = json!({ "cids": [HELLO_V1] });
    let added = call(&stranger, Method::PUT, &cids, body.clone()).await;
    assert_eq!(added, (StatusCode::OK, json!("OK")));
    let in_group = format!("/data/pinList?groupId={id}");
    assert_eq!(stranger.get(&in_group).await.1["count"], 1);
    let removed = call(&stranger, Method::DELETE, &cids, body).await;
    assert_eq!(removed, (StatusCode::OK, json!("OK")));
    assert_eq!(stranger.get(&in_group).await.1["count"], 0);

    let unknown = json!({ "cids": [crate::stranger::HELLO_WORLD_V0] });
    for (body, status) in [
        (unknown, StatusCode::BAD_REQUEST),
        (json!({ "cids": ["none"] }), StatusCode::BAD_REQUEST),
        (json!({}), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(call(&stranger, Method::PUT, &cids, body).await.0, status);
    }
    let with_group = json!({ "groupId": id }).to_string();
    let form = Form::new()
        .file("other", b"other")
        .text("pinataOptions", &with_group);
    assert_eq!(stranger.pin(&form).await.1["GroupId"], id);
    let deleted = call(&stranger, Method::DELETE, &path, Value::Null).await;
    assert_eq!(deleted, (StatusCode::OK, json!("OK")));
    let gone = call(&stranger, Method::DELETE, &path, Value::Null).await;
    assert_eq!(gone.1["error"]["reason"], "OBJECT_NOT_FOUND");
    let (_, list) = stranger.get("/data/pinList").await;
    assert_eq!(list["count"], 2);
}

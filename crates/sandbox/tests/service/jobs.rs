//! Pins by CID and their queue, seen by somebody who waits for them.

use crate::stranger::{Form, HELLO_V1, Stranger, json, noise};
use reqwest::{Method, StatusCode};
use sandbox::{JobStatus, Jobs};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A sandbox whose clock is moved by hand; it starts at 2023-11-14T22:13:20Z.
async fn timed() -> (Stranger, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(1_700_000_000));
    let shown = Arc::clone(&seconds);
    let stranger = Stranger::with(|config| {
        config.clock =
            Arc::new(move || jiff::Timestamp::from_second(shown.load(Ordering::Relaxed)).unwrap());
    })
    .await;
    (stranger, seconds)
}

async fn instant() -> Stranger {
    Stranger::with(|config| config.jobs = Jobs::instant()).await
}

async fn send(
    stranger: &Stranger,
    method: Method,
    path: &str,
    body: &Value,
) -> (StatusCode, Value) {
    json(stranger.api(method, path).json(body).send().await.unwrap()).await
}

async fn pin(stranger: &Stranger, cid: &str) -> Value {
    let body = json!({ "hashToPin": cid, "pinataMetadata": { "name": "by cid" } });
    let (status, answer) = send(stranger, Method::POST, "/pinning/pinByHash", &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

async fn jobs(stranger: &Stranger, query: &str) -> Vec<Value> {
    let (status, body) = stranger.get(&format!("/pinning/pinJobs?{query}")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["rows"].as_array().unwrap().clone()
}

async fn statuses(stranger: &Stranger) -> Vec<Value> {
    let jobs = jobs(stranger, "").await;
    jobs.iter().map(|job| job["status"].clone()).collect()
}

/// The CID of some raw block.
fn cid(number: u8) -> String {
    const CIDS: [&str; 4] = [
        "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm",
        "bafkreiauhurhso4yja2r32eekeh7sgii62j6va3xtsvmmf2zysyyngt57y",
        "bafkreifgshfsv3s3w7yn3h2ubhmxb5drjnyzzkb2aglafwvp47i57ojhwq",
        "bafkreienhbualn3k4wpk7a3waaxluuusfuwtu7jmkgebkl5glp62tkgcke",
    ];
    CIDS[usize::from(number)].to_owned()
}

#[tokio::test]
async fn a_job_moves_by_the_clock_and_leaves_the_queue_when_it_is_pinned() {
    let (stranger, seconds) = timed().await;
    let answer = pin(&stranger, &cid(0)).await;
    assert_eq!(
        (&answer["ipfsHash"], &answer["status"], &answer["name"]),
        (&json!(cid(0)), &json!("prechecking"), &json!("by cid"))
    );
    assert_eq!(statuses(&stranger).await, ["prechecking"]);
    seconds.fetch_add(1, Ordering::Relaxed);
    assert_eq!(statuses(&stranger).await, ["searching"]);
    seconds.fetch_add(2, Ordering::Relaxed);
    assert_eq!(statuses(&stranger).await, ["retrieving"]);
    let (_, before) = stranger.get("/data/pinList").await;
    assert_eq!(before["count"], 0);
    seconds.fetch_add(2, Ordering::Relaxed);
    assert!(statuses(&stranger).await.is_empty());
    let (_, after) = stranger.get("/data/pinList?status=pinned").await;
    let row = &after["rows"][0];
    assert_eq!(
        (&row["id"], &row["ipfs_pin_hash"], &row["metadata"]["name"]),
        (&answer["id"], &json!(cid(0)), &json!("by cid"))
    );
    assert_eq!(row["date_pinned"], "2023-11-14T22:13:25.000Z");
}

#[tokio::test]
async fn content_that_nobody_has_is_claimed_and_the_gateway_has_nothing() {
    let stranger = instant().await;
    assert_eq!(pin(&stranger, &cid(0)).await["status"], "prechecking");
    let (_, list) = stranger.get("/data/pinList?status=pinned").await;
    assert_eq!(list["rows"][0]["ipfs_pin_hash"], cid(0));
    let response = stranger.gateway(&format!("/ipfs/{}", cid(0))).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn content_of_a_peer_is_fetched_and_served_here_and_private_content_is_not() {
    let peer = Stranger::new().await;
    let bytes = noise(900_000);
    let options = r#"{"cidVersion":1}"#;
    let folder = Form::new()
        .text("pinataOptions", options)
        .file("r/a \u{e4}.bin", &bytes)
        .file("r/s/b.txt", b"hello");
    let folder = peer.pin(&folder).await.1["IpfsHash"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, old) = peer
        .pin(&Form::new().file("old.txt", b"Hello World!"))
        .await;
    let secret = Form::new().file("secret", b"private bytes");
    let secret = peer.upload(&secret).await.1["data"]["cid"]
        .as_str()
        .unwrap()
        .to_owned();

    let here = instant().await;
    here.sandbox.jobs().add_peer(peer.sandbox.gateway_url());
    for cid in [
        folder.as_str(),
        old["IpfsHash"].as_str().unwrap(),
        HELLO_V1,
        &secret,
    ] {
        pin(&here, cid).await;
    }
    peer.sandbox.stop().await;
    let path = format!("/ipfs/{folder}/a%20%C3%A4.bin");
    assert!(here.bytes(&path).await == bytes);
    assert_eq!(
        here.bytes(&format!("/ipfs/{folder}/s/b.txt")).await,
        b"hello"
    );
    assert_eq!(
        here.bytes(&format!("/ipfs/{}", crate::stranger::HELLO_WORLD_V0))
            .await,
        b"Hello World!"
    );
    // A file within a folder that the peer pins has a CID of its own.
    assert_eq!(here.bytes(&format!("/ipfs/{HELLO_V1}")).await, b"hello");
    let claimed = here.gateway(&format!("/ipfs/{secret}")).await;
    assert_eq!(claimed.status(), StatusCode::NOT_FOUND);
    let (_, list) = here.get("/data/pinList?status=pinned").await;
    let rows = list["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["ipfs_pin_hash"] == folder)
        .unwrap();
    assert_eq!(row["number_of_files"], 2);
    assert!(row["size"].as_u64().unwrap() > 900_000);
}

#[tokio::test]
async fn content_below_an_own_pin_can_be_pinned_by_itself() {
    let stranger = instant().await;
    let form = Form::new()
        .text("pinataOptions", r#"{"cidVersion":1}"#)
        .file("r/a", b"hello")
        .file("r/b", b"other");
    let (_, root) = stranger.pin(&form).await;
    pin(&stranger, HELLO_V1).await;
    let unpin = format!("/pinning/unpin/{}", root["IpfsHash"].as_str().unwrap());
    stranger.api(Method::DELETE, &unpin).send().await.unwrap();
    assert_eq!(stranger.bytes(&format!("/ipfs/{HELLO_V1}")).await, b"hello");
}

#[tokio::test]
async fn a_peer_that_lies_makes_the_object_invalid() {
    let peer = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", peer.local_addr().unwrap());
    let liar = axum::Router::new().fallback(|uri: axum::http::Uri| async move {
        if uri.query().is_some() {
            let tree = json!({ "cid": HELLO_V1, "directory": false, "root": HELLO_V1, "path": [],
                "files": [""] });
            return tree.to_string();
        }
        "goodbye".to_owned()
    });
    let server = tokio::spawn(async move { axum::serve(peer, liar).await });
    let stranger = instant().await;
    stranger.sandbox.jobs().add_peer(url);
    pin(&stranger, HELLO_V1).await;
    assert_eq!(statuses(&stranger).await, ["invalid_object"]);
    let response = stranger.gateway(&format!("/ipfs/{HELLO_V1}")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    server.abort();
}

#[tokio::test]
async fn every_failure_and_every_state_can_be_asked_for_by_cid() {
    for (end, name) in [
        (JobStatus::Expired, "expired"),
        (JobStatus::OverFreeLimit, "over_free_limit"),
        (JobStatus::OverMaxSize, "over_max_size"),
        (JobStatus::InvalidObject, "invalid_object"),
        (JobStatus::BadHostNode, "bad_host_node"),
        (JobStatus::Backfilled, "backfilled"),
        (JobStatus::Prechecking, "prechecking"),
        (JobStatus::Searching, "searching"),
        (JobStatus::Retrieving, "retrieving"),
    ] {
        let stranger = instant().await;
        stranger.sandbox.jobs().set_end(&cid(1), end);
        pin(&stranger, &cid(0)).await;
        pin(&stranger, &cid(1)).await;
        assert_eq!(statuses(&stranger).await, [name]);
        assert_eq!(jobs(&stranger, &format!("status={name}")).await.len(), 1);
        let (_, list) = stranger.get("/data/pinList").await;
        assert_eq!(list["count"], 1, "{name}");
    }
    let (stranger, seconds) = timed().await;
    stranger.sandbox.jobs().set_otherwise(JobStatus::Expired);
    pin(&stranger, &cid(0)).await;
    seconds.fetch_add(86_400, Ordering::Relaxed);
    assert_eq!(statuses(&stranger).await, ["searching"]);
    seconds.fetch_add(1, Ordering::Relaxed);
    assert_eq!(statuses(&stranger).await, ["expired"]);
}

#[tokio::test]
async fn the_queue_is_sorted_filtered_and_paged() {
    let (stranger, seconds) = timed().await;
    stranger.sandbox.jobs().set_otherwise(JobStatus::Searching);
    stranger
        .sandbox
        .jobs()
        .set_end(&cid(2), JobStatus::BadHostNode);
    for number in [0, 1, 2, 3, 0, 1] {
        pin(&stranger, &cid(number)).await;
    }
    seconds.fetch_add(60, Ordering::Relaxed);
    let (_, first) = stranger.get("/pinning/pinJobs").await;
    assert_eq!(first["count"], 6);
    assert_eq!(first["rows"].as_array().unwrap().len(), 5);
    let dates: Vec<Value> = jobs(&stranger, "limit=1000")
        .await
        .iter()
        .map(|job| job["date_queued"].clone())
        .collect();
    assert!(
        dates
            .windows(2)
            .all(|pair| pair[0].as_str() < pair[1].as_str()),
        "{dates:?}"
    );
    let newest = jobs(&stranger, "sort=DESC&limit=1").await;
    assert_eq!(newest[0]["date_queued"], dates[5]);
    let page = jobs(&stranger, "sort=ASC&limit=2&offset=4").await;
    assert_eq!((page.len(), &page[0]["date_queued"]), (2, &dates[4]));
    for (query, count) in [
        (format!("ipfs_pin_hash={}", cid(0)), 2),
        (format!("ipfs_pin_hash={}&status=searching", cid(2)), 0),
        ("status=bad_host_node".to_owned(), 1),
        ("status=searching".to_owned(), 5),
        ("ipfs_pin_hash=none".to_owned(), 0),
    ] {
        assert_eq!(jobs(&stranger, &query).await.len(), count, "{query}");
    }
    let (_, uncounted) = stranger.get("/pinning/pinJobs?includesCount=false").await;
    assert!(uncounted.get("count").is_none());
    for query in ["status=pinned", "status=x", "sort=up", "limit=x"] {
        let (status, _) = stranger.get(&format!("/pinning/pinJobs?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn what_was_given_is_shown_and_what_was_not_is_left_out() {
    let (stranger, seconds) = timed().await;
    let node = "/ip4/203.0.113.1/tcp/4001/p2p/12D3KooWNode";
    let body = json!({ "hashToPin": cid(0),
        "pinataOptions": { "hostNodes": [node], "groupId": "g" },
        "pinataMetadata": { "name": "n", "keyvalues": { "k": 1 } } });
    send(&stranger, Method::POST, "/pinning/pinByHash", &body).await;
    let job = &jobs(&stranger, "").await[0];
    assert_eq!(
        (&job["host_nodes"], &job["keyvalues"]),
        (&json!([node]), &json!({ "k": 1 }))
    );
    assert_eq!(job["pin_policy"]["version"], 1);
    let plain = json!({ "hashToPin": cid(1) });
    send(&stranger, Method::POST, "/pinning/pinByHash", &plain).await;
    let job = &jobs(&stranger, "sort=DESC").await[0];
    assert!(job.get("host_nodes").is_none() && job.get("keyvalues").is_none());
    seconds.fetch_add(60, Ordering::Relaxed);
    let (_, list) = stranger.get("/v3/files/public?group=g").await;
    assert_eq!(list["data"]["files"][0]["keyvalues"], json!({ "k": "1" }));

    for wrong in [
        json!({}),
        json!({ "hashToPin": "none" }),
        json!({ "hashToPin": cid(0), "pinataOptions": { "hostNodes": ["a", "b", "c", "d", "e", "f"] } }),
        json!({ "hashToPin": cid(0), "pinataOptions": { "hostNodes": [1] } }),
        json!({ "hashToPin": cid(0), "pinataMetadata": { "name": 1 } }),
    ] {
        let (status, _) = send(&stranger, Method::POST, "/pinning/pinByHash", &wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_v3_job_is_listed_paged_and_cancelled() {
    let (stranger, seconds) = timed().await;
    stranger.sandbox.jobs().set_otherwise(JobStatus::Retrieving);
    let path = "/v3/files/public/pin_by_cid";
    let body = json!({ "cid": cid(0), "name": "n", "group_id": "g", "keyvalues": { "k": "v" },
        "host_nodes": ["/ip4/203.0.113.1/tcp/4001"] });
    let (status, added) = send(&stranger, Method::POST, path, &body).await;
    assert_eq!(status, StatusCode::OK, "{added}");
    let job = &added["data"];
    assert_eq!(job["status"], "prechecking");
    for field in ["cid", "name", "group_id", "keyvalues", "host_nodes"] {
        assert_eq!(job[field], body[field], "{field}");
    }
    let (_, bare) = send(&stranger, Method::POST, path, &json!({ "cid": cid(1) })).await;
    for field in ["name", "group_id", "keyvalues", "host_nodes"] {
        assert_eq!(bare["data"][field], Value::Null, "{field}");
    }
    send(&stranger, Method::POST, path, &json!({ "cid": cid(2) })).await;
    seconds.fetch_add(60, Ordering::Relaxed);
    for order in ["order=ASC", "sort=DSC", "order=DESC"] {
        let mut seen = Vec::new();
        let mut token = String::new();
        loop {
            let page = format!("{path}?{order}&limit=1&status=retreiving&pageToken={token}");
            let (status, body) = stranger.get(&page).await;
            assert_eq!(status, StatusCode::OK, "{body}");
            seen.push(body["data"]["jobs"][0]["cid"].clone());
            match body["data"]["next_page_token"].as_str() {
                Some(next) => next.clone_into(&mut token),
                None => break,
            }
        }
        let mut expected = vec![json!(cid(0)), json!(cid(1)), json!(cid(2))];
        if order != "order=ASC" {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{order}");
    }
    let one = format!("{path}?cid={}", cid(1));
    assert_eq!(
        stranger.get(&one).await.1["data"]["jobs"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let id = format!("{path}/{}", job["id"].as_str().unwrap());
    let cancelled = json(stranger.api(Method::DELETE, &id).send().await.unwrap()).await;
    assert_eq!(cancelled, (StatusCode::OK, json!({ "data": null })));
    let again = stranger.api(Method::DELETE, &id).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
    assert_eq!(jobs(&stranger, "").await.len(), 2);
    for wrong in [
        "cid=1&limit=x",
        "status=pinned",
        "order=up",
        "pageToken=bm9uZQ==",
    ] {
        let (status, _) = stranger.get(&format!("{path}?{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let (status, _) = send(&stranger, Method::POST, path, &json!({ "cid": "none" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_queue_outlives_the_process_and_moves_on_by_the_clock() {
    let (stranger, seconds) = timed().await;
    pin(&stranger, &cid(0)).await;
    let Stranger {
        sandbox,
        client,
        data,
    } = stranger;
    sandbox.stop().await;
    seconds.fetch_add(3, Ordering::Relaxed);
    let mut config = sandbox::Config::new(data.path(), crate::stranger::TOKEN);
    let shown = Arc::clone(&seconds);
    config.clock =
        Arc::new(move || jiff::Timestamp::from_second(shown.load(Ordering::Relaxed)).unwrap());
    let sandbox = sandbox::Sandbox::start(config).await.unwrap();
    let stranger = Stranger {
        sandbox,
        client,
        data,
    };
    assert_eq!(statuses(&stranger).await, ["retrieving"]);
    seconds.fetch_add(3, Ordering::Relaxed);
    assert!(statuses(&stranger).await.is_empty());
    assert_eq!(stranger.get("/data/pinList").await.1["count"], 1);
}

#[tokio::test]
async fn a_cid_that_is_pinned_already_gets_no_second_row() {
    let stranger = instant().await;
    let form = Form::new().file("a", b"hello").text("network", "public");
    stranger.upload(&form).await;
    pin(&stranger, HELLO_V1).await;
    let (_, list) = stranger.get("/data/pinList").await;
    assert_eq!(list["count"], 1);
    assert!(statuses(&stranger).await.is_empty());
}

#[tokio::test]
async fn two_sandboxes_that_are_each_others_peers_do_not_wait_for_each_other() {
    let (one, two) = (instant().await, instant().await);
    one.sandbox.jobs().add_peer(two.sandbox.gateway_url());
    two.sandbox.jobs().add_peer(one.sandbox.gateway_url());
    let form = |content: &[u8]| Form::new().file("f", content).text("network", "public");
    let (_, a) = one.upload(&form(b"of one")).await;
    let (_, b) = two.upload(&form(b"of two")).await;
    let (a, b) = (
        a["data"]["cid"].as_str().unwrap(),
        b["data"]["cid"].as_str().unwrap(),
    );
    for number in 0..3 {
        let (lost, found) = (cid(number), [b, a]);
        tokio::join!(
            pin(&one, &lost),
            pin(&two, &lost),
            pin(&one, found[0]),
            pin(&two, found[1])
        );
    }
    assert_eq!(one.bytes(&format!("/ipfs/{b}")).await, b"of two");
    assert_eq!(two.bytes(&format!("/ipfs/{a}")).await, b"of one");
    assert_eq!(one.get("/data/pinList?status=pinned").await.1["count"], 5);
}

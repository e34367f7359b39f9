//! Pinning by CID and the queue.

use crate::service::{CID, answering, asked, bodies, legacy_only, on, query};
use crate::support::account;
use pinning::{
    ErrorKind, JobQuery, JobStatus, Jobs as _, NewJob, Order, PageToken, Priority, Value,
};
use serde_json::json;
use wiremock::matchers::{path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const QUEUE: &str = "/v3/files/public/pin_by_cid";

fn wish() -> NewJob {
    NewJob {
        cid: CID.to_owned(),
        name: Some("found it".to_owned()),
        keyvalues: [
            ("n".to_owned(), Value::Number(2.into())),
            ("t".to_owned(), Value::Text("x".to_owned())),
        ]
        .into(),
        group: Some("g-1".to_owned()),
        host_nodes: vec!["/ip4/192.0.2.1/tcp/4001/p2p/12D3KooW".to_owned()],
    }
}

#[tokio::test]
async fn a_cid_is_pinned_by_v3_with_name_text_values_group_and_nodes() {
    let answer = json!({"data": {"id": "job-1", "cid": CID, "name": "found it", "status": "prechecking",
        "date_queued": "2024-08-27T14:57:51.48593Z", "keyvalues": {"n": "2"}, "host_nodes": ["/ip4/192.0.2.1"], "group_id": "g-1"}});
    let server = answering("POST", QUEUE, answer).await;
    let job = account(&server.uri()).add(&wish()).await.expect("queued");
    assert_eq!(
        (job.id.as_str(), job.cid.as_str(), &job.status),
        ("job-1", CID, &JobStatus::Prechecking)
    );
    assert_eq!(job.group.as_deref(), Some("g-1"));
    assert_eq!(job.host_nodes, ["/ip4/192.0.2.1"]);
    assert_eq!(job.queued_at, "2024-08-27T14:57:51.48593Z".parse().ok());
    assert_eq!(
        bodies(&server, "POST", QUEUE).await,
        [
            json!({"cid": CID, "name": "found it", "group_id": "g-1", "keyvalues": {"n": "2", "t": "x"},
            "host_nodes": ["/ip4/192.0.2.1/tcp/4001/p2p/12D3KooW"]})
        ]
    );
}

#[tokio::test]
async fn a_legacy_key_pins_by_hash_with_values_of_their_kind() {
    let server = legacy_only().await;
    let answer = ResponseTemplate::new(200).set_body_json(
        json!({"id": "job-2", "ipfsHash": CID, "status": "searching", "name": "found it"}),
    );
    on(&server, "POST", "/pinning/pinByHash", answer).await;
    let account = account(&server.uri());
    let job = account.add(&wish()).await.expect("queued");
    assert_eq!(
        (job.cid.as_str(), &job.status),
        (CID, &JobStatus::Searching)
    );
    let bare = NewJob {
        cid: CID.to_owned(),
        ..NewJob::default()
    };
    account.add(&bare).await.expect("queued");
    assert_eq!(
        bodies(&server, "POST", "/pinning/pinByHash").await,
        [
            json!({"hashToPin": CID, "pinataMetadata": {"name": "found it", "keyvalues": {"n": 2, "t": "x"}},
                "pinataOptions": {"hostNodes": ["/ip4/192.0.2.1/tcp/4001/p2p/12D3KooW"], "groupId": "g-1"}}),
            json!({"hashToPin": CID}),
        ]
    );
    assert_eq!(asked(&server, "/v3/").await, 1, "v3 is asked once");
}

#[tokio::test]
async fn six_host_nodes_and_eleven_keyvalues_are_refused_unsent() {
    let server = MockServer::start().await;
    let nodes = NewJob {
        host_nodes: vec!["/ip4/192.0.2.1".to_owned(); 6],
        ..wish()
    };
    let values = NewJob {
        keyvalues: (0..11)
            .map(|n| (n.to_string(), Value::Bool(true)))
            .collect(),
        ..wish()
    };
    for (wish, reason) in [
        (nodes, "TOO_MANY_HOST_NODES"),
        (values, "TOO_MANY_KEYVALUES"),
    ] {
        let error = account(&server.uri())
            .add(&wish)
            .await
            .expect_err("refused");
        assert!(
            matches!(&error.kind, ErrorKind::Rejected { reason: told, .. } if told == reason),
            "{error:?}"
        );
    }
    assert_eq!(asked(&server, "/").await, 0);
}

#[tokio::test]
async fn every_state_of_the_queue_is_read_and_unknown_ones_keep_their_name() {
    let states = [
        ("prechecking", JobStatus::Prechecking, false),
        ("searching", JobStatus::Searching, false),
        ("retrieving", JobStatus::Retrieving, false),
        ("retreiving", JobStatus::Retrieving, false),
        ("expired", JobStatus::Expired, true),
        ("over_free_limit", JobStatus::OverFreeLimit, true),
        ("over_max_size", JobStatus::OverMaxSize, true),
        ("invalid_object", JobStatus::InvalidObject, true),
        ("bad_host_node", JobStatus::BadHostNode, true),
        ("backfilled", JobStatus::Backfilled, false),
        (
            "levitating",
            JobStatus::Other("levitating".to_owned()),
            false,
        ),
    ];
    let rows: Vec<_> = states
        .iter()
        .map(|(name, ..)| json!({"id": name, "ipfs_pin_hash": CID, "status": name, "date_queued": "2023-05-26 21:16:08.205000+00:00",
            "name": null, "keyvalues": null, "hose_nodes": ["/ip4/192.0.2.9"],
            "pin_policy": {"regions": [{"id": "US-EAST-1", "desiredReplicationCount": 1}], "version": 1}}))
        .collect();
    let server = legacy_only().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"count": "11", "rows": rows}));
    on(&server, "GET", "/pinning/pinJobs", answer).await;
    let page = account(&server.uri())
        .page(&JobQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(page.total, Some(11));
    assert_eq!(page.jobs.len(), states.len());
    for (job, (name, status, failed)) in page.jobs.iter().zip(states) {
        assert_eq!((job.id.as_str(), &job.status), (name, &status));
        assert_eq!(job.status.is_failure(), failed, "{name}");
        assert_eq!(job.host_nodes, ["/ip4/192.0.2.9"]);
        assert_eq!(
            (job.regions[0].id.as_str(), job.regions[0].wanted),
            ("US-EAST-1", Some(1))
        );
        assert_eq!(job.queued_at, "2023-05-26T21:16:08.205Z".parse().ok());
    }
}

#[tokio::test]
async fn every_filter_of_the_queue_goes_along_on_either_api() {
    let wanted = JobQuery {
        order: Order::OldestFirst,
        status: Some(JobStatus::Expired),
        cid: Some(CID.to_owned()),
        limit: Some(7),
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let server = legacy_only().await;
    let empty = ResponseTemplate::new(200).set_body_json(json!({"count": 0, "rows": []}));
    on(&server, "GET", "/pinning/pinJobs", empty).await;
    let legacy = account(&server.uri());
    let page = legacy.page(&wanted, Some(PageToken::at_row(20)), Priority::Click);
    assert_eq!(page.await.expect("a page").next, None);
    assert_eq!(
        query(&server, "/pinning/pinJobs").await,
        pairs(&[
            ("ipfs_pin_hash", CID),
            ("limit", "7"),
            ("offset", "20"),
            ("sort", "ASC"),
            ("status", "expired")
        ])
    );
    let server = answering("GET", QUEUE, json!({"data": {"jobs": null}})).await;
    let page = account(&server.uri());
    page.page(&wanted, None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(
        query(&server, QUEUE).await,
        pairs(&[
            ("cid", CID),
            ("limit", "7"),
            ("order", "ASC"),
            ("sort", "ASC"),
            ("status", "expired")
        ])
    );
}

#[tokio::test]
async fn the_v3_queue_is_paged_by_token_and_the_older_name_of_its_list_is_read() {
    let server = MockServer::start().await;
    let row = |id: &str| json!({"id": id, "cid": CID, "status": "searching"});
    Mock::given(path(QUEUE))
        .and(query_param("pageToken", "next"))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"data": {"rows": [row("two")]}})),
        )
        .with_priority(1)
        .mount(&server)
        .await;
    on(
        &server,
        "GET",
        QUEUE,
        ResponseTemplate::new(200)
            .set_body_json(json!({"data": {"jobs": [row("one")], "next_page_token": "next"}})),
    )
    .await;
    let account = account(&server.uri());
    let first = account
        .page(&JobQuery::default(), None, Priority::Background)
        .await
        .expect("a page");
    let second = account
        .page(&JobQuery::default(), first.next, Priority::Background)
        .await
        .expect("a page");
    assert_eq!(
        (first.jobs[0].id.as_str(), second.jobs[0].id.as_str()),
        ("one", "two")
    );
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn a_job_is_cancelled_by_v3_and_a_legacy_key_is_told_what_it_lacks() {
    let server = answering("DELETE", &format!("{QUEUE}/job-1"), json!({"data": null})).await;
    let v3 = account(&server.uri());
    v3.cancel("job-1").await.expect("cancelled");
    let gone = v3.cancel("job-9").await.expect_err("not there");
    assert_eq!(gone.kind, ErrorKind::NotFound);
    let server = legacy_only().await;
    let error = account(&server.uri())
        .cancel("job-1")
        .await
        .expect_err("refused");
    assert_eq!(
        error.kind,
        ErrorKind::MissingScope("org:files:write".to_owned())
    );
    assert_eq!(asked(&server, "/pinning").await, 0);
}

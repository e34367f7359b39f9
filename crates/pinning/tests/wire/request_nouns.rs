//! An account at a pinning service, used through the nouns that every account has.

use crate::requests::{CID, psa, row};
use crate::service::{answering, asked, bodies, on, query};
use crate::support::token;
use pinning::{
    Ability, Access, ErrorKind, Feature, JobQuery, JobStatus, Network, NewJob, Order, PinEdit,
    PinQuery, PinRef, PinState, Pins as _, Priority, Service as _, Value,
};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

const CREATED: &str = "2023-06-27T23:02:50.341Z";

fn pinned(id: &str) -> serde_json::Value {
    let mut row = row(id, CREATED);
    row["status"] = json!("pinned");
    row["info"] = json!({"dag_size": "36"});
    row
}

fn pin(id: Option<&str>) -> PinRef {
    PinRef {
        service_id: id.map(str::to_owned),
        cid: CID.to_owned(),
        network: Network::Public,
    }
}

#[tokio::test]
async fn pins_are_the_pinned_requests() {
    // A service that ignores the filter by state lists the queue as well.
    let list = json!({"count": 2, "results": [pinned("one"), row("waiting", CREATED)]});
    let server = answering("GET", "/pins", list).await;
    let service = psa(&server.uri());
    let pins = service.pins().expect("pins");
    let wanted = PinQuery {
        name_contains: Some("on".to_owned()),
        ..PinQuery::default()
    };
    let page = pins
        .page(&wanted, None, Priority::Click)
        .await
        .expect("a page");
    let [one] = page.pins.as_slice() else {
        panic!("{page:?}")
    };
    assert_eq!((one.service_id.as_str(), one.dag_size), ("one", Some(36)));
    assert_eq!(one.keyvalues["k"], Value::Text("v".to_owned()));
    let sent = query(&server, "/pins").await;
    let sent: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        sent,
        [
            ("limit", "1000"),
            ("match", "partial"),
            ("name", "on"),
            ("status", "pinned")
        ]
    );
    assert_eq!(
        pins.find(CID, Priority::Click).await.expect("found").len(),
        1
    );
}

#[tokio::test]
async fn what_no_pinning_service_can_list_is_refused_unsent() {
    let server = MockServer::start().await;
    let service = psa(&server.uri());
    let base = PinQuery::default;
    for wanted in [
        PinQuery {
            state: PinState::All,
            ..base()
        },
        PinQuery {
            order: Order::OldestFirst,
            ..base()
        },
        PinQuery {
            network: Network::Private,
            ..base()
        },
    ] {
        let error = service
            .pins()
            .expect("pins")
            .page(&wanted, None, Priority::Click)
            .await;
        assert!(matches!(
            error.expect_err("refused").kind,
            ErrorKind::Rejected { .. }
        ));
    }
    assert_eq!(asked(&server, "/").await, 0);
}

#[tokio::test]
async fn an_edit_replaces_the_request_by_the_same_cid_with_merged_meta() {
    let server = answering("GET", "/pins/one", pinned("one")).await;
    let new = ResponseTemplate::new(200).set_body_json(pinned("two"));
    on(&server, "POST", "/pins/one", new).await;
    let keyvalues = [
        ("new".to_owned(), Some(Value::Number(2.into()))),
        ("k".to_owned(), None),
    ];
    let edit = PinEdit {
        name: Some("renamed".to_owned()),
        keyvalues: keyvalues.into(),
    };
    let service = psa(&server.uri());
    let edited = service.edit(&pin(Some("one")), &edit).await;
    assert_eq!(edited.expect("edited").as_deref(), Some("two"));
    assert_eq!(
        bodies(&server, "POST", "/pins/one").await,
        [json!({"cid": CID, "name": "renamed", "meta": {"new": "2"}})]
    );
    let gone = service.edit(&pin(Some("gone")), &edit).await;
    assert_eq!(gone.expect_err("gone").kind, ErrorKind::NotPinned);
}

#[tokio::test]
async fn an_unpin_by_cid_acts_only_where_one_request_has_it() {
    let server = answering(
        "GET",
        "/pins",
        json!({"count": 1, "results": [pinned("one")]}),
    )
    .await;
    on(&server, "DELETE", "/pins/one", ResponseTemplate::new(202)).await;
    psa(&server.uri())
        .unpin(&pin(None))
        .await
        .expect("unpinned");
    let two = json!({"count": 2, "results": [pinned("one"), pinned("two")]});
    let server = answering("GET", "/pins", two).await;
    let error = psa(&server.uri()).unpin(&pin(None)).await;
    assert!(
        matches!(&error, Err(error) if matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "SEVERAL_PINS")),
        "{error:?}"
    );
}

#[tokio::test]
async fn jobs_are_what_is_queued_or_failed_with_pinatas_own_state_where_it_gives_one() {
    let mut failed = row("failed", CREATED);
    failed["status"] = json!("failed");
    failed["info"] = json!({});
    let mut fetching = row("fetching", CREATED);
    fetching["status"] = json!("pinning");
    fetching["info"] = json!(null);
    let rows = json!([row("searching", CREATED), failed, fetching, pinned("done")]);
    let server = answering("GET", "/pins", json!({"count": 4, "results": rows})).await;
    let service = psa(&server.uri());
    let jobs = service.jobs().expect("jobs");
    let page = jobs
        .page(&JobQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    let seen: Vec<_> = page
        .jobs
        .iter()
        .map(|job| (job.id.as_str(), job.status.clone(), job.status.is_failure()))
        .collect();
    assert_eq!(
        seen,
        [
            ("searching", JobStatus::Searching, false),
            ("failed", JobStatus::Other("failed".to_owned()), true),
            ("fetching", JobStatus::Retrieving, false),
        ]
    );
    let sent = query(&server, "/pins").await;
    assert!(sent.contains(&("status".to_owned(), "queued,pinning,failed".to_owned())));
}

#[tokio::test]
async fn why_a_request_failed_is_told_in_the_services_own_words() {
    let of = |id: &str, state: &str, info: serde_json::Value, meta: serde_json::Value| {
        let mut row = row(id, CREATED);
        row["status"] = json!(state);
        row["info"] = info;
        row["pin"]["meta"] = meta;
        row
    };
    let no_peers = json!({"status_details": "no peers found"});
    // As 4EVERLAND and Filebase say it.
    let attempts = "Exceeded Max Attempts (11)";
    let long = format!("{}\u{1b}[2J \n{}", token(), "x".repeat(100_000));
    let rows = [
        of("details", "failed", no_peers, json!({})),
        of(
            "4everland",
            "failed",
            json!({"dag_size": "0", "failed_message": "", "failed_reason": "timed out"}),
            json!({}),
        ),
        of(
            "filebase",
            "failed",
            json!({"size": "0"}),
            json!({"failure_reason": attempts}),
        ),
        of(
            "silent",
            "failed",
            json!({"status_details": " ", "failed_reason": ""}),
            json!(null),
        ),
        of(
            "hostile",
            "failed",
            json!({"status_details": long}),
            json!({}),
        ),
        of(
            "nested",
            "failed",
            json!({"status_details": {"a": null}}),
            json!({}),
        ),
        of(
            "queued",
            "queued",
            json!({"status_details": "Queue position: 7 of 9"}),
            json!({"failure_reason": "mine"}),
        ),
    ];
    let list = json!({"count": rows.len(), "results": rows});
    let server = answering("GET", "/pins", list).await;
    let service = psa(&server.uri());
    let jobs = service.jobs().expect("jobs");
    let page = jobs.page(&JobQuery::default(), None, Priority::Click).await;
    let mut jobs = page.expect("a page").jobs.into_iter();
    let mut told = || jobs.next().expect("a job").reason;
    assert_eq!(told().as_deref(), Some("no peers found"));
    assert_eq!(told().as_deref(), Some("timed out"));
    assert_eq!(told().as_deref(), Some(attempts));
    assert_eq!(told(), None);
    let hostile = told().expect("a reason");
    assert!(!hostile.contains(&token()) && !hostile.contains(char::is_control));
    assert!(hostile.chars().count() < 300, "{hostile}");
    assert_eq!(told().as_deref(), Some(r#"{"a":null}"#));
    assert_eq!(told(), None, "it waits");
}

#[tokio::test]
async fn a_job_is_added_with_origins_and_meta_and_cancelled_by_its_request() {
    let server = answering("POST", "/pins", row("r-1", CREATED)).await;
    on(&server, "DELETE", "/pins/r-1", ResponseTemplate::new(202)).await;
    let service = psa(&server.uri());
    let wish = NewJob {
        cid: CID.to_owned(),
        keyvalues: [("n".to_owned(), Value::Number(2.into()))].into(),
        host_nodes: vec!["/ip4/192.0.2.1".to_owned()],
        ..NewJob::default()
    };
    let jobs = service.jobs().expect("jobs");
    let job = jobs.add(&wish).await.expect("queued");
    assert_eq!((job.id.as_str(), job.status), ("r-1", JobStatus::Searching));
    assert_eq!(
        bodies(&server, "POST", "/pins").await,
        [json!({"cid": CID, "origins": ["/ip4/192.0.2.1"], "meta": {"n": "2"}})]
    );
    jobs.cancel(&job.id).await.expect("cancelled");
    let grouped = NewJob {
        group: Some("g".to_owned()),
        ..wish
    };
    assert!(jobs.add(&grouped).await.is_err());
}

#[tokio::test]
async fn an_account_that_takes_no_uploads_says_so_by_their_absence() {
    let server = answering(
        "GET",
        "/pins",
        json!({"count": 7, "results": [pinned("one")]}),
    )
    .await;
    let service = psa(&server.uri());
    assert!(service.uploads().is_none() && service.usage().is_none() && service.keys().is_none());
    assert!(
        service.groups().is_none() && service.gateways().is_none() && service.swaps().is_none()
    );
    assert!(service.pins().is_some() && service.jobs().is_some() && service.requests().is_some());
    let report = service.check().await.expect("a report");
    assert_eq!(report.pins, Some(7));
    let may = |feature: Feature| {
        let found = report.features.iter().find(|(told, _)| *told == feature);
        found.map(|(_, access)| *access == Access::Yes)
    };
    assert_eq!(
        [Feature::Upload, Feature::List, Feature::Edit].map(may),
        [Some(false), Some(true), Some(true)]
    );
    let abilities = service.abilities().await.expect("told");
    assert!(abilities.contains(&(Ability::PinByCid, Access::Yes)));
}

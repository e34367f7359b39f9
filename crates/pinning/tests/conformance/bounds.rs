//! What of an answer is too much: more values than the memory should hold, and CIDs that are longer than any.

use pinning::{
    Error, ErrorKind, JobQuery, Jobs, Network, NewJob, PinQuery, PinRequest, Pins, Priority,
    RequestQuery, Requests, Swaps as _, Uploads as _,
};
use serde_json::{Value as Json, json};
use tokio::runtime::{Builder, Runtime};

use crate::hostile::{CID, MOST};
use crate::hostile_service::{Bad, Hostile};
use crate::recorded::psa;
use crate::support::{account, file};

const CLICK: Priority = Priority::Click;

fn runtime() -> Runtime {
    let mut runtime = Builder::new_current_thread();
    runtime.enable_all().build().expect("a runtime")
}

fn most() -> usize {
    usize::try_from(MOST).expect("fits")
}

fn is_unreadable<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(error) if matches!(error.kind, ErrorKind::Unexpected { .. }))
}

#[test]
fn an_answer_of_very_many_small_values_is_refused_before_it_fills_the_memory() {
    fuzzing::alone(
        "bounds::an_answer_of_very_many_small_values_is_refused_before_it_fills_the_memory",
        very_many_small_values,
    );
}

fn very_many_small_values() {
    let runtime = runtime();
    let _within = runtime.enter();
    let deep = format!("{}0{},", "[".repeat(120), "]".repeat(120));
    // The largest first: what one leaves to the allocator is no growth of the next.
    for value in [&deep, "{\"\":0},", "[0],", "0,"] {
        let full = value.repeat((most() - 200) / 2 / value.len());
        let list = format!(r#"{{"data":{{"files":[{full}0]}},"results":[{full}0]}}"#);
        let service = Hostile::new(Bad::json(200, "", list));
        let (pinata, psa) = (account(&service.address), psa(&service.address));
        let (bytes, ended) = fuzzing::growth(|| {
            runtime.block_on(async {
                let listed = Pins::page(&pinata, &PinQuery::default(), None, CLICK).await;
                let requests = psa.list(&RequestQuery::default(), None, CLICK).await;
                [is_unreadable(listed), is_unreadable(requests)]
            })
        });
        assert!(bytes < fuzzing::MEMORY, "{value}: {bytes} bytes");
        assert_eq!(ended, [true; 2], "{value}");
    }
}

/// The answer of a service that gives every row whatever the limit.
fn list_of(rows: usize) -> String {
    let row = |n: usize| {
        let row = json!({
            "requestid": format!("00000000-0000-4000-8000-{n:012}"),
            "status": "pinned",
            "created": "2026-01-02T12:00:00.000Z",
            "delegates": ["/dnsaddr/node.example.org/p2p/12D3KooW"],
            "info": {"status_details": "", "dag_size": "12"},
            "pin": {
                "cid": CID,
                "name": format!("photo {n}.jpg"),
                "origins": null,
                "meta": {"app": "pinfold", "n": "1"},
            },
        });
        row.to_string()
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!(
        r#"{{"count":{},"results":[{}]}}"#,
        rows.len(),
        rows.join(",")
    )
}

#[test]
fn a_list_of_all_rows_of_a_large_account_is_read_whole_within_the_memory() {
    fuzzing::alone(
        "bounds::a_list_of_all_rows_of_a_large_account_is_read_whole_within_the_memory",
        all_rows_at_once,
    );
}

fn all_rows_at_once() {
    let runtime = runtime();
    let _within = runtime.enter();
    // An eighth of the longest answer, in as much of the memory.
    let list = list_of(5_500);
    assert!(list.len() > most() / 9);
    let service = Hostile::new(Bad::json(200, "", list));
    let psa = psa(&service.address);
    let (bytes, read) = fuzzing::growth(|| {
        let few = RequestQuery::default();
        runtime.block_on(async { psa.list(&few, None, CLICK).await })
    });
    assert!(bytes < fuzzing::MEMORY / 8, "{bytes} bytes");
    assert_eq!(read.expect("a page").requests.len(), 5_500);
}

#[tokio::test]
async fn a_cid_that_is_longer_than_any_is_passed_over_in_lists_and_unreadable_alone() {
    // In base58 and others it would be read in quadratic time, wherever it is shown or compared.
    let long = format!("z{}", "1a".repeat(50_000));
    let row = |cid: &str| -> Json {
        json!({
            "id": "a", "cid": cid, "ipfs_pin_hash": cid, "IpfsHash": cid, "mapped_cid": cid, "mappedCid": cid,
            "requestid": "a", "status": "pinned", "pin": {"cid": cid},
        })
    };
    let all = json!([row(&long), row(CID)]);
    let list = json!({"data": {"files": all, "jobs": all}, "rows": all, "results": all});
    let service = Hostile::new(Bad::json(200, "", list.to_string()));
    let (pinata, requests) = (account(&service.address), psa(&service.address));
    let pins = Pins::page(&pinata, &PinQuery::default(), None, CLICK).await;
    let jobs = Jobs::page(&pinata, &JobQuery::default(), None, CLICK).await;
    let listed = requests.list(&RequestQuery::default(), None, CLICK).await;
    assert_eq!(pins.expect("a page").pins.len(), 1);
    assert_eq!(jobs.expect("a page").jobs.len(), 1);
    assert_eq!(listed.expect("a page").requests.len(), 1);

    let mut one = row(&long);
    one["data"] = row(&long);
    let service = Hostile::new(Bad::json(200, "", one.to_string()));
    let (pinata, requests) = (account(&service.address), psa(&service.address));
    let job = NewJob {
        cid: CID.to_owned(),
        ..NewJob::default()
    };
    let request = PinRequest {
        cid: CID.to_owned(),
        ..PinRequest::default()
    };
    assert!(is_unreadable(pinata.file(file("a", b"hello")).await));
    assert!(is_unreadable(Jobs::add(&pinata, &job).await));
    assert!(is_unreadable(pinata.set(Network::Public, CID, CID).await));
    assert!(is_unreadable(Requests::add(&requests, &request).await));
}

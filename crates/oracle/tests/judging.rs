//! What is wrong at a service is found: the judge is judged.

use oracle::{Content, Service, judge};
use sandbox::{Config, Sandbox};

const TOKEN: &str = "token-of-this-test-only";

async fn service(folder: &std::path::Path) -> (Sandbox, Service) {
    let sandbox = Sandbox::start(Config::new(folder, TOKEN))
        .await
        .expect("starts");
    let service = Service {
        api: sandbox.api_url(),
        gateway: sandbox.gateway_url(),
        token: TOKEN.to_owned(),
        log: folder.join("requests.log"),
    };
    (sandbox, service)
}

fn content(name: &str, bytes: &[u8]) -> Content {
    Content {
        name: name.to_owned(),
        files: vec![(String::new(), bytes.to_vec())],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_once_is_well_and_what_is_missing_or_served_otherwise_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_sandbox, service) = service(folder.path()).await;
    service.upload("public", "a", b"first").await;
    service.upload("public", "b", b"second").await;
    let asked = [content("a", b"first"), content("b", b"second")];
    let judged = judge(&service, &asked, 1_000).await;
    assert!(judged.is_well(), "{judged:?}");

    let asked = [content("a", b"other"), content("c", b"third")];
    let judged = judge(&service, &asked, 1_000).await;
    assert_eq!(judged.lost, ["a", "c"]);
    // Nobody asked for it.
    assert_eq!(judged.pins_twice, ["b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_again_although_it_stood_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_sandbox, service) = service(folder.path()).await;
    let cid = service.upload("public", "a", b"first").await;
    while stands_for_less_than_a_moment(&service).await {}
    service.upload("public", "a", b"first").await;
    let judged = judge(&service, &[content("a", b"first")], 1_000).await;
    assert_eq!(judged.twice, ["a"], "{judged:?}");
    assert_eq!(service.stored()[&cid], 2);
}

/// The list tells whole milliseconds: a request of the same one would count as the first.
async fn stands_for_less_than_a_moment(service: &Service) -> bool {
    let page = service.api("GET", "v3/files/public", None).await;
    let since = page["data"]["files"][0]["created_at"].as_str();
    let since: jiff::Timestamp = since.expect("a time").parse().expect("a time");
    jiff::Timestamp::now() <= since + jiff::SignedDuration::from_millis(1)
}

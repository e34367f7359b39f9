//! Signing in with the older pair of key and secret, and what a key is told that it may do beside files.

use std::sync::Arc;

use crate::keys::{SECRET, files_write, wish};
use crate::service::{asked, no_scopes, on};
use crate::support::{Noon, account, file, plenty};
use pinning::{
    Deadlines, Endpoints, ErrorKind, Keys as _, PinQuery, Pinata, Priority, Service as _,
    TokenError, Uploads as _, Usage as _,
};
use secrecy::SecretString;
use serde_json::json;
use wiremock::matchers::{any, header, method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) fn signed_by_pair(address: &str) -> Pinata {
    let endpoints = Endpoints::single(address, address).expect("loopback");
    let pair = (" old-key\n", &SecretString::from(SECRET));
    let deadlines = Deadlines::default();
    Pinata::with_key_pair(endpoints, pair, Arc::new(Noon), plenty(), deadlines).expect("a pair")
}

#[tokio::test]
async fn a_pair_of_key_and_secret_goes_in_its_headers_to_the_legacy_api_only() {
    let server = MockServer::start().await;
    let pair = |mock: wiremock::MockBuilder| {
        mock.and(header("pinata_api_key", "old-key"))
            .and(header("pinata_secret_api_key", SECRET))
    };
    let upload = pair(Mock::given(path("/pinning/pinFileToIPFS")));
    let hash =
        json!({"IpfsHash": "bafyfile", "PinSize": 5, "Timestamp": "2023-05-24T00:28:17.570Z"});
    upload
        .respond_with(ResponseTemplate::new(200).set_body_json(hash))
        .mount(&server)
        .await;
    let list = pair(Mock::given(path("/data/pinList")));
    list.respond_with(ResponseTemplate::new(200).set_body_json(json!({"rows": []})))
        .mount(&server)
        .await;
    let account = signed_by_pair(&server.uri());
    let receipt = account.file(file("a", b"hello")).await.expect("stored");
    assert_eq!(receipt.cid, "bafyfile");
    let pins = account.pins().expect("pins");
    pins.page(&PinQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    let error = account.create(&wish(files_write())).await;
    assert_eq!(
        error.err().expect("refused").kind,
        ErrorKind::MissingScope("admin".to_owned())
    );
    assert_eq!(asked(&server, "/v3/").await, 0, "v3 never sees the pair");
    for request in server.received_requests().await.expect("recorded") {
        assert!(!request.headers.contains_key("authorization"));
        assert!(!request.url.as_str().contains(SECRET));
    }
}

#[tokio::test]
async fn no_error_shows_the_secret_of_a_pair() {
    for status in [200, 400, 401, 403, 500] {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(
                ResponseTemplate::new(status).set_body_string(format!("you sent {SECRET}")),
            )
            .mount(&server)
            .await;
        let error = signed_by_pair(&server.uri())
            .totals()
            .await
            .expect_err("an error");
        assert!(!format!("{error:?} {error}").contains(SECRET));
    }
    let endpoints = Endpoints::pinata();
    let empty = ("", &SecretString::from(SECRET));
    let refused = Pinata::with_key_pair(
        endpoints,
        empty,
        Arc::new(Noon),
        plenty(),
        Deadlines::default(),
    );
    assert_eq!(refused.err(), Some(TokenError::Empty));
}

#[tokio::test]
async fn what_a_key_may_do_beside_files_is_told_with_the_scope_it_lacks() {
    use pinning::{Ability, Access};
    let server = MockServer::start().await;
    let found = ResponseTemplate::new(200).set_body_json(json!({"data": {"files": []}}));
    on(&server, "GET", "/v3/files/public", found).await;
    Mock::given(method("PUT"))
        .and(path_regex("^/v3/files/"))
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;
    Mock::given(path_regex("^/v3/groups/"))
        .and(method("GET"))
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(no_scopes())
        .with_priority(9)
        .mount(&server)
        .await;
    let told = account(&server.uri()).abilities().await.expect("told");
    let lacks = |scope: &str| Access::No {
        missing_scope: scope.to_owned(),
    };
    assert_eq!(
        told,
        [
            (Ability::PinByCid, Access::Yes),
            (Ability::Jobs, Access::Yes),
            (Ability::CancelJobs, Access::Yes),
            (Ability::UploadJson, Access::Yes),
            (Ability::Expiry, Access::Yes),
            (Ability::SeeGroups, Access::Yes),
            (Ability::ChangeGroups, lacks("org:groups:write")),
            (Ability::Gateways, lacks("org:gateways:read")),
            (Ability::PrivateLinks, Access::Yes),
            (Ability::History, lacks("pinList")),
            (Ability::Keys, lacks("admin")),
        ]
    );
    let requests = server.received_requests().await.expect("recorded");
    assert!(
        requests.iter().all(|request| request.method != "DELETE"),
        "asking changes nothing"
    );
}

//! A stand-in for Pinata: one canned answer a call.

use serde_json::json;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const CID: &str = "bafybeibcsnxt2sqzsvfg4lzg3iuxkfit37l3rz5gqmdxwsgec56qalmxie";

/// The refusal of a key that lacks the scope.
pub(crate) fn no_scopes() -> ResponseTemplate {
    ResponseTemplate::new(403).set_body_json(json!({"error": {
        "reason": "NO_SCOPES_FOUND", "details": "This key does not have the required scopes associated with it"
    }}))
}

/// Answers this call so.
pub(crate) async fn on(server: &MockServer, verb: &str, at: &str, answer: ResponseTemplate) {
    Mock::given(method(verb))
        .and(path(at))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// A server that answers one call with JSON.
pub(crate) async fn answering(verb: &str, at: &str, body: serde_json::Value) -> MockServer {
    let server = MockServer::start().await;
    on(
        &server,
        verb,
        at,
        ResponseTemplate::new(200).set_body_json(body),
    )
    .await;
    server
}

/// A server that refuses every v3 call for its scope.
pub(crate) async fn legacy_only() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path_regex("^/v3/"))
        .respond_with(no_scopes())
        .mount(&server)
        .await;
    server
}

/// The JSON bodies of the requests of this kind, in their order.
pub(crate) async fn bodies(server: &MockServer, verb: &str, at: &str) -> Vec<serde_json::Value> {
    let requests = server.received_requests().await.expect("recorded");
    let of_call = requests
        .iter()
        .filter(|request| request.method.as_str() == verb && request.url.path() == at);
    of_call
        .map(|request| serde_json::from_slice(&request.body).expect("JSON"))
        .collect()
}

/// The query of the first request of this kind, as sorted pairs.
pub(crate) async fn query(server: &MockServer, at: &str) -> Vec<(String, String)> {
    let requests = server.received_requests().await.expect("recorded");
    let request = requests
        .iter()
        .find(|request| request.method == "GET" && request.url.path() == at)
        .expect("asked");
    let mut pairs: Vec<_> = request.url.query_pairs().into_owned().collect();
    pairs.sort();
    pairs
}

/// How many requests came to paths that begin so.
pub(crate) async fn asked(server: &MockServer, start: &str) -> usize {
    let requests = server.received_requests().await.expect("recorded");
    requests
        .iter()
        .filter(|request| request.url.path().starts_with(start))
        .count()
}

/// A file as v3 lists it.
pub(crate) fn v3_file(id: &str, cid: &str) -> serde_json::Value {
    json!({"id": id, "name": "a.txt", "cid": cid, "size": 36, "number_of_files": 1, "mime_type": "text/plain",
        "group_id": null, "keyvalues": {"whimsey": "true"}, "created_at": "2024-08-27T14:57:51.485934Z"})
}

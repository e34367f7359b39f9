//! What a client that knows TUS 1.0.0 sends.

use super::{Stranger, TOKEN};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub(crate) const CHUNK: &str = "application/offset+octet-stream";

pub(crate) fn metadata(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)))
        .collect();
    pairs.join(",")
}

pub(crate) async fn create(stranger: &Stranger, length: u64, pairs: &[(&str, &str)]) -> Response {
    let mut request = stranger
        .api(Method::POST, "/v3/files")
        .header("Upload-Length", length);
    if !pairs.is_empty() {
        request = request.header("Upload-Metadata", metadata(pairs));
    }
    request.send().await.unwrap()
}

/// The URL of a new public upload.
pub(crate) async fn begun(stranger: &Stranger, length: u64) -> String {
    let pairs = [("filename", "a.bin"), ("network", "public")];
    let response = create(stranger, length, &pairs).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    header(&response, "location").unwrap()
}

pub(crate) fn header(response: &Response, name: &str) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(value.to_str().unwrap().to_owned())
}

pub(crate) fn request(stranger: &Stranger, method: Method, url: &str) -> RequestBuilder {
    stranger.client.request(method, url).bearer_auth(TOKEN)
}

pub(crate) fn patch(stranger: &Stranger, url: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
    request(stranger, Method::PATCH, url)
        .header("content-type", CHUNK)
        .header("Upload-Offset", offset)
        .body(bytes.to_vec())
}

pub(crate) async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// Where the service says that the upload is.
pub(crate) async fn offset(stranger: &Stranger, url: &str) -> usize {
    let head = request(stranger, Method::HEAD, url).send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    header(&head, "upload-offset").unwrap().parse().unwrap()
}

pub(crate) fn clock(config: &mut sandbox::Config) -> Arc<AtomicI64> {
    let seconds = Arc::new(AtomicI64::new(1_700_000_000));
    let shown = Arc::clone(&seconds);
    config.clock =
        Arc::new(move || jiff::Timestamp::from_second(shown.load(Ordering::Relaxed)).unwrap());
    seconds
}

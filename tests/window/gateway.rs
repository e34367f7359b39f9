//! A plain HTTP client that knows nothing of Pinfold: what a gateway answers, in bytes.

use std::path::Path;

/// The whole body of a `GET`; panics on any status but 200.
pub(crate) async fn fetch(url: &str) -> Vec<u8> {
    let (status, body) = answer(url).await;
    assert_eq!(
        status,
        200,
        "{url}: {}",
        String::from_utf8_lossy(&body[..body.len().min(300)])
    );
    body
}

/// The status and the whole body of a `GET`.
pub(crate) async fn answer(url: &str) -> (u16, Vec<u8>) {
    let response = oracle::client()
        .get(url)
        .send()
        .await
        .unwrap_or_else(|error| panic!("{url}: {error}"));
    let status = response.status().as_u16();
    (
        status,
        response
            .bytes()
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"))
            .to_vec(),
    )
}

/// Fetches `<gateway>/ipfs/<path>` and compares it with a file, byte for byte.
pub(crate) async fn same_as_file(gateway: &str, path: &str, file: &Path) {
    let served = fetch(&format!("{}/ipfs/{path}", gateway.trim_end_matches('/'))).await;
    #[expect(clippy::disallowed_methods, reason = "the test's own file")]
    let source = std::fs::read(file).expect("the source");
    assert_eq!(
        served.len(),
        source.len(),
        "{path} has another length than {}",
        file.display()
    );
    assert!(served == source, "{path} differs from {}", file.display());
}

/// A name as a part of a URL's path: everything but letters and digits is percent-encoded.
pub(crate) fn url_part(name: &str) -> String {
    let encode = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    name.bytes().map(encode).collect()
}

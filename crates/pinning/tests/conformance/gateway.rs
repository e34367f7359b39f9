//! A plain HTTP client of twenty lines, for the gateway.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The bytes below `<gateway>/ipfs/<cid>/<path>`; fails on any status but 200.
pub(crate) async fn fetch(gateway: &str, cid: &str, path: &[&str]) -> Vec<u8> {
    let (status, body) = get(gateway, cid, path).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    body
}

/// Status and bytes. HTTP/1.0, so that the body ends where the connection ends.
pub(crate) async fn get(gateway: &str, cid: &str, path: &[&str]) -> (u16, Vec<u8>) {
    let host = gateway.strip_prefix("http://").expect("a plain address");
    let path: Vec<_> = std::iter::once(cid.to_owned())
        .chain(
            path.iter()
                .map(|name| utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()),
        )
        .collect();
    let path = path.join("/");
    let mut connection = TcpStream::connect(host).await.expect("connects");
    let request = format!("GET /ipfs/{path} HTTP/1.0\r\nHost: {host}\r\n\r\n");
    connection
        .write_all(request.as_bytes())
        .await
        .expect("sent");
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.expect("read");
    let end = answer
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    (status, answer.split_off(end + 4))
}

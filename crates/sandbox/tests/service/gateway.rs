//! The gateway, seen by a stranger.

use crate::stranger::{Form, HELLO_V1, HELLO_WORLD_V0, Stranger};
use reqwest::{Method, Response, StatusCode, header};

async fn pinned(form: &Form) -> (Stranger, String) {
    let stranger = Stranger::new().await;
    let (status, body) = stranger.pin(form).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let cid = body["IpfsHash"].as_str().unwrap().to_owned();
    (stranger, cid)
}

async fn ranged(stranger: &Stranger, cid: &str, range: &str) -> Response {
    let url = format!("{}/ipfs/{cid}", stranger.sandbox.gateway_url());
    let request = stranger.client.get(url).header(header::RANGE, range);
    request.send().await.unwrap()
}

#[tokio::test]
async fn content_of_strangers_is_sandboxed_and_not_sniffed() {
    let (stranger, cid) = pinned(&Form::new().file("page.html", b"<script>1</script>")).await;
    let response = stranger.gateway(&format!("/ipfs/{cid}")).await;
    let headers = response.headers();
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["content-security-policy"], "sandbox");
    assert_eq!(headers["content-type"], "text/html");
    assert_eq!(headers["etag"], format!("\"{cid}\""));
    assert!(headers.get("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn ranges_give_206_and_416() {
    let (stranger, cid) = pinned(&Form::new().file("a", b"0123456789")).await;
    let part = ranged(&stranger, &cid, "bytes=2-4").await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()["content-range"], "bytes 2-4/10");
    assert_eq!(part.bytes().await.unwrap().as_ref(), b"234");
    let beyond = ranged(&stranger, &cid, "bytes=10-").await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.headers()["content-range"], "bytes */10");
}

#[tokio::test]
async fn a_range_of_a_file_in_a_folder_stays_within_the_file() {
    let form = Form::new()
        .file("r/a", b"aaaa")
        .file("r/b", b"bbbb")
        .file("r/c", b"cccc");
    let (stranger, cid) = pinned(&form).await;
    let part = ranged(&stranger, &format!("{cid}/b"), "bytes=1-99").await;
    assert_eq!(part.bytes().await.unwrap().as_ref(), b"bbb");
}

#[tokio::test]
async fn head_has_the_length_and_no_body_and_an_etag_that_matches_gives_304() {
    let (stranger, cid) = pinned(&Form::new().file("a", b"hello")).await;
    let url = format!("{}/ipfs/{cid}", stranger.sandbox.gateway_url());
    let head = stranger
        .client
        .request(Method::HEAD, &url)
        .send()
        .await
        .unwrap();
    assert_eq!(head.headers()["content-length"], "5");
    assert!(head.bytes().await.unwrap().is_empty());
    let etag = format!("\"{cid}\"");
    let known = stranger
        .client
        .get(&url)
        .header(header::IF_NONE_MATCH, etag);
    assert_eq!(
        known.send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );
}

#[tokio::test]
async fn the_same_block_is_found_under_both_versions_of_its_cid() {
    let (stranger, cid) = pinned(&Form::new().file("a", b"Hello World!")).await;
    assert_eq!(cid, HELLO_WORLD_V0);
    let v1 = cid::Cid::new_v1(0x70, *cid::Cid::try_from(cid.as_str()).unwrap().hash());
    assert_eq!(
        stranger.bytes(&format!("/ipfs/{v1}")).await,
        b"Hello World!"
    );
}

#[tokio::test]
async fn a_folders_page_lists_names_as_text() {
    let name = "<img src=x onerror=alert(1)>&'.txt";
    let form = Form::new()
        .file(&format!("r/{name}"), b"a")
        .file("r/sub/b", b"b");
    let (stranger, cid) = pinned(&form).await;
    let page = stranger.gateway(&format!("/ipfs/{cid}")).await;
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert_eq!(page.headers()["content-security-policy"], "sandbox");
    let html = page.text().await.unwrap();
    assert!(!html.contains("<img"));
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&#39;.txt"));
    assert!(html.contains(&format!("href=\"/ipfs/{cid}/sub/\"")));
}

#[tokio::test]
async fn a_folder_with_an_index_page_shows_it_behind_a_slash() {
    let form = Form::new()
        .file("r/index.html", b"<p>home")
        .file("r/a", b"a");
    let (stranger, cid) = pinned(&form).await;
    let bare = stranger.gateway(&format!("/ipfs/{cid}")).await;
    assert_eq!(bare.status(), StatusCode::MOVED_PERMANENTLY);
    assert_eq!(bare.headers()["location"], format!("/ipfs/{cid}/"));
    assert_eq!(stranger.bytes(&format!("/ipfs/{cid}/")).await, b"<p>home");
}

#[tokio::test]
async fn what_is_not_pinned_is_404_and_nonsense_is_400() {
    let (stranger, cid) = pinned(&Form::new().file("r/a", b"hello")).await;
    for path in [
        format!("/ipfs/{HELLO_V1}"),
        format!("/ipfs/{cid}/b"),
        format!("/ipfs/{cid}/a/b"),
    ] {
        assert_eq!(
            stranger.gateway(&path).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert_eq!(
        stranger.gateway("/ipfs/nonsense").await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn the_api_port_serves_content_too_and_the_gateway_port_has_no_api() {
    let (stranger, cid) = pinned(&Form::new().file("a", b"hello")).await;
    let url = format!("{}/ipfs/{cid}", stranger.sandbox.api_url());
    let response = stranger.client.get(url).send().await.unwrap();
    assert_eq!(response.bytes().await.unwrap().as_ref(), b"hello");
    let url = format!("{}/data/testAuthentication", stranger.sandbox.gateway_url());
    let request = stranger.client.get(url).bearer_auth(crate::stranger::TOKEN);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}

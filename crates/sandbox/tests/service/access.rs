//! Who may call what, and from where.

use crate::stranger::{Form, Stranger, TOKEN, json};
use reqwest::{Method, StatusCode, header};
use sandbox::{Config, Key, RateLimits, Sandbox, Scopes, StartError};
use serde_json::{Value, json};

async fn with_token(stranger: &Stranger, token: Option<&str>, path: &str) -> (StatusCode, Value) {
    let url = format!("{}{path}", stranger.sandbox.api_url());
    let mut request = stranger.client.get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    json(request.send().await.unwrap()).await
}

async fn reason(stranger: &Stranger, token: Option<&str>, path: &str) -> (u16, String) {
    let (status, body) = with_token(stranger, token, path).await;
    let reason = body["error"]["reason"].as_str().unwrap_or_default();
    (status.as_u16(), reason.to_owned())
}

#[tokio::test]
async fn a_missing_token_is_400_on_legacy_and_401_on_v3_and_a_wrong_one_401() {
    let stranger = Stranger::new().await;
    let legacy = reason(&stranger, None, "/data/testAuthentication").await;
    assert_eq!(legacy, (400, "KEYS_MUST_BE_STRINGS".to_owned()));
    let invalid = (401, "INVALID_CREDENTIALS".to_owned());
    assert_eq!(reason(&stranger, None, "/v3/files/public").await, invalid);
    for path in [
        "/data/testAuthentication",
        "/data/pinList",
        "/v3/files/public",
    ] {
        assert_eq!(reason(&stranger, Some("wrong"), path).await, invalid);
    }
    let (status, body) = with_token(&stranger, Some(TOKEN), "/data/testAuthentication").await;
    assert_eq!(status, StatusCode::OK);
    let text = "Congratulations! You are communicating with the Pinata API!";
    assert_eq!(body, json!({ "message": text }));
}

#[tokio::test]
async fn no_method_reads_lists_without_a_token() {
    let stranger = Stranger::new().await;
    for path in [
        "/data/pinList",
        "/v3/files/public",
        "/groups",
        "/users/apiKeys",
        "/psa/pins",
    ] {
        for method in [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::DELETE,
        ] {
            let url = format!("{}{path}", stranger.sandbox.api_url());
            let request = stranger.client.request(method.clone(), url);
            let status = request.send().await.unwrap().status();
            assert!(status.is_client_error(), "{method} {path} {status}");
        }
        let head = stranger.api(Method::HEAD, path).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn scopes_divide_the_two_apis_and_every_valid_key_has_an_identity() {
    let stranger = Stranger::with(|config| {
        config.keys = vec![
            Key::new("v3", Scopes::v3(["org:files:read"])),
            Key::new("legacy", Scopes::legacy_all()),
            Key::new("list", Scopes::legacy(["pinList"])),
            Key {
                revoked: true,
                ..Key::new("revoked", Scopes::admin())
            },
        ];
    })
    .await;
    let none = (403, "NO_SCOPES_FOUND".to_owned());
    let ok = (200, String::new());
    for (token, path, expected) in [
        ("v3", "/data/testAuthentication", &ok),
        ("v3", "/v3/files/public", &ok),
        ("v3", "/data/pinList", &none),
        ("legacy", "/data/pinList", &ok),
        ("legacy", "/v3/files/public", &none),
        ("list", "/data/pinList", &ok),
        ("list", "/data/userPinnedDataTotal", &none),
    ] {
        assert_eq!(
            &reason(&stranger, Some(token), path).await,
            expected,
            "{token} {path}"
        );
    }
    let revoked = reason(&stranger, Some("revoked"), "/data/testAuthentication").await;
    assert_eq!(revoked, (403, "API_KEY_REVOKED".to_owned()));

    let url = format!("{}/v3/files", stranger.sandbox.api_url());
    let form = reqwest::multipart::Form::new().text("network", "public");
    let read_only = stranger.client.post(url).bearer_auth("v3").multipart(form);
    assert_eq!(
        read_only.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn an_upload_that_may_not_is_read_to_its_end_and_then_refused() {
    let stranger = Stranger::with(|config| {
        config.keys = vec![Key::new("list", Scopes::legacy(["pinList"]))];
    })
    .await;
    let form = Form::new().file("a", &vec![1; 3_000_000]);
    let request = stranger.post("/pinning/pinFileToIPFS", &form);
    let mut request = request.build().unwrap();
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, "Bearer list".parse().unwrap());
    let response = stranger.client.execute(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn other_hosts_are_turned_away_on_both_ports() {
    let stranger = Stranger::new().await;
    for base in [stranger.sandbox.api_url(), stranger.sandbox.gateway_url()] {
        let port = base.rsplit(':').next().unwrap().to_owned();
        for (host, allowed) in [
            (format!("127.0.0.1:{port}"), true),
            (format!("LocalHost:{port}"), true),
            (format!("[::1]:{port}"), true),
            (format!("evil.example:{port}"), false),
            (format!("127.0.0.1.evil.example:{port}"), false),
            ("localhost:1".to_owned(), false),
            ("localhost".to_owned(), false),
        ] {
            let request = stranger
                .client
                .get(format!("{base}/data/testAuthentication"))
                .bearer_auth(TOKEN)
                .header(header::HOST, &host);
            let status = request.send().await.unwrap().status();
            assert_eq!(status != StatusCode::FORBIDDEN, allowed, "{host}");
        }
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_not_read_answers() {
    let stranger = Stranger::new().await;
    for method in [Method::GET, Method::OPTIONS] {
        let request = stranger
            .api(method, "/data/testAuthentication")
            .header(header::ORIGIN, "https://evil.example");
        let response = request.send().await.unwrap();
        let cors = response
            .headers()
            .keys()
            .any(|name| name.as_str().starts_with("access-control"));
        assert!(!cors);
    }
}

#[tokio::test]
async fn legacy_answers_carry_limits_which_are_enforced() {
    let stranger = Stranger::with(|config| config.rate_limits = RateLimits::FREE_PLAN).await;
    for remaining in (0..30).rev() {
        let response = stranger
            .api(Method::GET, "/data/pinList")
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["x-ratelimit-limit"], "30");
        assert_eq!(
            response.headers()["x-ratelimit-remaining"],
            remaining.to_string()
        );
        assert_eq!(response.headers()["x-request-id"].len(), 32);
    }
    let response = stranger
        .api(Method::GET, "/data/pinList")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "60");
}

#[tokio::test]
async fn one_folder_serves_one_sandbox_at_a_time_and_only_this_computer() {
    let stranger = Stranger::new().await;
    let second = Sandbox::start(Config::new(stranger.data.path(), "other")).await;
    assert!(matches!(second, Err(StartError::InUse(_))));
    let Stranger { sandbox, data, .. } = stranger;
    sandbox.stop().await;
    assert!(
        Sandbox::start(Config::new(data.path(), "other"))
            .await
            .is_ok()
    );
    let mut open = Config::new(tempfile::tempdir().unwrap().path(), "other");
    open.listen = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(
        Sandbox::start(open).await,
        Err(StartError::NotLocal(_))
    ));
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "looks into the service's folder from outside"
)]
async fn the_token_is_in_no_log_and_no_debug_output() {
    let stranger = Stranger::new().await;
    let leak = format!("/data/pinList?metadata[name]={}", TOKEN.replace(' ', "%20"));
    stranger.get(&leak).await;
    stranger
        .get(&format!("/data/{}", TOKEN.replace(' ', "+")))
        .await;
    let log = std::fs::read(stranger.data.path().join("requests.log")).unwrap();
    let log = String::from_utf8(log).unwrap();
    assert_eq!(log.lines().count(), 2, "{log}");
    for form in [
        TOKEN.to_owned(),
        TOKEN.replace(' ', "%20"),
        TOKEN.replace(' ', "+"),
    ] {
        assert!(!log.contains(&form), "{log}");
    }
    let debug = format!(
        "{:?} {:?}",
        Config::new("d", TOKEN),
        Key::new(TOKEN, Scopes::none())
    );
    assert!(!debug.contains(TOKEN));
}

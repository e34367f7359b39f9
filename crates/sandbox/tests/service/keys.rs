//! API keys, seen by somebody who makes, uses and revokes them.

use crate::stranger::{Stranger, TOKEN, json};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, StatusCode};
use sandbox::{Key, Scopes};
use serde_json::{Value, json};

async fn call(
    stranger: &Stranger,
    token: &str,
    method: &Method,
    path: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let url = format!("{}{path}", stranger.sandbox.api_url());
    let mut request = stranger
        .client
        .request(method.clone(), url)
        .bearer_auth(token);
    if let Some(body) = body {
        request = request.json(body);
    }
    let (status, body) = json(request.send().await.unwrap()).await;
    (status.as_u16(), body)
}

struct Made {
    key: String,
    secret: String,
    jwt: String,
}

async fn make(stranger: &Stranger, path: &str, request: &Value) -> Made {
    let (status, body) = call(stranger, TOKEN, &Method::POST, path, Some(request)).await;
    assert_eq!(status, 200, "{body}");
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Made {
        key: text("pinata_api_key"),
        secret: text("pinata_api_secret"),
        jwt: text("JWT"),
    }
}

async fn with(stranger: &Stranger, permissions: Value) -> Made {
    let request = json!({ "keyName": "a key", "permissions": permissions });
    make(stranger, "/users/generateApiKey", &request).await
}

async fn pair(stranger: &Stranger, key: &str, secret: &str, path: &str) -> (u16, Value) {
    let url = format!("{}{path}", stranger.sandbox.api_url());
    let mut request = stranger.client.get(url);
    if !key.is_empty() {
        request = request.header("pinata_api_key", key);
    }
    if !secret.is_empty() {
        request = request.header("pinata_secret_api_key", secret);
    }
    let (status, body) = json(request.send().await.unwrap()).await;
    (status.as_u16(), body)
}

const TEST: &str = "/data/testAuthentication";

#[tokio::test]
async fn a_new_key_works_as_a_token_and_as_a_pair_and_its_token_names_the_key() {
    let stranger = Stranger::new().await;
    for path in ["/users/generateApiKey", "/v3/api_keys", "/v3/pinata/keys"] {
        let request = json!({ "keyName": path, "permissions": { "admin": true } });
        let made = make(&stranger, path, &request).await;
        assert_eq!((made.key.len(), made.secret.len()), (20, 64));
        let (status, _) = call(&stranger, &made.jwt, &Method::GET, TEST, None).await;
        assert_eq!(status, 200);
        assert_eq!(pair(&stranger, &made.key, &made.secret, TEST).await.0, 200);
        let claims = made.jwt.split('.').nth(1).unwrap();
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!(claims["scopedKeyKey"], made.key);
        assert_eq!(claims["authenticationType"], "scopedKey");
    }
}

#[tokio::test]
async fn half_a_pair_is_400_a_wrong_one_401_and_v3_knows_tokens_only() {
    let stranger = Stranger::with(|config| {
        config.pair = Some((
            "key-of-the-tests".to_owned(),
            "secret-of-the-tests".to_owned(),
        ));
    })
    .await;
    let both = pair(&stranger, "key-of-the-tests", "secret-of-the-tests", TEST).await;
    assert_eq!(both.0, 200);
    for (key, secret) in [("key-of-the-tests", ""), ("", "secret-of-the-tests")] {
        let (status, body) = pair(&stranger, key, secret, TEST).await;
        let error = json!({ "error": {
            "reason": "KEYS_MUST_BE_STRINGS",
            "details": "pinata_api_key and pinata_secret_api_key must both be strings",
        }});
        assert_eq!((status, body), (400, error));
    }
    let invalid = json!({ "error": {
        "reason": "INVALID_CREDENTIALS",
        "details": "Invalid/expired credentials",
    }});
    let wrong = pair(&stranger, "key-of-the-tests", "other", TEST).await;
    assert_eq!(wrong, (401, invalid.clone()));
    let v3 = pair(
        &stranger,
        "key-of-the-tests",
        "secret-of-the-tests",
        "/v3/files/public",
    )
    .await;
    assert_eq!(v3, (401, invalid));
}

/// What a key without the scope is told.
fn no_scopes() -> Value {
    json!({ "error": {
        "reason": "NO_SCOPES_FOUND",
        "details": "This key does not have the required scopes associated with it",
    }})
}

#[tokio::test]
async fn each_legacy_endpoint_lets_its_own_call_pass_and_no_other() {
    let stranger = Stranger::new().await;
    let calls = [
        ("data", "pinList", Method::GET, "/data/pinList"),
        (
            "data",
            "userPinnedDataTotal",
            Method::GET,
            "/data/userPinnedDataTotal",
        ),
        (
            "pinning",
            "hashMetadata",
            Method::PUT,
            "/pinning/hashMetadata",
        ),
        (
            "pinning",
            "hashPinPolicy",
            Method::PUT,
            "/pinning/hashPinPolicy",
        ),
        ("pinning", "pinByHash", Method::POST, "/pinning/pinByHash"),
        (
            "pinning",
            "pinFileToIPFS",
            Method::POST,
            "/pinning/pinFileToIPFS",
        ),
        (
            "pinning",
            "pinJSONToIPFS",
            Method::POST,
            "/pinning/pinJSONToIPFS",
        ),
        ("pinning", "pinJobs", Method::GET, "/pinning/pinJobs"),
        ("pinning", "unpin", Method::DELETE, "/pinning/unpin/none"),
        (
            "pinning",
            "userPinPolicy",
            Method::PUT,
            "/pinning/userPinPolicy",
        ),
    ];
    for (family, endpoint, ..) in &calls {
        let endpoints = json!({ *family: { *endpoint: true } });
        let made = with(&stranger, json!({ "admin": false, "endpoints": endpoints })).await;
        for (_, other, method, path) in &calls {
            let (status, body) = call(&stranger, &made.jwt, method, path, None).await;
            if endpoint == other {
                assert_ne!(status, 403, "{endpoint}: {body}");
            } else {
                assert_eq!((status, body), (403, no_scopes()), "{endpoint} {other}");
            }
        }
        let identity = call(&stranger, &made.jwt, &Method::GET, TEST, None).await;
        assert_eq!(identity.0, 200);
        let v3 = call(&stranger, &made.jwt, &Method::GET, "/v3/files/public", None).await;
        assert_eq!(v3, (403, no_scopes()));
    }
}

#[tokio::test]
async fn v3_resources_are_read_or_written_and_open_nothing_of_the_legacy_api() {
    let stranger = Stranger::new().await;
    let reads = [
        ("files", "/v3/files/public"),
        ("groups", "/v3/groups/public"),
        ("gateways", "/v3/gateways"),
        ("", "/v3/api_keys"),
    ];
    for (resource, open) in [
        ("org:files:read", &["files"][..]),
        ("org:files:write", &["files"]),
        ("org:groups:read", &["groups"]),
        ("org:groups:write", &["groups"]),
        ("org:gateways:read", &["gateways"]),
        ("org:analytics:read", &[]),
        ("org:read", &["files", "groups", "gateways"]),
        ("org:write", &["files", "groups", "gateways", ""]),
    ] {
        let made = with(&stranger, json!({ "resources": [resource] })).await;
        for (name, path) in reads {
            let (status, body) = call(&stranger, &made.jwt, &Method::GET, path, None).await;
            assert_eq!(
                status != 403,
                open.contains(&name),
                "{resource} {path} {body}"
            );
        }
        let file = "/v3/files/public/00000000-0000-4000-8000-000000000000";
        let (status, _) = call(&stranger, &made.jwt, &Method::DELETE, file, None).await;
        let writes = matches!(resource, "org:files:write" | "org:write");
        assert_eq!(status, if writes { 404 } else { 403 }, "{resource}");
        for path in [
            "/data/pinList",
            "/data/userPinnedDataTotal",
            "/pinning/pinJobs",
        ] {
            let legacy = call(&stranger, &made.jwt, &Method::GET, path, None).await;
            assert_eq!(legacy, (403, no_scopes()));
        }
        assert_eq!(
            call(&stranger, &made.jwt, &Method::GET, TEST, None).await.0,
            200
        );
    }
}

#[tokio::test]
async fn uses_are_counted_and_the_last_one_revokes_the_key() {
    let stranger = Stranger::new().await;
    let permissions = json!({ "endpoints": { "data": { "pinList": true } } });
    let request = json!({ "keyName": "twice", "maxUses": 2, "permissions": permissions });
    let made = make(&stranger, "/v3/pinata/keys", &request).await;
    // What its scopes do not let it do is no use of it.
    let refused = call(&stranger, &made.jwt, &Method::GET, "/pinning/pinJobs", None).await;
    assert_eq!(refused, (403, no_scopes()));
    for _ in 0..2 {
        let used = call(&stranger, &made.jwt, &Method::GET, "/data/pinList", None).await;
        assert_eq!(used.0, 200);
    }
    let revoked = json!({ "error": {
        "reason": "API_KEY_REVOKED",
        "details": "This API key has been revoked",
    }});
    let third = call(&stranger, &made.jwt, &Method::GET, "/data/pinList", None).await;
    assert_eq!(third, (403, revoked.clone()));
    assert_eq!(
        pair(&stranger, &made.key, &made.secret, TEST).await,
        (403, revoked)
    );
    let (_, list) = stranger.get("/users/apiKeys").await;
    let row = &list["keys"][0];
    assert_eq!(
        (&row["max_uses"], &row["uses"], &row["revoked"]),
        (&json!(2), &json!(2), &json!(true))
    );
    let unlimited = make(
        &stranger,
        "/users/generateApiKey",
        &json!({ "keyName": "zero", "maxUses": 0, "permissions": { "admin": true } }),
    )
    .await;
    for _ in 0..3 {
        assert_eq!(
            call(&stranger, &unlimited.jwt, &Method::GET, TEST, None)
                .await
                .0,
            200
        );
    }
    let (_, list) = stranger.get("/users/apiKeys").await;
    let row = &list["keys"][0];
    assert_eq!((&row["max_uses"], &row["uses"]), (&Value::Null, &json!(0)));
}

fn names(list: &Value) -> Vec<&str> {
    let keys = list["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn keys_are_listed_by_ten_newest_first_and_filtered() {
    let stranger = Stranger::new().await;
    for number in 0..12 {
        let mut request = json!({ "keyName": format!("Key {number}"), "permissions": {
            "endpoints": { "pinning": { "unpin": true, "pinJobs": false } } } });
        if number < 2 {
            request["maxUses"] = json!(1);
        }
        let made = make(&stranger, "/v3/pinata/keys", &request).await;
        if number == 0 {
            call(&stranger, &made.jwt, &Method::GET, TEST, None).await;
        }
        if number == 5 {
            let path = format!("/v3/pinata/keys/{}", made.key);
            call(&stranger, TOKEN, &Method::PUT, &path, None).await;
        }
    }
    let (_, first) = stranger.get("/v3/pinata/keys").await;
    assert_eq!(first["count"], 12);
    assert_eq!(names(&first).len(), 10);
    assert_eq!((names(&first)[0], names(&first)[9]), ("Key 11", "Key 2"));
    let (_, second) = stranger.get("/v3/api_keys?offset=10").await;
    assert_eq!(names(&second), ["Key 1", "Key 0"]);
    for (query, expected) in [
        ("name=kEY%201", &["Key 11", "Key 10", "Key 1"][..]),
        ("revoked=true", &["Key 5", "Key 0"]),
        ("limitedUse=true", &["Key 1", "Key 0"]),
        ("limitedUse=true&exhausted=true", &["Key 0"]),
        ("limitedUse=true&revoked=false", &["Key 1"]),
        ("name=nothing", &[]),
    ] {
        let (status, list) = stranger.get(&format!("/users/apiKeys?{query}")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(names(&list), expected, "{query}");
    }
    for query in ["exhausted=true", "revoked=maybe", "offset=x"] {
        let (status, _) = stranger.get(&format!("/v3/api_keys?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
    }
    let row = &first["keys"][0];
    let scopes = json!({ "endpoints": { "pinning": { "unpin": true, "pinJobs": false } } });
    assert_eq!(row["scopes"], scopes);
    for field in ["id", "key", "user_id", "createdAt", "updatedAt"] {
        assert!(row[field].is_string(), "{field}");
    }
    let (iv, rest) = row["secret"].as_str().unwrap().split_once(':').unwrap();
    assert!(iv.len() == 32 && !rest.is_empty());
}

#[tokio::test]
async fn a_key_is_revoked_by_three_calls_and_so_is_one_that_there_is_not() {
    let stranger = Stranger::new().await;
    for way in 0..3 {
        let made = with(&stranger, json!({ "admin": true })).await;
        let named = json!({ "apiKey": made.key });
        let (method, path, body) = match way {
            0 => (Method::PUT, "/users/revokeApiKey".to_owned(), Some(&named)),
            1 => (Method::PUT, format!("/v3/pinata/keys/{}", made.key), None),
            _ => (Method::DELETE, format!("/v3/api_keys/{}", made.key), None),
        };
        let answer = call(&stranger, TOKEN, &method, &path, body).await;
        assert_eq!(answer, (200, json!("Revoked")));
        let (status, body) = call(&stranger, &made.jwt, &Method::GET, TEST, None).await;
        assert_eq!(
            (status, &body["error"]["reason"]),
            (403, &json!("API_KEY_REVOKED"))
        );
    }
    let unknown = json!({ "apiKey": "none" });
    let path = "/users/revokeApiKey";
    let unknown = call(&stranger, TOKEN, &Method::PUT, path, Some(&unknown)).await;
    assert_eq!(unknown, (200, json!("Revoked")));
}

#[tokio::test]
async fn only_an_admin_makes_lists_and_revokes_keys() {
    let stranger = Stranger::with(|config| {
        config.keys = vec![
            Key::new("legacy", Scopes::legacy_all()),
            Key::new("files", Scopes::v3(["org:files:write"])),
        ];
    })
    .await;
    let request = json!({ "keyName": "n", "permissions": { "admin": true } });
    for token in ["legacy", "files"] {
        for (method, path) in [
            (Method::POST, "/users/generateApiKey"),
            (Method::GET, "/users/apiKeys"),
            (Method::PUT, "/users/revokeApiKey"),
            (Method::POST, "/v3/pinata/keys"),
            (Method::DELETE, "/v3/api_keys/k"),
        ] {
            let refused = call(&stranger, token, &method, path, Some(&request)).await;
            assert_eq!(refused, (403, no_scopes()), "{token} {path}");
        }
    }
    for wrong in [
        json!({ "permissions": { "admin": true } }),
        json!({ "keyName": "n" }),
        json!({ "keyName": "n", "permissions": { "admin": "yes" } }),
        json!({ "keyName": "n", "permissions": { "endpoints": { "data": { "pinList": 1 } } } }),
        json!({ "keyName": "n", "permissions": { "resources": ["files"] } }),
        json!({ "keyName": "n", "permissions": { "admin": true }, "maxUses": -1 }),
    ] {
        let path = "/users/generateApiKey";
        let (status, _) = call(&stranger, TOKEN, &Method::POST, path, Some(&wrong)).await;
        assert_eq!(status, 400, "{wrong}");
    }
    assert_eq!(stranger.get("/users/apiKeys").await.1["count"], 0);
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "looks into the service's folder from outside"
)]
async fn secrets_are_on_no_disk_and_keys_outlive_the_process() {
    let stranger = Stranger::new().await;
    let made = with(&stranger, json!({ "admin": true })).await;
    let leak = format!("/data/pinList?jwt={}&secret={}", made.jwt, made.secret);
    stranger.get(&leak).await;
    let Stranger {
        sandbox,
        data,
        client,
    } = stranger;
    sandbox.stop().await;
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for secret in [&made.secret, &made.jwt] {
                let found = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "{}", path.display());
            }
        }
    }
    let config = sandbox::Config::new(data.path(), TOKEN);
    let again = sandbox::Sandbox::start(config).await.unwrap();
    let url = format!("{}{TEST}?also={}", again.api_url(), made.jwt);
    let request = client.get(url).bearer_auth(&made.jwt);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    let logged = again.requests();
    assert_eq!(logged[0].query.as_deref(), Some("[token]"));
}

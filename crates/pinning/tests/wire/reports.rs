//! What a key is told about itself.

use crate::service::{no_scopes, on};
use crate::support::account;
use pinning::{Access, Delivered, ErrorKind, Feature, PinQuery, Pins as _, Priority, Service as _};
use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test]
async fn the_report_names_the_owner_and_what_each_feature_lacks() {
    let server = MockServer::start().await;
    let hello = json!({"message": "Congratulations! You are communicating with the Pinata API!"});
    on(
        &server,
        "GET",
        "/data/testAuthentication",
        ResponseTemplate::new(200).set_body_json(hello),
    )
    .await;
    on(
        &server,
        "GET",
        "/v3/files/public",
        ResponseTemplate::new(200).set_body_json(json!({"data": {"files": []}})),
    )
    .await;
    Mock::given(wiremock::matchers::any())
        .respond_with(no_scopes())
        .with_priority(9)
        .mount(&server)
        .await;
    let report = account(&server.uri()).check().await.expect("a report");
    assert_eq!(report.owner_email.as_deref(), Some("owner@example.invalid"));
    assert_eq!(report.key_id.as_deref(), Some("k3yk3yk3yk3yk3yk3yk3"));
    let no = |scope: &str| Access::No {
        missing_scope: scope.to_owned(),
    };
    assert_eq!(
        report.features,
        [
            (Feature::Upload, no("org:files:write")),
            (Feature::UploadFolders, no("pinFileToIPFS")),
            (Feature::List, Access::Yes),
            (Feature::Edit, no("org:files:write")),
            (Feature::Unpin, no("org:files:write")),
            (Feature::Usage, no("userPinnedDataTotal")),
        ]
    );
}

#[tokio::test]
async fn a_401_of_v3_alone_means_a_key_for_the_legacy_api() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::path_regex("^/v3/"))
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    on(
        &server,
        "GET",
        "/data/testAuthentication",
        ResponseTemplate::new(200).set_body_json(json!({})),
    )
    .await;
    on(
        &server,
        "GET",
        "/data/pinList",
        ResponseTemplate::new(200).set_body_json(json!({"rows": []})),
    )
    .await;
    let page = account(&server.uri())
        .page(&PinQuery::default(), None, Priority::Click)
        .await
        .expect("the legacy list");
    assert!(page.pins.is_empty());
}

#[tokio::test]
async fn refused_tokens_are_unauthorized_in_every_shape() {
    let error = |reason: &str| json!({"error": {"reason": reason, "details": "x"}});
    for answer in [
        ResponseTemplate::new(401).set_body_json(error("INVALID_CREDENTIALS")),
        ResponseTemplate::new(400).set_body_json(error("KEYS_MUST_BE_STRINGS")),
        ResponseTemplate::new(403).set_body_json(error("API_KEY_REVOKED")),
        ResponseTemplate::new(401).set_body_string("<html>no</html>"),
    ] {
        let server = MockServer::start().await;
        Mock::given(wiremock::matchers::any())
            .respond_with(answer)
            .mount(&server)
            .await;
        let error = account(&server.uri()).check().await.expect_err("refused");
        assert_eq!(
            (&error.kind, error.delivered),
            (&ErrorKind::Unauthorized, Delivered::NotSent)
        );
        assert!(!error.is_transient());
    }
}

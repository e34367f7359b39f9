//! Keys on both APIs, and signing in with the older pair.

use std::fmt::Debug;
use std::marker::PhantomData;

use crate::service::{answering, asked, bodies, legacy_only, on, query};
use crate::support::account;
use pinning::{
    CreatedKey, Delivered, ErrorKind, KeyQuery, Keys as _, LegacyCall, Level, NewKey, Permissions,
    Priority, Resource, ResourceScope,
};
use secrecy::ExposeSecret as _;
use serde_json::json;
use wiremock::matchers::{any, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const SECRET: &str = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2";

fn made() -> serde_json::Value {
    json!({"pinata_api_key": "key-id", "pinata_api_secret": SECRET, "JWT": "head.claims.signature"})
}

pub(crate) fn wish(permissions: Permissions) -> NewKey {
    NewKey {
        name: "for the printer".to_owned(),
        max_uses: Some(3),
        permissions,
    }
}

fn all_legacy() -> Permissions {
    Permissions {
        legacy: LegacyCall::ALL.into(),
        ..Permissions::default()
    }
}

pub(crate) fn files_write() -> Permissions {
    let scope = ResourceScope {
        resource: Resource::Files,
        level: Level::Write,
    };
    Permissions {
        resources: [scope].into(),
        ..Permissions::default()
    }
}

#[tokio::test]
async fn a_v3_key_is_made_with_its_name_uses_and_resources_and_told_once() {
    let server = answering("POST", "/v3/api_keys", made()).await;
    let key = account(&server.uri())
        .create(&wish(files_write()))
        .await
        .expect("made");
    assert_eq!(key.key(), "key-id");
    assert_eq!(key.jwt().expose_secret(), "head.claims.signature");
    assert_eq!(
        key.secret().map(secrecy::ExposeSecret::expose_secret),
        Some(SECRET)
    );
    assert_eq!(
        bodies(&server, "POST", "/v3/api_keys").await,
        [
            json!({"keyName": "for the printer", "maxUses": 3, "permissions": {"resources": ["org:files:write"]}})
        ]
    );
}

#[tokio::test]
async fn an_admin_key_is_asked_for_by_admin_alone() {
    let server = answering("POST", "/v3/api_keys", made()).await;
    let permissions = Permissions {
        admin: true,
        ..all_legacy()
    };
    account(&server.uri())
        .create(&wish(permissions))
        .await
        .expect("made");
    let body = &bodies(&server, "POST", "/v3/api_keys").await[0];
    assert_eq!(body["permissions"], json!({"admin": true}));
}

#[tokio::test]
async fn a_legacy_key_is_made_with_all_ten_flags_by_the_legacy_call() {
    let server = legacy_only().await;
    let answer = ResponseTemplate::new(200).set_body_json(made());
    on(&server, "POST", "/users/generateApiKey", answer).await;
    let account = account(&server.uri());
    account.create(&wish(all_legacy())).await.expect("made");
    let two = Permissions {
        legacy: [LegacyCall::PinList, LegacyCall::Unpin].into(),
        ..Permissions::default()
    };
    account.create(&wish(two)).await.expect("made");
    let bodies = bodies(&server, "POST", "/users/generateApiKey").await;
    let flags = |may: bool| {
        json!({"endpoints": {
            "data": {"pinList": true, "userPinnedDataTotal": may},
            "pinning": {"hashMetadata": may, "hashPinPolicy": may, "pinByHash": may, "pinFileToIPFS": may,
                "pinJSONToIPFS": may, "pinJobs": may, "unpin": true, "userPinPolicy": may},
        }})
    };
    assert_eq!(bodies[0]["permissions"], flags(true));
    assert_eq!(bodies[1]["permissions"], flags(false));
    assert_eq!(bodies[0]["keyName"], "for the printer");
    assert_eq!(asked(&server, "/v3/").await, 1, "v3 is asked once");
}

#[tokio::test]
async fn resources_are_v3s_alone() {
    let server = legacy_only().await;
    let answer = ResponseTemplate::new(200).set_body_json(made());
    on(&server, "POST", "/users/generateApiKey", answer).await;
    let error = account(&server.uri()).create(&wish(files_write())).await;
    let error = error.err().expect("refused");
    assert_eq!(error.kind, ErrorKind::MissingScope("admin".to_owned()));
    assert_eq!(asked(&server, "/users").await, 0);
}

#[tokio::test]
async fn the_path_of_official_clients_is_used_where_the_documented_one_is_missing() {
    let server = answering("POST", "/v3/pinata/keys", made()).await;
    let list = ResponseTemplate::new(200).set_body_json(json!({"keys": [], "count": 0}));
    on(&server, "GET", "/v3/pinata/keys", list).await;
    let revoked = ResponseTemplate::new(200).set_body_json("Revoked");
    on(&server, "DELETE", "/v3/pinata/keys/key-id", revoked).await;
    let account = account(&server.uri());
    account.create(&wish(files_write())).await.expect("made");
    let all = KeyQuery::default();
    let page = account.page(&all, None, Priority::Click);
    assert_eq!(page.await.expect("a page").keys, []);
    account.revoke("key-id").await.expect("revoked");
    let gone = account.revoke("nobody").await.expect_err("no such key");
    assert_eq!(gone.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_key_that_can_be_nothing_is_refused_unsent() {
    let server = MockServer::start().await;
    let account = account(&server.uri());
    let nameless = NewKey {
        name: " ".to_owned(),
        ..wish(files_write())
    };
    let useless = NewKey {
        max_uses: Some(0),
        ..wish(files_write())
    };
    for (wish, reason) in [
        (nameless, "NO_NAME"),
        (useless, "NO_USES"),
        (wish(Permissions::default()), "NO_PERMISSION"),
    ] {
        let error = account.create(&wish).await.err().expect("refused");
        assert!(
            matches!(&error.kind, ErrorKind::Rejected { reason: told, .. } if told == reason),
            "{error:?}"
        );
        assert_eq!(error.delivered, Delivered::NotSent);
    }
    assert_eq!(asked(&server, "/").await, 0);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_does_not_show_the_secrets_in_it() {
    for body in [
        json!({"pinata_api_secret": "short-secret", "jwt": "other.name.here"}).to_string(),
        "short-secret other.name.here".to_owned(),
    ] {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_string(body))
            .mount(&server)
            .await;
        let error = account(&server.uri()).create(&wish(files_write())).await;
        let error = error.err().expect("unreadable");
        assert_eq!(error.delivered, Delivered::Maybe, "the key may exist");
        let shown = format!("{error:?} {error}");
        assert!(
            !shown.contains("short-secret") && !shown.contains("other.name"),
            "{shown}"
        );
    }
}

#[test]
fn a_created_key_can_be_neither_printed_nor_written() {
    trait Otherwise {
        const PRINTS: bool = false;
        const WRITES: bool = false;
        const COPIES: bool = false;
    }
    impl<T> Otherwise for T {}
    struct Prints<T>(PhantomData<T>);
    #[allow(dead_code, reason = "chosen only for a type that prints")]
    impl<T: Debug> Prints<T> {
        const PRINTS: bool = true;
    }
    struct Writes<T>(PhantomData<T>);
    #[allow(dead_code, reason = "chosen only for a type that is written")]
    impl<T: serde::Serialize> Writes<T> {
        const WRITES: bool = true;
    }
    struct Copies<T>(PhantomData<T>);
    #[allow(dead_code, reason = "chosen only for a type that is copied")]
    impl<T: Clone> Copies<T> {
        const COPIES: bool = true;
    }
    let of_key = [
        Prints::<CreatedKey>::PRINTS,
        Writes::<CreatedKey>::WRITES,
        Copies::<CreatedKey>::COPIES,
    ];
    let of_text = [
        Prints::<String>::PRINTS,
        Writes::<String>::WRITES,
        Copies::<String>::COPIES,
    ];
    assert_eq!((of_key, of_text), ([false; 3], [true; 3]));
}

#[tokio::test]
async fn keys_are_listed_with_scopes_of_both_families_and_pages_end_when_empty() {
    let row = |id: &str, scopes: serde_json::Value| {
        json!({"id": id, "name": "Test", "key": format!("key-{id}"), "secret": "iv:ciphertext", "max_uses": null, "uses": "2",
            "user_id": "u", "scopes": scopes, "revoked": false, "createdAt": "2022-06-01 16:25:08.473000+00:00",
            "updatedAt": "2022-07-22T14:22:21.191Z"})
    };
    let scoped = json!({"endpoints": {"data": {"pinList": true, "newThing": true}, "pinning": {"unpin": "true", "pinJobs": false}},
        "resources": ["org:files:write", "org:moon:read"]});
    let server = MockServer::start().await;
    let list = |offset: &'static str, rows: serde_json::Value| {
        Mock::given(path("/v3/api_keys"))
            .and(query_param("offset", offset))
            .respond_with(
                ResponseTemplate::new(200).set_body_json(json!({"keys": rows, "count": 2})),
            )
    };
    list(
        "0",
        json!([row("a", json!({"admin": true})), row("b", scoped)]),
    )
    .mount(&server)
    .await;
    list("2", json!([])).mount(&server).await;
    let account = account(&server.uri());
    let page = account
        .page(&KeyQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    let [admin, scoped] = page.keys.as_slice() else {
        panic!("{:?}", page.keys)
    };
    assert!(admin.permissions.admin && !admin.revoked);
    assert_eq!((admin.max_uses, admin.uses), (None, Some(2)));
    assert_eq!(admin.created_at, "2022-06-01T16:25:08.473Z".parse().ok());
    assert_eq!(
        scoped.permissions.legacy,
        [LegacyCall::PinList, LegacyCall::Unpin].into()
    );
    assert_eq!(scoped.permissions.resources, files_write().resources);
    let others: Vec<_> = scoped.permissions.others.iter().collect();
    assert_eq!(others, ["newThing", "org:moon:read"]);
    let all = KeyQuery::default();
    let end = account.page(&all, page.next, Priority::Click);
    let end = end.await.expect("a page");
    assert_eq!((end.keys.len(), end.next), (0, None));
}

#[tokio::test]
async fn filters_go_along_and_a_server_that_ignores_them_is_filtered_here() {
    let server = legacy_only().await;
    let row = |id: &str, name: &str, most: serde_json::Value, revoked: bool| json!({"id": id, "key": id, "name": name, "max_uses": most, "uses": 2, "revoked": revoked});
    let rows = json!({"keys": [
        row("spent", "Printer", json!(2), false),
        row("left", "printer", json!(9), false),
        row("endless", "printer", json!(null), false),
        row("gone", "printer", json!(2), true),
        row("other", "scanner", json!(2), false),
    ]});
    on(
        &server,
        "GET",
        "/users/apiKeys",
        ResponseTemplate::new(200).set_body_json(rows),
    )
    .await;
    let wanted = KeyQuery {
        revoked: Some(false),
        exhausted: true,
        name_contains: Some("PRINT".to_owned()),
        ..KeyQuery::default()
    };
    let account = account(&server.uri());
    let page = account
        .page(&wanted, None, Priority::Click)
        .await
        .expect("a page");
    let ids: Vec<_> = page.keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["spent"]);
    let sent = query(&server, "/users/apiKeys").await;
    let sent: Vec<_> = sent
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        sent,
        [
            ("exhausted", "true"),
            ("limitedUse", "true"),
            ("name", "PRINT"),
            ("offset", "0"),
            ("revoked", "false")
        ]
    );
    let again = account.page(&wanted, page.next, Priority::Click);
    let again = again.await.expect("a page");
    assert_eq!(
        (again.keys.len(), again.next),
        (0, None),
        "a server that does not count rows never ends by itself"
    );
}

#[tokio::test]
async fn a_key_is_revoked_by_its_id_on_either_api_and_answers_with_a_word() {
    let server = MockServer::start().await;
    let revoked = ResponseTemplate::new(200).set_body_json("Revoked");
    on(&server, "DELETE", "/v3/api_keys/key%2Fid", revoked.clone()).await;
    account(&server.uri())
        .revoke("key/id")
        .await
        .expect("revoked");
    let server = legacy_only().await;
    on(&server, "PUT", "/users/revokeApiKey", revoked).await;
    account(&server.uri())
        .revoke("key-id")
        .await
        .expect("revoked");
    assert_eq!(
        bodies(&server, "PUT", "/users/revokeApiKey").await,
        [json!({"apiKey": "key-id"})]
    );
}

//! Groups on both APIs, and uploads into them.

use crate::sending::{part, parts, service};
use crate::service::{CID, answering, asked, bodies, legacy_only, no_scopes, on, query, v3_file};
use crate::support::{account, file, folder};
use pinning::{
    ErrorKind, Group, GroupEdit, GroupQuery, GroupRef, Groups as _, Network, NewGroup, PageToken,
    PinRef, Placement, Priority, Uploads as _,
};
use serde_json::json;
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn v3_group(flag: &str) -> serde_json::Value {
    json!({"id": "g-1", "name": "Holiday", flag: true, "created_at": "2024-08-28T14:49:31.246596Z"})
}

fn legacy_group() -> serde_json::Value {
    json!({"id": "g-1", "user_id": "u", "name": "Holiday", "createdAt": "2024-07-03T18:09:33.610Z", "updatedAt": "2024-07-03T18:12:46.930Z"})
}

fn group(network: Network) -> GroupRef {
    GroupRef {
        id: "g-1".to_owned(),
        network,
    }
}

fn pin(id: Option<&str>) -> PinRef {
    PinRef {
        service_id: id.map(str::to_owned),
        cid: CID.to_owned(),
        network: Network::Public,
    }
}

fn ok() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string("OK")
}

#[tokio::test]
async fn a_group_is_made_on_its_network_and_both_names_of_the_flag_are_read() {
    let made = json!({"data": v3_group("public")});
    let server = answering("POST", "/v3/groups/private", made).await;
    let wish = NewGroup {
        name: "Holiday".to_owned(),
        network: Network::Private,
        public: Some(true),
    };
    let group = account(&server.uri()).create(&wish).await.expect("made");
    let expected = Group {
        id: "g-1".to_owned(),
        name: "Holiday".to_owned(),
        network: Network::Private,
        public: Some(true),
        created_at: "2024-08-28T14:49:31.246596Z".parse().ok(),
        updated_at: None,
    };
    assert_eq!(group, expected);
    assert_eq!(
        bodies(&server, "POST", "/v3/groups/private").await,
        [json!({"name": "Holiday", "is_public": true})]
    );
}

#[tokio::test]
async fn a_legacy_key_makes_reads_renames_and_deletes_groups_and_v3_is_asked_once_a_scope() {
    let server = legacy_only().await;
    let one = ResponseTemplate::new(200).set_body_json(legacy_group());
    on(&server, "POST", "/groups", one.clone()).await;
    on(&server, "PUT", "/groups/g-1", one).await;
    // The reference shows one group as a list of one.
    let listed = ResponseTemplate::new(200).set_body_json(json!([legacy_group()]));
    on(&server, "GET", "/groups/g-1", listed).await;
    on(&server, "DELETE", "/groups/g-1", ok()).await;
    let account = account(&server.uri());
    let wish = NewGroup {
        name: "Holiday".to_owned(),
        ..NewGroup::default()
    };
    let made = account.create(&wish).await.expect("made");
    assert_eq!(
        (made.public, made.updated_at),
        (None, "2024-07-03T18:12:46.930Z".parse().ok())
    );
    let here = group(Network::Public);
    let edit = GroupEdit {
        name: Some("Holiday".to_owned()),
        public: None,
    };
    account.edit(&here, &edit).await.expect("renamed");
    account.get(&here, Priority::Click).await.expect("read");
    account.delete(&here).await.expect("deleted");
    assert_eq!(
        asked(&server, "/v3/").await,
        2,
        "one try to write, one to read"
    );
    let flag = GroupEdit {
        public: Some(true),
        ..edit
    };
    let error = account.edit(&here, &flag).await.expect_err("v3 only");
    assert_eq!(
        error.kind,
        ErrorKind::MissingScope("org:groups:write".to_owned())
    );
    assert_eq!(bodies(&server, "PUT", "/groups/g-1").await.len(), 1);
}

#[tokio::test]
async fn a_group_is_renamed_shown_and_deleted_by_v3() {
    let server = answering(
        "PUT",
        "/v3/groups/public/g-1",
        json!({"data": v3_group("is_public")}),
    )
    .await;
    let gone = ResponseTemplate::new(200).set_body_json(json!({"data": null}));
    on(&server, "DELETE", "/v3/groups/public/g-1", gone).await;
    let account = account(&server.uri());
    let here = group(Network::Public);
    let edit = GroupEdit {
        name: None,
        public: Some(true),
    };
    let group = account.edit(&here, &edit).await.expect("edited");
    assert_eq!(group.public, Some(true));
    assert_eq!(
        bodies(&server, "PUT", "/v3/groups/public/g-1").await,
        [json!({"is_public": true})]
    );
    account.delete(&here).await.expect("deleted");
    let error = account.get(&here, Priority::Click).await;
    assert_eq!(error.expect_err("gone").kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn groups_are_listed_by_filter_and_page_on_either_api() {
    let wanted = GroupQuery {
        name_contains: Some("day".to_owned()),
        public: Some(true),
        ..GroupQuery::default()
    };
    let list = json!({"data": {"groups": [v3_group("is_public")], "next_page_token": "same"}});
    let server = answering("GET", "/v3/groups/public", list).await;
    let v3 = account(&server.uri());
    let page = v3
        .page(&wanted, None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(page.groups.len(), 1);
    let sent = query(&server, "/v3/groups/public").await;
    let sent: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        sent,
        [("isPublic", "true"), ("limit", "100"), ("name", "day")]
    );
    let end = v3.page(&wanted, page.next, Priority::Click);
    assert_eq!(end.await.expect("a page").next, None, "a token to itself");

    let server = legacy_only().await;
    let bare = ResponseTemplate::new(200).set_body_json(json!([legacy_group()]));
    on(&server, "GET", "/groups", bare).await;
    let legacy = account(&server.uri());
    let at = Some(PageToken::at_row(3));
    let page = legacy
        .page(&wanted, at, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(page.groups[0].name, "Holiday");
    let sent = query(&server, "/groups").await;
    let sent: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        sent,
        [("limit", "100"), ("nameContains", "day"), ("offset", "3")]
    );
    let end = legacy.page(&wanted, page.next, Priority::Click);
    let end = end.await.expect("a page");
    assert_eq!((end.groups.len(), end.next), (0, None));
}

#[tokio::test]
async fn files_join_and_leave_a_group_one_by_one_by_id() {
    let server = MockServer::start().await;
    let done = ResponseTemplate::new(200).set_body_json(json!({"data": null}));
    for verb in ["PUT", "DELETE"] {
        on(&server, verb, "/v3/groups/public/g-1/ids/a", done.clone()).await;
        on(&server, verb, "/v3/groups/public/g-1/ids/b", done.clone()).await;
    }
    let account = account(&server.uri());
    let pins = [pin(Some("a")), pin(Some("b"))];
    let here = group(Network::Public);
    assert_eq!(account.add(&here, &pins).await, [Ok(()), Ok(())]);
    assert_eq!(account.remove(&here, &pins).await, [Ok(()), Ok(())]);
    assert!(account.add(&here, &[]).await.is_empty());
    assert_eq!(asked(&server, "/").await, 4);
}

#[tokio::test]
async fn a_pin_without_a_files_id_is_looked_up_and_never_guessed() {
    let server = MockServer::start().await;
    let list = |files: serde_json::Value| {
        Mock::given(method("GET"))
            .and(path_regex("^/v3/files/public$"))
            .respond_with(
                ResponseTemplate::new(200).set_body_json(json!({"data": {"files": files}})),
            )
    };
    on(
        &server,
        "PUT",
        "/v3/groups/public/g-1/ids/file-9",
        ResponseTemplate::new(200).set_body_json(json!({"data": null})),
    )
    .await;
    let account = account(&server.uri());
    let here = group(Network::Public);
    let add = async |pin: PinRef| account.add(&here, &[pin]).await.remove(0);
    let one = list(json!([v3_file("file-9", CID)]))
        .mount_as_scoped(&server)
        .await;
    assert_eq!(add(pin(Some("row-of-the-legacy-list"))).await, Ok(()));
    assert_eq!(add(pin(None)).await, Ok(()));
    drop(one);
    let two = list(json!([v3_file("one", CID), v3_file("two", CID)]))
        .mount_as_scoped(&server)
        .await;
    let error = add(pin(None)).await.expect_err("which one?");
    assert!(
        matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "SEVERAL_PINS"),
        "{error:?}"
    );
    drop(two);
    let _none = list(json!([])).mount_as_scoped(&server).await;
    let error = add(pin(None)).await.expect_err("not pinned");
    assert_eq!(error.kind, ErrorKind::NotPinned);
}

#[tokio::test]
async fn a_legacy_key_moves_all_cids_in_one_call() {
    let server = legacy_only().await;
    on(&server, "PUT", "/groups/g-1/cids", ok()).await;
    on(&server, "DELETE", "/groups/g-1/cids", ok()).await;
    let account = account(&server.uri());
    let pins = [pin(Some("a")), pin(None)];
    let here = group(Network::Public);
    assert_eq!(account.add(&here, &pins).await, [Ok(()), Ok(())]);
    assert_eq!(account.remove(&here, &pins).await, [Ok(()), Ok(())]);
    for verb in ["PUT", "DELETE"] {
        assert_eq!(
            bodies(&server, verb, "/groups/g-1/cids").await,
            [json!({"cids": [CID, CID]})]
        );
    }
    assert_eq!(asked(&server, "/v3/").await, 1, "v3 is asked once");
}

#[tokio::test]
async fn a_limit_in_the_middle_stops_the_rest_unsent() {
    let server = MockServer::start().await;
    on(
        &server,
        "PUT",
        "/v3/groups/public/g-1/ids/a",
        ResponseTemplate::new(200),
    )
    .await;
    on(
        &server,
        "PUT",
        "/v3/groups/public/g-1/ids/b",
        ResponseTemplate::new(429).insert_header("retry-after", "60"),
    )
    .await;
    let pins = ["a", "b", "c", "d"].map(|id| pin(Some(id)));
    let results = account(&server.uri())
        .add(&group(Network::Public), &pins)
        .await;
    assert_eq!(results[0], Ok(()));
    for result in &results[1..] {
        let error = result.as_ref().expect_err("limited");
        assert!(matches!(error.kind, ErrorKind::RateLimited { .. }));
        assert_eq!(error.delivered, pinning::Delivered::NotSent);
    }
    assert_eq!((results.len(), asked(&server, "/").await), (4, 2));
}

#[tokio::test]
async fn a_refused_private_group_says_nothing_about_the_key() {
    let server = MockServer::start().await;
    Mock::given(path_regex("^/v3/groups/private"))
        .respond_with(no_scopes())
        .mount(&server)
        .await;
    let list = ResponseTemplate::new(200).set_body_json(json!({"data": {"groups": []}}));
    on(&server, "GET", "/v3/groups/public", list).await;
    let account = account(&server.uri());
    let private = GroupQuery {
        network: Network::Private,
        ..GroupQuery::default()
    };
    let error = account.page(&private, None, Priority::Click).await;
    assert!(matches!(
        error.expect_err("refused").kind,
        ErrorKind::MissingScope(_)
    ));
    let everything = GroupQuery::default();
    let public = account.page(&everything, None, Priority::Click);
    public.await.expect("the public network is not given up");
}

#[tokio::test]
async fn uploads_go_into_a_group_and_for_a_time() {
    let server = service(true, true).await;
    let account = account(&server.uri());
    let placement = Placement {
        group: Some("g-1".to_owned()),
        expires_at: "2026-02-01T00:00:00Z".parse().ok(),
    };
    account
        .file_placed(file("a.txt", b"hello"), &placement)
        .await
        .expect("stored");
    let sent = parts(&crate::sending::bodies(&server, "/v3/files").await[0]);
    assert_eq!(
        (part(&sent, "group_id"), part(&sent, "expires_at")),
        ("g-1", "1769904000")
    );
    let error = account
        .folder_placed(folder("f", &[("a", b"x")]), &placement)
        .await
        .expect_err("folders stay");
    assert!(
        matches!(&error.kind, ErrorKind::Rejected { reason, .. } if reason == "NO_EXPIRY"),
        "{error:?}"
    );
    let forever = Placement {
        expires_at: None,
        ..placement
    };
    account
        .folder_placed(folder("f", &[("a", b"x")]), &forever)
        .await
        .expect("stored");
    let all = crate::sending::bodies(&server, "/pinning/pinFileToIPFS").await;
    let sent = parts(all.last().expect("sent"));
    assert_eq!(
        part(&sent, "pinataOptions"),
        r#"{"cidVersion":1,"groupId":"g-1"}"#
    );
}

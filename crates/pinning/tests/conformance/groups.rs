//! Groups, and what is in them.

use std::sync::Arc;

use pinning::{
    Deadlines, Endpoints, ErrorKind, GroupEdit, GroupFilter, GroupQuery, GroupRef, Groups,
    NewGroup, PinQuery, PinRef, Pinata, Pins, Placement, Priority, Uploads as _,
};
use sandbox::{Key, Scopes};
use secrecy::SecretString;

use crate::World;
use crate::support::{Noon, file, plenty, token};

async fn world(scopes: Scopes) -> World {
    World::with(Key::new(token(), scopes), Deadlines::default()).await
}

/// The same life of a group on either API.
async fn a_group_lives(account: &Pinata) {
    let (groups, pins): (&dyn Groups, &dyn Pins) = (account, account);
    let wish = NewGroup {
        name: "Holiday".to_owned(),
        ..NewGroup::default()
    };
    let made = groups.create(&wish).await.expect("made");
    let here = GroupRef::from(&made);
    let rename = GroupEdit {
        name: Some("Journey".to_owned()),
        public: None,
    };
    let renamed = groups.edit(&here, &rename).await.expect("renamed");
    assert_eq!(
        (renamed.id.as_str(), renamed.name.as_str()),
        (made.id.as_str(), "Journey")
    );
    let placement = Placement {
        group: Some(made.id.clone()),
        expires_at: None,
    };
    let inside = account
        .file_placed(file("in.txt", b"inside"), &placement)
        .await
        .expect("stored");
    let outside = account
        .file(file("out.txt", b"outside"))
        .await
        .expect("stored");
    let listed = async || {
        let wanted = PinQuery {
            group: Some(GroupFilter::In(made.id.clone())),
            ..PinQuery::default()
        };
        let page = pins
            .page(&wanted, None, Priority::Click)
            .await
            .expect("a page");
        let mut cids: Vec<_> = page.pins.into_iter().map(|pin| pin.cid).collect();
        cids.sort();
        cids
    };
    let only = [inside.cid.clone()];
    assert_eq!(listed().await, only);
    let found = pins
        .find(&outside.cid, Priority::Click)
        .await
        .expect("found");
    let pin = PinRef::from(&found[0]);
    assert_eq!(
        groups.add(&here, std::slice::from_ref(&pin)).await,
        [Ok(())]
    );
    let mut both = [inside.cid.clone(), outside.cid.clone()];
    both.sort();
    assert_eq!(listed().await, both);
    assert_eq!(groups.remove(&here, &[pin]).await, [Ok(())]);
    assert_eq!(listed().await, only);
    let all = GroupQuery::default();
    let page = groups
        .page(&all, None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(
        page.groups
            .iter()
            .map(|group| &group.id)
            .collect::<Vec<_>>(),
        [&made.id]
    );
    groups.delete(&here).await.expect("deleted");
    assert_eq!(
        groups
            .get(&here, Priority::Click)
            .await
            .expect_err("gone")
            .kind,
        ErrorKind::NotFound
    );
    let kept = pins
        .find(&inside.cid, Priority::Click)
        .await
        .expect("found");
    assert_eq!(kept.len(), 1, "the pins of a group stay");
}

#[tokio::test]
async fn a_group_lives_by_v3() {
    a_group_lives(&world(Scopes::admin()).await.account).await;
}

#[tokio::test]
async fn a_group_lives_by_the_legacy_api() {
    let (key, secret) = ("an-old-key", "the-secret-of-the-old-key");
    let world = World::configured(
        Key::new(token(), Scopes::admin()),
        Deadlines::default(),
        |config| config.pair = Some((key.to_owned(), secret.to_owned())),
    )
    .await;
    let sandbox = &world.sandbox;
    let account = Pinata::with_key_pair(
        Endpoints::single(&sandbox.api_url(), &sandbox.gateway_url()).expect("loopback"),
        (key, &SecretString::from(secret)),
        Arc::new(Noon),
        plenty(),
        Deadlines::default(),
    )
    .expect("a pair");
    a_group_lives(&account).await;
}

#[tokio::test]
async fn a_key_without_the_scope_is_told_which_it_lacks() {
    let world = world(Scopes::v3(["org:files:write"])).await;
    let groups: &dyn Groups = &world.account;
    let all = GroupQuery::default();
    let error = groups.page(&all, None, Priority::Click).await;
    let kind = error.expect_err("refused").kind;
    assert!(matches!(kind, ErrorKind::MissingScope(_)), "{kind:?}");
}

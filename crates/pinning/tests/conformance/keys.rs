//! Keys that are made, used, listed and revoked, and the older pair.

use std::sync::Arc;

use pinning::{
    Deadlines, Endpoints, ErrorKind, KeyQuery, LegacyCall, Level, NewKey, Permissions, Pinata,
    Priority, Resource, ResourceScope, Service as _, Uploads as _,
};
use sandbox::{Key, Scopes};
use secrecy::{ExposeSecret as _, SecretString};

use crate::profiles::{Ground, Profile, on_every_profile};
use crate::support::{Noon, file, plenty, token};
use crate::{World, account_of};

on_every_profile!([MakeKey, ListKeys] a_key_that_was_made_works_until_it_is_revoked);

fn endpoints(world: &World) -> Endpoints {
    let sandbox = &world.sandbox;
    Endpoints::single(&sandbox.api_url(), &sandbox.gateway_url()).expect("loopback")
}

mod behaviour {
    use super::*;

    pub(super) async fn a_key_that_was_made_works_until_it_is_revoked(ground: Ground) {
        let keys = ground.service.keys().expect("keys");
        let scope = ResourceScope {
            resource: Resource::Files,
            level: Level::Write,
        };
        let permissions = match ground.profile {
            // The legacy call makes keys for the legacy API.
            Profile::Pair => Permissions {
                legacy: [LegacyCall::PinFileToIpfs].into(),
                ..Permissions::default()
            },
            _ => Permissions {
                resources: [scope].into(),
                ..Permissions::default()
            },
        };
        let wish = NewKey {
            name: "for the printer".to_owned(),
            max_uses: None,
            permissions,
        };
        let made = keys.create(&wish).await.expect("made");
        let jwt = made.jwt().expose_secret().to_owned();
        let account = account_of(&ground.sandbox, &jwt, Deadlines::default());
        account
            .file(file("a", b"by the new key"))
            .await
            .expect("stored");
        let wanted = KeyQuery {
            name_contains: Some("PRINT".to_owned()),
            ..KeyQuery::default()
        };
        let listed = async || {
            keys.page(&wanted, None, Priority::Click)
                .await
                .expect("a page")
                .keys
        };
        let before = listed().await;
        assert_eq!(before.len(), 1);
        assert_eq!(
            (before[0].key.as_str(), before[0].revoked),
            (made.key(), false)
        );
        assert_eq!(before[0].permissions, wish.permissions);
        keys.revoke(made.key()).await.expect("revoked");
        assert!(listed().await.iter().all(|key| key.revoked));
        let error = account
            .file(file("b", b"too late"))
            .await
            .expect_err("revoked");
        assert_eq!(error.kind, ErrorKind::Unauthorized);
    }
}

#[tokio::test]
async fn a_pair_of_key_and_secret_uploads_by_the_legacy_api() {
    let pair = (
        "an-old-key",
        SecretString::from("the-secret-of-the-old-key"),
    );
    let (key, secret) = (pair.0.to_owned(), pair.1.expose_secret().to_owned());
    let world = World::configured(
        Key::new(token(), Scopes::admin()),
        Deadlines::default(),
        |config| config.pair = Some((key, secret)),
    )
    .await;
    let account = Pinata::with_key_pair(
        endpoints(&world),
        (pair.0, &pair.1),
        Arc::new(Noon),
        plenty(),
        Deadlines::default(),
    )
    .expect("a pair");
    account
        .file(file("a", b"by the old pair"))
        .await
        .expect("stored");
    let pins = account.pins().expect("pins");
    let all = pinning::PinQuery::default();
    let page = pins.page(&all, None, Priority::Click);
    assert_eq!(page.await.expect("a page").pins.len(), 1);
    assert!(world.received("/v3/files").is_empty());
}

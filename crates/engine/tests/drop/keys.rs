//! API keys over a real service: made, used, listed and revoked.

use std::fmt::Debug;
use std::marker::PhantomData;

use engine::accounts::{Addresses, Chosen, Connect as _, Credential, Keep, Place, Services};
use engine::error::{CommandError, ErrorCode};
use engine::keys::{
    KeyPart, KeyRow, KeyState, KeyWish, KeysQuery, KeysShown, MadeKey, RevealedKey,
};
use pinning::{Endpoints, ErrorKind, PinQuery, Priority, Service};
use secrecy::ExposeSecret as _;

use crate::house::House;

fn wish(name: &str, scopes: &[&str]) -> KeyWish {
    KeyWish {
        name: name.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..KeyWish::default()
    }
}

fn admin(name: &str) -> KeyWish {
    KeyWish {
        admin: true,
        ..wish(name, &[])
    }
}

async fn make(house: &House, wish: &KeyWish) -> (MadeKey, RevealedKey) {
    let keys = &house.engine.keys;
    let made = keys.create(house.account, wish).await.expect("a key");
    let revealed = keys.reveal(&made.handle).expect("its secrets");
    (made, revealed)
}

async fn listed(house: &House, account: i64, query: &KeysQuery) -> Vec<KeyRow> {
    let list = house.engine.keys.list(account, query, None).await;
    list.expect("a list").rows
}

/// The service as a program would reach it that was given the token.
fn service_with(house: &House, jwt: &str) -> std::sync::Arc<dyn Service> {
    let sandbox = &house.sandbox;
    let endpoints = Endpoints::single(&sandbox.api_url(), &sandbox.gateway_url());
    let place = Place::Pinata(endpoints.expect("loopback"));
    Services
        .connect(place, &Credential::Token(jwt.to_owned().into()))
        .expect("a token")
}

/// An account of this app that works with this token, as if it had been pasted.
async fn account_with(house: &House, jwt: &str) -> i64 {
    let addresses = Addresses {
        api: house.sandbox.api_url(),
        uploads: house.sandbox.api_url(),
        gateway: house.sandbox.gateway_url(),
    };
    let accounts = &house.engine.accounts;
    let chosen = Chosen::Pinata {
        addresses: Some(addresses),
    };
    let token = Credential::Token(jwt.to_owned().into());
    let test = accounts.test(&chosen, token).await;
    let test = test.expect("tested");
    let row = accounts.connect(&test.handle, Keep::Keychain);
    row.await.expect("connected").id.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_does_what_was_ticked_and_is_refused_the_rest() {
    let house = House::new().await;
    let (made, secrets) = make(&house, &wish("kiosk", &["org:files:read"])).await;
    assert_eq!((made.may.as_str(), made.usable), ("List files", false));
    let service = service_with(&house, &secrets.jwt);
    let pins = service.pins().expect("pins");
    pins.page(&PinQuery::default(), None, Priority::Click)
        .await
        .expect("lists files");
    let keys = service.keys().expect("keys");
    let refused = keys.revoke(&secrets.api_key).await.expect_err("no admin");
    assert_eq!(refused.kind, ErrorKind::MissingScope("admin".into()));
    let rows = listed(&house, house.account, &KeysQuery::default()).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].key, secrets.api_key);
    assert_eq!(rows[0].name.as_deref(), Some("kiosk"));
    assert_eq!(
        (rows[0].state, rows[0].may.as_str()),
        (KeyState::Good, "List files")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secrets_of_a_key_are_told_once_copied_while_its_sheet_is_open_and_then_gone() {
    let house = House::new().await;
    let keys = &house.engine.keys;
    let made = keys.create(house.account, &admin("once")).await;
    let made = made.expect("a key");
    let secrets = keys.reveal(&made.handle).expect("the first time");
    let gone = |error: CommandError| assert_eq!(error.code, ErrorCode::Gone);
    gone(keys.reveal(&made.handle).err().expect("no second time"));
    for (part, text) in [
        (KeyPart::ApiKey, Some(&secrets.api_key)),
        (KeyPart::ApiSecret, secrets.api_secret.as_ref()),
        (KeyPart::Jwt, Some(&secrets.jwt)),
    ] {
        let copied = keys.part(&made.handle, part).expect("a part");
        assert_eq!(Some(copied.expose_secret()), text.map(String::as_str));
    }
    keys.close(&made.handle);
    gone(keys.part(&made.handle, KeyPart::Jwt).expect_err("wiped"));
    gone(keys.test(&made.handle).await.expect_err("wiped"));
}

/// Whether a type can be printed: the constant of the type's own is there only where it can.
struct Printed<T>(PhantomData<T>);
trait NotPrinted {
    const YES: bool = false;
}
impl<T> NotPrinted for Printed<T> {}
impl<T: Debug> Printed<T> {
    const YES: bool = true;
}

/// Whether a type can be sent to the page.
struct Sent<T>(PhantomData<T>);
trait NotSent {
    const YES: bool = false;
}
impl<T> NotSent for Sent<T> {}
impl<T: serde::Serialize> Sent<T> {
    const YES: bool = true;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_in_nothing_that_is_printed_announced_listed_or_stored() {
    const {
        assert!(Printed::<MadeKey>::YES && Sent::<MadeKey>::YES);
        assert!(Sent::<RevealedKey>::YES && !Printed::<RevealedKey>::YES);
        assert!(!Sent::<pinning::CreatedKey>::YES && !Printed::<pinning::CreatedKey>::YES);
        assert!(!Sent::<engine::keys::Keys>::YES && !Printed::<engine::keys::Keys>::YES);
    }
    let house = House::new().await;
    let mut changes = house.engine.store.announcer.listen();
    let (made, secrets) = make(&house, &admin("quiet")).await;
    let rows = listed(&house, house.account, &KeysQuery::default()).await;
    let mut said = format!("{made:?} {rows:?}");
    while let Ok(change) = changes.try_recv() {
        said.push_str(&serde_json::to_string(&change).expect("JSON"));
    }
    assert!(said.contains("\"key\""), "{said}");
    let secret = secrets.api_secret.as_deref().expect("a secret");
    for text in [secret, secrets.jwt.as_str()] {
        assert!(!said.contains(text));
        assert!(!house.on_disk(text), "a secret is on the disk");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_and_listed_as_revoked() {
    let house = House::new().await;
    let (_, secrets) = make(&house, &wish("old laptop", &["org:files:read"])).await;
    let revoke = house
        .engine
        .keys
        .revoke(house.account, &secrets.api_key, false);
    revoke.await.expect("revoked");
    let service = service_with(&house, &secrets.jwt);
    let refused = service.check().await.expect_err("revoked");
    assert_eq!(refused.kind, ErrorKind::Unauthorized);
    let revoked = KeysQuery {
        shown: KeysShown::Revoked,
        ..KeysQuery::default()
    };
    let rows = listed(&house, house.account, &revoked).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].state, rows[0].may.as_str()),
        (KeyState::Revoked, "Nothing")
    );
    let good = KeysQuery {
        shown: KeysShown::Good,
        ..KeysQuery::default()
    };
    assert_eq!(listed(&house, house.account, &good).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_that_this_app_uses_is_known_and_revoked_only_by_who_was_told() {
    let house = House::new().await;
    let (_, first) = make(&house, &admin("pasted")).await;
    let account = account_with(&house, &first.jwt).await;
    let keys = &house.engine.keys;
    let all = KeysQuery::default();
    let rows = listed(&house, account, &all).await;
    assert!(rows[0].in_use);
    assert_eq!(
        rows[0].note.as_deref(),
        Some("This app uses it. In the system keychain.")
    );
    assert!(rows[0].revoking.contains("Pinfold itself"));
    let refused = keys.revoke(account, &first.api_key, false).await;
    assert_eq!(refused.expect_err("not told").code, ErrorCode::BadInput);
    assert!(listed(&house, account, &all).await[0].state == KeyState::Good);

    // The account works with another key from now on, and the first one is like any other.
    let next = keys.create(account, &admin("next")).await.expect("a key");
    assert!(next.usable);
    let tested = keys.test(&next.handle).await.expect("tested");
    let replaced = house
        .engine
        .replace_key(account, &tested.handle, Keep::Keychain);
    replaced.await.expect("replaced");
    let used = |rows: Vec<KeyRow>| -> Vec<(Option<String>, bool)> {
        rows.into_iter().map(|row| (row.name, row.in_use)).collect()
    };
    assert_eq!(
        used(listed(&house, account, &all).await),
        [(Some("next".into()), true), (Some("pasted".into()), false)]
    );
    keys.revoke(account, &first.api_key, false)
        .await
        .expect("not used any more");

    let own = listed(&house, account, &all).await.remove(0).key;
    keys.revoke(account, &own, true).await.expect("told");
    let hold = house.engine.accounts.hold(account).expect("held at once");
    assert_eq!(hold.code, ErrorCode::Unauthorized);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_not_manage_keys_says_what_would() {
    let house = House::new().await;
    let (_, secrets) = make(&house, &wish("reader", &["org:files:read"])).await;
    let account = account_with(&house, &secrets.jwt).await;
    let keys = &house.engine.keys;
    let error = keys.list(account, &KeysQuery::default(), None).await;
    let error = error.expect_err("no admin");
    assert_eq!(error.code, ErrorCode::MissingScope);
    assert!(error.message.contains("takes the scope admin"), "{error}");
    let error = keys.create(account, &admin("more")).await;
    assert_eq!(error.expect_err("no admin").code, ErrorCode::MissingScope);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_come_page_by_page_and_by_name_and_by_what_is_left_of_their_uses() {
    let house = House::new().await;
    for n in 0..12 {
        let limited = KeyWish {
            max_uses: (n == 3).then_some(1),
            ..wish(&format!("Printer {n}"), &["pinList"])
        };
        let (_, secrets) = make(&house, &limited).await;
        if n == 3 {
            // Its one use.
            let service = service_with(&house, &secrets.jwt);
            let _ = service
                .pins()
                .expect("pins")
                .page(&PinQuery::default(), None, Priority::Click)
                .await;
        }
    }
    let keys = &house.engine.keys;
    let all = KeysQuery::default();
    let first = keys.list(house.account, &all, None).await.expect("a page");
    assert_eq!((first.rows.len(), first.next.is_some()), (10, true));
    let rest = keys.list(house.account, &all, first.next).await;
    let rest = rest.expect("a page");
    assert_eq!(rest.rows.len(), 2);
    assert_eq!(rest.rows[1].name.as_deref(), Some("Printer 0"));
    let named = KeysQuery {
        text: " printer 1".into(),
        ..KeysQuery::default()
    };
    assert_eq!(listed(&house, house.account, &named).await.len(), 3);
    let spent = KeysQuery {
        shown: KeysShown::Exhausted,
        ..KeysQuery::default()
    };
    let rows = listed(&house, house.account, &spent).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].state, rows[0].note.as_deref()),
        (KeyState::Spent, Some("Its one use is spent."))
    );
}

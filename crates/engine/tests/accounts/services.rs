//! What works with an account of each kind.

use std::time::Duration;

use engine::accounts::{Chosen, Credential, Keep};
use engine::changes::ChangeWhat;
use engine::error::ErrorCode;
use engine::pins::{Look, PinEdit, PinQuery, Selection};
use engine::uploads::{Secrets, UploadState};

use super::{connect_psa, pins_of, psa_of, token};
use crate::changes::unpin;
use crate::house::{House, TOKEN, options};

#[tokio::test(flavor = "multi_thread")]
async fn a_pinning_service_with_pinatas_quirks_is_listed_edited_and_unpinned() {
    listed_edited_and_unpinned(house(false).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinning_service_that_keeps_to_the_specification_is_listed_edited_and_unpinned() {
    listed_edited_and_unpinned(house(true).await).await;
}

/// What is asked of this service is pinned at once.
async fn house(strict: bool) -> House {
    House::configured(|config| {
        config.strict_psa = strict;
        let at_once = Duration::ZERO;
        config
            .jobs
            .set_times(at_once, at_once, at_once, Duration::from_hours(24));
    })
    .await
}

async fn listed_edited_and_unpinned(house: House) {
    let pins = &house.engine.pins;
    house
        .drop_in(&[house.file("one.txt", b"one"), house.file("two.txt", b"two")])
        .await;
    house.ended().await;
    let (account, row) = connect_psa(&house).await;
    assert_eq!(
        (row.label.as_str(), row.place.as_str()),
        ("IPFS Cluster", "IPFS Cluster")
    );
    assert!(
        row.no_uploads
            .is_some_and(|words| words.contains("takes no uploads"))
    );

    let (_, rows) = pins_of(&house, account).await;
    assert_eq!(rows.len(), 2);
    let edit = PinEdit {
        name: Some("renamed".to_owned()),
        set: vec![("colour".to_owned(), "blue".into())],
        remove: Vec::new(),
    };
    let details = pins.edit(rows[0].id, edit.clone()).await.expect("edited");
    assert_eq!(details.row.name.as_deref(), Some("renamed"));
    // The replacement has another request id, by which the same row is edited again and unpinned.
    let again = PinEdit {
        name: Some("a again".to_owned()),
        ..edit
    };
    pins.edit(rows[0].id, again).await.expect("edited again");
    let (set, rows) = pins_of(&house, account).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].name.as_deref(), Some("a again"));
    assert_eq!(rows[0].keyvalues, [("colour".to_owned(), "blue".into())]);

    let first = Selection {
        set: set.set,
        ranges: vec![(0, 0)],
    };
    assert_eq!(unpin(&house, &first).await, 1);
    let (_, left) = pins_of(&house, account).await;
    assert_eq!(
        left.iter().map(|pin| &pin.cid).collect::<Vec<_>>(),
        [&rows[1].cid]
    );
    let health = house.engine.accounts.health(account).expect("health");
    assert!(health.answered_at.is_some() && health.failure.is_none());
    assert_eq!(health.row.answered_at, health.answered_at);
    assert_eq!((health.row.pins, health.row.hold), (Some(1), None));
    let used = |what: &str| {
        let limit = health.requests.iter().find(|limit| limit.what == what);
        let limit = limit.expect("a limit");
        assert!(limit.used <= limit.most && limit.wait.is_none());
        limit.used
    };
    assert!(used("Lists") > 0 && used("Everything else") > 0);

    // Its pins stay until they are unpinned.
    assert!(!health.row.expiry);
    let refused = house.engine.pins.expire(left[0].id, None).await;
    let refused = refused.expect_err("knows no end");
    assert!(
        refused.message.contains("until they are unpinned"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_of_an_account_tells_the_limit_that_its_service_announced() {
    let limits = sandbox::RateLimits {
        psa_lists: 20,
        ..sandbox::RateLimits::PLENTY
    };
    let house = House::configured(|config| config.rate_limits = limits).await;
    let (account, _) = connect_psa(&house).await;
    pins_of(&house, account).await;
    let health = house.engine.accounts.health(account).expect("health");
    let most = |what: &str| {
        let limit = health.requests.iter().find(|limit| limit.what == what);
        limit.expect("a limit").most
    };
    assert_eq!(most("Lists"), 20);
    assert!(most("Everything else") > 20, "nothing was said of these");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_on_an_account_without_uploads_is_refused_before_anything_is_queued() {
    let house = House::new().await;
    let (account, _) = connect_psa(&house).await;
    let drop = house.look_at(&[house.file("a.txt", b"a")]).await;
    let uploads = &house.engine.uploads;
    let refused = uploads
        .enqueue(account, &drop, options(Secrets::Hold))
        .await;
    let refused = refused.expect_err("takes no uploads");
    assert_eq!(
        refused.message,
        "IPFS Cluster takes no uploads. It keeps what is on IPFS already, by its CID."
    );
    assert_eq!(uploads.head().expect("figures").now, 0);
    // The drop is still there, for another account.
    uploads
        .enqueue(house.account, &drop, options(Secrets::Hold))
        .await
        .expect("queued");
    assert_eq!(house.ended().await[0].state, UploadState::Pinned);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_one_account_disturbs_no_other() {
    let house = House::new().await;
    let (account, _) = connect_psa(&house).await;
    let accounts = &house.engine.accounts;
    accounts.set_hold(account, ErrorCode::Unauthorized, None);
    house.drop_in(&[house.file("a.txt", b"a")]).await;
    assert_eq!(house.ended().await[0].state, UploadState::Pinned);
    let held = accounts.row_of(account).expect("a row").hold.expect("held");
    assert_eq!(
        held.sentence,
        "IPFS Cluster no longer accepts this key. It was revoked, or its uses are spent."
    );
    let health = accounts.check(account).await.expect("asked again");
    assert_eq!(health.row.hold, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn pinatas_older_pair_uploads_lists_and_says_what_it_lacks() {
    let pair = (
        "key-of-this-test".to_owned(),
        "secret-of-this-test".to_owned(),
    );
    let house = House::configured(|config| config.pair = Some(pair)).await;
    let api = house.sandbox.api_url();
    let chosen = || {
        let addresses = engine::accounts::Addresses {
            api: api.clone(),
            uploads: api.clone(),
            gateway: house.sandbox.gateway_url(),
        };
        Chosen::Pinata {
            addresses: Some(addresses),
        }
    };
    let typed =
        |secret: &str| Credential::typed(Some("key-of-this-test"), &secret.to_owned().into());
    let accounts = &house.engine.accounts;
    let wrong = accounts
        .test(&chosen(), typed("another-secret"))
        .await
        .expect_err("refused");
    assert_eq!(wrong.code, ErrorCode::Unauthorized);
    let tested = accounts
        .test(&chosen(), typed("secret-of-this-test"))
        .await
        .expect("works");
    assert!(
        tested.abilities.may.contains(&"Upload folders".to_owned()),
        "{:?}",
        tested.abilities
    );
    let row = accounts
        .connect(&tested.handle, Keep::Keychain)
        .await
        .expect("connected");
    assert_eq!(
        usize::try_from(row.lacks).ok(),
        Some(tested.abilities.may_not.len())
    );
    let account = row.id.parse().expect("a number");
    let drop = house
        .look_at(&[house.file("by pair.txt", b"by pair")])
        .await;
    house
        .engine
        .uploads
        .enqueue(account, &drop, options(Secrets::Hold))
        .await
        .expect("queued");
    assert_eq!(house.ended().await[0].state, UploadState::Pinned);
    let (_, rows) = pins_of(&house, account).await;
    assert_eq!(rows[0].name.as_deref(), Some("by pair.txt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_renamed_tested_again_and_removed_with_its_queue_and_its_secret() {
    let mut house = House::new().await;
    let (account, _) = connect_psa(&house).await;
    let accounts = house.engine.accounts.clone();
    assert_eq!(
        accounts
            .rename(account, "  ")
            .await
            .expect_err("no name")
            .code,
        ErrorCode::BadInput
    );
    assert_eq!(
        accounts
            .rename(account, " Attic ")
            .await
            .expect("renamed")
            .label,
        "Attic"
    );
    let (_, second) = connect_psa(&house).await;
    assert_eq!(second.label, "IPFS Cluster");

    let health = accounts.check(account).await.expect("asked");
    assert!(health.abilities.may.contains(&"Pin by CID".to_owned()));
    assert!(health.abilities.not_offered.contains(&"Uploads".to_owned()));

    // The secret was in the keychain of the run before; this one has none of it.
    house.restart();
    let accounts = house.engine.accounts.clone();
    let health = accounts.check(account).await.expect("asked");
    assert_eq!(
        health.row.hold.map(|hold| hold.code),
        Some(ErrorCode::KeyMissing)
    );
    assert!(
        health
            .failure
            .is_some_and(|words| words.contains("keychain"))
    );
    let other_place = Chosen::Pinata { addresses: None };
    assert!(accounts.test(&other_place, token("x y")).await.is_err());
    let chosen = Chosen::Account {
        id: account.to_string(),
    };
    let tested = accounts.test(&chosen, token(TOKEN)).await.expect("tested");
    let row = accounts
        .replace_key(account, &tested.handle, Keep::UntilQuit)
        .await
        .expect("replaced");
    assert_eq!(
        (row.label.as_str(), row.hold, row.until_quit),
        ("Attic", None, true)
    );

    let leaving = accounts.leaving(account).expect("sentences");
    assert!(leaving.pins.contains("stay at IPFS Cluster"), "{leaving:?}");
    assert!(leaving.here[0].contains("memory only"), "{leaving:?}");
    house
        .engine
        .remove_account(account, false)
        .await
        .expect("removed");
    assert_eq!(
        accounts.get(account).expect_err("gone").code,
        ErrorCode::Gone
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_an_account_says_what_goes_with_it_and_takes_its_queue_back() {
    let house = House::new().await;
    let accounts = &house.engine.accounts;
    house.drop_in(&[house.file("kept.txt", b"kept")]).await;
    house.ended().await;
    accounts.set_hold(house.account, ErrorCode::QuotaExceeded, None);
    let set = house
        .engine
        .pins
        .open(house.account, &PinQuery::default(), None, Look::default())
        .expect("a set");
    let all = Selection {
        set: set.set,
        ranges: vec![(0, 0)],
    };
    let changes = &house.engine.changes;
    let unpin = changes.start(&all, ChangeWhat::Unpin {}).await;
    unpin.expect("is taken in");
    house.drop_in(&[house.file("a.txt", b"a")]).await;
    house
        .watch(
            &house.path("watched"),
            engine::watches::WatchRules::default(),
        )
        .await;
    let leaving = accounts.leaving(house.account).expect("sentences");
    assert_eq!(
        leaving.here,
        [
            "1 upload that is not finished is taken back. The file on this computer is not touched.",
            "1 change of pins that is under way ends. What is done stays done.",
            "1 watched folder is not watched any more. What it pinned stays pinned.",
            "Its history of uploads is deleted from this computer.",
        ]
    );
    house
        .engine
        .remove_account(house.account, false)
        .await
        .expect("removed");
    assert_eq!(house.engine.uploads.head().expect("figures").now, 0);
    assert_eq!(house.engine.watches.list().expect("a list").len(), 0);
    assert!(changes.list().expect("a list").is_empty());
    assert!(house.path("a.txt").exists());
    let psa = accounts
        .test(&psa_of(&house), token(TOKEN))
        .await
        .expect("the service is still there");
    assert_eq!(psa.pins, Some(1));
}

//! Values of key-values keep their kind, where the service keeps it: a number is a number at the service after all that is
//! done with its pin.

use engine::accounts::{Addresses, Chosen, Credential, Keep};
use engine::changes::{ChangeWhat, EditOfMany};
use engine::jobs::JobOptions;
use engine::pins::{
    KeyValueCondition, KeyValueOperator as Op, Look, PinDetails, PinEdit, PinFilters, PinNetwork,
    PinQuery, Scalar, Selection, UnpinnedQuery,
};
use engine::uploads::Secrets;
use sandbox::{Fault, Key, Kind, Route, Scopes};
use serde_json::{Value, json};

use crate::changes::{carried_out, unpin};
use crate::house::{House, options};

const DAY: &str = "2026-05-31T00:00:00.000Z";

async fn house_with_an_older_key() -> (House, i64) {
    // Groups are no part of files: such a key still edits by the older API alone.
    let scopes = Scopes::legacy_all().and_v3(["org:groups:read", "org:groups:write"]);
    let key = Key::new("older", scopes);
    let house = House::knowing(vec![key]).await;
    let account = house.connect("older").await;
    (house, account)
}

/// The process ends and is started again, and is told the key, which no house keeps.
async fn restarted(house: &mut House, account: i64) {
    house.restart();
    let addresses = Addresses {
        api: house.sandbox.api_url(),
        uploads: house.sandbox.api_url(),
        gateway: house.sandbox.gateway_url(),
    };
    let chosen = Chosen::Pinata {
        addresses: Some(addresses),
    };
    let accounts = &house.engine.accounts;
    let tested = accounts.test(&chosen, Credential::Token("older".to_owned().into()));
    let tested = tested.await.expect("tests");
    let replaced = accounts.replace_key(account, &tested.handle, Keep::UntilQuit);
    replaced.await.expect("is known again");
}

/// A pin that somebody else made, with a value of each kind.
async fn of_each_kind(house: &House) -> String {
    let keyvalues = json!({"edition": 5, "weight": 0.25, "day": DAY, "sold": true, "code": "5"});
    let body = json!({
        "pinataContent": {"a": 1},
        "pinataMetadata": {"name": "print.json", "keyvalues": keyvalues},
    });
    let pinned = house
        .service
        .api("POST", "pinning/pinJSONToIPFS", Some(body))
        .await;
    pinned["IpfsHash"].as_str().expect("a CID").to_owned()
}

/// The newest row of the service's own list.
async fn at_the_service(house: &House) -> Value {
    let list = house
        .service
        .api("GET", "data/pinList?status=pinned", None)
        .await;
    list["rows"][0]["metadata"].clone()
}

fn the_pin(house: &House, account: i64) -> PinDetails {
    let query = PinQuery::default();
    let look = Look {
        n: 5,
        ..Look::default()
    };
    let set = house.engine.pins.open(account, &query, None, look);
    let set = set.expect("a set");
    assert_eq!(set.rows.len(), 1, "{:?}", set.rows);
    let pin = house.engine.pins.details(set.rows[0].id);
    pin.expect("details")
}

fn all_of(house: &House, account: i64) -> Selection {
    let query = PinQuery::default();
    let set = house
        .engine
        .pins
        .open(account, &query, None, Look::default());
    Selection {
        set: set.expect("a set").set,
        ranges: vec![(0, 0)],
    }
}

fn number(number: i64) -> Scalar {
    Scalar::Number(number.into())
}

fn value(pin: &PinDetails, key: &str) -> Scalar {
    let mut pairs = pin.keyvalues.iter();
    let pair = pairs.find(|(known, _)| known == key);
    pair.expect("the key").1.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_stays_a_number_through_list_rename_edit_restart_and_pinning_again() {
    let (mut house, account) = house_with_an_older_key().await;
    let cid = of_each_kind(&house).await;
    let before = at_the_service(&house).await["keyvalues"].clone();
    house.engine.refresh(account).await.expect("reads");
    let pin = the_pin(&house, account);
    assert_eq!(value(&pin, "edition"), number(5));
    assert_eq!(value(&pin, "code"), Scalar::from("5"));
    assert_eq!(value(&pin, "day"), Scalar::from(DAY));

    let edit = PinEdit {
        name: Some("renamed.json".into()),
        ..PinEdit::default()
    };
    house
        .engine
        .pins
        .edit(pin.row.id, edit)
        .await
        .expect("renames");
    let now = at_the_service(&house).await;
    assert_eq!(now["name"], "renamed.json");
    assert_eq!(now["keyvalues"], before);

    // What the page hands back unchanged is what it was given.
    let all = the_pin(&house, account).keyvalues;
    let edit = PinEdit {
        set: all.clone(),
        ..PinEdit::default()
    };
    house
        .engine
        .pins
        .edit(pin.row.id, edit)
        .await
        .expect("edits");
    assert_eq!(at_the_service(&house).await["keyvalues"], before);

    let groups = &house.engine.groups;
    let group = groups.create(account, "Prints", PinNetwork::Public, None);
    let group = group.await.expect("makes").service_id;
    let into = ChangeWhat::AddToGroup { group };
    let row = carried_out(&house, &all_of(&house, account), into).await;
    assert_eq!(row.done, 1, "{row:?}");
    assert_eq!(at_the_service(&house).await["keyvalues"], before);

    restarted(&mut house, account).await;
    assert_eq!(the_pin(&house, account).keyvalues, all);
    let edit = EditOfMany {
        rename: Some("{stem} {n}".into()),
        set: vec![
            ("edition".into(), number(6)),
            ("sold".into(), Scalar::Bool(false)),
        ],
        remove: Vec::new(),
    };
    let row = carried_out(&house, &all_of(&house, account), ChangeWhat::Edit(edit)).await;
    assert_eq!(row.done, 1, "{row:?}");
    let after = at_the_service(&house).await["keyvalues"].clone();
    assert_eq!(
        (&after["edition"], &after["sold"]),
        (&json!(6), &json!(false))
    );
    assert_eq!(value(&the_pin(&house, account), "edition"), number(6));

    assert_eq!(unpin(&house, &all_of(&house, account)).await, 1);
    let every = UnpinnedQuery::default();
    let asked = house.engine.pins.unpinned(account, &every, None);
    let gone = asked.await.expect("a page").rows.remove(0);
    let again = JobOptions {
        keyvalues: gone.keyvalues,
        ..JobOptions::default()
    };
    let jobs = &house.engine.jobs;
    jobs.import(account, &cid, None, again).await.expect("asks");
    let listed = async || {
        house
            .engine
            .pins
            .find(account, &cid)
            .expect("looks")
            .is_some()
    };
    house.until_true("it is pinned again", listed).await;
    assert_eq!(at_the_service(&house).await["keyvalues"], after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_with_a_number_by_the_older_key_also_when_it_is_tried_again_after_a_restart() {
    let (mut house, account) = house_with_an_older_key().await;
    house.sandbox.faults().push(Fault {
        route: Route::PinFile,
        times: 100,
        kind: Kind::status(400),
    });
    let drop = house.look_at(&[house.file("dawn.txt", b"dawn")]).await;
    let mut options = options(Secrets::Hold);
    options.keyvalues = vec![("edition".into(), number(5)), ("day".into(), DAY.into())];
    let uploads = &house.engine.uploads;
    let ids = uploads
        .enqueue(account, &drop, options)
        .await
        .expect("enqueues");
    house
        .until(|row| format!("{:?}", row.state) == "NeedsYou")
        .await;
    house.sandbox.faults().clear();
    restarted(&mut house, account).await;
    let again = house
        .engine
        .uploads
        .ask(ids[0], engine::uploads::Event::Retry);
    again.await.expect("is tried again");
    house.ended().await;
    let kept = at_the_service(&house).await["keyvalues"].clone();
    assert_eq!(kept, json!({"edition": 5, "day": DAY}));
    assert_eq!(value(&the_pin(&house, account), "edition"), number(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_text_is_kept_a_number_is_sent_and_shown_as_its_text_and_that_is_said() {
    let (house, older) = house_with_an_older_key().await;
    let words = house
        .engine
        .accounts
        .text_only(house.account)
        .expect("asks");
    assert_eq!(
        words.as_deref(),
        Some(
            "The Sandbox keeps key-values as text with this key: only its older API knows numbers."
        )
    );
    assert_eq!(house.engine.accounts.text_only(older).expect("asks"), None);

    house.drop_in(&[house.file("dawn.txt", b"dawn")]).await;
    house.ended().await;
    let pin = the_pin(&house, house.account);
    let edit = PinEdit {
        set: vec![("edition".into(), number(5))],
        ..PinEdit::default()
    };
    let shown = house
        .engine
        .pins
        .edit(pin.row.id, edit)
        .await
        .expect("edits");
    assert_eq!(value(&shown, "edition"), Scalar::from("5"));
    assert_eq!(
        at_the_service(&house).await["keyvalues"],
        json!({"edition": "5"})
    );

    let edit = EditOfMany {
        set: vec![("edition".into(), number(5))],
        ..EditOfMany::default()
    };
    let all = all_of(&house, house.account);
    let preview = house.engine.changes.preview(&all, &edit).expect("previews");
    assert_eq!(
        (preview.changed, preview.unchanged),
        (0, 1),
        "it is so already"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_compares_numbers_as_numbers_and_dates_as_dates_whatever_their_kind() {
    let (house, account) = house_with_an_older_key().await;
    of_each_kind(&house).await;
    house.engine.refresh(account).await.expect("reads");
    let found = |key: &str, operator, value: &str| {
        let condition = KeyValueCondition {
            key: key.into(),
            operator,
            value: value.into(),
            to: String::new(),
            any_case: false,
        };
        let query = PinQuery {
            filters: PinFilters {
                keyvalues: vec![condition],
                ..PinFilters::default()
            },
            ..PinQuery::default()
        };
        let set = house
            .engine
            .pins
            .open(account, &query, None, Look::default());
        set.expect("a set").total == 1
    };
    assert!(found("edition", Op::Is, "5") && found("edition", Op::Is, "5.0"));
    assert!(found("code", Op::Greater, "4") && !found("edition", Op::Greater, "10"));
    assert!(
        found("day", Op::Is, "2026-05-31") && found("day", Op::Less, "2026-05-31T12:00:00+02:00")
    );
    assert!(found("sold", Op::Is, "true") && !found("sold", Op::Is, "True"));
    assert!(
        !found("Edition", Op::Present, ""),
        "the case of a key counts"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_text_is_kept_a_folder_is_sent_with_text_although_its_call_would_take_a_number() {
    let house = House::new().await;
    house.file("prints/one.txt", b"one");
    let drop = house.look_at(&[house.path("prints")]).await;
    let wish = engine::uploads::UploadOptions {
        keyvalues: [("edition".to_owned(), number(5))].into(),
        ..options(Secrets::Hold)
    };
    let uploads = &house.engine.uploads;
    let queued = uploads.enqueue(house.account, &drop, wish).await;
    queued.expect("enqueues");
    house.verified().await;
    let there = at_the_service(&house).await["keyvalues"]["edition"].clone();
    assert_eq!(there, "5");
    let here = value(&the_pin(&house, house.account), "edition");
    assert_eq!(here, Scalar::from("5"));
}

//! What other processes ask of the one that holds the data folder, as far as its own window is concerned.

use std::sync::Arc;

use engine::announce::Noun;
use engine::error::ErrorCode;
use engine::holder::{Desk, GroupsAsked, PinsAsked, Reply, Request, ask};
use engine::pins::{HappenedKind, Look, PinFilters, PinNetwork, PinQuery};
use sandbox::{Fault, Gate, Kind, Route};

use crate::house::House;

/// Every line of the answer; the last is how it ended.
async fn answered(house: &House, request: Request) -> Vec<Reply> {
    let desk = Arc::new(Desk::new(house.engine.clone()));
    let mut lines = ask(&desk, request);
    let mut all = Vec::new();
    while let Some(line) = lines.recv().await {
        all.push(line);
    }
    all
}

async fn three_pins(house: &House) -> Vec<i64> {
    let files = ["a", "b", "c"].map(|name| house.file(name, name.as_bytes()));
    house.drop_in(&files).await;
    let ended = house.ended().await.into_iter();
    let pin = |cid: &str| house.engine.pins.find(house.account, cid).expect("looks");
    let ids = ended.map(|row| pin(&row.cid.expect("a CID")).expect("a pin").id);
    ids.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_others_ask_the_list_on_the_screen_stays() {
    let house = House::new().await;
    let ids = three_pins(&house).await;
    let look = Look::default();
    let set = house
        .engine
        .pins
        .open(house.account, &PinQuery::default(), None, look);
    let set = set.expect("a set").set;
    for _ in 0..10 {
        let asked = PinsAsked {
            cached: true,
            ..PinsAsked::default()
        };
        let lines = answered(&house, Request::Pins(asked)).await;
        assert_eq!(lines.len(), 5, "{lines:?}");
        let which = "b".to_owned();
        let pin = Request::Pin {
            account: None,
            which,
        };
        assert_eq!(answered(&house, pin).await.last(), Some(&Reply::Done));
        let first = house
            .engine
            .pins
            .first(house.account, &PinQuery::default(), 2);
        let first = first.expect("the first pins");
        assert_eq!((first.rows.len(), first.total), (2, 3));
    }
    let pins = vec![ids[0]];
    let account = Some(house.account.to_string());
    let unpin = Request::Unpin { account, pins };
    assert_eq!(answered(&house, unpin).await.last(), Some(&Reply::Done));
    let rows = house.engine.pins.rows(set, 0, 10).expect("the same list");
    assert_eq!(rows.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_hears_that_another_account_is_worked_with() {
    let house = House::new().await;
    let mut changes = house.engine.store.announcer.listen();
    let account = house.account.to_string();
    let lines = answered(&house, Request::UseAccount { account }).await;
    assert_eq!(lines.last(), Some(&Reply::Done), "{lines:?}");
    let heard = std::iter::from_fn(|| changes.try_recv().ok());
    let nouns: Vec<Noun> = heard.map(|changed| changed.noun).collect();
    assert!(
        nouns.contains(&Noun::Account) && nouns.contains(&Noun::Pin),
        "{nouns:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_unpinned_is_told_with_its_cause_and_not_remembered_as_unpinned() {
    let house = House::new().await;
    let ids = three_pins(&house).await;
    house.sandbox.faults().push(Fault {
        route: Route::Any,
        times: 1,
        kind: Kind::status(403),
    });
    let account = Some(house.account.to_string());
    let unpin = Request::Unpin {
        account,
        pins: ids.clone(),
    };
    let lines = answered(&house, unpin).await;
    let Some(Reply::Error(error)) = lines.last() else {
        panic!("{lines:?}");
    };
    assert!(error.message.contains("still pinned"), "{error}");
    assert_ne!(error.code, ErrorCode::Rejected);
    let unpinned = lines.iter().filter(|line| matches!(line, Reply::Pin(_)));
    assert_eq!(unpinned.count(), 2, "{lines:?}");
    let past = house.engine.pins.details(ids[0]).expect("details").past;
    let kinds: Vec<HappenedKind> = past.iter().map(|happened| happened.kind).collect();
    assert!(!kinds.contains(&HappenedKind::Unpinned), "{past:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_change_without_an_answer_nothing_is_claimed() {
    let house = House::new().await;
    let ids = three_pins(&house).await;
    let faults = house.sandbox.faults();
    faults.once(Route::V3Delete, Kind::CutBeforeAnswer);
    let account = Some(house.account.to_string());
    let pins = vec![ids[0]];
    let lines = answered(&house, Request::Unpin { account, pins }).await;
    let Some(Reply::Error(error)) = lines.last() else {
        panic!("{lines:?}");
    };
    assert!(error.message.contains("may have been done"), "{error}");
    assert!(!error.message.contains("still pinned"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_made_while_the_list_is_read_is_in_it() {
    let house = House::new().await;
    let gate = Gate::new();
    let held = Kind::HoldAnswer(gate.clone());
    house.sandbox.faults().once(Route::V3GroupRead, held);
    let (engine, account) = (house.engine.clone(), house.account);
    let reading = tokio::spawn(async move { engine.groups.refresh(account).await });
    gate.arrived().await;
    let what = GroupsAsked::Create {
        name: "Photos".to_owned(),
        network: PinNetwork::Public,
        public: None,
    };
    let create = Request::Groups {
        account: None,
        what,
    };
    assert!(!create.may_be_repeated());
    assert_eq!(answered(&house, create).await.last(), Some(&Reply::Done));
    gate.open();
    reading.await.expect("ends").expect("reads");
    let known = house.engine.groups.list(account).expect("a list").groups;
    assert_eq!(known.len(), 1, "{known:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_cid_is_not_told_yet_is_listed_by_itself_and_narrowed_like_a_pin() {
    let mut house = House::new().await;
    three_pins(&house).await;
    house.cut(1_000, 256 * 1024);
    let late = Kind::LateCid(std::time::Duration::from_mins(10));
    house.sandbox.faults().once(Route::TusPatch, late);
    house
        .drop_in(&[house.file("long.mov", &vec![7; 200_000])])
        .await;
    let waits = |row: &engine::uploads::UploadRow| row.sentence.contains("has not told the CID");
    house.until(waits).await;

    let listed = async |text: &str, filters: PinFilters| {
        let asked = PinsAsked {
            text: text.to_owned(),
            filters,
            pending: true,
            ..PinsAsked::default()
        };
        let lines = answered(&house, Request::Pins(asked)).await;
        assert_eq!(lines.last(), Some(&Reply::Done), "{lines:?}");
        let pin = |line| match line {
            Reply::Pin(pin) => Some(pin),
            _ => None,
        };
        lines.into_iter().filter_map(pin).collect::<Vec<_>>()
    };
    let pins = listed("", PinFilters::default()).await;
    assert_eq!(pins.len(), 1, "{pins:?}");
    let pin = &pins[0];
    assert_eq!(
        (pin.name.as_deref(), pin.cid.as_deref(), &*pin.status),
        (Some("long.mov"), None, "pinning")
    );
    assert!(pin.service_id.is_some());
    let of_type = |mime: Option<&str>| PinFilters {
        mime: mime.map(str::to_owned),
        ..PinFilters::default()
    };
    assert_eq!(listed("LONG", of_type(pin.mime.as_deref())).await.len(), 1);
    assert!(listed("", of_type(Some("image/png"))).await.is_empty());
    assert!(listed("short", PinFilters::default()).await.is_empty());
}

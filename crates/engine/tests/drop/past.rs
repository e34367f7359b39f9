//! What is told of a pin's past, of other accounts, and of what is no more; and the ways to private bytes.

use engine::error::ErrorCode;
use engine::jobs::JobOptions;
use engine::pins::{
    FileKind, HappenedKind, KeyValueCondition, KeyValueOperator, Look, PinEdit, PinFilters,
    PinNetwork, PinQuery, PresenceState, Selection, UnpinnedPage, UnpinnedQuery,
};
use sandbox::{Key, Scopes};

use crate::changes::unpin;
use crate::house::House;

async fn one_pin(house: &House, name: &str) -> i64 {
    house.drop_in(&[house.file(name, name.as_bytes())]).await;
    house.ended().await;
    house.engine.refresh(house.account).await.expect("reads");
    only(house, house.account, &PinQuery::default())
}

fn only(house: &House, account: i64, query: &PinQuery) -> i64 {
    let look = Look {
        n: 10,
        ..Look::default()
    };
    let set = house.engine.pins.open(account, query, None, look);
    let set = set.expect("a set");
    assert_eq!(set.rows.len(), 1, "{:?}", set.rows);
    set.rows[0].id
}

fn renamed(name: &str) -> PinEdit {
    PinEdit {
        name: Some(name.to_owned()),
        set: vec![("paper".to_owned(), "Baryta".into())],
        remove: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_of_a_pin_tells_its_upload_and_its_edits_and_where_else_it_is_kept() {
    let house = House::knowing(vec![Key::new("another-admin", Scopes::admin())]).await;
    let id = one_pin(&house, "dawn.txt").await;
    house
        .engine
        .pins
        .edit(id, renamed("dusk.txt"))
        .await
        .expect("edits");
    let other = house.connect("another-admin").await;

    let pin = house.engine.pins.details(id).expect("details");
    let kinds: Vec<_> = pin.past.iter().map(|happened| happened.kind).collect();
    assert_eq!(kinds[0], HappenedKind::Edited, "{:?}", pin.past);
    assert!(kinds.contains(&HappenedKind::Uploaded) && kinds.contains(&HappenedKind::Pinned));
    assert_eq!(pin.past[0].sentence, "Renamed to “dusk.txt”; set paper.");
    let state = |account: i64, pin: &engine::pins::PinDetails| {
        let of = |presence: &&engine::pins::Presence| presence.account == account.to_string();
        pin.presence.iter().find(of).expect("an account").state
    };
    assert_eq!(state(house.account, &pin), PresenceState::Pinned);
    assert_eq!(state(other, &pin), PresenceState::Unknown);
    house.engine.refresh(other).await.expect("reads");
    let pin = house.engine.pins.details(id).expect("details");
    assert_eq!(state(other, &pin), PresenceState::Pinned);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_file_has_no_public_link_and_opens_by_one_that_is_asked_for() {
    let house = House::new().await;
    let cid = house
        .service
        .upload("private", "contract.pdf", b"between us")
        .await;
    house.engine.refresh(house.account).await.expect("reads");
    let private = PinQuery {
        filters: PinFilters {
            network: Some(PinNetwork::Private),
            ..PinFilters::default()
        },
        ..PinQuery::default()
    };
    let id = only(&house, house.account, &private);
    let pins = &house.engine.pins;
    assert_eq!(pins.details(id).expect("details").link, None);
    let link = pins.browser_address(id).await.expect("a link");
    assert!(!link.contains("/ipfs/"), "{link}");
    assert_eq!(
        house.service.fetched(&link).await,
        (200, b"between us".to_vec())
    );
    let bare = format!("{}/files/{cid}", house.sandbox.gateway_url());
    assert_ne!(
        house.service.fetched(&bare).await.0,
        200,
        "it does not open without its signature"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_the_services_own_and_holds_no_key() {
    let house = House::new().await;
    let id = one_pin(&house, "dawn.txt").await;
    let text = house.engine.pins.record(id).await.expect("a record");
    let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(record["name"], "dawn.txt");
    assert!(
        record["group_id"].is_null() && record.get("group_id").is_some(),
        "{text}"
    );
    assert!(!text.contains("token-of-this-test-only"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_unpinned_is_listed_and_can_be_pinned_again() {
    let house = House::new().await;
    one_pin(&house, "dawn.txt").await;
    let pins = &house.engine.pins;
    let set = pins.open(house.account, &PinQuery::default(), None, Look::default());
    let all = Selection {
        set: set.expect("a set").set,
        ranges: vec![(0, 0)],
    };
    assert_eq!(unpin(&house, &all).await, 1);

    let page = remembered(&house, UnpinnedQuery::default()).await;
    assert_eq!((page.rows.len(), page.next), (1, None));
    let gone = &page.rows[0];
    assert_eq!(gone.name.as_deref(), Some("dawn.txt"));
    assert!(gone.unpinned_at.is_some() && !gone.pinned_now);

    let before = jobs_asked(&house);
    let options = JobOptions {
        name: gone.name.clone(),
        ..JobOptions::default()
    };
    let jobs = &house.engine.jobs;
    let asked = jobs.import(house.account, &gone.cid, None, options).await;
    assert_eq!(asked.expect("asks"), 1);
    let listed = async || {
        pins.find(house.account, &gone.cid)
            .expect("looks")
            .is_some()
    };
    house.until_true("it is in the list again", listed).await;
    assert_eq!(jobs_asked(&house), before + 1);
    assert_eq!(house.service.served(&gone.cid).await, b"dawn.txt");
}

async fn remembered(house: &House, query: UnpinnedQuery) -> UnpinnedPage {
    let page = house
        .engine
        .pins
        .unpinned(house.account, &query, None)
        .await;
    page.expect("a page")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_unpinned_is_narrowed_by_name_cid_dates_size_kind_and_key_values() {
    let house = House::new().await;
    let dusk = one_pin(&house, "dusk.txt").await;
    let edit = PinEdit {
        name: None,
        ..renamed("")
    };
    let pin = house.engine.pins.edit(dusk, edit).await.expect("edits");
    let pins = &house.engine.pins;
    let set = pins.open(house.account, &PinQuery::default(), None, Look::default());
    let all = Selection {
        set: set.expect("a set").set,
        ranges: vec![(0, 0)],
    };
    assert_eq!(unpin(&house, &all).await, 1);
    house
        .drop_in(&[house.file("noon.csv", b"0123456789012345678901234567890123456789")])
        .await;
    house.ended().await;

    let names = async |text: &str, also_pinned: bool, filters: PinFilters| {
        let text = text.to_owned();
        let query = UnpinnedQuery {
            text,
            filters,
            also_pinned,
        };
        let rows = remembered(&house, query).await.rows;
        let names = rows.into_iter().map(|row| row.name.unwrap_or_default());
        names.collect::<Vec<_>>().join(" ")
    };
    let any = PinFilters::default;
    let paper = |operator, value: &str| PinFilters {
        keyvalues: vec![KeyValueCondition {
            key: "PAPER".to_owned(),
            operator,
            value: value.to_owned(),
            to: String::new(),
            any_case: true,
        }],
        ..any()
    };
    let (before, after) = (Some(1_000), Some(4_000_000_000_000));
    assert_eq!(names("", false, any()).await, "dusk.txt");
    assert_eq!(names("", true, any()).await, "noon.csv dusk.txt");
    assert_eq!(names("usk", true, any()).await, "dusk.txt");
    assert_eq!(names("noon", false, any()).await, "");
    let part = &pin.row.cid[pin.row.cid.len() - 20..];
    assert_eq!(names(part, true, any()).await, "dusk.txt");
    assert_eq!(names(&pin.row.cid, true, any()).await, "dusk.txt");
    assert_eq!(names(&pin.row.cid[..12], true, any()).await, "dusk.txt");
    let is = KeyValueOperator::Is;
    assert_eq!(names("", true, paper(is, "baryta")).await, "dusk.txt");
    assert_eq!(names("", true, paper(is, "matte")).await, "");
    let absent = paper(KeyValueOperator::Absent, "");
    assert_eq!(names("", true, absent).await, "noon.csv");
    let cases = [
        (
            PinFilters {
                size_min: Some(30),
                ..any()
            },
            "noon.csv",
        ),
        (
            PinFilters {
                size_max: Some(30),
                ..any()
            },
            "dusk.txt",
        ),
        (
            PinFilters {
                pinned_from: before,
                ..any()
            },
            "noon.csv dusk.txt",
        ),
        (
            PinFilters {
                pinned_until: before,
                ..any()
            },
            "",
        ),
        (
            PinFilters {
                unpinned_from: before,
                ..any()
            },
            "dusk.txt",
        ),
        (
            PinFilters {
                unpinned_from: after,
                ..any()
            },
            "",
        ),
        (
            PinFilters {
                kinds: vec![FileKind::Image],
                ..any()
            },
            "",
        ),
    ];
    for (filters, expected) in cases {
        assert_eq!(
            names("", true, filters.clone()).await,
            expected,
            "{filters:?}"
        );
    }
}

/// Requests to pin by CID that reached the server, by its own log.
fn jobs_asked(house: &House) -> usize {
    let asks = |path: &str| path.ends_with("pinByHash") || path.ends_with("pin_by_cid");
    let requests = house.sandbox.requests();
    let asked = requests
        .iter()
        .filter(|entry| entry.method == "POST" && asks(&entry.path));
    asked.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_search_is_counted_kept_over_a_restart_and_removed() {
    let mut house = House::new().await;
    one_pin(&house, "dawn.txt").await;
    let query = PinQuery {
        text: "dawn".to_owned(),
        filters: PinFilters {
            size_max: Some(1_000_000),
            ..PinFilters::default()
        },
        ..PinQuery::default()
    };
    let account = house.account;
    let kept = house
        .engine
        .pins
        .save(account, " Small ones ", query.clone())
        .await;
    assert_eq!(kept.expect("keeps")[0].total, 1);
    house.restart();
    let saved = house.engine.pins.saved(account).expect("reads");
    assert_eq!(
        (saved[0].name.as_str(), &saved[0].query, saved[0].total),
        ("Small ones", &query, 1)
    );
    let nameless = house.engine.pins.save(account, "  ", query).await;
    assert_eq!(nameless.expect_err("is refused").code, ErrorCode::BadInput);
    let rest = house.engine.pins.forget_saved(account, saved[0].id).await;
    assert!(rest.expect("removes").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_unpinned_is_found_by_a_long_name_without_a_break_page_by_page() {
    let house = House::new().await;
    let files: Vec<_> = (0..60)
        .map(|n| house.file(&format!("holidayphotos2025-{n}"), &[n]))
        .collect();
    house.drop_in(&files).await;
    house.ended().await;
    let pins = &house.engine.pins;
    let of = |text: &str| UnpinnedQuery {
        text: text.to_owned(),
        also_pinned: true,
        ..UnpinnedQuery::default()
    };
    let account = house.account;
    let all_of = async |words: &str| {
        let (mut found, mut next) = (0, None);
        loop {
            let page = pins.unpinned(account, &of(words), next).await;
            let page = page.expect("a page");
            found += page.rows.len();
            next = page.next;
            if next.is_none() {
                return found;
            }
        }
    };
    assert_eq!(all_of("holidayphotos2025").await, 60);
    // A part of a CID that could be a name as well, of pins that fill more than a page.
    assert_eq!(all_of("bafkrei").await, 60);
    assert!(
        remembered(&house, of("nothingisnamedso"))
            .await
            .rows
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_versions_of_a_cid_are_one_where_it_is_told_who_keeps_it() {
    let house = House::knowing(vec![Key::new("another-admin", Scopes::admin())]).await;
    let other = house.connect("another-admin").await;
    let (older, newer) = (
        "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o",
        "bafybeicg2rebjoofv4kbyovkw7af3rpiitvnl6i7ckcywaq6xjcxnc2mby",
    );
    let pins = &house.engine.pins;
    let listed = |cid: &str| engine::pins::Listed {
        service_id: format!("id-of-{cid}"),
        cid: cid.to_owned(),
        name: None,
        bytes: None,
        files: None,
        mime: None,
        public: true,
        keyvalues: std::collections::BTreeMap::new(),
        groups: None,
        pinned: Some(1),
        expires: None,
    };
    let here = pins.add(house.account, listed(older)).await.expect("adds");
    let there = pins.add(other, listed(newer)).await.expect("adds");
    for id in [here, there] {
        let presence = pins.details(id).expect("details").presence;
        let pinned = presence
            .iter()
            .filter(|it| it.state == PresenceState::Pinned);
        assert_eq!(pinned.count(), 2, "{presence:?}");
    }
}

//! Groups and filters, over a real server.

use engine::changes::ChangeWhat;
use engine::error::ErrorCode;
use engine::groups::GroupRow;
use engine::pins::{InGroup, Look, PinFilters, PinNetwork, PinQuery, PinRow, ResultSet, Selection};
use sandbox::{Key, Scopes};

use crate::changes::carried_out;
use crate::house::House;

fn narrowed(filters: PinFilters) -> PinQuery {
    PinQuery {
        filters,
        ..PinQuery::default()
    }
}

fn in_group(id: &str) -> PinQuery {
    narrowed(PinFilters {
        group: Some(InGroup::Group(id.to_owned())),
        ..PinFilters::default()
    })
}

fn open(house: &House, account: i64, query: &PinQuery) -> (ResultSet, Vec<PinRow>) {
    let look = Look {
        n: 200,
        ..Look::default()
    };
    let mut set = house
        .engine
        .pins
        .open(account, query, None, look)
        .expect("a set");
    let rows = std::mem::take(&mut set.rows);
    (set, rows)
}

fn names(rows: &[PinRow]) -> Vec<&str> {
    let mut names: Vec<_> = rows.iter().filter_map(|row| row.name.as_deref()).collect();
    names.sort_unstable();
    names
}

/// The first `n` rows of a list.
fn first(set: &ResultSet, n: usize) -> Selection {
    Selection {
        set: set.set,
        ranges: vec![(0, n - 1)],
    }
}

fn into(group: &GroupRow) -> ChangeWhat {
    let group = group.service_id.clone();
    ChangeWhat::AddToGroup { group }
}

async fn three_pins(house: &House) {
    let files = ["a.txt", "b.txt", "c.txt"].map(|name| house.file(name, name.as_bytes()));
    house.drop_in(&files).await;
    house.ended().await;
    house.engine.refresh(house.account).await.expect("reads");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_filled_listed_by_renamed_and_removed_and_its_pins_stay() {
    let house = House::new().await;
    three_pins(&house).await;
    let groups = &house.engine.groups;
    let prints = groups
        .create(house.account, " Prints ", PinNetwork::Public, Some(true))
        .await
        .expect("makes");
    assert_eq!(
        (prints.name.as_str(), prints.public),
        ("Prints", Some(true))
    );

    let (all, _) = open(&house, house.account, &PinQuery::default());
    let added = carried_out(&house, &first(&all, 2), into(&prints)).await;
    assert_eq!((added.done, added.failed), (2, 0));
    // Read again from the service: it is not only our mirror that knows.
    house.engine.refresh(house.account).await.expect("reads");
    let (set, rows) = open(&house, house.account, &in_group(&prints.service_id));
    assert_eq!((set.total, set.of), (2, 3));
    assert!(
        rows.iter()
            .all(|row| row.groups == [prints.service_id.clone()])
    );
    assert_eq!(groups.list(house.account).expect("lists").groups[0].pins, 2);

    let group = prints.service_id.clone();
    let out = ChangeWhat::RemoveFromGroup { group };
    assert_eq!(carried_out(&house, &first(&set, 1), out).await.done, 1);
    house.engine.refresh(house.account).await.expect("reads");
    let (set, _) = open(&house, house.account, &in_group(&prints.service_id));
    assert_eq!(set.total, 1);
    let ungrouped = narrowed(PinFilters {
        group: Some(InGroup::None),
        ..PinFilters::default()
    });
    assert_eq!(open(&house, house.account, &ungrouped).0.total, 2);

    let renamed = groups
        .edit(prints.id, Some("Prints 2025"), Some(false))
        .await;
    assert_eq!(renamed.expect("renames").public, Some(false));
    groups.refresh(house.account).await.expect("reads");
    let list = groups.list(house.account).expect("lists");
    assert!(list.offered);
    assert_eq!(
        (list.groups[0].name.as_str(), list.groups[0].pins),
        ("Prints 2025", 1)
    );

    groups.delete(prints.id).await.expect("removes");
    house.engine.refresh(house.account).await.expect("reads");
    assert!(groups.list(house.account).expect("lists").groups.is_empty());
    assert_eq!(open(&house, house.account, &ungrouped).0.total, 3);
    let gone = groups
        .edit(prints.id, Some("x"), None)
        .await
        .expect_err("is gone");
    assert_eq!(gone.code, ErrorCode::Gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_was_removed_elsewhere_is_taken_out_of_the_list_when_it_is_named() {
    let house = House::knowing(vec![Key::new("another-admin", Scopes::admin())]).await;
    let groups = &house.engine.groups;
    let made = groups
        .create(house.account, "Films", PinNetwork::Public, None)
        .await;
    let made = made.expect("makes");
    let other = house.connect("another-admin").await;
    groups.refresh(other).await.expect("reads");
    let there = groups.list(other).expect("lists").groups.remove(0);
    groups.delete(there.id).await.expect("removes");

    let refused = groups
        .edit(made.id, Some("Reels"), None)
        .await
        .expect_err("is refused");
    assert!(
        refused
            .message
            .contains("does not know the group “Films” any more"),
        "{refused}"
    );
    assert!(groups.list(house.account).expect("lists").groups.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_legacy_api_sees_which_group_a_pin_is_in_although_its_list_does_not_say() {
    let lists = Scopes::legacy(["pinList"]).and_v3(["org:groups:read"]);
    let plain = Scopes::legacy_all();
    let keys = vec![
        Key::new("lists-and-groups", lists),
        Key::new("no-groups", plain),
    ];
    let house = House::knowing(keys).await;
    three_pins(&house).await;
    let groups = &house.engine.groups;
    let prints = groups
        .create(house.account, "Prints", PinNetwork::Public, None)
        .await;
    let prints = prints.expect("makes");
    let (all, _) = open(&house, house.account, &PinQuery::default());
    let added = carried_out(&house, &first(&all, 2), into(&prints)).await;
    assert_eq!(added.done, 2);

    let lists = house.connect("lists-and-groups").await;
    house.engine.refresh(lists).await.expect("reads");
    assert_eq!(
        open(&house, lists, &in_group(&prints.service_id)).0.total,
        2
    );

    // A key without groups has its pins all the same, and says what is missing.
    let plain = house.connect("no-groups").await;
    house.engine.refresh(plain).await.expect("reads the pins");
    let list = groups.list(plain).expect("lists");
    assert!(!list.offered);
    assert!(list.problem.expect("says why").contains("scope"));
    assert_eq!(open(&house, plain, &PinQuery::default()).0.total, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn private_pins_are_listed_apart_and_go_into_private_groups_only() {
    let house = House::new().await;
    three_pins(&house).await;
    house
        .service
        .upload("private", "contract.pdf", b"between us")
        .await;
    house.engine.refresh(house.account).await.expect("reads");
    let on = |network| {
        narrowed(PinFilters {
            network: Some(network),
            ..PinFilters::default()
        })
    };
    let (private, rows) = open(&house, house.account, &on(PinNetwork::Private));
    assert_eq!(names(&rows), ["contract.pdf"]);
    assert_eq!(rows[0].network, "private");
    assert_eq!(
        open(&house, house.account, &on(PinNetwork::Public)).0.total,
        3
    );

    let groups = &house.engine.groups;
    let open_group = groups
        .create(house.account, "Prints", PinNetwork::Public, None)
        .await;
    let one = first(&private, 1);
    let refused = carried_out(&house, &one, into(&open_group.expect("makes"))).await;
    assert_eq!((refused.done, refused.failed), (0, 1));
    let told = house.engine.changes.refusals(refused.id, 0, 10);
    assert_eq!(told.expect("tells").rows[0].name, "contract.pdf");
    let closed = groups
        .create(house.account, "Contracts", PinNetwork::Private, None)
        .await;
    let added = carried_out(&house, &one, into(&closed.expect("makes"))).await;
    assert_eq!(added.done, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_without_results_would_find_without_each_condition_is_told_with_it() {
    let house = House::new().await;
    three_pins(&house).await;
    let query = narrowed(PinFilters {
        size_min: Some(1_000_000),
        network: Some(PinNetwork::Public),
        ..PinFilters::default()
    });
    let (set, _) = open(&house, house.account, &query);
    let without: Vec<_> = set.without.iter().map(|without| without.total).collect();
    assert_eq!((set.total, without), (0, vec![3, 0]));
}

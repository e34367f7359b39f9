//! Lost answers: the service does what it is asked, and the connection dies before it can say so. Nothing is lost, nothing is
//! there twice, and the app says what it knows. The sandbox's log and lists are the oracle.

use engine::announce::Noun;
use engine::changes::{ChangeState, ChangeWhat};
use engine::error::ErrorCode;
use engine::groups::GroupRow;
use engine::keys::{KeyState, KeyWish, KeysQuery};
use engine::pins::{Look, PinNetwork, PinQuery, Selection};
use sandbox::{Fault, Kind, Route};

use super::changes::over;
use super::chunks::{bytes_received, noise, uploads_begun};
use super::house::House;

/// The next answer of this route is lost.
pub(crate) fn lose(house: &House, route: Route) {
    house.sandbox.faults().once(route, Kind::CutBeforeAnswer);
}

/// The answers of this route are lost until the faults are cleared.
pub(crate) fn lose_all(house: &House, route: Route) {
    house.sandbox.faults().push(Fault {
        route,
        times: 1_000,
        kind: Kind::CutBeforeAnswer,
    });
}

/// The requests whose answer was lost, as (method, status that nobody saw).
fn lost(house: &House) -> Vec<(String, u16)> {
    let log = house.sandbox.requests().into_iter();
    let lost = log.filter(|entry| entry.fault == Some("cut_before_answer"));
    lost.map(|entry| (entry.method, entry.status)).collect()
}

/// Requests by this method to a path that begins like this.
pub(crate) fn asked(house: &House, method: &str, path: &str) -> usize {
    let log = house.sandbox.requests().into_iter();
    log.filter(|entry| entry.method == method && entry.path.starts_with(path))
        .count()
}

/// Names and CIDs of all public files, by the service's own list.
pub(crate) async fn files(house: &House) -> Vec<(String, String)> {
    let listed = house
        .service
        .api("GET", "v3/files/public?limit=100", None)
        .await;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let files = listed["data"]["files"].as_array().expect("files");
    files
        .iter()
        .map(|file| (text(&file["name"]), text(&file["cid"])))
        .collect()
}

/// Names of all public groups, by the service's own list.
async fn groups(house: &House) -> Vec<String> {
    let listed = house
        .service
        .api("GET", "v3/groups/public?limit=100", None)
        .await;
    let groups = listed["data"]["groups"].as_array().expect("groups");
    let name = |group: &serde_json::Value| group["name"].as_str().expect("a name").to_owned();
    groups.iter().map(name).collect()
}

/// The groups that are shown.
fn shown(house: &House) -> Vec<String> {
    let list = house.engine.groups.list(house.account).expect("a list");
    list.groups.into_iter().map(|group| group.name).collect()
}

async fn read_groups(house: &House) {
    let groups = &house.engine.groups;
    groups.refresh(house.account).await.expect("reads");
}

async fn create(house: &House, name: &str) -> Result<GroupRow, engine::error::CommandError> {
    let groups = &house.engine.groups;
    groups
        .create(house.account, name, PinNetwork::Public, None)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_answer_was_lost_is_found_and_not_sent_again() {
    let house = House::new().await;
    // What the key may do is found out with the first folder.
    house.file("first/a.txt", b"first");
    house.drop_in(&[house.path("first")]).await;
    house.verified().await;
    lose(&house, Route::PinFile);
    house.file("site/index.html", b"<h1>hello</h1>");
    house.file("site/img/a.png", b"png");
    house.drop_in(&[house.path("site")]).await;
    let row = house.verified().await;
    assert_eq!(lost(&house), [("POST".to_owned(), 200)]);
    assert_eq!(house.uploads_received(), 2);
    let cid = row.cid.expect("a CID");
    assert_eq!(
        house.service.served(&format!("{cid}/img/a.png")).await,
        b"png"
    );
    let names: Vec<_> = files(&house).await.into_iter().map(|file| file.0).collect();
    assert_eq!(names, ["site", "first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_in_chunks_whose_beginning_got_no_answer_begins_anew_and_sends_each_byte_once() {
    const CHUNK: u64 = 64 * 1024;
    let mut house = House::new().await;
    house.cut(CHUNK, CHUNK);
    lose(&house, Route::TusCreate);
    let bytes = noise(5 * CHUNK, 31);
    house.drop_in(&[house.file("long.mov", &bytes)]).await;
    let row = house.verified().await;
    assert_eq!(lost(&house), [("POST".to_owned(), 201)]);
    // Where the first one was to be sent, nobody knows: it has no byte, and the service forgets it.
    assert_eq!(
        (uploads_begun(&house), bytes_received(&house)),
        (2, 5 * CHUNK)
    );
    let cid = row.cid.expect("a CID");
    assert_eq!(files(&house).await, [("long.mov".to_owned(), cid.clone())]);
    assert!(house.service.served(&cid).await == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_whose_answer_was_lost_is_looked_for_and_made_once() {
    let house = House::new().await;
    read_groups(&house).await;
    lose(&house, Route::V3GroupWrite);
    let made = create(&house, "Prints").await.expect("it is there");
    assert_eq!(made.name, "Prints");
    assert_eq!(lost(&house), [("POST".to_owned(), 200)]);
    assert_eq!(groups(&house).await, ["Prints"]);
    assert_eq!(shown(&house), ["Prints"]);

    // One of the same name that was known before is not the one that was asked for.
    house
        .sandbox
        .faults()
        .once(Route::V3GroupWrite, Kind::CutAfterBytes(1));
    let told = create(&house, "Prints").await.expect_err("did not arrive");
    assert!(told.message.contains("may have been done"), "{told}");
    assert_eq!(groups(&house).await, ["Prints"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_group_that_cannot_be_looked_for_either_nothing_is_claimed() {
    let house = House::new().await;
    read_groups(&house).await;
    lose(&house, Route::V3GroupWrite);
    lose_all(&house, Route::V3GroupRead);
    let told = create(&house, "Prints").await.expect_err("nobody knows");
    assert!(told.message.contains("may have been done"), "{told}");
    house.sandbox.faults().clear();
    house.engine.retry(house.account).await.expect("answers");
    read_groups(&house).await;
    assert_eq!(shown(&house), ["Prints"]);
    assert_eq!(asked(&house, "POST", "/v3/groups/public"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_and_a_removed_group_whose_answers_were_lost_are_shown_as_they_are() {
    let house = House::new().await;
    let made = create(&house, "Prints").await.expect("makes");
    let groups_here = &house.engine.groups;
    lose(&house, Route::V3GroupWrite);
    let renamed = groups_here.edit(made.id, Some("Prints 2025"), None).await;
    assert_eq!(renamed.expect("it is so").name, "Prints 2025");
    assert_eq!(groups(&house).await, ["Prints 2025"]);
    assert_eq!(shown(&house), ["Prints 2025"]);

    // One that did not arrive is not called done.
    let faults = house.sandbox.faults();
    faults.once(Route::V3GroupWrite, Kind::CutAfterBytes(1));
    let told = groups_here.edit(made.id, Some("Prints 2026"), None).await;
    let told = told.expect_err("it is not so");
    assert!(told.message.contains("may have been done"), "{told}");
    assert_eq!(shown(&house), ["Prints 2025"]);

    lose(&house, Route::V3GroupWrite);
    groups_here.delete(made.id).await.expect("it is gone");
    assert_eq!(groups(&house).await, [] as [&str; 0]);
    assert_eq!(shown(&house), [] as [&str; 0]);
    assert_eq!(asked(&house, "DELETE", "/v3/groups/"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_whose_way_into_or_out_of_a_group_got_no_answer_are_told_of_and_settled_by_another_try()
 {
    let house = House::new().await;
    let paths = ["a.txt", "b.txt", "c.txt"].map(|name| house.file(name, name.as_bytes()));
    house.drop_in(&paths).await;
    house.ended().await;
    let made = create(&house, "Prints").await.expect("makes");
    let group = made.service_id;
    let members = async || {
        let path = format!("v3/files/public?group={group}&limit=100");
        let listed = house.service.api("GET", &path, None).await;
        listed["data"]["files"].as_array().expect("files").len()
    };
    let changes = [
        (
            ChangeWhat::AddToGroup {
                group: group.clone(),
            },
            3,
        ),
        (
            ChangeWhat::RemoveFromGroup {
                group: group.clone(),
            },
            0,
        ),
    ];
    for (what, inside) in changes {
        house.engine.refresh(house.account).await.expect("reads");
        let look = Look::default();
        let set = house
            .engine
            .pins
            .open(house.account, &PinQuery::default(), None, look);
        let all = Selection {
            set: set.expect("a set").set,
            ranges: vec![(0, 2)],
        };
        lose(&house, Route::V3GroupWrite);
        let begun = house.engine.changes.start(&all, what).await;
        let id = begun.expect("is taken in").id;
        // A connection that breaks holds the account for a moment; the others go on behind it.
        let row = over(&house, id).await;
        assert_eq!((row.done, row.failed, row.unsure), (2, 0, 1), "{row:?}");
        let told = house.engine.changes.refusals(id, 0, 10).expect("tells");
        assert!(told.rows[0].unsure && told.rows[0].sentence.contains("may have been done"));
        assert_eq!(members().await, inside, "all of them were carried out");
        house.engine.changes.retry(id).await.expect("tries again");
        let row = over(&house, id).await;
        assert_eq!(
            (row.state, row.done, row.unsure),
            (ChangeState::Ended, 3, 0)
        );
        assert_eq!(members().await, inside);
    }
    assert_eq!(files(&house).await.len(), 3);
}

fn wish() -> KeyWish {
    KeyWish {
        name: "kiosk".to_owned(),
        scopes: vec!["org:files:read".to_owned()],
        ..KeyWish::default()
    }
}

/// The service's own list of keys, as (name, revoked).
async fn keys(house: &House) -> Vec<(String, bool)> {
    let listed = house.service.api("GET", "v3/api_keys", None).await;
    let keys = listed["keys"]
        .as_array()
        .or(listed["data"]["keys"].as_array());
    let of = |key: &serde_json::Value| {
        let name = key["name"].as_str().expect("a name").to_owned();
        (name, key["revoked"].as_bool().expect("a flag"))
    };
    keys.expect("keys").iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_made_or_revoked_without_an_answer_is_told_so_and_the_list_is_read_anew() {
    let house = House::new().await;
    let (own, account) = (&house.engine.keys, house.account);
    let mut changes = house.engine.store.announcer.listen();
    let mut announced = || {
        let heard = std::iter::from_fn(|| changes.try_recv().ok());
        heard.filter(|changed| changed.noun == Noun::Key).count()
    };
    lose(&house, Route::V3KeyCreate);
    let told = own.create(account, &wish()).await.expect_err("no answer");
    assert_eq!(told.code, ErrorCode::Unconfirmed);
    assert!(told.message.contains("the key may exist"), "{told}");
    assert!(announced() > 0, "whoever shows the list reads it again");
    assert_eq!(keys(&house).await, [("kiosk".to_owned(), false)]);
    assert_eq!(asked(&house, "POST", "/v3/api_keys"), 1);

    let row = own.list(account, &KeysQuery::default(), None).await;
    let row = row.expect("a list").rows.remove(0);
    announced();
    lose(&house, Route::V3KeyRevoke);
    let told = own.revoke(account, &row.key, false).await;
    let told = told.expect_err("no answer");
    assert_eq!(told.code, ErrorCode::Unconfirmed);
    assert!(announced() > 0, "whoever shows the list reads it again");
    assert_eq!(keys(&house).await, [("kiosk".to_owned(), true)]);
    let row = own.list(account, &KeysQuery::default(), None).await;
    assert_eq!(row.expect("a list").rows[0].state, KeyState::Revoked);
    assert_eq!(lost(&house).len(), 2);
}

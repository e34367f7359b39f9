//! Group and network: chosen for a drop, or by a watched folder's rules.

use engine::clock::Clock as _;
use engine::error::ErrorCode;
use engine::json::JsonWish;
use engine::uploads::{GroupChoice, Secrets, UploadNetwork, UploadOptions, UploadState};
use engine::watches::WatchRules;
use serde_json::{Value, json};

use super::house::{self, House};

async fn group(house: &House, network: &str, name: &str) -> GroupChoice {
    let path = format!("v3/groups/{network}");
    let made = house
        .service
        .api("POST", &path, Some(json!({ "name": name })))
        .await;
    GroupChoice {
        id: made["data"]["id"].as_str().expect("an id").to_owned(),
        name: name.to_owned(),
    }
}

/// (name, CID) of the files that the service lists in a group.
async fn in_group(house: &House, network: &str, group: &GroupChoice) -> Vec<(String, String)> {
    let path = format!("v3/files/{network}?group={}&limit=100", group.id);
    let listed = house.service.api("GET", &path, None).await;
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let files = listed["data"]["files"].as_array().expect("files");
    files
        .iter()
        .map(|file| (text(&file["name"]), text(&file["cid"])))
        .collect()
}

/// The groups that the list of pins here knows of a CID.
fn known_groups(house: &House, cid: &str) -> Vec<String> {
    let pin = house.engine.pins.find(house.account, cid).expect("looks");
    pin.expect("it is listed").pin.groups.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn group_and_network_are_as_chosen_and_a_private_file_is_not_served_to_the_public() {
    let house = House::new().await;
    let prints = group(&house, "private", "Prints").await;
    let site = group(&house, "public", "Site").await;
    let places = house
        .engine
        .uploads
        .places(house.account)
        .await
        .expect("places");
    assert!(places.private, "{places:?}");
    assert_eq!(
        (places.groups, places.private_groups),
        (vec![site.clone()], vec![prints.clone()])
    );

    let enqueue = async |name: &str, bytes: &[u8], network, group: &GroupChoice| {
        let drop = house.look_at(&[house.file(name, bytes)]).await;
        let options = UploadOptions {
            network,
            group: Some(group.clone()),
            ..house::options(Secrets::Hold)
        };
        house
            .engine
            .uploads
            .enqueue(house.account, &drop, options)
            .await
            .expect("enqueues");
        house.ended().await
    };
    enqueue(
        "kept.txt",
        b"not for everyone",
        UploadNetwork::Private,
        &prints,
    )
    .await;
    let row = house.ended().await.remove(0);
    assert_eq!(
        (row.state, row.network),
        (UploadState::Pinned, UploadNetwork::Private),
        "{}",
        row.sentence
    );
    let cid = row.cid.expect("a CID");
    assert_eq!(
        in_group(&house, "private", &prints).await,
        [("kept.txt".into(), cid.clone())]
    );
    assert_eq!(known_groups(&house, &cid), std::slice::from_ref(&prints.id));
    assert_eq!(
        house.service.status(&cid).await,
        404,
        "the public gateway has it not"
    );

    // The same bytes for everyone are another upload: being private is not being there.
    enqueue(
        "kept.txt",
        b"not for everyone",
        UploadNetwork::Public,
        &site,
    )
    .await;
    assert_eq!(house.service.served(&cid).await, b"not for everyone");
    // Each leads to its own pin.
    for row in house.ended().await {
        let pin = house.engine.pins.details(row.pin.expect("a pin"));
        let network = pin.expect("details").row.network;
        assert_eq!(network == "private", row.network == UploadNetwork::Private);
    }

    // The same bytes once more, to another group: nothing is sent, the pin is put there.
    let sent = house.uploads_received();
    let archive = group(&house, "public", "Archive").await;
    enqueue(
        "again.txt",
        b"not for everyone",
        UploadNetwork::Public,
        &archive,
    )
    .await;
    assert_eq!(house.uploads_received(), sent);
    let listed = async || in_group(&house, "public", &archive).await.len() == 1;
    house.until_true("the pin is in its group", listed).await;
    let known = async || known_groups(&house, &cid).contains(&archive.id);
    house.until_true("the list knows it", known).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_goes_to_the_group_and_network_that_were_chosen_and_ends_when_it_is_to() {
    let (house, clock) = House::leaping().await;
    let prints = group(&house, "private", "Prints").await;
    let json = &house.engine.json;
    let draft = json.start().id;
    json.write(&draft, 0, "[1]", true).expect("takes it");
    let day = clock.now() + 24 * 3_600_000;
    let wish = JsonWish {
        name: "kept.json".into(),
        group: Some(prints.clone()),
        network: UploadNetwork::Private,
        expires: Some(day),
        ..JsonWish::default()
    };
    let queued = json.pin(house.account, &draft, wish).await;
    queued.expect("queued");
    let cid = house.verified().await.cid.expect("a CID");
    assert_eq!(
        in_group(&house, "private", &prints).await,
        [("kept.json".into(), cid.clone())]
    );
    assert_eq!(house.service.status(&cid).await, 404, "it is not public");
    let pin = house.pin(&cid).await.expect("listed");
    assert_eq!(pin.expires, Some(day / 1_000 * 1_000));
    clock.leap(25 * 3_600_000);
    assert_eq!(in_group(&house, "private", &prints).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_or_a_wrapped_file_cannot_be_private_and_is_refused_before_it_is_queued() {
    let house = House::new().await;
    house.file("site/index.html", b"<p>");
    let private = UploadOptions {
        network: UploadNetwork::Private,
        ..house::options(Secrets::Hold)
    };
    let wrapped = UploadOptions {
        wrap: true,
        ..private.clone()
    };
    for (path, options) in [
        (house.path("site"), private),
        (house.file("a.txt", b"a"), wrapped),
    ] {
        let drop = house.look_at(&[path]).await;
        let refused = house
            .engine
            .uploads
            .enqueue(house.account, &drop, options)
            .await;
        assert_eq!(refused.expect_err("refused").code, ErrorCode::BadInput);
    }
    assert_eq!(house.engine.uploads.head().expect("figures").now, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_puts_its_pins_into_the_group_and_network_of_its_rules() {
    let house = House::new().await;
    let landing = group(&house, "private", "Landing").await;
    let root = house.path("landing");
    let rules = WatchRules {
        settle: 1,
        group: Some(landing.clone()),
        network: UploadNetwork::Private,
        ..WatchRules::default()
    };
    let id = house.watch(&root, rules).await;
    house.file("landing/a.txt", b"fell in");
    house.until_pinned(id, 1).await;
    let found = in_group(&house, "private", &landing).await;
    assert_eq!(
        found
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["a.txt"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_new_name_of_a_private_upload_leaves_the_public_pin_of_the_same_bytes_alone() {
    let house = House::new().await;
    let mut rows = Vec::new();
    for network in [UploadNetwork::Private, UploadNetwork::Public] {
        let drop = house.look_at(&[house.file("a.txt", b"twice there")]).await;
        let options = UploadOptions {
            network,
            ..house::options(Secrets::Hold)
        };
        let uploads = &house.engine.uploads;
        let queued = uploads.enqueue(house.account, &drop, options).await;
        rows.extend(queued.expect("enqueues"));
        house.ended().await;
    }
    let names = async |network: &str| {
        let listed = house
            .service
            .api("GET", &format!("v3/files/{network}"), None)
            .await;
        let files = listed["data"]["files"].as_array().expect("files").clone();
        let names: Vec<Value> = files.iter().map(|file| file["name"].clone()).collect();
        names
    };
    let uploads = &house.engine.uploads;
    for (id, name) in [(rows[0], "for me"), (rows[1], "for all")] {
        let amended = uploads.amend(vec![id], Some(name.into()), &[]).await;
        amended.expect("is renamed");
        let others = if id == rows[0] { "a.txt" } else { "for all" };
        assert_eq!(names("public").await, [json!(others)]);
        assert_eq!(names("private").await, [json!("for me")]);
    }
}

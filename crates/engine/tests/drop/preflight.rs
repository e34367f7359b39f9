//! What is decided before the start: secrets one by one, system files, limits, and what no service can express.

use std::os::unix::fs::FileExt;

use engine::uploads::{Secrets, UploadOptions, UploadState, UploadsFilter};

use super::house::{self, House};

async fn names_served(house: &House, cid: &str) -> String {
    String::from_utf8(house.service.served(cid).await).expect("a listing")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_secrets_only_those_with_a_yes_of_their_own_are_sent() {
    let house = House::new().await;
    for name in [
        "box/plain.txt",
        "box/.env",
        "box/deep/id_rsa",
        "box/deep/wallet.json",
    ] {
        house.file(name, name.as_bytes());
    }
    let paths = vec![
        house.path("box"),
        house.file("server.pem", b"pem"),
        house.file("other.key", b"key"),
    ];
    let drop = house.engine.uploads.look_at(paths).await.expect("looks");
    assert!(drop.asks);
    assert_eq!(drop.secret_count, 5);
    let number = |name: &str| {
        let at = drop.secrets.iter().position(|secret| secret == name);
        u32::try_from(at.unwrap_or_else(|| panic!("{name} in {:?}", drop.secrets))).expect("few")
    };
    let options = UploadOptions {
        allowed: vec![number("box/deep/id_rsa"), number("other.key")],
        ..house::options(Secrets::LeaveOut)
    };
    let uploads = &house.engine.uploads;
    uploads
        .enqueue(house.account, &drop.id, options)
        .await
        .expect("enqueues");
    let rows = house.ended().await;
    let mut names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["box", "other.key"]);
    let folder = rows
        .iter()
        .find(|row| row.name == "box")
        .expect("the folder");
    assert_eq!(
        (folder.state, folder.files, folder.problems),
        (UploadState::Pinned, 2, 2)
    );
    let cid = folder.cid.clone().expect("a CID");
    let listing = names_served(&house, &format!("{cid}/deep")).await;
    assert!(
        listing.contains("id_rsa") && !listing.contains("wallet.json"),
        "{listing}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_the_same_name_in_two_folders_are_told_apart() {
    let house = House::new().await;
    house.file("a/.env", b"a");
    house.file("b/.env", b"b");
    house.file("a/plain.txt", b"plain");
    let paths = vec![house.path("a"), house.path("b"), house.path("a/.env")];
    let drop = house.engine.uploads.look_at(paths).await.expect("looks");
    assert_eq!(drop.secrets, ["a/.env", "b/.env", ".env"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn items_of_the_same_name_are_told_apart_by_their_folders_and_pinned_under_their_names() {
    let house = House::new().await;
    house.file("shop/index.html", b"<p>");
    let paths = vec![
        house.file("old/site/.env", b"old site"),
        house.file("new/site/.env", b"new site"),
        house.file("shop/.env", b"shop"),
        house.file("plain.txt", b"plain"),
        house.path("shop"),
    ];
    let drop = house.engine.uploads.look_at(paths).await.expect("looks");
    let names: Vec<_> = drop.items.iter().map(|item| item.name.as_str()).collect();
    let (old, new) = (".env (old/site)", ".env (new/site)");
    assert_eq!(names, [old, new, ".env (shop)", "plain.txt", "shop"]);
    assert_eq!(drop.secrets, [old, new, ".env (shop)", "shop/.env"]);
    let options = UploadOptions {
        allowed: vec![1],
        ..house::options(Secrets::LeaveOut)
    };
    let uploads = &house.engine.uploads;
    let queued = uploads.enqueue(house.account, &drop.id, options).await;
    assert_eq!(queued.expect("enqueues").len(), 3);
    let rows = house.ended().await;
    let sent = rows.iter().find(|row| row.name == ".env");
    let cid = sent.and_then(|row| row.cid.clone()).expect("a CID");
    assert_eq!(house.service.served(&cid).await, b"new site");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_held_says_so_and_which_of_the_secrets_it_is_where_that_one_is_told() {
    let house = House::new().await;
    for number in 0..199 {
        house.file(&format!("box/{number}.pem"), b"pem");
    }
    let paths = vec![
        house.path("box"),
        house.file("one/.env", b"one"),
        house.file("two/.env", b"two"),
        house.file("plain.txt", b"plain"),
    ];
    let drop = house.engine.uploads.look_at(paths).await.expect("looks");
    assert_eq!((drop.secrets.len(), drop.secret_count), (200, 201));
    let said: Vec<_> = drop
        .items
        .iter()
        .map(|item| (item.held, item.secret))
        .collect();
    let told = [
        (false, None),
        (true, Some(199)),
        (true, None),
        (false, None),
    ];
    assert_eq!(said, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn system_files_of_a_folder_are_left_out_and_named_unless_they_are_wanted() {
    let house = House::new().await;
    for name in [
        "box/a.txt",
        "box/.DS_Store",
        "box/deep/Thumbs.db",
        "box/._a.txt",
    ] {
        house.file(name, name.as_bytes());
    }
    let uploads = &house.engine.uploads;
    let send = async |junk: bool| {
        let drop = uploads
            .look_at(vec![house.path("box")])
            .await
            .expect("looks");
        assert_eq!((drop.junk_count, drop.asks), (3, false), "{drop:?}");
        assert_eq!(drop.junk.len(), 3);
        let options = UploadOptions {
            junk,
            ..house::options(Secrets::Hold)
        };
        let id = uploads
            .enqueue(house.account, &drop.id, options)
            .await
            .expect("enqueues")[0];
        house
            .ended()
            .await
            .into_iter()
            .find(|row| row.id == id)
            .expect("the row")
    };
    let without = send(false).await;
    assert_eq!(
        (without.files, without.problems),
        (1, 3),
        "{}",
        without.sentence
    );
    let told = uploads.problems(without.id).expect("what was left out");
    assert!(
        told.iter()
            .all(|problem| problem.sentence.contains("system file")),
        "{told:?}"
    );
    let with = send(true).await;
    assert_eq!((with.files, with.problems), (4, 0), "{}", with.sentence);

    // One that is dropped by itself is meant.
    house.drop_in(&[house.path("box/.DS_Store")]).await;
    assert_eq!(house.ended().await[0].state, UploadState::Pinned);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_larger_than_a_service_takes_is_named_and_left_out_and_the_rest_goes() {
    let house = House::new().await;
    let large = house.file("master.mov", b"");
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(&large)
        .expect("opens");
    file.write_all_at(b"end", 27_100_000_000)
        .expect("a sparse file");
    let small = house.file("small.txt", b"small");
    let uploads = &house.engine.uploads;
    let drop = uploads
        .look_at(vec![large.clone(), small.clone()])
        .await
        .expect("looks");
    assert!(drop.asks);
    assert_eq!(
        drop.items[0].problem.as_deref(),
        Some("master.mov is 27.1 GB; one upload takes at most 25 GB. It will be left out.")
    );
    let together = UploadOptions {
        together: Some("both".into()),
        ..house::options(Secrets::Hold)
    };
    let refused = uploads
        .enqueue(house.account, &drop.id, together)
        .await
        .expect_err("too large");
    assert!(refused.message.contains("27.1 GB"), "{}", refused.message);
    let options = house::options(Secrets::Hold);
    uploads
        .enqueue(house.account, &drop.id, options)
        .await
        .expect("enqueues");
    assert_eq!(house.ended().await.len(), 1);
    assert_eq!(
        uploads
            .rows(UploadsFilter::NeedsYou, 0, 10)
            .expect("rows")
            .total,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_folders_are_named_before_the_start() {
    let house = House::new().await;
    house.file("box/a.txt", b"a");
    std::fs::create_dir_all(house.path("box/deep/empty")).expect("creates");
    let drop = house
        .engine
        .uploads
        .look_at(vec![house.path("box")])
        .await
        .expect("looks");
    assert!(drop.asks);
    assert_eq!((drop.left_out.len(), drop.left_out[0].count), (1, 1));
    assert_eq!(
        drop.left_out[0].sentence,
        "Empty folders, which no pinning service takes: box/deep/empty."
    );
}

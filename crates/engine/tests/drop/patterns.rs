//! What of a dropped folder is left out by patterns, and what is asked about before anything is sent.

use std::os::unix::fs::symlink;

use engine::error::ErrorCode;
use engine::uploads::{Secrets, UploadState, cid_of};
use engine::walk::Disk;

use super::house::{self, House};

/// A site as people have it on their disks.
fn site(house: &House) -> std::path::PathBuf {
    for name in [
        "site/index.html",
        "site/notes/draft.txt",
        "site/notes/done.txt",
        "site/.well-known/id",
        "site/.git/HEAD",
        "site/.git/objects/ab/secret-of-last-year.pem",
        "site/shop/node_modules/left-pad/index.js",
    ] {
        house.file(name, name.as_bytes());
    }
    house.file("site/.pinignore", b"draft.*\n");
    house.path("site")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_and_the_tools_of_a_site_are_asked_about_and_patterns_keep_them_here() {
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    let root = site(&house);
    let whole = uploads.look_at(vec![root.clone()]).await.expect("looks");
    assert!(whole.asks, "nothing of it goes by itself");
    let mut workshop = whole.workshop.clone();
    workshop.sort();
    assert_eq!(workshop, [".git", "node_modules"]);
    assert_eq!((whole.files, whole.secret_count), (6, 1));
    // The folder's own patterns are never sent.
    let mut ignored = whole.ignored.clone();
    ignored.sort();
    assert_eq!(
        (whole.ignored_count, ignored),
        (2, vec![".pinignore".to_owned(), "draft.txt".to_owned()])
    );

    let patterns = ".git/\nnode_modules/\n";
    let again = uploads.begin_looking();
    let drop = uploads
        .look_again(again, &whole.id, patterns.to_owned())
        .await
        .expect("looks again");
    assert_eq!(
        (drop.files, drop.ignored_count, drop.secret_count),
        (3, 4, 0)
    );
    assert!(!drop.asks && drop.workshop.is_empty());
    uploads.discard(&whole.id);
    let ids = uploads
        .enqueue(house.account, &drop.id, house::options(Secrets::Hold))
        .await
        .expect("enqueues");
    let row = house.ended().await.remove(0);
    assert_eq!((row.id, row.state), (ids[0], UploadState::Pinned));
    assert_eq!((row.files, row.problems), (3, 4));
    let cid = row.cid.expect("a CID");
    let computed = cid_of(&Disk, &root, 1, false, patterns).expect("computes");
    assert_eq!(computed.cid, cid, "`pinfold cid` says the same");
    assert_eq!(
        house.service.served(&format!("{cid}/notes/done.txt")).await,
        b"site/notes/done.txt"
    );
    for gone in [".git/HEAD", "shop", "notes/draft.txt", ".pinignore"] {
        assert_eq!(
            house.service.status(&format!("{cid}/{gone}")).await,
            404,
            "{gone}"
        );
    }
    let told = uploads.problems(row.id).expect("what was left out");
    let git = told.iter().find(|problem| problem.path == ".git");
    let git = git.expect("it is said");
    assert_eq!(git.sentence, ".git was left out by a pattern: .git/");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_a_line_that_is_no_pattern_are_said_before_anything_is_sent() {
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    house.file("box/a.txt", b"a");
    symlink("/etc/hostname", house.path("box/link")).expect("links");
    let drop = uploads
        .look_at(vec![house.path("box")])
        .await
        .expect("looks");
    assert!(drop.asks);
    assert!(drop.left_out[0].sentence.contains("is a link"), "{drop:?}");

    let again = uploads.look_again(uploads.begin_looking(), &drop.id, "{b".into());
    let refused = again.await.expect_err("it is no pattern");
    assert_eq!(refused.code, ErrorCode::BadInput);
    assert!(refused.message.contains("“{b”"), "{}", refused.message);
    let options = house::options(Secrets::Hold);
    let enqueued = uploads.enqueue(house.account, &drop.id, options).await;
    assert_eq!(enqueued.expect("the drop before is still there").len(), 1);
}

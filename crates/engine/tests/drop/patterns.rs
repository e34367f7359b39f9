//! What of a dropped folder is left out by patterns, and what is asked about before anything is sent.

use std::os::unix::fs::symlink;

use engine::error::ErrorCode;
use engine::uploads::{Drop, Secrets, UploadState, cid_of};
use engine::walk::Disk;

use super::house::{self, House};

/// Which rule leaves out how many things, and what they are called.
fn told(drop: &Drop) -> Vec<(&str, usize, String)> {
    let by = drop.ignored.iter();
    let told = by.map(|by| (by.sentence.as_str(), by.count, sorted(&by.names)));
    told.collect()
}

fn sorted(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort();
    names.join(", ")
}

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
    assert_eq!(
        (whole.ignored_count, told(&whole)),
        (
            2,
            vec![
                (
                    "Left out as a folder’s own patterns",
                    1,
                    ".pinignore".into()
                ),
                ("Left out by draft.* in .pinignore", 1, "draft.txt".into()),
            ]
        )
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
    let problems = uploads.problems(row.id).expect("what was left out");
    let said = |path: &str| {
        let problem = problems.iter().find(|problem| problem.path == path);
        problem.expect("it is said").sentence.clone()
    };
    for (path, sentence) in [
        (".git", ".git was left out by a pattern: .git/"),
        (
            "notes/draft.txt",
            "draft.txt was left out by a pattern in .pinignore: draft.*",
        ),
        (
            ".pinignore",
            ".pinignore holds the folder’s own patterns and is never pinned.",
        ),
    ] {
        assert_eq!(said(path), sentence);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_patterns_leave_out_is_told_rule_by_rule_the_largest_first() {
    let house = House::new().await;
    for name in 0..7 {
        house.file(&format!("box/{name}.psd"), b"a draft");
        house.file(&format!("other/deep/{name}.psd"), b"a draft");
    }
    house.file("box/a.txt", b"goes");
    house.file("box/.pinignore", b"*.bak\n*.psd\n");
    house.file("box/b.bak", b"stays");
    house.file("box/c.bak", b"stays");
    house.file("other/old/one.txt", b"stays");
    house.file("other/deep/old/two.txt", b"stays");
    house.file("other/b.txt", b"goes");
    let uploads = &house.engine.uploads;
    let roots = vec![house.path("box"), house.path("other")];
    let look = async |patterns: &str| {
        let looking = uploads.begin_looking();
        let drop = uploads.look(looking, roots.clone(), patterns.into()).await;
        drop.expect("looks")
    };
    let drop = look("*.psd\nold/\nnothing-of-this-name\n").await;
    assert_eq!((drop.files, drop.ignored_count), (2, 19));
    let rules = told(&drop);
    let counts: Vec<_> = rules
        .iter()
        .map(|(rule, count, _)| (*rule, *count))
        .collect();
    assert_eq!(
        counts,
        [
            ("Left out by *.psd", 7),
            ("Left out by *.psd in .pinignore", 7),
            ("Left out by *.bak in .pinignore", 2),
            ("Left out by old/", 2),
            ("Left out as a folder’s own patterns", 1),
        ]
    );
    assert_eq!(drop.ignored[0].names.len(), 5, "a few of them: {drop:?}");
    assert_eq!(rules[2].2, "b.bak, c.bak");
    assert_eq!(rules[3].2, "", "the rule says the name");

    // Of more rules than anybody reads the rest is counted.
    let each: Vec<String> = (0..7).map(|name| format!("{name}.psd")).collect();
    let drop = look(&format!("{}\nold/\n", each.join("\n"))).await;
    let shown: usize = drop.ignored.iter().map(|by| by.count).sum();
    assert_eq!((drop.ignored_count, drop.ignored.len(), shown), (19, 6, 14));
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

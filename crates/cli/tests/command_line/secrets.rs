//! What looks like a secret: a yes for each file, by its path.

use crate::house::House;

/// A key, put together here so that none stands in the sources.
fn key(of: &str) -> Vec<u8> {
    let begin = ["-----BEGIN OPENSSH ", "PRIVATE KEY-----\n"].concat();
    format!("{begin}{of}").into_bytes()
}

fn site(house: &House) -> String {
    for name in [
        "index.html",
        ".env",
        "deep/id_rsa",
        ".git/HEAD",
        ".git/old.pem",
    ] {
        house.file(&format!("site/{name}"), name.as_bytes());
    }
    house.path("home/site").to_str().expect("text").to_owned()
}

/// The options to say yes that a refusal tells, in their order.
fn told(refusal: &str) -> Vec<String> {
    let words = refusal.split_whitespace();
    let options = words.filter(|word| word.starts_with("--allow="));
    options.map(str::to_owned).collect()
}

async fn missing(house: &House, path: &str) -> bool {
    let url = format!("{}/ipfs/{path}", house.server.gateway_url());
    let answer = oracle::client().get(url).send().await;
    answer.expect("an answer").status() == 404
}

#[tokio::test(flavor = "multi_thread")]
async fn each_secret_has_a_yes_of_its_own_that_the_refusal_tells_and_there_is_none_for_all() {
    let house = House::with_account().await;
    let site = site(&house);
    let refused = |more: &[&str]| {
        let arguments = [&["add", site.as_str()][..], more].concat();
        let (code, words) = house.code(&arguments);
        assert_eq!(code, 5, "{words}");
        assert!(words.contains("nothing was queued"), "{words}");
        assert!(
            house
                .objects(&["queue", "ls", "--all"], "upload")
                .is_empty()
        );
        (told(&words), words)
    };
    let (options, words) = refused(&[]);
    assert_eq!(
        options,
        [
            "--allow=site/.git",
            "--allow=site/.env",
            "--allow=site/deep/id_rsa"
        ]
    );
    assert!(words.contains("--ignore=.git/"), "{words}");
    assert!(words.contains("--secrets=skip"), "{words}");
    let (options, _) = refused(&["--allow=site/.git", "--allow", "deep/id_rsa"]);
    assert_eq!(options, ["--allow=site/.env", "--allow=site/.git/old.pem"]);
    let whole = format!("--allow={site}/.env");
    let (options, _) = refused(&["--ignore=.git/", &whole]);
    assert_eq!(options, ["--allow=site/deep/id_rsa"]);

    let (code, words) = house.code(&["add", &site, "--secrets=send"]);
    assert_eq!(code, 2, "{words}");
    for (none, code) in [("nothing", 3), ("site", 3), ("../token", 3)] {
        let (is, words) = house.code(&["add", &site, "--allow", none]);
        assert_eq!(is, code, "{words}");
        assert!(words.contains("Nothing was queued"), "{words}");
    }

    let added = house.done(&[
        "add",
        &site,
        "--allow=site/.git",
        "--allow=site/.env",
        "--secrets=skip",
    ]);
    let cid = crate::house::cid_of(&added);
    for there in ["index.html", ".env", ".git/HEAD"] {
        let served = house.served(&format!("{cid}/{there}")).await;
        assert_eq!(served, there.as_bytes());
    }
    for gone in ["deep/id_rsa", "deep", ".git/old.pem"] {
        assert!(missing(&house, &format!("{cid}/{gone}")).await, "{gone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_inside_a_file_waits_in_the_queue_and_is_answered_there_or_in_advance() {
    let house = House::with_account().await;
    house.file("notes/plain.txt", b"plain");
    for name in ["a.txt", "b.txt", "c.txt"] {
        house.file(&format!("notes/{name}"), &key(name));
    }
    let notes = house.path("home/notes");
    let notes = notes.to_str().expect("text");
    let (code, words) = house.code(&["add", notes, "--allow", "notes/c.txt"]);
    assert_eq!(code, 5, "{words}");
    assert_eq!(told(&words), ["--allow=notes/a.txt", "--allow=notes/b.txt"]);
    let rows = house.objects(&["queue", "ls"], "upload");
    let number = rows[0]["id"].to_string();
    let option = format!("pinfold queue secrets {number} --allow=notes/a.txt");
    assert!(words.contains(&option), "{words}");

    let listed = || {
        let lines = house.objects(&["queue", "secrets", &number], "suspect");
        let paths = lines.iter().map(|line| line["path"].as_str());
        let paths = paths.map(|path| path.expect("text").to_owned());
        paths.collect::<Vec<_>>()
    };
    assert_eq!(listed(), ["notes/a.txt", "notes/b.txt"]);
    let (code, words) = house.code(&["queue", "secrets", &number, "--allow", "plain.txt"]);
    assert_eq!(code, 3, "{words}");
    house.done(&["queue", "secrets", &number, "--allow", "notes/a.txt"]);
    assert_eq!(listed(), ["notes/b.txt"]);
    let rows = house.objects(&["queue", "ls"], "upload");
    assert_eq!(rows[0]["state"], "needs_you");
    house.done(&["queue", "secrets", &number, "--skip"]);
    let (running, _) = house.stays(&["run"]);
    house.until("the folder is pinned", |house| {
        let rows = house.objects(&["queue", "ls", "--all"], "upload");
        rows[0]["state"] == "pinned"
    });
    running.kill();
    let rows = house.objects(&["queue", "ls", "--all"], "upload");
    let cid = rows[0]["cid"].as_str().expect("a CID");
    for name in ["a.txt", "c.txt"] {
        assert_eq!(house.served(&format!("{cid}/{name}")).await, key(name));
    }
    assert!(missing(&house, &format!("{cid}/b.txt")).await);
    let (code, words) = house.code(&["queue", "secrets", &number, "--skip"]);
    assert_eq!(code, 3, "{words}");
}

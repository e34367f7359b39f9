//! What looks like a secret inside, under a plain name: a word for each file, and not a byte of one that got no yes.

use engine::error::ErrorCode;
use engine::uploads::{RestFor, UploadRow, UploadState};

use super::house::House;

/// Bytes of a key, so that one that was sent tells in the figures.
const LONG: usize = 12_000;

fn key(of: &str) -> Vec<u8> {
    let begin = ["-----BEGIN OPENSSH ", "PRIVATE KEY-----\n"].concat();
    let rest = of.repeat(LONG / of.len());
    format!("{begin}{rest}").into_bytes()
}

/// A site with keys under plain names, waiting for a word.
async fn held(house: &House, keys: &[&str]) -> UploadRow {
    house.file("site/index.html", b"<h1>");
    for name in keys {
        house.file(&format!("site/{name}"), &key(name));
    }
    house.drop_in(&[house.path("site")]).await;
    waits(house).await
}

async fn waits(house: &House) -> UploadRow {
    let row = house.until(|row| row.state == UploadState::NeedsYou).await;
    assert_eq!(row.reason, Some(ErrorCode::Secret), "{}", row.sentence);
    row
}

fn paths(house: &House, id: i64) -> Vec<String> {
    let asked = house.engine.uploads.suspects(id).expect("a list");
    assert_eq!(asked.count, asked.files.len());
    asked.files.into_iter().map(|file| file.path).collect()
}

/// A yes to the files of these names, and a no to all others that are asked about.
async fn say(house: &House, id: i64, yes: &[&str]) {
    let uploads = &house.engine.uploads;
    let asked = uploads.suspects(id).expect("a list");
    let yes = asked.files.iter().filter(|file| yes.contains(&&*file.path));
    let yes = yes.map(|file| file.id).collect();
    let answered = uploads.answer_suspects(id, yes, asked.last).await;
    answered.expect("an answer");
}

/// Bytes that reached the service, of all requests.
fn received(house: &House) -> u64 {
    let requests = house.sandbox.requests();
    requests.iter().map(|request| request.received).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_files_that_look_like_secrets_inside_those_with_a_yes_go_and_of_the_others_not_a_byte()
 {
    let mut house = House::new().await;
    let keys = ["a.txt", "b.txt", "c.txt", "deep/d.txt", "e.txt"];
    let row = held(&house, &keys).await;
    let told = "5 files look like secrets: a.txt, b.txt, c.txt and 2 more.";
    assert!(row.sentence.starts_with(told), "{}", row.sentence);
    house.restart();
    assert_eq!(paths(&house, row.id), keys);
    assert_eq!(house.uploads_received(), 0);

    say(&house, row.id, &["b.txt", "deep/d.txt"]).await;
    let row = house.verified().await;
    assert_eq!((row.files, row.problems), (3, 3), "{}", row.sentence);
    let cid = row.cid.expect("a CID");
    assert_eq!(
        house.service.served(&format!("{cid}/index.html")).await,
        b"<h1>"
    );
    for name in ["b.txt", "deep/d.txt"] {
        let served = house.service.served(&format!("{cid}/{name}")).await;
        assert_eq!(served, key(name), "{name}");
    }
    for name in ["a.txt", "c.txt", "e.txt"] {
        assert_eq!(
            house.service.status(&format!("{cid}/{name}")).await,
            404,
            "{name}"
        );
    }
    assert_eq!(house.uploads_received(), 1);
    let (sent, two) = (received(&house), 2 * LONG as u64);
    assert!((two..two + 6_000).contains(&sent), "{sent} bytes");
    assert_eq!(paths(&house, row.id), Vec::<String>::new());
    let left_out = house.engine.uploads.problems(row.id).expect("a list");
    let why = "looks like a secret and was left out, as asked.";
    assert!(
        left_out
            .iter()
            .all(|problem| problem.sentence.ends_with(why)),
        "{left_out:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_belongs_to_what_was_shown_and_what_is_found_later_is_asked_about_anew() {
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    let row = held(&house, &["a.txt", "b.txt"]).await;
    let asked = uploads.suspects(row.id).expect("a list");
    let stale = uploads.answer_suspects(row.id, vec![asked.last], asked.files[0].id - 1);
    stale
        .await
        .expect("a yes to one, and no word for the other");
    assert_eq!(paths(&house, row.id), ["a.txt"]);
    let row = uploads.row_of(row.id).expect("the row");
    assert!(
        row.sentence
            .starts_with("1 file looks like a secret: a.txt."),
        "{}",
        row.sentence
    );
    let unknown = uploads.answer_suspects(row.id, vec![asked.last], 0).await;
    assert_eq!(unknown.expect_err("nobody waits").code, ErrorCode::Changed);

    uploads.rest(RestFor::Hour).await.expect("rests");
    say(&house, row.id, &["a.txt"]).await;
    house.file("site/c.txt", &key("c.txt"));
    uploads
        .ask_all(&engine::uploads::Event::Resume)
        .await
        .expect("goes on");
    let row = waits(&house).await;
    assert_eq!(paths(&house, row.id), ["c.txt"]);
    assert_eq!(house.uploads_received(), 0);
    say(&house, row.id, &[]).await;
    let cid = house.verified().await.cid.expect("a CID");
    assert_eq!(
        house.service.served(&format!("{cid}/a.txt")).await,
        key("a.txt")
    );
    assert_eq!(
        house.service.served(&format!("{cid}/b.txt")).await,
        key("b.txt")
    );
    assert_eq!(house.service.status(&format!("{cid}/c.txt")).await, 404);
    let sent = received(&house);
    assert!(sent < 2 * LONG as u64 + 6_000, "{sent} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_file_takes_a_yes_and_without_one_stays_in_the_queue() {
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    house.drop_in(&[house.file("notes", &key("notes"))]).await;
    let row = waits(&house).await;
    assert_eq!(paths(&house, row.id), ["notes"]);
    let last = uploads.suspects(row.id).expect("a list").last;
    let none = uploads.answer_suspects(row.id, Vec::new(), last).await;
    assert_eq!(none.expect_err("nothing is left").code, ErrorCode::BadInput);
    assert_eq!(paths(&house, row.id), ["notes"]);
    assert_eq!(house.uploads_received(), 0);
    say(&house, row.id, &["notes"]).await;
    let cid = house.verified().await.cid.expect("a CID");
    assert_eq!(house.service.served(&cid).await, key("notes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_under_an_innocent_name_waits_for_a_word_and_not_a_byte_beside_it_is_sent() {
    let house = House::new().await;
    let site = house.path("site");
    std::fs::create_dir(&site).expect("a folder");
    let key = ["-----BEGIN OPENSSH ", "PRIVATE KEY-----\nb3BlbnNzaC1rZXk"].concat();
    for (name, content) in [("index.html", "<h1>"), ("deploy.txt", &key), ("notes", "n")] {
        std::fs::write(site.join(name), content).expect("writes");
    }
    house.drop_in(&[site]).await;
    let held = house.until(|row| row.state == UploadState::NeedsYou).await;
    assert_eq!(held.reason, Some(ErrorCode::Secret));
    assert!(
        held.sentence
            .starts_with("1 file looks like a secret: deploy.txt."),
        "{}",
        held.sentence
    );
    assert_eq!(house.uploads_received(), 0);
    say(&house, held.id, &["deploy.txt"]).await;
    let cid = house.verified().await.cid.expect("a CID");
    let served = house.service.served(&format!("{cid}/deploy.txt")).await;
    assert_eq!(served, key.as_bytes());
}

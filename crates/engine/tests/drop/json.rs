//! JSON from the editor to the bytes at the gateway.

use engine::clock::Millis;
use engine::error::ErrorCode;
use engine::json::{JsonTidy, JsonWish};
use engine::keys::KeyWish;
use engine::pins::CheckState;
use engine::uploads::{UploadNetwork, UploadState, UploadsFilter};

use crate::house::House;

/// Takes a text in, in pieces of a few letters.
fn typed(house: &House, text: &str) -> String {
    let json = &house.engine.json;
    let id = json.start().id;
    let letters: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = letters
        .chunks(7)
        .map(|part| part.iter().collect())
        .collect();
    for (n, piece) in pieces.iter().enumerate() {
        let last = n + 1 == pieces.len();
        json.write(&id, n, piece, last).expect("takes it");
    }
    id
}

fn wish(name: &str) -> JsonWish {
    JsonWish {
        name: name.to_owned(),
        keyvalues: vec![("edition".to_owned(), "4".into())],
        ..JsonWish::default()
    }
}

/// Texts that wait on the disk.
fn waiting(house: &mut House) -> usize {
    // Whoever starts takes away what no upload needs.
    house.stop();
    house.restart();
    house.texts_on_disk()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_pinned_byte_for_byte_under_the_cid_that_was_shown() {
    let mut house = House::new().await;
    let text = " {\"b\": 1.0,\n  \"a\": \"ü \u{1f600}\", \"b\": 2}\n";
    let id = typed(&house, text);
    let json = &house.engine.json;
    let look = json.look(house.account, &id).await.expect("looks");
    assert_eq!(
        (look.bytes, &look.fault, &look.rewritten),
        (text.len(), &None, &None)
    );
    let upload = json.pin(house.account, &id, wish("tokens")).await;
    let upload = upload.expect("queued");
    assert_eq!(
        json.look(house.account, &id).await.map_err(|e| e.code),
        Err(ErrorCode::Gone)
    );
    let row = house.ended().await.remove(0);
    assert_eq!(row.id, upload, "{}", row.sentence);
    assert_eq!(
        (row.state, row.check),
        (UploadState::Pinned, CheckState::Verified)
    );
    let cid = look.cid.expect("a CID");
    let pin = house.pin(&cid).await.expect("pinned under it");
    assert_eq!(pin.name.as_deref(), Some("tokens.json"));
    assert_eq!(pin.keyvalues["edition"], "4".into());
    assert_eq!(house.service.served(&cid).await, text.as_bytes());
    assert_eq!(waiting(&mut house), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_json_alone_has_it_written_again_and_what_was_shown_is_what_is_pinned() {
    let house = House::new().await;
    let only_json = KeyWish {
        name: "json".to_owned(),
        scopes: vec!["pinJSONToIPFS".to_owned()],
        ..KeyWish::default()
    };
    let made = house.engine.keys.create(house.account, &only_json).await;
    let secrets = house.engine.keys.reveal(&made.expect("a key").handle);
    let account = house.connect(&secrets.expect("its token").jwt).await;
    let json = &house.engine.json;
    let id = typed(&house, "{ \"b\": 1.0, \"2\": [ ] }");
    let look = json.look(account, &id).await.expect("looks");
    let rewritten = look.rewritten.expect("another text");
    assert_eq!(rewritten.beginning, r#"{"2":[],"b":1}"#);
    assert!(
        rewritten.sentence.contains("writes it again"),
        "{}",
        rewritten.sentence
    );
    // What that key's one call cannot do is refused, and the text stays.
    let private = JsonWish {
        network: UploadNetwork::Private,
        ..wish("")
    };
    let refused = json.pin(account, &id, private).await;
    let refused = refused.expect_err("refused").message;
    assert!(refused.contains("public always"), "{refused}");
    let ending = JsonWish {
        expires: Some(Millis::MAX),
        ..wish("")
    };
    let refused = json.pin(account, &id, ending).await;
    let refused = refused.expect_err("refused");
    assert_eq!(refused.code, ErrorCode::MissingScope, "{}", refused.message);
    assert_eq!(house.texts_on_disk(), 0);
    json.pin(account, &id, wish("")).await.expect("queued");
    house.verified().await;
    let cid = look.cid.expect("a CID");
    assert_eq!(
        house.service.served(&cid).await,
        rewritten.beginning.as_bytes()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_or_too_large_is_told_and_never_queued() {
    let house = House::new().await;
    let json = &house.engine.json;
    let wrong = typed(&house, "{\n  \"a\": 1,\n}");
    let look = json.look(house.account, &wrong).await.expect("looks");
    let fault = look.fault.expect("a fault");
    assert_eq!((fault.line, fault.column, look.cid), (3, 1, None));
    let refused = json.pin(house.account, &wrong, wish("a")).await;
    assert_eq!(refused.map_err(|error| error.message), Err(fault.sentence));
    assert!(json.tidy(&wrong, JsonTidy::Lines).is_err());

    let large = json.start().id;
    let piece = format!("\"{}\"", "x".repeat(999_998));
    for n in 0..11 {
        json.write(&large, n, &piece, n == 10).expect("takes it");
    }
    let refused = json.pin(house.account, &large, wish("a")).await;
    let refused = refused.expect_err("too large");
    assert!(refused.message.contains("10 MB"), "{}", refused.message);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = json.start().id;
    json.write(&nested, 0, &deep, true).expect("takes it");
    let refused = json.tidy(&nested, JsonTidy::Lines).expect_err("too large");
    assert_eq!(refused.code, ErrorCode::TooLarge, "{}", refused.message);

    let empty = json.start().id;
    let refused = json.pin(house.account, &empty, wish("a")).await;
    assert_eq!(refused.map_err(|error| error.code), Err(ErrorCode::Empty));
    let queued = house.engine.uploads.rows(UploadsFilter::Now, 0, 10);
    assert_eq!(queued.expect("rows").total, 0);
    assert_eq!(house.texts_on_disk(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_opened_tidied_and_read_back_in_pieces() {
    let house = House::new().await;
    let json = &house.engine.json;
    let members: Vec<String> = (0..20_000).map(|n| format!("\"ä{n}\":{n}.0")).collect();
    let text = format!("\u{feff}{{{}}}", members.join(","));
    let path = house.file("tokens.json", text.as_bytes());
    let draft = json.open(path).await.expect("opens");
    assert_eq!(
        (draft.name.as_deref(), draft.bytes),
        (Some("tokens.json"), text.len())
    );
    let look = json.look(house.account, &draft.id).await.expect("looks");
    assert!(
        look.fault
            .is_some_and(|fault| fault.sentence.contains("byte order mark"))
    );
    let tidied = json.tidy(&draft.id, JsonTidy::OneLine).expect("tidies");
    let mut back = String::new();
    let mut from = Some(0);
    while let Some(at) = from {
        let piece = json.read(&tidied.id, at).expect("a piece");
        assert!(piece.text.len() <= 64 * 1024);
        back.push_str(&piece.text);
        from = piece.next;
    }
    assert_eq!(back, text.trim_start_matches('\u{feff}'));

    let path = house.file("picture.json", &[0xff, 0xd8, 0xff]);
    let refused = json.open(path).await.expect_err("no text");
    assert!(refused.message.contains("not UTF-8"), "{}", refused.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_in_the_queue_outlives_the_program() {
    let mut house = House::new().await;
    house.stop();
    let text = "[1, 2]";
    let id = typed(&house, text);
    let json = &house.engine.json;
    let look = json.look(house.account, &id).await.expect("looks");
    json.pin(house.account, &id, wish("a.json"))
        .await
        .expect("queued");
    assert_eq!(waiting(&mut house), 1);
    house.ended().await;
    assert_eq!(
        house.service.served(&look.cid.expect("a CID")).await,
        text.as_bytes()
    );
}

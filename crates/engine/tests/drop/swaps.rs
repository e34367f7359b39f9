//! Other content for the address of a pin.

use std::time::Duration;

use engine::error::ErrorCode;
use engine::pins::{PinEdit, PinRow};
use engine::swaps::SwapWay;
use sandbox::{Fault, Kind, Route};

use crate::accounts::{connect_psa, pins_of};
use crate::house::House;

/// A raw block that nobody has; the sandbox claims to pin it.
const ELSEWHERE: &str = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";

/// A house with two pins, by name.
async fn with_two_pins() -> (House, Vec<PinRow>) {
    let house = House::configured(|config| {
        let at_once = Duration::ZERO;
        config
            .jobs
            .set_times(at_once, at_once, at_once, Duration::from_hours(24));
    })
    .await;
    house
        .drop_in(&[
            house.file("first.txt", b"first"),
            house.file("second.txt", b"second"),
        ])
        .await;
    house.ended().await;
    let (_, rows) = pins_of(&house, house.account).await;
    (house, rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_pin_shows_another_ones_bytes_until_that_is_taken_back() {
    let (house, rows) = with_two_pins().await;
    let (first, second) = (&rows[0], &rows[1]);
    let swaps = &house.engine.swaps;
    let now = swaps.of(first.id).await.expect("asks");
    assert_eq!((now.way, now.rows.len()), (SwapWay::Gateway, 0));

    let at = first.cid.clone();
    let link = format!("https://gateway.example/ipfs/{}", second.cid);
    let now = swaps.set(first.id, &link).await.expect("redirects");
    assert_eq!(now.rows[0].cid, second.cid);
    assert_eq!(now.rows[0].name.as_deref(), Some("second.txt"));
    assert_eq!(house.service.served(&at).await, b"second");
    assert_eq!(swaps.of(first.id).await.expect("asks"), now);

    for (wrong, why) in [
        (first.cid.as_str(), "own CID"),
        ("nonsense", "This "),
        (&format!("{link}/inside.txt"), "inside a CID"),
    ] {
        let refused = swaps.set(first.id, wrong).await.expect_err(wrong);
        assert_eq!(refused.code, ErrorCode::BadInput, "{wrong}");
        assert!(refused.message.contains(why), "{}", refused.message);
    }
    assert_eq!(house.service.served(&at).await, b"second");

    let now = swaps.clear(first.id).await.expect("takes it back");
    assert!(now.rows.is_empty());
    assert_eq!(house.service.served(&at).await, b"first");
    swaps.clear(first.id).await.expect("is so already");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_redirection_without_an_answer_nothing_is_claimed() {
    let (house, rows) = with_two_pins().await;
    house
        .sandbox
        .faults()
        .once(Route::V3SwapChange, Kind::CutBeforeAnswer);
    let asked = house.engine.swaps.set(rows[0].id, &rows[1].cid).await;
    let told = asked.expect_err("no answer").message;
    assert!(told.contains("it may have been done"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_redirected_is_told_as_done_although_its_past_cannot_be_read() {
    let (house, rows) = with_two_pins().await;
    let swaps = &house.engine.swaps;
    let silent = Fault {
        route: Route::V3SwapGet,
        times: 100,
        kind: Kind::CutBeforeAnswer,
    };
    house.sandbox.faults().push(silent);
    let now = swaps.set(rows[0].id, &rows[1].cid).await.expect("is done");
    assert_eq!((now.rows.len(), &now.rows[0].cid), (1, &rows[1].cid));
    assert_eq!(house.service.served(&rows[0].cid).await, b"second");
    let now = swaps.clear(rows[0].id).await.expect("is done");
    assert!(now.rows.is_empty());
    assert_eq!(house.service.served(&rows[0].cid).await, b"first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_replacement_leaves_the_pin_and_its_past_as_they_were() {
    let (house, _) = with_two_pins().await;
    let (account, _) = connect_psa(&house).await;
    let (_, rows) = pins_of(&house, account).await;
    let past = |id: i64| house.engine.pins.details(id).expect("details").past;
    let before = past(rows[0].id);
    house
        .sandbox
        .faults()
        .once(Route::PsaReplace, Kind::status(400));
    let asked = house.engine.swaps.replace(rows[0].id, ELSEWHERE).await;
    asked.expect_err("refused");
    assert_eq!(past(rows[0].id), before);
    assert_eq!(pins_of(&house, account).await.1.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_at_a_pinning_service_gets_another_cid_and_keeps_its_name_and_key_values() {
    let (house, _) = with_two_pins().await;
    let (account, _) = connect_psa(&house).await;
    let (_, rows) = pins_of(&house, account).await;
    let edit = PinEdit {
        name: None,
        set: vec![("site".to_owned(), "northlight".into())],
        remove: Vec::new(),
    };
    let pins = &house.engine.pins;
    pins.edit(rows[0].id, edit).await.expect("edited");
    let now = house.engine.swaps.of(rows[0].id).await.expect("asks");
    assert_eq!((now.way, now.gateway), (SwapWay::Pin, None));

    let swaps = &house.engine.swaps;
    swaps
        .replace(rows[0].id, ELSEWHERE)
        .await
        .expect("replaces");
    house.engine.pins.refresh(account).await.expect("reads");
    let (_, after) = pins_of(&house, account).await;
    assert_eq!(after.len(), 2);
    let new = after
        .iter()
        .find(|row| row.cid == ELSEWHERE)
        .expect("pinned");
    assert_eq!(new.name.as_deref(), Some("first.txt"));
    assert_eq!(new.keyvalues, [("site".to_owned(), "northlight".into())]);
    assert!(after.iter().all(|row| row.cid != rows[0].cid));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_only_the_old_cid_does_not_go_along_to_another_cid() {
    let (house, _) = with_two_pins().await;
    let (account, _) = connect_psa(&house).await;
    let (_, rows) = pins_of(&house, account).await;
    // So a service names what was pinned without a name.
    let edit = PinEdit {
        name: Some(rows[0].cid.clone()),
        ..PinEdit::default()
    };
    let pins = &house.engine.pins;
    pins.edit(rows[0].id, edit).await.expect("edited");
    let swaps = &house.engine.swaps;
    let replaced = swaps.replace(rows[0].id, ELSEWHERE).await;
    replaced.expect("replaces");
    pins.refresh(account).await.expect("reads");
    let (_, after) = pins_of(&house, account).await;
    let new = after.iter().find(|row| row.cid == ELSEWHERE);
    let name = new.expect("pinned").name.as_deref();
    assert!(name.is_none_or(|name| name != rows[0].cid), "{name:?}");
}

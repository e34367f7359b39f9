//! Listing, editing, unpinning, and what a key is told about itself.

use std::collections::BTreeSet;
use std::time::Duration;

use pinning::{
    Delivered, ErrorKind, Network, Order, Pin, PinEdit, PinQuery, PinRef, PinState, Priority, Value,
};

use crate::gateway::get;
use crate::profiles::{Ground, Profile, on_every_profile};

on_every_profile!([List]
    every_pin_is_listed_once_newest_first,
    a_name_is_found_by_a_part_of_it,
    what_the_key_has_is_counted,
    a_token_that_is_not_known_is_unauthorized,
);
on_every_profile!([Edit]
    an_edit_merges_and_null_deletes,
    what_is_not_pinned_cannot_be_edited,
);
on_every_profile!([Unpin] an_unpinned_pin_is_gone_and_not_pinned_the_second_time);
on_every_profile!([Totals] totals_count_pins_and_bytes);
on_every_profile!([Expire] a_pin_is_given_an_end_and_none_again);
on_every_profile!([ListUnpinned] what_was_unpinned_is_listed_apart);
on_every_profile!([Swap] an_address_shows_other_content_and_its_own_again);
on_every_profile!([ListOldestFirst] the_oldest_come_first_where_that_is_asked_for);

async fn listed(ground: &Ground, query: &PinQuery) -> Vec<Pin> {
    let (mut pins, mut after) = (Vec::new(), None);
    loop {
        let page = ground
            .pins()
            .page(query, after, Priority::Background)
            .await
            .expect("a page");
        pins.extend(page.pins);
        after = page.next;
        if after.is_none() {
            return pins;
        }
    }
}

async fn the_only_pin(ground: &Ground, cid: &str) -> Pin {
    let mut found = ground
        .pins()
        .find(cid, Priority::Click)
        .await
        .expect("looked up");
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// The pin by the name that it has after an edit.
async fn edited(ground: &Ground, pin: PinRef, edit: &PinEdit) -> PinRef {
    let given = ground.pins().edit(&pin, edit).await.expect("edited");
    PinRef {
        service_id: given.or(pin.service_id),
        ..pin
    }
}

mod behaviour {
    use super::*;

    pub(super) async fn every_pin_is_listed_once_newest_first(ground: Ground) {
        assert_eq!(listed(&ground, &PinQuery::default()).await, []);
        ground.sandbox.seed(2345).await.expect("seeded");
        let pins = listed(&ground, &PinQuery::default()).await;
        assert_eq!(pins.len(), 2345);
        let sizes = ground.profile.tells_sizes();
        let ids: BTreeSet<_> = pins.iter().map(|pin| &pin.service_id).collect();
        assert_eq!(ids.len(), 2345);
        assert!(
            pins.iter()
                .all(|pin| pin.pinned_at.is_some() && pin.dag_size.is_some() == sizes)
        );
        assert!(pins.is_sorted_by_key(|pin| std::cmp::Reverse(pin.pinned_at)));
    }

    pub(super) async fn a_name_is_found_by_a_part_of_it(ground: Ground) {
        for name in ["holiday & sun.jpg", "invoice.pdf"] {
            ground.put(name, name.as_bytes()).await;
        }
        let query = PinQuery {
            name_contains: Some("day & s".to_owned()),
            ..PinQuery::default()
        };
        let names: Vec<_> = listed(&ground, &query)
            .await
            .into_iter()
            .filter_map(|pin| pin.name)
            .collect();
        assert_eq!(names, ["holiday & sun.jpg"]);
    }

    pub(super) async fn an_edit_merges_and_null_deletes(ground: Ground) {
        let cid = ground.put("before", b"edited").await;
        let pin = PinRef::from(&the_only_pin(&ground, &cid).await);
        let text = |value: &str| Some(Value::Text(value.to_owned()));
        let first = [
            ("keep".to_owned(), text("1")),
            ("Keep".to_owned(), text("2")),
            ("drop".to_owned(), text("3")),
        ];
        let edit = PinEdit {
            name: None,
            keyvalues: first.into(),
        };
        let pin = edited(&ground, pin, &edit).await;
        let second = [("drop".to_owned(), None), ("keep".to_owned(), text("new"))];
        let edit = PinEdit {
            name: Some("after \"ü\"".to_owned()),
            keyvalues: second.into(),
        };
        let pin = edited(&ground, pin, &edit).await;
        let seen = the_only_pin(&ground, &cid).await;
        assert_eq!(seen.name.as_deref(), Some("after \"ü\""));
        let expected = [("Keep", "2"), ("keep", "new")]
            .map(|(key, value)| (key.to_owned(), Value::Text(value.to_owned())));
        assert_eq!(seen.keyvalues, expected.into());
        let without_id = PinRef {
            service_id: None,
            ..pin
        };
        let edit = PinEdit {
            name: Some("by CID".to_owned()),
            ..PinEdit::default()
        };
        edited(&ground, without_id, &edit).await;
        assert_eq!(
            the_only_pin(&ground, &cid).await.name.as_deref(),
            Some("by CID")
        );
    }

    pub(super) async fn an_unpinned_pin_is_gone_and_not_pinned_the_second_time(ground: Ground) {
        let cid = ground.put("a", b"short lived").await;
        let stays = ground.put("b", b"stays").await;
        let pin = PinRef::from(&the_only_pin(&ground, &cid).await);
        ground.pins().unpin(&pin).await.expect("unpinned");
        assert_eq!(
            ground
                .pins()
                .find(&cid, Priority::Click)
                .await
                .expect("looked up"),
            []
        );
        let cids: Vec<_> = listed(&ground, &PinQuery::default())
            .await
            .into_iter()
            .map(|pin| pin.cid)
            .collect();
        assert_eq!(cids, [stays], "history is not listed");
        let error = ground.pins().unpin(&pin).await.expect_err("not pinned");
        assert_eq!(
            (error.kind, error.delivered),
            (ErrorKind::NotPinned, Delivered::NotSent)
        );
        assert_eq!(get(&ground.sandbox.gateway_url(), &cid, &[]).await.0, 404);
    }

    pub(super) async fn what_is_not_pinned_cannot_be_edited(ground: Ground) {
        let pin = PinRef {
            service_id: None,
            cid: "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq".to_owned(),
            network: Network::Public,
        };
        let edit = PinEdit {
            name: Some("x".to_owned()),
            ..PinEdit::default()
        };
        assert_eq!(
            ground
                .pins()
                .edit(&pin, &edit)
                .await
                .expect_err("not pinned")
                .kind,
            ErrorKind::NotPinned
        );
    }

    pub(super) async fn what_the_key_has_is_counted(ground: Ground) {
        ground.put("a", b"counted").await;
        let report = ground.service.check().await.expect("a report");
        // The older pair and keys without totals tell less.
        let owner = (ground.profile != Profile::Pair).then_some("owner@example.invalid");
        assert_eq!(report.owner_email.as_deref(), owner);
        let told = ground.profile != Profile::V3Only;
        assert_eq!(report.pins, told.then_some(1));
    }

    pub(super) async fn a_token_that_is_not_known_is_unauthorized(ground: Ground) {
        let error = ground.stranger().check().await.expect_err("refused");
        assert_eq!(error.kind, ErrorKind::Unauthorized);
    }

    pub(super) async fn totals_count_pins_and_bytes(ground: Ground) {
        ground.put("a", b"counted").await;
        let usage = ground.service.usage().expect("usage");
        let totals = usage.totals().await.expect("totals");
        assert_eq!((totals.pins, totals.bytes), (Some(1), Some(7)));
    }

    pub(super) async fn a_pin_is_given_an_end_and_none_again(ground: Ground) {
        let cid = ground.put("a", b"for a while").await;
        let pin = PinRef::from(&the_only_pin(&ground, &cid).await);
        let day = jiff::Timestamp::now() + Duration::from_hours(24);
        let day = jiff::Timestamp::from_second(day.as_second()).expect("a moment");
        for end in [Some(day), None] {
            ground.pins().expire(&pin, end).await.expect("is set");
            assert_eq!(the_only_pin(&ground, &cid).await.expires_at, end);
        }
    }

    pub(super) async fn what_was_unpinned_is_listed_apart(ground: Ground) {
        let gone = ground.put("a", b"gone").await;
        ground.put("b", b"stays").await;
        let pin = PinRef::from(&the_only_pin(&ground, &gone).await);
        ground.pins().unpin(&pin).await.expect("unpinned");
        let history = PinQuery {
            state: PinState::Unpinned,
            ..PinQuery::default()
        };
        let listed = listed(&ground, &history).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].cid, gone);
        assert!(listed[0].unpinned_at.is_some());
    }

    pub(super) async fn the_oldest_come_first_where_that_is_asked_for(ground: Ground) {
        ground.sandbox.seed(120).await.expect("seeded");
        let oldest = PinQuery {
            order: Order::OldestFirst,
            ..PinQuery::default()
        };
        let pins = listed(&ground, &oldest).await;
        assert_eq!(pins.len(), 120);
        assert!(pins.is_sorted_by_key(|pin| pin.pinned_at));
    }

    pub(super) async fn an_address_shows_other_content_and_its_own_again(ground: Ground) {
        let (own, other) = (
            ground.put("a", b"own").await,
            ground.put("b", b"other").await,
        );
        let gateway = ground.sandbox.gateway_url();
        let swaps = ground.service.swaps().expect("swaps");
        let swap = swaps.set(Network::Public, &own, &other).await;
        assert_eq!(swap.expect("is set").to, other);
        assert_eq!(get(&gateway, &own, &[]).await.1, b"other");
        swaps
            .clear(Network::Public, &own)
            .await
            .expect("is cleared");
        assert_eq!(get(&gateway, &own, &[]).await.1, b"own");
    }
}

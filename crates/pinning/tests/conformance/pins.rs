//! Listing, editing, unpinning, and what a key is told about itself.

use std::collections::BTreeSet;

use pinning::{
    Access, Delivered, ErrorKind, Feature, Pin, PinEdit, PinQuery, PinRef, Pins as _, Priority,
    Service as _, Uploads as _, Usage as _, Value,
};

use crate::gateway::get;
use crate::support::file;
use crate::{Profile, World, for_each_profile};

for_each_profile!(
    every_pin_is_listed_once_newest_first,
    a_name_is_found_by_a_part_of_it,
    an_edit_merges_and_null_deletes,
    an_unpinned_pin_is_gone_and_not_pinned_the_second_time,
    what_is_not_pinned_cannot_be_edited,
    a_key_is_told_what_it_may_do,
);

async fn listed(world: &World, query: &PinQuery) -> Vec<Pin> {
    let (mut pins, mut after) = (Vec::new(), None);
    loop {
        let page = world
            .account
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

async fn the_only_pin(world: &World, cid: &str) -> Pin {
    let mut found = world
        .account
        .find(cid, Priority::Click)
        .await
        .expect("looked up");
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

mod behaviour {
    use super::*;

    pub(super) async fn every_pin_is_listed_once_newest_first(profile: Profile) {
        let world = World::new(profile).await;
        assert_eq!(listed(&world, &PinQuery::default()).await, []);
        world.sandbox.seed(2345).await.expect("seeded");
        let pins = listed(&world, &PinQuery::default()).await;
        assert_eq!(pins.len(), 2345);
        let ids: BTreeSet<_> = pins.iter().map(|pin| &pin.service_id).collect();
        assert_eq!(ids.len(), 2345);
        assert!(
            pins.iter()
                .all(|pin| pin.pinned_at.is_some() && pin.dag_size.is_some())
        );
        assert!(pins.is_sorted_by_key(|pin| std::cmp::Reverse(pin.pinned_at)));
    }

    pub(super) async fn a_name_is_found_by_a_part_of_it(profile: Profile) {
        let world = World::new(profile).await;
        for name in ["holiday & sun.jpg", "invoice.pdf"] {
            world
                .account
                .file(file(name, name.as_bytes()))
                .await
                .expect("stored");
        }
        let query = PinQuery {
            name_contains: Some("day & s".to_owned()),
            ..PinQuery::default()
        };
        let names: Vec<_> = listed(&world, &query)
            .await
            .into_iter()
            .filter_map(|pin| pin.name)
            .collect();
        assert_eq!(names, ["holiday & sun.jpg"]);
    }

    pub(super) async fn an_edit_merges_and_null_deletes(profile: Profile) {
        let world = World::new(profile).await;
        let receipt = world
            .account
            .file(file("before", b"edited"))
            .await
            .expect("stored");
        let pin = PinRef::from(&the_only_pin(&world, &receipt.cid).await);
        let text = |value: &str| Some(Value::Text(value.to_owned()));
        let first = [
            ("keep".to_owned(), text("1")),
            ("Keep".to_owned(), text("2")),
            ("drop".to_owned(), text("3")),
        ];
        world
            .account
            .edit(
                &pin,
                &PinEdit {
                    name: None,
                    keyvalues: first.into(),
                },
            )
            .await
            .expect("edited");
        let second = [("drop".to_owned(), None), ("keep".to_owned(), text("new"))];
        let edit = PinEdit {
            name: Some("after \"ü\"".to_owned()),
            keyvalues: second.into(),
        };
        world.account.edit(&pin, &edit).await.expect("edited");
        let seen = the_only_pin(&world, &receipt.cid).await;
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
        world
            .account
            .edit(&without_id, &edit)
            .await
            .expect("edited");
        assert_eq!(
            the_only_pin(&world, &receipt.cid).await.name.as_deref(),
            Some("by CID")
        );
    }

    pub(super) async fn an_unpinned_pin_is_gone_and_not_pinned_the_second_time(profile: Profile) {
        let world = World::new(profile).await;
        let receipt = world
            .account
            .file(file("a", b"short lived"))
            .await
            .expect("stored");
        let stays = world
            .account
            .file(file("b", b"stays"))
            .await
            .expect("stored");
        let pin = PinRef::from(&the_only_pin(&world, &receipt.cid).await);
        world.account.unpin(&pin).await.expect("unpinned");
        assert_eq!(
            world
                .account
                .find(&receipt.cid, Priority::Click)
                .await
                .expect("looked up"),
            []
        );
        let cids: Vec<_> = listed(&world, &PinQuery::default())
            .await
            .into_iter()
            .map(|pin| pin.cid)
            .collect();
        assert_eq!(cids, [stays.cid], "history is not listed");
        let error = world.account.unpin(&pin).await.expect_err("not pinned");
        assert_eq!(
            (error.kind, error.delivered),
            (ErrorKind::NotPinned, Delivered::NotSent)
        );
        assert_eq!(
            get(&world.sandbox.gateway_url(), &receipt.cid, &[]).await.0,
            404
        );
    }

    pub(super) async fn what_is_not_pinned_cannot_be_edited(profile: Profile) {
        let world = World::new(profile).await;
        let pin = PinRef {
            service_id: None,
            cid: "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq".to_owned(),
            network: pinning::Network::Public,
        };
        let edit = PinEdit {
            name: Some("x".to_owned()),
            ..PinEdit::default()
        };
        assert_eq!(
            world
                .account
                .edit(&pin, &edit)
                .await
                .expect_err("not pinned")
                .kind,
            ErrorKind::NotPinned
        );
    }

    pub(super) async fn a_key_is_told_what_it_may_do(profile: Profile) {
        let world = World::new(profile).await;
        world
            .account
            .file(file("a", b"counted"))
            .await
            .expect("stored");
        let report = world.account.check().await.expect("a report");
        assert_eq!(report.owner_email.as_deref(), Some("owner@example.invalid"));
        let lacks = |scope: &str| Access::No {
            missing_scope: scope.to_owned(),
        };
        let (folders, usage) = match profile {
            Profile::V3Only => (lacks("pinFileToIPFS"), lacks("userPinnedDataTotal")),
            _ => (Access::Yes, Access::Yes),
        };
        assert_eq!(
            report.features,
            [
                (Feature::Upload, Access::Yes),
                (Feature::UploadFolders, folders),
                (Feature::List, Access::Yes),
                (Feature::Edit, Access::Yes),
                (Feature::Unpin, Access::Yes),
                (Feature::Usage, usage.clone()),
            ]
        );
        assert_eq!(
            listed(&world, &PinQuery::default()).await.len(),
            1,
            "asking stored nothing"
        );
        if usage == Access::Yes {
            assert_eq!((report.pins, report.bytes), (Some(1), Some(7)));
            assert_eq!(world.account.totals().await.expect("totals").pins, Some(1));
        } else {
            let error = world.account.totals().await.expect_err("refused");
            assert_eq!(
                error.kind,
                ErrorKind::MissingScope("userPinnedDataTotal".to_owned())
            );
        }
    }
}

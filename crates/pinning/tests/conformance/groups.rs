//! Groups, and what is in them.

use pinning::{
    ErrorKind, GroupEdit, GroupFilter, GroupQuery, GroupRef, NewGroup, PinQuery, PinRef, Placement,
    Priority,
};

use crate::profiles::{Ground, on_every_profile};
use crate::support::file;

on_every_profile!([ListGroups, MakeGroup, UploadFile] a_group_lives);

mod behaviour {
    use super::*;

    pub(super) async fn a_group_lives(ground: Ground) {
        let groups = ground.service.groups().expect("groups");
        let (pins, uploads) = (ground.pins(), ground.uploads());
        let wish = NewGroup {
            name: "Holiday".to_owned(),
            ..NewGroup::default()
        };
        let made = groups.create(&wish).await.expect("made");
        let here = GroupRef::from(&made);
        let rename = GroupEdit {
            name: Some("Journey".to_owned()),
            public: None,
        };
        let renamed = groups.edit(&here, &rename).await.expect("renamed");
        assert_eq!(
            (renamed.id.as_str(), renamed.name.as_str()),
            (made.id.as_str(), "Journey")
        );
        let placement = Placement {
            group: Some(made.id.clone()),
            expires_at: None,
        };
        let inside = uploads
            .file_placed(file("in.txt", b"inside"), &placement)
            .await
            .expect("stored");
        let outside = uploads
            .file(file("out.txt", b"outside"))
            .await
            .expect("stored");
        let listed = async || {
            let wanted = PinQuery {
                group: Some(GroupFilter::In(made.id.clone())),
                ..PinQuery::default()
            };
            let page = pins
                .page(&wanted, None, Priority::Click)
                .await
                .expect("a page");
            let mut cids: Vec<_> = page.pins.into_iter().map(|pin| pin.cid).collect();
            cids.sort();
            cids
        };
        let only = [inside.cid.clone()];
        assert_eq!(listed().await, only);
        let found = pins
            .find(&outside.cid, Priority::Click)
            .await
            .expect("found");
        let pin = PinRef::from(&found[0]);
        assert_eq!(
            groups.add(&here, std::slice::from_ref(&pin)).await,
            [Ok(())]
        );
        let mut both = [inside.cid.clone(), outside.cid.clone()];
        both.sort();
        assert_eq!(listed().await, both);
        assert_eq!(groups.remove(&here, &[pin]).await, [Ok(())]);
        assert_eq!(listed().await, only);
        let all = GroupQuery::default();
        let page = groups
            .page(&all, None, Priority::Click)
            .await
            .expect("a page");
        assert_eq!(
            page.groups
                .iter()
                .map(|group| &group.id)
                .collect::<Vec<_>>(),
            [&made.id]
        );
        groups.delete(&here).await.expect("deleted");
        assert_eq!(
            groups
                .get(&here, Priority::Click)
                .await
                .expect_err("gone")
                .kind,
            ErrorKind::NotFound
        );
        let kept = pins
            .find(&inside.cid, Priority::Click)
            .await
            .expect("found");
        assert_eq!(kept.len(), 1, "the pins of a group stay");
    }
}

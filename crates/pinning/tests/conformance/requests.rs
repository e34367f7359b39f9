//! The pinning service API, with Pinata's quirks and as the specification has it.

use pinning::{ErrorKind, PinRequest, Priority, RequestQuery, RequestStatus, Requests};

use crate::profiles::{Ground, on_every_profile};

on_every_profile!([ListRequests] a_request_lives, every_request_is_listed_once);

/// Raw CIDs of which nobody has the content.
const CIDS: [&str; 3] = [
    "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm",
    "bafkreienhbualn3k4wpk7a3waaxluuusfuwtu7jmkgebkl5glp62tkgcke",
    "bafkreicnu2aqjkoglrlrd65giwo4l64pdajxffk6jtq2vb7yaiopc3yu7m",
];

fn wish(cid: &str) -> PinRequest {
    PinRequest {
        cid: cid.to_owned(),
        name: Some("n".to_owned()),
        meta: [("app".to_owned(), "pinfold".to_owned())].into(),
        ..PinRequest::default()
    }
}

async fn listed(requests: &dyn Requests, wanted: &RequestQuery) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), None);
    for _ in 0..10 {
        let page = requests
            .list(wanted, after, Priority::Click)
            .await
            .expect("a page");
        ids.extend(page.requests.into_iter().map(|request| request.request_id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
    panic!("the list does not end")
}

mod behaviour {
    use super::*;

    pub(super) async fn a_request_lives(ground: Ground) {
        let psa = ground.service.requests().expect("requests");
        let made = psa.add(&wish(CIDS[0])).await.expect("made");
        assert_eq!(made.pin.meta["app"], "pinfold");
        let seen = psa
            .get(&made.request_id, Priority::Click)
            .await
            .expect("read");
        assert_eq!(
            (seen.pin.cid.as_str(), &seen.status),
            (CIDS[0], &RequestStatus::Pinned)
        );
        assert_eq!(
            psa.of_cid(CIDS[0], Priority::Click)
                .await
                .expect("a list")
                .len(),
            1
        );
        let replaced = psa
            .replace(&made.request_id, &wish(CIDS[1]))
            .await
            .expect("replaced");
        assert_ne!(replaced.request_id, made.request_id);
        let gone = psa.get(&made.request_id, Priority::Click).await;
        assert_eq!(gone.expect_err("gone").kind, ErrorKind::NotFound);
        psa.remove(&replaced.request_id).await.expect("removed");
        let gone = psa.remove(&replaced.request_id).await;
        assert_eq!(gone.expect_err("gone").kind, ErrorKind::NotFound);
        assert!(listed(psa, &RequestQuery::default()).await.is_empty());
    }

    pub(super) async fn every_request_is_listed_once(ground: Ground) {
        let psa = ground.service.requests().expect("requests");
        let mut made = Vec::new();
        for cid in CIDS {
            made.push(psa.add(&wish(cid)).await.expect("made").request_id);
        }
        made.sort();
        let small = RequestQuery {
            limit: Some(1),
            ..RequestQuery::default()
        };
        let mut ids = listed(psa, &small).await;
        ids.sort();
        assert_eq!(ids, made);
    }
}

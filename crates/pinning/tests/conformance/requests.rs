//! The pinning service API of the sandbox, with Pinata's quirks and as the specification has it.

use std::num::NonZeroU32;
use std::sync::Arc;

use pinning::{
    Deadlines, ErrorKind, PinRequest, Priority, Psa, PsaBudget, PsaEndpoint, RequestQuery,
    RequestStatus, Requests as _, Service as _,
};
use sandbox::{Jobs as Rules, Key, Scopes};
use secrecy::SecretString;

use crate::World;
use crate::support::{Noon, token};

async fn service(strict: bool) -> (World, Psa) {
    let key = Key::new(token(), Scopes::admin());
    let world = World::configured(key, Deadlines::default(), |config| {
        config.strict_psa = strict;
        config.jobs = Rules::instant();
    })
    .await;
    let psa = psa(&world, &token());
    (world, psa)
}

fn psa(world: &World, token: &str) -> Psa {
    let address = format!("{}/psa", world.sandbox.api_url());
    let many = NonZeroU32::new(60_000).expect("not zero");
    let budget = PsaBudget {
        lists: many,
        others: many,
    };
    let token = SecretString::from(token);
    Psa::new(
        PsaEndpoint::new(&address).expect("loopback"),
        Some(&token),
        Arc::new(Noon),
        budget,
        Deadlines::default(),
    )
    .expect("a token")
}

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

async fn listed(psa: &Psa, wanted: &RequestQuery) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), None);
    for _ in 0..10 {
        let page = psa
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

async fn a_request_lives(strict: bool) {
    let (_world, psa) = service(strict).await;
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
    assert!(listed(&psa, &RequestQuery::default()).await.is_empty());
}

async fn every_request_is_listed_once(strict: bool) {
    let (world, psa) = service(strict).await;
    let mut made = Vec::new();
    for cid in CIDS {
        made.push(psa.add(&wish(cid)).await.expect("made").request_id);
    }
    made.sort();
    let small = RequestQuery {
        limit: Some(1),
        ..RequestQuery::default()
    };
    let mut ids = listed(&psa, &small).await;
    ids.sort();
    assert_eq!(ids, made);
    let report = psa.check().await.expect("a report");
    assert!(report.pins.is_some());
    let stranger = self::psa(&world, "not-a-token-of-this-account");
    let error = stranger.check().await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_request_lives_with_pinatas_quirks() {
    a_request_lives(false).await;
}

#[tokio::test]
async fn a_request_lives_as_the_specification_has_it() {
    a_request_lives(true).await;
}

#[tokio::test]
async fn every_request_is_listed_once_with_pinatas_quirks() {
    every_request_is_listed_once(false).await;
}

#[tokio::test]
async fn every_request_is_listed_once_as_the_specification_has_it() {
    every_request_is_listed_once(true).await;
}

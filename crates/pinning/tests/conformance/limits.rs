//! Limits that a service announces are kept to, whatever the client's own are.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pinning::{
    Deadlines, Family, Pins as _, Priority, Psa, PsaBudget, PsaEndpoint, RequestQuery,
    Requests as _, Service, Usage as _,
};
use sandbox::{Key, RateLimits, Scopes};
use secrecy::SecretString;
use tokio::time::Instant;

use crate::World;
use crate::support::{NOON, Noon, token};

/// A world whose service counts by the time of the test.
async fn limited(limits: RateLimits) -> World {
    let (noon, began): (Timestamp, _) = (NOON.parse().expect("a moment"), Instant::now());
    let key = Key::new(token(), Scopes::admin());
    World::configured(key, Deadlines::default(), |config| {
        config.rate_limits = limits;
        config.clock = Arc::new(move || noon + began.elapsed());
    })
    .await
}

/// Requests that were answered with 429.
fn refused(world: &World) -> usize {
    let log = world.sandbox.requests();
    log.iter().filter(|entry| entry.status == 429).count()
}

fn most(service: &dyn Service, family: Family) -> u32 {
    let spent = service.spent().into_iter();
    let mut of = spent.filter(|spent| spent.family == family);
    of.next().expect("a family").most
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_a_pinning_service_announces_is_never_exceeded() {
    // As Pinata had it.
    let world = limited(RateLimits {
        psa_lists: 5,
        ..RateLimits::PLENTY
    })
    .await;
    let many = NonZeroU32::new(60_000).expect("not zero");
    let address = format!("{}/psa", world.sandbox.api_url());
    let psa = Psa::new(
        PsaEndpoint::new(&address).expect("loopback"),
        Some(&SecretString::from(token())),
        Arc::new(Noon),
        PsaBudget {
            lists: many,
            others: many,
        },
        Deadlines::default(),
    )
    .expect("a token");
    let began = Instant::now();
    for _ in 0..20 {
        let all = RequestQuery::default();
        let listed = psa.list(&all, None, Priority::Click).await;
        listed.expect("a page");
    }
    assert_eq!(refused(&world), 0);
    assert!(began.elapsed() > Duration::from_mins(3));
    assert_eq!(most(&psa, Family::RequestLists), 5);
    assert_eq!(
        most(&psa, Family::Requests),
        60_000,
        "nothing was said of these"
    );
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_one_family_of_pinatas_slows_down_no_other() {
    let world = limited(RateLimits {
        data: 6,
        ..RateLimits::PLENTY
    })
    .await;
    for _ in 0..10 {
        world.account.totals().await.expect("totals");
    }
    assert_eq!(refused(&world), 0);
    assert_eq!(most(&world.account, Family::Data), 6);
    let before = Instant::now();
    for _ in 0..10 {
        world
            .account
            .find(crate::hostile::CID, Priority::Click)
            .await
            .expect("asked");
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert_eq!(most(&world.account, Family::V3), 60_000);
}

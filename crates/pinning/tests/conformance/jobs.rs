//! Pins by CID: found, listed, given up, cancelled.

use pinning::{
    Deadlines, ErrorKind, JobQuery, JobStatus, Jobs as _, NewJob, Pins as _, Priority, Uploads as _,
};
use sandbox::{Jobs as Rules, Key};

use crate::support::{file, token};
use crate::{Profile, World, for_each_profile};

for_each_profile!(
    a_cid_that_somebody_has_is_pinned_with_its_name,
    a_failed_job_stays_in_the_queue_with_its_reason,
);

/// A CID of which nobody has the content.
const NOWHERE: &str = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";

async fn world(profile: Profile, rules: Rules) -> World {
    let scopes = match profile {
        Profile::LegacyOnly => profile.scopes(),
        _ => profile.scopes().and_v3(["org:files:write"]),
    };
    let key = Key::new(token(), scopes);
    World::configured(key, Deadlines::default(), |config| config.jobs = rules).await
}

fn wish(cid: &str) -> NewJob {
    NewJob {
        cid: cid.to_owned(),
        name: Some("looked for".to_owned()),
        ..NewJob::default()
    }
}

async fn queue(world: &World) -> Vec<pinning::Job> {
    let jobs: &dyn pinning::Jobs = &world.account;
    jobs.page(&JobQuery::default(), None, Priority::Click)
        .await
        .expect("a page")
        .jobs
}

mod behaviour {
    use super::*;

    pub(super) async fn a_cid_that_somebody_has_is_pinned_with_its_name(profile: Profile) {
        let world = world(profile, Rules::instant()).await;
        let job = world.account.add(&wish(NOWHERE)).await.expect("queued");
        assert_eq!(job.cid, NOWHERE);
        assert_eq!(
            queue(&world).await,
            [],
            "a job that ends well leaves the queue"
        );
        let found = world
            .account
            .find(NOWHERE, Priority::Click)
            .await
            .expect("looked up");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name.as_deref(), Some("looked for"));
        assert_eq!(
            crate::gateway::get(&world.sandbox.gateway_url(), NOWHERE, &[])
                .await
                .0,
            404,
            "claimed only"
        );
        // What the account has already is pinned as well.
        let own = world.account.file(file("a", b"own")).await.expect("stored");
        world.account.add(&wish(&own.cid)).await.expect("queued");
    }

    pub(super) async fn a_failed_job_stays_in_the_queue_with_its_reason(profile: Profile) {
        let rules = Rules::instant();
        rules.set_end(NOWHERE, sandbox::JobStatus::Expired);
        let world = world(profile, rules).await;
        let job = world.account.add(&wish(NOWHERE)).await.expect("queued");
        let listed = queue(&world).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(
            (listed[0].id.as_str(), &listed[0].status),
            (job.id.as_str(), &JobStatus::Expired)
        );
        assert!(listed[0].status.is_failure() && listed[0].queued_at.is_some());
        let cancelled = world.account.cancel(&job.id).await;
        if profile == Profile::LegacyOnly {
            assert_eq!(
                cancelled.expect_err("v3 only").kind,
                ErrorKind::MissingScope("org:files:write".to_owned())
            );
            return;
        }
        cancelled.expect("cancelled");
        assert_eq!(queue(&world).await, []);
    }
}

//! Pins by CID: found, listed, given up, cancelled.

use pinning::{Job, JobQuery, JobStatus, NewJob, Priority};

use crate::profiles::{Ground, Profile, on_every_profile};

on_every_profile!([PinByCid] a_cid_that_somebody_has_is_pinned_with_its_name);
on_every_profile!([ListJobs] a_failed_job_stays_in_the_queue_with_its_reason);
on_every_profile!([CancelJob] a_cancelled_job_leaves_the_queue);

/// A CID of which nobody has the content.
const NOWHERE: &str = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";

fn wish(cid: &str) -> NewJob {
    NewJob {
        cid: cid.to_owned(),
        name: Some("looked for".to_owned()),
        ..NewJob::default()
    }
}

async fn queue(ground: &Ground) -> Vec<Job> {
    let all = JobQuery::default();
    let page = ground.jobs().page(&all, None, Priority::Click).await;
    page.expect("a page").jobs
}

mod behaviour {
    use super::*;

    pub(super) async fn a_cid_that_somebody_has_is_pinned_with_its_name(ground: Ground) {
        let job = ground.jobs().add(&wish(NOWHERE)).await.expect("queued");
        assert_eq!(job.cid, NOWHERE);
        assert_eq!(
            queue(&ground).await,
            [],
            "a job that ends well leaves the queue"
        );
        let found = ground.pins().find(NOWHERE, Priority::Click).await;
        let found = found.expect("looked up");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name.as_deref(), Some("looked for"));
        assert_eq!(
            crate::gateway::get(&ground.sandbox.gateway_url(), NOWHERE, &[])
                .await
                .0,
            404,
            "claimed only"
        );
        // What the account has already is pinned as well.
        let own = ground.put("a", b"own").await;
        ground.jobs().add(&wish(&own)).await.expect("queued");
    }

    pub(super) async fn a_failed_job_stays_in_the_queue_with_its_reason(ground: Ground) {
        let rules = ground.sandbox.jobs();
        rules.set_end(NOWHERE, sandbox::JobStatus::Expired);
        let job = ground.jobs().add(&wish(NOWHERE)).await.expect("queued");
        let listed = queue(&ground).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].id, job.id);
        let said = (&listed[0].status, listed[0].reason.as_deref());
        match ground.profile {
            // The specification knows only that it failed; why stands beside.
            Profile::Strict => {
                let failed = JobStatus::Other("failed".to_owned());
                assert_eq!(said, (&failed, Some("expired")));
            }
            _ => assert_eq!(said, (&JobStatus::Expired, None)),
        }
        assert!(listed[0].status.is_failure() && listed[0].queued_at.is_some());
    }

    pub(super) async fn a_cancelled_job_leaves_the_queue(ground: Ground) {
        for end in [sandbox::JobStatus::Searching, sandbox::JobStatus::Expired] {
            ground.sandbox.jobs().set_end(NOWHERE, end);
            let job = ground.jobs().add(&wish(NOWHERE)).await.expect("queued");
            assert_eq!(queue(&ground).await.len(), 1);
            ground.jobs().cancel(&job.id).await.expect("cancelled");
            assert_eq!(queue(&ground).await, []);
            let found = ground.pins().find(NOWHERE, Priority::Click).await;
            assert_eq!(found.expect("looked up"), []);
        }
    }
}

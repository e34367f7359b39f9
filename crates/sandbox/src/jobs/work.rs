//! What moves jobs: every request that is let through first takes all of them as far as the clock says.

use super::JobStatus;
use super::peer;
use crate::app::App;
use crate::dag::{Layout, block_key};
use crate::error::Refusal;
use crate::import;
use crate::store::{JobRow, Network, NewFile};
use std::time::Duration;
use uuid::Uuid;

impl App {
    /// Puts a job into the queue. The answer is what the job was when it was queued, also where it is
    /// at its end already.
    pub(crate) async fn queue(&self, job: JobRow) -> Result<JobRow, Refusal> {
        let job = self.store.add_job(self.timed(job)).await?;
        self.settle(true).await?;
        Ok(job)
    }

    /// The same for a job that takes the place of another; `None` when there is no such other.
    pub(crate) async fn queue_instead(
        &self,
        old: String,
        job: JobRow,
    ) -> Result<Option<JobRow>, Refusal> {
        let now = self.now_micros();
        let job = self.store.replace_job(old, self.timed(job), now).await?;
        self.settle(true).await?;
        Ok(job)
    }

    fn timed(&self, job: JobRow) -> JobRow {
        let stay = self.settings.jobs.stay(&job.node, job.status);
        JobRow {
            next_at: stay.map(|stay| later(job.created_at, stay)),
            ..job
        }
    }

    /// Carries out what fell due by now. `wait`: also when another request is at it.
    pub(crate) async fn settle(&self, wait: bool) -> Result<(), Refusal> {
        let now = self.now_micros();
        if !self.store.is_due(now) {
            return Ok(());
        }
        // The gateway never waits: a peer whose job waits for our gateway would wait for itself.
        let _one = match (wait, self.settling.try_lock()) {
            (_, Ok(lock)) => lock,
            (true, Err(_)) => self.settling.lock().await,
            (false, Err(_)) => return Ok(()),
        };
        if !self.store.is_due(now) {
            return Ok(());
        }
        while let Some(job) = self.store.due_job(now).await? {
            self.advance(job).await?;
        }
        Ok(self.store.settle(now).await?)
    }

    /// One step of one job, at the time that it was due.
    async fn advance(&self, job: JobRow) -> Result<(), Refusal> {
        let jobs = &self.settings.jobs;
        let Some(mut status) = jobs.step(&job.node, job.status) else {
            return Ok(self.store.move_job(job.id, job.status, None).await?);
        };
        let at = job.next_at.unwrap_or(job.created_at);
        if status == JobStatus::Pinned && !self.pin(&job, at).await? {
            status = JobStatus::InvalidObject;
        }
        let stay = jobs.stay(&job.node, status);
        let next = stay.map(|stay| later(at, stay));
        Ok(self.store.move_job(job.id, status, next).await?)
    }

    /// Makes the pin; `false` when what was found is not what the CID names.
    async fn pin(&self, job: &JobRow, at: i64) -> Result<bool, Refusal> {
        if self.store.is_pinned(job.node.clone()).await? {
            return Ok(true);
        }
        let mut sources = self.settings.jobs.peers();
        if self.store.tree(job.node.clone()).await?.is_some() {
            sources.insert(0, self.settings.gateway.clone());
        }
        for source in sources {
            let found = peer::fetch(&source, &job.cid, &self.store.partial()).await?;
            let Some(found) = found else { continue };
            let files = found.upload.parts.len() as u64;
            let imported =
                import::run(found.upload, found.plan, Layout::AsAsked.of(found.version)).await?;
            if block_key(&imported.root.cid) != job.node {
                return Ok(false);
            }
            let new = NewFile {
                size: imported.root.dag_size,
                number_of_files: files,
                mime_type: imported.mime_type,
                ..pinned(job, at)
            };
            self.store
                .add(imported.bytes, imported.content, new, |_| ())
                .await?;
            return Ok(true);
        }
        self.store.claim(pinned(job, at)).await?;
        Ok(true)
    }
}

fn later(at: i64, stay: Duration) -> i64 {
    at.saturating_add(i64::try_from(stay.as_micros()).unwrap_or(i64::MAX))
}

/// The row of a pin that nothing is known about but what was asked for.
fn pinned(job: &JobRow, at: i64) -> NewFile {
    NewFile {
        id: Uuid::parse_str(&job.id).unwrap_or_else(|_| Uuid::new_v4()),
        cid: job.cid.clone(),
        node: job.node.clone(),
        network: Network::Public,
        name: job.name.clone(),
        keyvalues: job.keyvalues.clone(),
        size: 0,
        number_of_files: 1,
        mime_type: None,
        group_id: job.group_id.clone(),
        created_at: at,
        expires_at: None,
        pending_until: None,
    }
}

//! What other processes ask of jobs that there are: take back, ask again, take out of the list.

use super::answer::Say;
use super::jobs::{follow, lines};
use super::{Desk, JobControl, JobLine, Reply};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::jobs::JobsFilter;

/// Asks it of the jobs of these numbers or CIDs, and tells how each stands then.
pub(super) async fn control(
    desk: &Desk,
    account: AccountId,
    what: JobControl,
    named: &[String],
    origins: Option<&[String]>,
    say: &Say,
) -> Result<(), CommandError> {
    let engine = &desk.engine;
    match what {
        JobControl::Clear => engine.jobs.clear_ended(account).await,
        JobControl::Cancel => {
            for id in meant(engine, account, named)? {
                let line = cancelled(engine, id).await?;
                say.line(Reply::Job(line)).await?;
            }
            Ok(())
        }
        JobControl::Retry => {
            let mut cids = Vec::new();
            if named.is_empty() {
                let failed = lines(engine, account, JobsFilter::Failed)?;
                cids.extend(failed.into_iter().map(|job| job.cid));
                engine.jobs.retry_failed(account).await?;
            }
            for id in meant(engine, account, named)? {
                cids.push(engine.jobs.cid(id)?);
                let origins = origins.map(<[String]>::to_vec);
                engine.jobs.retry(id, origins).await?;
            }
            // What is asked for again may be another row.
            let asked = engine.jobs.asked(account, &cids.join("\n"))?;
            let jobs = asked.into_iter().filter_map(|asked| asked.job).collect();
            follow(desk, jobs, false, say).await
        }
    }
}

/// Takes back all jobs in these states, as the service lists them now. One that cannot be is told, and the others are
/// taken back nevertheless.
pub(super) async fn cancel_all(
    engine: &Engine,
    account: AccountId,
    filter: JobsFilter,
    say: &Say,
) -> Result<(), CommandError> {
    engine.jobs.refresh_or_wait(account).await?;
    let mut failed = Vec::new();
    for job in lines(engine, account, filter)? {
        match cancelled(engine, job.id).await {
            Ok(line) => say.line(Reply::Job(line)).await?,
            Err(mut error) => {
                error.message = format!("{}: {}", job.cid, error.message);
                failed.push(error);
            }
        }
    }
    say.all_failed(failed).await
}

/// Takes a job back, and tells how it stands then.
async fn cancelled(engine: &Engine, id: i64) -> Result<JobLine, CommandError> {
    let before = JobLine::of(engine, id)?;
    engine.jobs.cancel(id).await?;
    if !before.failed() {
        return JobLine::of(engine, id);
    }
    Ok(JobLine {
        state: "removed".to_owned(),
        reason: None,
        sentence: "Removed: it had failed, and is in no list any more.".to_owned(),
        ..before
    })
}

fn meant(engine: &Engine, account: AccountId, named: &[String]) -> Result<Vec<i64>, CommandError> {
    let mut all = Vec::new();
    for name in named {
        let by_number = name.parse().ok();
        let found = match by_number.filter(|id| engine.jobs.row_of(*id).is_ok()) {
            Some(id) => Some(id),
            None => engine
                .jobs
                .asked(account, name)?
                .iter()
                .find_map(|asked| asked.job),
        };
        all.push(found.ok_or_else(|| {
            CommandError::new(
                ErrorCode::NotFound,
                format!("No job has the number or the CID “{name}”."),
            )
        })?);
    }
    Ok(all)
}

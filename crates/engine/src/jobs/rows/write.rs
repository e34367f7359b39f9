//! Writing the jobs.

use std::collections::BTreeMap;

use pinning::JobStatus;
use rusqlite::params;

use super::read::{failed, get};
use super::{Stored, Wish, state_name};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::jobs::paste::content;
use crate::jobs::state::{Event, State, step};
use crate::pins::Scalar;
use crate::planted::planted;
use crate::store::{StoreError, Tx};
use crate::uploads::backoff;

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}

/// A job that a person asks for here.
pub(in crate::jobs) fn insert(
    tx: &Tx,
    account: AccountId,
    wish: &Wish,
    now: Millis,
) -> Result<i64, StoreError> {
    tx.prepare_cached(
        "INSERT INTO job (account, cid, content, name, keyvalues, in_group, nodes, state, until, here, created, since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', ?8, 1, ?8, ?8)",
    )?
    .execute(params![
        account,
        wish.cid,
        content(&wish.cid),
        wish.name,
        json(&wish.keyvalues)?,
        wish.group,
        json(&wish.nodes)?,
        now
    ])?;
    Ok(tx.last_insert_rowid())
}

/// A job of the service's list that was asked for elsewhere.
pub(in crate::jobs) fn listed(
    tx: &Tx,
    account: AccountId,
    job: &pinning::Job,
    now: Millis,
) -> Result<i64, StoreError> {
    // A service whose clock is ahead asked for nothing in the future.
    let queued = job.queued_at.map_or(now, |at| at.as_millisecond().min(now));
    let keyvalues: BTreeMap<&String, Scalar> = job
        .keyvalues
        .iter()
        .map(|(key, value)| (key, value.clone().into()))
        .collect();
    tx.prepare_cached(
        "INSERT INTO job (account, cid, content, name, keyvalues, in_group, nodes, state, status, service_id, here, created, since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'listed', ?8, ?9, 0, ?10, ?11)",
    )?
    .execute(params![
        account,
        job.cid,
        content(&job.cid),
        job.name,
        json(&keyvalues)?,
        job.group,
        json(&job.host_nodes)?,
        job.status.as_str(),
        job.id,
        queued,
        now
    ])?;
    Ok(tx.last_insert_rowid())
}

/// The service named a row's job: in its answer, or later in its list.
pub(in crate::jobs) fn adopt(
    tx: &Tx,
    id: i64,
    service_id: &str,
    status: &JobStatus,
    now: Millis,
) -> Result<Stored, StoreError> {
    // A reading may have met the job before its answer came: that row gives way to the one that was asked for here.
    tx.prepare_cached(
        "DELETE FROM job WHERE service_id = ?2 AND id <> ?1 AND NOT here AND account = (SELECT account FROM job WHERE id = ?1)",
    )?
    .execute(params![id, service_id])?;
    // Some services give the same id to the same CID: it is no more that of what was taken out of the list.
    tx.prepare_cached(
        "UPDATE job SET service_id = NULL WHERE service_id = ?2 AND id <> ?1 AND cleared AND account = (SELECT account FROM job WHERE id = ?1)",
    )?
    .execute(params![id, service_id])?;
    tx.prepare_cached("UPDATE OR IGNORE job SET service_id = ?2 WHERE id = ?1")?
        .execute(params![id, service_id])?;
    // One that was given up and taken out of the list is there after all.
    tx.prepare_cached("UPDATE job SET cleared = 0 WHERE id = ?1")?
        .execute([id])?;
    apply(tx, id, &Event::Listed(status.clone()), now, 0.5)
}

/// Takes the step that an event leads to. Answers the row as it is now.
pub(in crate::jobs) fn apply(
    tx: &Tx,
    id: i64,
    event: &Event,
    now: Millis,
    jitter: f64,
) -> Result<Stored, StoreError> {
    let before = get(tx, id)?;
    let next = step(&before.job, event, now, |attempts| {
        backoff(attempts, jitter)
    });
    if next == before.job {
        return Ok(before);
    }
    let (status, reason, looks, until, upload) = match &next.state {
        State::Waiting { until, reason } => (None, *reason, 0, Some(*until), None),
        State::Asking { looks, until } | State::Looking { looks, until } => {
            (None, None, *looks, Some(*until), None)
        }
        State::Listed(status) => (Some(status.as_str()), None, 0, None, None),
        State::Uploading(upload) => (None, None, 0, None, Some(*upload)),
        State::Refused(reason) => (None, Some(*reason), 0, None, None),
        State::Pinned | State::Gone | State::Cancelled => (None, None, 0, None, None),
    };
    let moved = state_name(&before.job.state) != state_name(&next.state)
        || matches!(next.state, State::Listed(_));
    tx.prepare_cached(
        "UPDATE job SET state = ?2, status = ?3, reason = ?4, attempts = ?5, looks = ?6, until = ?7, upload = ?8,
           asked = CASE WHEN ?9 THEN ?10 ELSE asked END, since = CASE WHEN ?11 THEN ?10 ELSE since END,
           lost = CASE WHEN ?12 THEN coalesce(lost, asked, ?10) ELSE lost END WHERE id = ?1",
    )?
    .execute(params![
        id,
        state_name(&next.state),
        status,
        reason.map(crate::error::ErrorCode::as_str),
        next.attempts,
        looks,
        until,
        upload,
        *event == Event::Ask,
        now,
        moved,
        is_not_looked_for_any_more(&before.job.state, &next.state, event)
    ])?;
    get(tx, id)
}

/// The answer was lost, the look-ups were in vain, and what was asked for may come all the same.
fn is_not_looked_for_any_more(before: &State, after: &State, event: &Event) -> bool {
    let asking = |state: &State| matches!(state, State::Asking { .. });
    *event == Event::NotFound && asking(before) && !asking(after) && !planted("late")
}

/// The same event for several rows.
pub(in crate::jobs) fn apply_all(
    tx: &Tx,
    ids: &[i64],
    event: &Event,
    now: Millis,
) -> Result<(), StoreError> {
    ids.iter()
        .try_for_each(|id| apply(tx, *id, event, now, 0.5).map(drop))
}

/// Keeps the service's words about a failure.
pub(in crate::jobs) fn told(tx: &Tx, id: i64, detail: Option<&str>) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE job SET detail = ?2 WHERE id = ?1")?
        .execute(params![id, detail])?;
    Ok(())
}

/// Keeps the service's words about a job that it lists as failed.
pub(in crate::jobs) fn failed_because(
    tx: &Tx,
    account: AccountId,
    service_id: &str,
    reason: &str,
) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE job SET detail = ?3 WHERE account = ?1 AND service_id = ?2")?
        .execute(params![account, service_id, reason])?;
    Ok(())
}

/// Asks for the same once more, perhaps with other computers named. A row that the service never took is used again; one
/// that it had gives way to a new row, so that its old job does not come back from the list.
pub(in crate::jobs) fn again(
    tx: &Tx,
    id: i64,
    nodes: Option<&[String]>,
    now: Millis,
) -> Result<i64, StoreError> {
    let row = get(tx, id)?;
    let cleared = tx
        .prepare_cached("SELECT cleared FROM job WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    if cleared {
        // It was asked for again already, or taken out of the list.
        return Err(StoreError::Missing);
    }
    let nodes = nodes.map_or_else(|| row.wish.nodes.clone(), <[String]>::to_vec);
    let fresh = row.service_id.is_none()
        && matches!(row.job.state, State::Waiting { .. } | State::Refused(_));
    if fresh {
        tx.prepare_cached("UPDATE job SET nodes = ?2, detail = NULL WHERE id = ?1")?
            .execute(params![id, json(&nodes)?])?;
        apply(tx, id, &Event::Retry, now, 0.5)?;
        return Ok(id);
    }
    clear(tx, id)?;
    let failed = matches!(&row.job.state, State::Listed(status) if status.is_failure());
    let new = insert(tx, row.account, &Wish { nodes, ..row.wish }, now)?;
    if row.lost.is_some() {
        // What may still come of the old row is told of by the new one.
        tx.prepare_cached("UPDATE job SET lost = ?2 WHERE id = ?1")?
            .execute(params![new, row.lost])?;
        tx.prepare_cached("UPDATE job SET lost = NULL WHERE id = ?1")?
            .execute([id])?;
        tx.prepare_cached("UPDATE job SET late_of = ?2 WHERE late_of = ?1")?
            .execute([id, new])?;
    }
    if let Some(failed) = row.service_id.filter(|_| failed).or(row.replaces) {
        tx.prepare_cached("UPDATE job SET replaces = ?2 WHERE id = ?1")?
            .execute(params![new, failed])?;
    }
    Ok(new)
}

/// What it takes the place of was removed at the service, or stays there.
pub(in crate::jobs) fn replaced(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE job SET replaces = NULL WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Asks again for everything of an account that ended without a pin. Answers how many.
pub(in crate::jobs) fn again_all(
    tx: &Tx,
    account: AccountId,
    now: Millis,
) -> Result<u32, StoreError> {
    let ids = failed(tx, account)?;
    for id in &ids {
        again(tx, *id, None, now)?;
    }
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}

/// Takes a row out of the list.
pub(in crate::jobs) fn clear(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE job SET cleared = 1 WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Takes everything out of the list that was pinned or cancelled. Answers the cancelled ones that stay, because the service
/// still has what they were to take the place of.
pub(in crate::jobs) fn clear_ended(tx: &Tx, account: AccountId) -> Result<Vec<i64>, StoreError> {
    tx.execute(
        "UPDATE job SET cleared = 1 WHERE account = ?1
         AND (state = 'pinned' OR state = 'cancelled' AND replaces IS NULL)",
        [account],
    )?;
    let mut owing = tx.prepare_cached(
        "SELECT id FROM job WHERE account = ?1 AND state = 'cancelled' AND NOT cleared ORDER BY id",
    )?;
    Ok(owing
        .query_map([account], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// A job of elsewhere that its service no longer tells of.
pub(in crate::jobs) fn forget(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM job WHERE id = ?1 AND NOT here", [id])?;
    Ok(())
}

//! Writing the queue: new rows, the steps they take, and what a person changes on them.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::read::get;
use super::suspects::hold;
use super::{
    ACTIVE, Active, Event, Facts, Job, State, Upload, Wish, active_name, after_crash, state_name,
    step, verdict_name,
};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::pins::Scalar;
use crate::settings::{keep, kept};
use crate::store::{StoreError, Tx};

/// Puts a new row at the end of the queue.
pub(in crate::uploads) fn insert(
    tx: &Tx,
    account: AccountId,
    wish: &Wish,
    now: Millis,
) -> Result<i64, StoreError> {
    let json = |value: Result<String, serde_json::Error>| {
        value.map_err(|error| StoreError::Other(error.to_string()))
    };
    tx.prepare_cached(
        "INSERT INTO upload (account, name, kind, paths, pin_name, keyvalues, cid_version, wrap, secrets, state, created,
           network, group_id, group_name, allowed, junk, patterns, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'scanning', ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?
    .execute(params![
        account,
        wish.name,
        if wish.folder { "folder" } else { "file" },
        json(serde_json::to_string(&wish.paths))?,
        wish.pin_name,
        json(serde_json::to_string(&wish.keyvalues))?,
        wish.cid_version,
        wish.wrap,
        wish.secrets.as_str(),
        now,
        wish.target.network.as_str(),
        wish.target.group.as_ref().map(|group| &group.id),
        wish.target.group.as_ref().map(|group| &group.name),
        json(serde_json::to_string(&wish.allowed))?,
        wish.junk,
        wish.patterns,
        wish.target.expires
    ])?;
    Ok(tx.last_insert_rowid())
}

/// It is known how large a new row is before its turn comes.
pub(in crate::uploads) fn measured(tx: &Tx, id: i64, bytes: Option<u64>) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE upload SET bytes = ?2 WHERE id = ?1")?
        .execute(params![id, bytes])?;
    Ok(())
}

/// Takes the steps that these events lead to, with what was found out. Answers the row as it is now.
pub(in crate::uploads) fn apply(
    tx: &Tx,
    id: i64,
    events: &[Event],
    facts: &Facts,
    now: Millis,
    jitter: f64,
) -> Result<Upload, StoreError> {
    let before = get(tx, id)?;
    let job = events.iter().fold(before.job.clone(), |job, event| {
        step(&job, event, now, jitter)
    });
    write_job(tx, id, &before.job, &job, facts, now)?;
    write_facts(tx, id, facts)?;
    if before.job.resumable && !job.resumable {
        forget_place(tx, id)?;
    }
    get(tx, id)
}

fn write_job(
    tx: &Tx,
    id: i64,
    before: &Job,
    job: &Job,
    facts: &Facts,
    now: Millis,
) -> Result<(), StoreError> {
    let (resume_to, until, reason) = match job.state {
        State::Waiting {
            resume_to,
            until,
            reason,
        } => (Some(resume_to), Some(until), Some(reason)),
        State::NeedsYou { reason, resume_to } => (Some(resume_to), None, Some(reason)),
        State::Paused { resume_to } => (Some(resume_to), None, None),
        State::Active(_) | State::Pinned | State::Cancelled => (None, None, None),
    };
    let ended = matches!(job.state, State::Pinned | State::Cancelled).then_some(now);
    tx.prepare_cached(
        "UPDATE upload SET state = ?2, resume_to = ?3, until = ?4, reason = ?5, attempts = ?6, cancelling = ?7,
           finished = coalesce(finished, ?8), detail = CASE WHEN ?9 THEN ?10 ELSE detail END, resume_farthest = ?11,
           lost = coalesce(lost, ?12), priority = CASE WHEN ?8 IS NULL THEN priority ELSE 0 END WHERE id = ?1",
    )?
    .execute(params![
        id,
        state_name(job.state),
        resume_to.map(active_name),
        until,
        reason.map(ErrorCode::as_str),
        job.attempts,
        job.cancelling,
        ended,
        job.state != before.state,
        facts.detail,
        job.farthest,
        in_doubt_since(before, job, now)
    ])?;
    Ok(())
}

/// Since when more may come of it than is heard: its request may have arrived, or what had arrived was not found.
fn in_doubt_since(before: &Job, job: &Job, now: Millis) -> Option<Millis> {
    let asks = matches!(
        job.state,
        State::Active(Active::Confirming)
            | State::Waiting {
                resume_to: Active::Confirming,
                ..
            }
            | State::Paused {
                resume_to: Active::Confirming
            }
            | State::NeedsYou {
                resume_to: Active::Confirming,
                ..
            }
    );
    let lost = before.state == State::Active(Active::Sending) && asks && !job.resumable;
    let not_found = before.state == State::Active(Active::Confirming)
        && matches!(
            job.state,
            State::Active(Active::Queued) | State::NeedsYou { .. } | State::Cancelled
        );
    (lost || not_found).then_some(now)
}

fn forget_place(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE upload SET resume_url = NULL, resume_stamp = NULL, resume_offset = 0, resume_length = NULL
         WHERE id = ?1",
    )?
    .execute([id])?;
    Ok(())
}

fn write_facts(tx: &Tx, id: i64, facts: &Facts) -> Result<(), StoreError> {
    let other_cids = facts.other_cids.as_ref();
    let other_cids = other_cids.map(|cids| serde_json::to_string(cids).unwrap_or_default());
    tx.prepare_cached(
        "UPDATE upload SET files = coalesce(?2, files), bytes = coalesce(?3, bytes), stamp = coalesce(?4, stamp),
           cid = coalesce(?5, cid), service_cid = coalesce(?6, service_cid), service_id = coalesce(?7, service_id),
           verdict = coalesce(?8, verdict), amended = coalesce(?9, amended), owes_end = coalesce(?10, owes_end),
           other_cids = coalesce(?11, other_cids) WHERE id = ?1",
    )?
    .execute(params![
        id,
        facts.files,
        facts.bytes,
        facts.stamp,
        facts.cid,
        facts.service_cid,
        facts.service_id,
        facts.verdict.map(verdict_name),
        facts.amended,
        facts.owes_end,
        other_cids
    ])?;
    if let Some(place) = &facts.place {
        tx.prepare_cached(
            "UPDATE upload SET resume_url = ?2, resume_stamp = stamp, resume_offset = ?3, resume_length = ?4
             WHERE id = ?1",
        )?
        .execute(params![id, place.url, place.offset, place.length])?;
    }
    if let Some(offset) = facts.offset {
        tx.prepare_cached(
            "UPDATE upload SET resume_offset = ?2 WHERE id = ?1 AND resume_url IS NOT NULL",
        )?
        .execute(params![id, offset])?;
    }
    if let Some(suspects) = &facts.suspects {
        hold(tx, id, suspects)?;
    }
    let Some(problems) = &facts.problems else {
        return Ok(());
    };
    tx.execute("DELETE FROM upload_problem WHERE upload = ?1", [id])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO upload_problem (upload, path, sentence) VALUES (?1, ?2, ?3)",
    )?;
    for (path, sentence) in problems {
        insert.execute(params![id, path, sentence])?;
    }
    tx.execute(
        "UPDATE upload SET problems = ?2 WHERE id = ?1",
        params![id, problems.len()],
    )?;
    Ok(())
}

/// After a start: rows that stood in the middle of something go back to where they can go on from.
pub(in crate::uploads) fn recover(tx: &Tx) -> Result<(), StoreError> {
    for (resumable, which) in [
        (true, "resume_stamp IS stamp"),
        (false, "resume_stamp IS NOT stamp"),
    ] {
        for (name, active) in ACTIVE {
            let after = state_name(after_crash(State::Active(active), resumable));
            if after != name {
                let asks = active == Active::Sending;
                tx.execute(
                    &format!(
                        "UPDATE upload SET state = ?2, lost = CASE WHEN ?3 THEN coalesce(lost, created) ELSE lost END
                         WHERE state = ?1 AND {which}"
                    ),
                    params![name, after, asks],
                )?;
            }
        }
    }
    Ok(())
}

/// Name and key-values were changed after the drop. Answers whether it is pinned already.
pub(in crate::uploads) fn amend(
    tx: &Tx,
    id: i64,
    name: Option<&str>,
    keyvalues: &BTreeMap<String, Scalar>,
) -> Result<bool, StoreError> {
    let keyvalues =
        serde_json::to_string(keyvalues).map_err(|error| StoreError::Other(error.to_string()))?;
    let mut update = tx.prepare_cached(
        "UPDATE upload SET pin_name = coalesce(?2, pin_name), keyvalues = ?3,
           amended = CASE WHEN state IN ('sending', 'confirming', 'pinned') OR resume_url IS NOT NULL THEN 1 ELSE amended END
         WHERE id = ?1 RETURNING state = 'pinned'",
    )?;
    Ok(update.query_row(params![id, name, keyvalues], |row| row.get(0))?)
}

/// What was chosen besides sending is set on the pin, or never will be: `unset` says why.
pub(in crate::uploads) fn settled(tx: &Tx, id: i64, unset: Option<&str>) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE upload SET amended = 0, owes_end = 0, detail = ?2 WHERE id = ?1 AND state = 'pinned'",
        params![id, unset],
    )?;
    Ok(())
}

const LIMITS: &str = "upload_limits";
const REST: &str = "uploads_rest";

/// The limits as JSON and the end of the rest, as they were kept.
pub(in crate::uploads) fn limits(
    tx: &Connection,
) -> Result<(Option<String>, Option<String>), StoreError> {
    Ok((kept(tx, LIMITS)?, kept(tx, REST)?))
}

/// Keeps the limits.
pub(in crate::uploads) fn set_limits(tx: &Tx, json: &str) -> Result<(), StoreError> {
    keep(tx, LIMITS, json)
}

/// Keeps the rest.
pub(in crate::uploads) fn set_rest(tx: &Tx, json: &str) -> Result<(), StoreError> {
    keep(tx, REST, json)
}

/// Takes ended rows out of the list. The rows themselves stay: they are the receipts that the pins' check states come from.
pub(in crate::uploads) fn clear(tx: &Tx, ids: &[i64]) -> Result<(), StoreError> {
    let mut update = tx.prepare_cached(
        "UPDATE upload SET cleared = 1 WHERE id = ?1 AND state IN ('pinned', 'cancelled')",
    )?;
    for id in ids {
        update.execute([id])?;
    }
    Ok(())
}

/// Takes all ended rows out of the list.
pub(in crate::uploads) fn clear_all(tx: &Tx) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE upload SET cleared = 1 WHERE state IN ('pinned', 'cancelled')",
        [],
    )?;
    Ok(())
}

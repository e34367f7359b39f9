//! The tables `upload` and `upload_problem`. The row is the state.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::state::{Active, Event, Job, State, Verdict, after_crash, step};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::store::{StoreError, Tx};

/// What a person wishes for an upload, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    /// For people.
    pub name: String,
    /// A folder results.
    pub folder: bool,
    /// The sources, percent-encoded; more than one: together in one folder.
    pub paths: Vec<String>,
    /// The name chosen for the pin.
    pub pin_name: Option<String>,
    /// Chosen key-values.
    pub keyvalues: BTreeMap<String, String>,
    /// 0 or 1.
    pub cid_version: u8,
    /// A single file inside a folder.
    pub wrap: bool,
    /// What is done with files that look like secrets.
    pub secrets: Secrets,
}

/// What is done with files that look like secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Secrets {
    /// Ask first.
    Hold,
    /// Everything else is sent.
    LeaveOut,
    /// The person said yes.
    Send,
}

impl Secrets {
    fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::LeaveOut => "leave_out",
            Self::Send => "send",
        }
    }
}

/// A row of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upload {
    /// The row's number.
    pub id: i64,
    /// Where it goes.
    pub account: AccountId,
    /// What was asked for.
    pub wish: Wish,
    /// Where it stands.
    pub job: Job,
    /// The words of the service or the system about `job`'s reason.
    pub detail: Option<String>,
    /// Files in it.
    pub files: u64,
    /// Things left out.
    pub problems: u64,
    /// Bytes of content.
    pub bytes: Option<u64>,
    /// What the source looked like when it was hashed.
    pub stamp: Option<String>,
    /// Computed here.
    pub cid: Option<String>,
    /// The service's.
    pub service_cid: Option<String>,
    /// The service's own name of the record.
    pub service_id: Option<String>,
    /// How the CIDs compare.
    pub verdict: Option<Verdict>,
    /// Name or key-values are to be edited on the pin.
    pub amended: bool,
    /// When it ended.
    pub finished: Option<Millis>,
}

/// What work found out, written together with the step it led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Words about the reason.
    pub detail: Option<String>,
    /// Files in it.
    pub files: Option<u64>,
    /// Bytes of content.
    pub bytes: Option<u64>,
    /// What the source looks like.
    pub stamp: Option<String>,
    /// Computed here.
    pub cid: Option<String>,
    /// The service's.
    pub service_cid: Option<String>,
    /// The service's own name of the record.
    pub service_id: Option<String>,
    /// How the CIDs compare.
    pub verdict: Option<Verdict>,
    /// Edit the pin afterwards.
    pub amended: Option<bool>,
    /// What was left out: path and sentence. Replaces what was known.
    pub problems: Option<Vec<(String, String)>>,
}

const COLUMNS: &str = "id, account, name, kind, paths, pin_name, keyvalues, cid_version, wrap, secrets, state, resume_to, \
                       until, reason, detail, attempts, cancelling, files, problems, bytes, stamp, cid, service_cid, \
                       service_id, verdict, amended, finished";

fn upload(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let kind: String = row.get(3)?;
    let (paths, keyvalues): (String, String) = (row.get(4)?, row.get(6)?);
    let secrets: String = row.get(9)?;
    let verdict: Option<String> = row.get(24)?;
    Ok(Upload {
        id: row.get(0)?,
        account: row.get(1)?,
        wish: Wish {
            name: row.get(2)?,
            folder: kind == "folder",
            paths: serde_json::from_str(&paths).unwrap_or_default(),
            pin_name: row.get(5)?,
            keyvalues: serde_json::from_str(&keyvalues).unwrap_or_default(),
            cid_version: row.get(7)?,
            wrap: row.get(8)?,
            secrets: match secrets.as_str() {
                "send" => Secrets::Send,
                "leave_out" => Secrets::LeaveOut,
                _ => Secrets::Hold,
            },
        },
        job: Job {
            state: state(row)?,
            attempts: row.get(15)?,
            cancelling: row.get(16)?,
        },
        detail: row.get(14)?,
        files: row.get(17)?,
        problems: row.get(18)?,
        bytes: row.get(19)?,
        stamp: row.get(20)?,
        cid: row.get(21)?,
        service_cid: row.get(22)?,
        service_id: row.get(23)?,
        verdict: verdict.as_deref().and_then(verdict_of),
        amended: row.get(25)?,
        finished: row.get(26)?,
    })
}

fn state(row: &Row<'_>) -> rusqlite::Result<State> {
    let name: String = row.get(10)?;
    let resume_to: Option<String> = row.get(11)?;
    let reason: Option<String> = row.get(13)?;
    let resume_to = resume_to
        .as_deref()
        .and_then(active_of)
        .unwrap_or(Active::Queued);
    let reason = reason
        .as_deref()
        .map_or(ErrorCode::Internal, ErrorCode::from_name);
    Ok(match name.as_str() {
        "pinned" => State::Pinned,
        "cancelled" => State::Cancelled,
        "paused" => State::Paused { resume_to },
        "waiting" => State::Waiting {
            resume_to,
            until: row.get::<_, Option<_>>(12)?.unwrap_or(0),
            reason,
        },
        "needs_you" => State::NeedsYou { reason, resume_to },
        other => State::Active(active_of(other).unwrap_or(Active::Queued)),
    })
}

pub(super) const ACTIVE: [(&str, Active); 6] = [
    ("scanning", Active::Scanning),
    ("queued", Active::Queued),
    ("hashing", Active::Hashing),
    ("checking", Active::Checking),
    ("sending", Active::Sending),
    ("confirming", Active::Confirming),
];
const VERDICTS: [(&str, Verdict); 4] = [
    ("verified", Verdict::Verified),
    ("other_layout", Verdict::OtherLayout),
    ("unproven", Verdict::Unproven),
    ("different", Verdict::Different),
];
const ACTIVE_STATES: &str =
    "('scanning', 'queued', 'hashing', 'checking', 'sending', 'confirming')";

fn active_of(name: &str) -> Option<Active> {
    ACTIVE
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, active)| *active)
}

pub(super) fn active_name(active: Active) -> &'static str {
    ACTIVE
        .iter()
        .find(|(_, known)| *known == active)
        .map_or("queued", |(name, _)| name)
}

fn verdict_of(name: &str) -> Option<Verdict> {
    VERDICTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, verdict)| *verdict)
}

pub(super) fn verdict_name(verdict: Verdict) -> &'static str {
    VERDICTS
        .iter()
        .find(|(_, known)| *known == verdict)
        .map_or("unproven", |(name, _)| name)
}

/// The state's stored name.
pub(super) fn state_name(state: State) -> &'static str {
    match state {
        State::Active(active) => active_name(active),
        State::Waiting { .. } => "waiting",
        State::Paused { .. } => "paused",
        State::NeedsYou { .. } => "needs_you",
        State::Pinned => "pinned",
        State::Cancelled => "cancelled",
    }
}

/// Puts a new row at the end of the queue.
pub(super) fn insert(
    tx: &Tx,
    account: AccountId,
    wish: &Wish,
    operation: &str,
    now: Millis,
) -> Result<i64, StoreError> {
    let json = |value: Result<String, serde_json::Error>| {
        value.map_err(|error| StoreError::Other(error.to_string()))
    };
    tx.prepare_cached(
        "INSERT INTO upload (account, operation, name, kind, paths, pin_name, keyvalues, cid_version, wrap, secrets, state, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'scanning', ?11)",
    )?
    .execute(params![
        account,
        operation,
        wish.name,
        if wish.folder { "folder" } else { "file" },
        json(serde_json::to_string(&wish.paths))?,
        wish.pin_name,
        json(serde_json::to_string(&wish.keyvalues))?,
        wish.cid_version,
        wish.wrap,
        wish.secrets.as_str(),
        now
    ])?;
    Ok(tx.last_insert_rowid())
}

/// One row.
pub(super) fn get(tx: &Connection, id: i64) -> Result<Upload, StoreError> {
    Ok(tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM upload WHERE id = ?1"))?
        .query_row([id], upload)?)
}

/// Takes the steps that these events lead to, with what was found out. Answers the row as it is now.
pub(super) fn apply(
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
           finished = coalesce(finished, ?8), detail = CASE WHEN ?9 THEN ?10 ELSE detail END WHERE id = ?1",
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
        facts.detail
    ])?;
    Ok(())
}

fn write_facts(tx: &Tx, id: i64, facts: &Facts) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE upload SET files = coalesce(?2, files), bytes = coalesce(?3, bytes), stamp = coalesce(?4, stamp),
           cid = coalesce(?5, cid), service_cid = coalesce(?6, service_cid), service_id = coalesce(?7, service_id),
           verdict = coalesce(?8, verdict), amended = coalesce(?9, amended) WHERE id = ?1",
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
        facts.amended
    ])?;
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
pub(super) fn recover(tx: &Tx) -> Result<(), StoreError> {
    for (name, active) in ACTIVE {
        let after = state_name(after_crash(State::Active(active)));
        if after != name {
            tx.execute(
                "UPDATE upload SET state = ?2 WHERE state = ?1",
                params![name, after],
            )?;
        }
    }
    Ok(())
}

/// Rows that work can be done on, those nearest to their end first, without those in `busy`.
pub(super) fn next(
    tx: &Connection,
    accounts: &[AccountId],
    busy: &[i64],
    most: usize,
) -> Result<Vec<i64>, StoreError> {
    let list = |ids: &[i64]| {
        ids.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")
    };
    let mut found = Vec::new();
    for (name, _) in ACTIVE.iter().rev() {
        let mut select = tx.prepare_cached(&format!(
            "SELECT id FROM upload WHERE state = '{name}' AND account IN ({}) AND id NOT IN ({}) ORDER BY id LIMIT {}",
            list(accounts),
            list(busy),
            most - found.len()
        ))?;
        for id in select.query_map([], |row| row.get(0))? {
            found.push(id?);
        }
        if found.len() == most {
            break;
        }
    }
    Ok(found)
}

/// Rows whose wait is over.
pub(super) fn due(tx: &Connection, now: Millis) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM upload WHERE state = 'waiting' AND until <= ?1 ORDER BY id",
    )?;
    Ok(select
        .query_map([now], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// When the next wait is over.
pub(super) fn next_due(tx: &Connection) -> Result<Option<Millis>, StoreError> {
    Ok(tx.query_row(
        "SELECT min(until) FROM upload WHERE state = 'waiting'",
        [],
        |row| row.get(0),
    )?)
}

/// A CID that the service gave for the same bytes in an earlier upload.
pub(super) fn earlier(
    tx: &Connection,
    account: AccountId,
    cid: &str,
    id: i64,
) -> Result<Option<(String, String)>, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT service_cid, verdict FROM upload WHERE account = ?1 AND cid = ?2 AND id <> ?3 AND state = 'pinned'
             AND service_cid IS NOT NULL AND verdict IN ('verified', 'other_layout') ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![account, cid, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Which part of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UploadsFilter {
    /// Everything that has not ended.
    Now,
    /// What only a person can help.
    NeedsYou,
    /// What has ended.
    Finished,
}

fn condition(filter: UploadsFilter) -> (&'static str, &'static str) {
    match filter {
        UploadsFilter::Now => ("state NOT IN ('pinned', 'cancelled')", "id"),
        UploadsFilter::NeedsYou => ("state = 'needs_you'", "id"),
        UploadsFilter::Finished => (
            "state IN ('pinned', 'cancelled') AND NOT cleared",
            "finished DESC, id DESC",
        ),
    }
}

/// A window of the queue.
pub(super) fn window(
    tx: &Connection,
    filter: UploadsFilter,
    from: usize,
    n: usize,
) -> Result<Vec<Upload>, StoreError> {
    let (which, order) = condition(filter);
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM upload WHERE {which} ORDER BY {order} LIMIT ?1 OFFSET ?2"
    ))?;
    Ok(select
        .query_map(params![n, from], upload)?
        .collect::<Result<_, _>>()?)
}

/// How many rows stand in each state, and their bytes from `first` on.
pub(super) fn counts(tx: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT state, count(*) FROM upload WHERE NOT cleared GROUP BY state")?;
    Ok(select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// Bytes of the present batch: pinned, and in all. The batch begins with row `first`.
pub(super) fn batch(tx: &Connection, first: i64) -> Result<(u64, u64), StoreError> {
    Ok(tx.query_row(
        "SELECT coalesce(sum(CASE WHEN state = 'pinned' THEN bytes END), 0), coalesce(sum(bytes), 0)
         FROM upload WHERE id >= ?1 AND state <> 'cancelled'",
        [first],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// The oldest row that has not ended.
pub(super) fn first_open(tx: &Connection) -> Result<Option<i64>, StoreError> {
    Ok(tx.query_row(
        "SELECT min(id) FROM upload WHERE state NOT IN ('pinned', 'cancelled')",
        [],
        |row| row.get(0),
    )?)
}

/// The rows in a state.
pub(super) fn in_states(tx: &Connection, states: &str) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare(&format!(
        "SELECT id FROM upload WHERE state IN ({states}) ORDER BY id"
    ))?;
    Ok(select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// All states in which work is done or waited for.
pub(super) fn unfinished_states() -> String {
    format!("{}, 'waiting'", ACTIVE_STATES.trim_matches(['(', ')']))
}

/// What was left out of a folder.
pub(super) fn problems(tx: &Connection, id: i64) -> Result<Vec<(String, String)>, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT path, sentence FROM upload_problem WHERE upload = ?1 LIMIT 500")?;
    Ok(select
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// Name and key-values were changed after the drop.
pub(super) fn amend(
    tx: &Tx,
    id: i64,
    name: Option<&str>,
    keyvalues: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    let keyvalues =
        serde_json::to_string(keyvalues).map_err(|error| StoreError::Other(error.to_string()))?;
    tx.execute(
        "UPDATE upload SET pin_name = coalesce(?2, pin_name), keyvalues = ?3,
           amended = CASE WHEN state IN ('sending', 'confirming', 'pinned') THEN 1 ELSE amended END WHERE id = ?1",
        params![id, name, keyvalues],
    )?;
    Ok(())
}

/// The person answered the question about secrets.
pub(super) fn allow_secrets(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE upload SET secrets = 'send' WHERE id = ?1", [id])?;
    Ok(())
}

/// Takes an ended row out of the list. The row itself stays: it is the receipt that the pin's check state comes from.
pub(super) fn clear(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE upload SET cleared = 1 WHERE id = ?1 AND state IN ('pinned', 'cancelled')",
        [id],
    )?;
    Ok(())
}

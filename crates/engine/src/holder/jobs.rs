//! CIDs that services are asked to find and pin, as other processes ask for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::sync::OwnedRwLockReadGuard;
use tokio::sync::broadcast::error::RecvError;

use super::answer::{Say, account_of};
use super::edits::say_what_becomes_text;
use super::lines::{time, word};
use super::{Desk, Reply, groups, meant, pins};
use crate::Engine;
use crate::accounts::AccountId;
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::jobs::{Asked, JobOptions, JobRow, JobsFilter, JobsQuery, LineKind};
use crate::pins::Scalar;

/// Rows that are read at once.
const PAGE: usize = 200;

/// CIDs to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Import {
    /// Where; `None`: the account that is worked with.
    pub account: Option<String>,
    /// CIDs, addresses and links, one a line.
    pub text: String,
    /// The name of every pin.
    pub name: Option<String>,
    /// Key-values of every pin.
    pub keyvalues: Vec<(String, Scalar)>,
    /// The name or id of a group.
    pub group: Option<String>,
    /// Multiaddresses of computers that have the content.
    pub origins: Vec<String>,
    /// The answer goes on until each is pinned or has failed, else until the service was asked for it.
    pub follow: bool,
}

/// Pins for another account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CopyAsked {
    /// Whose pins they are; `None`: the account that is worked with.
    pub account: Option<String>,
    /// CIDs or whole names.
    pub pins: Vec<String>,
    /// The account that is asked for them.
    pub to: String,
    /// As of `Import`.
    pub follow: bool,
}

/// Which jobs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JobsAsked {
    /// `None`: the account that is worked with.
    pub account: Option<String>,
    /// In which states.
    pub filter: JobsFilter,
    /// Part of the CID or the name.
    pub text: String,
    /// Oldest first; newest first otherwise.
    pub oldest_first: bool,
    /// At most so many.
    pub limit: Option<usize>,
    /// So many are left out first.
    #[serde(default)]
    pub offset: usize,
    /// As the list was read last, without asking the service.
    pub cached: bool,
}

/// What a person asks of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobControl {
    /// Takes them back.
    Cancel,
    /// Asks again; without any named for all that failed.
    Retry,
    /// Takes out of the list what was pinned or cancelled.
    Clear,
}

/// A CID that a service was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLine {
    /// Its number.
    pub id: i64,
    /// The CID.
    pub cid: String,
    /// The name that the pin has or will have.
    pub name: Option<String>,
    /// Where it stands: `waiting`, `asking`, `prechecking`, `searching`, `retrieving`, `looking`, `uploading`, `pinned`,
    /// or how it ended: `removed`, `expired`, `over_free_limit`, `over_max_size`, `invalid_object`, `bad_host_node`, `failed`,
    /// `gone`, `refused`, `cancelled`.
    pub state: String,
    /// Why it waits, or ended without a pin.
    pub reason: Option<ErrorCode>,
    /// In words.
    pub sentence: String,
    /// Nothing more comes of it by itself.
    pub ended: bool,
    /// Addresses of computers that have it.
    pub origins: Vec<String>,
    /// Since when it is asked for, or when it ended, RFC 3339.
    pub since: String,
}

impl JobLine {
    fn new(engine: &Engine, row: JobRow) -> Result<Self, CommandError> {
        let words = [row.sentence.as_str(), row.beside.as_str()];
        Ok(Self {
            reason: engine.jobs.reason(row.id)?,
            sentence: words.join(" ").trim().to_owned(),
            state: word(row.state),
            since: time(row.since),
            ended: row.ended,
            origins: row.host_nodes,
            name: row.name,
            cid: row.cid,
            id: row.id,
        })
    }

    pub(super) fn of(engine: &Engine, id: i64) -> Result<Self, CommandError> {
        Self::new(engine, engine.jobs.row_of(id)?)
    }

    /// It is pinned.
    pub fn pinned(&self) -> bool {
        self.state == "pinned"
    }

    /// It ended without a pin, and nobody took it back.
    pub(super) fn failed(&self) -> bool {
        self.ended && !matches!(self.state.as_str(), "pinned" | "cancelled")
    }

    /// The service was asked for it, or it waits for more than its turn.
    fn was_asked(&self) -> bool {
        self.reason.is_some() || !matches!(self.state.as_str(), "waiting" | "asking")
    }

    /// Nothing more happens to it without the person.
    fn over(&self) -> bool {
        let held = matches!(
            self.reason,
            Some(
                ErrorCode::Unauthorized
                    | ErrorCode::QuotaExceeded
                    | ErrorCode::NoKeychain
                    | ErrorCode::KeychainLocked
                    | ErrorCode::KeyMissing
            )
        );
        self.ended || held
    }
}

/// Asks for CIDs. What is pinned or asked for already is told, and not asked for again.
pub(super) async fn import(
    desk: &Desk,
    import: Import,
    doing: OwnedRwLockReadGuard<()>,
    say: &Say,
) -> Result<(), CommandError> {
    let jobs = &desk.engine.jobs;
    let account = account_of(&desk.engine, import.account.as_deref())?;
    let looked = jobs.look_at(account, &import.text)?;
    let wrong = |kind| looked.lines.iter().find(|line| line.kind == kind);
    if let Some(wrong) = wrong(LineKind::Wrong) {
        let sentence = format!("{} Nothing was asked for.", wrong.sentence);
        return Err(CommandError::new(ErrorCode::BadInput, sentence));
    }
    if let Some(inside) = wrong(LineKind::Note) {
        say.note(inside.sentence.as_str()).await?;
    }
    let group = match &import.group {
        Some(named) => Some(
            groups::the_one(&desk.engine, account, named)
                .await?
                .service_id,
        ),
        None => None,
    };
    let before = jobs.asked(account, &import.text)?;
    let chosen = Chosen::of(&import);
    if looked.ready > 0 {
        say_what_becomes_text(&desk.engine, account, &import.keyvalues, say).await?;
        let options = JobOptions {
            name: import.name,
            keyvalues: import.keyvalues,
            group,
            host_nodes: import.origins,
        };
        jobs.import(account, &import.text, None, options).await?;
    }
    let mut open = Vec::new();
    for asked in jobs.asked(account, &import.text)? {
        if chosen.any && before.contains(&asked) {
            chosen.say(&desk.engine, &asked, say).await?;
        }
        match (asked.pin, asked.job) {
            (Some(pin), _) => pins::say_one(&desk.engine, account, pin, say).await?,
            (None, Some(job)) => open.push(job),
            (None, None) => {}
        }
    }
    drop(doing);
    follow(desk, open, import.follow, say).await
}

/// What was chosen for every pin of an import, which does not touch what is there already.
struct Chosen {
    any: bool,
    name: Option<String>,
    more: bool,
}

impl Chosen {
    fn of(import: &Import) -> Self {
        let more = !import.keyvalues.is_empty() || import.group.is_some();
        Self {
            any: more || import.name.is_some(),
            name: import.name.clone(),
            more,
        }
    }

    /// Says of one that was there before that it keeps what it has.
    async fn say(&self, engine: &Engine, asked: &Asked, say: &Say) -> Result<(), CommandError> {
        let cid = &asked.cid;
        let sentence = match (asked.pin, asked.job) {
            (Some(pin), _) => {
                let has = engine.pins.mirrored(pin)?.pin.name;
                if !self.more && has == self.name {
                    return Ok(());
                }
                let called = has.map_or_else(String::new, |name| format!(", called “{name}”"));
                format!(
                    "{cid} is pinned already{called}, and stays as it is: what was chosen for it is not set. `pinfold edit` and `pinfold groups add` do that."
                )
            }
            (None, Some(_)) => format!(
                "{cid} is asked for already, and stays as it is: what was chosen for it now is not set."
            ),
            (None, None) => return Ok(()),
        };
        say.note(sentence).await
    }
}

/// Asks another account for pins.
pub(super) async fn copy(
    desk: &Desk,
    asked: CopyAsked,
    doing: OwnedRwLockReadGuard<()>,
    say: &Say,
) -> Result<(), CommandError> {
    let engine = &desk.engine;
    let from = account_of(engine, asked.account.as_deref())?;
    let to = account_of(engine, Some(&asked.to))?;
    let mut meant = Vec::new();
    for which in &asked.pins {
        meant.push(meant::the_one(engine, from, which).await?);
    }
    let copied = engine.jobs.copy(from, &meant, to).await?;
    say.note(copied.sentence.as_str()).await?;
    drop(doing);
    follow(desk, copied.jobs, asked.follow, say).await
}

/// A line for each job whenever it changes: until each is over where `to_the_end`, else until its service was asked.
pub(super) async fn follow(
    desk: &Desk,
    jobs: Vec<i64>,
    to_the_end: bool,
    say: &Say,
) -> Result<(), CommandError> {
    let engine = &desk.engine;
    let mut changes = engine.store.announcer.listen();
    desk.follow_jobs();
    let mut open: BTreeMap<i64, Option<JobLine>> = jobs.iter().map(|id| (*id, None)).collect();
    let mut look_at = jobs;
    loop {
        for id in std::mem::take(&mut look_at) {
            let Some(last) = open.get_mut(&id) else {
                continue;
            };
            let line = JobLine::of(engine, id)?;
            if last.as_ref() == Some(&line) {
                continue;
            }
            say.line(Reply::Job(line.clone())).await?;
            if line.over() || (line.was_asked() && !to_the_end) {
                open.remove(&id);
            } else {
                *last = Some(line);
            }
        }
        if open.is_empty() {
            return Ok(());
        }
        let change = tokio::select! {
            change = changes.recv() => change,
            () = say.gone() => return Ok(()),
        };
        look_at = match change {
            Ok(change) if change.noun == Noun::Job => {
                change.ids.unwrap_or_else(|| open.keys().copied().collect())
            }
            Ok(change) if change.noun != Noun::Account => Vec::new(),
            Ok(_) | Err(RecvError::Lagged(_)) => open.keys().copied().collect(),
            Err(RecvError::Closed) => return Err(CommandError::gone("The list of jobs")),
        };
    }
}

/// A line for each job that matches.
pub(super) async fn list(engine: &Engine, asked: JobsAsked, say: &Say) -> Result<(), CommandError> {
    let account = account_of(engine, asked.account.as_deref())?;
    if !asked.cached {
        engine.jobs.refresh_or_wait(account).await?;
        if let (_, _, Some(problem)) = engine.jobs.reading(account) {
            say.note(problem).await?;
        }
    }
    let query = JobsQuery {
        filter: asked.filter,
        text: asked.text,
        oldest_first: asked.oldest_first,
    };
    let most = asked
        .limit
        .unwrap_or(usize::MAX)
        .saturating_add(asked.offset);
    let rows = every(engine, account, &query, most)?;
    for row in rows.into_iter().skip(asked.offset) {
        say.line(Reply::Job(JobLine::new(engine, row)?)).await?;
    }
    Ok(())
}

/// At most `limit` rows.
fn every(
    engine: &Engine,
    account: AccountId,
    query: &JobsQuery,
    limit: usize,
) -> Result<Vec<JobRow>, CommandError> {
    let mut all = Vec::new();
    while all.len() < limit {
        let page = engine.jobs.page(account, query, all.len(), PAGE)?.rows;
        let last = page.len() < PAGE;
        all.extend(page);
        if last {
            break;
        }
    }
    all.truncate(limit);
    Ok(all)
}

/// All jobs in these states.
pub(super) fn lines(
    engine: &Engine,
    account: AccountId,
    filter: JobsFilter,
) -> Result<Vec<JobLine>, CommandError> {
    let query = JobsQuery {
        filter,
        ..JobsQuery::default()
    };
    let rows = every(engine, account, &query, usize::MAX)?;
    rows.into_iter()
        .map(|row| JobLine::new(engine, row))
        .collect()
}

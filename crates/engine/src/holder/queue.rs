//! The upload queue, as other processes ask for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;

use super::answer::{Say, account_of};
use super::lines::{time, word};
use super::{Desk, Reply, allow};
use crate::Engine;
use crate::accounts::AccountId;
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::uploads::{Progress, UploadRow, UploadState, UploadsFilter};

/// Rows that are read at once.
const PAGE: usize = 200;

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadLine {
    /// Its number.
    pub id: i64,
    /// The account's name; empty where another version of Pinfold does not say it.
    #[serde(default)]
    pub account: String,
    /// For people.
    pub name: String,
    /// Where it stands: `scanning`, `queued`, `hashing`, `checking`, `sending`, `confirming`, `pinned`, `waiting`,
    /// `paused`, `needs_you` or `cancelled`.
    pub state: String,
    /// Why it waits or needs the person.
    pub reason: Option<ErrorCode>,
    /// In words.
    pub sentence: String,
    /// Nothing more happens to it without the person.
    pub over: bool,
    /// Files that go. As the next, 0 where another version of Pinfold does not say it.
    #[serde(default)]
    pub files: u64,
    /// Things that were left out.
    #[serde(default)]
    pub problems: u64,
    /// Bytes of content.
    pub bytes: Option<u64>,
    /// Ours, or the service's once it is pinned.
    pub cid: Option<String>,
    /// How the CIDs compare: `verified`, `other_layout`, `unproven`, `different` or `not_checked`.
    pub check: String,
    /// When it ended, RFC 3339.
    pub finished_at: Option<String>,
}

impl UploadLine {
    pub(super) fn new(engine: &Engine, row: &UploadRow) -> Self {
        // An account that was just removed has no name any more.
        let account = engine.uploads.account_of(row.id).ok();
        let account = account.and_then(|id| engine.accounts.get(id).ok());
        Self {
            id: row.id,
            account: account.map(|account| account.label).unwrap_or_default(),
            name: row.name.clone(),
            state: word(row.state),
            reason: row.reason,
            sentence: row.sentence.clone(),
            over: over(row),
            files: row.files,
            problems: row.problems,
            bytes: row.bytes,
            cid: row.cid.clone(),
            check: word(row.check),
            finished_at: row.finished_at.map(time),
        }
    }

    /// It is pinned.
    pub fn pinned(&self) -> bool {
        self.state == "pinned"
    }
}

/// Ended, or held by something that does not pass by itself.
fn over(row: &UploadRow) -> bool {
    let held = matches!(
        row.reason,
        Some(
            ErrorCode::Unauthorized
                | ErrorCode::QuotaExceeded
                | ErrorCode::NoKeychain
                | ErrorCode::KeychainLocked
                | ErrorCode::KeyMissing
        )
    );
    held || matches!(
        row.state,
        UploadState::Pinned | UploadState::Cancelled | UploadState::NeedsYou
    )
}

/// How far an upload is in its present state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgressLine {
    /// Its number.
    pub id: i64,
    /// Bytes hashed or sent.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// Bytes a second, where it is known.
    pub rate: Option<f64>,
    /// At this rate.
    pub seconds_left: Option<f64>,
}

/// A line for each upload whenever it changes, until each is over.
pub(super) async fn follow(desk: &Desk, uploads: &[i64], say: &Say) -> Result<(), CommandError> {
    let _follower = desk.followed();
    let engine = &desk.engine;
    let mut changes = engine.store.announcer.listen();
    let mut progress = engine.uploads.progress();
    desk.work_on_queue();
    let mut open: BTreeMap<i64, Option<UploadLine>> =
        uploads.iter().map(|id| (*id, None)).collect();
    let mut look_at: Vec<i64> = uploads.to_vec();
    loop {
        for id in std::mem::take(&mut look_at) {
            let Some(last) = open.get_mut(&id) else {
                continue;
            };
            let line = UploadLine::new(engine, &engine.uploads.row_of(id)?);
            if last.as_ref() == Some(&line) {
                continue;
            }
            say.line(Reply::Upload(line.clone())).await?;
            if line.reason == Some(ErrorCode::Secret) {
                allow::tell(engine, id, say).await?;
            }
            if line.over {
                open.remove(&id);
            } else {
                *last = Some(line);
            }
        }
        if open.is_empty() {
            return Ok(());
        }
        tokio::select! {
            change = changes.recv() => match change {
                Ok(change) if change.noun == Noun::Upload => {
                    look_at = change.ids.unwrap_or_else(|| open.keys().copied().collect());
                }
                Ok(change) if change.noun != Noun::Account => {}
                Ok(_) | Err(RecvError::Lagged(_)) => look_at = open.keys().copied().collect(),
                Err(RecvError::Closed) => return Err(CommandError::gone("The queue")),
            },
            Ok(progress) = progress.recv() => {
                say_progress(&progress, |id| open.contains_key(&id), say).await?;
            }
            () = say.gone() => return Ok(()),
        }
    }
}

/// Whose uploads are meant: those of one account, or all.
pub(super) struct Of<'a> {
    engine: &'a Engine,
    account: Option<AccountId>,
}

impl<'a> Of<'a> {
    /// Those of the account that a person named.
    pub(super) fn named(engine: &'a Engine, named: Option<&str>) -> Result<Self, CommandError> {
        let account = named.map(|named| account_of(engine, Some(named)));
        Ok(Self {
            engine,
            account: account.transpose()?,
        })
    }

    fn has(&self, id: i64) -> Result<bool, CommandError> {
        match self.account {
            None => Ok(true),
            Some(account) => Ok(self.engine.uploads.account_of(id)? == account),
        }
    }

    /// They are those of all accounts.
    pub(super) fn all(&self) -> bool {
        self.account.is_none()
    }

    /// Where they are.
    pub(super) fn engine(&self) -> &'a Engine {
        self.engine
    }

    /// Fails where it is another account's.
    pub(super) fn require(&self, id: i64) -> Result<(), CommandError> {
        if self.has(id)? {
            return Ok(());
        }
        let account = self.account.unwrap_or_default();
        let label = self.engine.accounts.get(account)?.label;
        Err(CommandError::new(
            ErrorCode::NotFound,
            format!("{label} has no upload with the number {id}."),
        ))
    }

    /// How many have not ended.
    fn open(&self) -> Result<u64, CommandError> {
        if self.account.is_none() {
            return Ok(self.engine.uploads.head()?.now);
        }
        Ok(self.every(UploadsFilter::Now, usize::MAX)?.len() as u64)
    }

    /// At most `limit` rows.
    pub(super) fn every(
        &self,
        filter: UploadsFilter,
        limit: usize,
    ) -> Result<Vec<UploadRow>, CommandError> {
        if self.account.is_none() {
            return every(self.engine, filter, limit);
        }
        let mut its = Vec::new();
        for row in every(self.engine, filter, usize::MAX)? {
            if its.len() < limit && self.has(row.id)? {
                its.push(row);
            }
        }
        Ok(its)
    }
}

/// A line for each upload that changes, until nobody listens.
pub(super) async fn follow_all(desk: &Desk, of: &Of<'_>, say: &Say) -> Result<(), CommandError> {
    let _follower = desk.followed();
    let engine = &desk.engine;
    let mut changes = engine.store.announcer.listen();
    let mut progress = engine.uploads.progress();
    desk.work_on_queue();
    let open = of.open()?;
    say.note(match open {
        0 => "The queue is empty.".to_owned(),
        1 => "1 upload has not ended.".to_owned(),
        more => format!("{more} uploads have not ended."),
    })
    .await?;
    list(of, false, usize::MAX, say).await?;
    let its = |id: i64| of.has(id).unwrap_or(false);
    loop {
        tokio::select! {
            change = changes.recv() => match change {
                Ok(change) if change.noun != Noun::Upload => {}
                Ok(change) => match change.ids {
                    Some(ids) => {
                        for id in ids.into_iter().filter(|id| its(*id)) {
                            // A row that was cleared has nothing to tell.
                            if let Ok(row) = engine.uploads.row_of(id) {
                                say.line(Reply::Upload(UploadLine::new(engine, &row))).await?;
                            }
                        }
                    }
                    None => list(of, false, usize::MAX, say).await?,
                },
                Err(RecvError::Lagged(_)) => list(of, false, usize::MAX, say).await?,
                Err(RecvError::Closed) => return Ok(()),
            },
            Ok(progress) = progress.recv() => say_progress(&progress, its, say).await?,
        }
    }
}

async fn say_progress(
    progress: &Progress,
    wanted: impl Fn(i64) -> bool,
    say: &Say,
) -> Result<(), CommandError> {
    for row in progress.rows.iter().filter(|row| wanted(row.id)) {
        let line = ProgressLine {
            id: row.id,
            done: row.done,
            total: row.total,
            rate: row.rate,
            seconds_left: row.seconds_left,
        };
        say.line(Reply::Progress(line)).await?;
    }
    Ok(())
}

/// What has not ended, oldest first; then, where asked for, what has, newest first.
pub(super) async fn list(
    of: &Of<'_>,
    ended: bool,
    limit: usize,
    say: &Say,
) -> Result<(), CommandError> {
    let mut left = limit;
    for filter in [UploadsFilter::Now, UploadsFilter::Finished] {
        if filter == UploadsFilter::Finished && !ended {
            break;
        }
        for row in of.every(filter, left)? {
            say.line(Reply::Upload(UploadLine::new(of.engine, &row)))
                .await?;
            left -= 1;
        }
    }
    Ok(())
}

/// At most `limit` rows.
pub(super) fn every(
    engine: &Engine,
    filter: UploadsFilter,
    limit: usize,
) -> Result<Vec<UploadRow>, CommandError> {
    let mut all = Vec::new();
    while all.len() < limit {
        let page = engine.uploads.rows(filter, all.len(), PAGE)?;
        let last = page.rows.len() < PAGE;
        all.extend(page.rows);
        if last {
            break;
        }
    }
    all.truncate(limit);
    Ok(all)
}

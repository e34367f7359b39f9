//! Watched folders, as other processes ask for them.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::answer::{Say, account_of};
use super::edits::say_what_becomes_text;
use super::lines::{time, word};
use super::{Desk, Reply};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::watches::{LedgerQuery, LedgerRow, PauseFor, WatchRow, WatchRules};

/// Rows that are read at once.
const PAGE: usize = 200;
/// How long a folder's loop may take to begin, and how often it is looked for.
const BEGINS: (u32, Duration) = (200, Duration::from_millis(25));

/// For how long a folder is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderPause {
    /// An hour.
    Hour,
    /// Until tomorrow morning.
    Tomorrow,
    /// Until it is resumed.
    Resumed,
}

/// A watched folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderLine {
    /// Its number.
    pub id: i64,
    /// Its last name.
    pub name: String,
    /// Where it is; text to show.
    pub path: String,
    /// The account's name.
    pub account: String,
    /// `looking`, `working`, `up_to_date`, `paused`, `braked`, `missing`, `replaced` or `stopped`.
    pub state: String,
    /// In words.
    pub sentence: String,
    /// Files known.
    pub files: u64,
    /// Files pinned.
    pub pinned: u64,
    /// Files on their way.
    pub under_way: u64,
    /// Files that failed or cannot be read.
    pub failed: u64,
    /// Secrets that wait for a word.
    pub held: u64,
    /// What it does, in a few words each.
    pub rules: Vec<String>,
    /// When it was last compared with disk and service, RFC 3339.
    pub audited_at: Option<String>,
    /// What that found.
    pub audit: Option<String>,
}

impl FolderLine {
    fn new(row: &WatchRow) -> Self {
        Self {
            id: row.id,
            name: row.name.clone(),
            path: row.path.clone(),
            account: row.account_label.clone(),
            state: word(row.state),
            sentence: row.sentence.clone(),
            files: row.counts.all,
            pinned: row.counts.pinned,
            under_way: row.counts.settling + row.counts.waiting,
            failed: row.counts.failed,
            held: row.counts.held,
            rules: row.rules.clone(),
            audited_at: row.audited_at.map(time),
            audit: row.audit.clone(),
        }
    }
}

/// A path of a watched folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// Below the folder; text to show.
    pub path: String,
    /// Where it stands.
    pub state: String,
    /// Why, whole.
    pub sentence: String,
    /// Bytes.
    pub bytes: Option<u64>,
    /// The pin's CID.
    pub cid: Option<String>,
}

impl FileLine {
    fn new(row: LedgerRow) -> Self {
        Self {
            state: word(row.state),
            path: row.path,
            sentence: row.sentence,
            bytes: row.size,
            cid: row.cid,
        }
    }
}

/// Watched folders, of the account that a person named or of all.
fn folders(engine: &Engine, account: Option<&str>) -> Result<Vec<WatchRow>, CommandError> {
    let only = account.map(|named| account_of(engine, Some(named)));
    let only = only.transpose()?.map(|id| id.to_string());
    let mut all = engine.watches.list()?;
    all.retain(|row| only.as_ref().is_none_or(|only| row.account == *only));
    Ok(all)
}

/// The folder that a person named by number, path or last name, of the account that they named or of any.
pub(super) fn meant(
    engine: &Engine,
    account: Option<&str>,
    named: &str,
) -> Result<WatchRow, CommandError> {
    let mut meant = folders(engine, account)?;
    meant.retain(|row| {
        let is = |path: PathBuf| path == std::path::Path::new(named.trim_end_matches('/'));
        row.id.to_string() == named
            || row.name == named
            || row.path == named
            || engine.watches.root(row.id).is_ok_and(is)
    });
    match meant.len() {
        1 => Ok(meant.remove(0)),
        0 => {
            let elsewhere = account.filter(|_| self::meant(engine, None, named).is_ok());
            let sentence = match elsewhere {
                Some(account) => format!(
                    "“{named}” is not watched for {account}, but for another account. Leave --account out, or name that one."
                ),
                None => format!("No watched folder is called “{named}”."),
            };
            Err(CommandError::new(ErrorCode::NotFound, sentence))
        }
        _ => Err(CommandError::new(
            ErrorCode::BadInput,
            format!(
                "Several watched folders are called “{named}”. Use the number of the one that is meant."
            ),
        )),
    }
}

async fn say_one(engine: &Engine, id: i64, say: &Say) -> Result<(), CommandError> {
    for row in engine.watches.list()?.iter().filter(|row| row.id == id) {
        say.line(Reply::Folder(FolderLine::new(row))).await?;
    }
    Ok(())
}

/// Begins to watch a folder.
pub(super) async fn add(
    engine: &Engine,
    account: AccountId,
    path: PathBuf,
    rules: WatchRules,
    say: &Say,
) -> Result<(), CommandError> {
    let draft = engine.watches.draft(path)?;
    if let Some(refusal) = draft.refusal {
        engine.watches.discard_draft(&draft.id);
        return Err(CommandError::new(ErrorCode::BadInput, refusal));
    }
    let keyvalues = rules.keyvalues.clone();
    let id = engine.watches.add(account, &draft.id, rules).await?;
    say_what_becomes_text(engine, account, &keyvalues, say).await?;
    say_one(engine, id, say).await
}

/// A line for each, of this account or of all.
pub(super) async fn list(
    engine: &Engine,
    account: Option<&str>,
    say: &Say,
) -> Result<(), CommandError> {
    for row in folders(engine, account)? {
        say.line(Reply::Folder(FolderLine::new(&row))).await?;
    }
    Ok(())
}

/// A folder, and its files by path.
pub(super) async fn show(
    engine: &Engine,
    row: WatchRow,
    limit: usize,
    say: &Say,
) -> Result<(), CommandError> {
    say.line(Reply::Folder(FolderLine::new(&row))).await?;
    let query = LedgerQuery {
        by_path: true,
        ..LedgerQuery::default()
    };
    let mut from = 0;
    while from < limit {
        let rows = engine.watches.ledger(row.id, &query, from, PAGE)?.rows;
        let last = rows.len() < PAGE;
        for row in rows.into_iter().take(limit - from) {
            say.line(Reply::File(FileLine::new(row))).await?;
        }
        if last {
            break;
        }
        from += PAGE;
    }
    Ok(())
}

/// Pauses a folder, or lets it go on.
pub(super) async fn pause(
    desk: &Desk,
    id: i64,
    pause: Option<FolderPause>,
    say: &Say,
) -> Result<(), CommandError> {
    let engine = &desk.engine;
    desk.keep_going();
    let mut tries = BEGINS.0;
    loop {
        let done = match pause {
            None => engine.watches.resume(id).await,
            Some(FolderPause::Hour) => engine.watches.pause(id, PauseFor::Hour).await,
            Some(FolderPause::Tomorrow) => engine.watches.pause(id, PauseFor::Tomorrow).await,
            Some(FolderPause::Resumed) => engine.watches.pause(id, PauseFor::Resumed).await,
        };
        match done {
            // It is in the list, so its loop is about to begin.
            Err(error) if error.code == ErrorCode::Gone && tries > 0 => {
                tries -= 1;
                tokio::time::sleep(BEGINS.1).await;
            }
            Err(error) => return Err(error),
            Ok(()) => return say_one(engine, id, say).await,
        }
    }
}

/// Compares a folder with disk and service, and tells each difference.
pub(super) async fn audit(engine: &Engine, id: i64, say: &Say) -> Result<(), CommandError> {
    let report = engine.watches.audit(id).await?;
    say.note(report.sentence).await?;
    for difference in report.differences {
        let line = FileLine {
            path: difference.path,
            state: word(difference.kind),
            sentence: difference.sentence,
            bytes: None,
            cid: None,
        };
        say.line(Reply::File(line)).await?;
    }
    Ok(())
}

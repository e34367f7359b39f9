//! API keys, as other processes ask for them. Keys are made by whoever asks: what is secret about one crosses no socket.

use serde::{Deserialize, Serialize};

use super::Reply;
use super::answer::{Say, account_of};
use super::lines::{time, word};
use crate::Engine;
use crate::accounts::{AccountId, AccountKind, service_name};
use crate::error::{CommandError, ErrorCode};
use crate::keys::{KeyRow, KeyState, KeysQuery, KeysShown};
use crate::paging::Pages;

/// Pages of an account's keys, of up to 200 each.
const MOST_PAGES: usize = 500;

/// Which keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeysAsked {
    /// `None`: the account that is worked with.
    pub account: Option<String>,
    /// Part of the name.
    pub text: String,
    /// Which of them.
    pub shown: KeysShown,
    /// At most so many.
    pub limit: Option<usize>,
}

/// An API key. Nothing secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    /// Its public id, by which it is revoked.
    pub key: String,
    /// Its name.
    pub name: Option<String>,
    /// `good`, `spent` or `revoked`.
    pub state: String,
    /// Accounts of Pinfold work with it.
    pub in_use: bool,
    /// What it may do, in plain words.
    pub may: String,
    /// How often it was used.
    pub uses: Option<u64>,
    /// How often it may be used; without end where it is missing.
    pub max_uses: Option<u64>,
    /// When it was made, RFC 3339.
    pub made_at: Option<String>,
    /// What there is to say of it.
    pub note: Option<String>,
}

impl KeyLine {
    fn new(row: &KeyRow) -> Self {
        Self {
            key: row.key.clone(),
            name: row.name.clone(),
            state: word(row.state),
            in_use: row.in_use,
            may: row.may.clone(),
            uses: row.uses,
            max_uses: row.max_uses,
            made_at: row.made_at.map(time),
            note: row.note.clone(),
        }
    }
}

/// A line for each key, newest first.
pub(super) async fn list(
    engine: &Engine,
    asked: &KeysAsked,
    say: &Say,
) -> Result<(), CommandError> {
    let account = account_of(engine, asked.account.as_deref())?;
    let query = KeysQuery {
        text: asked.text.clone(),
        shown: asked.shown,
    };
    let mut left = asked.limit.unwrap_or(usize::MAX);
    let service = service_name(&engine.accounts.get(account)?);
    let mut pages = Pages::up_to(MOST_PAGES);
    let mut after = None;
    while left > 0 {
        let page = engine.keys.list(account, &query, after).await?;
        for row in page.rows.iter().take(left) {
            say.line(Reply::Key(KeyLine::new(row))).await?;
        }
        left = left.saturating_sub(page.rows.len());
        after = page.next;
        match &after {
            Some(token) => pages.go_on(token, &service)?,
            None => break,
        }
    }
    Ok(())
}

/// Revokes keys, each named by its public id or whole name. None is revoked unless all are known.
pub(super) async fn revoke(
    engine: &Engine,
    account: AccountId,
    named: &[String],
    although_used: bool,
    say: &Say,
) -> Result<(), CommandError> {
    let mut meant = Vec::new();
    for name in named {
        meant.push(the_one(engine, account, name).await?);
    }
    for key in meant {
        engine.keys.revoke(account, &key.key, although_used).await?;
        let line = KeyLine {
            state: word(KeyState::Revoked),
            ..KeyLine::new(&key)
        };
        say.line(Reply::Key(line)).await?;
    }
    Ok(())
}

async fn the_one(engine: &Engine, account: AccountId, named: &str) -> Result<KeyRow, CommandError> {
    let service = service_name(&engine.accounts.get(account)?);
    let mut pages = Pages::up_to(MOST_PAGES);
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let query = KeysQuery::default();
        let page = engine.keys.list(account, &query, after).await?;
        for row in page.rows {
            if row.key == named {
                return Ok(row);
            }
            if row.name.as_deref() == Some(named) && row.state == KeyState::Good {
                found.push(row);
            }
        }
        after = page.next;
        match &after {
            Some(token) => pages.go_on(token, &service)?,
            None => break,
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(CommandError::new(
            ErrorCode::NotFound,
            format!("No key that works has the id or the whole name “{named}”."),
        )),
        several => Err(CommandError::new(
            ErrorCode::BadInput,
            format!("{several} keys are called “{named}”. Use the id of the one that is meant."),
        )),
    }
}

/// How an account is stored, for a process that makes a key with its token, or gives it another one. The token itself stays where it is.
pub(super) async fn stored(
    engine: &Engine,
    account: AccountId,
    say: &Say,
) -> Result<(), CommandError> {
    let account = engine.accounts.get(account)?;
    if account.kind == AccountKind::Sandbox {
        let words =
            "The Sandbox makes a key of its own at each start; Pinfold needs no other for it.";
        return Err(CommandError::new(ErrorCode::BadInput, words));
    }
    let account = Box::new(account);
    say.line(Reply::Stored { account }).await
}

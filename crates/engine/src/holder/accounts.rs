//! Accounts, as other processes ask for them. No token is in anything here.

use serde::{Deserialize, Serialize};

use super::answer::Say;
use super::lines::word;
use super::{Reply, pins};
use crate::Engine;
use crate::accounts::{Abilities, Account, AccountId, AccountRow, MayNot};
use crate::error::{CommandError, ErrorCode};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLine {
    /// Its number, as text.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// `sandbox`, `pinata` or `psa`.
    pub service: String,
    /// Where the bytes go, in words.
    pub place: String,
    /// It is the one worked with where none is named.
    pub active: bool,
    /// What holds it, in words.
    pub hold: Option<String>,
    /// What it holds and waits for, where that was asked and can be said.
    #[serde(default)]
    pub counts: Option<CountsLine>,
    /// What its key may, in words, where that was just asked.
    #[serde(default)]
    pub may: Vec<String>,
    /// What its key may not, though its service has it, and the scope that is missing.
    #[serde(default)]
    pub may_not: Vec<MayNot>,
    /// What its service does not have.
    #[serde(default)]
    pub not_offered: Vec<String>,
}

/// How many pins an account has in each state, as a list of that state has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as a pinning service names them")]
pub struct CountsLine {
    pub queued: u64,
    pub pinning: u64,
    pub pinned: u64,
    pub failed: u64,
}

impl AccountLine {
    fn new(row: AccountRow, active: Option<AccountId>) -> Self {
        Self {
            active: active.is_some_and(|id| id.to_string() == row.id),
            service: word(row.kind),
            hold: row.hold.map(|hold| hold.sentence),
            id: row.id,
            label: row.label,
            place: row.place,
            counts: None,
            may: Vec::new(),
            may_not: Vec::new(),
            not_offered: Vec::new(),
        }
    }
}

/// A line for each, or for this one.
pub(super) async fn list(
    engine: &Engine,
    only: Option<AccountId>,
    say: &Say,
) -> Result<(), CommandError> {
    if let Some(only) = only {
        return say_one(engine, only, say).await;
    }
    let active = engine.active()?;
    for row in engine.accounts.list()? {
        say.line(Reply::Account(AccountLine::new(row, active)))
            .await?;
    }
    Ok(())
}

/// A line for each, or for this one, with what it holds and waits for. One that cannot be asked stops no other.
pub(super) async fn count(
    engine: &Engine,
    only: Option<AccountId>,
    say: &Say,
) -> Result<(), CommandError> {
    let active = engine.active()?;
    let mut failed = Vec::new();
    for account in engine.accounts.stored()? {
        if only.is_some_and(|only| only != account.id) {
            continue;
        }
        let counts = match pins::counts(engine, account.id, say).await {
            Ok(counts) => Some(counts),
            Err(mut error) => {
                error.message = format!("{}: {}", account.label, error.message);
                failed.push(error);
                None
            }
        };
        let line = AccountLine::new(engine.accounts.row_of(account.id)?, active);
        say.line(Reply::Account(AccountLine { counts, ..line }))
            .await?;
    }
    say.all_failed(failed).await
}

/// A line for this one.
pub(super) async fn say_one(engine: &Engine, id: AccountId, say: &Say) -> Result<(), CommandError> {
    let line = AccountLine::new(engine.accounts.row_of(id)?, engine.active()?);
    say.line(Reply::Account(line)).await
}

/// Takes an account in; the first one becomes the one that is worked with.
pub(super) async fn adopt(
    engine: &Engine,
    account: Account,
    abilities: Abilities,
    label: Option<String>,
    say: &Say,
) -> Result<(), CommandError> {
    let first = engine.active()?.is_none();
    let id = engine.accounts.adopt(account, abilities, label).await?;
    if first {
        engine.select(id).await?;
    }
    say_one(engine, id, say).await
}

/// Adds the Sandbox; the first account becomes the one that is worked with.
pub(super) async fn sandbox(engine: &Engine, say: &Say) -> Result<(), CommandError> {
    let first = engine.active()?.is_none();
    let row = engine.accounts.try_sandbox().await?;
    let id = row
        .id
        .parse()
        .map_err(|_| CommandError::gone("This account"))?;
    if first {
        engine.select(id).await?;
    }
    say_one(engine, id, say).await
}

/// Works with another token from now on; what the account was held for is over.
pub(super) async fn replace_key(
    engine: &Engine,
    id: AccountId,
    key: Account,
    abilities: Abilities,
    say: &Say,
) -> Result<(), CommandError> {
    engine.accounts.adopt_key(id, key, abilities).await?;
    engine.read_list(id);
    say_one(engine, id, say).await
}

/// Gives it another name, which no other has: names are how accounts are told apart here.
pub(super) async fn rename(
    engine: &Engine,
    id: AccountId,
    label: &str,
    say: &Say,
) -> Result<(), CommandError> {
    let label = label.trim();
    let mut others = engine.accounts.stored()?.into_iter();
    if others.any(|other| other.id != id && other.label.eq_ignore_ascii_case(label)) {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            format!("There is an account called “{label}” already. Give this one another name."),
        ));
    }
    engine.accounts.rename(id, label).await?;
    say_one(engine, id, say).await
}

/// Asks the service.
pub(super) async fn test(
    engine: &Engine,
    account: AccountId,
    say: &Say,
) -> Result<(), CommandError> {
    let health = engine.check_account(account).await?;
    let line = AccountLine::new(health.row.clone(), engine.active()?);
    let asked = health.row.hold.is_none();
    let abilities = Some(health.abilities).filter(|_| asked).unwrap_or_default();
    say.line(Reply::Account(AccountLine {
        may: abilities.may,
        may_not: abilities.may_not,
        not_offered: abilities.not_offered,
        ..line
    }))
    .await?;
    match health.row.hold {
        None => Ok(()),
        Some(hold) => Err(CommandError::new(hold.code, hold.sentence)),
    }
}

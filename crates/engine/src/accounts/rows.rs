//! The table `account`.

use rusqlite::{OptionalExtension, Row, params};

use super::{AccountId, AccountKind, Keep};
use crate::clock::Millis;
use crate::store::{StoreError, Tx};

/// A connected service, as stored. Its token is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The row's number.
    pub id: AccountId,
    /// Which service.
    pub kind: AccountKind,
    /// What people call it.
    pub label: String,
    /// Base addresses (API, uploads, gateway); empty for the Sandbox.
    pub addresses: [String; 3],
    /// Where the token is.
    pub keep: Keep,
    /// The token's entry in the keychain.
    pub secret: String,
}

const COLUMNS: &str = "id, kind, label, api, uploads, gateway, keep, secret";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let kind: String = row.get(1)?;
    let keep: String = row.get(6)?;
    Ok(Account {
        id: row.get(0)?,
        kind: if kind == "sandbox" {
            AccountKind::Sandbox
        } else {
            AccountKind::Pinata
        },
        label: row.get(2)?,
        addresses: [row.get(3)?, row.get(4)?, row.get(5)?],
        keep: if keep == "keychain" {
            Keep::Keychain
        } else {
            Keep::UntilQuit
        },
        secret: row.get(7)?,
    })
}

/// Every account, oldest first.
pub(super) fn all(tx: &Tx) -> Result<Vec<Account>, StoreError> {
    let mut select = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM account ORDER BY id"))?;
    let rows = select.query_map([], account)?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// One account.
pub(super) fn get(tx: &Tx, id: AccountId) -> Result<Account, StoreError> {
    Ok(tx.query_row(
        &format!("SELECT {COLUMNS} FROM account WHERE id = ?1"),
        [id],
        account,
    )?)
}

/// The Sandbox, when it was ever tried.
pub(super) fn sandbox(tx: &Tx) -> Result<Option<Account>, StoreError> {
    let select = format!("SELECT {COLUMNS} FROM account WHERE kind = 'sandbox'");
    Ok(tx.query_row(&select, [], account).optional()?)
}

/// Adds one; its `id` is ignored.
pub(super) fn insert(tx: &Tx, account: &Account, now: Millis) -> Result<AccountId, StoreError> {
    let [api, uploads, gateway] = &account.addresses;
    tx.execute(
        "INSERT INTO account (kind, label, api, uploads, gateway, keep, secret, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![account.kind.as_str(), account.label, api, uploads, gateway, keep_name(account), account.secret, now],
    )?;
    Ok(tx.last_insert_rowid())
}

fn keep_name(account: &Account) -> &'static str {
    match (account.kind, account.keep) {
        (AccountKind::Sandbox, _) => "sandbox",
        (_, Keep::Keychain) => "keychain",
        (_, Keep::UntilQuit) => "until_quit",
    }
}

/// The token moved.
pub(super) fn set_keep(tx: &Tx, id: AccountId, keep: Keep, secret: &str) -> Result<(), StoreError> {
    let keep = if keep == Keep::Keychain {
        "keychain"
    } else {
        "until_quit"
    };
    tx.execute(
        "UPDATE account SET keep = ?2, secret = ?3 WHERE id = ?1",
        params![id, keep, secret],
    )?;
    Ok(())
}

/// Forgets one with everything that belongs to it.
pub(super) fn delete(tx: &Tx, id: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM account WHERE id = ?1", [id])?;
    Ok(())
}

//! The table `account`, and how much of the queue, the jobs, the watched folders and the mirror belongs to one.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Abilities, AccountId, AccountKind, CredentialKind, Health, Keep, LinkStyle, Links};
use crate::clock::Millis;
use crate::store::{StoreError, Tx};

/// A connected service, as stored. Its token is not here.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Account {
    /// The row's number.
    pub id: AccountId,
    /// Which service.
    pub kind: AccountKind,
    /// What people call it.
    pub label: String,
    /// The service's name, as sentences call it.
    pub service: String,
    /// Base addresses (API, uploads, gateway); empty for the Sandbox.
    pub addresses: [String; 3],
    /// What it shows the service.
    pub credential: CredentialKind,
    /// Where that is kept.
    pub keep: Keep,
    /// Its entry in the keychain.
    pub secret: String,
    /// Whose key it is, where the key says.
    pub owner: Option<String>,
    /// The key's public id, where it is known.
    pub key_id: Option<String>,
}

const COLUMNS: &str =
    "id, kind, label, service, api, uploads, gateway, credential, keep, secret, owner, key_id";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let (kind, credential): (String, String) = (row.get(1)?, row.get(7)?);
    let keep: String = row.get(8)?;
    Ok(Account {
        id: row.get(0)?,
        kind: AccountKind::named(&kind),
        label: row.get(2)?,
        service: row.get(3)?,
        addresses: [row.get(4)?, row.get(5)?, row.get(6)?],
        credential: CredentialKind::named(&credential),
        keep: if keep == "keychain" {
            Keep::Keychain
        } else {
            Keep::UntilQuit
        },
        secret: row.get(9)?,
        owner: row.get(10)?,
        key_id: row.get(11)?,
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
        "INSERT INTO account (kind, label, service, api, uploads, gateway, credential, keep, secret, owner, key_id, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            account.kind.as_str(),
            account.label,
            account.service,
            api,
            uploads,
            gateway,
            account.credential.as_str(),
            keep_name(account),
            account.secret,
            account.owner,
            account.key_id,
            now
        ],
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

/// Another credential, kept elsewhere.
pub(super) fn set_secret(tx: &Tx, account: &Account) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE account SET keep = ?2, secret = ?3, credential = ?4, owner = ?5, key_id = ?6 WHERE id = ?1",
        params![
            account.id,
            keep_name(account),
            account.secret,
            account.credential.as_str(),
            account.owner,
            account.key_id
        ],
    )?;
    Ok(())
}

/// Another name.
pub(super) fn set_label(tx: &Tx, id: AccountId, label: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE account SET label = ?2 WHERE id = ?1",
        params![id, label],
    )?;
    Ok(())
}

/// How its links are made.
pub(super) fn links(tx: &Connection, id: AccountId) -> Result<Links, StoreError> {
    Ok(tx
        .prepare_cached("SELECT link_gateway, link_style FROM account WHERE id = ?1")?
        .query_row([id], |row| {
            let style: String = row.get(1)?;
            Ok(Links {
                gateway: row.get(0)?,
                style: LinkStyle::named(&style),
            })
        })?)
}

/// Its links are made so from now on.
pub(super) fn set_links(tx: &Tx, id: AccountId, links: &Links) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE account SET link_gateway = ?2, link_style = ?3 WHERE id = ?1",
        params![id, links.gateway, links.style.as_str()],
    )?;
    Ok(())
}

/// How it is.
pub(super) fn health(tx: &Connection, id: AccountId) -> Result<Health, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT answered, failed, failure, tested, abilities FROM account WHERE id = ?1",
        )?
        .query_row([id], |row| {
            let abilities: Option<String> = row.get(4)?;
            Ok(Health {
                answered: row.get(0)?,
                failed: row.get(1)?,
                failure: row.get(2)?,
                tested: row.get(3)?,
                abilities: abilities
                    .and_then(|json| serde_json::from_str(&json).ok())
                    .unwrap_or_default(),
            })
        })?)
}

/// What its key may, as a test just said.
pub(super) fn set_tested(
    tx: &Tx,
    id: AccountId,
    abilities: &Abilities,
    owner: Option<&str>,
    key_id: Option<&str>,
    now: Millis,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(abilities).unwrap_or_else(|_| "{}".into());
    tx.execute(
        "UPDATE account SET abilities = ?2, owner = ?3, key_id = ?4, tested = ?5, answered = ?5 WHERE id = ?1",
        params![id, json, owner, key_id, now],
    )?;
    Ok(())
}

/// How the last thing that was asked of it ended.
pub(super) fn set_outcome(
    tx: &Tx,
    id: AccountId,
    failure: Option<&str>,
    now: Millis,
) -> Result<(), StoreError> {
    let update = match failure {
        None => "UPDATE account SET answered = ?2 WHERE id = ?1 AND ?3 IS NULL",
        Some(_) => "UPDATE account SET failed = ?2, failure = ?3 WHERE id = ?1",
    };
    tx.execute(update, params![id, now, failure])?;
    Ok(())
}

/// What goes when an account goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Depending {
    /// Uploads that have not ended.
    pub(super) uploads: u64,
    /// Watched folders.
    pub(super) watches: u64,
    /// CIDs that its service was asked for, and has in its queue as far as is known.
    pub(super) asked: u64,
    /// Uploads through other accounts that it was to be asked for afterwards.
    pub(super) handovers: u64,
    /// Changes of many pins that are under way.
    pub(super) changes: u64,
}

/// What goes with an account.
pub(super) fn depending(tx: &Connection, id: AccountId) -> Result<Depending, StoreError> {
    Ok(tx.query_row(
        "SELECT (SELECT count(*) FROM upload WHERE account = ?1 AND state NOT IN ('pinned', 'cancelled')),
                (SELECT count(*) FROM watch WHERE account = ?1),
                (SELECT count(*) FROM job WHERE account = ?1 AND NOT cleared AND state = 'listed'
                   AND status IN ('prechecking', 'searching', 'retrieving')),
                (SELECT count(*) FROM upload_handover WHERE account = ?1),
                (SELECT count(*) FROM change WHERE account = ?1 AND state = 'working')",
        [id],
        |row| {
            Ok(Depending {
                uploads: row.get(0)?,
                watches: row.get(1)?,
                asked: row.get(2)?,
                handovers: row.get(3)?,
                changes: row.get(4)?,
            })
        },
    )?)
}

/// Pins of an account in the mirror and their bytes, as far as these are known; `None` before its list was read to the end.
pub(super) fn listed(
    mirror: &Connection,
    id: AccountId,
) -> Result<Option<(u64, Option<u64>)>, StoreError> {
    let read = mirror
        .prepare_cached("SELECT 1 FROM reading WHERE account = ?1 AND finished IS NOT NULL")?
        .exists([id])?;
    if !read {
        return Ok(None);
    }
    let counted = mirror
        .prepare_cached("SELECT count(*), sum(bytes) FROM pin WHERE account = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Some(counted))
}

/// Forgets one with everything that belongs to it.
pub(super) fn delete(tx: &Tx, id: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM account WHERE id = ?1", [id])?;
    Ok(())
}

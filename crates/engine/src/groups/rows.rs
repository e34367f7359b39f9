//! The table `pin_group` of the mirror.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::pins::PinNetwork;
use crate::store::{StoreError, Tx};

/// A group as the service told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) service_id: String,
    pub(super) name: String,
    pub(super) network: PinNetwork,
    pub(super) public: Option<bool>,
    pub(super) created: Option<Millis>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) account: AccountId,
    pub(super) group: Told,
}

const COLUMNS: &str = "id, account, service_id, name, network, public, created";

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let network: String = row.get(4)?;
    Ok(Stored {
        id: row.get(0)?,
        account: row.get(1)?,
        group: Told {
            service_id: row.get(2)?,
            name: row.get(3)?,
            network: if network == "private" {
                PinNetwork::Private
            } else {
                PinNetwork::Public
            },
            public: row.get(5)?,
            created: row.get(6)?,
        },
    })
}

/// All of an account.
pub(super) fn all(tx: &Connection, account: AccountId) -> Result<Vec<Stored>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM pin_group WHERE account = ?1"
    ))?;
    Ok(select
        .query_map([account], stored)?
        .collect::<Result<_, _>>()?)
}

/// One of them.
pub(super) fn get(tx: &Connection, id: i64) -> Result<Option<Stored>, StoreError> {
    let mut select =
        tx.prepare_cached(&format!("SELECT {COLUMNS} FROM pin_group WHERE id = ?1"))?;
    Ok(select.query_row([id], stored).optional()?)
}

/// Writes one; answers its number, which stays for as long as the service knows the group.
pub(super) fn put(tx: &Tx, account: AccountId, group: &Told) -> Result<i64, StoreError> {
    let network = match group.network {
        PinNetwork::Public => "public",
        PinNetwork::Private => "private",
    };
    Ok(tx
        .prepare_cached(
            "INSERT INTO pin_group (account, service_id, name, network, public, created)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (account, service_id) DO UPDATE SET name = excluded.name, network = excluded.network,
               public = coalesce(excluded.public, public), created = coalesce(excluded.created, created)
             RETURNING id",
        )?
        .query_row(
            params![
                account,
                group.service_id,
                group.name,
                network,
                group.public,
                group.created
            ],
            |row| row.get(0),
        )?)
}

/// These are all that there are.
pub(super) fn replace(tx: &Tx, account: AccountId, groups: &[Told]) -> Result<(), StoreError> {
    let kept: Vec<i64> = groups
        .iter()
        .map(|group| put(tx, account, group))
        .collect::<Result<_, _>>()?;
    for row in all(tx, account)? {
        if !kept.contains(&row.id) {
            delete(tx, row.id)?;
        }
    }
    Ok(())
}

/// Takes all of an account out.
pub(super) fn delete_all(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM pin_group WHERE account = ?1", [account])?;
    Ok(())
}

/// Takes one out.
pub(super) fn delete(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM pin_group WHERE id = ?1", [id])?;
    Ok(())
}

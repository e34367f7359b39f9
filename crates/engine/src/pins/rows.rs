//! The tables `pin` and `reading` of the mirror; what happened to pins is in the ledger (`history`).

mod ends;
mod history;
mod made;

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};

pub(super) use ends::{ended, next_end};
pub(super) use history::{Past, journal, note_edit, note_end, past, unjournal};
pub(super) use made::{Made, made};

use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::pins::Scalar;
use crate::store::{StoreError, Tx};

/// A pin as the service told it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The service's own name of the record.
    pub service_id: String,
    /// Root CID.
    pub cid: String,
    /// Its name.
    pub name: Option<String>,
    /// Cumulative DAG size.
    pub bytes: Option<u64>,
    /// Number of files.
    pub files: Option<u64>,
    /// Media type; `directory` for folders.
    pub mime: Option<String>,
    /// Everyone may read it.
    pub public: bool,
    /// In key order.
    pub keyvalues: BTreeMap<String, Scalar>,
    /// The ids of its groups; `None` where the service did not say, and what is known already stays.
    pub groups: Option<Vec<String>>,
    /// When it was pinned.
    pub pinned: Option<Millis>,
    /// When the service unpins it by itself; `None`: never, as far as the service tells.
    pub expires: Option<Millis>,
}

impl Listed {
    /// It is a folder, as far as the service tells.
    pub fn folder(&self) -> bool {
        self.mime.as_deref() == Some("directory") || self.files.is_some_and(|files| files > 1)
    }
}

/// A row of the mirror.
#[derive(Debug, Clone, PartialEq)]
pub struct Mirrored {
    /// The row's number.
    pub id: i64,
    /// Whose it is.
    pub account: AccountId,
    /// What the service told.
    pub pin: Listed,
}

impl Mirrored {
    /// What the service calls it. A receipt without an id stands in the mirror under its CID until the list is read.
    pub(crate) fn service_id(&self) -> Option<&str> {
        Some(self.pin.service_id.as_str()).filter(|id| !id.starts_with("cid:"))
    }
}

const COLUMNS: &str = "id, account, service_id, cid, name, bytes, files, mime, network, keyvalues, pinned, in_groups, expires";

fn mirrored(row: &Row<'_>) -> rusqlite::Result<Mirrored> {
    let network: String = row.get(8)?;
    let keyvalues: String = row.get(9)?;
    let groups: String = row.get(11)?;
    Ok(Mirrored {
        id: row.get(0)?,
        account: row.get(1)?,
        pin: Listed {
            service_id: row.get(2)?,
            cid: row.get(3)?,
            name: row.get(4)?,
            bytes: row.get(5)?,
            files: row.get(6)?,
            mime: row.get(7)?,
            public: network == "public",
            keyvalues: serde_json::from_str(&keyvalues).unwrap_or_default(),
            groups: Some(serde_json::from_str(&groups).unwrap_or_default()),
            pinned: row.get(10)?,
            expires: row.get(12)?,
        },
    })
}

/// Writes what was listed; answers the rows' numbers in order.
pub(super) fn upsert(
    tx: &Tx,
    account: AccountId,
    pins: &[Listed],
    reading: i64,
    asked: Millis,
) -> Result<Vec<i64>, StoreError> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO pin (account, service_id, cid, name, bytes, files, mime, network, keyvalues, pinned, reading, in_groups, expires, told)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, coalesce(?12, '[]'), ?13, ?14)
         ON CONFLICT (account, service_id) DO UPDATE SET cid = excluded.cid, name = excluded.name, bytes = excluded.bytes,
           files = excluded.files, mime = excluded.mime, network = excluded.network, keyvalues = excluded.keyvalues,
           pinned = excluded.pinned, reading = excluded.reading, in_groups = coalesce(?12, in_groups),
           expires = excluded.expires, told = excluded.told
         RETURNING id",
    )?;
    let mut ids = Vec::with_capacity(pins.len());
    for pin in pins {
        let keyvalues = serde_json::to_string(&pin.keyvalues).unwrap_or_else(|_| "{}".into());
        let groups = pin.groups.as_ref().map(|groups| json_list(groups));
        let network = if pin.public { "public" } else { "private" };
        ids.push(insert.query_row(
            params![
                account,
                pin.service_id,
                pin.cid,
                pin.name,
                pin.bytes,
                pin.files,
                pin.mime,
                network,
                keyvalues,
                pin.pinned,
                reading,
                groups,
                pin.expires,
                asked
            ],
            |row| row.get(0),
        )?);
    }
    Ok(ids)
}

fn json_list(ids: &[String]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".into())
}

/// Says of each of these rows which groups it is in.
pub(super) fn set_groups(tx: &Tx, of: &[(i64, Vec<String>)]) -> Result<(), StoreError> {
    let mut update = tx.prepare_cached("UPDATE pin SET in_groups = ?2 WHERE id = ?1")?;
    for (id, groups) in of {
        update.execute(params![id, json_list(groups)])?;
    }
    Ok(())
}

/// Rows by number, in the order asked; those that are gone are left out.
pub(super) fn by_ids(tx: &Connection, ids: &[i64]) -> Result<Vec<Mirrored>, StoreError> {
    let mut select = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM pin WHERE id = ?1"))?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.extend(select.query_row([id], mirrored).optional()?);
    }
    Ok(rows)
}

/// The rows of an account with exactly this CID.
pub(super) fn by_cid(
    tx: &Connection,
    account: AccountId,
    cid: &str,
) -> Result<Vec<Mirrored>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM pin WHERE account = ?1 AND cid = ?2 ORDER BY id"
    ))?;
    Ok(select
        .query_map(params![account, cid], mirrored)?
        .collect::<Result<_, _>>()?)
}

/// The row of an account that the service knows by this id.
pub(super) fn by_service_id(
    tx: &Connection,
    account: AccountId,
    service_id: &str,
) -> Result<Option<Mirrored>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM pin WHERE account = ?1 AND service_id = ?2"
    ))?;
    Ok(select
        .query_row(params![account, service_id], mirrored)
        .optional()?)
}

/// Which of these CIDs an account keeps for everyone.
pub(super) fn which<'a>(
    tx: &Connection,
    account: AccountId,
    cids: impl Iterator<Item = &'a str>,
) -> Result<HashSet<&'a str>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM pin WHERE account = ?1 AND cid = ?2 AND network = 'public')",
    )?;
    let mut found = HashSet::new();
    for cid in cids {
        if select.query_row(params![account, cid], |row| row.get(0))? {
            found.insert(cid);
        }
    }
    Ok(found)
}

/// Every row of an account, to fill the catalogue.
pub(super) fn each(
    tx: &Connection,
    account: AccountId,
    mut visit: impl FnMut(Mirrored),
) -> Result<(), StoreError> {
    let mut select = tx.prepare(&format!("SELECT {COLUMNS} FROM pin WHERE account = ?1"))?;
    for row in select.query_map([account], mirrored)? {
        visit(row?);
    }
    Ok(())
}

/// Takes rows out.
pub(super) fn delete(tx: &Tx, ids: &[i64]) -> Result<(), StoreError> {
    let mut delete = tx.prepare_cached("DELETE FROM pin WHERE id = ?1")?;
    for id in ids {
        delete.execute([id])?;
    }
    Ok(())
}

/// Forgets an account's list, and how far it was read.
pub(super) fn forget(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM pin WHERE account = ?1", [account])?;
    tx.execute("DELETE FROM reading WHERE account = ?1", [account])?;
    Ok(())
}

/// Begins a new reading of an account's list and answers its number.
pub(super) fn begin_reading(tx: &Tx, account: AccountId) -> Result<i64, StoreError> {
    Ok(tx.query_row(
        "INSERT INTO reading (account, reading) VALUES (?1, 1)
         ON CONFLICT (account) DO UPDATE SET reading = reading + 1 RETURNING reading",
        [account],
        |row| row.get(0),
    )?)
}

/// The reading reached the end: rows it did not see are not pinned any more. Answers their numbers.
pub(super) fn finish_reading(
    tx: &Tx,
    account: AccountId,
    reading: i64,
    now: Millis,
) -> Result<Vec<i64>, StoreError> {
    let mut gone =
        tx.prepare("DELETE FROM pin WHERE account = ?1 AND reading < ?2 RETURNING id")?;
    let gone = gone
        .query_map(params![account, reading], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    tx.execute(
        "UPDATE reading SET finished = ?2 WHERE account = ?1",
        params![account, now],
    )?;
    Ok(gone)
}

/// The number of the latest reading, and when one last reached the end.
pub(super) fn reading(
    tx: &Connection,
    account: AccountId,
) -> Result<(i64, Option<Millis>), StoreError> {
    let row = tx
        .query_row(
            "SELECT reading, finished FROM reading WHERE account = ?1",
            [account],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(row.unwrap_or((0, None)))
}

/// What the ledger knows of a CID: how it compared, our own CID, where it came from, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// `verified`, `other_layout`, `unproven` or `different`.
    pub verdict: String,
    /// Computed here.
    pub cid: Option<String>,
    /// The sources' paths as stored.
    pub paths: String,
    /// When it was found out.
    pub at: Option<Millis>,
}

/// The newest verdict on each of these CIDs.
pub(super) fn known(
    ledger: &Connection,
    account: AccountId,
    cids: &[&str],
) -> Result<HashMap<String, Known>, StoreError> {
    let mut select = ledger.prepare_cached(
        "SELECT verdict, cid, paths, finished FROM upload
         WHERE account = ?1 AND service_cid = ?2 AND verdict IS NOT NULL ORDER BY id DESC LIMIT 1",
    )?;
    let mut known = HashMap::new();
    for cid in cids {
        let row = select
            .query_row(params![account, cid], |row| {
                Ok(Known {
                    verdict: row.get(0)?,
                    cid: row.get(1)?,
                    paths: row.get(2)?,
                    at: row.get(3)?,
                })
            })
            .optional()?;
        if let Some(row) = row {
            known.insert((*cid).to_owned(), row);
        }
    }
    Ok(known)
}

/// How each upload of an account compared: the service's CID, the verdict, and the CID computed here; oldest first.
pub(super) fn each_compared(
    ledger: &Connection,
    account: AccountId,
    mut visit: impl FnMut(&str, &str, Option<&str>),
) -> Result<(), StoreError> {
    let mut select = ledger.prepare(
        "SELECT service_cid, verdict, cid FROM upload
         WHERE account = ?1 AND service_cid IS NOT NULL AND verdict IS NOT NULL ORDER BY id",
    )?;
    let mut rows = select.query([account])?;
    while let Some(row) = rows.next()? {
        let text = |column| -> rusqlite::Result<Option<String>> { row.get(column) };
        let (cid, verdict) = (text(0)?.unwrap_or_default(), text(1)?.unwrap_or_default());
        visit(&cid, &verdict, text(2)?.as_deref());
    }
    Ok(())
}

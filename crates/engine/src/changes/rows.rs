//! The tables `change` and `change_pin` of the ledger.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::ChangeWhat;
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::store::{StoreError, Tx};

/// A change as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) account: AccountId,
    pub(super) what: ChangeWhat,
    /// The name of the group, where it is about one.
    pub(super) about: String,
    pub(super) state: State,
    /// Why it stopped.
    pub(super) why: Option<String>,
    pub(super) total: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Working,
    Stopped,
    Cancelled,
    Ended,
}

/// A pin that a change is about.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) place: usize,
    pub(super) service_id: String,
    pub(super) cid: String,
    pub(super) name: Option<String>,
    /// It was asked for once, and what came of it is not known.
    pub(super) asked: bool,
}

/// What became of one pin.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    Done,
    Failed(ErrorCode, String),
    /// It may have been done.
    Unsure(ErrorCode, String),
    /// Nothing was sent; it is asked for later.
    PutBack,
}

/// How many pins are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) done: usize,
    pub(super) failed: usize,
    pub(super) unsure: usize,
    /// Not asked for, or being asked for now.
    pub(super) left: usize,
}

/// A pin that could not be changed.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) part: Part,
    pub(super) unsure: bool,
    pub(super) sentence: String,
}

const COLUMNS: &str = "id, account, what, about, state, why, total";

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let what: String = row.get(2)?;
    let state: String = row.get(4)?;
    Ok(Stored {
        id: row.get(0)?,
        account: row.get(1)?,
        what: serde_json::from_str(&what).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                2,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        })?,
        about: row.get(3)?,
        state: match state.as_str() {
            "working" => State::Working,
            "stopped" => State::Stopped,
            "cancelled" => State::Cancelled,
            _ => State::Ended,
        },
        why: row.get(5)?,
        total: row.get(6)?,
    })
}

/// Begins to take a change in; nothing of it is done before [`ready`].
pub(super) fn begin(
    tx: &Tx,
    account: AccountId,
    what: &ChangeWhat,
    about: &str,
    now: Millis,
) -> Result<i64, StoreError> {
    let what = serde_json::to_string(what).map_err(|error| StoreError::Other(error.to_string()))?;
    tx.execute(
        "INSERT INTO change (account, what, about, state, created) VALUES (?1, ?2, ?3, 'taken_in', ?4)",
        params![account, what, about, now],
    )?;
    Ok(tx.last_insert_rowid())
}

/// Adds pins to it.
pub(super) fn add(tx: &Tx, id: i64, parts: &[Part]) -> Result<(), StoreError> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO change_pin (change, place, service_id, cid, name, state) VALUES (?1, ?2, ?3, ?4, ?5, 'waiting')",
    )?;
    for part in parts {
        insert.execute(params![
            id,
            part.place,
            part.service_id,
            part.cid,
            part.name
        ])?;
    }
    Ok(())
}

/// All its pins are there.
pub(super) fn ready(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE change SET state = 'working', total = (SELECT count(*) FROM change_pin WHERE change = ?1) WHERE id = ?1",
        [id],
    )?;
    Ok(())
}

/// A process began: what another one left half done is put in order. What was being asked for is looked at before it is
/// asked for again.
pub(super) fn take_over(tx: &Tx, began: Millis) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM change WHERE state = 'taken_in' AND created < ?1",
        [began],
    )?;
    tx.execute_batch(
        "UPDATE change_pin SET state = 'waiting' WHERE state = 'asking';
         UPDATE change_pin SET state = 'left' WHERE state = 'waiting'
           AND change IN (SELECT id FROM change WHERE state = 'cancelled');
         DELETE FROM change WHERE state = 'ended'
           AND NOT EXISTS (SELECT 1 FROM change_pin WHERE change = id AND change_pin.state IN ('failed', 'unsure'));",
    )?;
    Ok(())
}

/// Every change, the oldest first.
pub(super) fn all(tx: &Connection) -> Result<Vec<Stored>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM change WHERE state <> 'taken_in' ORDER BY id"
    ))?;
    Ok(select.query_map([], stored)?.collect::<Result<_, _>>()?)
}

pub(super) fn get(tx: &Connection, id: i64) -> Result<Stored, StoreError> {
    let mut select = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM change WHERE id = ?1"))?;
    Ok(select.query_row([id], stored)?)
}

/// The accounts that have something to do.
pub(super) fn accounts_at_work(tx: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT DISTINCT account FROM change WHERE state = 'working'")?;
    Ok(select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// The oldest change of an account that is not over.
pub(super) fn next_of(tx: &Connection, account: AccountId) -> Result<Option<Stored>, StoreError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM change WHERE account = ?1 AND state = 'working' ORDER BY id LIMIT 1"
    ))?;
    Ok(select.query_row([account], stored).optional()?)
}

pub(super) fn tally(tx: &Connection, id: i64) -> Result<Tally, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT state, count(*) FROM change_pin WHERE change = ?1 GROUP BY state",
    )?;
    let mut tally = Tally::default();
    let mut rows = select.query([id])?;
    while let Some(row) = rows.next()? {
        let state: String = row.get(0)?;
        let count: usize = row.get(1)?;
        match state.as_str() {
            "done" => tally.done += count,
            "failed" => tally.failed += count,
            "unsure" => tally.unsure += count,
            _ => tally.left += count,
        }
    }
    Ok(tally)
}

fn part(row: &Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        place: row.get(0)?,
        service_id: row.get(1)?,
        cid: row.get(2)?,
        name: row.get(3)?,
        asked: row.get(4)?,
    })
}

/// The next pins, in the order of the list.
pub(super) fn due(tx: &Connection, id: i64, n: usize) -> Result<Vec<Part>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT place, service_id, cid, name, asked FROM change_pin
         WHERE change = ?1 AND state = 'waiting' ORDER BY place LIMIT ?2",
    )?;
    Ok(select
        .query_map(params![id, n], part)?
        .collect::<Result<_, _>>()?)
}

/// These are about to be asked for. Answers which: none of a change that was cancelled meanwhile.
pub(super) fn ask(tx: &Tx, id: i64, places: &[usize]) -> Result<Vec<usize>, StoreError> {
    let mut update = tx.prepare_cached(
        "UPDATE change_pin SET state = 'asking', asked = 1 WHERE change = ?1 AND place = ?2 AND state = 'waiting'
           AND EXISTS (SELECT 1 FROM change WHERE id = ?1 AND change.state = 'working')",
    )?;
    let mut begun = Vec::with_capacity(places.len());
    for place in places {
        if update.execute(params![id, place])? == 1 {
            begun.push(*place);
        }
    }
    Ok(begun)
}

/// What became of one.
pub(super) fn settle(tx: &Tx, id: i64, place: usize, outcome: &Outcome) -> Result<(), StoreError> {
    let (state, asked, code, sentence) = match outcome {
        Outcome::Done => ("done", false, None, None),
        Outcome::Failed(code, sentence) => ("failed", false, Some(code), Some(sentence)),
        Outcome::Unsure(code, sentence) => ("unsure", true, Some(code), Some(sentence)),
        Outcome::PutBack => ("waiting", false, None, None),
    };
    tx.prepare_cached(
        "UPDATE change_pin SET state = CASE WHEN ?3 = 'waiting'
             AND EXISTS (SELECT 1 FROM change WHERE id = ?1 AND change.state = 'cancelled') THEN 'left' ELSE ?3 END,
           asked = ?4, code = ?5, sentence = ?6 WHERE change = ?1 AND place = ?2",
    )?
    .execute(params![
        id,
        place,
        state,
        asked,
        code.map(|code| code.as_str()),
        sentence
    ])?;
    Ok(())
}

/// What was being asked for when the store or the service gave way is looked at before it is asked for again.
pub(super) fn put_back(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE change_pin SET state = 'waiting' WHERE state = 'asking'
           AND change IN (SELECT id FROM change WHERE account = ?1)",
        [account],
    )?;
    Ok(())
}

/// It works no longer, where it does. `why`: for one that stopped.
pub(super) fn end(tx: &Tx, id: i64, state: State, why: Option<&str>) -> Result<(), StoreError> {
    let name = match state {
        State::Working => "working",
        State::Stopped => "stopped",
        State::Cancelled => "cancelled",
        State::Ended => "ended",
    };
    tx.execute(
        "UPDATE change SET state = ?2, why = ?3 WHERE id = ?1 AND state = 'working'",
        params![id, name, why],
    )?;
    Ok(())
}

/// The service knows a pin by another id now.
pub(super) fn renamed(tx: &Tx, account: AccountId, from: &str, to: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE change_pin SET service_id = ?3 WHERE service_id = ?2 AND state = 'waiting'
           AND change IN (SELECT id FROM change WHERE account = ?1 AND state IN ('working', 'stopped'))",
        params![account, from, to],
    )?;
    Ok(())
}

/// Nothing more is asked for.
pub(super) fn cancel(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE change SET state = 'cancelled', why = NULL WHERE id = ?1 AND state IN ('working', 'stopped')",
        [id],
    )?;
    tx.execute(
        "UPDATE change_pin SET state = 'left' WHERE change = ?1 AND state = 'waiting'
           AND EXISTS (SELECT 1 FROM change WHERE id = ?1 AND change.state = 'cancelled')",
        [id],
    )?;
    Ok(())
}

/// What failed is asked for again, and what a stopped change left over.
pub(super) fn retry(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE change_pin SET state = 'waiting', code = NULL, sentence = NULL
         WHERE change = ?1 AND state IN ('failed', 'unsure')",
        [id],
    )?;
    tx.execute(
        "UPDATE change SET state = 'working', why = NULL WHERE id = ?1
           AND EXISTS (SELECT 1 FROM change_pin WHERE change = ?1 AND change_pin.state = 'waiting')",
        [id],
    )?;
    Ok(())
}

/// Those that could not be changed, from the `from`th on, in the order of the list.
pub(super) fn refused(
    tx: &Connection,
    id: i64,
    from: usize,
    n: usize,
) -> Result<Vec<Refused>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT place, service_id, cid, name, asked, state, sentence FROM change_pin
         WHERE change = ?1 AND state IN ('failed', 'unsure') ORDER BY place LIMIT ?3 OFFSET ?2",
    )?;
    let refused = select.query_map(params![id, from, n], |row| {
        let state: String = row.get(5)?;
        Ok(Refused {
            part: part(row)?,
            unsure: state == "unsure",
            sentence: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
        })
    })?;
    Ok(refused.collect::<Result<_, _>>()?)
}

/// Forgets one that is over.
pub(super) fn delete(tx: &Tx, id: i64) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM change WHERE id = ?1 AND state <> 'working'",
        [id],
    )?;
    Ok(())
}

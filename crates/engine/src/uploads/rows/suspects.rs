//! The table `upload_suspect`.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::State;
use super::read::get;
use crate::error::ErrorCode;
use crate::store::{StoreError, Tx};

/// A file that waits for a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::uploads) struct Suspect {
    /// Its number; 0 before it is stored.
    pub(in crate::uploads) id: i64,
    /// Its path, percent-encoded.
    pub(in crate::uploads) place: String,
    /// Its path below what was dropped, for people.
    pub(in crate::uploads) path: String,
}

/// These wait for a word, in place of what waited before.
pub(in crate::uploads) fn hold(
    tx: &Tx,
    upload: i64,
    suspects: &[Suspect],
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM upload_suspect WHERE upload = ?1", [upload])?;
    let mut insert =
        tx.prepare_cached("INSERT INTO upload_suspect (upload, place, path) VALUES (?1, ?2, ?3)")?;
    for suspect in suspects {
        insert.execute(params![upload, suspect.place, suspect.path])?;
    }
    Ok(())
}

/// What waits for a word of an upload, in the order of its files.
pub(in crate::uploads) fn suspects(
    tx: &Connection,
    upload: i64,
) -> Result<Vec<Suspect>, StoreError> {
    if !waits(get(tx, upload)?.job.state) {
        return Ok(Vec::new());
    }
    let mut select = tx.prepare_cached(
        "SELECT id, place, path FROM upload_suspect WHERE upload = ?1 ORDER BY id",
    )?;
    let found = select.query_map([upload], |row| {
        Ok(Suspect {
            id: row.get(0)?,
            place: row.get(1)?,
            path: row.get(2)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// A yes to each of these, and a no to each of those. Answers how many had a word, and what still waits for one.
pub(in crate::uploads) fn answer(
    tx: &Tx,
    upload: i64,
    yes: &HashSet<i64>,
    no: &HashSet<i64>,
) -> Result<(usize, Vec<Suspect>), StoreError> {
    let asked = suspects(tx, upload)?;
    let all = asked.len();
    let wish = get(tx, upload)?.wish;
    let (mut allowed, mut refused) = (wish.allowed, wish.refused);
    let mut left = Vec::new();
    for suspect in asked {
        if yes.contains(&suspect.id) {
            allowed.push(suspect.place);
        } else if no.contains(&suspect.id) {
            refused.push(suspect.place);
        } else {
            left.push(suspect);
            continue;
        }
        tx.execute("DELETE FROM upload_suspect WHERE id = ?1", [suspect.id])?;
    }
    let json = |list: &[String]| {
        serde_json::to_string(list).map_err(|error| StoreError::Other(error.to_string()))
    };
    tx.execute(
        "UPDATE upload SET allowed = ?2, refused = ?3 WHERE id = ?1",
        params![upload, json(&allowed)?, json(&refused)?],
    )?;
    Ok((all - left.len(), left))
}

/// What is said of those that still wait.
pub(in crate::uploads) fn reword(tx: &Tx, upload: i64, words: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE upload SET detail = ?2 WHERE id = ?1",
        params![upload, words],
    )?;
    Ok(())
}

fn waits(state: State) -> bool {
    matches!(
        state,
        State::NeedsYou {
            reason: ErrorCode::Secret,
            ..
        }
    )
}

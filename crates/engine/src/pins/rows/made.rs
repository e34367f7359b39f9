//! What a request changed about a pin, written onto the row as it is when the answer comes.

use rusqlite::params;

use super::{Mirrored, by_cid, by_ids, by_service_id, delete, reading};
use crate::clock::Millis;
use crate::pins::PinEdit;
use crate::store::{StoreError, Tx};

/// What the service took; it says nothing about the rest of the row.
#[derive(Debug, Clone, Default)]
pub(in crate::pins) struct Made {
    /// Name and key-values.
    pub(in crate::pins) edit: Option<PinEdit>,
    /// The end, and when it was asked for.
    pub(in crate::pins) end: Option<(Option<Millis>, Millis)>,
    /// What the service calls the pin from now on, where that is another id.
    pub(in crate::pins) service_id: Option<String>,
}

/// Writes it. Answers the numbers of the rows that are other ones now; none where the pin is gone.
pub(in crate::pins) fn made(
    tx: &Tx,
    asked_of: &Mirrored,
    made: &Made,
) -> Result<Vec<i64>, StoreError> {
    let Some(mut row) = still_there(tx, asked_of)? else {
        return Ok(Vec::new());
    };
    let mut changed = vec![row.id];
    if let Some(now_called) = &made.service_id {
        match by_service_id(tx, row.account, now_called)? {
            // A list that was read meanwhile told of it already.
            Some(listed) if listed.id != row.id => {
                delete(tx, &[row.id])?;
                changed.push(listed.id);
                row = listed;
            }
            _ => row.pin.service_id.clone_from(now_called),
        }
    }
    if let Some(edit) = &made.edit {
        for key in &edit.remove {
            row.pin.keyvalues.remove(key);
        }
        row.pin.keyvalues.extend(edit.set.iter().cloned());
        row.pin.name = edit.name.clone().or(row.pin.name);
    }
    let (expires, told) = made
        .end
        .map_or((row.pin.expires, None), |(at, asked)| (at, Some(asked)));
    let keyvalues = serde_json::to_string(&row.pin.keyvalues).unwrap_or_else(|_| "{}".into());
    let (latest, _) = reading(tx, row.account)?;
    // One reading ahead: a list that was begun before must not sweep it away.
    tx.execute(
        "UPDATE pin SET service_id = ?2, name = ?3, keyvalues = ?4, expires = ?5, told = coalesce(?6, told),
           reading = max(reading, ?7) WHERE id = ?1",
        params![
            row.id,
            row.pin.service_id,
            row.pin.name,
            keyvalues,
            expires,
            told,
            latest + 1
        ],
    )?;
    Ok(changed)
}

/// The row that was asked for. A receipt without an id stood in the mirror under its CID until the list was read.
fn still_there(tx: &Tx, asked_of: &Mirrored) -> Result<Option<Mirrored>, StoreError> {
    if let Some(row) = by_ids(tx, &[asked_of.id])?.pop() {
        return Ok(Some(row));
    }
    if asked_of.service_id().is_some() {
        return Ok(None);
    }
    let mut same = by_cid(tx, asked_of.account, &asked_of.pin.cid)?;
    Ok(if same.len() == 1 { same.pop() } else { None })
}

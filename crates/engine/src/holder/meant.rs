//! Which pin a person means, by its CID, its whole name or the service's id of it.

use super::SortedBy;
use super::pins::{PAGE, query};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::pins::Mirrored;

/// The one pin that is meant by a CID, a whole name or the service's id, asked for at the service if it is not known here.
pub(super) async fn the_one(
    engine: &Engine,
    account: AccountId,
    which: &str,
) -> Result<i64, CommandError> {
    engine.pins.take_out_ended().await?;
    if let Some(id) = one_of(which, &known(engine, account, which)?)? {
        return Ok(id);
    }
    engine.pins.refresh_or_wait(account).await?;
    let known = known(engine, account, which)?;
    one_of(which, &known)?.ok_or_else(|| nothing(which))
}

pub(super) fn nothing(which: &str) -> CommandError {
    CommandError::new(
        ErrorCode::NotFound,
        format!("No pin has the CID, the whole name or the id “{which}”."),
    )
}

/// All that are meant by a CID, a whole name or the service's id.
pub(super) fn known(
    engine: &Engine,
    account: AccountId,
    which: &str,
) -> Result<Vec<Mirrored>, CommandError> {
    let alike = engine.pins.alike(account, which)?;
    if !alike.is_empty() {
        return Ok(alike);
    }
    if let Some(row) = engine.pins.of_service_id(account, which)? {
        return Ok(vec![row]);
    }
    let query = query(which, SortedBy::Cid, false);
    let mut named = Vec::new();
    for some in engine.pins.matching(account, &query)?.chunks(PAGE) {
        let rows = engine.pins.named(some)?.into_iter();
        named.extend(rows.filter(|row| row.pin.name.as_deref() == Some(which)));
    }
    Ok(named)
}

/// None of several is taken: they are told.
fn one_of(which: &str, known: &[Mirrored]) -> Result<Option<i64>, CommandError> {
    /// As many are told one by one.
    const TOLD: usize = 10;
    let several = match known {
        [] => return Ok(None),
        [one] => return Ok(Some(one.id)),
        several => several,
    };
    let words = |row: &Mirrored| {
        let called = if row.pin.cid == which {
            let name = row.pin.name.as_deref().unwrap_or("without a name");
            format!("“{name}”")
        } else {
            row.pin.cid.clone()
        };
        let network = if row.pin.public { "public" } else { "private" };
        let id = row.service_id().map(|id| format!(", id {id}"));
        format!("{called} ({network}{})", id.unwrap_or_default())
    };
    let mut told: Vec<String> = several.iter().take(TOLD).map(words).collect();
    if several.len() > TOLD {
        told.push(format!("{} more", several.len() - TOLD));
    }
    let have = if several[0].pin.cid == which {
        "have the CID"
    } else {
        "are called"
    };
    Err(CommandError::new(
        ErrorCode::BadInput,
        format!(
            "{} pins {have} “{which}”: {}. Use the id of the one that is meant; rm --all unpins all of them.",
            several.len(),
            told.join(", ")
        ),
    ))
}

//! Files that a service has no CID for yet, as other processes ask for them.

use std::collections::HashMap;

use super::answer::Say;
use super::lines::{time, word};
use super::{PinLine, PinsAsked, Reply, groups};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::CommandError;
use crate::pins::{CheckState, PendingRow};

/// A line for each file that the service has no CID for yet.
pub(super) async fn list(
    engine: &Engine,
    account: AccountId,
    asked: PinsAsked,
    say: &Say,
) -> Result<(), CommandError> {
    let mut filters = asked.filters;
    if let Some(named) = &asked.group {
        filters.group = Some(groups::filter(engine, account, named).await?);
    }
    let names = engine.groups.names(account)?;
    let mut rows = engine.pins.pending(account, &asked.text, &filters).await?;
    rows.truncate(asked.limit.unwrap_or(usize::MAX));
    for row in rows {
        say.line(Reply::Pin(line(row, &names))).await?;
    }
    Ok(())
}

fn line(row: PendingRow, names: &HashMap<String, String>) -> PinLine {
    PinLine {
        id: None,
        cid: None,
        folder: row.folder(),
        service_id: Some(row.service_id),
        name: row.name,
        status: "pinning".into(),
        bytes: row.size,
        keyvalues: row.keyvalues.into_iter().collect(),
        pinned_at: row.since.map(time),
        expires_at: None,
        unpinned_at: None,
        check: word(CheckState::NotChecked),
        mime: row.mime,
        network: word(row.network),
        groups: row
            .group
            .iter()
            .map(|id| names.get(id).unwrap_or(id).clone())
            .collect(),
        link: None,
        sentence: Some("The service has it, and has not told its CID yet.".into()),
    }
}

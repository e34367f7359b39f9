//! What was unpinned once, as other processes ask for it.

use std::collections::BTreeMap;

use super::answer::Say;
use super::lines::{time, word};
use super::{PastAsked, PinLine, PinsAsked, Reply, groups};
use crate::Engine;
use crate::accounts::{AccountId, service_name};
use crate::error::CommandError;
use crate::paging::Pages;
use crate::pins::{CheckState, InGroup, UnpinnedQuery, UnpinnedRow};

/// Pages of the service's memory, of at most 50 rows each.
const MOST_PAGES: usize = 100_000;

/// A line for each, newest first.
pub(super) async fn list(
    engine: &Engine,
    account: AccountId,
    (past, asked): (PastAsked, PinsAsked),
    say: &Say,
) -> Result<(), CommandError> {
    let also_pinned = past == PastAsked::All;
    if also_pinned {
        // What is pinned now is told apart by the list.
        engine.pins.refresh_or_wait(account).await?;
    }
    let mut query = UnpinnedQuery {
        text: asked.text,
        filters: asked.filters,
        also_pinned,
    };
    if let Some(named) = &asked.group {
        let group = groups::the_one(engine, account, named).await?;
        query.filters.group = Some(InGroup::Group(group.service_id));
    }
    let name = service_name(&engine.accounts.get(account)?);
    let mut pages = Pages::up_to(MOST_PAGES);
    let mut left = asked.limit.unwrap_or(usize::MAX);
    let mut next = None;
    while left > 0 {
        let page = engine.pins.unpinned(account, &query, next).await?;
        for row in page.rows.into_iter().take(left) {
            left -= 1;
            say.line(Reply::Pin(line(row))).await?;
        }
        let Some(token) = page.next else {
            break;
        };
        pages.go_on(&token, &name)?;
        next = Some(token);
    }
    Ok(())
}

fn line(row: UnpinnedRow) -> PinLine {
    // A record without a date of its end is one of what is pinned, where the service still has its CID.
    let is_pinned = row.unpinned_at.is_none() && row.pinned_now;
    PinLine {
        id: None,
        cid: Some(row.cid),
        name: row.name,
        service_id: Some(row.service_id),
        status: if is_pinned { "pinned" } else { "unpinned" }.into(),
        bytes: row.size,
        keyvalues: row.keyvalues.into_iter().collect::<BTreeMap<_, _>>(),
        pinned_at: row.pinned_at.map(time),
        expires_at: None,
        unpinned_at: row.unpinned_at.map(time),
        check: word(CheckState::NotChecked),
        folder: row.folder,
        mime: row.mime,
        network: "public".into(),
        groups: Vec::new(),
        link: None,
        sentence: (row.pinned_now && !is_pinned).then(|| "The same CID is pinned now.".into()),
    }
}

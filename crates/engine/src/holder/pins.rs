//! Pins, as other processes ask for them.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::answer::{Say, account_of};
use super::lines::{time, word};
use super::meant::{known, nothing, the_one};
use super::{CountsLine, Reply, coming, groups, past, pending};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::CommandError;
use crate::pins::{Mirrored, PinFilters, PinQuery, PinRow, Scalar, SortKey};

/// Rows that are read at once.
pub(super) const PAGE: usize = 200;

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each says itself")]
pub enum SortedBy {
    #[default]
    Time,
    Name,
    Size,
    Cid,
}

/// Which pins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PinsAsked {
    /// `None`: the account that is worked with.
    pub account: Option<String>,
    /// Part of a name, CID, key or value; empty for all.
    pub text: String,
    /// `pinned`, `queued`, `pinning` and `failed`, as a pinning service names them.
    pub status: Vec<String>,
    /// What the list is narrowed to.
    pub filters: PinFilters,
    /// In the group of this name or id; `none`: in none.
    pub group: Option<String>,
    /// Ordered by; times and sizes largest first.
    pub sort: SortedBy,
    /// The other way round.
    pub reverse: bool,
    /// At most so many.
    pub limit: Option<usize>,
    /// As it was read last, without asking the service.
    pub cached: bool,
    /// Files that the service has no CID for yet, instead.
    #[serde(default)]
    pub pending: bool,
    /// What the service remembers instead; newest first.
    #[serde(default)]
    pub past: Option<PastAsked>,
}

/// What of a service's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastAsked {
    /// What was unpinned once.
    Unpinned,
    /// And what is pinned now.
    All,
}

/// A pin, or what is to become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinLine {
    /// Its number in the list; `None` for what is not pinned yet.
    pub id: Option<i64>,
    /// Root CID, once it is known.
    pub cid: Option<String>,
    /// The service's own id of it, once that is known.
    #[serde(default)]
    pub service_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// `pinned`, `queued`, `pinning`, `failed` or `unpinned`.
    pub status: String,
    /// Bytes, as the service counts them.
    pub bytes: Option<u64>,
    /// All of them.
    pub keyvalues: BTreeMap<String, Scalar>,
    /// When it was pinned, RFC 3339.
    pub pinned_at: Option<String>,
    /// When its service unpins it by itself, RFC 3339.
    pub expires_at: Option<String>,
    /// When it was unpinned, RFC 3339.
    pub unpinned_at: Option<String>,
    /// How the service's CID compares with ours.
    pub check: String,
    /// It is a folder.
    pub folder: bool,
    /// Media type.
    pub mime: Option<String>,
    /// `public` or `private`.
    pub network: String,
    /// Names of its groups.
    pub groups: Vec<String>,
    /// A link for others, where there is one.
    pub link: Option<String>,
    /// In words, where there is something to say.
    pub sentence: Option<String>,
}

/// What the service's ids of groups are called.
type Names = HashMap<String, String>;

impl PinLine {
    fn pinned(row: &PinRow, keyvalues: Vec<(String, Scalar)>, names: &Names) -> Self {
        let name_of = |id: &String| names.get(id).unwrap_or(id).clone();
        Self {
            id: Some(row.id),
            service_id: None,
            cid: Some(row.cid.clone()),
            name: row.name.clone(),
            status: "pinned".into(),
            bytes: row.size,
            keyvalues: keyvalues.into_iter().collect(),
            pinned_at: row.pinned_at.map(time),
            expires_at: row.expires_at.map(time),
            unpinned_at: None,
            check: word(row.check),
            folder: row.folder,
            mime: row.mime.clone(),
            network: row.network.clone(),
            groups: row.groups.iter().map(name_of).collect(),
            link: None,
            sentence: None,
        }
    }
}

/// A line for each pin that matches, and for what is on its way where its status is asked for.
pub(super) async fn list(
    engine: &Engine,
    mut asked: PinsAsked,
    say: &Say,
) -> Result<(), CommandError> {
    let account = account_of(engine, asked.account.as_deref())?;
    if let Some(past) = asked.past {
        return past::list(engine, account, (past, asked), say).await;
    }
    if asked.pending {
        return pending::list(engine, account, asked, say).await;
    }
    if let Some(named) = &asked.group {
        if !asked.cached {
            engine.groups.refresh(account).await?;
        }
        asked.filters.group = Some(groups::filter(engine, account, named).await?);
    }
    let mut left = asked.limit.unwrap_or(usize::MAX);
    if asked.status.iter().any(|status| status != "pinned") {
        left -= coming::list(engine, account, &asked, say).await?;
    }
    if !asked.status.is_empty() && !asked.status.iter().any(|status| status == "pinned") {
        return Ok(());
    }
    engine.pins.take_out_ended().await?;
    if !asked.cached {
        engine.pins.refresh_or_wait(account).await?;
    }
    let mut query = query(&asked.text, asked.sort, asked.reverse);
    query.filters = asked.filters;
    let names = engine.groups.names(account)?;
    let mut found = engine.pins.matching(account, &query)?;
    found.truncate(left);
    for some in found.chunks(PAGE) {
        let ids = engine.pins.named(some)?.into_iter();
        let mut ids: HashMap<i64, Mirrored> = ids.map(|row| (row.id, row)).collect();
        for row in engine.pins.shown(account, some)? {
            let known = ids.remove(&row.id);
            let line = PinLine {
                service_id: known.and_then(|row| row.service_id().map(str::to_owned)),
                ..with_all_keyvalues(engine, &row, &names)
            };
            say.line(Reply::Pin(line)).await?;
        }
    }
    Ok(())
}

/// How many there are of each status.
pub(super) async fn counts(
    engine: &Engine,
    account: AccountId,
    say: &Say,
) -> Result<CountsLine, CommandError> {
    let mut counts = CountsLine::default();
    for one in coming::unpinned(engine, account, false, say).await? {
        match one.line.status.as_str() {
            "queued" => counts.queued += 1,
            "pinning" => counts.pinning += 1,
            "failed" => counts.failed += 1,
            _ => {}
        }
    }
    engine.pins.take_out_ended().await?;
    engine.pins.refresh_or_wait(account).await?;
    engine.pins.each(account, |_| counts.pinned += 1)?;
    Ok(counts)
}

fn with_all_keyvalues(engine: &Engine, row: &PinRow, names: &Names) -> PinLine {
    let keyvalues = if row.keyvalue_count > row.keyvalues.len() {
        // One that went away since it was found is told as it was.
        let all = engine.pins.details(row.id).map(|details| details.keyvalues);
        all.unwrap_or_else(|_| row.keyvalues.clone())
    } else {
        row.keyvalues.clone()
    };
    PinLine::pinned(row, keyvalues, names)
}

pub(super) fn query(text: &str, sort: SortedBy, reverse: bool) -> PinQuery {
    let (sort, descending) = match sort {
        SortedBy::Time => (SortKey::PinnedAt, true),
        SortedBy::Size => (SortKey::Size, true),
        SortedBy::Name => (SortKey::Name, false),
        SortedBy::Cid => (SortKey::Cid, false),
    };
    PinQuery {
        text: text.to_owned(),
        sort,
        descending: descending != reverse,
        ..PinQuery::default()
    }
}

/// A line for each pin of a CID or a whole name.
pub(super) async fn show_all(
    engine: &Engine,
    account: AccountId,
    which: &str,
    say: &Say,
) -> Result<(), CommandError> {
    engine.pins.refresh_or_wait(account).await?;
    engine.pins.take_out_ended().await?;
    let known = known(engine, account, which)?;
    if known.is_empty() {
        return Err(nothing(which));
    }
    for row in known {
        say_one(engine, account, row.id, say).await?;
    }
    Ok(())
}

pub(super) fn details(
    engine: &Engine,
    account: AccountId,
    id: i64,
) -> Result<PinLine, CommandError> {
    let row = engine.pins.mirrored(id)?;
    let details = engine.pins.details(id)?;
    let names = engine.groups.names(account)?;
    Ok(PinLine {
        service_id: row.service_id().map(str::to_owned),
        link: details.link,
        sentence: Some(details.check_sentence),
        ..PinLine::pinned(&details.row, details.keyvalues, &names)
    })
}

/// All about one pin.
pub(super) async fn show(
    engine: &Engine,
    account: AccountId,
    which: &str,
    say: &Say,
) -> Result<(), CommandError> {
    let id = the_one(engine, account, which).await?;
    say_one(engine, account, id, say).await
}

/// A line for this one.
pub(super) async fn say_one(
    engine: &Engine,
    account: AccountId,
    id: i64,
    say: &Say,
) -> Result<(), CommandError> {
    say.line(Reply::Pin(details(engine, account, id)?)).await
}

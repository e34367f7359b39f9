//! Pins, as other processes ask for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::{Say, account_of};
use super::lines::{time, word};
use super::{Reply, queue};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::pins::{Look, PinEdit, PinQuery, PinRow, ResultSet, Selection, SortKey};
use crate::uploads::{UploadRow, UploadState, UploadsFilter};

/// Rows that are read at once.
const PAGE: usize = 200;

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
    /// Keys that a pin must have, some with their value.
    pub keys: Vec<(String, Option<String>)>,
    /// Ordered by; times and sizes largest first.
    pub sort: SortedBy,
    /// The other way round.
    pub reverse: bool,
    /// At most so many.
    pub limit: Option<usize>,
    /// As it was read last, without asking the service.
    pub cached: bool,
}

/// What a person changes about a pin.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PinChange {
    /// The new name; `None` leaves it.
    pub name: Option<String>,
    /// Key-values to set.
    pub set: Vec<(String, String)>,
    /// Keys to take away.
    pub remove: Vec<String>,
}

/// A pin, or what is to become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinLine {
    /// Its number in the list; `None` for what is not pinned yet.
    pub id: Option<i64>,
    /// Root CID, once it is known.
    pub cid: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// `pinned`, `queued`, `pinning` or `failed`.
    pub status: String,
    /// Bytes, as the service counts them.
    pub bytes: Option<u64>,
    /// All of them.
    pub keyvalues: BTreeMap<String, String>,
    /// When it was pinned, RFC 3339.
    pub pinned_at: Option<String>,
    /// How the service's CID compares with ours.
    pub check: String,
    /// It is a folder.
    pub folder: bool,
    /// Media type.
    pub mime: Option<String>,
    /// `public` or `private`.
    pub network: String,
    /// A link for others, where there is one.
    pub link: Option<String>,
    /// In words, where there is something to say.
    pub sentence: Option<String>,
}

impl PinLine {
    fn pinned(row: &PinRow, keyvalues: Vec<(String, String)>) -> Self {
        Self {
            id: Some(row.id),
            cid: Some(row.cid.clone()),
            name: row.name.clone(),
            status: "pinned".into(),
            bytes: row.size,
            keyvalues: keyvalues.into_iter().collect(),
            pinned_at: row.pinned_at.map(time),
            check: word(row.check),
            folder: row.folder,
            mime: row.mime.clone(),
            network: row.network.clone(),
            link: None,
            sentence: None,
        }
    }

    fn on_its_way(row: &UploadRow) -> Self {
        Self {
            id: None,
            cid: row.cid.clone(),
            name: Some(row.name.clone()),
            status: status(row.state).into(),
            bytes: row.bytes,
            keyvalues: BTreeMap::new(),
            pinned_at: None,
            check: word(row.check),
            folder: word(row.kind) == "folder",
            mime: None,
            network: "public".into(),
            link: None,
            sentence: Some(row.sentence.clone()),
        }
    }
}

fn status(state: UploadState) -> &'static str {
    match state {
        UploadState::Sending | UploadState::Confirming => "pinning",
        UploadState::NeedsYou => "failed",
        UploadState::Pinned => "pinned",
        _ => "queued",
    }
}

/// A line for each pin that matches, and for what is on its way where its status is asked for.
pub(super) async fn list(
    engine: &Engine,
    asked: &PinsAsked,
    say: &Say,
) -> Result<(), CommandError> {
    let account = account_of(engine, asked.account.as_deref())?;
    let wants = |status: &str| asked.status.iter().any(|wanted| wanted == status);
    let mut left = asked.limit.unwrap_or(usize::MAX);
    if asked.status.iter().any(|status| status != "pinned") {
        for row in queue::every(engine, UploadsFilter::Now, usize::MAX)? {
            let line = PinLine::on_its_way(&row);
            let name = line.name.as_deref().unwrap_or_default().to_lowercase();
            let matches = wants(&line.status)
                && asked.keys.is_empty()
                && (name.contains(&asked.text.to_lowercase())
                    || line.cid.as_deref() == Some(asked.text.as_str()));
            if matches && left > 0 {
                left -= 1;
                say.line(Reply::Pin(line)).await?;
            }
        }
    }
    if !asked.status.is_empty() && !wants("pinned") {
        return Ok(());
    }
    if !asked.cached {
        read_anew(engine, account).await?;
    }
    let found = open(engine, account, &asked.text, asked.sort, asked.reverse)?;
    let mut from = 0;
    while from < found.total && left > 0 {
        let rows = engine.pins.rows(found.set, from, PAGE)?;
        from += PAGE;
        for row in rows {
            let line = with_all_keyvalues(engine, &row)?;
            let has = |(key, value): &(String, Option<String>)| {
                line.keyvalues
                    .get(key)
                    .is_some_and(|is| value.as_ref().is_none_or(|value| value == is))
            };
            if left > 0 && asked.keys.iter().all(has) {
                left -= 1;
                say.line(Reply::Pin(line)).await?;
            }
        }
    }
    Ok(())
}

fn with_all_keyvalues(engine: &Engine, row: &PinRow) -> Result<PinLine, CommandError> {
    let keyvalues = if row.keyvalue_count > row.keyvalues.len() {
        engine.pins.details(row.id)?.keyvalues
    } else {
        row.keyvalues.clone()
    };
    Ok(PinLine::pinned(row, keyvalues))
}

fn open(
    engine: &Engine,
    account: AccountId,
    text: &str,
    sort: SortedBy,
    reverse: bool,
) -> Result<ResultSet, CommandError> {
    let (sort, descending) = match sort {
        SortedBy::Time => (SortKey::PinnedAt, true),
        SortedBy::Size => (SortKey::Size, true),
        SortedBy::Name => (SortKey::Name, false),
        SortedBy::Cid => (SortKey::Cid, false),
    };
    let query = PinQuery {
        text: text.to_owned(),
        sort,
        descending: descending != reverse,
        ..PinQuery::default()
    };
    engine.pins.open(account, &query, None, Look::default())
}

/// Reads the account's list from the service, or waits for whoever is reading it.
async fn read_anew(engine: &Engine, account: AccountId) -> Result<(), CommandError> {
    let mut changes = engine.store.announcer.listen();
    engine.pins.refresh(account).await?;
    while open(engine, account, "", SortedBy::Cid, false)?.refreshing {
        // Whatever is announced, and a missed announcement too, is a reason to look again.
        let _ = changes.recv().await;
    }
    Ok(())
}

/// The one pin that is meant by a CID or a whole name, asked for at the service if it is not known here.
async fn the_one(engine: &Engine, account: AccountId, which: &str) -> Result<i64, CommandError> {
    if let Some(id) = known(engine, account, which)? {
        return Ok(id);
    }
    read_anew(engine, account).await?;
    known(engine, account, which)?.ok_or_else(|| {
        CommandError::new(
            ErrorCode::NotFound,
            format!("No pin has the CID or the whole name “{which}”."),
        )
    })
}

fn known(engine: &Engine, account: AccountId, which: &str) -> Result<Option<i64>, CommandError> {
    if let Some(pin) = engine.pins.find(account, which)? {
        return Ok(Some(pin.id));
    }
    let found = open(engine, account, which, SortedBy::Cid, false)?;
    let mut named = Vec::new();
    let mut from = 0;
    while from < found.total {
        let rows = engine.pins.rows(found.set, from, PAGE)?;
        named.extend(
            rows.into_iter()
                .filter(|row| row.name.as_deref() == Some(which)),
        );
        from += PAGE;
    }
    match &named[..] {
        [] => Ok(None),
        [one] => Ok(Some(one.id)),
        several => Err(CommandError::new(
            ErrorCode::BadInput,
            format!(
                "{} pins are called “{which}”. Use the CID of the one that is meant.",
                several.len()
            ),
        )),
    }
}

fn details(engine: &Engine, id: i64) -> Result<PinLine, CommandError> {
    let details = engine.pins.details(id)?;
    Ok(PinLine {
        link: details.link,
        sentence: Some(details.check_sentence),
        ..PinLine::pinned(&details.row, details.keyvalues)
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
    say_one(engine, id, say).await
}

/// A line for this one.
pub(super) async fn say_one(engine: &Engine, id: i64, say: &Say) -> Result<(), CommandError> {
    say.line(Reply::Pin(details(engine, id)?)).await
}

/// Changes one pin, and tells how it is then.
pub(super) async fn edit(
    engine: &Engine,
    account: AccountId,
    which: &str,
    change: PinChange,
    say: &Say,
) -> Result<(), CommandError> {
    let id = the_one(engine, account, which).await?;
    let edit = PinEdit {
        name: change.name,
        set: change.set,
        remove: change.remove,
    };
    engine.pins.edit(id, edit).await?;
    say_one(engine, id, say).await
}

/// Unpins each; a line for each that the service keeps no longer.
pub(super) async fn unpin(
    engine: &Engine,
    account: AccountId,
    pins: &[i64],
    say: &Say,
) -> Result<(), CommandError> {
    let mut failed = None;
    for id in pins {
        let line = details(engine, *id)?;
        let query = PinQuery {
            text: String::new(),
            sort: SortKey::Cid,
            descending: false,
            ..PinQuery::default()
        };
        let look = Look {
            pin: Some(*id),
            ..Look::default()
        };
        let found = engine.pins.open(account, &query, None, look)?;
        let place = found.place.ok_or_else(|| CommandError::gone("This pin"))?;
        let selection = Selection {
            set: found.set,
            ranges: vec![(place, place)],
        };
        let mut report = engine.pins.unpin(&selection).await?;
        match report.failed.pop() {
            Some(not) => failed = Some((not.name, not.sentence)),
            None => say.line(Reply::Pin(line)).await?,
        }
    }
    match failed {
        None => Ok(()),
        Some((name, sentence)) => Err(CommandError::new(
            ErrorCode::Rejected,
            format!("{name} is still pinned. {sentence}"),
        )),
    }
}

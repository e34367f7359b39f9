//! What the page is shown of watched folders. Paths come as text to show; what is chosen comes back as numbers.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::folder::{Condition, Trouble};
use super::ledger::EntryState;
use super::rows::{self, Query, Shown};
use super::rules::{WatchRules, WatchUnit};
use super::{Watches, words};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::pins::CheckState;

/// Figures for the status strip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchesHead {
    /// Watched folders.
    #[specta(type = u32)]
    pub folders: usize,
    /// Those that are being watched now: neither paused nor stopped.
    #[specta(type = u32)]
    pub watching: usize,
    /// Those that need a person.
    #[specta(type = u32)]
    pub needs_you: usize,
    /// Files on their way.
    #[specta(type = u32)]
    pub under_way: u64,
}

/// How a folder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WatchState {
    /// It is being looked at for the first time since the start.
    Looking,
    /// Files settle or are on their way.
    Working,
    /// Everything in it that is to be pinned is.
    UpToDate,
    /// The person paused it.
    Paused,
    /// Too many files disappeared at once; it waits for an answer.
    Braked,
    /// Nothing stands at its path.
    Missing,
    /// Another folder stands at its path.
    Replaced,
    /// It cannot be read, its disk does not answer, or Pinfold's data cannot be written.
    Stopped,
}

/// How many of its files are in each group. `all` counts every row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerCounts {
    /// Rows.
    #[specta(type = u32)]
    pub all: u64,
    /// Pinned.
    #[specta(type = u32)]
    pub pinned: u64,
    /// Not yet quiet.
    #[specta(type = u32)]
    pub settling: u64,
    /// In the queue.
    #[specta(type = u32)]
    pub waiting: u64,
    /// Failed, or cannot be read.
    #[specta(type = u32)]
    pub failed: u64,
    /// By a rule, or too large.
    #[specta(type = u32)]
    pub left_out: u64,
    /// Secrets that wait for a word.
    #[specta(type = u32)]
    pub held: u64,
    /// Not on disk.
    #[specta(type = u32)]
    pub gone: u64,
    /// Of the gone: those that wait for an answer.
    #[specta(type = u32)]
    pub braked: u64,
}

/// Too many files disappeared at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BrakeRow {
    /// When.
    #[specta(type = u32)]
    pub at: Millis,
    /// How many.
    #[specta(type = u32)]
    pub count: u64,
    /// Of how many.
    #[specta(type = u32)]
    pub of: usize,
    /// Days of grace if they are to be unpinned.
    #[specta(type = u32)]
    pub days: u32,
    /// The whole question.
    pub sentence: String,
}

/// A watched folder as a card.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchRow {
    /// Its number.
    #[specta(type = u32)]
    pub id: i64,
    /// Its last name.
    pub name: String,
    /// Where it is, the home folder as `~`; text to show.
    pub path: String,
    /// The account's number, as text.
    pub account: String,
    /// The account's name.
    pub account_label: String,
    /// How it stands.
    pub state: WatchState,
    /// The card's second line.
    pub sentence: String,
    /// Files by group.
    pub counts: LedgerCounts,
    /// What it does, in a few words each.
    pub rules: Vec<String>,
    /// The whole folder is one pin; its CID.
    pub folder_cid: Option<String>,
    /// When something last came of it.
    #[specta(type = Option<u32>)]
    pub last_activity: Option<Millis>,
    /// When it was last looked at and was there.
    #[specta(type = Option<u32>)]
    pub last_seen: Option<Millis>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When.
    #[specta(type = Option<u32>)]
    pub last_error_at: Option<Millis>,
    /// Until when it is paused; absent with `state` paused: until resumed.
    #[specta(type = Option<u32>)]
    pub paused_until: Option<Millis>,
    /// Since when.
    #[specta(type = Option<u32>)]
    pub paused_since: Option<Millis>,
    /// It is looked at every so often, since changes cannot be heard; why, with the number.
    pub polling: Option<String>,
    /// It waits for an answer.
    pub brake: Option<BrakeRow>,
    /// When it was last compared with disk and service.
    #[specta(type = Option<u32>)]
    pub audited_at: Option<Millis>,
    /// What that found.
    pub audit: Option<String>,
    /// Differences that are not repaired.
    #[specta(type = u32)]
    pub differences: usize,
}

/// Which rows of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LedgerGroup {
    /// Every row.
    #[default]
    All,
    /// Pinned.
    Pinned,
    /// Settling, or in the queue.
    UnderWay,
    /// Failed, or cannot be read.
    Failed,
    /// By a rule, or too large.
    LeftOut,
    /// Secrets that wait for a word.
    Held,
    /// Not on disk.
    Gone,
    /// Of the gone: those that wait for an answer.
    Braked,
}

/// How a ledger is filtered and ordered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerQuery {
    /// Which group.
    pub group: LedgerGroup,
    /// A reason, exactly as in `reasons`.
    pub reason: Option<String>,
    /// Part of the path.
    pub text: String,
    /// By path; otherwise what changed last comes first.
    pub by_path: bool,
}

/// A state's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as in `EntryState`")]
pub enum LedgerState {
    Settling,
    Queued,
    Uploading,
    Pinned,
    Renamed,
    Ignored,
    Held,
    TooLarge,
    Unreadable,
    Failed,
    Changed,
    Gone,
}

/// A path of a watched folder.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRow {
    /// Its number within the folder.
    #[specta(type = u32)]
    pub id: i64,
    /// Below the folder; text to show.
    pub path: String,
    /// Where it stands.
    pub state: LedgerState,
    /// Why, whole.
    pub sentence: String,
    /// Bytes.
    #[specta(type = Option<u32>)]
    pub size: Option<u64>,
    /// Since when it stands there.
    #[specta(type = u32)]
    pub at: Millis,
    /// The pin's CID.
    pub cid: Option<String>,
    /// How it compares.
    pub check: CheckState,
    /// The pin in the list.
    #[specta(type = Option<u32>)]
    pub pin: Option<i64>,
    /// The row of the queue.
    #[specta(type = Option<u32>)]
    pub upload: Option<i64>,
    /// Counts distinct contents.
    pub version: u32,
    /// When it is tried again.
    #[specta(type = Option<u32>)]
    pub retry_at: Option<Millis>,
    /// When its pin goes too.
    #[specta(type = Option<u32>)]
    pub unpin_at: Option<Millis>,
    /// It may be sent after a yes.
    pub can_allow: bool,
    /// Retry is offered.
    pub can_retry: bool,
    /// Its pin can be kept.
    pub can_keep: bool,
}

/// A window of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerPage {
    /// Rows that match.
    #[specta(type = u32)]
    pub total: u64,
    /// By group, unfiltered.
    pub counts: LedgerCounts,
    /// Reasons that occur in the group, most frequent first.
    pub reasons: Vec<(String, u32)>,
    /// When the whole folder was last looked at.
    #[specta(type = Option<u32>)]
    pub as_of: Option<Millis>,
    /// The window.
    pub rows: Vec<LedgerRow>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WatchEvent {
    /// When.
    #[specta(type = u32)]
    pub at: Millis,
    /// `pinned`, `renamed`, `gone`, `held`, `failed`, `unpinned`, `stopped`, `went_on`, `braked`.
    pub kind: String,
    /// In words.
    pub sentence: String,
}

impl Watches {
    /// Figures for the status strip.
    pub fn head(&self) -> Result<WatchesHead, CommandError> {
        let rows = self.list()?;
        let at_work = |row: &&WatchRow| {
            matches!(
                row.state,
                WatchState::Looking | WatchState::Working | WatchState::UpToDate
            )
        };
        Ok(WatchesHead {
            folders: rows.len(),
            watching: rows.iter().filter(at_work).count(),
            needs_you: rows.iter().filter(|row| needs_you(row)).count(),
            under_way: rows
                .iter()
                .map(|row| row.counts.settling + row.counts.waiting)
                .sum(),
        })
    }

    /// Every watched folder; those that need a person first.
    pub fn list(&self) -> Result<Vec<WatchRow>, CommandError> {
        let stored = self.store.ledger.read(rows::all)?;
        let mut list = stored
            .iter()
            .map(|stored| self.row(stored))
            .collect::<Result<Vec<_>, _>>()?;
        list.sort_by_key(|row| (!needs_you(row), row.path.to_lowercase()));
        Ok(list)
    }

    fn row(&self, stored: &rows::Stored) -> Result<WatchRow, CommandError> {
        let id = stored.id;
        let counts = self.counts(id)?;
        let condition = self.condition(id);
        let differences = self
            .store
            .ledger
            .read(|tx| rows::differences(tx, id))?
            .len();
        let ledger_head = self.store.ledger.read(|tx| rows::folder_cid(tx, id))?;
        let brake = stored.brake.map(|(at, of)| BrakeRow {
            at,
            count: counts.braked,
            of,
            days: match stored.rules.on_delete {
                super::rules::OnDelete::Unpin { days } => days,
                super::rules::OnDelete::Keep => 0,
            },
            sentence: words::brake(usize::try_from(counts.braked).unwrap_or(0), of),
        });
        let state = state(stored, &condition, &counts, brake.is_some());
        let account = self.accounts.get(stored.account)?;
        Ok(WatchRow {
            id,
            name: crate::walk::readable(&crate::walk::name_of(&stored.root)),
            path: self.shown(&stored.root),
            account: stored.account.to_string(),
            account_label: account.label.clone(),
            state,
            sentence: sentence(state, stored, &condition, &counts, brake.as_ref()),
            counts,
            rules: rule_words(&stored.rules),
            folder_cid: ledger_head,
            last_activity: stored.active,
            last_seen: stored.seen,
            last_error: condition
                .last_error
                .as_ref()
                .map(|(words, _)| words.clone()),
            last_error_at: condition.last_error.as_ref().map(|(_, at)| *at),
            paused_until: stored.paused.filter(|until| *until != Millis::MAX),
            paused_since: stored.stopped,
            polling: condition.deaf.as_ref().map(words::deaf),
            brake,
            audited_at: stored.audited,
            audit: stored.audit.clone(),
            differences,
        })
    }

    fn counts(&self, id: i64) -> Result<LedgerCounts, CommandError> {
        let mut counts = LedgerCounts::default();
        for (state, braked, n) in self.store.ledger.read(|tx| rows::counts(tx, id))? {
            counts.all += n;
            match state.as_str() {
                "pinned" => counts.pinned += n,
                "settling" | "changed" => counts.settling += n,
                "queued" => counts.waiting += n,
                "failed" | "unreadable" => counts.failed += n,
                "ignored" | "too_large" => counts.left_out += n,
                "held" => counts.held += n,
                _ => counts.gone += n,
            }
            if braked {
                counts.braked += n;
            }
        }
        Ok(counts)
    }

    /// A folder's rules.
    pub fn rules(&self, id: i64) -> Result<WatchRules, CommandError> {
        Ok(self.stored(id)?.rules)
    }

    /// A window of a folder's ledger, at most 200 rows.
    pub fn ledger(
        &self,
        id: i64,
        query: &LedgerQuery,
        from: usize,
        n: usize,
    ) -> Result<LedgerPage, CommandError> {
        let stored = self.stored(id)?;
        let wanted = Query {
            states: states(query.group),
            reason: query.reason.clone(),
            text: query.text.trim().to_owned(),
            by_path: query.by_path,
            braked: query.group == LedgerGroup::Braked,
        };
        let (total, found) = self
            .store
            .ledger
            .read(|tx| rows::page(tx, id, &wanted, from, n.clamp(1, 200)))?;
        let group = Query {
            states: wanted.states.clone(),
            ..Query::default()
        };
        let reasons = self.store.ledger.read(|tx| rows::reasons(tx, id, &group))?;
        let service = words::service(&self.accounts.get(stored.account)?);
        let rows = found
            .iter()
            .map(|shown| self.entry_row(shown, &stored, &service))
            .collect::<Result<_, _>>()?;
        Ok(LedgerPage {
            total,
            counts: self.counts(id)?,
            reasons: reasons
                .into_iter()
                .map(|(reason, n)| (reason, u32::try_from(n).unwrap_or(u32::MAX)))
                .collect(),
            as_of: stored.seen,
            rows,
        })
    }

    pub(super) fn entry_row(
        &self,
        shown: &Shown,
        stored: &rows::Stored,
        service: &str,
    ) -> Result<LedgerRow, CommandError> {
        let entry = &shown.entry;
        let folder = stored.rules.unit == WatchUnit::Folder;
        let queue = shown.queue.as_deref();
        let settle = stored.rules.settle_for(shown.size.unwrap_or(0));
        let kept = entry.kept.as_ref();
        let pin = match kept {
            Some(kept) => self
                .pins
                .find(stored.account, &kept.service_cid)?
                .map(|pin| pin.id),
            None => None,
        };
        let (unpin_at, gone) = match entry.state {
            EntryState::Gone { unpin, .. } => (unpin, true),
            _ => (None, false),
        };
        Ok(LedgerRow {
            id: entry.id,
            path: shown.path.clone(),
            state: shown_state(entry, queue),
            sentence: words::entry(entry, queue, settle, service, folder),
            size: shown.size,
            at: entry.at,
            cid: kept.map(|kept| kept.service_cid.clone()),
            check: CheckState::of_verdict(kept.map(|kept| kept.verdict.as_str())),
            pin,
            upload: entry.upload.map(|(id, _)| id),
            version: entry.version,
            retry_at: entry.retry,
            unpin_at,
            can_allow: matches!(entry.state, EntryState::Held(_)),
            can_retry: matches!(
                entry.state,
                EntryState::Failed { .. } | EntryState::Unreadable(_)
            ),
            can_keep: gone && kept.is_some() && !folder,
        })
    }

    /// What happened last, newest first, at most 100.
    pub fn recent(&self, id: i64, n: usize) -> Result<Vec<WatchEvent>, CommandError> {
        let events = self
            .store
            .ledger
            .read(|tx| rows::events(tx, id, n.clamp(1, 100)))?;
        Ok(events
            .into_iter()
            .map(|(at, kind, sentence)| WatchEvent { at, kind, sentence })
            .collect())
    }
}

fn needs_you(row: &WatchRow) -> bool {
    row.counts.held > 0
        || matches!(
            row.state,
            WatchState::Braked | WatchState::Missing | WatchState::Replaced | WatchState::Stopped
        )
}

fn state(
    stored: &rows::Stored,
    condition: &Condition,
    counts: &LedgerCounts,
    braked: bool,
) -> WatchState {
    if stored.paused.is_some() {
        return WatchState::Paused;
    }
    match &condition.trouble {
        Some(Trouble::Missing) => return WatchState::Missing,
        Some(Trouble::Replaced) => return WatchState::Replaced,
        Some(_) => return WatchState::Stopped,
        None => {}
    }
    if braked {
        WatchState::Braked
    } else if !condition.looked {
        WatchState::Looking
    } else if counts.settling + counts.waiting > 0 {
        WatchState::Working
    } else {
        WatchState::UpToDate
    }
}

fn sentence(
    state: WatchState,
    stored: &rows::Stored,
    condition: &Condition,
    counts: &LedgerCounts,
    brake: Option<&BrakeRow>,
) -> String {
    match state {
        WatchState::Looking => "Looking at what is in it.".into(),
        WatchState::Working if counts.waiting > 0 => format!(
            "Pinning {} of {} files.",
            counts.waiting,
            counts.waiting + counts.pinned + counts.settling
        ),
        WatchState::Working => {
            let settling = usize::try_from(counts.settling).unwrap_or(usize::MAX);
            format!("{} settling.", words::count(settling, "file", "files"))
        }
        WatchState::UpToDate => "Up to date.".into(),
        WatchState::Paused if stored.paused == Some(Millis::MAX) => "Paused by you.".into(),
        WatchState::Paused => "Paused by you for a while.".into(),
        WatchState::Braked => brake.map_or_else(String::new, |brake| brake.sentence.clone()),
        _ => condition
            .trouble
            .as_ref()
            .map_or_else(String::new, |trouble| words::trouble(trouble, &stored.root)),
    }
}

fn rule_words(rules: &WatchRules) -> Vec<String> {
    use super::rules::{OnChange, OnDelete};
    let mut words = vec![format!("quiet for {} s", rules.settle)];
    if rules.unit == WatchUnit::Folder {
        words.push("one pin for the folder".into());
    }
    words.push(match rules.on_change {
        OnChange::KeepAll => "keeps every version".into(),
        OnChange::KeepLast { n } => format!("keeps {n} versions"),
        OnChange::Replace => "replaces what changed".into(),
    });
    if rules.unit == WatchUnit::Files {
        words.push(match rules.on_delete {
            OnDelete::Keep => "keeps what disappears".into(),
            OnDelete::Unpin { days: 0 } => "unpins what disappears".into(),
            OnDelete::Unpin { days } => format!("unpins what disappears after {days} days"),
        });
    }
    if rules.audit {
        words.push("audit every night".into());
    }
    words
}

fn states(group: LedgerGroup) -> Vec<&'static str> {
    match group {
        LedgerGroup::All => Vec::new(),
        LedgerGroup::Pinned => vec!["pinned"],
        LedgerGroup::UnderWay => vec!["settling", "changed", "queued"],
        LedgerGroup::Failed => vec!["failed", "unreadable"],
        LedgerGroup::LeftOut => vec!["ignored", "too_large"],
        LedgerGroup::Held => vec!["held"],
        LedgerGroup::Gone | LedgerGroup::Braked => vec!["gone"],
    }
}

fn shown_state(entry: &super::ledger::Entry, queue: Option<&str>) -> LedgerState {
    match &entry.state {
        EntryState::Settling => LedgerState::Settling,
        EntryState::Changed => LedgerState::Changed,
        EntryState::Queued
            if matches!(
                queue,
                Some("hashing" | "checking" | "sending" | "confirming")
            ) =>
        {
            LedgerState::Uploading
        }
        EntryState::Queued => LedgerState::Queued,
        EntryState::Pinned if entry.was.is_some() => LedgerState::Renamed,
        EntryState::Pinned => LedgerState::Pinned,
        EntryState::Ignored(_) => LedgerState::Ignored,
        EntryState::Held(_) => LedgerState::Held,
        EntryState::TooLarge => LedgerState::TooLarge,
        EntryState::Unreadable(_) => LedgerState::Unreadable,
        EntryState::Failed { .. } => LedgerState::Failed,
        EntryState::Gone { .. } => LedgerState::Gone,
    }
}

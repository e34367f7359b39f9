//! From rows to what the page is shown.

use super::folder::{Condition, Trouble};
use super::ledger::EntryState;
use super::rows::{self, Query, Shown};
use super::rules::{WatchRules, WatchUnit};
use super::view::{
    BrakeRow, LedgerCounts, LedgerGroup, LedgerPage, LedgerQuery, LedgerRow, LedgerState,
    WatchEvent, WatchRow, WatchState, WatchesHead,
};
use super::{Watches, words};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::figures;
use crate::pins::CheckState;

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
        let mut counts = LedgerCounts {
            kept: self.store.ledger.read(|tx| rows::kept(tx, id))?,
            ..LedgerCounts::default()
        };
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

/// A number as sentences have it.
fn figure(n: u64) -> String {
    figures::count(usize::try_from(n).unwrap_or(usize::MAX))
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
            figure(counts.waiting),
            figure(counts.waiting + counts.pinned + counts.settling)
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

//! What the page is shown of the queue. Every sentence of a row is made here.

use std::sync::atomic::Ordering;

use serde::Serialize;
use specta::Type;

use super::chosen::offers_of;
use super::rows::{self, Upload, verdict_name};
use super::state::{Active, State};
use super::words::{INDEXING, sentence};
use super::{ItemKind, UploadNetwork, Uploads, UploadsFilter};
use crate::accounts::service_name;
use crate::clock::{Millis, time_words};
use crate::error::{CommandError, ErrorCode};
use crate::message::{self, Room};
use crate::pins::CheckState;

/// A state's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as in `State`")]
pub enum UploadState {
    Scanning,
    Queued,
    Hashing,
    Checking,
    Sending,
    Confirming,
    Pinned,
    Waiting,
    Paused,
    NeedsYou,
    Cancelled,
}

/// A row of the queue as the page sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one action that the row offers"
)]
pub struct UploadRow {
    /// Its number.
    #[specta(type = u32)]
    pub id: i64,
    /// For people.
    pub name: String,
    /// What results.
    pub kind: ItemKind,
    /// Files in it.
    #[specta(type = u32)]
    pub files: u64,
    /// Things left out.
    #[specta(type = u32)]
    pub problems: u64,
    /// Bytes of content.
    #[specta(type = Option<u32>)]
    pub bytes: Option<u64>,
    /// Where it stands.
    pub state: UploadState,
    /// Why it waits or needs the person.
    pub reason: Option<ErrorCode>,
    /// The whole second line.
    pub sentence: String,
    /// Bytes hashed or sent in this state.
    #[specta(type = u32)]
    pub done: u64,
    /// Ours, or the service's once it is pinned.
    pub cid: Option<String>,
    /// How the CIDs compare.
    pub check: CheckState,
    /// The pin in the list.
    #[specta(type = Option<u32>)]
    pub pin: Option<i64>,
    /// Pause is offered.
    pub can_pause: bool,
    /// Resume is offered.
    pub can_resume: bool,
    /// Cancel is offered.
    pub can_cancel: bool,
    /// Retry is offered.
    pub can_retry: bool,
    /// Clear is offered.
    pub can_clear: bool,
    /// Moving to the front is offered.
    pub can_go_first: bool,
    /// Moving to the end is offered.
    pub can_go_last: bool,
    /// The group that it goes to.
    pub group: Option<String>,
    /// Who may read it.
    pub network: UploadNetwork,
    /// When it ended.
    #[specta(type = Option<u32>)]
    pub finished_at: Option<Millis>,
}

/// Figures of the whole queue.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UploadsHead {
    /// Rows that have not ended.
    #[specta(type = u32)]
    pub now: u64,
    /// Rows that need the person.
    #[specta(type = u32)]
    pub needs_you: u64,
    /// Of `now`, rows that nothing is sent of until something else happens, and that need nobody: they wait, are paused
    /// or taken back, or their account is held.
    #[specta(type = u32)]
    pub waiting: u64,
    /// Rows that have ended.
    #[specta(type = u32)]
    pub finished: u64,
    /// Bytes of the batch that are sent. Rows that need the person are not in it.
    #[specta(type = u32)]
    pub bytes_done: u64,
    /// Bytes of the batch, as far as they are known.
    #[specta(type = u32)]
    pub bytes_total: u64,
    /// They are known of every row: else there is no saying how far all of it is.
    pub sized: bool,
    /// Everything that could run is paused.
    pub paused: bool,
    /// The whole queue rests until then.
    #[specta(type = Option<u32>)]
    pub resting_until: Option<Millis>,
}

/// A window of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct UploadsPage {
    /// Rows of this filter.
    #[specta(type = u32)]
    pub total: u64,
    /// The window.
    pub rows: Vec<UploadRow>,
}

/// Something left out of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct UploadProblem {
    /// Its path inside.
    pub path: String,
    /// Why.
    pub sentence: String,
}

impl Uploads {
    /// Figures of the whole queue.
    pub fn head(&self) -> Result<UploadsHead, CommandError> {
        let ready = self.accounts.ready()?;
        let ledger = &self.store.ledger;
        let (counts, waiting) =
            ledger.read(|tx| Ok((rows::counts(tx)?, rows::waiting(tx, &ready)?)))?;
        let of = |state: &str| {
            counts
                .iter()
                .find(|(name, _)| name == state)
                .map_or(0, |(_, count)| *count)
        };
        let finished = of("pinned") + of("cancelled");
        let all: u64 = counts.iter().map(|(_, count)| count).sum();
        let now = all - finished;
        if now == 0 {
            self.batch.store(0, Ordering::SeqCst);
        }
        let batch = self.batch_bytes();
        let running = self.running();
        let sent: u64 = running.values().map(|running| running.unsaved()).sum();
        let bytes_done = (batch.done + sent).min(batch.total);
        let resting_until = self.limits.resting();
        let all_paused = of("paused") > 0 && of("paused") + of("needs_you") == now;
        let paused = all_paused || resting_until.is_some();
        Ok(UploadsHead {
            now,
            needs_you: of("needs_you"),
            waiting,
            finished,
            bytes_done,
            bytes_total: batch.total,
            sized: batch.sized,
            paused,
            resting_until,
        })
    }

    /// A window of the queue.
    pub fn rows(
        &self,
        filter: UploadsFilter,
        from: usize,
        n: usize,
    ) -> Result<UploadsPage, CommandError> {
        let stored = self.stored(filter, from, n)?;
        let head = self.head()?;
        let total = match filter {
            UploadsFilter::Now => head.now,
            UploadsFilter::NeedsYou => head.needs_you,
            UploadsFilter::Finished => head.finished,
        };
        let rows = stored
            .iter()
            .map(|upload| self.row(upload))
            .collect::<Result<_, _>>()?;
        Ok(UploadsPage { total, rows })
    }

    /// One row of the queue.
    pub fn row_of(&self, id: i64) -> Result<UploadRow, CommandError> {
        let found = self.store.ledger.read(|tx| rows::find(tx, id))?;
        let upload = found.ok_or_else(|| {
            let sentence = format!("There is no upload with the number {id}.");
            CommandError::new(ErrorCode::Gone, sentence)
        })?;
        self.row(&upload)
    }

    /// What has ended and has this text in its name or a CID, also what was taken out of the list.
    pub fn history(&self, text: &str, from: usize, n: usize) -> Result<UploadsPage, CommandError> {
        let n = n.clamp(1, 200);
        let (total, found) = self
            .store
            .ledger
            .read(|tx| rows::history(tx, text.trim(), from, n))?;
        let rows = found
            .iter()
            .map(|upload| self.row(upload))
            .collect::<Result<_, _>>()?;
        Ok(UploadsPage { total, rows })
    }

    /// What was left out of a folder: at most 500, and no more than one message holds.
    pub fn problems(&self, id: i64) -> Result<Vec<UploadProblem>, CommandError> {
        let problems = self.store.ledger.read(|tx| rows::problems(tx, id))?;
        let mut room = Room::of(message::MOST - 1024);
        Ok(problems
            .into_iter()
            .map(|(path, sentence)| UploadProblem { path, sentence })
            .take_while(|problem| room.takes(problem))
            .collect())
    }

    /// When a row that waits goes on, as a sentence: not before its account's hold and the queue's rest are over.
    fn next_try(&self, state: State, held_until: Option<Millis>) -> String {
        let State::Waiting { until, .. } = state else {
            return String::new();
        };
        if let Some(rests) = self.rest_words() {
            return rests;
        }
        let until = held_until.map_or(until, |held| until.max(held));
        let now = self.clock.now();
        if until <= now {
            return "The next try is due.".to_owned();
        }
        let time = time_words(until, now);
        if time.contains(',') {
            return format!("Next try {time}.");
        }
        format!("Next try at {time}.")
    }

    pub(super) fn row(&self, upload: &Upload) -> Result<UploadRow, CommandError> {
        let state = upload.job.state;
        let service = service_name(&self.accounts.get(upload.account)?);
        let account_hold = self.accounts.hold(upload.account);
        // A wait of its own says why by itself, as long as it can end before a person helps.
        let hold = account_hold.clone().filter(|hold| match state {
            State::Active(_) => true,
            State::Waiting { .. } => hold.until.is_none(),
            _ => false,
        });
        let reason = match (&hold, state) {
            (Some(hold), _) => Some(hold.code),
            (None, State::Waiting { reason, .. } | State::NeedsYou { reason, .. }) => Some(reason),
            (None, _) => None,
        };
        let rests = self
            .rest_words()
            .filter(|_| matches!(state, State::Active(_)));
        let running = self.running().get(&upload.id).cloned();
        let running = running.filter(|_| matches!(state, State::Active(_)));
        // Nobody has begun to look at it.
        let state = match state {
            State::Active(Active::Scanning) if running.is_none() && upload.job.attempts == 0 => {
                State::Active(Active::Queued)
            }
            other => other,
        };
        let sends = state == State::Active(Active::Sending);
        let checks = state == State::Active(Active::Checking);
        let indexed = running
            .as_ref()
            .filter(|running| sends && running.is_indexing());
        let mut sentence = match (&hold, &rests) {
            (Some(hold), _) => hold.sentence(&service),
            (None, Some(rests)) => rests.clone(),
            (None, None) if indexed.is_some() => INDEXING.to_owned(),
            (None, None) => {
                let held_until = account_hold.and_then(|hold| hold.until);
                let next = self.next_try(state, held_until);
                let words = sentence(upload, state, &service, &next);
                let renamed = self
                    .renamed_words(upload)
                    .filter(|_| state == State::Pinned);
                renamed.map_or(words.clone(), |renamed| format!("{words} {renamed}"))
            }
        };
        let ended = matches!(state, State::Pinned | State::Cancelled);
        if !ended && let Some(then) = self.afterwards(upload.id)? {
            sentence = format!("{sentence} {then}");
        }
        let done = match (&running, indexed) {
            (_, Some(running)) => running.done.load(Ordering::Relaxed),
            // What was hashed of it is not sent.
            (Some(running), None) if running.is_sending() || !(sends || checks) => {
                upload.content_of(running.done.load(Ordering::Relaxed))
            }
            _ => upload.safe(),
        };
        let pin = match &upload.service_cid {
            Some(cid) if state == State::Pinned => {
                let (its, public) = (
                    upload.service_id.as_deref(),
                    upload.wish.target.network.is_public(),
                );
                let pin = self.pins.find_copy(upload.account, cid, its, public)?;
                pin.map(|pin| pin.id)
            }
            _ => None,
        };
        let offers = offers_of(upload, rests.is_some());
        Ok(UploadRow {
            id: upload.id,
            name: upload.wish.name.clone(),
            kind: if upload.wish.folder {
                ItemKind::Folder
            } else {
                ItemKind::File
            },
            files: upload.files,
            problems: upload.problems,
            bytes: upload.bytes,
            state: if rests.is_some() {
                UploadState::Paused
            } else if indexed.is_some() {
                UploadState::Hashing
            } else {
                shown(state)
            },
            reason,
            sentence,
            done,
            cid: upload
                .service_cid
                .clone()
                .filter(|_| state == State::Pinned)
                .or_else(|| upload.cid.clone()),
            check: CheckState::of_verdict(upload.verdict.map(verdict_name)),
            pin,
            can_pause: offers.pause,
            can_resume: offers.resume,
            can_cancel: offers.cancel,
            can_retry: offers.retry,
            can_clear: offers.clear,
            can_go_first: offers.first,
            can_go_last: offers.last,
            group: upload
                .wish
                .target
                .group
                .as_ref()
                .map(|group| group.name.clone()),
            network: upload.wish.target.network,
            finished_at: upload.finished,
        })
    }
}

fn shown(state: State) -> UploadState {
    match state {
        State::Active(Active::Scanning) => UploadState::Scanning,
        State::Active(Active::Queued) => UploadState::Queued,
        State::Active(Active::Hashing) => UploadState::Hashing,
        State::Active(Active::Checking) => UploadState::Checking,
        State::Active(Active::Sending) => UploadState::Sending,
        State::Active(Active::Confirming) => UploadState::Confirming,
        State::Waiting { .. } => UploadState::Waiting,
        State::Paused { .. } => UploadState::Paused,
        State::NeedsYou { .. } => UploadState::NeedsYou,
        State::Pinned => UploadState::Pinned,
        State::Cancelled => UploadState::Cancelled,
    }
}

//! What the page is shown of jobs.

use std::collections::HashMap;

use pinning::JobStatus;
use serde::Serialize;
use specta::Type;

use super::control::ended;
use super::paste::spellings;
use super::rows::{self, Stored};
use super::state::{STUCK, State, is_open};
use super::words::{self, Told};
use super::{Jobs, JobsQuery};
use crate::accounts::{AccountId, service_name};
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::pins::Mirrored;
use crate::uploads::Copy;

/// The most rows of one answer.
const MOST_ROWS: usize = 200;

/// A state's name, the service's own where it has the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as in `State` and `pinning::JobStatus`")]
pub enum JobState {
    Waiting,
    Asking,
    Prechecking,
    Searching,
    Retrieving,
    Expired,
    OverFreeLimit,
    OverMaxSize,
    InvalidObject,
    BadHostNode,
    Failed,
    Unknown,
    Looking,
    Uploading,
    Pinned,
    Gone,
    Refused,
    Cancelled,
}

/// The one next step that is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum JobStep {
    /// Name a computer that has it.
    AddAddress,
    /// Name another one.
    ChangeAddress,
    /// Upload the copy on this computer.
    UploadCopy,
    /// Ask again.
    Retry,
    /// Do not wait for the next try.
    TryNow,
    /// Show the pin in the list.
    ShowPin,
    /// Show the upload.
    ShowUpload,
}

/// A job as the page sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one action that the row offers, or one way to draw it"
)]
pub struct JobRow {
    /// Its number.
    #[specta(type = u32)]
    pub id: i64,
    /// The name that the pin has or will have.
    pub name: Option<String>,
    /// The CID.
    pub cid: String,
    /// Where it stands.
    pub state: JobState,
    /// How it stands, in words.
    pub sentence: String,
    /// What is to be known beside; may be empty.
    pub beside: String,
    /// Since when it is asked for, or when it ended.
    #[specta(type = u32)]
    pub since: Millis,
    /// Nothing more comes of it by itself.
    pub ended: bool,
    /// Open for longer than three days.
    pub stuck: bool,
    /// When it is tried again by itself.
    #[specta(type = Option<u32>)]
    pub retry_at: Option<Millis>,
    /// The next step.
    pub step: Option<JobStep>,
    /// The next step's button.
    pub step_words: String,
    /// Addresses that were named.
    pub host_nodes: Vec<String>,
    /// The pin in the list.
    #[specta(type = Option<u32>)]
    pub pin: Option<i64>,
    /// It was asked for here.
    pub here: bool,
    /// Cancel is offered.
    pub can_cancel: bool,
    /// Asking again is offered, with or without other addresses.
    pub can_retry: bool,
    /// Taking it out of the list is offered.
    pub can_clear: bool,
}

/// Figures of an account's jobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobsHead {
    /// On their way.
    pub open: u32,
    /// Ended without a pin.
    pub failed: u32,
    /// All in the list.
    pub all: u32,
}

/// A window of the jobs.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobsPage {
    /// Jobs that match.
    pub total: u32,
    /// The window.
    pub rows: Vec<JobRow>,
    /// All of them.
    pub head: JobsHead,
    /// When the service's list was last read.
    #[specta(type = Option<u32>)]
    pub as_of: Option<Millis>,
    /// It is being read now.
    pub refreshing: bool,
    /// Why the last reading failed.
    pub problem: Option<String>,
}

impl Jobs {
    /// Figures of an account's jobs.
    pub fn head(&self, account: AccountId) -> Result<JobsHead, CommandError> {
        let (open, failed, all) = self.store.ledger.read(|tx| rows::counts(tx, account))?;
        Ok(JobsHead { open, failed, all })
    }

    /// A window of an account's jobs, at most 200.
    pub fn page(
        &self,
        account: AccountId,
        query: &JobsQuery,
        from: usize,
        n: usize,
    ) -> Result<JobsPage, CommandError> {
        let (total, stored) = self
            .store
            .ledger
            .read(|tx| rows::window(tx, account, query, from, n.clamp(1, MOST_ROWS)))?;
        let rows = self.shown_of(account, &stored)?;
        let (as_of, refreshing, problem) = self.reading(account);
        Ok(JobsPage {
            total,
            rows,
            head: self.head(account)?,
            as_of,
            refreshing,
            problem,
        })
    }

    /// One job.
    pub fn row_of(&self, id: i64) -> Result<JobRow, CommandError> {
        let stored = self
            .store
            .ledger
            .read(|tx| rows::get(tx, id))
            .map_err(|_| CommandError::gone("This job"))?;
        let row = self.shown_of(stored.account, std::slice::from_ref(&stored))?;
        row.into_iter()
            .next()
            .ok_or_else(|| CommandError::gone("This job"))
    }

    /// Rows of one account.
    fn shown_of(&self, account: AccountId, stored: &[Stored]) -> Result<Vec<JobRow>, CommandError> {
        let service = service_name(&self.accounts.get(account)?);
        let wanted: Vec<&str> = stored
            .iter()
            .filter(|row| may_want_copy(&row.job.state))
            .map(|row| row.wish.cid.as_str())
            .collect();
        let copies = self.uploads.copies(&wanted)?;
        let held = self
            .accounts
            .row_of(account)?
            .hold
            .map(|hold| hold.sentence);
        stored
            .iter()
            .map(|row| self.shown(row, &service, &copies, held.as_deref()))
            .collect()
    }

    fn shown(
        &self,
        row: &Stored,
        service: &str,
        copies: &HashMap<String, Copy>,
        held: Option<&str>,
    ) -> Result<JobRow, CommandError> {
        let now = self.clock.now();
        let pin = match row.job.state {
            State::Pinned => self.pin_of(row)?,
            State::Cancelled if row.strays.max(row.arrived) > 0 => self.pin_of(row)?,
            _ => None,
        };
        let over = ended(&row.job.state);
        let stuck = !over && now - row.created >= STUCK;
        let copy = copies.get(&row.wish.cid).map(|copy| copy.place.clone());
        let Told {
            sentence,
            beside,
            step,
        } = words::of(
            row,
            &words::Around {
                service,
                copy: copy.as_deref(),
                pin: pin.as_ref(),
                held,
                days: stuck.then(|| (now - row.created) / (24 * 3_600_000)),
                busy: self.busy().contains(&row.id),
            },
        );
        let name = pin.as_ref().and_then(|pin| pin.pin.name.clone());
        Ok(JobRow {
            id: row.id,
            name: row.wish.name.clone().or(name),
            cid: row.wish.cid.clone(),
            state: state_of(&row.job.state),
            sentence,
            beside,
            since: if over { row.since } else { row.created },
            ended: over,
            stuck,
            retry_at: match row.job.state {
                State::Waiting {
                    until,
                    reason: Some(_),
                } if until > now => Some(until),
                _ => None,
            },
            step,
            step_words: step.map(words::step).unwrap_or_default().to_owned(),
            host_nodes: row.wish.nodes.clone(),
            pin: pin.map(|pin| pin.id),
            here: row.here || row.late_of.is_some(),
            can_cancel: match &row.job.state {
                State::Waiting { .. } => true,
                State::Listed(status) => is_open(status),
                _ => false,
            },
            can_retry: match &row.job.state {
                State::Waiting { reason, .. } => reason.is_some(),
                State::Listed(_) | State::Refused(_) | State::Gone | State::Cancelled => true,
                _ => false,
            },
            can_clear: over,
        })
    }

    fn pin_of(&self, row: &Stored) -> Result<Option<Mirrored>, CommandError> {
        for cid in spellings(&row.wish.cid) {
            if let Some(pin) = self.pins.find_public(row.account, &cid)? {
                return Ok(Some(pin));
            }
        }
        Ok(None)
    }
}

/// A copy is looked for where nobody on IPFS may have the bytes.
fn may_want_copy(state: &State) -> bool {
    match state {
        State::Listed(status) => !matches!(
            status,
            JobStatus::Prechecking
                | JobStatus::Retrieving
                | JobStatus::OverFreeLimit
                | JobStatus::OverMaxSize
        ),
        State::Gone => true,
        State::Refused(code) => !matches!(code, ErrorCode::Different | ErrorCode::Unauthorized),
        _ => false,
    }
}

fn state_of(state: &State) -> JobState {
    match state {
        State::Waiting { .. } => JobState::Waiting,
        State::Asking { .. } => JobState::Asking,
        State::Looking { .. } => JobState::Looking,
        State::Uploading(_) => JobState::Uploading,
        State::Pinned => JobState::Pinned,
        State::Gone => JobState::Gone,
        State::Refused(_) => JobState::Refused,
        State::Cancelled => JobState::Cancelled,
        State::Listed(status) => match status {
            JobStatus::Prechecking => JobState::Prechecking,
            JobStatus::Searching => JobState::Searching,
            JobStatus::Retrieving => JobState::Retrieving,
            JobStatus::Expired => JobState::Expired,
            JobStatus::OverFreeLimit => JobState::OverFreeLimit,
            JobStatus::OverMaxSize => JobState::OverMaxSize,
            JobStatus::InvalidObject => JobState::InvalidObject,
            JobStatus::BadHostNode => JobState::BadHostNode,
            other if other.is_failure() => JobState::Failed,
            _ => JobState::Unknown,
        },
    }
}

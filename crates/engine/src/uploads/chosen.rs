//! What a person chose in a list of uploads: which rows those are, and what can be asked of them.

use serde::Serialize;
use specta::Type;

use super::control::asks;
use super::rows::{self, Edge, Upload};
use super::state::{Active, State};
use super::{Uploads, UploadsFilter};
use crate::error::{CommandError, ErrorCode};

/// Rows that are told of at once: their numbers take no more than a message holds.
const MOST: usize = 10_000;

/// What can be asked of one row.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one action that the row offers"
)]
pub(super) struct Offers {
    pub(super) pause: bool,
    pub(super) resume: bool,
    pub(super) cancel: bool,
    pub(super) retry: bool,
    pub(super) clear: bool,
    pub(super) first: bool,
    pub(super) last: bool,
}

/// What can be asked of rows that were chosen, each with how many of them it can be asked of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UploadsChosen {
    /// Those that stand in the list; the others have left it.
    #[specta(type = Vec<u32>)]
    pub ids: Vec<i64>,
    /// Pause.
    pub pause: u32,
    /// Resume.
    pub resume: u32,
    /// Cancel.
    pub cancel: u32,
    /// Of those that can be cancelled: bytes of them may have arrived.
    pub sent: u32,
    /// Retry.
    pub retry: u32,
    /// Clear.
    pub clear: u32,
    /// Moving to the front.
    pub first: u32,
    /// Moving to the end.
    pub last: u32,
}

impl Uploads {
    /// The numbers of the rows in a window of the queue, or of the history where a text is looked for.
    pub fn ids(
        &self,
        filter: UploadsFilter,
        text: &str,
        from: usize,
        n: usize,
    ) -> Result<Vec<i64>, CommandError> {
        let n = n.clamp(1, MOST);
        Ok(self
            .store
            .ledger
            .read(|tx| rows::ids(tx, filter, text.trim(), from, n))?)
    }

    /// What of these rows still stands in the list, and what can be asked of them.
    pub fn chosen(
        &self,
        filter: UploadsFilter,
        text: &str,
        ids: &[i64],
    ) -> Result<UploadsChosen, CommandError> {
        let ids = &ids[..ids.len().min(MOST)];
        let history = !text.trim().is_empty();
        let found = self
            .store
            .ledger
            .read(|tx| rows::among(tx, filter, history, ids))?;
        let rests = self.limits.resting().is_some();
        let mut chosen = UploadsChosen::default();
        for upload in &found {
            let offers = offers_of(upload, rests);
            chosen.ids.push(upload.id);
            chosen.pause += u32::from(offers.pause);
            chosen.resume += u32::from(offers.resume);
            chosen.cancel += u32::from(offers.cancel);
            chosen.sent += u32::from(offers.cancel && may_have_arrived(upload.job.state));
            chosen.retry += u32::from(offers.retry && !asks(upload.job.state));
            chosen.clear += u32::from(offers.clear);
            chosen.first += u32::from(offers.first);
            chosen.last += u32::from(offers.last);
        }
        Ok(chosen)
    }
}

/// What can be asked of a row. `rests`: the whole queue does, and what goes on again is the queue, not this row.
pub(super) fn offers_of(upload: &Upload, rests: bool) -> Offers {
    let state = upload.job.state;
    let ended = matches!(state, State::Pinned | State::Cancelled);
    let moves = !ended && !matches!(state, State::NeedsYou { .. });
    let resting = rests && matches!(state, State::Active(_));
    Offers {
        pause: !resting
            && !upload.job.cancelling
            && matches!(state, State::Active(_) | State::Waiting { .. }),
        resume: matches!(state, State::Paused { .. }),
        cancel: !ended && !upload.job.cancelling,
        retry: match state {
            State::Waiting { reason, .. } | State::NeedsYou { reason, .. } => {
                reason != ErrorCode::Secret
            }
            _ => false,
        },
        clear: ended,
        first: moves && upload.moved_to != Some(Edge::Front),
        last: moves && upload.moved_to != Some(Edge::End),
    }
}

/// Something of it may be at the service.
fn may_have_arrived(state: State) -> bool {
    if let State::NeedsYou {
        reason: ErrorCode::Unconfirmed,
        ..
    } = state
    {
        return true;
    }
    let (State::Active(active)
    | State::Waiting {
        resume_to: active, ..
    }
    | State::Paused { resume_to: active }
    | State::NeedsYou {
        resume_to: active, ..
    }) = state
    else {
        return false;
    };
    matches!(active, Active::Sending | Active::Confirming)
}

//! Jobs one by one, for whoever asked for CIDs and waits for what becomes of them.

use super::control::ended;
use super::import::things;
use super::paste::{address, content, spellings};
use super::{Jobs, State, rows};
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::pins::{CheckState, Coming};

/// A CID of a text, and what there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// As services are asked for it.
    pub cid: String,
    /// The pin in the list.
    pub pin: Option<i64>,
    /// The newest job.
    pub job: Option<i64>,
}

/// The CID that a text means as a whole: one of any spelling, an `ipfs://` address, or a gateway's link to all of it.
pub(crate) fn one_cid(text: &str) -> Result<String, CommandError> {
    let wrong = |why: &str| CommandError::new(ErrorCode::BadInput, format!("This {why}"));
    let named = address(text).map_err(|why| wrong(&why))?;
    match named.inside {
        None => Ok(named.cid),
        Some(_) => Err(wrong(
            "names something inside a CID. The CID of that itself is needed.",
        )),
    }
}

/// Whether two spellings of a CID mean the same content.
pub(crate) fn same_content(one: &str, other: &str) -> bool {
    content(one) == content(other)
}

impl Jobs {
    /// The CIDs of a text in their order; what is no CID is left out.
    pub fn asked(&self, account: AccountId, text: &str) -> Result<Vec<Asked>, CommandError> {
        let mut all = Vec::new();
        for piece in things(text)? {
            let Ok(address) = piece.read else {
                continue;
            };
            let mut pin = None;
            for cid in spellings(&address.cid) {
                pin = pin.or(self.pins.find_public(account, &cid)?.map(|pin| pin.id));
            }
            let content = content(&address.cid);
            let job = self
                .store
                .ledger
                .read(|tx| rows::newest(tx, account, &content))?;
            all.push(Asked {
                cid: address.cid,
                pin,
                job,
            });
        }
        Ok(all)
    }

    /// What is known of the pin that is to come of a job.
    pub(crate) fn coming(&self, id: i64) -> Result<Coming, CommandError> {
        let row = self
            .store
            .ledger
            .read(|tx| rows::get(tx, id))
            .map_err(|_| CommandError::gone("This job"))?;
        Ok(Coming {
            name: row.wish.name.unwrap_or_default(),
            // Nobody has looked at what stands behind the CID.
            bytes: None,
            folder: None,
            keyvalues: row.wish.keyvalues,
            group: row.wish.group,
            public: true,
            check: CheckState::NotChecked,
            created: row.created,
        })
    }

    /// Why a job waits or ended without a pin; `None` where nothing is wrong with it.
    pub fn reason(&self, id: i64) -> Result<Option<ErrorCode>, CommandError> {
        let row = self
            .store
            .ledger
            .read(|tx| rows::get(tx, id))
            .map_err(|_| CommandError::gone("This job"))?;
        let hold = self.accounts.hold(row.account).map(|hold| hold.code);
        Ok(match &row.job.state {
            State::Waiting { reason, .. } => hold.or(*reason),
            State::Refused(code) => Some(*code),
            State::Gone => Some(ErrorCode::NotPinned),
            State::Cancelled => Some(ErrorCode::Cancelled),
            State::Listed(_) if ended(&row.job.state) => Some(ErrorCode::Rejected),
            State::Pinned => None,
            State::Asking { .. }
            | State::Listed(_)
            | State::Looking { .. }
            | State::Uploading(_) => hold,
        })
    }
}

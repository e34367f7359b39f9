//! The tables `upload`, `upload_problem`, `upload_handover` and `upload_suspect`. The row is the state.

mod handovers;
mod layouts;
mod lists;
mod names;
mod order;
mod read;
mod suspects;
mod sweep;
mod write;

use std::collections::BTreeMap;

use rusqlite::Row;

use super::state::{Active, Event, Job, State, Verdict, after_crash, step};
use super::target::{GroupChoice, Target, UploadNetwork};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::pins::Scalar;

pub(super) use handovers::{hand_over, handed_over, handed_to, handovers};
pub(super) use layouts::was_unproven;
pub use lists::UploadsFilter;
pub(super) use lists::{among, history, ids, window};
pub(super) use names::{ACTIVE, active_name, state_name, verdict_name};
use names::{ACTIVE_STATES, active_of, verdict_of};
pub(super) use order::{Edge, in_order, put_first, put_last};
pub(super) use read::{
    Batch, batch, counts, due, earlier, find, first_open, get, in_states, next, next_due, problems,
    receipts, unanswered, unfinished_of, unfinished_paths, unfinished_states, unsettled, waiting,
};
pub(super) use suspects::{Suspect, answer, reword, suspects};
pub(super) use sweep::{
    accounts_in_doubt, has_receipt, in_doubt, is_on_its_way, receipts_of_others, swept,
};
pub(super) use write::{
    amend, apply, clear, clear_all, insert, limits, measured, recover, set_limits, set_rest,
    settled,
};

/// What a person wishes for an upload, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    /// For people.
    pub name: String,
    /// A folder results.
    pub folder: bool,
    /// The sources, percent-encoded; more than one: together in one folder.
    pub paths: Vec<String>,
    /// The name chosen for the pin.
    pub pin_name: Option<String>,
    /// Chosen key-values.
    pub keyvalues: BTreeMap<String, Scalar>,
    /// 0 or 1.
    pub cid_version: u8,
    /// A single file inside a folder.
    pub wrap: bool,
    /// What is done with files that look like secrets.
    pub secrets: Secrets,
    /// Files that look like secrets and are sent although they are to be left out, percent-encoded.
    pub allowed: Vec<String>,
    /// Files that a person said no to, percent-encoded.
    pub refused: Vec<String>,
    /// System files of a folder go along.
    pub junk: bool,
    /// Patterns of what is left out of a folder, one a line.
    pub patterns: String,
    /// Where it goes within the account.
    pub target: Target,
}

#[cfg(test)]
impl Wish {
    /// Of a file, and nothing chosen.
    pub(super) fn of_a_file() -> Self {
        Self {
            name: "a.txt".into(),
            folder: false,
            paths: Vec::new(),
            pin_name: None,
            keyvalues: BTreeMap::new(),
            cid_version: 1,
            wrap: false,
            secrets: Secrets::Send,
            allowed: Vec::new(),
            refused: Vec::new(),
            junk: true,
            patterns: String::new(),
            target: Target::default(),
        }
    }
}

/// What is done with files that look like secrets, those aside that have a word of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Secrets {
    /// Ask first.
    Hold,
    /// Everything else is sent. What looks like a secret inside, under a plain name, is asked about all the same.
    LeaveOut,
    /// They were looked at one by one before, or the app made them: nothing that a person chooses.
    #[serde(skip)]
    Send,
}

impl Secrets {
    fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::LeaveOut => "leave_out",
            Self::Send => "send",
        }
    }
}

/// Where an upload in chunks lives at the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its address.
    pub url: String,
    /// Bytes that are safe there.
    pub offset: u64,
    /// Bytes of the CAR that is sent to it; `None`: the file as it is.
    pub length: Option<u64>,
}

/// A row of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upload {
    /// The row's number.
    pub id: i64,
    /// Where it goes.
    pub account: AccountId,
    /// What was asked for.
    pub wish: Wish,
    /// Where it stands.
    pub job: Job,
    /// The words of the service or the system about `job`'s reason; of a pin: why not all that was chosen is set.
    pub detail: Option<String>,
    /// Files in it.
    pub files: u64,
    /// Things left out.
    pub problems: u64,
    /// Bytes of content.
    pub bytes: Option<u64>,
    /// What the source looked like when it was hashed.
    pub stamp: Option<String>,
    /// Computed here.
    pub cid: Option<String>,
    /// The service's.
    pub service_cid: Option<String>,
    /// The service's own name of the record.
    pub service_id: Option<String>,
    /// How the CIDs compare.
    pub verdict: Option<Verdict>,
    /// Name, key-values, group or end are to be set on the pin.
    pub amended: bool,
    /// The pin is new, and its end is to be set on it.
    pub owes_end: bool,
    /// When it ended.
    pub finished: Option<Millis>,
    /// Where it was moved to, as long as no other was since.
    pub moved_to: Option<Edge>,
    /// When it was put into the queue.
    pub created: Millis,
    /// When an answer to it was lost, as long as more may come of it than was heard.
    pub lost: Option<Millis>,
    /// Pins of it that stand in the list and that nobody expected.
    pub strays: u64,
    /// The CIDs that other layouts give the same bytes, where they were looked for.
    pub other_cids: Vec<String>,
    /// Where what was sent so far lives, as long as the source is what it was then.
    pub place: Option<Place>,
}

impl Upload {
    /// Bytes of what goes in chunks: a file, or a folder's CAR.
    pub(super) fn length(&self) -> Option<u64> {
        let car = self.place.as_ref().and_then(|place| place.length);
        car.or(self.bytes)
    }

    /// Bytes of content that are safe at the service; of a CAR their share of it.
    pub(super) fn safe(&self) -> u64 {
        let offset = self.place.as_ref().map_or(0, |place| place.offset);
        self.content_of(offset)
    }

    /// Bytes of content in so many of [`Upload::length`].
    pub(super) fn content_of(&self, offset: u64) -> u64 {
        let (Some(length), Some(bytes)) = (self.length(), self.bytes) else {
            return offset;
        };
        let share = u128::from(offset) * u128::from(bytes) / u128::from(length.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }

    /// A row that stands in no queue: what it would be made of can be looked at.
    pub(super) fn unsaved(wish: Wish) -> Self {
        Self {
            id: 0,
            account: 0,
            wish,
            job: Job {
                state: State::Active(Active::Scanning),
                attempts: 0,
                cancelling: false,
                resumable: false,
                farthest: 0,
            },
            detail: None,
            files: 0,
            problems: 0,
            bytes: None,
            stamp: None,
            cid: None,
            service_cid: None,
            service_id: None,
            verdict: None,
            amended: false,
            owes_end: false,
            finished: None,
            moved_to: None,
            created: 0,
            lost: None,
            strays: 0,
            other_cids: Vec::new(),
            place: None,
        }
    }
}

/// What work found out, written together with the step it led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Words about the reason.
    pub detail: Option<String>,
    /// Files in it.
    pub files: Option<u64>,
    /// Bytes of content.
    pub bytes: Option<u64>,
    /// What the source looks like.
    pub stamp: Option<String>,
    /// Computed here.
    pub cid: Option<String>,
    /// The service's.
    pub service_cid: Option<String>,
    /// The service's own name of the record.
    pub service_id: Option<String>,
    /// How the CIDs compare.
    pub verdict: Option<Verdict>,
    /// Edit the pin afterwards.
    pub amended: Option<bool>,
    /// Give the pin its end afterwards.
    pub owes_end: Option<bool>,
    /// An upload in chunks began.
    pub place: Option<Place>,
    /// So many of its bytes are safe.
    pub offset: Option<u64>,
    /// The CIDs that other layouts give the same bytes.
    pub other_cids: Option<Vec<String>>,
    /// What was left out: path and sentence. Replaces what was known.
    pub problems: Option<Vec<(String, String)>>,
    /// What waits for a word. Replaces what was known.
    pub suspects: Option<Vec<Suspect>>,
}

const COLUMNS: &str = "id, account, name, kind, paths, pin_name, keyvalues, cid_version, wrap, secrets, state, resume_to, \
                       until, reason, detail, attempts, cancelling, files, problems, bytes, stamp, cid, service_cid, \
                       service_id, verdict, amended, finished, network, group_id, group_name, \
                       resume_url, resume_stamp, resume_offset, \
                       priority > 0 AND priority IS (SELECT max(priority) FROM upload WHERE priority > 0 \
                         AND state NOT IN ('pinned', 'cancelled')), created, \
                       allowed, junk, resume_farthest, patterns, resume_length, expires, owes_end, refused, lost, strays, \
                       priority < 0 AND priority IS (SELECT min(priority) FROM upload WHERE priority < 0 \
                         AND state NOT IN ('pinned', 'cancelled')), other_cids";

fn upload(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let kind: String = row.get(3)?;
    let (paths, keyvalues): (String, String) = (row.get(4)?, row.get(6)?);
    let secrets: String = row.get(9)?;
    let verdict: Option<String> = row.get(24)?;
    let stamp: Option<String> = row.get(20)?;
    let place = place(row, stamp.as_deref())?;
    Ok(Upload {
        id: row.get(0)?,
        account: row.get(1)?,
        wish: Wish {
            name: row.get(2)?,
            folder: kind == "folder",
            paths: serde_json::from_str(&paths).unwrap_or_default(),
            pin_name: row.get(5)?,
            keyvalues: serde_json::from_str(&keyvalues).unwrap_or_default(),
            cid_version: row.get(7)?,
            wrap: row.get(8)?,
            secrets: match secrets.as_str() {
                "send" => Secrets::Send,
                "leave_out" => Secrets::LeaveOut,
                _ => Secrets::Hold,
            },
            allowed: serde_json::from_str(&row.get::<_, String>(35)?).unwrap_or_default(),
            refused: serde_json::from_str(&row.get::<_, String>(42)?).unwrap_or_default(),
            junk: row.get(36)?,
            patterns: row.get(38)?,
            target: target(row)?,
        },
        job: Job {
            state: state(row)?,
            attempts: row.get(15)?,
            cancelling: row.get(16)?,
            resumable: place.is_some(),
            farthest: row.get(37)?,
        },
        detail: row.get(14)?,
        files: row.get(17)?,
        problems: row.get(18)?,
        bytes: row.get(19)?,
        stamp,
        cid: row.get(21)?,
        service_cid: row.get(22)?,
        service_id: row.get(23)?,
        verdict: verdict.as_deref().and_then(verdict_of),
        amended: row.get(25)?,
        owes_end: row.get(41)?,
        finished: row.get(26)?,
        moved_to: match (row.get(33)?, row.get(45)?) {
            (true, _) => Some(Edge::Front),
            (_, true) => Some(Edge::End),
            (false, false) => None,
        },
        created: row.get(34)?,
        lost: row.get(43)?,
        strays: row.get(44)?,
        other_cids: serde_json::from_str(&row.get::<_, String>(46)?).unwrap_or_default(),
        place,
    })
}

/// What was sent belongs to the bytes that were hashed then, and to no others.
fn place(row: &Row<'_>, stamp: Option<&str>) -> rusqlite::Result<Option<Place>> {
    let (url, of): (Option<String>, Option<String>) = (row.get(30)?, row.get(31)?);
    let (offset, length) = (row.get(32)?, row.get(39)?);
    let place = url.filter(|_| of.as_deref() == stamp);
    Ok(place.map(|url| Place {
        url,
        offset,
        length,
    }))
}

fn target(row: &Row<'_>) -> rusqlite::Result<Target> {
    let network: String = row.get(27)?;
    let (id, name): (Option<String>, Option<String>) = (row.get(28)?, row.get(29)?);
    Ok(Target {
        network: UploadNetwork::named(&network),
        group: id.map(|id| GroupChoice {
            name: name.unwrap_or_else(|| id.clone()),
            id,
        }),
        expires: row.get(40)?,
    })
}

fn state(row: &Row<'_>) -> rusqlite::Result<State> {
    let name: String = row.get(10)?;
    let resume_to: Option<String> = row.get(11)?;
    let reason: Option<String> = row.get(13)?;
    let resume_to = resume_to
        .as_deref()
        .and_then(active_of)
        .unwrap_or(Active::Queued);
    let reason = reason
        .as_deref()
        .map_or(ErrorCode::Internal, ErrorCode::from_name);
    Ok(match name.as_str() {
        "pinned" => State::Pinned,
        "cancelled" => State::Cancelled,
        "paused" => State::Paused { resume_to },
        "waiting" => State::Waiting {
            resume_to,
            until: row.get::<_, Option<_>>(12)?.unwrap_or(0),
            reason,
        },
        "needs_you" => State::NeedsYou { reason, resume_to },
        other => State::Active(active_of(other).unwrap_or(Active::Queued)),
    })
}

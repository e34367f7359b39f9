//! The table `job`.

/// The service's states in which a job ended without a pin.
macro_rules! failures {
    () => {
        "('expired', 'over_free_limit', 'over_max_size', 'invalid_object', 'bad_host_node', 'failed')"
    };
}

mod late;
mod read;
mod write;

use std::collections::BTreeMap;

use pinning::JobStatus;
use rusqlite::Row;

use super::state::{Job, State};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::pins::Scalar;

pub(super) use late::{
    accounts_in_doubt, explained, found_late, in_doubt, late, pinned_late, swept,
};
pub(super) use read::{
    counts, due_to_ask, due_to_look, followed, get, known, newest, next_ask, next_look,
    open_contents, window, youngest_open,
};
pub(super) use write::{
    adopt, again, again_all, apply, apply_all, clear, clear_ended, failed_because, forget, insert,
    listed, replaced, told,
};

/// What a person wishes for a job, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// As it is asked for.
    pub(super) cid: String,
    /// The pin's name.
    pub(super) name: Option<String>,
    /// The pin's key-values.
    pub(super) keyvalues: BTreeMap<String, Scalar>,
    /// The service's id of a group.
    pub(super) group: Option<String>,
    /// Multiaddresses of computers that have it.
    pub(super) nodes: Vec<String>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// The row's number.
    pub(super) id: i64,
    /// Where it is asked for.
    pub(super) account: AccountId,
    /// What was asked for.
    pub(super) wish: Wish,
    /// Where it stands.
    pub(super) job: Job,
    /// The service's words about the reason.
    pub(super) detail: Option<String>,
    /// The service's id of the job.
    pub(super) service_id: Option<String>,
    /// The service's id of the failed job that it takes the place of, until that was removed there.
    pub(super) replaces: Option<String>,
    /// Asked for here.
    pub(super) here: bool,
    /// When it was asked for.
    pub(super) created: Millis,
    /// When it came into this state.
    pub(super) since: Millis,
    /// When the first of its requests was sent that got no answer and was not found, as long as more may come of it.
    pub(super) lost: Option<Millis>,
    /// Pins that came of such requests beside its own.
    pub(super) strays: u64,
    /// Requests that came of them: in the service's queue, or pinned where this one is not.
    pub(super) arrived: u64,
    /// It seems to have come of such a request of this job.
    pub(super) late_of: Option<i64>,
}

const COLUMNS: &str = concat!(
    "id, account, cid, name, keyvalues, in_group, nodes, state, status, reason, detail, attempts, looks, \
     until, upload, service_id, here, created, since, replaces, lost, strays, late_of, \
     (SELECT count(*) FROM job AS late WHERE late.late_of = job.id AND (late.state = 'looking' \
      OR late.state = 'pinned' AND job.state <> 'pinned' OR late.state = 'listed' AND late.status NOT IN ",
    failures!(),
    "))"
);

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let (keyvalues, nodes): (String, String) = (row.get(4)?, row.get(6)?);
    Ok(Stored {
        id: row.get(0)?,
        account: row.get(1)?,
        wish: Wish {
            cid: row.get(2)?,
            name: row.get(3)?,
            keyvalues: serde_json::from_str(&keyvalues).unwrap_or_default(),
            group: row.get(5)?,
            nodes: serde_json::from_str(&nodes).unwrap_or_default(),
        },
        job: Job {
            state: state(row, 7)?,
            attempts: row.get(11)?,
        },
        detail: row.get(10)?,
        service_id: row.get(15)?,
        here: row.get(16)?,
        created: row.get(17)?,
        since: row.get(18)?,
        replaces: row.get(19)?,
        lost: row.get(20)?,
        strays: row.get(21)?,
        late_of: row.get(22)?,
        arrived: row.get(23)?,
    })
}

/// The state in seven columns from `at` on: state, status, reason, detail, attempts, looks, until, upload.
fn state(row: &Row<'_>, at: usize) -> rusqlite::Result<State> {
    let name: String = row.get(at)?;
    let status: Option<String> = row.get(at + 1)?;
    let reason: Option<String> = row.get(at + 2)?;
    let reason = reason.as_deref().map(ErrorCode::from_name);
    let looks = row.get(at + 5)?;
    let until = row.get::<_, Option<Millis>>(at + 6)?.unwrap_or(0);
    Ok(match name.as_str() {
        "asking" => State::Asking { looks, until },
        "listed" => State::Listed(JobStatus::named(status.as_deref().unwrap_or_default())),
        "looking" => State::Looking { looks, until },
        "uploading" => State::Uploading(row.get::<_, Option<i64>>(at + 7)?.unwrap_or(0)),
        "pinned" => State::Pinned,
        "gone" => State::Gone,
        "refused" => State::Refused(reason.unwrap_or(ErrorCode::Internal)),
        "cancelled" => State::Cancelled,
        _ => State::Waiting { until, reason },
    })
}

fn state_name(state: &State) -> &'static str {
    match state {
        State::Waiting { .. } => "waiting",
        State::Asking { .. } => "asking",
        State::Listed(_) => "listed",
        State::Looking { .. } => "looking",
        State::Uploading(_) => "uploading",
        State::Pinned => "pinned",
        State::Gone => "gone",
        State::Refused(_) => "refused",
        State::Cancelled => "cancelled",
    }
}

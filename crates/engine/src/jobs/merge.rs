//! What a reading of the service's list means for the rows here. Pure.

use std::collections::{HashMap, HashSet};

use pinning::JobStatus;

use super::paste::content;
use super::state::{Event, State, is_open};
use crate::clock::Millis;
use crate::uploads::SETTLED;

/// Between the clocks of this computer and the service.
const SLACK: Millis = 5 * 60_000;

/// A row, as far as a reading is compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) service_id: Option<String>,
    /// One text for all spellings of the CID.
    pub(super) content: String,
    pub(super) state: State,
    /// When it was asked for.
    pub(super) asked: Option<Millis>,
    /// Asked for here.
    pub(super) here: bool,
    /// When a request was sent of which more may come than was heard.
    pub(super) lost: Option<Millis>,
    /// When it came into its state.
    pub(super) since: Millis,
}

impl Known {
    /// Its answer was lost, or it is to be asked for again or was given up after that.
    fn may_be_listed(&self) -> bool {
        match self.state {
            State::Asking { .. } => true,
            State::Waiting { .. } | State::Refused(_) => {
                self.lost.is_some() && self.service_id.is_none()
            }
            _ => false,
        }
    }

    /// Whether what was queued then can have come of a request of this row.
    fn fits(&self, queued: Option<Millis>) -> bool {
        let Some(queued) = queued else {
            return true;
        };
        let moves = matches!(self.state, State::Asking { .. } | State::Waiting { .. });
        let begins = self.lost.or(self.asked).map(|asked| asked - SLACK);
        begins.is_none_or(|begins| queued >= begins)
            && (moves || queued <= self.since + SETTLED + SLACK)
    }
}

/// One change that a reading leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// A row takes a step.
    Step(i64, Event),
    /// The answer that named this job was lost: it is the row's.
    Adopt(i64, usize),
    /// A job that was asked for elsewhere, or that came late of a request of this row.
    New(usize, Option<i64>),
    /// A failed job of elsewhere that its service no longer tells of.
    Forget(i64),
}

/// Compares a reading with the rows. `whole`: it reached the end of the list. `busy`: rows whose request is out.
pub(super) fn merge(
    known: &[Known],
    listed: &[pinning::Job],
    whole: bool,
    busy: &HashSet<i64>,
) -> Vec<Change> {
    let by_id: HashMap<&str, &Known> = known
        .iter()
        .filter_map(|row| Some((row.service_id.as_deref()?, row)))
        .collect();
    let mut lost: HashMap<String, Vec<&Known>> = HashMap::new();
    for row in known.iter().rev() {
        if row.may_be_listed() {
            lost.entry(row.content.clone()).or_default().push(row);
        }
    }
    let mut in_doubt: HashMap<&str, Vec<&Known>> = HashMap::new();
    for row in known.iter().filter(|row| row.lost.is_some()) {
        in_doubt.entry(&row.content).or_default().push(row);
    }
    let mut changes = Vec::new();
    let mut seen = HashSet::new();
    for (place, job) in listed.iter().enumerate() {
        if !seen.insert(job.id.as_str()) {
            continue;
        }
        if let Some(row) = by_id.get(job.id.as_str()) {
            if row.state != State::Listed(job.status.clone()) {
                changes.push(Change::Step(row.id, Event::Listed(job.status.clone())));
            }
            continue;
        }
        let waiting = lost.entry(content(&job.cid)).or_default();
        // Its request is out: the answer will say which row this is.
        if waiting.iter().any(|row| busy.contains(&row.id)) {
            continue;
        }
        let queued = job.queued_at.map(jiff::Timestamp::as_millisecond);
        match waiting.iter().rposition(|row| row.fits(queued)) {
            Some(at) => changes.push(Change::Adopt(waiting.remove(at).id, place)),
            None if job.status == JobStatus::Backfilled => {}
            None => {
                let of = in_doubt.get(content(&job.cid).as_str()).into_iter();
                let late = of.flatten().filter(|row| row.fits(queued));
                changes.push(Change::New(place, late.map(|row| row.id).max()));
            }
        }
    }
    if whole {
        changes.extend(known.iter().filter_map(|row| unlisted(row, &seen)));
    }
    changes
}

fn unlisted(row: &Known, seen: &HashSet<&str>) -> Option<Change> {
    let State::Listed(status) = &row.state else {
        return None;
    };
    if row
        .service_id
        .as_deref()
        .is_some_and(|id| seen.contains(id))
    {
        return None;
    }
    if is_open(status) {
        Some(Change::Step(row.id, Event::Unlisted))
    } else {
        (!row.here).then_some(Change::Forget(row.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: &str, cid: &str, status: JobStatus) -> pinning::Job {
        pinning::Job {
            id: id.into(),
            cid: cid.into(),
            name: None,
            status,
            queued_at: Some(jiff::Timestamp::from_millisecond(1_000_000).expect("a time")),
            keyvalues: std::collections::BTreeMap::new(),
            host_nodes: Vec::new(),
            group: None,
            regions: Vec::new(),
            reason: None,
        }
    }

    fn row(id: i64, service_id: Option<&str>, state: State) -> Known {
        Known {
            id,
            service_id: service_id.map(str::to_owned),
            content: "c".into(),
            state,
            asked: Some(1_000_000),
            here: true,
            lost: None,
            since: 1_000_000,
        }
    }

    const LOST: State = State::Asking { looks: 0, until: 0 };

    #[test]
    fn a_lost_answer_is_found_again_and_only_one_row_takes_it() {
        let rows = [row(1, None, LOST), row(2, None, LOST)];
        let list = [job("a", "c", JobStatus::Searching)];
        let changes = merge(&rows, &list, true, &HashSet::new());
        assert_eq!(changes, [Change::Adopt(1, 0)]);
    }

    #[test]
    fn a_job_that_was_queued_long_before_the_request_is_not_its_answer() {
        let mut late = row(1, None, LOST);
        late.asked = Some(1_000_000 + SLACK + 1);
        let list = [job("a", "c", JobStatus::Expired)];
        let changes = merge(&[late], &list, true, &HashSet::new());
        assert_eq!(changes, [Change::New(0, None)]);
    }

    #[test]
    fn what_was_looked_for_in_vain_is_found_while_it_waits_or_was_given_up_and_else_stands_beside()
    {
        let in_doubt = |state: State, service_id: Option<&str>| Known {
            lost: Some(1_000_000),
            ..row(1, service_id, state)
        };
        let waiting = State::Waiting {
            until: 0,
            reason: None,
        };
        let list = [job("a", "c", JobStatus::Searching)];
        let of = |row: Known| merge(&[row], &list, true, &HashSet::new());
        let refused = State::Refused(crate::error::ErrorCode::Unconfirmed);
        for state in [waiting.clone(), refused.clone()] {
            assert_eq!(of(in_doubt(state.clone(), None)), [Change::Adopt(1, 0)]);
            assert_eq!(of(row(1, None, state)), [Change::New(0, None)]);
        }
        for state in [State::Cancelled, State::Pinned] {
            let late = [Change::New(0, Some(1))];
            assert_eq!(of(in_doubt(state, Some("b"))), late);
        }
        // Long after its end it is somebody else's.
        for state in [State::Cancelled, refused] {
            let mut old = in_doubt(state, None);
            (old.lost, old.since) = (Some(1_000_000 - 3 * SETTLED), 1_000_000 - 2 * SETTLED);
            assert_eq!(of(old), [Change::New(0, None)]);
        }
    }

    #[test]
    fn while_a_request_is_out_its_job_is_left_to_the_answer() {
        let list = [job("a", "c", JobStatus::Prechecking)];
        let busy = HashSet::from([1]);
        assert_eq!(merge(&[row(1, None, LOST)], &list, true, &busy), []);
    }

    #[test]
    fn an_open_job_that_left_a_whole_list_is_looked_for_and_a_failed_one_stays() {
        let open = row(1, Some("a"), State::Listed(JobStatus::Retrieving));
        let failed = row(2, Some("b"), State::Listed(JobStatus::Expired));
        let elsewhere = Known {
            here: false,
            ..row(3, Some("c"), State::Listed(JobStatus::Expired))
        };
        let rows = [open, failed, elsewhere];
        assert_eq!(
            merge(&rows, &[], true, &HashSet::new()),
            [Change::Step(1, Event::Unlisted), Change::Forget(3)]
        );
        assert_eq!(
            merge(&rows, &[], false, &HashSet::new()),
            [],
            "half a list proves nothing"
        );
    }

    #[test]
    fn only_what_moved_is_written() {
        let rows = [
            row(1, Some("a"), State::Listed(JobStatus::Searching)),
            row(2, Some("b"), State::Listed(JobStatus::Searching)),
        ];
        let list = [
            job("a", "c", JobStatus::Searching),
            job("b", "c", JobStatus::Expired),
            job("b", "c", JobStatus::Expired),
        ];
        assert_eq!(
            merge(&rows, &list, true, &HashSet::new()),
            [Change::Step(2, Event::Listed(JobStatus::Expired))]
        );
    }
}

//! What a reading of the service's list means for the rows here. Pure.

use std::collections::{HashMap, HashSet};

use pinning::JobStatus;

use super::paste::content;
use super::state::{Event, State, is_open};
use crate::clock::Millis;

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
}

/// One change that a reading leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// A row takes a step.
    Step(i64, Event),
    /// The answer that named this job was lost: it is the row's.
    Adopt(i64, usize),
    /// A job that was asked for elsewhere.
    New(usize),
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
        if matches!(row.state, State::Asking { .. }) {
            lost.entry(row.content.clone()).or_default().push(row);
        }
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
        let fits = |row: &&Known| match (row.asked, queued) {
            (Some(asked), Some(queued)) => queued >= asked - SLACK,
            _ => true,
        };
        match waiting.iter().rposition(fits) {
            Some(at) => changes.push(Change::Adopt(waiting.remove(at).id, place)),
            None if job.status == JobStatus::Backfilled => {}
            None => changes.push(Change::New(place)),
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
        assert_eq!(changes, [Change::New(0)]);
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

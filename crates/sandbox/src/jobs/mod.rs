//! Pinning by CID: jobs that move from state to state by the service's clock, and how a test says
//! what becomes of each.
//!
//! A job goes `prechecking`, `searching`, `retrieving` and is pinned, or ends in a failure on its
//! way. There is no network behind it: content comes from this service's own public pins or from
//! a named peer, another sandbox. What neither has is claimed only: the pin is listed, and the
//! gateway has nothing to show.

mod peer;
mod work;

pub(crate) use peer::Tree;

use crate::dag::block_key;
use cid::Cid;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A job's state, as the service names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// The request is looked at.
    Prechecking,
    /// Nobody who has the content was found yet.
    Searching,
    /// Somebody has it, and it comes.
    Retrieving,
    /// It is pinned. The job leaves the queue.
    Pinned,
    /// Nobody who has it was found in a day.
    Expired,
    /// The plan has no room for it.
    OverFreeLimit,
    /// It is larger than a pin may be.
    OverMaxSize,
    /// Its blocks cannot be read.
    InvalidObject,
    /// A host node that was given cannot be used.
    BadHostNode,
    /// It was filled in from another source.
    Backfilled,
}

impl JobStatus {
    const ALL: [Self; 10] = [
        Self::Prechecking,
        Self::Searching,
        Self::Retrieving,
        Self::Pinned,
        Self::Expired,
        Self::OverFreeLimit,
        Self::OverMaxSize,
        Self::InvalidObject,
        Self::BadHostNode,
        Self::Backfilled,
    ];

    /// As the service writes it, for example `over_free_limit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prechecking => "prechecking",
            Self::Searching => "searching",
            Self::Retrieving => "retrieving",
            Self::Pinned => "pinned",
            Self::Expired => "expired",
            Self::OverFreeLimit => "over_free_limit",
            Self::OverMaxSize => "over_max_size",
            Self::InvalidObject => "invalid_object",
            Self::BadHostNode => "bad_host_node",
            Self::Backfilled => "backfilled",
        }
    }

    /// The state of this name; `retreiving` is how the OpenAPI file spells one of them.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "retreiving" {
            return Some(Self::Retrieving);
        }
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether the job still moves.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Prechecking | Self::Searching | Self::Retrieving)
    }

    /// What follows on the way to `end`; `None` when this is where the job stays.
    fn next(self, end: Self) -> Option<Self> {
        let after = match (self, end) {
            (now, end) if now == end => return None,
            (Self::Prechecking, Self::BadHostNode | Self::OverFreeLimit)
            | (Self::Searching, Self::Expired)
            | (Self::Retrieving, _) => end,
            (Self::Prechecking, _) => Self::Searching,
            (Self::Searching, _) => Self::Retrieving,
            _ => return None,
        };
        Some(after)
    }
}

/// How long jobs stay in their states, what becomes of which, and whose content they find. Clones are
/// the same rules.
#[derive(Clone)]
pub struct Jobs {
    inner: Arc<Mutex<Rules>>,
}

struct Rules {
    prechecking: Duration,
    searching: Duration,
    retrieving: Duration,
    expires: Duration,
    otherwise: JobStatus,
    of: HashMap<String, JobStatus>,
    peers: Vec<String>,
}

impl Default for Jobs {
    /// A second, two and two; a day until a search is given up; all are pinned.
    fn default() -> Self {
        Self {
            inner: Arc::new(Mutex::new(Rules {
                prechecking: Duration::from_secs(1),
                searching: Duration::from_secs(2),
                retrieving: Duration::from_secs(2),
                expires: Duration::from_hours(24),
                otherwise: JobStatus::Pinned,
                of: HashMap::new(),
                peers: Vec::new(),
            })),
        }
    }
}

impl Jobs {
    /// Every job is at its end when its request is answered.
    pub fn instant() -> Self {
        let jobs = Self::default();
        let zero = Duration::ZERO;
        jobs.set_times(zero, zero, zero, zero);
        jobs
    }

    /// How long a job stays in each state, and when a search is given up.
    pub fn set_times(
        &self,
        prechecking: Duration,
        searching: Duration,
        retrieving: Duration,
        expires: Duration,
    ) {
        let mut rules = self.lock();
        rules.prechecking = prechecking;
        rules.searching = searching;
        rules.retrieving = retrieving;
        rules.expires = expires;
    }

    /// Where jobs for this CID end: pinned, in a failure, or in a state that they never leave. It
    /// holds for jobs that move on from now.
    pub fn set_end(&self, cid: &str, end: JobStatus) {
        self.lock().of.insert(key(cid), end);
    }

    /// Where all other jobs end.
    pub fn set_otherwise(&self, end: JobStatus) {
        self.lock().otherwise = end;
    }

    /// Another sandbox whose public content is found here, by its gateway's URL.
    pub fn add_peer(&self, gateway: impl Into<String>) {
        let gateway = gateway.into();
        self.lock()
            .peers
            .push(gateway.trim_end_matches('/').to_owned());
    }

    fn peers(&self) -> Vec<String> {
        self.lock().peers.clone()
    }

    /// What a job does next, and how long it then stays there.
    fn step(&self, node: &str, now: JobStatus) -> Option<JobStatus> {
        let rules = self.lock();
        now.next(*rules.of.get(node).unwrap_or(&rules.otherwise))
    }

    /// How long a job for this content stays in a state; `None` for one that it does not leave.
    pub(crate) fn stay(&self, node: &str, status: JobStatus) -> Option<Duration> {
        let rules = self.lock();
        let end = *rules.of.get(node).unwrap_or(&rules.otherwise);
        let stay = match status {
            JobStatus::Prechecking => rules.prechecking,
            JobStatus::Searching if end == JobStatus::Expired => rules.expires,
            JobStatus::Searching => rules.searching,
            JobStatus::Retrieving => rules.retrieving,
            _ => return None,
        };
        (status != end).then_some(stay)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Rules> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.lock();
        f.debug_struct("Jobs")
            .field("otherwise", &rules.otherwise)
            .field("of", &rules.of)
            .field("peers", &rules.peers)
            .finish_non_exhaustive()
    }
}

fn key(cid: &str) -> String {
    Cid::try_from(cid).map_or_else(|_| cid.to_owned(), |cid| block_key(&cid))
}

#[cfg(test)]
mod tests {
    use super::JobStatus::{self, *};

    fn way(end: JobStatus) -> Vec<JobStatus> {
        let mut way = vec![Prechecking];
        while let Some(next) = way[way.len() - 1].next(end) {
            way.push(next);
        }
        way
    }

    #[test]
    fn every_end_is_reached_and_left_no_more() {
        assert_eq!(way(Pinned), [Prechecking, Searching, Retrieving, Pinned]);
        assert_eq!(way(Expired), [Prechecking, Searching, Expired]);
        assert_eq!(way(BadHostNode), [Prechecking, BadHostNode]);
        assert_eq!(way(Searching), [Prechecking, Searching]);
        for end in JobStatus::ALL {
            assert_eq!(way(end).last(), Some(&end));
        }
    }

    #[test]
    fn names_are_read_back_and_one_misspelling_is_known() {
        for status in JobStatus::ALL {
            assert_eq!(JobStatus::parse(status.name()), Some(status));
        }
        assert_eq!(JobStatus::parse("retreiving"), Some(Retrieving));
        assert_eq!(JobStatus::parse("done"), None);
    }
}

//! Pinning by CID, and the queue of what is being looked for.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{Error, PageToken, Priority, Region, Value};

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Being looked at before the search.
    Prechecking,
    /// Nobody who has the content was found yet.
    Searching,
    /// The content is arriving.
    Retrieving,
    /// Searched for a day without finding it.
    Expired,
    /// The plan has no room for it.
    OverFreeLimit,
    /// Larger than the plan takes.
    OverMaxSize,
    /// What was found is no object that can be pinned.
    InvalidObject,
    /// A host node that was given cannot be reached.
    BadHostNode,
    /// Taken over from elsewhere.
    Backfilled,
    /// A state that is not known here, by the service's name; `failed` where a pinning service does not say why.
    Other(String),
}

impl JobStatus {
    /// The name that the service uses.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Prechecking => "prechecking",
            Self::Searching => "searching",
            Self::Retrieving => "retrieving",
            Self::Expired => "expired",
            Self::OverFreeLimit => "over_free_limit",
            Self::OverMaxSize => "over_max_size",
            Self::InvalidObject => "invalid_object",
            Self::BadHostNode => "bad_host_node",
            Self::Backfilled => "backfilled",
            Self::Other(name) => name,
        }
    }

    /// The state of this name. The documentation also spells one of them `retreiving`.
    pub fn named(name: &str) -> Self {
        match name {
            "prechecking" => Self::Prechecking,
            "searching" => Self::Searching,
            "retrieving" | "retreiving" => Self::Retrieving,
            "expired" => Self::Expired,
            "over_free_limit" => Self::OverFreeLimit,
            "over_max_size" => Self::OverMaxSize,
            "invalid_object" => Self::InvalidObject,
            "bad_host_node" => Self::BadHostNode,
            "backfilled" => Self::Backfilled,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether it ended without a pin. A job that ends well leaves the queue and is in the list of pins.
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Expired
            | Self::OverFreeLimit
            | Self::OverMaxSize
            | Self::InvalidObject
            | Self::BadHostNode => true,
            Self::Other(name) => name == "failed",
            Self::Prechecking | Self::Searching | Self::Retrieving | Self::Backfilled => false,
        }
    }
}

/// A CID to pin, which others provide.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewJob {
    /// The CID.
    pub cid: String,
    /// The pin's name.
    pub name: Option<String>,
    /// At most 10 key-values; v3 and pinning services keep text only.
    pub keyvalues: BTreeMap<String, Value>,
    /// The id of the group that the pin is to be in.
    pub group: Option<String>,
    /// Multiaddresses of nodes that have the content; Pinata takes 5, other services 20.
    pub host_nodes: Vec<String>,
}

/// A job of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The service's id of the job.
    pub id: String,
    /// The CID that is looked for.
    pub cid: String,
    /// The name that the pin will have.
    pub name: Option<String>,
    /// Where it stands.
    pub status: JobStatus,
    /// Since when it is in the queue.
    pub queued_at: Option<Timestamp>,
    /// The key-values that the pin will have.
    pub keyvalues: BTreeMap<String, Value>,
    /// Where the service was told to look.
    pub host_nodes: Vec<String>,
    /// The group that the pin will be in.
    pub group: Option<String>,
    /// Where it is to be kept, where the service says.
    pub regions: Vec<Region>,
    /// Why it failed, in the service's own words: one short line of text that nobody has checked.
    pub reason: Option<String>,
}

/// The order of a list by date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Newest first.
    #[default]
    NewestFirst,
    /// Oldest first.
    OldestFirst,
}

impl Order {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NewestFirst => "DESC",
            Self::OldestFirst => "ASC",
        }
    }
}

/// Which jobs to list; the default is all, newest first. Where to begin is the page token's
/// ([`PageToken::at_row`] for a row of the legacy list).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobQuery {
    /// By the date of queueing.
    pub order: Order,
    /// Those in this state only.
    pub status: Option<JobStatus>,
    /// Those for exactly this CID only.
    pub cid: Option<String>,
    /// Jobs of one page, 1 to 1,000; the most that the service gives where it is missing.
    pub limit: Option<u32>,
}

/// One page of jobs.
#[derive(Debug, Clone, PartialEq)]
pub struct JobPage {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// How many the service says that there are, where it does.
    pub total: Option<u64>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<PageToken>,
}

/// Pins by CID and follows the queue.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Asks the service to find and pin a CID. It is not repeated: an error that says `Maybe` may have left a job.
    async fn add(&self, wish: &NewJob) -> Result<Job, Error>;

    /// One page of the queue.
    async fn page(
        &self,
        query: &JobQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<JobPage, Error>;

    /// Takes a job out of the queue. `NotFound` where it is not there (it may have ended).
    async fn cancel(&self, id: &str) -> Result<(), Error>;
}

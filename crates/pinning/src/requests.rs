//! Pin requests of any service that speaks the IPFS Pinning Services API 1.0.0.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{Error, PageToken, Priority};

/// What is to be pinned (the specification's `Pin`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PinRequest {
    /// The CID.
    pub cid: String,
    /// Its name, at most 255 letters.
    pub name: Option<String>,
    /// Multiaddresses of nodes that have the content, at most 20.
    pub origins: Vec<String>,
    /// Text by key.
    pub meta: BTreeMap<String, String>,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RequestStatus {
    /// Waiting.
    Queued,
    /// Being fetched.
    Pinning,
    /// Pinned.
    Pinned,
    /// Given up; [`PinStatus::info`] may say why.
    Failed,
    /// A state that is not known here, by the service's name.
    Other(String),
}

impl RequestStatus {
    /// The four states of the specification. A list without them shows what is pinned only.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Pinning, Self::Pinned, Self::Failed];

    /// The name that the specification uses.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Queued => "queued",
            Self::Pinning => "pinning",
            Self::Pinned => "pinned",
            Self::Failed => "failed",
            Self::Other(name) => name,
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Self {
        match name {
            "queued" => Self::Queued,
            "pinning" => Self::Pinning,
            "pinned" => Self::Pinned,
            "failed" => Self::Failed,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A request as the service lists it (the specification's `PinStatus`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinStatus {
    /// The service's id of the request: opaque, and a new one after each replacement.
    pub request_id: String,
    /// Where it stands.
    pub status: RequestStatus,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// What was asked for.
    pub pin: PinRequest,
    /// Multiaddresses of the service's nodes that fetch the content: who has it connects to them. Empty on some
    /// services once it is pinned.
    pub delegates: Vec<String>,
    /// What the service says besides, as text by key (`dag_size`, `status_details`, ...).
    pub info: BTreeMap<String, String>,
}

/// How a name is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NameMatch {
    /// The whole name.
    #[default]
    Exact,
    /// The whole name, whatever the case.
    ExactAnyCase,
    /// A part of it.
    Part,
    /// A part of it, whatever the case.
    PartAnyCase,
}

impl NameMatch {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::ExactAnyCase => "iexact",
            Self::Part => "partial",
            Self::PartAnyCase => "ipartial",
        }
    }
}

/// Which requests to list; the default is all of them in every state, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestQuery {
    /// For these CIDs only, at most 10; any where it is empty.
    pub cids: Vec<String>,
    /// With this name only.
    pub name: Option<String>,
    /// How the name is compared.
    pub name_match: NameMatch,
    /// In these states only; every one of the specification where it is empty.
    pub states: Vec<RequestStatus>,
    /// Made before this moment.
    pub before: Option<Timestamp>,
    /// Made after this moment.
    pub after: Option<Timestamp>,
    /// With all of this text by key.
    pub meta: BTreeMap<String, String>,
    /// Requests of one page, 1 to 1,000; the most where it is missing.
    pub limit: Option<u32>,
}

/// One page of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage {
    /// The requests, each once over all pages, newest first; may be empty although more follow.
    pub requests: Vec<PinStatus>,
    /// How many the service says that there are from here on.
    pub total: Option<u64>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<PageToken>,
}

/// Makes and follows pin requests.
#[async_trait]
pub trait Requests: Send + Sync {
    /// One page.
    async fn list(
        &self,
        query: &RequestQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<RequestPage, Error>;

    /// One request as it is now. `NotFound` where it is gone.
    async fn get(&self, request_id: &str, priority: Priority) -> Result<PinStatus, Error>;

    /// Asks for a pin. The same CID asked for twice is two requests: an error that says `Maybe` is followed by a
    /// look at the list, not by a second call.
    async fn add(&self, pin: &PinRequest) -> Result<PinStatus, Error>;

    /// Puts another pin in a request's place, so that what both share stays pinned meanwhile. The answer has a new
    /// id, and the old one is gone.
    async fn replace(&self, request_id: &str, pin: &PinRequest) -> Result<PinStatus, Error>;

    /// Removes a request and what it pinned. `NotFound` where it is gone.
    async fn remove(&self, request_id: &str) -> Result<(), Error>;

    /// Every request for this CID, in every state, newest first.
    async fn of_cid(&self, cid: &str, priority: Priority) -> Result<Vec<PinStatus>, Error>;
}

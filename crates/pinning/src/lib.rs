//! The remote pinning services: HTTP in, typed values out.
//!
//! One trait a noun ([`Pins`], [`Uploads`], [`Resumable`], [`Jobs`], [`Keys`], [`Groups`], [`Gateways`], [`Swaps`],
//! [`Usage`]), gathered in [`Service`], where the presence of a noun is the capability. [`Pinata`] speaks Pinata's
//! legacy and v3 APIs and picks one per call by what the key may do; [`Psa`] is any service of the IPFS Pinning
//! Services API ([`Requests`], and its pins and jobs). Errors name meaning ([`ErrorKind`]) and say what was delivered
//! ([`Delivered`]). Nothing here stores, queues or retries a change: only plain look-ups are repeated, twice at most.

mod answer;
mod body;
mod bounded;
mod budget;
mod chunk;
mod client;
mod disguise;
mod endpoints;
mod error;
mod filter;
#[cfg(test)]
mod fuzzed_tests;
mod gateways;
mod groups;
mod http;
mod jobs;
mod json;
mod json_text;
mod json_upload;
mod key;
mod keys;
mod links;
mod multipart;
mod pinata;
mod pins;
mod psa;
mod redact;
mod refusal;
mod requests;
mod resumable;
mod service;
mod swaps;
mod time;
mod uploads;
mod usage;

pub use budget::{Family, Priority, RateBudget, Spent};
pub use endpoints::{EndpointError, Endpoints};
pub use error::{Delivered, Error, ErrorKind};
pub use filter::{GroupFilter, KeyValueTest, PinQuery, PinState, Test};
pub use gateways::{CustomDomain, Gateway, GatewayPage, Gateways, PrivateFile};
pub use groups::{Group, GroupEdit, GroupPage, GroupQuery, GroupRef, Groups, NewGroup};
pub use http::Deadlines;
pub use jobs::{Job, JobPage, JobQuery, JobStatus, Jobs, NewJob, Order};
pub use json_text::reserialised;
pub use json_upload::{JsonUpload, Memory};
pub use key::{Access, Feature, KeyReport, TokenError};
pub use keys::{
    CreatedKey, Key, KeyPage, KeyQuery, Keys, LegacyCall, Level, NewKey, Permissions, Resource,
    ResourceScope,
};
pub use links::{GatewayAddress, LinkError, LinkStyle, SignedLink, with_file_name};
pub use pinata::{MULTIPART_LIMIT, Pinata, pins_of_pin_list};
pub use pins::{
    Network, PageToken, PendingFile, PendingPage, Pin, PinEdit, PinPage, PinRef, Pins, Region,
    Value,
};
pub use psa::{PSA_TEMPLATES, Psa, PsaBudget, PsaEndpoint, PsaTemplate};
pub use requests::{
    NameMatch, PinRequest, PinStatus, RequestPage, RequestQuery, RequestStatus, Requests,
};
pub use resumable::{
    Acknowledged, Arrived, CHUNK, LARGEST_CHUNK, Resumable, ResumableUpload, ResumeError,
    UploadPlace,
};
pub use service::{Ability, Service};
pub use swaps::{Swap, Swaps};
pub use time::{Clock, SystemClock};
pub use uploads::{
    CidVersion, FileUpload, FolderUpload, Pieces, Placement, Progress, Receipt, Route, Source,
    UploadOptions, Uploads,
};
pub use usage::{Totals, Traffic, TrafficPeriod, TrafficQuery, Usage};

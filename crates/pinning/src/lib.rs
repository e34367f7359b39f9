//! The remote pinning services: HTTP in, typed values out.
//!
//! One trait a noun ([`Pins`], [`Uploads`], [`Usage`]), gathered in [`Service`]; [`Pinata`] is the service that
//! speaks Pinata's legacy and v3 APIs and picks one per call by what the key may do. Errors name meaning
//! ([`ErrorKind`]) and say what was delivered ([`Delivered`]). Nothing here stores, queues or retries a change:
//! only plain look-ups are repeated, twice at most.

mod answer;
mod budget;
mod endpoints;
mod error;
mod http;
mod json;
mod key;
mod multipart;
mod pinata;
mod pins;
mod redact;
mod service;
mod time;
mod uploads;
mod usage;

pub use budget::{Priority, RateBudget};
pub use endpoints::{EndpointError, Endpoints};
pub use error::{Delivered, Error, ErrorKind};
pub use http::Deadlines;
pub use key::{Access, Feature, KeyReport, TokenError};
pub use pinata::{MULTIPART_LIMIT, Pinata};
pub use pins::{Network, PageToken, Pin, PinEdit, PinPage, PinQuery, PinRef, Pins, Value};
pub use service::Service;
pub use time::{Clock, SystemClock};
pub use uploads::{
    CidVersion, FileUpload, FolderUpload, Progress, Receipt, Route, Source, UploadOptions, Uploads,
};
pub use usage::{Totals, Usage};

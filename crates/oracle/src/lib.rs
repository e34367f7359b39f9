//! The judge of what a service got: its own log, its own lists and its gateway, read by a plain HTTP client. Only tests use
//! it. It links neither the engine nor the engine's client, so that a mistake of theirs cannot agree with itself.
//!
//! It is for tests: what it cannot read, it panics about.

mod judge;
mod service;

pub use judge::{Content, Judged, judge};
pub use service::{Service, client};

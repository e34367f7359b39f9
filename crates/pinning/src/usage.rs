//! What an account uses.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::Error;

/// The account's totals; `None` where the service gave a number that cannot be (negative, say).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Pins.
    pub pins: Option<u64>,
    /// Bytes, each pin once.
    pub bytes: Option<u64>,
    /// Bytes with every replica counted.
    pub bytes_with_replications: Option<u64>,
}

/// Whose traffic to count, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficQuery {
    /// The gateway's name, as [`crate::Gateway::subdomain`] gives it.
    pub gateway: String,
    /// The first day.
    pub from: Timestamp,
    /// The last day.
    pub to: Timestamp,
}

/// What a gateway gave out. No service tells how the pins themselves grew: that is counted from their dates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Requests in the whole time.
    pub requests: Option<u64>,
    /// Bytes in the whole time.
    pub bytes: Option<u64>,
    /// Day by day, in the service's order.
    pub periods: Vec<TrafficPeriod>,
}

/// One day's traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficPeriod {
    /// When it begins (UTC).
    pub begins: Timestamp,
    /// Requests.
    pub requests: Option<u64>,
    /// Bytes.
    pub bytes: Option<u64>,
}

/// Asks for totals.
#[async_trait]
pub trait Usage: Send + Sync {
    /// The totals now.
    async fn totals(&self) -> Result<Totals, Error>;

    /// What a gateway gave out day by day, where the service counts it and the key may know.
    async fn traffic(&self, _query: &TrafficQuery) -> Result<Traffic, Error> {
        Err(Error::refused(
            "NOT_COUNTED",
            "this service does not count the traffic of gateways",
        ))
    }
}

//! What an account uses.

use async_trait::async_trait;

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

/// Asks for totals.
#[async_trait]
pub trait Usage: Send + Sync {
    /// The totals now.
    async fn totals(&self) -> Result<Totals, Error>;
}

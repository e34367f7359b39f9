//! The clock that is passed in, so that a test can say what "now" is.

/// Tells the time of day. Waiting is tokio's; this is for dates that a service names (`Retry-After` as a date).
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> jiff::Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

//! Time, passed in: nothing else in the engine asks the system what time it is.

use std::time::Duration;

use async_trait::async_trait;

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// The wall clock and the only way to wait.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, in milliseconds since 1970, UTC.
    fn now(&self) -> Millis;
    /// Returns once `now()` is at least `until`.
    async fn sleep_until(&self, until: Millis);
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Millis {
        jiff::Timestamp::now().as_millisecond()
    }

    async fn sleep_until(&self, until: Millis) {
        let wait = u64::try_from(until - self.now()).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

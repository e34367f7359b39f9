//! Time that passes faster.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use engine::clock::{Clock, Millis, SystemClock};

/// A clock that runs so many times faster than the computer's.
pub(crate) struct Fast {
    times: Millis,
    from: Millis,
    begun: tokio::time::Instant,
    in_vain: AtomicU64,
}

impl Fast {
    pub(crate) fn new(times: Millis) -> Arc<Self> {
        Arc::new(Self {
            times,
            from: SystemClock.now(),
            begun: tokio::time::Instant::now(),
            in_vain: AtomicU64::new(0),
        })
    }

    /// Waits for what was past already: many of them are a loop that spins.
    pub(crate) fn waits_in_vain(&self) -> u64 {
        self.in_vain.load(Ordering::Relaxed)
    }

    pub(crate) async fn pass(&self, time: Millis) {
        self.sleep_until(self.now() + time).await;
    }
}

#[async_trait]
impl Clock for Fast {
    fn now(&self) -> Millis {
        let passed = Millis::try_from(self.begun.elapsed().as_micros()).expect("fits");
        self.from + passed * self.times / 1_000
    }

    async fn sleep_until(&self, until: Millis) {
        let wait = u64::try_from((until - self.now()) * 1_000 / self.times).unwrap_or(0);
        if wait == 0 {
            self.in_vain.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_micros(wait)).await;
    }
}

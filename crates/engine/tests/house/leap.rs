//! Time that leaps ahead, for the engine and its server alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use engine::clock::{Clock, Millis, SystemClock};
use sandbox::Config;
use tokio::sync::Notify;

use super::{Ground, House};

/// The computer's clock, and so much ahead of it.
#[derive(Default)]
pub(crate) struct Leaping {
    ahead: AtomicI64,
    leapt: Notify,
}

impl Leaping {
    /// So much time has passed.
    pub(crate) fn leap(&self, by: Millis) {
        self.ahead.fetch_add(by, Ordering::SeqCst);
        self.leapt.notify_waiters();
    }
}

#[async_trait]
impl Clock for Leaping {
    fn now(&self) -> Millis {
        SystemClock.now() + self.ahead.load(Ordering::SeqCst)
    }

    async fn sleep_until(&self, until: Millis) {
        loop {
            let leapt = self.leapt.notified();
            let Ok(left @ 1..) = u64::try_from(until - self.now()) else {
                return;
            };
            let _ = tokio::time::timeout(Duration::from_millis(left), leapt).await;
        }
    }
}

impl House {
    /// A house where time leaps when it is told to.
    pub(crate) async fn leaping() -> (Self, Arc<Leaping>) {
        Self::leaping_with(|_| ()).await
    }

    /// The same, whose server is set up in its own way.
    pub(crate) async fn leaping_with(change: impl FnOnce(&mut Config)) -> (Self, Arc<Leaping>) {
        let clock = Arc::new(Leaping::default());
        let (ground, told) = (clock.clone(), clock.clone());
        let ground = Ground {
            clock: ground,
            ..Ground::real()
        };
        let house = Self::build(ground, move |config| {
            config.clock =
                Arc::new(move || jiff::Timestamp::from_millisecond(told.now()).expect("a time"));
            change(config);
        })
        .await;
        (house, clock)
    }
}

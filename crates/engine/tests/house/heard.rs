//! The computer's time, and who waits for which.

use async_trait::async_trait;
use engine::clock::{Clock, Millis, SystemClock};
use tokio::sync::watch;

use super::patience;

/// The computer's clock, which remembers until when it was asked to sleep.
#[derive(Default)]
pub(crate) struct Heard {
    asked: watch::Sender<Vec<Millis>>,
}

impl Heard {
    /// What was asked so far is no answer any more.
    pub(crate) fn forget(&self) {
        self.asked.send_modify(Vec::clear);
    }

    /// Waits until somebody sleeps until then.
    pub(crate) async fn asked_until(&self, until: Millis) {
        let mut asked = self.asked.subscribe();
        let asked = asked.wait_for(|asked| asked.contains(&until));
        let waited = tokio::time::timeout(patience(), asked).await;
        let heard = waited.expect("somebody sleeps until then");
        heard.expect("the clock is there");
    }
}

#[async_trait]
impl Clock for Heard {
    fn now(&self) -> Millis {
        SystemClock.now()
    }

    async fn sleep_until(&self, until: Millis) {
        self.asked.send_modify(|asked| asked.push(until));
        SystemClock.sleep_until(until).await;
    }
}

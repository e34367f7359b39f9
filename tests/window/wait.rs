//! Waiting for a condition with a deadline; never for an amount of time.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

const POLL: Duration = Duration::from_millis(50);

/// Asks until there is an answer; panics with `what` when the deadline has passed.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    within: Duration,
    what: &str,
    ask: impl FnMut() -> F,
) -> T {
    match within_deadline(within, ask).await {
        Some(answer) => answer,
        None => panic!("waited {} s in vain for {what}", within.as_secs()),
    }
}

/// Asks until there is an answer or the deadline has passed.
pub(crate) async fn within_deadline<T, F: Future<Output = Option<T>>>(
    within: Duration,
    mut ask: impl FnMut() -> F,
) -> Option<T> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask().await {
            return Some(answer);
        }
        if Instant::now() > deadline {
            return None;
        }
        sleep(POLL).await;
    }
}

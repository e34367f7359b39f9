//! What the bodies of uploads share: bounded reading of a source, and a look from outside at how far they are.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt as _;

use crate::{Delivered, Pieces};

/// Bytes handed over at a time.
const PIECE: usize = 128 * 1024;

/// A source that is being read, up to a length that was promised.
pub(crate) struct Open {
    pieces: Pieces,
    /// What was read and not yet handed over.
    ahead: Bytes,
    left: u64,
    /// Whether the source must end where the promise ends; a chunk in the middle has more behind it.
    to_its_end: bool,
}

impl Open {
    pub(crate) fn new(pieces: Pieces, length: u64, to_its_end: bool) -> Self {
        Self {
            pieces,
            ahead: Bytes::new(),
            left: length,
            to_its_end,
        }
    }

    /// The next piece; `None` once exactly the promised bytes were there. Whether more are behind them is known before
    /// the last piece is handed over: a connection that has its length asks no further.
    pub(crate) async fn read(&mut self) -> std::io::Result<Option<Bytes>> {
        if self.left == 0 {
            return self.ends().await.map(|()| None);
        }
        if !self.has_more().await? {
            return Err(std::io::Error::other(format!(
                "it is {} bytes shorter than when it was queued",
                self.left
            )));
        }
        let most = PIECE.min(self.ahead.len());
        let length = usize::try_from(self.left).map_or(most, |left| left.min(most));
        let piece = self.ahead.split_to(length);
        self.left -= length as u64;
        if self.left == 0 {
            self.ends().await?;
        }
        Ok(Some(piece))
    }

    /// Whether the source has another byte, which is in `ahead` then.
    async fn has_more(&mut self) -> std::io::Result<bool> {
        while self.ahead.is_empty() {
            let Some(piece) = self.pieces.try_next().await? else {
                return Ok(false);
            };
            self.ahead = piece;
        }
        Ok(true)
    }

    async fn ends(&mut self) -> std::io::Result<()> {
        if self.to_its_end && self.has_more().await? {
            return Err(std::io::Error::other("it grew while it was sent"));
        }
        self.to_its_end = false;
        Ok(())
    }
}

/// How far a body has come, seen from outside the connection.
#[derive(Default)]
pub(crate) struct Watch {
    moved: AtomicU64,
    complete: AtomicBool,
    failure: Mutex<Option<String>>,
}

impl Watch {
    /// Notes what `step` of a body's stream gave, and passes it on.
    pub(crate) fn note(
        &self,
        step: std::io::Result<Option<Bytes>>,
    ) -> std::io::Result<Option<Bytes>> {
        match &step {
            Ok(Some(piece)) => {
                self.moved.fetch_add(piece.len() as u64, Ordering::AcqRel);
            }
            Ok(None) => self.complete.store(true, Ordering::Release),
            Err(fault) => self.fail(fault),
        }
        step
    }

    fn fail(&self, fault: &std::io::Error) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.to_string());
    }

    /// Why the body ended early, where the source was the reason.
    pub(crate) fn source_failure(&self) -> Option<String> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether a byte was taken by the connection.
    pub(crate) fn delivered(&self) -> Delivered {
        if self.moved.load(Ordering::Acquire) == 0 {
            Delivered::NotSent
        } else {
            Delivered::Maybe
        }
    }

    /// Ends when no byte moved for `stall`, or when the answer to a complete body took longer than `import`.
    pub(crate) async fn stalled(&self, stall: Duration, import: Duration) {
        let mut seen = self.moved.load(Ordering::Acquire);
        loop {
            if self.complete.load(Ordering::Acquire) {
                tokio::time::sleep(import).await;
                return;
            }
            tokio::time::sleep(stall).await;
            let now = self.moved.load(Ordering::Acquire);
            if now == seen && !self.complete.load(Ordering::Acquire) {
                return;
            }
            seen = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_moves_is_not_stalled_and_one_that_stands_still_is() {
        let watch = Arc::new(Watch::default());
        let (stall, import) = (Duration::from_mins(1), Duration::from_mins(10));
        let begin = tokio::time::Instant::now();
        let stalled = watch.stalled(stall, import);
        let moving = async {
            for _ in 0..10 {
                tokio::time::sleep(Duration::from_secs(50)).await;
                watch.moved.fetch_add(1, Ordering::Relaxed);
            }
        };
        tokio::join!(stalled, moving);
        assert!(
            begin.elapsed() >= Duration::from_secs(550),
            "{:?}",
            begin.elapsed()
        );
    }
}

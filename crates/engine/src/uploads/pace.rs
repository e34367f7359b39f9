//! One speed for all uploads together: a token bucket that what is read of files is counted out of.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::TryStreamExt as _;
use pinning::Pieces;

use super::limits::Limits;
use crate::clock::{Clock, Millis};

/// Bytes that are worth a read of their own.
const LEAST: usize = 4 * 1024;
/// A wait is never longer: a limit that is lifted meanwhile is noticed.
const LONGEST_WAIT: Millis = 500;

/// Tokens are bytes. At most a quarter of a second's worth is gathered, so that no burst follows a pause.
#[derive(Debug, Default)]
struct Bucket {
    tokens: f64,
    at: Millis,
}

impl Bucket {
    /// How many of `want` bytes may go now, at least one; or when to ask again.
    fn take(&mut self, want: usize, speed: u64, now: Millis) -> Result<usize, Millis> {
        let most = (speed as f64 / 4.0).max(LEAST as f64);
        let gained = speed as f64 * (now - self.at).max(0) as f64 / 1_000.0;
        self.tokens = (self.tokens + gained).min(most);
        self.at = now;
        let least = want.min(LEAST) as f64;
        if self.tokens < least {
            let missing = least - self.tokens;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a few kilobytes at 10 kB a second or more"
            )]
            let wait = (missing * 1_000.0 / speed as f64).ceil() as Millis;
            return Err(now + wait.clamp(1, LONGEST_WAIT));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least 0, and at most `want`"
        )]
        let granted = (self.tokens.min(want as f64)) as usize;
        self.tokens -= granted as f64;
        Ok(granted)
    }
}

/// The speed of all uploads.
pub(super) struct Pace {
    bucket: Mutex<Bucket>,
    limits: Arc<Limits>,
    clock: Arc<dyn Clock>,
    /// Bytes of content that were given to connections.
    given: AtomicU64,
}

impl Pace {
    pub(super) fn new(limits: Arc<Limits>, clock: Arc<dyn Clock>) -> Self {
        Self {
            bucket: Mutex::default(),
            limits,
            clock,
            given: AtomicU64::new(0),
        }
    }

    /// Bytes of content that all uploads have given to their connections since the start.
    pub(super) fn given(&self) -> u64 {
        self.given.load(Ordering::Relaxed)
    }

    fn take(&self, want: usize) -> Result<usize, Millis> {
        let Some(speed) = self.limits.speed() else {
            return Ok(want);
        };
        self.bucket().take(want, speed, self.clock.now())
    }

    fn bucket(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left to give of what was read, and where more comes from.
struct Paced {
    pieces: Pieces,
    rest: Bytes,
    pace: Arc<Pace>,
}

/// The same pieces, shorter where that keeps them to the pace.
pub(super) fn paced(pieces: Pieces, pace: Arc<Pace>) -> Pieces {
    let rest = Bytes::new();
    let paced = Paced { pieces, rest, pace };
    Box::pin(futures::stream::try_unfold(paced, |mut paced| async {
        let piece = paced.next().await?;
        Ok(piece.map(|piece| (piece, paced)))
    }))
}

impl Paced {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        while self.rest.is_empty() {
            let Some(piece) = self.pieces.try_next().await? else {
                return Ok(None);
            };
            self.rest = piece;
        }
        loop {
            match self.pace.take(self.rest.len()) {
                Ok(granted) => {
                    self.pace.given.fetch_add(granted as u64, Ordering::Relaxed);
                    return Ok(Some(self.rest.split_to(granted)));
                }
                Err(until) => self.pace.clock.sleep_until(until).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds that `bytes` take at `speed`, asked for in pieces of 128 KiB.
    fn time_for(bytes: u64, speed: u64) -> Millis {
        let mut bucket = Bucket::default();
        let (mut now, mut left) = (0, usize::try_from(bytes).expect("fits"));
        while left > 0 {
            match bucket.take(left.min(128 * 1024), speed, now) {
                Ok(granted) => left -= granted,
                Err(until) => now = until,
            }
        }
        now
    }

    #[test]
    fn a_file_takes_as_long_as_its_limit_says() {
        for (bytes, speed) in [
            (10_000_000, 1_000_000),
            (100_000, 10_000),
            (1_000_000_000, 125_000_000),
        ] {
            let expected = Millis::try_from(bytes * 1_000 / speed).expect("fits");
            let took = time_for(bytes, speed);
            assert!(
                (took - expected).abs() <= 600,
                "{bytes} at {speed}: {took} ms"
            );
        }
    }

    #[test]
    fn a_pause_is_not_followed_by_a_burst() {
        let mut bucket = Bucket::default();
        let hour = 3_600_000;
        assert_eq!(bucket.take(usize::MAX, 1_000_000, hour), Ok(250_000));
    }
}

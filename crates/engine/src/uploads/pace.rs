//! One speed for all uploads together: a token bucket that readers of files take their bytes from.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::limits::Limits;
use crate::clock::{Clock, Millis};

/// Bytes that are worth a read of their own.
const LEAST: u64 = 4 * 1024;
/// A wait is never longer: a limit that is lifted meanwhile is noticed.
const LONGEST_WAIT: Millis = 500;

/// Tokens are bytes. At most a quarter of a second's worth is gathered, so that no burst follows a pause.
#[derive(Debug, Default)]
struct Bucket {
    tokens: f64,
    at: Millis,
}

impl Bucket {
    /// How many of `want` bytes may go now; or when to ask again.
    fn take(&mut self, want: u64, speed: u64, now: Millis) -> Result<u64, Millis> {
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
        let granted = (self.tokens.min(want as f64)) as u64;
        self.tokens -= granted as f64;
        Ok(granted)
    }

    /// Bytes that were granted and not read after all.
    fn give_back(&mut self, bytes: u64) {
        self.tokens += bytes as f64;
    }
}

/// The speed of all uploads.
pub(super) struct Pace {
    bucket: Mutex<Bucket>,
    limits: Arc<Limits>,
    clock: Arc<dyn Clock>,
}

impl Pace {
    pub(super) fn new(limits: Arc<Limits>, clock: Arc<dyn Clock>) -> Self {
        Self {
            bucket: Mutex::default(),
            limits,
            clock,
        }
    }

    fn take(&self, want: u64) -> Result<u64, Millis> {
        let Some(speed) = self.limits.speed() else {
            return Ok(want);
        };
        self.bucket().take(want, speed, self.clock.now())
    }

    fn bucket(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that keeps to the pace.
pub(super) struct Paced<R> {
    inner: R,
    pace: Arc<Pace>,
    waiting: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    granted: u64,
}

impl<R> Paced<R> {
    pub(super) fn new(inner: R, pace: Arc<Pace>) -> Self {
        Self {
            inner,
            pace,
            waiting: None,
            granted: 0,
        }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Paced<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.granted == 0 && buffer.remaining() > 0 {
            if let Some(waiting) = &mut this.waiting {
                ready!(waiting.as_mut().poll(cx));
                this.waiting = None;
            }
            match this.pace.take(buffer.remaining() as u64) {
                Ok(granted) => this.granted = granted,
                Err(until) => {
                    let clock = this.pace.clock.clone();
                    this.waiting = Some(Box::pin(async move { clock.sleep_until(until).await }));
                }
            }
        }
        let room = usize::try_from(this.granted)
            .unwrap_or(usize::MAX)
            .min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
        ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        buffer.advance(read);
        let unused = this.granted - read as u64;
        this.granted = 0;
        if unused > 0 {
            this.pace.bucket().give_back(unused);
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds that `bytes` take at `speed`, asked for in pieces of 128 KiB.
    fn time_for(bytes: u64, speed: u64) -> Millis {
        let mut bucket = Bucket::default();
        let (mut now, mut left) = (0, bytes);
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
        assert_eq!(bucket.take(u64::MAX, 1_000_000, hour), Ok(250_000));
    }
}

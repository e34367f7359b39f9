//! Bytes on their way: counted where they pass, told ten times a second, never written.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;
use specta::Type;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::rows::Batch;
use super::{Uploads, rows};
use crate::clock::Millis;

/// Time between two tellings.
const BEAT: Millis = 100;

/// One upload that work is being done on.
pub(super) struct Running {
    pub(super) cancel: CancellationToken,
    /// Bytes hashed or sent in the present state.
    pub(super) done: AtomicU64,
    /// Bytes of content.
    pub(super) total: AtomicU64,
    /// Bytes of `done` that an earlier run sent: no speed of this one.
    from: AtomicU64,
    /// Bytes of `done` that are in the row: safe at the service.
    pub(super) saved: AtomicU64,
    /// Bytes of `done` count towards the batch: they are being sent.
    pub(super) sending: AtomicBool,
    /// A folder is read once more before it is sent as a CAR: `done` counts what was read of it.
    pub(super) indexing: AtomicBool,
    /// It has the place of the small ones.
    pub(super) lane: bool,
    /// When work on the row was taken up.
    pub(super) begun: Millis,
}

impl Running {
    pub(super) fn new(lane: bool, begun: Millis) -> Arc<Self> {
        Self::stopped_by(CancellationToken::new(), lane, begun)
    }

    /// The same work, whose bytes nobody is told of.
    pub(super) fn unseen(&self) -> Arc<Self> {
        Self::stopped_by(self.cancel.clone(), false, self.begun)
    }

    fn stopped_by(cancel: CancellationToken, lane: bool, begun: Millis) -> Arc<Self> {
        Arc::new(Self {
            cancel,
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            from: AtomicU64::new(0),
            saved: AtomicU64::new(0),
            sending: AtomicBool::new(false),
            indexing: AtomicBool::new(false),
            lane,
            begun,
        })
    }

    /// Sending goes on where it was: these bytes are at the service.
    pub(super) fn goes_on_from(&self, offset: u64) {
        // First, so that nobody sees the bytes without knowing that they were there.
        self.from.store(offset, Ordering::Release);
        self.done.store(offset, Ordering::Release);
        self.saved.store(offset, Ordering::Relaxed);
    }

    /// Bytes that were hashed or sent in this state, by this run.
    fn moved(&self) -> u64 {
        loop {
            let from = self.from.load(Ordering::Acquire);
            let done = self.done.load(Ordering::Acquire);
            // Both are of one state, and not one of the state before.
            if self.from.load(Ordering::Acquire) == from {
                return done.saturating_sub(from);
            }
        }
    }

    /// Bytes that are on their way and in no row.
    pub(super) fn unsaved(&self) -> u64 {
        if !self.is_sending() {
            return 0;
        }
        let done = self.done.load(Ordering::Relaxed);
        let done = done.min(self.total.load(Ordering::Relaxed));
        done.saturating_sub(self.saved.load(Ordering::Relaxed))
    }

    /// Every byte of the content was given to the connection. Of what is sent as JSON, which is small, nobody counts any.
    pub(super) fn has_left_whole(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.total.load(Ordering::Relaxed)
    }

    /// A new state begins with `total` bytes before it.
    pub(super) fn begin(&self, total: u64, sending: bool) {
        self.done.store(0, Ordering::Release);
        self.from.store(0, Ordering::Release);
        self.saved.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.sending.store(sending, Ordering::Relaxed);
        self.indexing.store(false, Ordering::Relaxed);
    }

    /// A folder of `total` bytes is about to be read once more.
    pub(super) fn index(&self, total: u64) {
        self.begin(total, false);
        self.indexing.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_sending(&self) -> bool {
        self.sending.load(Ordering::Relaxed)
    }

    pub(super) fn is_indexing(&self) -> bool {
        self.indexing.load(Ordering::Relaxed)
    }
}

/// How far one upload is.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProgressRow {
    /// Which.
    #[specta(type = u32)]
    pub id: i64,
    /// Bytes hashed or sent.
    #[specta(type = u32)]
    pub done: u64,
    /// Bytes in all.
    #[specta(type = u32)]
    pub total: u64,
    /// Bytes a second.
    #[specta(type = Option<u32>)]
    pub rate: Option<f64>,
    /// At this rate.
    #[specta(type = Option<u32>)]
    pub seconds_left: Option<f64>,
}

/// How far everything is.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
#[serde(rename = "UploadProgress")]
pub struct Progress {
    /// What work is being done on.
    pub rows: Vec<ProgressRow>,
    /// Bytes of the batch that are there.
    #[specta(type = u32)]
    pub bytes_done: u64,
    /// Bytes of the batch.
    #[specta(type = u32)]
    pub bytes_total: u64,
    /// Bytes a second.
    #[specta(type = Option<u32>)]
    pub rate: Option<f64>,
    /// At this rate.
    #[specta(type = Option<u32>)]
    pub seconds_left: Option<f64>,
}

impl Progress {
    /// Nothing moves.
    fn at_rest(batch: Batch) -> Self {
        Self {
            rows: Vec::new(),
            bytes_done: batch.done.min(batch.total),
            bytes_total: batch.total,
            rate: None,
            seconds_left: None,
        }
    }
}

/// Looks that a rate is taken over: five seconds.
const WINDOW: usize = 50;
/// Looks before there is a rate: what moved in a moment says nothing.
const FIRST: usize = 10;

/// The rate of the last five seconds.
#[derive(Default)]
struct Rate {
    /// When, and how many bytes there were.
    looks: VecDeque<(Millis, u64)>,
}

impl Rate {
    /// Bytes a second; `None` while nothing is known, or nothing moves.
    fn at(&mut self, now: Millis, done: u64) -> Option<f64> {
        // Another state begins at zero, a service may have kept less than was sent, and a clock may be set: the past says
        // nothing then.
        if self
            .looks
            .back()
            .is_some_and(|(time, last)| done < *last || now <= *time)
        {
            self.looks.clear();
        }
        self.looks.push_back((now, done));
        if self.looks.len() > WINDOW + 1 {
            self.looks.pop_front();
        }
        let ((since, first), steps) = (self.looks.front()?, self.looks.len() - 1);
        let seconds = (now - since) as f64 / 1_000.0;
        let moved = done.saturating_sub(*first) as f64;
        (steps >= FIRST && moved > 0.0).then(|| moved / seconds)
    }
}

impl Uploads {
    /// Hears progress from now on.
    pub fn progress(&self) -> broadcast::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Tells progress while something runs; sleeps on the bell when nothing does.
    pub(super) async fn tell(&self, started: &tokio::sync::Notify) {
        let mut rates: std::collections::HashMap<i64, Rate> = std::collections::HashMap::new();
        let mut overall = Rate::default();
        loop {
            let running: Vec<(i64, Arc<Running>)> = self
                .running()
                .iter()
                .map(|(id, running)| (*id, running.clone()))
                .collect();
            if running.is_empty() {
                // What stood still meanwhile has no speed.
                if !std::mem::take(&mut rates).is_empty() {
                    let _ = self.progress.send(Progress::at_rest(self.batch_bytes()));
                }
                overall = Rate::default();
                started.notified().await;
                continue;
            }
            rates.retain(|id, _| running.iter().any(|(other, _)| other == id));
            let (batch, now) = (self.batch_bytes(), self.clock.now());
            let mut on_its_way = 0;
            let mut told = Vec::with_capacity(running.len());
            for (id, running) in &running {
                let (done, total) = (
                    running.done.load(Ordering::Relaxed),
                    running.total.load(Ordering::Relaxed),
                );
                on_its_way += running.unsaved();
                let rate = rates.entry(*id).or_default().at(now, running.moved());
                told.push(ProgressRow {
                    id: *id,
                    done,
                    total,
                    rate,
                    seconds_left: left(done, total, rate),
                });
            }
            let sent = batch.done + on_its_way;
            // What was there already was not sent, and is no speed.
            let rate = overall.at(now, self.pace.given());
            let seconds_left = batch.left.and_then(|all| left(on_its_way, all, rate));
            let _ = self.progress.send(Progress {
                rows: told,
                bytes_done: sent.min(batch.total),
                bytes_total: batch.total,
                rate,
                seconds_left,
            });
            self.clock.sleep_until(self.clock.now() + BEAT).await;
        }
    }

    /// Bytes of the present batch.
    pub(super) fn batch_bytes(&self) -> Batch {
        let first = self.batch.load(Ordering::SeqCst);
        if first == 0 {
            return Batch::default();
        }
        let ready = self.accounts.ready().unwrap_or_default();
        let broken_off: Vec<i64> = self.not_whole().iter().copied().collect();
        self.store
            .ledger
            .read(|tx| rows::batch(tx, first, &ready, &broken_off))
            .unwrap_or_default()
    }
}

fn left(done: u64, total: u64, rate: Option<f64>) -> Option<f64> {
    Some(total.saturating_sub(done) as f64 / rate?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_of_an_upload_that_goes_on_is_no_speed_of_it_whenever_it_is_looked_at() {
        let (running, mut rate) = (Running::new(false, 0), Rate::default());
        // Nothing is known of it yet: the keychain is asked, and the service.
        for look in 0..10 {
            assert_eq!(rate.at(look * 100, running.moved()), None);
        }
        running.begin(9_000_000, true);
        running.goes_on_from(8_000_000);
        assert_eq!(rate.at(1_000, running.moved()), None);
        running.done.store(8_000_100, Ordering::Release);
        assert_eq!(rate.at(1_100, running.moved()), Some(100.0 / 1.1));
    }

    #[test]
    fn a_speed_is_told_after_a_second_and_is_that_of_the_last_five() {
        let mut rate = Rate::default();
        let early: Vec<_> = (0..10)
            .map(|look| rate.at(look * 100, 1_000_000 + look.cast_unsigned() * 100))
            .collect();
        assert_eq!(early, [None; 10]);
        assert_eq!(
            rate.at(1_000, 1_001_000),
            Some(1_000.0),
            "what was there before is no speed"
        );
        let faster = (1..=50)
            .map(|look| rate.at(1_000 + look * 100, 1_001_000 + look.cast_unsigned() * 500))
            .last();
        assert_eq!(
            faster,
            Some(Some(5_000.0)),
            "five seconds later the first is forgotten"
        );
        let still = (1..=50)
            .map(|look| rate.at(6_000 + look * 100, 1_026_000))
            .last();
        assert_eq!(still, Some(None), "nothing moves: no time left is told");
        assert_eq!(rate.at(11_100, 5), None, "it begins anew");
        // A look that came late counts for as long as it took.
        let late = (1..=20)
            .map(|look| rate.at(11_100 + look * 400, 5 + look.cast_unsigned() * 400))
            .last();
        assert_eq!(late, Some(Some(1_000.0)));
    }
}

//! Bytes on their way: counted where they pass, told ten times a second, never written.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use specta::Type;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

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
    /// Bytes of `done` count towards the batch: they are being sent.
    pub(super) sending: std::sync::atomic::AtomicBool,
}

impl Running {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            cancel: CancellationToken::new(),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            sending: std::sync::atomic::AtomicBool::new(false),
        })
    }

    /// A new state begins with `total` bytes before it.
    pub(super) fn begin(&self, total: u64, sending: bool) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.sending.store(sending, Ordering::Relaxed);
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

/// Smooths a rate over some two seconds.
#[derive(Default)]
struct Rate {
    last: u64,
    smoothed: Option<f64>,
}

impl Rate {
    fn at(&mut self, done: u64) -> Option<f64> {
        let seconds = BEAT as f64 / 1_000.0;
        let step = done.saturating_sub(self.last) as f64 / seconds;
        self.last = done;
        let smoothed = self
            .smoothed
            .map_or(step, |before| before * 0.95 + step * 0.05);
        self.smoothed = Some(smoothed);
        self.smoothed.filter(|rate| *rate >= 1.0)
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
                rates.clear();
                overall = Rate::default();
                started.notified().await;
                continue;
            }
            rates.retain(|id, _| running.iter().any(|(other, _)| other == id));
            let (pinned, total) = self.batch_bytes();
            let mut sent = pinned;
            let mut told = Vec::with_capacity(running.len());
            for (id, running) in &running {
                let (done, total) = (
                    running.done.load(Ordering::Relaxed),
                    running.total.load(Ordering::Relaxed),
                );
                if running.sending.load(Ordering::Relaxed) {
                    sent += done.min(total);
                }
                let rate = rates.entry(*id).or_default().at(done);
                told.push(ProgressRow {
                    id: *id,
                    done,
                    total,
                    rate,
                    seconds_left: left(done, total, rate),
                });
            }
            let rate = overall.at(sent);
            let sent = sent.min(total);
            let seconds_left = left(sent, total, rate);
            let _ = self.progress.send(Progress {
                rows: told,
                bytes_done: sent,
                bytes_total: total,
                rate,
                seconds_left,
            });
            self.clock.sleep_until(self.clock.now() + BEAT).await;
        }
    }

    /// Bytes of the present batch: pinned, and in all.
    pub(super) fn batch_bytes(&self) -> (u64, u64) {
        let first = self.batch.load(Ordering::SeqCst);
        if first == 0 {
            return (0, 0);
        }
        self.store
            .ledger
            .read(|tx| rows::batch(tx, first))
            .unwrap_or_default()
    }
}

fn left(done: u64, total: u64, rate: Option<f64>) -> Option<f64> {
    Some(total.saturating_sub(done) as f64 / rate?)
}

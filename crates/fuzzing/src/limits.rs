//! What one input may cost.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long a parser may work on one input.
///
/// It is the processor's time of the thread that is meant: a machine with much else to do makes nothing slower by it,
/// and what waits for nobody takes as long by every clock.
pub const SECOND: Duration = Duration::from_secs(1);

/// How many bytes the process may grow by for one input.
pub const MEMORY: u64 = 256 * 1024 * 1024;

/// What one input has cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    pub(crate) bytes: u64,
}

impl Cost {
    /// What is too much of it, if anything.
    pub(crate) fn excess(&self) -> Option<String> {
        if self.time > SECOND {
            return Some(format!("it took {:?} of the processor's time", self.time));
        }
        let mib = self.bytes.div_ceil(1024 * 1024);
        (self.bytes > MEMORY).then(|| format!("the process grew by {mib} MiB"))
    }
}

/// The peak is one for the whole process: who measures it has it to himself.
static PEAK: Mutex<()> = Mutex::new(());

thread_local! {
    /// This thread measures already.
    static MEASURES: Cell<bool> = const { Cell::new(false) };
}

/// A measurement, for as long as it lives. Within another one of its thread it is none of its own.
struct Measurement(Option<MutexGuard<'static, ()>>);

impl Measurement {
    fn begin() -> Self {
        if MEASURES.replace(true) {
            return Self(None);
        }
        let alone = PEAK.lock().unwrap_or_else(PoisonError::into_inner);
        // From now on the peak is the peak of this work (proc(5), clear_refs).
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self(Some(alone))
    }
}

impl Drop for Measurement {
    fn drop(&mut self) {
        if self.0.is_some() {
            MEASURES.set(false);
        }
    }
}

/// How many bytes the process grew by while this was done, and what came of it. Others wait with their measurements
/// until it ends. What other threads take meanwhile counts as well: see [`crate::alone`]. Within another measurement the
/// peak is that one's.
pub fn growth<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let _alone = Measurement::begin();
    let before = status("VmRSS:");
    let done = work();
    (status("VmHWM:").saturating_sub(before), done)
}

/// How long the processor worked at it on this thread, and what came of it.
pub fn working_time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = processor_time();
    let done = work();
    (processor_time().saturating_sub(begun), done)
}

fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let whole = u64::try_from(now.tv_sec).unwrap_or(0);
    Duration::new(whole, u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Bytes by one line of this process's status.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.map_or(0, |text| text.parse().unwrap_or(0) * 1024)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::alone;

    fn mebibytes(count: usize) -> Vec<u8> {
        std::hint::black_box(vec![1_u8; count * 1024 * 1024])
    }

    #[test]
    fn what_takes_too_much_is_told_with_its_figure() {
        alone(
            "limits::tests::what_takes_too_much_is_told_with_its_figure",
            what_takes_too_much,
        );
    }

    fn what_takes_too_much() {
        let (few, _) = growth(|| mebibytes(8));
        assert!(few >= 7 * 1024 * 1024, "{few}");
        let excess = |time, bytes| Cost { time, bytes }.excess();
        assert_eq!(excess(Duration::ZERO, few), None);
        let (many, _) = growth(|| mebibytes(300));
        assert!(excess(Duration::ZERO, many).is_some_and(|why| why.contains("MiB")));
        assert!(excess(SECOND * 2, 0).is_some_and(|why| why.contains("2s")));
    }

    #[test]
    fn what_two_threads_measure_at_once_is_counted_apart() {
        alone(
            "limits::tests::what_two_threads_measure_at_once_is_counted_apart",
            two_threads,
        );
    }

    fn two_threads() {
        let most = || {
            let figures = (0..10).map(|_| growth(|| mebibytes(64).len()).0);
            figures.max().expect("some")
        };
        let (one, other) = thread::scope(|threads| {
            let other = threads.spawn(most);
            (most(), other.join().expect("measured"))
        });
        let bound = 96 * 1024 * 1024;
        assert!(one < bound && other < bound, "{one} and {other} bytes");
    }

    #[test]
    fn a_measurement_within_another_ends_and_spoils_none() {
        alone(
            "limits::tests::a_measurement_within_another_ends_and_spoils_none",
            || {
                let (outer, inner) = growth(|| {
                    let before = mebibytes(64).len();
                    growth(|| mebibytes(before / 1024 / 1024 / 8).len()).0
                });
                let bounds = [8, 64].map(|count: u64| (count - 1) * 1024 * 1024);
                assert!(inner >= bounds[0] && outer >= bounds[1], "{inner} {outer}");
            },
        );
    }

    #[test]
    fn only_work_counts_as_time_and_waiting_does_not() {
        let (waited, ()) = working_time(|| std::thread::sleep(Duration::from_millis(30)));
        assert!(waited < Duration::from_millis(20), "{waited:?}");
        let many = 0..5_000_000_u64;
        let (worked, _) = working_time(|| many.fold(1_u64, |a, b| a ^ a.rotate_left(5) ^ b));
        assert!(worked > Duration::ZERO);
    }
}

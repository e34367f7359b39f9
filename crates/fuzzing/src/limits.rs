//! What one input may cost.

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

/// How many bytes the process grew by while this was done, and what came of it. What its other threads take meanwhile
/// counts as well.
pub fn growth<T>(work: impl FnOnce() -> T) -> (u64, T) {
    // From now on the peak is the peak of this work (proc(5), clear_refs).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
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
    use super::*;

    #[test]
    fn what_takes_too_much_is_told_with_its_figure() {
        let mebibytes = |count: usize| vec![1_u8; count * 1024 * 1024];
        let (few, _) = growth(|| mebibytes(8));
        assert!(few >= 7 * 1024 * 1024, "{few}");
        let excess = |time, bytes| Cost { time, bytes }.excess();
        assert_eq!(excess(Duration::ZERO, few), None);
        let (many, _) = growth(|| mebibytes(300));
        assert!(excess(Duration::ZERO, many).is_some_and(|why| why.contains("MiB")));
        assert!(excess(SECOND * 2, 0).is_some_and(|why| why.contains("2s")));
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

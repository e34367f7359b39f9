//! How long a large folder takes, and what it costs. `cargo xtask soak` measures the full size, optimised and each test by
//! itself; the gate runs a small one.

#![expect(clippy::print_stdout, reason = "the figures of this run")]
#![expect(
    clippy::disallowed_methods,
    reason = "a stopwatch, and this process's own accounts"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::walk::SystemWatching;
use engine::watches::{WatchRow, WatchRules, WatchState};

use crate::faults::Odd;
use crate::house::{House, number};
use crate::quick;

/// Milliseconds of processor that this process has used. A tick is 10 ms on Linux.
fn processor() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let after = stat.rsplit(')').next().expect("fields");
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().expect("a number");
    (ticks(11) + ticks(12)) * 10
}

/// The most memory that this process ever had: bytes / 2^20.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.expect("kB") / 1_024
}

/// One in so many is pinned. The others are larger than the rules take: what is measured is looking and writing down.
const PINNED: u64 = 50;

#[tokio::test(flavor = "multi_thread")]
async fn a_large_folder_is_looked_at_in_seconds_and_again_after_a_restart() {
    let asked = number("PINFOLD_FILES");
    let files = asked.unwrap_or(3_000);
    let counting = Arc::new(Odd::default());
    let mut house = House::with(counting.clone(), Arc::new(SystemWatching)).await;
    for n in 0..files {
        // Depth 6.
        let way = format!(
            "box/{}/{}/{}/{}/d/{n}.txt",
            n % 10,
            n / 10 % 10,
            n / 100 % 10,
            n / 1_000 % 10
        );
        let small = n.is_multiple_of(PINNED);
        house.file(&way, if small { b"small" } else { b"ten bytes." });
    }
    let small = files.div_ceil(PINNED);
    let rules = WatchRules {
        largest: Some(5),
        ..quick()
    };
    let (begun, worked) = (Instant::now(), processor());
    let id = house.watch(&house.path("box"), rules).await;
    let looked = |card: &WatchRow| card.counts.left_out == files - small;
    house.until_card(id, looked).await;
    let (first, first_worked) = (begun.elapsed(), processor() - worked);
    house.until_pinned(id, small).await;
    house.stop();
    let opened = counting.opened();
    let (begun, worked) = (Instant::now(), processor());
    house.restart();
    let done = |card: &WatchRow| card.state == WatchState::UpToDate && looked(card);
    house.until_card(id, done).await;
    let (again, again_worked) = (begun.elapsed(), processor() - worked);
    let (opened, memory) = (counting.opened() - opened, peak_memory());
    // Nothing happens in the folder, and so nearly nothing is done.
    let idle = if asked.is_some() {
        let worked = processor();
        tokio::time::sleep(Duration::from_mins(1)).await;
        Some(processor() - worked)
    } else {
        None
    };
    let minute = idle.map_or_else(String::new, |idle| {
        format!(" ms_of_processor_in_an_idle_minute={idle}")
    });
    println!(
        "SOAK files={files} ms_first_look={} ms_of_processor={first_worked} ms_after_a_restart={} ms_of_processor_again={again_worked} files_opened={opened} MiB={memory}{minute}",
        first.as_millis(),
        again.as_millis()
    );
    assert!(first < Duration::from_secs(10) && again < Duration::from_secs(5));
    assert_eq!(opened, 0, "nothing changed, and so nothing is read");
    assert_eq!(house.uploads_received(), 1);
    if asked.is_some() {
        // Other tests share the process in the gate.
        assert!(memory <= 300, "{memory} MiB");
    }
    assert!(idle.is_none_or(|idle| idle <= 100), "{idle:?} ms");
}

/// That of the rules that are used here.
const SETTLE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_in_the_queue_soon_after_it_was_quiet_for_the_settle_time_and_not_before() {
    let house = House::new().await;
    let id = house.watch(&house.path("box"), quick()).await;
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    let mut late = Vec::new();
    let asked = number("PINFOLD_EVENTS");
    for n in 0..asked.unwrap_or(8) {
        let name = format!("{n}.txt");
        let begun = Instant::now();
        house.file(&format!("box/{name}"), name.as_bytes());
        house
            .until_ledger(id, |page| {
                page.rows
                    .iter()
                    .any(|row| row.path == name && (row.upload.is_some() || row.cid.is_some()))
            })
            .await;
        let elapsed = begun.elapsed();
        // Of two clocks, each in whole milliseconds.
        assert!(elapsed + Duration::from_millis(10) > SETTLE, "{elapsed:?}");
        late.push(elapsed.saturating_sub(SETTLE));
    }
    late.sort();
    let p95 = late[(late.len() * 95 / 100).min(late.len() - 1)];
    println!(
        "SOAK events={} ms_after_the_settle_time={}",
        late.len(),
        p95.as_millis()
    );
    // Other tests run beside this one in the gate.
    let most = if asked.is_some() { 500 } else { 3_000 };
    assert!(p95 < Duration::from_millis(most), "{p95:?}");
}

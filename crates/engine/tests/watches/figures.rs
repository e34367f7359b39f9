//! How long a large folder takes. `PINFOLD_FILES=100000 PINFOLD_IDLE=60 cargo test -p engine --test watches figures -- --nocapture`
//! measures the full size; the gate runs a small one.

#![expect(clippy::print_stdout, reason = "the figures of this run")]
#![expect(
    clippy::disallowed_methods,
    reason = "a stopwatch, and this process's own accounts"
)]

use std::time::{Duration, Instant};

use engine::watches::{WatchRules, WatchState};

use crate::house::House;
use crate::quick;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// Milliseconds of processor that this process has used. A tick is 10 ms on Linux.
fn processor() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let after = stat.rsplit(')').next().expect("fields");
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().expect("a number");
    (ticks(11) + ticks(12)) * 10
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("unknown")
        .replace("VmHWM:", "")
        .trim()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_folder_is_looked_at_in_seconds_and_again_after_a_restart() {
    let files = number("PINFOLD_FILES", 3_000);
    let mut house = House::new().await;
    for n in 0..files {
        // Depth 6, and larger than the rules take: what is measured is looking and writing down.
        let way = format!(
            "box/{}/{}/{}/{}/d/{n}.txt",
            n % 10,
            n / 10 % 10,
            n / 100 % 10,
            n / 1_000 % 10
        );
        house.file(&way, b"ten bytes.");
    }
    let rules = WatchRules {
        largest: Some(5),
        ..quick()
    };
    let (begun, worked) = (Instant::now(), processor());
    let id = house.watch(&house.path("box"), rules).await;
    let done = |row: &engine::watches::WatchRow| {
        row.state == WatchState::UpToDate && row.counts.left_out == files
    };
    house.until_card(id, done).await;
    let (first, first_worked) = (begun.elapsed(), processor() - worked);
    house.stop();
    let (begun, worked) = (Instant::now(), processor());
    house.restart();
    house.until_card(id, done).await;
    let (again, again_worked) = (begun.elapsed(), processor() - worked);
    println!(
        "{files} files: first look {first:?} ({first_worked} ms of processor), after a restart {again:?} ({again_worked} ms), at most {} of memory{}",
        peak_memory(),
        if cfg!(debug_assertions) {
            ", not optimised"
        } else {
            ""
        }
    );
    assert!(first < Duration::from_secs(10) && again < Duration::from_secs(5));
    let idle = number("PINFOLD_IDLE", 0);
    if idle > 0 {
        let before = processor();
        tokio::time::sleep(Duration::from_secs(idle)).await;
        println!(
            "idle for {idle} s: {} ms of processor",
            processor() - before
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_in_the_queue_soon_after_it_was_quiet_for_the_settle_time() {
    let house = House::new().await;
    let id = house.watch(&house.path("box"), quick()).await;
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    let mut late = Vec::new();
    for n in 0..number("PINFOLD_EVENTS", 8) {
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
        late.push(begun.elapsed().saturating_sub(Duration::from_secs(1)));
    }
    late.sort();
    let p95 = late[(late.len() * 95 / 100).min(late.len() - 1)];
    println!(
        "queued {p95:?} after the settle time (p95 of {})",
        late.len()
    );
    // Other tests run beside this one in the gate; by itself it is well below half a second.
    assert!(p95 < Duration::from_secs(3), "{p95:?}");
}

//! How close reading a list of pins into types comes to reading its JSON alone.
//!
//! `cargo bench -p pinning`. Exits 1 above the limit.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const ROWS: usize = 1_000;
const PAIRS: usize = 101;
const RATIO_LIMIT: f64 = 3.0;

fn main() -> ExitCode {
    let body = pin_list();
    let (mut alone, mut typed, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // In turn, so that whatever else the machine does hits both alike; the first pair only warms up.
    for pair in 0..=PAIRS {
        let json = timed(|| serde_json::from_slice::<Value>(&body).expect("JSON"));
        let types = timed(|| {
            let pins = pinning::pins_of_pin_list(&body).expect("a list");
            assert_eq!(pins.len(), ROWS);
            pins
        });
        if pair > 0 {
            alone.push(json.as_secs_f64());
            typed.push(types.as_secs_f64());
            ratios.push(types.as_secs_f64() / json.as_secs_f64());
        }
    }
    let ratio = median(&mut ratios);
    let within = ratio <= RATIO_LIMIT;
    println!(
        "{ROWS} rows of pinList, {} bytes, median of {PAIRS} pairs:",
        body.len()
    );
    println!("  serde_json::Value  {:.2} ms", median(&mut alone) * 1e3);
    println!("  into types         {:.2} ms", median(&mut typed) * 1e3);
    println!(
        "  ratio {ratio:.2}, limit {RATIO_LIMIT}: {}",
        if within { "ok" } else { "TOO MUCH" }
    );
    // `median` has sorted them. A wide range says that the machine was busy with other things.
    println!(
        "  ratios of the pairs {:.2} to {:.2}",
        ratios[0],
        ratios[PAIRS - 1]
    );
    if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let result = black_box(work());
    let passed = start.elapsed();
    drop(result);
    passed
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// An answer of `GET /data/pinList` with every member that its documentation shows.
fn pin_list() -> Vec<u8> {
    let rows: Vec<Value> = (0..ROWS)
        .map(|n| {
            json!({
                "id": format!("{n:08x}-3f0e-4a4e-9f6b-1c5d2e7a9b{:02x}", n % 256),
                "ipfs_pin_hash": format!("bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4k{n:07}"),
                "size": 123_456 + n,
                "user_id": "c7b5d6de-0d3f-4d0b-8b8a-0c2f6a1d9e11",
                "date_pinned": "2024-05-31T12:34:56.789Z",
                "date_unpinned": null,
                "metadata": {
                    "name": format!("photo {n}.tif"),
                    "keyvalues": { "year": "2024", "paper": "Baryta", "edition": n.to_string() },
                },
                "regions": [
                    { "regionId": "FRA1", "currentReplicationCount": 1, "desiredReplicationCount": 1 },
                    { "regionId": "NYC1", "currentReplicationCount": 1, "desiredReplicationCount": 1 },
                ],
                "mime_type": "image/tiff",
                "number_of_files": 1,
            })
        })
        .collect();
    serde_json::to_vec(&json!({ "count": ROWS, "rows": rows })).expect("JSON")
}

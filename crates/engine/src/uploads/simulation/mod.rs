//! The queue's decisions and its table over random schedules: a service that loses answers, forgets, and takes in late, a
//! process that dies, a clock that jumps, an account that is held, people who click. The service's own count is the judge.
//! See [`crate::schedules`].

mod row;
mod service;
mod world;

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::schedules::each;
use crate::store::{Tx, ledger_in_memory};
use world::{ACCOUNT, World};

/// Steps in which anything may happen; after them nothing goes wrong any more.
const WILD: u32 = 160;
/// Steps after which all rows must have come to rest.
const CALM: u32 = 400;

/// An empty table.
fn table() -> Tx {
    let table = ledger_in_memory();
    table.set_prepared_statement_cache_capacity(200);
    table
        .execute(
            "INSERT INTO account (id, kind, label, keep, created) VALUES (?1, 'sandbox', 's', 'sandbox', 1)",
            [ACCOUNT],
        )
        .expect("an account");
    table
}

#[expect(clippy::print_stdout, reason = "a schedule that fails is told whole")]
fn run(seed: u64, table: &Tx) -> Vec<String> {
    // Nothing of it stays: each schedule begins with an empty table and the same numbers.
    table.execute_batch("BEGIN").expect("begins");
    let mut world = World::new(seed, table);
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        for _ in 0..WILD {
            world.one();
        }
        world.calm = true;
        for _ in 0..CALM {
            if world.rests() {
                break;
            }
            world.one();
        }
        world.judge();
    }));
    if let Err(why) = end {
        println!("PINFOLD_SEED={seed}\n{}", world.trace.join("\n"));
        std::panic::resume_unwind(why);
    }
    let trace = world.trace;
    table.execute_batch("ROLLBACK").expect("is undone");
    trace
}

#[test]
#[expect(clippy::print_stdout, reason = "its figure is what the run is told by")]
fn whatever_breaks_an_upload_ends_once_and_says_what_the_service_has() {
    let (schedules, steps) = (AtomicUsize::new(0), AtomicUsize::new(0));
    each("PINFOLD_SCHEDULES", 2_000, table, |seed, table| {
        schedules.fetch_add(1, Ordering::Relaxed);
        let trace = run(seed, table);
        steps.fetch_add(trace.len(), Ordering::Relaxed);
        if seed % 100 == 7 {
            assert_eq!(run(seed, table), trace, "a seed is one schedule");
        }
    });
    let (schedules, steps) = (schedules.into_inner(), steps.into_inner());
    println!("uploads::step and its table: {schedules} schedules, {steps} steps");
    assert!(
        schedules == 1 || steps > 20 * schedules,
        "too little happened"
    );
}

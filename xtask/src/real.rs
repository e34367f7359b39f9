//! A real engine over real files and the real Sandbox, at sizes that a gate has no time for.

use std::time::Instant;

use crate::Outcome;
use crate::soak::{Line, Options, figures, ran_one};

/// A real engine over real files and the real Sandbox: what it has to bear, and how much of it.
pub(crate) struct Real {
    /// The test's file, and its name.
    target: &'static str,
    test: &'static str,
    /// The variable that says how long, how often, or how many.
    variable: &'static str,
    pub(crate) what: &'static str,
}
pub(crate) const WATCHES: Real = Real {
    target: "watches",
    test: "kill_9_again_and_again_loses_nothing_and_sends_nothing_twice",
    variable: "PINFOLD_SOAK_SECONDS",
    what: "a watched folder under kill -9",
};
pub(crate) const QUEUE: Real = Real {
    target: "drop",
    test: "kill_9_at_each_step_of_the_queue_loses_nothing_and_sends_nothing_twice",
    variable: "PINFOLD_KILLS",
    what: "the queue under kill -9 at each step",
};
/// The queue at full size: what it is to bear, and how much of it.
pub(crate) const QUEUES: [(Real, u64); 3] = [
    (
        Real {
            target: "drop",
            test: "a_damaged_ledger_is_refused_in_a_sentence_or_read_and_never_lies_panics_or_goes",
            variable: "PINFOLD_DAMAGES",
            what: "damaged ledgers, refused or read",
        },
        20_000,
    ),
    (
        Real {
            target: "drop",
            test: "when_the_power_fails_the_ledger_is_whole_and_has_every_upload_that_was_told_of",
            variable: "PINFOLD_STATES",
            what: "ledgers as a power loss leaves them",
        },
        50_000,
    ),
    (
        Real {
            target: "drop",
            test: "the_process_ends_before_each_step_and_nothing_is_lost_or_sent_twice",
            variable: "PINFOLD_PAIRS",
            what: "the queue ends before each pair of its steps",
        },
        1,
    ),
];
/// The programs of all these tests, by their package.
pub(crate) const TARGETS: [(&str, &[&str]); 2] = [
    ("engine", &["--test", "drop"]),
    ("engine", &["--test", "watches"]),
];
/// How long one step of a long run may take: seconds.
const PATIENCE: &str = "3600";
/// What others do in a watched folder: how many files or events, and at what size it is done in full.
pub(crate) const FOLDERS: [(Real, u64); 3] = [
    (
        Real {
            target: "watches",
            test: "a_queue_of_events_that_ran_over_loses_no_file_and_no_folder_that_came_meanwhile",
            variable: "PINFOLD_CREATIONS",
            what: "files made while the system's queue runs over",
        },
        200_000,
    ),
    (
        Real {
            target: "watches",
            test: "a_mirror_that_writes_under_dotted_names_is_pinned_as_it_is_in_the_end",
            variable: "PINFOLD_FILES",
            what: "a mirror that saves each file twice",
        },
        10_000,
    ),
    (
        Real {
            target: "watches",
            test: "an_archive_is_pinned_file_by_file_and_renaming_each_of_them_sends_nothing",
            variable: "PINFOLD_FILES",
            what: "an archive, then all of it renamed",
        },
        10_000,
    ),
];
/// What has limits in time, and has the machine for itself.
pub(crate) const MEASURED: [(Real, u64); 3] = [
    (
        Real {
            target: "watches",
            test: "a_large_folder_is_looked_at_in_seconds_and_again_after_a_restart",
            variable: "PINFOLD_FILES",
            what: "a large folder looked at, and again",
        },
        100_000,
    ),
    (
        Real {
            target: "watches",
            test: "a_file_is_in_the_queue_soon_after_it_was_quiet_for_the_settle_time_and_not_before",
            variable: "PINFOLD_EVENTS",
            what: "from quiet to queued (p95)",
        },
        40,
    ),
    (
        Real {
            target: "drop",
            test: "a_folder_of_very_many_files_is_seen_taken_back_and_sent_in_little_time_and_memory",
            variable: "PINFOLD_FILES",
            what: "a folder of small files: seen, taken back, sent",
        },
        65_000,
    ),
];

/// One of them, at this size.
pub(crate) fn real(options: &Options, real: &Real, much: u64) -> Outcome<Line> {
    let Real {
        target,
        test,
        variable,
        what,
    } = real;
    let seed = options.seed.to_string();
    let start = Instant::now();
    let finished = options
        .test("engine", &["--test", target], test, what)
        .env(variable, much.to_string())
        .env("PINFOLD_SEED", &seed)
        .env("PINFOLD_PATIENCE", PATIENCE)
        .finish()?;
    ran_one(&finished.output)?;
    let figures = figures(&finished.output);
    finished.into_output().map_err(|failure| {
        format!("{failure}\nSee it again: {variable}={much} PINFOLD_SEED={seed} PINFOLD_PATIENCE={PATIENCE} cargo test -p engine {}--test {target} {test} -- --nocapture", options.release())
    })?;
    Ok(Line {
        what: (*what).to_owned(),
        seeds: seed,
        figures: figures.ok_or("the soak printed no figures")?,
        took: start.elapsed(),
    })
}

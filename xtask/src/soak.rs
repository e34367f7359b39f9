//! `cargo xtask soak`: what needs many seeds or many minutes. Every line names its seeds, and what fails says how to see it again.

use std::time::{Duration, Instant};

use crate::Outcome;
use crate::fuzzed::{self, PARSERS};
use crate::measured;
use crate::packages::Purpose;
use crate::process::Run;
use crate::system;

/// The simulations of uploads and of watched folders: test, variable that counts its seeds, seeds, what it is.
const SIMULATIONS: [(&str, &str, u64, &str); 4] = [
    (
        "whatever_breaks_an_upload_ends_once_and_says_what_the_service_has",
        "PINFOLD_SCHEDULES",
        100_000,
        "schedules of uploads, ledger, service, clock, crashes",
    ),
    (
        "two_thousand_schedules_of_people_queue_service_clock_and_crashes_lose_nothing",
        "PINFOLD_SCHEDULES",
        100_000,
        "schedules of people, queue, service, clock, crashes",
    ),
    (
        "a_hundred_thousand_trees_disturbed_twice_come_to_rest_as_they_should",
        "PINFOLD_TREES",
        1_000_000,
        "trees disturbed twice come to rest",
    ),
    (
        "the_order_in_which_paths_are_looked_at_does_not_matter",
        "PINFOLD_ORDERS",
        100_000,
        "the order inside a batch does not matter",
    ),
];
/// A real engine over real files and the real Sandbox: what it has to bear, and how much of it.
struct Real {
    /// The test's file, and its name.
    target: &'static str,
    test: &'static str,
    /// The variable that says how long, how often, or how many.
    variable: &'static str,
    what: &'static str,
}
const WATCHES: Real = Real {
    target: "watches",
    test: "kill_9_again_and_again_loses_nothing_and_sends_nothing_twice",
    variable: "PINFOLD_SOAK_SECONDS",
    what: "a watched folder under kill -9",
};
const QUEUE: Real = Real {
    target: "drop",
    test: "kill_9_at_each_step_of_the_queue_loses_nothing_and_sends_nothing_twice",
    variable: "PINFOLD_KILLS",
    what: "the queue under kill -9 at each step",
};
/// The queue at full size: what it is to bear, and how much of it.
const QUEUES: [(Real, u64); 4] = [
    (
        Real {
            target: "drop",
            test: "a_folder_of_very_many_files_is_seen_taken_back_and_sent_in_little_time_and_memory",
            variable: "PINFOLD_FILES",
            what: "a folder of small files: seen, taken back, sent",
        },
        65_000,
    ),
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
/// How often the queue is killed.
const KILLS: u64 = 1_000;
/// How long one step of a long run may take: seconds.
const PATIENCE: &str = "3600";
/// What others do in a watched folder: how many files or events, and at what size it is done in full.
const FOLDERS: [(Real, u64); 5] = [
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
];

/// How long and how much.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    minutes: u64,
    /// At most so many seeds of each simulation.
    schedules: u64,
    /// How often the queue is killed.
    kills: u64,
    /// At most so many files in each watched folder.
    files: u64,
    /// At most so many inputs of each parser.
    pub(crate) runs: u64,
    seed: u64,
    pub(crate) optimised: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut options = Self {
            minutes: 5,
            schedules: u64::MAX,
            kills: KILLS,
            files: u64::MAX,
            runs: u64::MAX,
            seed: 1,
            optimised: true,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let text = arguments.next().map(String::as_str).unwrap_or_default();
                let number = text.parse().ok().filter(|number| *number > 0);
                number.ok_or_else(|| format!("`{argument}` needs a number above 0, not `{text}`"))
            };
            match argument.as_str() {
                "--minutes" => options.minutes = number()?,
                "--schedules" => options.schedules = number()?,
                "--kills" => options.kills = number()?,
                "--files" => options.files = number()?,
                "--runs" => options.runs = number()?,
                "--seed" => options.seed = number()?,
                "--unoptimised" => options.optimised = false,
                other => return Err(format!("`cargo xtask soak` does not know `{other}`")),
            }
        }
        Ok(options)
    }

    /// A test run with one test of a package, in the chosen build.
    pub(crate) fn test(&self, package: &str, target: &[&str], name: &str) -> Run {
        let cargo = Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let release = self.optimised.then_some("--release");
        cargo
            .args(["test", "-p", package])
            .args(release)
            .args(target)
            .args([name, "--", "--nocapture"])
    }
}

/// What came of one test.
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) seeds: String,
    pub(crate) figures: String,
    pub(crate) took: Duration,
}

pub(crate) fn soak(options: &Options) -> Outcome {
    system::install(Purpose::Build)?;
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    let mut keep = |outcome: Outcome<Line>| match outcome {
        Ok(line) => lines.push(line),
        Err(problem) => problems.push(problem),
    };
    for (test, variable, seeds, what) in SIMULATIONS {
        keep(simulation(options, test, variable, seeds, what));
    }
    for parsers in &PARSERS {
        for (test, what) in parsers.tests {
            keep(fuzzed::fuzzed(options, parsers, test, what));
        }
    }
    for (heavy, much) in FOLDERS.iter().chain(&QUEUES) {
        keep(real(options, heavy, options.files.min(*much)));
    }
    keep(measured::sending(options));
    keep(measured::frames());
    keep(real(options, &WATCHES, options.minutes * 60));
    keep(real(options, &QUEUE, options.kills));
    println!("\n{}", table(&lines));
    for problem in &problems {
        println!("\n{problem}");
    }
    println!("\n{} passed, {} failed", lines.len(), problems.len());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(String::new())
    }
}

fn simulation(
    options: &Options,
    test: &str,
    variable: &str,
    seeds: u64,
    what: &str,
) -> Outcome<Line> {
    let seeds = seeds.min(options.schedules);
    // Building is no part of the figure.
    options
        .test("engine", &["--lib"], "nothing_of_this_name")
        .quiet()
        .output()?;
    let start = Instant::now();
    let finished = options
        .test("engine", &["--lib"], test)
        .env(variable, seeds.to_string())
        .finish()?;
    ran_one(&finished.output)?;
    finished.into_output().map_err(|failure| {
        format!("{failure}\nSee it again, with the seed that is named above: PINFOLD_SEED=<seed> cargo test -p engine --lib {test}")
    })?;
    Ok(Line {
        what: what.to_owned(),
        seeds: format!("0..{}", seeds - 1),
        figures: format!("{seeds} held"),
        took: start.elapsed(),
    })
}

fn real(options: &Options, real: &Real, much: u64) -> Outcome<Line> {
    let Real {
        target,
        test,
        variable,
        what,
    } = real;
    let seed = options.seed.to_string();
    let start = Instant::now();
    let finished = options
        .test("engine", &["--test", target], test)
        .env(variable, much.to_string())
        .env("PINFOLD_SEED", &seed)
        .env("PINFOLD_PATIENCE", PATIENCE)
        .finish()?;
    ran_one(&finished.output)?;
    let figures = figures(&finished.output);
    finished.into_output().map_err(|failure| {
        format!("{failure}\nSee it again: {variable}={much} PINFOLD_SEED={seed} cargo test -p engine --test {target} {test} -- --nocapture")
    })?;
    Ok(Line {
        what: (*what).to_owned(),
        seeds: seed,
        figures: figures.ok_or("the soak printed no figures")?,
        took: start.elapsed(),
    })
}

/// A name that no test has would pass in silence.
pub(crate) fn ran_one(output: &str) -> Outcome {
    if output.lines().any(|line| line.trim() == "running 1 test") {
        Ok(())
    } else {
        Err("the test to be soaked did not run: it may have another name now".to_owned())
    }
}

/// `kills=3 lost=0 …` of the soak's own line, as words.
pub(crate) fn figures(output: &str) -> Option<String> {
    let line = output.lines().find_map(|line| line.split("SOAK ").nth(1))?;
    let words: Vec<_> = line
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| !matches!(*name, "seed" | "seconds"))
        .map(|(name, number)| format!("{number} {name}"))
        .collect();
    Some(words.join(", "))
}

fn table(lines: &[Line]) -> String {
    let row = |what: &str, seeds: &str, took: &str, figures: &str| {
        format!("{what:<54}{seeds:<14}{took:>9}  {figures}")
    };
    let mut rows = vec![row("what", "seeds", "took", "figures")];
    for line in lines {
        let took = format!("{:.1} s", line.took.as_secs_f64());
        rows.push(row(&line.what, &line.seeds, &took, &line.figures));
    }
    rows.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Outcome<Options> {
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn it_can_be_made_short() {
        let short =
            parse("--minutes 1 --schedules 2000 --kills 50 --files 500 --runs 99 --unoptimised")
                .unwrap();
        assert_eq!(
            short,
            Options {
                minutes: 1,
                schedules: 2_000,
                kills: 50,
                files: 500,
                runs: 99,
                seed: 1,
                optimised: false
            }
        );
        assert!(parse("--minutes 0").is_err() && parse("--minutes").is_err());
        assert!(parse("--hours 1").is_err());
    }

    #[test]
    fn the_figures_are_read_from_the_soaks_own_line() {
        let output =
            "running 1 test\ntest soak::x ... SOAK seed=1 seconds=60 kills=80 lost=0 twice=0\nok";
        assert_eq!(
            figures(output).as_deref(),
            Some("80 kills, 0 lost, 0 twice")
        );
        assert_eq!(figures("nothing"), None);
        assert!(ran_one(output).is_ok() && ran_one("running 0 tests").is_err());
    }
}

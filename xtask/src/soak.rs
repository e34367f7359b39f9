//! `cargo xtask soak`: what needs many seeds or many minutes. Every line names its seeds, and what fails says how to see it again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::fuzzed::{self, PARSERS, Parsers};
use crate::hands::at_once;
use crate::layers::cargo;
use crate::measured;
use crate::packages::Purpose;
use crate::process::Run;
use crate::real::{self, FOLDERS, MEASURED, QUEUE, QUEUES, Real, WATCHES, real};
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
/// How often the queue is killed.
const KILLS: u64 = 1_000;

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
    pub(crate) seed: u64,
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

    /// What makes cargo build in the chosen way.
    pub(crate) fn release(&self) -> &'static str {
        if self.optimised { "--release " } else { "" }
    }

    /// The tests of some targets of a package, in the chosen build.
    fn tests(&self, package: &str, target: &[&str]) -> Run {
        let release = self.optimised.then_some("--release");
        let tests = cargo().args(["test", "-p", package]).args(release);
        tests.args(target)
    }

    /// A test run with one test of a package. Its lines are named by what it is, since another one may run beside it.
    pub(crate) fn test(
        &self,
        package: &str,
        target: &[&str],
        name: &str,
        what: &'static str,
    ) -> Run {
        let test = self.tests(package, target);
        test.args([name, "--", "--nocapture"]).said_by(what)
    }
}

/// What came of one test.
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) seeds: String,
    pub(crate) figures: String,
    pub(crate) took: Duration,
}

/// How many run at a time of what measures nothing beside the clock: as many as the smallest machine has cores.
const HANDS: usize = 2;

/// What can run beside another one.
enum Piece {
    Simulation(&'static (&'static str, &'static str, u64, &'static str)),
    Parser(&'static Parsers, &'static (&'static str, &'static str)),
    Real(&'static Real, u64),
}

impl Piece {
    fn run(&self, options: &Options) -> Outcome<Line> {
        match self {
            Self::Simulation(simulated) => simulation(options, simulated),
            Self::Parser(parsers, test) => fuzzed::fuzzed(options, parsers, test),
            Self::Real(heavy, much) => real(options, heavy, *much),
        }
    }

    fn what(&self) -> &'static str {
        match self {
            Self::Simulation((.., what)) | Self::Parser(_, (_, what)) => what,
            Self::Real(heavy, _) => heavy.what,
        }
    }
}

/// The parsers stand first: one of them takes about as long as all that is not measured together.
fn pieces(options: &Options) -> Vec<Piece> {
    let parsers = PARSERS.iter().flat_map(|parsers| {
        let tests = parsers.tests.iter();
        tests.map(move |test| Piece::Parser(parsers, test))
    });
    let files = |(heavy, much): &'static (Real, u64)| Piece::Real(heavy, options.files.min(*much));
    let kills = [
        Piece::Real(&WATCHES, options.minutes * 60),
        Piece::Real(&QUEUE, options.kills),
    ];
    parsers
        .chain(kills)
        .chain(FOLDERS.iter().chain(&QUEUES).map(files))
        .chain(SIMULATIONS.iter().map(Piece::Simulation))
        .collect()
}

/// Builds what will run, so that nobody's figure has it in it.
fn build(options: &Options) -> Outcome {
    let of_parsers = PARSERS.iter().map(|one| (one.package, one.target));
    let mut targets: BTreeMap<&str, BTreeSet<&[&str]>> = BTreeMap::new();
    for (package, target) in of_parsers.chain(real::TARGETS) {
        targets.entry(package).or_default().insert(target);
    }
    for (package, targets) in targets {
        let targets: Vec<&str> = targets.into_iter().flatten().copied().collect();
        options
            .tests(package, &targets)
            .args(["--no-run"])
            .output()?;
    }
    Ok(())
}

pub(crate) fn soak(options: &Options) -> Outcome {
    system::install(Purpose::Build)?;
    build(options)?;
    let start = Instant::now();
    let pieces = pieces(options);
    let together = at_once(HANDS, &pieces, |piece| piece.run(options));
    let broken = |piece: &Piece| Err(format!("`{}` broke off", piece.what()));
    let together = pieces
        .iter()
        .zip(together)
        .map(|(piece, outcome)| outcome.unwrap_or_else(|| broken(piece)));
    let alone = MEASURED
        .iter()
        .map(|(heavy, much)| real(options, heavy, options.files.min(*much)));
    let beside_others = [measured::sending, |_: &Options| measured::frames()];
    let beside_others = beside_others.iter().map(|measure| measure(options));
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for outcome in together.chain(alone).chain(beside_others) {
        match outcome {
            Ok(line) => lines.push(line),
            Err(problem) => problems.push(problem),
        }
    }
    println!("\n{}", table(&lines));
    for problem in &problems {
        println!("\n{problem}");
    }
    println!(
        "\n{:.0} s, {HANDS} at a time where no time is measured",
        start.elapsed().as_secs_f64()
    );
    println!("{} passed, {} failed", lines.len(), problems.len());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(String::new())
    }
}

fn simulation(
    options: &Options,
    (test, variable, seeds, what): &(&str, &str, u64, &'static str),
) -> Outcome<Line> {
    let seeds = options.schedules.min(*seeds);
    let start = Instant::now();
    let finished = options
        .test("engine", &["--lib"], test, what)
        .env(variable, seeds.to_string())
        .finish()?;
    ran_one(&finished.output)?;
    finished.into_output().map_err(|failure| {
        format!("{failure}\nSee it again, with the seed that is named above: PINFOLD_SEED=<seed> cargo test -p engine {}--lib {test}", options.release())
    })?;
    Ok(Line {
        what: (*what).to_owned(),
        seeds: format!("0..{}", seeds - 1),
        figures: format!("{seeds} held"),
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

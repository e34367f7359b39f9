//! `cargo xtask test`: every layer runs, whatever the ones before it said; the table comes last.

use std::time::{Duration, Instant};

use crate::expected::{self, Counts};
use crate::hands::at_once;
use crate::packages::Purpose;
use crate::process::{Finished, Run};
use crate::report::{self, Layer, Tests};
use crate::{Outcome, checkout, named, planted, python, system, ui};

/// In the order in which they begin. The long ones come first, so that both hands are free at about the same time.
const NAMES: [&str; 7] = [
    "format", "rust", "planted", "window", "ui", "lints", "clients",
];
/// How many layers run at a time: most of them wait about as much as they work.
const HANDS: usize = 2;
/// A window test that hangs must not hang the run: seconds, for building and all of them together.
const WINDOW_DEADLINE: &str = "1200";
/// Those of the queue and of watched folders wait more than they work.
const TESTS_AT_ONCE: &str = "3";
/// Each window has a desktop of its own, and waits more than it works.
const WINDOWS_AT_ONCE: &str = "--test-threads=2";

/// What to run.
pub(crate) struct Options {
    only: Vec<String>,
    record: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut options = Self {
            only: Vec::new(),
            record: false,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--record" => options.record = true,
                "--only" => {
                    let names = arguments
                        .next()
                        .ok_or("`--only` needs the names of layers")?;
                    options.only.extend(names.split(',').map(str::to_owned));
                }
                other => return Err(format!("`cargo xtask test` does not know `{other}`")),
            }
        }
        match options
            .only
            .iter()
            .find(|name| !NAMES.contains(&name.as_str()))
        {
            Some(unknown) => Err(format!(
                "there is no layer `{unknown}`, only {}",
                NAMES.join(", ")
            )),
            None => Ok(options),
        }
    }

    fn wants(&self, layer: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == layer)
    }

    /// What the wanted layers need of the system; `None`: nothing.
    fn purpose(&self) -> Option<Purpose> {
        let wants = |layers: &[&str]| layers.iter().any(|layer| self.wants(layer));
        if wants(&["rust", "clients", "window"]) {
            return Some(Purpose::Test);
        }
        wants(&["lints", "planted"]).then_some(Purpose::Build)
    }
}

/// Sets up, runs the layers, prints the table; an error when anything failed or is missing.
pub(crate) fn test(options: &Options) -> Outcome {
    let start = Instant::now();
    let mut preparation = Vec::new();
    let mut layers = match prepare(options, &mut preparation) {
        Ok(()) => run_layers(options),
        Err(problem) => {
            let mut setup = Layer::new("setup");
            setup.check(Err(problem));
            let rest = NAMES.into_iter().filter(|name| options.wants(name));
            std::iter::once(setup).chain(rest.map(Layer::new)).collect()
        }
    };
    if options.wants("rust") && options.wants("window") {
        layers.push(named::check(&layers));
    }
    let ran: Counts = layers
        .iter()
        .map(|layer| (layer.name.to_owned(), layer.ran()))
        .collect();
    let broken = layers.iter().any(|layer| layer.failed > 0);
    let expected = if options.record && !broken {
        expected::record(&ran).map(|()| ran)
    } else {
        expected::read()
    };
    let expected = expected.unwrap_or_else(|problem| {
        let mut counts = Layer::new("counts");
        counts.check(Err(problem));
        layers.push(counts);
        Counts::new()
    });
    let report = report::report(&layers, &preparation, start.elapsed(), &expected);
    println!("{}", report.text);
    if report.failed == 0 {
        Ok(())
    } else {
        Err(String::new())
    }
}

fn prepare(options: &Options, took: &mut Vec<(&'static str, Duration)>) -> Outcome {
    let any = |layers: &[&str]| layers.iter().any(|layer| options.wants(layer));
    if let Some(purpose) = options.purpose() {
        took.push(("system packages", timed(|| system::install(purpose))?));
    }
    // The UI is embedded where the app is compiled.
    if any(&["lints", "rust", "planted", "ui", "clients", "window"]) {
        took.push(("npm ci", timed(|| ui::install(&ui::folder()))?));
        took.push(("npm run build", timed(ui::build)?));
    }
    if any(&["rust", "clients", "window"]) {
        took.push(("cargo build", timed(|| build(options))?));
    }
    Ok(())
}

/// The tests that will run, and the programs that they start. A package's programs are built with its tests: `cargo build`
/// would build every library a second time, with the features that only tests do without.
fn build(options: &Options) -> Outcome {
    let mut tests = if options.wants("rust") {
        rust_tests()?
    } else {
        with_tests(TEST.into_iter(), OF_PROGRAMS.map(str::to_owned).into_iter())
    };
    if options.wants("window") {
        let names = checkout::integration_tests()?;
        let windows = names.into_iter().filter(|name| is_window(name));
        tests = with_tests(tests.iter().map(String::as_str), windows);
    }
    cargo().args(&tests).args(["--no-run"]).output().map(|_| ())
}

fn run_layers(options: &Options) -> Vec<Layer> {
    type Runner = fn(&mut Layer) -> Outcome;
    let runners: [Runner; 7] = [
        format,
        rust,
        planted::planted,
        window,
        ui_layer,
        lints,
        clients,
    ];
    let wanted: Vec<_> = NAMES
        .into_iter()
        .zip(runners)
        .filter(|(name, _)| options.wants(name))
        .collect();
    let ran = at_once(HANDS, &wanted, |(name, runner)| run_layer(name, *runner));
    let names = wanted.iter().map(|(name, _)| *name);
    let layers = names.zip(ran);
    layers
        .map(|(name, layer)| layer.unwrap_or_else(|| broken(name)))
        .collect()
}

fn broken(name: &'static str) -> Layer {
    let mut layer = Layer::new(name);
    layer.check(Err(format!("the layer `{name}` broke off")));
    layer
}

fn run_layer(name: &'static str, runner: fn(&mut Layer) -> Outcome) -> Layer {
    println!("\n=== {name}");
    let mut layer = Layer::new(name);
    let start = Instant::now();
    if let Err(problem) = runner(&mut layer) {
        layer.check(Err(problem));
    }
    layer.took = start.elapsed();
    layer
}

fn timed(step: impl FnOnce() -> Outcome) -> Outcome<Duration> {
    let start = Instant::now();
    step().map(|()| start.elapsed())
}

/// Without backtraces: of a test's task they name its executor alone, and hide what the test says.
pub(crate) fn cargo() -> Run {
    Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).env("RUST_BACKTRACE", "0")
}

fn format(layer: &mut Layer) -> Outcome {
    let formatted = cargo().args(["fmt", "--all", "--check"]).finish()?;
    layer.check(formatted.into_output());
    Ok(())
}

fn lints(layer: &mut Layer) -> Outcome {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    let linted = cargo().args(arguments).finish()?;
    layer.check(linted.into_output());
    Ok(())
}

/// Everything but the real window.
fn rust(layer: &mut Layer) -> Outcome {
    let tests = cargo().args(&rust_tests()?);
    count_cargo(
        layer,
        tests.env("RUST_TEST_THREADS", TESTS_AT_ONCE).finish()?,
    );
    count_cargo(
        layer,
        cargo()
            .args(["test", "--workspace", "--no-fail-fast", "--doc"])
            .finish()?,
    );
    Ok(())
}

/// Quiet, since vitest's lines are many; what fails is shown.
fn ui_layer(layer: &mut Layer) -> Outcome {
    let folder = ui::folder();
    layer.check(
        Run::new("npm")
            .args(["run", "lint"])
            .within(&folder)
            .quiet()
            .output(),
    );
    layer.check(
        Run::new("npm")
            .args(["run", "check"])
            .within(&folder)
            .quiet()
            .output(),
    );
    let report = checkout::target().join("xtask/vitest.json");
    // A report of an earlier run must not be taken for this one's.
    let _ = std::fs::remove_file(&report);
    let to = format!("--outputFile.json={}", report.display());
    let finished = Run::new("npm")
        .args(["test", "--", "--reporter=default", "--reporter=json", &to])
        .within(&folder)
        .quiet()
        .finish()?;
    let text = std::fs::read_to_string(&report)
        .map_err(|error| format!("vitest left no report ({error}). {}", finished.failure))?;
    layer.count(
        Tests::of_vitest(&text)?,
        (!finished.success).then_some(finished.failure),
    );
    Ok(())
}

/// Clients that are not ours, against the Sandbox as a program.
fn clients(layer: &mut Layer) -> Outcome {
    let folder = checkout::root().join("tests/clients");
    ui::install(&folder)?;
    let python = python::install(&folder)?;
    let finished = Run::new("node")
        .args(["run.mjs"])
        .env(
            "PINFOLD_SANDBOX",
            checkout::program("debug", "pinfold-sandbox"),
        )
        .env("PINFOLD_PYTHON", python)
        .within(&folder)
        .finish()?;
    layer.count(
        Tests::of_last_line(&finished.output),
        (!finished.success).then_some(finished.failure),
    );
    Ok(())
}

fn window(layer: &mut Layer) -> Outcome {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tests = Run::new("timeout")
        .args(["--kill-after=20", WINDOW_DEADLINE])
        .args([cargo])
        .args(&window_tests()?)
        .args(["--", WINDOWS_AT_ONCE, "--nocapture"])
        .env("RUST_BACKTRACE", "0")
        .said_by("window");
    count_cargo(layer, tests.finish()?);
    Ok(())
}

/// Tests of the packages whose programs are started by the tests of others.
const OF_PROGRAMS: [&str; 2] = ["command_line", "service"];
/// Always the whole workspace, so that each dependency is built with one set of features.
const TEST: [&str; 3] = ["test", "--workspace", "--no-fail-fast"];

fn rust_tests() -> Outcome<Vec<String>> {
    let names = checkout::all_integration_tests()?;
    let names = names
        .into_iter()
        .filter(|name| !is_window(name) && name != "window_bench");
    let everything_else = TEST.into_iter().chain(["--lib", "--bins"]);
    Ok(with_tests(everything_else, names))
}

fn window_tests() -> Outcome<Vec<String>> {
    let names = checkout::integration_tests()?;
    Ok(with_tests(
        TEST.into_iter(),
        names.into_iter().filter(|name| is_window(name)),
    ))
}

fn with_tests<'a>(
    arguments: impl Iterator<Item = &'a str>,
    names: impl Iterator<Item = String>,
) -> Vec<String> {
    let names = names.flat_map(|name| ["--test".to_owned(), name]);
    arguments.map(str::to_owned).chain(names).collect()
}

/// Every program of the workspace.
pub(crate) fn build_programs() -> Outcome {
    cargo()
        .args(["build", "--workspace", "--bins"])
        .output()
        .map(|_| ())
}

/// Whether an integration test opens the real window to see that it is right. `window_bench` measures it.
fn is_window(name: &str) -> bool {
    matches!(name, "screens" | "tour")
}

fn count_cargo(layer: &mut Layer, finished: Finished) {
    let refusals = report::refusals(&finished.output).map(str::to_owned);
    layer.refusals.extend(refusals);
    let names = named::passed(&finished.output).map(str::to_owned);
    layer.names.extend(names);
    layer.count(
        Tests::of_cargo(&finished.output),
        (!finished.success).then_some(finished.failure),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Outcome<Options> {
        Options::parse(
            &line
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn without_names_every_layer_is_wanted() {
        let options = parse("--record").unwrap();
        assert!(options.record && NAMES.into_iter().all(|name| options.wants(name)));
    }

    #[test]
    fn only_the_named_layers_are_wanted() {
        let options = parse("--only ui,rust").unwrap();
        assert!(options.wants("ui") && options.wants("rust") && !options.wants("window"));
    }

    #[test]
    fn what_is_only_built_needs_less_of_the_system() {
        let purpose = |line| parse(line).unwrap().purpose();
        assert_eq!(purpose(""), Some(Purpose::Test));
        assert_eq!(purpose("--only planted,ui"), Some(Purpose::Build));
        assert_eq!(purpose("--only planted,rust"), Some(Purpose::Test));
        assert_eq!(purpose("--only format,ui"), None);
    }

    #[test]
    fn the_usage_names_every_layer() {
        let all = format!("LAYERS: {}", NAMES.join(", "));
        assert!(crate::USAGE.contains(&all), "{all}");
    }

    #[test]
    fn an_unknown_layer_or_argument_is_refused() {
        assert!(parse("--only ux").is_err());
        assert!(parse("--fast").is_err());
        assert!(parse("--only").is_err());
    }
}

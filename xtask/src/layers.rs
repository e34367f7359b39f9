//! `cargo xtask test`: every layer runs, whatever the ones before it said; the table comes last.

use std::time::{Duration, Instant};

use crate::expected::{self, Counts};
use crate::packages::Purpose;
use crate::process::{Finished, Run};
use crate::report::{self, Layer, Tests};
use crate::{Outcome, checkout, system, ui};

const NAMES: [&str; 6] = ["format", "lints", "rust", "ui", "clients", "window"];
/// A window test that hangs must not hang the run: seconds, for building and all of them together.
const WINDOW_DEADLINE: &str = "1200";
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
    if any(&["lints", "rust", "clients", "window"]) {
        took.push(("system packages", timed(|| system::install(Purpose::Test))?));
    }
    // The UI is embedded where the app is compiled.
    if any(&["lints", "rust", "ui", "clients", "window"]) {
        took.push(("npm ci", timed(|| ui::install(&ui::folder()))?));
        took.push(("npm run build", timed(ui::build)?));
    }
    Ok(())
}

fn run_layers(options: &Options) -> Vec<Layer> {
    type Runner = fn(&mut Layer) -> Outcome;
    let runners: [Runner; 6] = [format, lints, rust, ui_layer, clients, window];
    let wanted = || {
        NAMES
            .into_iter()
            .zip(runners)
            .filter(|(name, _)| options.wants(name))
    };
    // The window waits more than it works: the page's own checks fit into its pauses.
    let beside = |name: &str| name == "ui" && options.wants("window");
    let mut layers: Vec<Layer> = std::thread::scope(|scope| {
        let mut aside = Vec::new();
        let mut done = Vec::new();
        for (name, runner) in wanted().filter(|(name, _)| !beside(name)) {
            if name == "window" {
                let pages = wanted().filter(|(name, _)| beside(name));
                aside.extend(
                    pages.map(|(name, runner)| scope.spawn(move || run_layer(name, runner))),
                );
            }
            done.push(run_layer(name, runner));
        }
        let others = aside
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| broken("ui")));
        done.extend(others);
        done
    });
    layers.sort_by_key(|layer| NAMES.iter().position(|name| *name == layer.name));
    layers
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

fn cargo() -> Run {
    Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
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

/// Everything but the real window; always the whole workspace, so that each dependency is built with one set of features.
fn rust(layer: &mut Layer) -> Outcome {
    build_programs()?;
    let mut tests = cargo().args(["test", "--workspace", "--no-fail-fast", "--lib", "--bins"]);
    for name in checkout::all_integration_tests()?
        .iter()
        .filter(|name| !is_window(name) && *name != "window_bench")
    {
        tests = tests.args(["--test", name]);
    }
    count_cargo(layer, tests.finish()?);
    count_cargo(
        layer,
        cargo()
            .args(["test", "--workspace", "--no-fail-fast", "--doc"])
            .finish()?,
    );
    Ok(())
}

/// Quiet, since the window may be talking; what fails is shown.
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
    build_programs()?;
    let folder = checkout::root().join("tests/clients");
    ui::install(&folder)?;
    let finished = Run::new("node")
        .args(["run.mjs"])
        .env(
            "PINFOLD_SANDBOX",
            checkout::program("debug", "pinfold-sandbox"),
        )
        .within(&folder)
        .finish()?;
    layer.count(
        Tests::of_last_line(&finished.output),
        (!finished.success).then_some(finished.failure),
    );
    Ok(())
}

fn window(layer: &mut Layer) -> Outcome {
    build_programs()?;
    let mut tests = Run::new("timeout")
        .args(["--kill-after=20", WINDOW_DEADLINE])
        .args([std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())]);
    tests = tests.args(["test", "--workspace", "--no-fail-fast"]);
    for name in checkout::integration_tests()?
        .iter()
        .filter(|name| is_window(name))
    {
        tests = tests.args(["--test", name]);
    }
    count_cargo(
        layer,
        tests
            .args(["--", WINDOWS_AT_ONCE, "--nocapture"])
            .finish()?,
    );
    Ok(())
}

/// The tests start these as programs; `cargo test` builds only the ones of the test's own package.
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
    fn an_unknown_layer_or_argument_is_refused() {
        assert!(parse("--only ux").is_err());
        assert!(parse("--fast").is_err());
        assert!(parse("--only").is_err());
    }
}

//! Figures that are measured beside a baseline or a limit, always in programs as people get them.

use std::time::Instant;

use crate::layers::cargo;
use crate::packages::Purpose;
use crate::process::Run;
use crate::soak::{Line, Options, figures};
use crate::{Outcome, bundle, checkout, system, ui};

/// `cargo bench` of a package.
pub(crate) fn bench(package: &str) -> Run {
    cargo().args(["bench", "-p", package, "--benches"])
}

/// What the window is measured with: its page, and every program, optimised.
pub(crate) fn build_window() -> Outcome {
    system::install(Purpose::Test)?;
    ui::install(&ui::folder())?;
    ui::build()?;
    bundle::build_programs()
}

/// The window's figures, or some of them by name.
pub(crate) fn window(names: &[&str]) -> Run {
    // It only starts what is measured, and need not be fast itself.
    cargo()
        .args(["test", "--workspace", "--test", "window_bench", "--"])
        .args(names)
        .env("PINFOLD_BENCH", checkout::target().join("release"))
}

/// A large file in chunks beside `curl -T`, and how much a process grows with it.
pub(crate) fn sending(options: &Options) -> Outcome<Line> {
    bench("engine").args(["--no-run"]).quiet().output()?;
    let much: &[&str] = if options.optimised {
        &[]
    } else {
        &["--", "--quick"]
    };
    let run = bench("engine").args(much);
    line("a large file in chunks, beside curl -T", run)
}

/// How long the window shows the same frame while very many files are sent.
pub(crate) fn frames() -> Outcome<Line> {
    build_window()?;
    let run = window(&["frames"]);
    line("the window's frames while 65,000 files are sent", run)
}

fn line(what: &str, run: Run) -> Outcome<Line> {
    let start = Instant::now();
    let output = run.output()?;
    Ok(Line {
        what: what.to_owned(),
        seeds: "-".to_owned(),
        figures: figures(&output).ok_or("the measurement printed no figures")?,
        took: start.elapsed(),
    })
}

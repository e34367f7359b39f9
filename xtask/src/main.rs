//! `cargo xtask`: sets the machine up, then runs, tests, measures or bundles Pinfold.
//!
//! It is built before any system package is there, so it depends on nothing that needs one.
#![expect(
    clippy::print_stdout,
    reason = "it is a program for the terminal: what it prints is its result"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "it reads the checkout and measures its own steps; the app's rules on files and time are for the app"
)]

mod bench;
mod bundle;
mod checkout;
mod desktop;
mod expected;
mod faultless;
mod fuzzed;
mod hands;
mod layers;
mod measured;
mod named;
mod packages;
mod planted;
mod process;
mod python;
mod real;
mod report;
mod run;
mod soak;
mod stamp;
mod system;
mod ui;

use std::process::ExitCode;

/// A sentence that says what went wrong, with the end of the output where a command failed.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
cargo xtask run [ARGUMENTS]      set up, build, open the window; without a display: take the tour and save its screenshots
cargo xtask test [--only LAYERS] set up, then everything, or some layers, with commas between them
                 [--record]      and write what ran into tests/expected.toml
                 LAYERS: format, rust, planted, window, ui, lints, clients
cargo xtask bundle [--check]     deb and rpm; --check installs the deb, starts it from its menu entry and removes it again
cargo xtask bench                the figures: hashing, sending, first paint, memory, typing in 100,000 pins, 10,000 queued uploads
cargo xtask soak                 many seeds of the simulations, parsers over inputs that nobody meant, large folders, damaged ledgers, a large file beside curl, the window's frames, five minutes of kill -9 under one, 1,000 of the queue, optimised
                 [--minutes N] [--kills N] [--files N] [--runs N] [--schedules N] [--seed N] [--unoptimised]
cargo xtask system [test|bundle] only install the system packages";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "run" => run::run(&rest),
        "test" => layers::Options::parse(&rest).and_then(|options| layers::test(&options)),
        "bundle" => bundle::bundle(&rest),
        "bench" => bench::bench(&rest),
        "soak" => soak::Options::parse(&rest).and_then(|options| soak::soak(&options)),
        "system" => system::command(&rest),
        "" | "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // An empty sentence: the command has said everything, and its last line is read by others.
            if !problem.is_empty() {
                eprintln!("xtask: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}

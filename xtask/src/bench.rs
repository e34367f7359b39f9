//! `cargo xtask bench`: every figure is a ratio to a baseline of the same run.

use crate::packages::Purpose;
use crate::process::Run;
use crate::{Outcome, system, ui};

pub(crate) fn bench(arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err(format!(
            "`cargo xtask bench` takes no arguments, not `{}`",
            arguments.join(" ")
        ));
    }
    system::install(Purpose::Test)?;
    ui::install(&ui::folder())?;
    ui::build()?;
    let cargo = || Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let content = cargo()
        .args(["bench", "-p", "content", "--benches"])
        .output();
    let lists = cargo()
        .args(["bench", "-p", "pinning", "--benches"])
        .output();
    // The window's bench starts these as programs, in the same profile.
    cargo()
        .args(["build", "--release", "--workspace", "--bins", "--examples"])
        .output()?;
    let window = cargo()
        .args(["test", "--release", "--workspace", "--test", "window_bench"])
        .env("PINFOLD_BENCH", "1")
        .output();
    content?;
    lists?;
    window.map(|_| ())
}

//! `cargo xtask bench`: every figure is a ratio to a baseline of the same run.

use crate::packages::Purpose;
use crate::process::Run;
use crate::{Outcome, bundle, checkout, system, ui};

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
    let sending = cargo()
        .args(["bench", "-p", "engine", "--benches"])
        .output();
    bundle::build_programs()?;
    cargo()
        .args(["build", "--release", "--example", "empty_window"])
        .output()?;
    // It only starts what is measured, and need not be fast itself.
    let window = cargo()
        .args(["test", "--workspace", "--test", "window_bench"])
        .env("PINFOLD_BENCH", checkout::target().join("release"))
        .output();
    content?;
    sending?;
    lists?;
    window.map(|_| ())
}

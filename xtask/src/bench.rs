//! `cargo xtask bench`: every figure is a ratio to a baseline of the same run.

use crate::{Outcome, measured, process::Run};

pub(crate) fn bench(arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err(format!(
            "`cargo xtask bench` takes no arguments, not `{}`",
            arguments.join(" ")
        ));
    }
    measured::build_window()?;
    let packages =
        ["content", "pinning", "engine"].map(|package| measured::bench(package).output());
    Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--example", "empty_window"])
        .output()?;
    let window = measured::window(&[]).output();
    for measured in packages {
        measured?;
    }
    window.map(|_| ())
}

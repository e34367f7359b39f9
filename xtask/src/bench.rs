//! `cargo xtask bench`: every figure is a ratio to a baseline of the same run.

use crate::layers::cargo;
use crate::{Outcome, measured};

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
    cargo()
        .args(["build", "--release", "--example", "empty_window"])
        .output()?;
    let window = measured::window(&[]).output();
    for measured in packages {
        measured?;
    }
    window.map(|_| ())
}

//! A Python with the packages of a `requirements.txt`, in a folder of its own.

use std::fs;
use std::hash::{DefaultHasher, Hash};
use std::path::{Path, PathBuf};

use crate::process::Run;
use crate::stamp::Stamp;
use crate::{Outcome, checkout};

/// The interpreter with what `requirements.txt` in this folder names, each file by its hash; made anew when that or the
/// system's Python has changed.
pub(crate) fn install(folder: &Path) -> Outcome<PathBuf> {
    let requirements = folder.join("requirements.txt");
    let mut state = DefaultHasher::new();
    Run::new("python3")
        .args(["--version"])
        .quiet()
        .output()?
        .hash(&mut state);
    fs::read(&requirements)
        .map_err(|error| format!("{}: {error}", requirements.display()))?
        .hash(&mut state);
    let place = checkout::target().join("xtask/python");
    let python = place.join("bin/python");
    let stamp = Stamp::new(place.join("xtask.stamp"), &state);
    if python.exists() && stamp.is_fresh() {
        println!("Python's packages: as requirements.txt says.");
        return Ok(python);
    }
    Run::new("python3")
        .args(["-m", "venv", "--clear"])
        .args([&place])
        .output()?;
    Run::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        // Nothing but what stands there, and nothing that would have to be built.
        .args([
            "--require-hashes",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--requirement",
        ])
        .args([&requirements])
        .output()?;
    stamp.write()?;
    Ok(python)
}

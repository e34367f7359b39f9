//! The UI's packages and its build, each redone only when what it depends on has changed.

use std::fs;
use std::hash::{DefaultHasher, Hash};
use std::path::{Path, PathBuf};

use crate::process::{self, Run};
use crate::stamp::Stamp;
use crate::{Outcome, checkout};

/// The UI's folder.
pub(crate) fn folder() -> PathBuf {
    checkout::root().join("ui")
}

/// `npm ci` in a folder, from its lock file alone; skipped when the lock file has not changed since the last one.
pub(crate) fn install(folder: &Path) -> Outcome {
    if !process::exists("npm") || !process::exists("node") {
        return Err("Node.js and npm are needed (20.19 or newer): https://nodejs.org".to_owned());
    }
    let node = Run::new("node").args(["--version"]).quiet().output()?;
    let mut state = DefaultHasher::new();
    node.hash(&mut state);
    for name in ["package.json", "package-lock.json"] {
        let path = folder.join(name);
        fs::read(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?
            .hash(&mut state);
    }
    let stamp = Stamp::new(folder.join("node_modules/.xtask-stamp"), &state);
    if stamp.is_fresh() {
        println!(
            "Packages of {}: as the lock file says.",
            folder
                .strip_prefix(checkout::root())
                .unwrap_or(folder)
                .display()
        );
        return Ok(());
    }
    Run::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .within(folder)
        .output()?;
    stamp.write()
}

/// `npm run build` where a source has changed since the last one: cargo embeds `ui/dist`.
pub(crate) fn build() -> Outcome {
    let mut state = DefaultHasher::new();
    sources(&folder(), &mut state)?;
    let stamp = Stamp::new(checkout::target().join("xtask/ui-build.stamp"), &state);
    if folder().join("dist/index.html").is_file() && stamp.is_fresh() {
        println!("The UI's build is fresh.");
        return Ok(());
    }
    Run::new("npm")
        .args(["run", "build"])
        .within(&folder())
        .output()?;
    stamp.write()
}

fn sources(folder: &Path, state: &mut DefaultHasher) -> Outcome {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths: Vec<_> = fs::read_dir(folder)
        .map_err(fail)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort_unstable();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if name != "node_modules" && name != "dist" {
                sources(&path, state)?;
            }
        } else {
            path.hash(state);
            fs::read(&path)
                .map_err(|error| format!("{}: {error}", path.display()))?
                .hash(state);
        }
    }
    Ok(())
}

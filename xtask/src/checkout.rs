//! Where things are in the checkout.

use std::env;
use std::path::{Path, PathBuf};

/// The folder that holds the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Cargo's target folder: `CARGO_TARGET_DIR` when it is set, relative to the workspace.
pub(crate) fn target() -> PathBuf {
    root().join(
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from),
    )
}

/// A built program.
pub(crate) fn program(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(name)
}

/// The names of the integration tests under `tests/`, in order.
pub(crate) fn integration_tests() -> Result<Vec<String>, String> {
    names_in(&root().join("tests"))
}

/// The names of the integration tests of the crates under `crates/` and of the root, without doubles.
pub(crate) fn all_integration_tests() -> Result<Vec<String>, String> {
    let mut names = integration_tests()?;
    let crates = root().join("crates");
    for entry in std::fs::read_dir(&crates)
        .map_err(|error| format!("{}: {error}", crates.display()))?
        .flatten()
    {
        let tests = entry.path().join("tests");
        if tests.is_dir() {
            names.extend(names_in(&tests)?);
        }
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn names_in(folder: &Path) -> Result<Vec<String>, String> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.path())
        // As cargo finds them: a file, or a folder with a `main.rs`.
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "rs")
                || path.join("main.rs").is_file()
        })
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort_unstable();
    Ok(names)
}

//! `cargo xtask run`: from a fresh checkout to the open window, or to the tour where there is no display.

use std::path::Path;

use crate::packages::Purpose;
use crate::process::Run;
use crate::{Outcome, checkout, layers, system, ui};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let display = has_display();
    system::install(if display {
        Purpose::Build
    } else {
        Purpose::Test
    })?;
    ui::install(&ui::folder())?;
    ui::build()?;
    if display {
        layers::build_programs()?;
        return Run::new(checkout::program("debug", "pinfold-desktop"))
            .args(arguments)
            .with_terminal();
    }
    println!("No display here: opening the window on a virtual one, and taking the tour.");
    if !arguments.is_empty() {
        println!(
            "The tour takes no arguments; these are left out: {}",
            arguments.join(" ")
        );
    }
    let folder = checkout::target().join("tour");
    clear(&folder)?;
    let tour = Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    tour.args(["test", "--workspace", "--test", "tour", "--", "--nocapture"])
        .output()?;
    let pictures = pictures(&folder)?;
    if pictures.is_empty() {
        return Err(format!(
            "the tour left no screenshot in {}",
            folder.display()
        ));
    }
    println!("The tour is done. {} screenshots:", pictures.len());
    for picture in pictures {
        println!("  {picture}");
    }
    Ok(())
}

fn has_display() -> bool {
    cfg!(not(target_os = "linux"))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .into_iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Pictures of an earlier tour must not be taken for this one's.
fn clear(folder: &Path) -> Outcome {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn pictures(folder: &Path) -> Outcome<Vec<String>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .collect();
    paths.sort_unstable();
    Ok(paths
        .into_iter()
        .map(|path| {
            path.strip_prefix(checkout::root())
                .unwrap_or(&path)
                .display()
                .to_string()
        })
        .collect())
}

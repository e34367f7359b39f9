//! `cargo xtask bundle`: the deb and the rpm, and with `--check` a real installation of the deb.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::desktop::{Desktop, until};
use crate::packages::Purpose;
use crate::process::Run;
use crate::{Outcome, checkout, faultless, system, ui};

const PROGRAMS: [&str; 3] = [
    "/usr/bin/pinfold-desktop",
    "/usr/bin/pinfold",
    "/usr/bin/pinfold-sandbox",
];
/// What the command line says of itself: how it is asked, the file that is made of it, and where people's programs look for
/// that. The list in `tauri.conf.json` is the same.
const SAID: [(&[&str], &str, &str); 4] = [
    (&["man"], "pinfold.1", "/usr/share/man/man1/pinfold.1"),
    (
        &["completions", "bash"],
        "pinfold.bash",
        "/usr/share/bash-completion/completions/pinfold",
    ),
    (
        &["completions", "zsh"],
        "_pinfold",
        "/usr/share/zsh/site-functions/_pinfold",
    ),
    (
        &["completions", "fish"],
        "pinfold.fish",
        "/usr/share/fish/vendor_completions.d/pinfold.fish",
    ),
];
const ENTRY: &str = "/usr/share/applications/Pinfold.desktop";
const TITLE: &str = "Pinfold";

pub(crate) fn bundle(arguments: &[String]) -> Outcome {
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--check"] => true,
        ["--check", deb] => {
            system::install(Purpose::Bundle)?;
            // The name of a file alone would be taken for that of a package.
            let deb = std::path::absolute(deb).map_err(|error| format!("{deb}: {error}"))?;
            return installs_and_starts(&deb);
        }
        _ => {
            let takes = "`cargo xtask bundle` takes nothing, `--check`, or `--check DEB` for one that is there";
            return Err(takes.to_owned());
        }
    };
    system::install(Purpose::Bundle)?;
    ui::install(&ui::folder())?;
    ui::build()?;
    build_programs()?;
    for program in PROGRAMS {
        let name = program.rsplit('/').next().unwrap_or(program);
        faultless::has_none(&checkout::program("release", name))?;
    }
    write_what_it_says()?;
    let bundles = checkout::target().join("release/bundle");
    // A package of an earlier version must not be taken for this one's.
    let _ = std::fs::remove_dir_all(&bundles);
    Run::new("ui/node_modules/.bin/tauri")
        .args(["bundle", "--bundles", "deb,rpm"])
        .output()?;
    let deb = only_file(&bundles.join("deb"), "deb")?;
    let rpm = only_file(&bundles.join("rpm"), "rpm")?;
    let in_deb = Run::new("dpkg-deb")
        .args(["--contents"])
        .args([&deb])
        .quiet()
        .output()?;
    let in_rpm = Run::new("rpm")
        .args(["--query", "--list", "--package"])
        .args([&rpm])
        .quiet()
        .output()?;
    for (package, contents) in [(&deb, in_deb), (&rpm, in_rpm)] {
        println!(
            "{} ({:.1} MB)",
            package
                .strip_prefix(checkout::root())
                .unwrap_or(package)
                .display(),
            megabytes(package)?
        );
        holds_everything(package, &contents)?;
    }
    if check {
        installs_and_starts(&deb)
    } else {
        Ok(())
    }
}

/// The programs as people get them.
pub(crate) fn build_programs() -> Outcome {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let packages = ["-p", "pinfold-desktop", "-p", "sandbox", "-p", "cli"];
    Run::new(cargo)
        .args(["build", "--release", "--bins"])
        .args(packages)
        .output()
        .map(|_| ())
}

/// The manual page and the completions, beside the programs.
fn write_what_it_says() -> Outcome {
    let programs = checkout::target().join("release");
    let folder = programs.join("said");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    for (asked, file, _) in SAID {
        let said = Run::new(programs.join("pinfold"))
            .args(asked)
            .quiet()
            .output()?;
        std::fs::write(folder.join(file), said).map_err(failed)?;
    }
    Ok(())
}

fn holds_everything(package: &Path, contents: &str) -> Outcome {
    for wanted in PROGRAMS
        .into_iter()
        .chain([ENTRY, "/usr/share/icons/hicolor/"])
        .chain(SAID.map(|(_, _, path)| path))
    {
        // A deb lists its files with `./`, `/` or nothing before them.
        if !contents.contains(wanted.trim_start_matches('/')) {
            return Err(format!("{} holds no {wanted}", package.display()));
        }
        println!("  holds {wanted}");
    }
    Ok(())
}

fn installs_and_starts(deb: &Path) -> Outcome {
    let name = Run::new("dpkg-deb")
        .args(["--field"])
        .args([deb])
        .args(["Package"])
        .quiet()
        .output()?
        .trim()
        .to_owned();
    println!("Installing {name}");
    system::apt(&[
        "install",
        "--yes",
        "--no-install-recommends",
        "--reinstall",
        &deb.display().to_string(),
    ])?;
    let seen = starts_from_its_entry();
    println!("Removing {name}");
    system::apt(&["remove", "--yes", &name])?;
    seen?;
    let said = SAID.map(|(_, _, path)| path);
    let mut installed = PROGRAMS.into_iter().chain([ENTRY]).chain(said);
    if let Some(left) = installed.find(|path| Path::new(path).exists()) {
        return Err(format!(
            "{left} is still there after the package was removed"
        ));
    }
    println!("Nothing of it is left. The bundle holds.");
    Ok(())
}

fn starts_from_its_entry() -> Outcome {
    Run::new("desktop-file-validate").args([ENTRY]).output()?;
    let entry = std::fs::read_to_string(ENTRY).map_err(|error| format!("{ENTRY}: {error}"))?;
    for line in entry.lines() {
        println!("  {line}");
    }
    let folder = checkout::target().join("bundle-check");
    let desktop = Desktop::start(&folder)?;
    // What it starts would keep its pipes open.
    desktop
        .program("sh")
        .args(["-c", "exec gtk-launch Pinfold >/dev/null 2>&1"])
        .output()?;
    let window = desktop.window(TITLE, Duration::from_mins(1))?;
    let process = desktop
        .program("xdotool")
        .args(["getwindowpid", &window])
        .quiet()
        .output()?
        .trim()
        .to_owned();
    let program = std::fs::read_link(format!("/proc/{process}/exe"))
        .map_err(|error| format!("/proc/{process}/exe: {error}"))?;
    if program != Path::new(PROGRAMS[0]) {
        return Err(format!(
            "the window belongs to {}, not to the installed program",
            program.display()
        ));
    }
    println!(
        "The window \"{TITLE}\" is on the screen; it belongs to {}.",
        program.display()
    );
    let picture = folder.join("window.png");
    until(
        Duration::from_secs(30),
        "something painted in the window",
        || {
            painted(&desktop, &window, &picture)
                .ok()
                .filter(|colours| *colours > 16)
        },
    )?;
    println!(
        "Painted: {}",
        picture
            .strip_prefix(checkout::root())
            .unwrap_or(&picture)
            .display()
    );
    desktop
        .program("wmctrl")
        .args(["-i", "-c", &window])
        .output()?;
    let running = PathBuf::from(format!("/proc/{process}/exe"));
    let closed = until(
        Duration::from_secs(20),
        "the program to end after its window was closed",
        || (!running.exists()).then_some(()),
    );
    if closed.is_err() {
        Run::new("kill").args([&process]).output()?;
    }
    closed?;
    println!("Its window was closed, and the program ended.");
    Ok(())
}

/// How many colours the window shows: one or two before anything is drawn.
fn painted(desktop: &Desktop, window: &str, picture: &Path) -> Outcome<usize> {
    desktop
        .program("import")
        .args(["-window", window])
        .args([picture])
        .quiet()
        .output()?;
    let colours = desktop
        .program("identify")
        .args(["-format", "%k"])
        .args([picture])
        .quiet()
        .output()?;
    colours
        .trim()
        .parse()
        .map_err(|_| format!("`identify` said {colours}"))
}

fn only_file(folder: &Path, extension: &str) -> Outcome<PathBuf> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|found| found == extension))
        .collect();
    match (files.pop(), files.is_empty()) {
        (Some(file), true) => Ok(file),
        _ => Err(format!("{} should hold one .{extension}", folder.display())),
    }
}

fn megabytes(path: &Path) -> Outcome<f64> {
    let length = std::fs::metadata(path)
        .map_err(|error| format!("{}: {error}", path.display()))?
        .len();
    Ok(length as f64 / 1e6)
}

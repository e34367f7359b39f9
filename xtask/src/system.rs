//! Installs what the system lacks, and says which and why.

use std::collections::HashSet;

use crate::Outcome;
use crate::packages::{self, Package, Purpose};
use crate::process::{self, Run};

/// `cargo xtask system [test|bundle]`.
pub(crate) fn command(arguments: &[String]) -> Outcome {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => install(Purpose::Build),
        ["test"] => install(Purpose::Test),
        ["bundle"] => install(Purpose::Bundle),
        _ => Err("`cargo xtask system` takes nothing, `test` or `bundle`".to_owned()),
    }
}

/// Makes sure that all packages for this purpose are there.
pub(crate) fn install(purpose: Purpose) -> Outcome {
    if !process::exists("apt-get") || !process::exists("dpkg-query") {
        return elsewhere(purpose);
    }
    let missing = missing(purpose)?;
    if missing.is_empty() {
        println!(
            "System packages: all {} are there.",
            packages::needed(purpose).count()
        );
        return Ok(());
    }
    println!("System packages that are missing:");
    for package in &missing {
        println!("  {:30} {}", package.debian, package.why);
    }
    apt(&["update"])?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(missing.iter().map(|package| package.debian));
    apt(&install)?;
    let still = self::missing(purpose)?;
    if still.is_empty() {
        return Ok(());
    }
    Err(format!(
        "apt-get said success, yet these packages are not installed: {}",
        names(&still)
    ))
}

/// Runs `apt-get` as root: itself when we are root, through sudo otherwise. Waits for another apt to finish.
pub(crate) fn apt(arguments: &[&str]) -> Outcome {
    let mut line = vec![
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=600",
        "-o",
        "Acquire::Retries=3",
        "-o",
        "Dpkg::Use-Pty=0",
        "-q",
    ];
    line.extend_from_slice(arguments);
    let user = Run::new("id").args(["-u"]).quiet().output()?;
    if user.trim() == "0" {
        return Run::new("env").args(line).output().map(|_| ());
    }
    if !process::exists("sudo") {
        return Err(format!(
            "this needs root, and there is no sudo. As root, run: {}",
            line[1..].join(" ")
        ));
    }
    println!("This needs root: sudo may ask for your password.");
    Run::new("sudo").args(["env"]).args(line).with_terminal()
}

fn missing(purpose: Purpose) -> Outcome<Vec<&'static Package>> {
    // dpkg-query fails when it does not know one of the names; what it prints about the others is right all the same.
    let all: Vec<_> = packages::needed(purpose).collect();
    let known = Run::new("dpkg-query")
        .args([
            "--show",
            "--showformat",
            "${db:Status-Status} ${Package}\\n",
        ])
        .args(all.iter().map(|package| package.debian))
        .quiet()
        .finish()?;
    let installed: HashSet<_> = known
        .output
        .lines()
        .filter_map(|line| line.strip_prefix("installed "))
        .map(str::trim)
        .collect();
    Ok(all
        .into_iter()
        .filter(|package| !installed.contains(package.debian))
        .collect())
}

fn elsewhere(purpose: Purpose) -> Outcome {
    if purpose == Purpose::Build
        && (cfg!(target_os = "macos")
            || Run::new("pkg-config")
                .args(["--exists", "webkit2gtk-4.1"])
                .quiet()
                .output()
                .is_ok())
    {
        println!("No apt-get here, and the libraries that the window needs are there.");
        return Ok(());
    }
    println!("No apt-get here. Install what is missing with the line for your system:");
    for line in packages::lines_for_others(purpose) {
        println!("  {line}");
    }
    Err("system packages may be missing, and only apt-get is driven by itself".to_owned())
}

fn names(packages: &[&Package]) -> String {
    packages
        .iter()
        .map(|package| package.debian)
        .collect::<Vec<_>>()
        .join(" ")
}

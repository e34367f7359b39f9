//! Installs what the system lacks, and says which and why.

use std::collections::HashSet;

use crate::Outcome;
use crate::packages::{self, Package, Purpose, Sign};
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

/// Where no apt-get is, what is missing is named and not installed.
fn elsewhere(purpose: Purpose) -> Outcome {
    // What brew does not have comes with macOS, or is not for it.
    let of_here = |package: &&Package| !cfg!(target_os = "macos") || !package.brew.is_empty();
    let missing = packages::lacking(packages::needed(purpose).filter(of_here), is_there);
    if missing.is_empty() {
        println!("No apt-get here, and what can be looked for is there.");
        return Ok(());
    }
    println!("No apt-get here. Install what is missing with the line for your system:");
    for line in packages::lines_for_others(&missing) {
        println!("  {line}");
    }
    let missing = missing.iter().map(|package| package.why);
    Err(format!(
        "only apt-get is driven by itself, and this is missing: {}",
        missing.collect::<Vec<_>>().join("; ")
    ))
}

fn is_there(sign: Sign) -> bool {
    let succeeds = |program: &str, arguments: &[&str]| {
        let run = Run::new(program).args(arguments).quiet();
        run.output().is_ok()
    };
    match sign {
        Sign::Program(name) => process::exists(name),
        Sign::Library(name) => succeeds("pkg-config", &["--exists", name]),
        // The system's has what it installs; another one may come first on the path.
        Sign::Python(name) => ["python3", "/usr/bin/python3"]
            .iter()
            .any(|python| succeeds(python, &["-c", &format!("import {name}")])),
        Sign::None => true,
    }
}

fn names(packages: &[&Package]) -> String {
    packages
        .iter()
        .map(|package| package.debian)
        .collect::<Vec<_>>()
        .join(" ")
}

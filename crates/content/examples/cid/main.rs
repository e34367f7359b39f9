//! Prints the CID that files and folders have, one a line, like `ipfs add -r -H --only-hash`.

mod walk;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use content::Profile;

const HELP: &str = "\
Prints the CID of each file or folder, one a line, like `ipfs add -r -H --only-hash`: hidden files
count, names may be any bytes, modes and times do not matter. Nothing is sent or stored.

Usage: cid [--cid-version 0|1] PATH...

  --cid-version 1   262,144-byte chunks in raw leaves, what Pinfold sends (the default; note that
                    `ipfs add` itself starts from 0)
  --cid-version 0   262,144-byte chunks in DAG-PB leaves
  --help            this text

A symbolic link, a device, a pipe or a socket is an error: it has no content of its own.";

enum Wish {
    Help,
    Hash(Profile, Vec<PathBuf>),
}

fn parse(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<Wish, String> {
    let mut profile = Profile::V1Raw;
    let mut paths = Vec::new();
    let mut only_paths = false;
    while let Some(argument) = arguments.next() {
        let version = match argument.to_str().filter(|_| !only_paths) {
            Some("--help" | "-h") => return Ok(Wish::Help),
            Some("--") => {
                only_paths = true;
                continue;
            }
            Some("--cid-version") => arguments.next().unwrap_or_default(),
            Some(option) if option.starts_with("--cid-version=") => {
                option["--cid-version=".len()..].into()
            }
            Some(option) if option.starts_with('-') => {
                return Err(format!("unknown option {option}"));
            }
            _ => {
                paths.push(argument.into());
                continue;
            }
        };
        profile = match version.to_str() {
            Some("0") => Profile::V0,
            Some("1") => Profile::V1Raw,
            _ => return Err("--cid-version is 0 or 1".to_owned()),
        };
    }
    if paths.is_empty() {
        return Err("which file or folder?".to_owned());
    }
    Ok(Wish::Hash(profile, paths))
}

fn main() -> ExitCode {
    let (profile, paths) = match parse(std::env::args_os().skip(1)) {
        Ok(Wish::Hash(profile, paths)) => (profile, paths),
        Ok(Wish::Help) => return say(HELP),
        Err(problem) => {
            eprintln!("cid: {problem}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let mut code = ExitCode::SUCCESS;
    for path in paths {
        match walk::hash_path(&path, profile) {
            Ok(root) => {
                if say(&root.cid.to_string()) != ExitCode::SUCCESS {
                    return ExitCode::FAILURE;
                }
            }
            Err(error) => {
                eprintln!("cid: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

/// A line on standard output; whoever closed it wants no more.
fn say(line: &str) -> ExitCode {
    match writeln!(io::stdout().lock(), "{line}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

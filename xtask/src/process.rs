//! Running other programs: what is run is printed, what fails is shown with the end of its output.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::{Outcome, checkout};

const LAST_LINES: usize = 40;

/// A program with arguments, to be run in the checkout.
pub(crate) struct Run {
    command: Command,
    shown: String,
    quiet: bool,
    /// Stands before each of its lines.
    said_by: Option<&'static str>,
}

/// What a program left behind.
pub(crate) struct Finished {
    pub(crate) success: bool,
    /// both outputs, in the order in which the lines came
    pub(crate) output: String,
    pub(crate) failure: String,
}

impl Finished {
    /// The output; a status other than success is an error.
    pub(crate) fn into_output(self) -> Outcome<String> {
        if self.success {
            Ok(self.output)
        } else {
            Err(self.failure)
        }
    }
}

impl Run {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let shown = program.as_ref().to_string_lossy().into_owned();
        let mut command = Command::new(program);
        command.current_dir(checkout::root()).stdin(Stdio::null());
        Self {
            command,
            shown,
            quiet: false,
            said_by: None,
        }
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        for argument in arguments {
            self.shown.push(' ');
            self.shown.push_str(&argument.as_ref().to_string_lossy());
            self.command.arg(argument);
        }
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Does not repeat the program's lines; they are still shown when it fails.
    pub(crate) fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Names the lines of a program that runs beside another one.
    pub(crate) fn said_by(mut self, name: &'static str) -> Self {
        self.said_by = Some(name);
        self
    }

    /// Gives the terminal to the program: for `sudo`, which may ask for a password, and for the app itself.
    pub(crate) fn with_terminal(mut self) -> Outcome {
        println!("> {}", self.shown);
        let status = self
            .command
            .stdin(Stdio::inherit())
            .status()
            .map_err(|error| self.cannot_start(&error))?;
        if status.success() {
            Ok(())
        } else {
            Err(format!(
                "`{}` failed ({status}); its output stands above",
                self.shown
            ))
        }
    }

    /// Runs it to its end; an error is that it could not be started at all.
    pub(crate) fn finish(mut self) -> Outcome<Finished> {
        if !self.quiet {
            println!("> {}", self.shown);
        }
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| self.cannot_start(&error))?;
        let (sender, lines) = mpsc::channel();
        let readers = [
            child
                .stdout
                .take()
                .map(|pipe| forward(pipe, sender.clone())),
            child.stderr.take().map(|pipe| forward(pipe, sender)),
        ];
        let mut output = String::new();
        let mut last = VecDeque::with_capacity(LAST_LINES);
        for line in lines {
            match self.said_by {
                _ if self.quiet => {}
                Some(name) => println!("{name} | {line}"),
                None => println!("{line}"),
            }
            output.push_str(&line);
            output.push('\n');
            if last.len() == LAST_LINES {
                last.pop_front();
            }
            last.push_back(line);
        }
        for reader in readers.into_iter().flatten() {
            reader
                .join()
                .map_err(|_| format!("reading the output of `{}` broke", self.shown))?;
        }
        let status = child
            .wait()
            .map_err(|error| format!("`{}`: {error}", self.shown))?;
        let ending = Vec::from(last).join("\n");
        Ok(Finished {
            success: status.success(),
            output,
            failure: format!(
                "`{}` failed ({status}). Its last lines:\n{ending}",
                self.shown
            ),
        })
    }

    /// Runs it to its end and gives its output; a status other than success is an error.
    pub(crate) fn output(self) -> Outcome<String> {
        self.finish()?.into_output()
    }

    /// Leaves it running.
    pub(crate) fn spawn(mut self) -> Outcome<std::process::Child> {
        println!("> {} &", self.shown);
        self.command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| self.cannot_start(&error))
    }

    fn cannot_start(&self, error: &std::io::Error) -> String {
        format!("`{}` cannot be started: {error}", self.shown)
    }
}

fn forward(
    pipe: impl Read + Send + 'static,
    lines: mpsc::Sender<String>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(length) if length > 0) {
            let text = String::from_utf8_lossy(&line);
            if lines
                .send(text.trim_end_matches(['\n', '\r']).to_owned())
                .is_err()
            {
                return;
            }
            line.clear();
        }
    })
}

/// Whether a program of this name is on the path.
pub(crate) fn exists(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_with_its_last_lines() {
        let failure = Run::new("sh")
            .args(["-c", "echo first; echo second >&2; exit 3"])
            .quiet()
            .output()
            .unwrap_err();
        assert!(
            failure.contains("`sh -c") && failure.contains("second") && failure.contains('3'),
            "{failure}"
        );
    }

    #[test]
    fn a_missing_program_is_a_failure_that_names_it() {
        let failure = Run::new("no-such-program-here")
            .quiet()
            .output()
            .unwrap_err();
        assert!(failure.contains("no-such-program-here"), "{failure}");
        assert!(!exists("no-such-program-here") && exists("sh"));
    }
}

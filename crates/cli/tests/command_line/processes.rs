//! The processes of a house. There is no way to start one whose words are not kept.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use leak::{Leak, Secrets};
use rustix::process::Signal;

/// What processes told.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<Words>>>);

struct Words {
    /// What it was asked for.
    by: String,
    bytes: Vec<u8>,
}

impl Told {
    pub(crate) fn keep(&self, by: &str, bytes: &[u8]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Words {
            by: by.to_owned(),
            bytes: bytes.to_vec(),
        });
    }

    pub(crate) fn forget_the_last(&self) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.pop();
    }

    pub(crate) fn leaks(&self, secrets: &Secrets) -> Vec<Leak> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let each = all.iter().flat_map(|Words { by, bytes }| {
            secrets.in_bytes(bytes).into_iter().map(move |form| Leak {
                path: PathBuf::from(format!("told by pinfold {by}")),
                form: form.to_owned(),
            })
        });
        each.collect()
    }
}

/// A process that does not run yet.
pub(crate) struct Pinfold {
    command: Command,
    told: Told,
    arguments: String,
}

impl Pinfold {
    pub(crate) fn new<S: AsRef<OsStr>>(told: Told, arguments: &[S]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinfold"));
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let words = arguments.iter().map(|word| word.as_ref().to_string_lossy());
        let arguments = words.collect::<Vec<_>>().join(" ");
        Self {
            command,
            told,
            arguments,
        }
    }

    pub(crate) fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// What it says beside its results goes here, and is not kept.
    pub(crate) fn stderr(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stderr(to);
        self
    }

    pub(crate) fn output(mut self) -> Output {
        let output = self.command.output().expect("starts");
        self.told.keep(&self.arguments, &output.stdout);
        self.told.keep(&self.arguments, &output.stderr);
        output
    }

    /// The same, with this on its standard input.
    pub(crate) fn fed(self, bytes: &[u8]) -> Output {
        self.spawn_fed(bytes).ends()
    }

    pub(crate) fn spawn_fed(mut self, bytes: &[u8]) -> Running {
        self.command.stdin(Stdio::piped());
        let mut running = self.spawn();
        let mut to = running.child.stdin.take().expect("a pipe");
        // One that refuses before it reads breaks the pipe, and says why.
        let _ = to.write_all(bytes);
        running
    }

    pub(crate) fn spawn(mut self) -> Running {
        let mut child = self.command.spawn().expect("starts");
        let lines = child.stdout.take().map(BufReader::new);
        let errors = child.stderr.take();
        Running {
            child,
            lines,
            errors,
            read: Vec::new(),
            said: Vec::new(),
            told: self.told,
            arguments: self.arguments,
        }
    }
}

/// A process that runs. One that is left behind is killed.
pub(crate) struct Running {
    child: Child,
    lines: Option<BufReader<ChildStdout>>,
    errors: Option<ChildStderr>,
    /// The lines that were asked for.
    read: Vec<u8>,
    said: Vec<u8>,
    told: Told,
    arguments: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.errors.is_some() {
            let _ = self.child.kill();
            self.ended();
        }
    }
}

impl Running {
    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        let lines = self.lines.as_mut().expect("somebody reads");
        lines.read_line(&mut line).expect("a line");
        self.read.extend_from_slice(line.as_bytes());
        line
    }

    /// Its first line from now on that is as asked, as soon as it comes.
    pub(crate) fn until_line(&mut self, asked: impl Fn(&str) -> bool) -> String {
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "it ended before the line came");
            if asked(&line) {
                return line;
            }
        }
    }

    /// The next line that it says beside its results; empty once it has ended.
    pub(crate) fn word(&mut self) -> String {
        let (mut line, mut letter) = (Vec::new(), [0]);
        let errors = self.errors.as_mut().expect("somebody reads");
        while line.last() != Some(&b'\n') && errors.read(&mut letter).expect("a letter") > 0 {
            line.push(letter[0]);
        }
        self.said.extend_from_slice(&line);
        String::from_utf8(line).expect("text")
    }

    /// Nobody reads what it prints from now on.
    pub(crate) fn nobody_reads(&mut self) {
        self.lines = None;
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kills");
        self.ended();
    }

    /// Its code, and what it printed since the last line that was asked for.
    pub(crate) fn terminate(self) -> (i32, String) {
        let before = self.read.len();
        let output = self.signalled(Signal::TERM);
        let rest = String::from_utf8(output.stdout[before..].to_vec()).expect("text");
        (output.status.code().unwrap_or(-1), rest)
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn signalled(self, signal: Signal) -> Output {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("is there");
        self.ends()
    }

    /// Waits for the end.
    pub(crate) fn ends(mut self) -> Output {
        self.ended()
    }

    fn ended(&mut self) -> Output {
        let (mut stdout, mut stderr) = (
            std::mem::take(&mut self.read),
            std::mem::take(&mut self.said),
        );
        let (lines, errors) = (self.lines.take(), self.errors.take());
        // Both at a time: who waits for one of them while the other is full waits for ever.
        std::thread::scope(|scope| {
            scope.spawn(|| errors.map(|mut pipe| pipe.read_to_end(&mut stderr)));
            lines.map(|mut pipe| pipe.read_to_end(&mut stdout))
        });
        let status = self.child.wait().expect("ends");
        self.told.keep(&self.arguments, &stdout);
        self.told.keep(&self.arguments, &stderr);
        Output {
            status,
            stdout,
            stderr,
        }
    }
}

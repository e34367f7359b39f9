//! A second start of the window: what it was started for goes to the first.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{LONGEST_LINE, Reply, Request, raw};

/// How long the holder may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a start of the window was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Asked {
    /// Its arguments, without the program's name.
    #[serde(with = "raw::list")]
    pub args: Vec<OsString>,
    /// The folder it was started in: relative paths are relative to it.
    #[serde(with = "raw::path")]
    pub cwd: PathBuf,
}

impl Asked {
    /// What this process was started for.
    pub fn of_this_process() -> Self {
        Self {
            args: std::env::args_os().skip(1).collect(),
            cwd: std::env::current_dir().unwrap_or_default(),
        }
    }
}

/// What the holder said.
pub enum Opened {
    /// It took it.
    Yes,
    /// It has no window, in words.
    No(String),
}

/// Gives the holder what this start was asked for.
pub(crate) fn ask_to_open(mut stream: UnixStream, asked: &Asked) -> std::io::Result<Opened> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(&Request::Open(asked.clone()))?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut lines = BufReader::new(stream).take(2 * LONGEST_LINE as u64);
    loop {
        let mut answer = String::new();
        lines.read_line(&mut answer)?;
        match serde_json::from_str(&answer)? {
            Reply::Done => return Ok(Opened::Yes),
            Reply::Error(error) => return Ok(Opened::No(error.message)),
            _ => {}
        }
    }
}

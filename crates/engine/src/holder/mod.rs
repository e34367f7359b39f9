//! What other processes ask of the one that holds the data folder: one JSON line over its socket, answered by lines.
//!
//! The socket is for this user only. No token crosses it.

mod line;
mod listen;
mod open;
mod raw;

use serde::{Deserialize, Serialize};

pub use line::LONGEST_LINE;
pub use listen::listen;
pub(crate) use open::ask_to_open;
pub use open::{Asked, Opened};

use crate::error::CommandError;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// A second start of the window.
    Open(Asked),
}

/// A line of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reply {
    /// It was done; the last line.
    Done,
    /// It was not; the last line.
    Error(CommandError),
}

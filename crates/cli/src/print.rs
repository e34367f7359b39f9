//! What reaches the terminal. Text of others is made harmless first, and a closed pipe is no error.

use std::io::{self, IsTerminal, Write};

use engine::error::CommandError;
use engine::holder::Reply;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::exit::{Failure, unwritten};

/// Where a command writes to, and how.
pub(crate) struct Out {
    pub(crate) json: bool,
    /// A person reads along on standard error.
    pub(crate) progress: bool,
    colour: bool,
}

/// A column's cells are aligned to this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

impl Out {
    pub(crate) fn new(json: bool) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            json,
            progress: !json && !dumb && io::stderr().is_terminal(),
            colour: !json && !plain && !dumb && io::stdout().is_terminal(),
        }
    }

    /// Bytes as they are, for completions and the manual page.
    #[expect(clippy::unused_self, reason = "what is written goes through here")]
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut to = io::stdout().lock();
        to.write_all(bytes)
            .and_then(|()| to.flush())
            .map_err(|error| unwritten(&error))
    }

    /// One line for people; nothing where JSON is asked for.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        self.raw(format!("{}\n", harmless(text)).as_bytes())
    }

    /// One JSON object in one line; nothing where people read.
    pub(crate) fn object(&self, object: &impl Serialize) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        self.raw(format!("{}\n", json(object)).as_bytes())
    }

    /// Something worth knowing beside the result.
    pub(crate) fn aside(&self, text: &str) {
        if !self.json {
            told(&format!("{}\n", harmless(text)));
        }
    }

    /// Why it failed.
    pub(crate) fn failed(&self, error: &CommandError) {
        if self.json {
            let _ = self.object(&Reply::Error(error.clone()));
            return;
        }
        told(&format!("pinfold: {}\n", harmless(&error.message)));
        let detail = error.detail.as_deref();
        if let Some(detail) = detail.filter(|detail| !error.message.contains(*detail)) {
            told(&format!("  {}\n", harmless(detail)));
        }
    }

    /// Rows in aligned columns below their heads; nothing without rows.
    pub(crate) fn table(
        &self,
        heads: &[(&str, Side)],
        rows: &[Vec<String>],
    ) -> Result<(), Failure> {
        if self.json || rows.is_empty() {
            return Ok(());
        }
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| harmless(cell)).collect())
            .collect();
        let widths: Vec<usize> = heads
            .iter()
            .enumerate()
            .map(|(at, (head, _))| {
                let cells = rows.iter().map(|row| row[at].width());
                cells.max().unwrap_or(0).max(head.width())
            })
            .collect();
        let mut text = String::new();
        let head: Vec<String> = heads.iter().map(|(head, _)| (*head).to_owned()).collect();
        let head = aligned(&head, heads, &widths);
        let (dim, plain) = if self.colour {
            ("\u{1b}[2m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        text.extend([dim, head.as_str(), plain]);
        text.push('\n');
        for row in &rows {
            text.push_str(&aligned(row, heads, &widths));
            text.push('\n');
        }
        self.raw(text.as_bytes())
    }

    /// Names with their values, one a line.
    pub(crate) fn facts(&self, facts: &[(&str, String)]) -> Result<(), Failure> {
        let widest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
            self.line(&format!("{name:widest$}  {value}"))?;
        }
        Ok(())
    }
}

/// Words on standard error. What is done, and the exit code, do not depend on whether anybody can read them.
pub(crate) fn told(words: &str) {
    let mut to = io::stderr().lock();
    let _ = to.write_all(words.as_bytes()).and_then(|()| to.flush());
}

fn aligned(cells: &[String], heads: &[(&str, Side)], widths: &[usize]) -> String {
    let mut line = String::new();
    for ((cell, (_, side)), width) in cells.iter().zip(heads).zip(widths) {
        let room = " ".repeat(width.saturating_sub(cell.width()));
        if !line.is_empty() {
            line.push_str("  ");
        }
        match side {
            Side::Left => line.extend([cell.as_str(), room.as_str()]),
            Side::Right => line.extend([room.as_str(), cell.as_str()]),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Characters by which text could move the cursor, change colours, or turn the order of letters round.
fn dangerous(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}' | '\u{2029}'
        )
        || ('\u{202a}'..='\u{202e}').contains(&letter)
        || ('\u{2066}'..='\u{2069}').contains(&letter)
}

/// Text that a terminal shows as it is.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if dangerous(letter) {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

/// JSON in which those characters are written as numbers.
fn json(object: &impl Serialize) -> String {
    use std::fmt::Write;
    let plain = serde_json::to_string(object).unwrap_or_default();
    let mut text = String::with_capacity(plain.len());
    for letter in plain.chars() {
        if dangerous(letter) {
            // All of them are in the first plane, so that one number is enough.
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        } else {
            text.push(letter);
        }
    }
    text
}

/// Bytes for people, with decimal units as in the window.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1_000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1_000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A time of the engine without its parts of a second.
pub(crate) fn moment(time: Option<&str>) -> String {
    let Some(time) = time else {
        return String::new();
    };
    let seconds = time.split_once('.').map_or(time, |(before, _)| before);
    seconds.trim_end_matches('Z').replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_others_reaches_the_terminal_as_a_command() {
        let evil = "a\u{1b}[2Jb\u{9b}31mc\rd\u{202e}e\u{7f}";
        let shown = harmless(evil);
        assert!(!shown.chars().any(dangerous), "{shown:?}");
        let reply = Reply::Note {
            sentence: evil.into(),
        };
        let line = json(&reply);
        assert!(!line.chars().any(dangerous), "{line:?}");
        let back: Reply = serde_json::from_str(&line).expect("JSON");
        assert_eq!(back, reply);
    }

    #[test]
    fn sizes_have_three_or_four_digits() {
        let shown = [0, 999, 1_000, 999_949, 999_950, 25_000_000_000].map(size);
        assert_eq!(
            shown,
            ["0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB", "25.0 GB"]
        );
    }
}

//! What was made from what: it is made anew only when that has changed.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use crate::Outcome;

/// A file that says of what something was made.
pub(crate) struct Stamp {
    path: PathBuf,
    state: u64,
}

impl Stamp {
    /// The stamp at `path` of what is made from this.
    pub(crate) fn new(path: PathBuf, state: &DefaultHasher) -> Self {
        Self {
            path,
            state: state.finish(),
        }
    }

    /// Whether it was written for the same.
    pub(crate) fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text == self.text())
    }

    /// It is made.
    pub(crate) fn write(&self) -> Outcome {
        let parent = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&self.path, self.text()))
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }

    fn text(&self) -> String {
        format!("{:016x}\n", self.state)
    }
}

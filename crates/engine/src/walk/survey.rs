//! What a dropped file or folder consists of, before anything is read.

use std::path::{Path, PathBuf};

use super::{
    Files, LeaveOut, Node, Patterns, Place, Problem, Rule, Stamp, disk, is_junk, looks_like_secret,
    own_patterns, readable,
};
use crate::error::ErrorCode;

/// Folders that belong to the work on what is in a folder, and hold far more than people think of: its whole history, and
/// what it is built with.
const WORKSHOP: [&[u8]; 5] = [b".git", b".hg", b".svn", b".bzr", b"node_modules"];

/// A regular file below (or at) a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub place: Place,
    /// What it looked like.
    pub stamp: Stamp,
}

/// A root with all its files, in byte order of their paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// The root is a folder.
    pub folder: bool,
    /// Every regular file.
    pub files: Vec<Found>,
    /// Folders with nothing in them; no service's upload can express them.
    pub empty_folders: Vec<Place>,
    /// What cannot be taken along, and why.
    pub left_out: Vec<(Place, Problem)>,
    /// Files whose names look like secrets.
    pub secrets: Vec<Place>,
    /// System files below the root.
    pub junk: Vec<Place>,
    /// What patterns leave out, and by which rule; of a folder nothing below it.
    pub ignored: Vec<(Place, Rule)>,
    /// Folders that hold the history of the others, or what they are built with.
    pub workshop: Vec<Place>,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Walks a root. Only the root itself can fail; what is wrong below it stands in `left_out`. `stop` is asked once at each
/// thing below the root. Below a folder, what these `patterns` and those of its `.pinignore` match is passed over.
pub fn survey(
    files: &dyn Files,
    root: &Place,
    patterns: &str,
    stop: &dyn Fn() -> bool,
) -> Result<Survey, Problem> {
    let mut survey = Survey::default();
    match files.look(root)? {
        Node::File(stamp) => survey.take(Found {
            place: root.clone(),
            stamp,
        }),
        Node::Folder => {
            survey.folder = true;
            let sieve = Sieve::of(files, root, patterns)?;
            walk(files, root, &sieve, stop, &mut survey)?;
        }
        other => return Err(disk::not_a_file(other)),
    }
    survey
        .files
        .sort_by(|a, b| a.place.inside.cmp(&b.place.inside));
    Ok(survey)
}

impl Survey {
    fn take(&mut self, found: Found) {
        self.bytes += found.stamp.size;
        if looks_like_secret(&found.place.name()) {
            self.secrets.push(found.place.clone());
        }
        // A file that was dropped by itself is meant, whatever its name.
        if !found.place.inside.is_empty() && is_junk(&found.place.name()) {
            self.junk.push(found.place.clone());
        }
        self.files.push(found);
    }
}

/// What of a folder is passed over by its name.
struct Sieve(Option<Patterns>);

impl Sieve {
    fn of(files: &dyn Files, root: &Place, patterns: &str) -> Result<Self, Problem> {
        let own = own_patterns(files, root);
        if own.is_none() && patterns.trim().is_empty() {
            return Ok(Self(None));
        }
        let read = Patterns::new(LeaveOut::only(patterns), &own.unwrap_or_default());
        let read = read.map_err(|line| Problem {
            code: ErrorCode::BadInput,
            words: format!(
                "was not looked at: “{line}” is not a pattern that a .gitignore would take."
            ),
        })?;
        Ok(Self(Some(read)))
    }

    fn rule(&self, place: &Place, folder: bool) -> Option<Rule> {
        use std::os::unix::ffi::OsStrExt;
        let patterns = self.0.as_ref()?;
        let names = place.inside.iter();
        let inside: PathBuf = names
            .map(|name| Path::new(std::ffi::OsStr::from_bytes(name)))
            .collect();
        patterns.rule(&inside, folder)
    }
}

fn walk(
    files: &dyn Files,
    root: &Place,
    sieve: &Sieve,
    stop: &dyn Fn() -> bool,
    survey: &mut Survey,
) -> Result<(), Problem> {
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        let names = match files.list(&folder) {
            Ok(names) => names,
            Err(problem) if folder.inside.is_empty() => return Err(problem),
            Err(problem) => {
                survey.left_out.push((folder, problem));
                continue;
            }
        };
        if names.is_empty() && !folder.inside.is_empty() {
            survey.empty_folders.push(folder.clone());
        }
        for name in names {
            if stop() {
                return Err(Problem {
                    code: ErrorCode::Cancelled,
                    words: "was taken back.".into(),
                });
            }
            let place = folder.child(name);
            let node = files.look(&place);
            if let Some(rule) = sieve.rule(&place, node == Ok(Node::Folder)) {
                survey.ignored.push((place, rule));
                continue;
            }
            match node {
                Ok(Node::File(stamp)) => survey.take(Found { place, stamp }),
                Ok(Node::Folder) => {
                    if WORKSHOP.contains(&place.name().as_slice()) {
                        survey.workshop.push(place.clone());
                    }
                    open.push(place);
                }
                Ok(other) => survey.left_out.push((place, disk::not_a_file(other))),
                Err(problem) => survey.left_out.push((place, problem)),
            }
        }
    }
    Ok(())
}

impl Problem {
    /// The whole sentence about a place.
    pub fn sentence(&self, place: &Place) -> String {
        format!("{} {}", readable(&place.name()), self.words)
    }
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;

//! What a dropped file or folder consists of, before anything is read.

use super::{Files, Node, Place, Problem, Stamp, disk, is_junk, looks_like_secret, readable};
use crate::error::ErrorCode;

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
    /// Bytes of all files.
    pub bytes: u64,
}

/// Walks a root. Only the root itself can fail; what is wrong below it stands in `left_out`. `stop` is asked once at each
/// thing below the root.
pub fn survey(files: &dyn Files, root: &Place, stop: &dyn Fn() -> bool) -> Result<Survey, Problem> {
    let mut survey = Survey::default();
    match files.look(root)? {
        Node::File(stamp) => survey.take(Found {
            place: root.clone(),
            stamp,
        }),
        Node::Folder => {
            survey.folder = true;
            walk(files, root, stop, &mut survey)?;
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

fn walk(
    files: &dyn Files,
    root: &Place,
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
            match files.look(&place) {
                Ok(Node::File(stamp)) => survey.take(Found { place, stamp }),
                Ok(Node::Folder) => open.push(place),
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

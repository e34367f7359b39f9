//! Deterministic CARv1 files: the same tree and profile give the same bytes, on every machine.
//!
//! The header names the single root. The blocks follow depth first, entries of a folder by the bytes of their names,
//! children before their parents (a reader that wants the root first looks it up by the header), every block once.
//! Content is read twice: [`Archive::plan`] finds the root and where each block lies, [`Plan::reader`] gives the CAR from
//! any byte on, made again from the sources and compared with what the plan found.

mod plan;

use std::{
    fmt,
    io::{self, Read},
};

use thiserror::Error;

use crate::{PathError, Profile, file::hash_into, tree::Paths};

pub use plan::{Plan, Reader};

/// Bytes that can be read more than once.
pub trait Source: Send + Sync {
    /// A reader at the first byte.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;

    /// A reader at a byte in the middle. A source that can seek does; others are read up to there.
    fn open_at(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let mut reader = self.open()?;
        io::copy(&mut (&mut reader).take(offset), &mut io::sink())?;
        Ok(reader)
    }
}

/// Why no whole CAR came about. What was written until then is not one.
#[derive(Debug, Error)]
pub enum CarError {
    /// A source could not be read. `path` is empty when the archive is a single file.
    #[error("cannot read {}", Shown(.path))]
    Source {
        /// The names from the root down.
        path: Vec<Vec<u8>>,
        /// What the source said.
        #[source]
        error: io::Error,
    },
    /// A source gave other bytes than when the root was found.
    #[error("{} changed while it was being written", Shown(.path))]
    Changed {
        /// The names from the root down.
        path: Vec<Vec<u8>>,
    },
    /// The CAR could not be written.
    #[error("cannot write the archive")]
    Write(#[source] io::Error),
}

/// A path for messages.
struct Shown<'a>(&'a [Vec<u8>]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return out.write_str("the file");
        }
        write!(out, "\"{}\"", self.0.join(&b'/').escape_ascii())
    }
}

/// What shall go into a CAR.
pub struct Archive {
    profile: Profile,
    sources: Paths<Box<dyn Source>>,
}

impl Archive {
    /// An archive of one empty folder, to be filled.
    pub fn folder(profile: Profile) -> Self {
        Self {
            profile,
            sources: Paths::new(),
        }
    }

    /// An archive of one file without a folder around it. Nothing can be added to it.
    pub fn file(profile: Profile, source: impl Source + 'static) -> Self {
        Self {
            profile,
            sources: Paths::only_file(Box::new(source)),
        }
    }

    /// Adds a file under its path, a list of names.
    pub fn add_file<N: AsRef<[u8]>>(
        &mut self,
        path: &[N],
        source: impl Source + 'static,
    ) -> Result<(), PathError> {
        self.sources.add_file(path, Box::new(source))
    }

    /// Adds a folder that may stay empty.
    pub fn add_folder<N: AsRef<[u8]>>(&mut self, path: &[N]) -> Result<(), PathError> {
        self.sources.add_folder(path)
    }

    /// The first pass: reads every source, on all cores, and finds the root and the place of every block.
    pub fn plan(self) -> Result<Plan, CarError> {
        let layout = self.profile.layout();
        let mut index = plan::Index::default();
        let mut sizes = Vec::new();
        let root = self
            .sources
            .put(self.profile, &mut index, |path, source, index| {
                index.begin(sizes.len());
                let root = source
                    .open()
                    .and_then(|reader| hash_into(reader, layout, index))
                    .map_err(|error| unreadable(path, error))?;
                sizes.push(root.size);
                Ok(root)
            })?;
        let files = self.sources.into_files().into_iter().zip(sizes);
        let files = files.map(|((path, source), size)| plan::File { path, source, size });
        Ok(Plan::new(layout, root, files.collect(), index))
    }
}

fn unreadable(path: &[Vec<u8>], error: io::Error) -> CarError {
    CarError::Source {
        path: path.to_vec(),
        error,
    }
}

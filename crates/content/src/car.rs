//! Deterministic CARv1 files: the same tree and profile give the same bytes, on every machine.
//!
//! The header names the single root. The blocks follow depth first, entries of a folder by the bytes of their names,
//! children before their parents (a reader that wants the root first looks it up by the header), every block once.
//! Content is read twice: [`Archive::plan`] finds the root, [`Plan::write`] writes and compares.

use std::{
    collections::HashSet,
    fmt,
    io::{self, Read, Write},
};

use cid::Cid;
use thiserror::Error;

use crate::{
    PathError, Profile,
    block::{Blocks, Discard, RAW, Root},
    dagpb::{car_header, put_varint},
    file::{hash_chunks, write_file},
    tree::Paths,
};

/// Bytes that can be read from the start more than once.
pub trait Source: Send + Sync {
    /// A reader at the first byte.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
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

    /// The first pass: reads every source, on all cores, and finds the root.
    pub fn plan(self) -> Result<Plan, CarError> {
        let layout = self.profile.layout();
        let mut files = Vec::new();
        let root = self
            .sources
            .put(self.profile, &mut Discard, |path, source, _| {
                let root = source
                    .open()
                    .and_then(|reader| hash_chunks(reader, layout))
                    .map_err(|error| unreadable(path, error))?;
                files.push(root);
                Ok(root)
            })?;
        Ok(Plan {
            archive: self,
            files,
            root,
        })
    }
}

fn unreadable(path: &[Vec<u8>], error: io::Error) -> CarError {
    CarError::Source {
        path: path.to_vec(),
        error,
    }
}

/// An archive whose root is known.
pub struct Plan {
    archive: Archive,
    /// The roots of the files in the order of the walk.
    files: Vec<Root>,
    root: Root,
}

impl Plan {
    /// The root that the CAR will have.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The second pass: writes the CAR. Memory is one chunk, the open folders, and 33 bytes a different block (13 MB
    /// for 100 GB) to write each once.
    pub fn write(&self, out: impl Write) -> Result<(), CarError> {
        let layout = self.archive.profile.layout();
        let mut car = Car {
            out,
            written: HashSet::new(),
        };
        car.out
            .write_all(&car_header(&self.root.cid))
            .map_err(CarError::Write)?;
        let mut expected = self.files.iter();
        let sources = &self.archive.sources;
        sources.put(self.archive.profile, &mut car, |path, source, car| {
            let reader = source.open().map_err(|error| unreadable(path, error))?;
            let root = write_file(reader, layout, car, |error| unreadable(path, error))?;
            if expected.next() != Some(&root) {
                return Err(CarError::Changed {
                    path: path.to_vec(),
                });
            }
            Ok(root)
        })?;
        car.out.flush().map_err(CarError::Write)
    }
}

/// The blocks on their way into the file.
struct Car<W> {
    out: W,
    /// Codec and digest of what has been written.
    written: HashSet<[u8; 33]>,
}

impl<W: Write> Blocks<CarError> for Car<W> {
    fn put(&mut self, cid: &Cid, block: &[&[u8]]) -> Result<(), CarError> {
        let mut key = [0; 33];
        key[0] = u8::from(cid.codec() == RAW);
        key[1..].copy_from_slice(cid.hash().digest());
        if !self.written.insert(key) {
            return Ok(());
        }
        let cid = cid.to_bytes();
        let mut head = Vec::with_capacity(cid.len() + 4);
        let length = cid.len() + block.iter().map(|piece| piece.len()).sum::<usize>();
        put_varint(&mut head, length as u64);
        head.extend_from_slice(&cid);
        self.out.write_all(&head).map_err(CarError::Write)?;
        for piece in block {
            self.out.write_all(piece).map_err(CarError::Write)?;
        }
        Ok(())
    }
}

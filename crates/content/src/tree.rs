//! Whole trees, given as flat relative paths.

use std::{collections::BTreeMap, convert::Infallible, ops::Bound};

use thiserror::Error;

use crate::{
    Folder, NameError, Profile,
    block::{Blocks, Discard, Root},
    folder::check_name,
};

/// Why a path cannot be added to a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// A file needs a name.
    #[error("the path of a file is empty")]
    Empty,
    /// One of the names cannot stand in a folder, or the path is there already.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The path leads through a file, or a folder is where a file should be.
    #[error("a file and a folder have the same path")]
    FileAndFolder,
}

/// A tree of finished files and of folders, also empty ones. Folders on the way to a file come by themselves.
#[derive(Clone, Debug)]
pub struct Tree {
    profile: Profile,
    paths: Paths<Root>,
}

impl Tree {
    /// A tree that is one empty folder.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            paths: Paths::new(),
        }
    }

    /// Adds a file under its path, a list of names.
    pub fn add_file<N: AsRef<[u8]>>(&mut self, path: &[N], file: Root) -> Result<(), PathError> {
        self.paths.add_file(path, file)
    }

    /// Adds a folder that may stay empty. Adding it twice is no error; the empty path is the tree itself.
    pub fn add_folder<N: AsRef<[u8]>>(&mut self, path: &[N]) -> Result<(), PathError> {
        self.paths.add_folder(path)
    }

    /// The root of the whole tree; its `size` is the sum of the files.
    pub fn finish(self) -> Root {
        let Ok(root) = self
            .paths
            .put::<Infallible, _>(self.profile, &mut Discard, |_, file, _| Ok(*file));
        root
    }
}

/// A path: the names from the root down.
pub(crate) type Path = Vec<Vec<u8>>;

/// Files of any kind and explicit folders (`None`) by path. Kept flat so that a deep tree cannot exhaust the stack.
#[derive(Clone, Debug)]
pub(crate) struct Paths<F>(BTreeMap<Path, Option<F>>);

impl<F> Paths<F> {
    pub(crate) fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// A "tree" that is one file.
    pub(crate) fn only_file(file: F) -> Self {
        Self(BTreeMap::from([(Path::new(), Some(file))]))
    }

    pub(crate) fn add_file<N: AsRef<[u8]>>(
        &mut self,
        path: &[N],
        file: F,
    ) -> Result<(), PathError> {
        let path = checked(path)?;
        if path.is_empty() {
            return Err(PathError::Empty);
        }
        self.check_parents(&path)?;
        let from_here = (Bound::Included(path.as_slice()), Bound::Unbounded);
        if let Some((next, entry)) = self.0.range::<[Vec<u8>], _>(from_here).next()
            && next.starts_with(&path)
        {
            return Err(match entry {
                Some(_) if *next == path => NameError::Duplicate.into(),
                _ => PathError::FileAndFolder,
            });
        }
        self.0.insert(path, Some(file));
        Ok(())
    }

    pub(crate) fn add_folder<N: AsRef<[u8]>>(&mut self, path: &[N]) -> Result<(), PathError> {
        let path = checked(path)?;
        self.check_parents(&path)?;
        if let Some(Some(_)) = self.0.get(&path) {
            return Err(PathError::FileAndFolder);
        }
        self.0.insert(path, None);
        Ok(())
    }

    /// The files by path, in the order of the walk.
    pub(crate) fn into_files(self) -> Vec<(Path, F)> {
        let entries = self.0.into_iter();
        entries
            .filter_map(|(path, file)| Some((path, file?)))
            .collect()
    }

    fn check_parents(&self, path: &[Vec<u8>]) -> Result<(), PathError> {
        let through_file =
            (0..path.len()).any(|depth| matches!(self.0.get(&path[..depth]), Some(Some(_))));
        if through_file {
            return Err(PathError::FileAndFolder);
        }
        Ok(())
    }

    /// Walks depth first, entries by the bytes of their names. `put_file` gives the root of each file; a folder is
    /// emitted after everything in it.
    pub(crate) fn put<E, B: Blocks<E>>(
        &self,
        profile: Profile,
        blocks: &mut B,
        mut put_file: impl FnMut(&[Vec<u8>], &F, &mut B) -> Result<Root, E>,
    ) -> Result<Root, E> {
        let mut open = OpenFolders::new(profile);
        for (path, entry) in &self.0 {
            let (folder, file) = match (entry, path.split_last()) {
                (Some(file), None) => return put_file(path, file, blocks),
                (Some(file), Some((name, parents))) => (parents, Some((name, file))),
                (None, _) => (path.as_slice(), None),
            };
            open.enter(folder, blocks)?;
            if let Some((name, file)) = file {
                let root = put_file(path, file, blocks)?;
                open.innermost().insert(name, root);
            }
        }
        open.finish(blocks)
    }
}

fn checked<N: AsRef<[u8]>>(path: &[N]) -> Result<Path, NameError> {
    path.iter()
        .map(|name| {
            let name = name.as_ref();
            check_name(name)?;
            Ok(name.to_vec())
        })
        .collect()
}

/// The folders from the root down to where the walk is.
struct OpenFolders<'a> {
    profile: Profile,
    root: Folder,
    below: Vec<(&'a [u8], Folder)>,
}

impl<'a> OpenFolders<'a> {
    fn new(profile: Profile) -> Self {
        Self {
            profile,
            root: Folder::new(profile),
            below: Vec::new(),
        }
    }

    fn innermost(&mut self) -> &mut Folder {
        self.below
            .last_mut()
            .map_or(&mut self.root, |(_, folder)| folder)
    }

    /// Closes and opens folders until `path` is the innermost.
    fn enter<E>(&mut self, path: &'a [Vec<u8>], blocks: &mut impl Blocks<E>) -> Result<(), E> {
        let shared = self
            .below
            .iter()
            .zip(path)
            .take_while(|((name, _), wanted)| *name == wanted.as_slice())
            .count();
        self.close_to(shared, blocks)?;
        for name in &path[shared..] {
            self.below
                .push((name.as_slice(), Folder::new(self.profile)));
        }
        Ok(())
    }

    fn close_to<E>(&mut self, depth: usize, blocks: &mut impl Blocks<E>) -> Result<(), E> {
        while self.below.len() > depth {
            let Some((name, folder)) = self.below.pop() else {
                break;
            };
            let root = folder.put(blocks)?;
            self.innermost().insert(name, root);
        }
        Ok(())
    }

    fn finish<E>(mut self, blocks: &mut impl Blocks<E>) -> Result<Root, E> {
        self.close_to(0, blocks)?;
        self.root.put(blocks)
    }
}

//! CIDs of files and folders without a queue, an account or a network.

use std::io::Read;
use std::path::Path;

use content::{Folder, Profile, Root, Tree};

use crate::error::{CommandError, ErrorCode};
use crate::walk::{Files, Found, Place, name_of, readable, survey};

/// A CID that was computed, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// The root.
    pub cid: String,
    /// Bytes of content.
    pub bytes: u64,
    /// Files in it.
    pub files: usize,
    /// What is not part of it, a sentence each.
    pub left_out: Vec<String>,
}

/// The CID that an upload of this path would have. Blocks.
pub fn cid_of(
    files: &dyn Files,
    path: &Path,
    cid_version: u8,
    wrap: bool,
) -> Result<Computed, CommandError> {
    let place = Place::root(path);
    let looked = survey(files, &place, &|| false)
        .map_err(|problem| CommandError::new(problem.code, problem.sentence(&place)))?;
    let profile = profile(cid_version);
    let mut left_out: Vec<String> = looked
        .left_out
        .iter()
        .map(|(place, problem)| problem.sentence(place))
        .collect();
    let root = if looked.folder {
        left_out.extend(looked.empty_folders.iter().map(|place| {
            let name = readable(&place.name());
            format!("{name} is an empty folder, which no pinning service takes.")
        }));
        if looked.files.is_empty() {
            let name = readable(&place.name());
            let sentence =
                format!("{name} holds no files. No pinning service takes an empty folder.");
            return Err(CommandError::new(ErrorCode::Empty, sentence));
        }
        let mut tree = Tree::new(profile);
        for found in &looked.files {
            let file = file(files, found, profile)?;
            tree.add_file(&found.place.inside, file)
                .map_err(|error| bad_name(&error))?;
        }
        tree.finish()
    } else {
        let Some(found) = looked.files.first() else {
            return Err(CommandError::gone("This file"));
        };
        wrapped(
            file(files, found, profile)?,
            wrap.then(|| name_of(path)),
            profile,
        )?
    };
    Ok(Computed {
        cid: root.cid.to_string(),
        bytes: looked.bytes,
        files: looked.files.len(),
        left_out,
    })
}

/// The CID of everything that can be read from here. Blocks.
pub fn cid_of_reader(
    reader: impl Read + Send,
    cid_version: u8,
    wrapped_as: Option<&str>,
) -> Result<Computed, CommandError> {
    let profile = profile(cid_version);
    let file = content::hash_file(reader, profile).map_err(|error| {
        let sentence = format!("The input could not be read: {error}.");
        CommandError::new(ErrorCode::Unreadable, sentence)
    })?;
    let root = wrapped(
        file,
        wrapped_as.map(|name| name.as_bytes().to_vec()),
        profile,
    )?;
    Ok(Computed {
        cid: root.cid.to_string(),
        bytes: file.size,
        files: 1,
        left_out: Vec::new(),
    })
}

fn profile(cid_version: u8) -> Profile {
    if cid_version == 0 {
        Profile::V0
    } else {
        Profile::V1Raw
    }
}

fn wrapped(file: Root, name: Option<Vec<u8>>, profile: Profile) -> Result<Root, CommandError> {
    let Some(name) = name else { return Ok(file) };
    let mut folder = Folder::new(profile);
    folder.add(name, file).map_err(|error| bad_name(&error))?;
    Ok(folder.finish())
}

fn file(files: &dyn Files, found: &Found, profile: Profile) -> Result<Root, CommandError> {
    let name = readable(&found.place.name());
    let (file, _) = files
        .open(&found.place)
        .map_err(|problem| CommandError::new(problem.code, problem.sentence(&found.place)))?;
    let root = content::hash_file(file, profile).map_err(|error| {
        let sentence = format!("{name} could not be read: {error}.");
        CommandError::new(ErrorCode::Unreadable, sentence)
    })?;
    if root.size == found.stamp.size {
        return Ok(root);
    }
    let sentence = format!("{name} changed while it was read. Compute it again.");
    Err(CommandError::new(ErrorCode::Changed, sentence))
}

fn bad_name(error: &impl std::fmt::Display) -> CommandError {
    CommandError::new(ErrorCode::BadInput, error.to_string())
}

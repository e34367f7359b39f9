//! CIDs of files and folders without a queue, an account or a network.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use content::Folder;

use super::bytes::{self, Refusal, Stopped};
use super::progress::Running;
use super::rows::{Secrets, Upload, Wish};
use super::source::encode;
use super::target::Target;
use crate::error::{CommandError, ErrorCode};
use crate::walk::{Files, Node, Place, readable};

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

/// The CID that an upload of this path would have, hidden and system files included, without what these patterns and the
/// folder's own leave out: it is computed as the queue does. Blocks.
pub fn cid_of(
    files: &dyn Files,
    path: &Path,
    cid_version: u8,
    wrap: bool,
    patterns: &str,
) -> Result<Computed, CommandError> {
    let place = Place::root(path);
    let node = files
        .look(&place)
        .map_err(|problem| CommandError::new(problem.code, problem.sentence(&place)))?;
    let folder = matches!(node, Node::Folder);
    let upload = Upload::unsaved(Wish {
        name: readable(&place.name()),
        folder,
        paths: vec![encode(path)],
        pin_name: None,
        keyvalues: BTreeMap::new(),
        cid_version,
        wrap: wrap && !folder,
        secrets: Secrets::Send,
        allowed: Vec::new(),
        refused: Vec::new(),
        junk: true,
        patterns: patterns.to_owned(),
        target: Target::default(),
    });
    let contents = bytes::contents(files, &upload, &|| false).map_err(refused)?;
    let profile = bytes::profile(&upload);
    let running = Running::new(false, 0);
    let root = match bytes::root(files, &upload, &contents, profile, &running) {
        Ok(root) => root,
        Err(Stopped::Refused(refusal)) => return Err(refused(refusal)),
        Err(Stopped::Changed | Stopped::Cancelled) => {
            let name = &upload.wish.name;
            let sentence = format!("{name} changed while it was read. Compute it again.");
            return Err(CommandError::new(ErrorCode::Changed, sentence));
        }
    };
    let left_out = contents.problems.into_iter().map(|(_, sentence)| sentence);
    Ok(Computed {
        cid: root.cid.to_string(),
        bytes: contents.bytes,
        files: contents.files.len(),
        left_out: left_out.collect(),
    })
}

fn refused(refusal: Refusal) -> CommandError {
    CommandError::new(refusal.code, refusal.detail)
}

/// The CID of everything that can be read from here. Blocks.
pub fn cid_of_reader(
    reader: impl Read + Send,
    cid_version: u8,
    wrapped_as: Option<&str>,
) -> Result<Computed, CommandError> {
    let profile = bytes::profile_of(cid_version);
    let file = content::hash_file(reader, profile).map_err(|error| {
        let sentence = format!("The input could not be read: {error}.");
        CommandError::new(ErrorCode::Unreadable, sentence)
    })?;
    let root = match wrapped_as {
        None => file,
        Some(name) => {
            let mut folder = Folder::new(profile);
            folder
                .add(name.as_bytes().to_vec(), file)
                .map_err(|error| CommandError::new(ErrorCode::BadInput, error.to_string()))?;
            folder.finish()
        }
    };
    Ok(Computed {
        cid: root.cid.to_string(),
        bytes: file.size,
        files: 1,
        left_out: Vec::new(),
    })
}

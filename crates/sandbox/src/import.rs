//! An upload's parts to a DAG: which paths they stand for, and the content that comes of them.

use crate::car;
use crate::dag::{self, Root, Shape, block_key};
use crate::error::Refusal;
use crate::spool::{Part, Spooled, Upload};
use crate::store::{Content, Entry, Node};
use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// What an upload becomes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// One file; its name, which is no part of the DAG.
    File { name: String },
    /// A folder: the path of each part below the root, and the root's name.
    Folder { name: String, paths: Vec<String> },
    /// What a CAR holds; its files are unpacked in `folder`.
    Car { name: String, folder: PathBuf },
}

/// An upload that was imported.
pub(crate) struct Imported {
    pub(crate) root: Root,
    pub(crate) content: Content,
    pub(crate) mime_type: Option<String>,
    pub(crate) files: u64,
    pub(crate) bytes: Spooled,
}

impl Plan {
    /// The legacy rule: one flat name is a file; otherwise all paths share their first segment, which
    /// names the root and is no part of it. Wrapped, the first segment is an entry of the root.
    pub(crate) fn legacy(parts: &[Part], wrap: bool) -> Result<Self, Refusal> {
        let paths = parts
            .iter()
            .map(|part| segments(&part.filename))
            .collect::<Result<Vec<_>, _>>()?;
        let Some(first) = paths.first() else {
            return Err(Refusal::text("No file was provided for pinning."));
        };
        let root = first.first().copied().unwrap_or("file").to_owned();
        if let ([_], true) = (paths.as_slice(), first.len() <= 1) {
            return Ok(if wrap {
                Self::Folder {
                    name: root.clone(),
                    paths: vec![root],
                }
            } else {
                Self::File { name: root }
            });
        }
        let shared = |path: &Vec<&str>| path.len() > 1 && path[0] == root;
        if !paths.iter().all(shared) {
            return Err(Refusal::text(
                "More than one file and/or directory was provided for pinning.",
            ));
        }
        let skip = usize::from(!wrap);
        let paths: Vec<String> = paths.iter().map(|path| path[skip..].join("/")).collect();
        let mut seen = HashSet::new();
        if let Some(twice) = paths.iter().find(|path| !seen.insert(path.as_str())) {
            return Err(Refusal::text(format!(
                "The path {twice} was provided twice"
            )));
        }
        Ok(Self::Folder { name: root, paths })
    }

    /// v3 takes one file; of a path in its filename the last segment is its name.
    pub(crate) fn single(parts: &[Part]) -> Result<Self, Refusal> {
        match parts {
            [part] => Ok(Self::File {
                name: segments(&part.filename)?
                    .last()
                    .copied()
                    .unwrap_or("file")
                    .to_owned(),
            }),
            [] => Err(Refusal::text("No file was provided")),
            _ => Err(Refusal::text("Only one file can be uploaded")),
        }
    }

    /// The name that the pin gets when none is given.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File { name } | Self::Folder { name, .. } | Self::Car { name, .. } => {
                name.clone()
            }
        }
    }
}

/// A filename's path without leading slashes. Nothing may lead out of the root.
fn segments(filename: &str) -> Result<Vec<&str>, Refusal> {
    let path = filename.trim_start_matches('/');
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let segments: Vec<&str> = path.split('/').collect();
    if segments.iter().any(|s| matches!(*s, "" | "." | "..")) || path.contains('\0') {
        return Err(Refusal::text("Invalid path in a filename"));
    }
    Ok(segments)
}

/// Imports off the async threads.
pub(crate) async fn run(upload: Upload, plan: Plan, shape: Shape) -> Result<Imported, Refusal> {
    tokio::task::spawn_blocking(move || import(upload, &plan, shape))
        .await
        .unwrap_or_else(|_| Err(Refusal::internal("The import stopped")))
}

fn import(upload: Upload, plan: &Plan, shape: Shape) -> Result<Imported, Refusal> {
    if let (Plan::Car { name, folder }, [part]) = (plan, upload.parts.as_slice()) {
        return unpacked(&upload, part, name, folder);
    }
    let mut content = Content {
        nodes: Vec::new(),
        entries: Vec::new(),
    };
    let roots = files(&upload, shape, &mut content).map_err(|e| Refusal::disk(&e))?;
    let (root, mime_type) = match plan {
        Plan::File { name } => (roots[0], mime_type(&upload.parts[0], name)),
        Plan::Car { .. } => return Err(Refusal::text("Only one CAR can be uploaded")),
        Plan::Folder { paths, .. } => {
            let files = paths.iter().cloned().zip(roots).collect::<Vec<_>>();
            (folder(&files, shape, &mut content)?, "directory".to_owned())
        }
    };
    Ok(Imported {
        root,
        content,
        mime_type: Some(mime_type),
        files: upload.parts.len() as u64,
        bytes: upload.bytes,
    })
}

fn unpacked(
    upload: &Upload,
    part: &Part,
    name: &str,
    folder: &std::path::Path,
) -> Result<Imported, Refusal> {
    let car = car::unpack(upload.bytes.path(), (part.start, part.size), folder)?;
    let mime_type = if car.directory {
        "directory".to_owned()
    } else {
        // Of the content, not of the CAR around it.
        let name = name.strip_suffix(".car").unwrap_or(name);
        mime_guess::from_path(name)
            .first_or_octet_stream()
            .to_string()
    };
    Ok(Imported {
        root: car.root,
        content: car.content,
        mime_type: Some(mime_type),
        files: car.files,
        bytes: car.bytes,
    })
}

fn files(upload: &Upload, shape: Shape, content: &mut Content) -> io::Result<Vec<Root>> {
    let mut bytes = BufReader::new(OpenOptions::new().read(true).open(upload.bytes.path())?);
    let mut roots = Vec::with_capacity(upload.parts.len());
    for part in &upload.parts {
        bytes.seek(SeekFrom::Start(part.start))?;
        let root = dag::file((&mut bytes).take(part.size), shape)?;
        content.nodes.push(Node {
            key: block_key(&root.cid),
            cid: root.cid.to_string(),
            bytes: Some((part.start, part.size)),
        });
        roots.push(root);
    }
    Ok(roots)
}

/// Adds the directories above the files; the root is the one without a path.
fn folder(files: &[(String, Root)], shape: Shape, content: &mut Content) -> Result<Root, Refusal> {
    let directories =
        dag::folder(files, shape).map_err(|error| Refusal::text(error.to_string()))?;
    for root in directories.values() {
        content.nodes.push(Node {
            key: block_key(&root.cid),
            cid: root.cid.to_string(),
            bytes: None,
        });
    }
    let below = directories.iter().filter(|(path, _)| !path.is_empty());
    for (path, root) in files.iter().map(|(path, root)| (path, root)).chain(below) {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(parent) = directories.get(parent) else {
            return Err(Refusal::internal("A folder is missing above a file"));
        };
        content.entries.push(Entry {
            parent: block_key(&parent.cid),
            name: name.to_owned(),
            child: block_key(&root.cid),
        });
    }
    directories
        .get("")
        .copied()
        .ok_or_else(|| Refusal::internal("The folder has no root"))
}

/// The type of an upload: that of its one file, or `directory`.
pub(crate) fn detected(upload: &Upload, plan: &Plan) -> String {
    match (plan, upload.parts.first()) {
        (Plan::File { name }, Some(part)) => mime_type(part, name),
        _ => "directory".to_owned(),
    }
}

/// What the client says, unless that says nothing; then what the name's ending says.
fn mime_type(part: &Part, name: &str) -> String {
    match part.mime_type.as_deref() {
        Some(given) if !given.starts_with("application/octet-stream") => given.to_owned(),
        _ => mime_guess::from_path(name)
            .first_or_octet_stream()
            .to_string(),
    }
}

//! What was dropped or picked. The page gets a name for it and what it consists of; the paths stay here.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use specta::Type;

use super::look::Looking;
use super::source::{encode, encode_place};
use super::{UploadOptions, Uploads};
use crate::error::{CommandError, ErrorCode};
use crate::pins::Scalar;
use crate::walk::{Node, Place};

/// Drops that may wait for their options, and drops in the queue of which it is known what they became.
const KEPT: usize = 32;

/// File or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// One of the things dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DroppedItem {
    /// Its name.
    pub name: String,
    /// File or folder.
    pub kind: ItemKind,
    /// Files in it.
    #[specta(type = u32)]
    pub files: usize,
    /// Bytes in it.
    #[specta(type = u32)]
    pub bytes: u64,
    /// Why it cannot be sent.
    pub problem: Option<String>,
    /// It is itself a file that looks like a secret, and is left out unless it gets a yes of its own.
    pub held: bool,
    /// Which of [`Drop::secrets`] it then is; `None` where that one is not told, and cannot get a yes.
    pub secret: Option<u32>,
}

/// Things below a folder that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LeftOut {
    /// Why.
    pub sentence: String,
    /// How many.
    #[specta(type = u32)]
    pub count: usize,
}

/// What one rule leaves out of folders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LeftOutByRule {
    /// Which one: "Left out by *.psd".
    pub sentence: String,
    /// How many things; a folder is one.
    #[specta(type = u32)]
    pub count: usize,
    /// What they are called, at most five names; none where the rule says it.
    pub names: Vec<String>,
}

/// What was dropped, counted.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Drop {
    /// Names it.
    pub id: String,
    /// At most 200.
    pub items: Vec<DroppedItem>,
    /// How many there are.
    #[specta(type = u32)]
    pub item_count: usize,
    /// Files in all.
    #[specta(type = u32)]
    pub files: usize,
    /// Bytes in all.
    #[specta(type = u32)]
    pub bytes: u64,
    /// At most 200, each by its path from what was dropped on: `box/deep/.env` in a folder `box`.
    pub secrets: Vec<String>,
    /// How many look like secrets.
    #[specta(type = u32)]
    pub secret_count: usize,
    /// What cannot be sent.
    pub left_out: Vec<LeftOut>,
    /// How many are system files, which are left out unless the person wants them.
    #[specta(type = u32)]
    pub junk_count: usize,
    /// What they are called, at most five names.
    pub junk: Vec<String>,
    /// How many things patterns leave out; a folder is one.
    #[specta(type = u32)]
    pub ignored_count: usize,
    /// By which of them, at most six, those that leave out most first.
    pub ignored: Vec<LeftOutByRule>,
    /// Folders that are rarely meant to be published, `.git` say: at most five names.
    pub workshop: Vec<String>,
    /// What the person wants left out, one pattern a line, as it was looked at.
    pub patterns: String,
    /// Why the first of all its items that cannot be sent cannot, also where that one is not told.
    #[serde(skip)]
    pub(crate) problem: Option<String>,
    /// Something of it needs an answer, or to be seen, before it starts.
    pub asks: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) folder: bool,
    pub(super) secret: bool,
    pub(super) bytes: u64,
    pub(super) too_large: bool,
}

/// A drop that waits for its options.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    pub(super) items: Vec<Item>,
    /// Those of [`Drop::secrets`] first, and then those that are not told.
    pub(super) secrets: Vec<Place>,
    /// Folders that are rarely meant to be published.
    pub(super) workshop: Vec<Place>,
    /// Paths that got a yes by name, percent-encoded.
    pub(super) named: Vec<String>,
    /// What is left out of its folders.
    pub(super) patterns: String,
}

impl Kept {
    /// Paths of those that are sent although they look like secrets, percent-encoded.
    pub(super) fn allowed(&self, options: &UploadOptions) -> Vec<String> {
        let chosen = options.allowed.iter();
        let chosen = chosen.filter_map(|number| self.secrets.get(*number as usize));
        let named = self.named.iter().cloned();
        chosen.map(encode_place).chain(named).collect()
    }
}

#[derive(Default)]
pub(super) struct Drops {
    kept: HashMap<String, Kept>,
    order: VecDeque<String>,
    /// Being counted.
    looking: HashMap<String, Arc<Looking>>,
    /// What those that were put into the queue became. It may be as many as were dropped, so the page names them by the drop.
    queued: VecDeque<(String, Vec<i64>)>,
}

impl Drops {
    pub(super) fn begin(&mut self, looking: Arc<Looking>) {
        self.looking.insert(looking.id.clone(), looking);
    }

    pub(super) fn looked(&mut self, id: &str) {
        self.looking.remove(id);
    }

    pub(super) fn keep(&mut self, id: String, kept: Kept) {
        self.order.push_back(id.clone());
        self.kept.insert(id, kept);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.kept.remove(&oldest);
        }
    }

    pub(super) fn items(&self, id: &str) -> Result<Vec<Item>, CommandError> {
        self.kept(id).map(|kept| kept.items)
    }

    pub(super) fn kept(&self, id: &str) -> Result<Kept, CommandError> {
        self.kept
            .get(id)
            .cloned()
            .ok_or_else(|| CommandError::gone("What was dropped"))
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.kept.remove(id);
        self.order.retain(|kept| kept != id);
    }

    /// The upload that it became, where it was only one.
    pub(super) fn single(&self, id: &str) -> Option<i64> {
        let (_, uploads) = self.queued.iter().find(|(drop, _)| drop == id)?;
        (uploads.len() == 1).then(|| uploads[0])
    }

    /// It is in the queue, as these uploads.
    pub(super) fn queued(&mut self, id: &str, uploads: Vec<i64>) {
        self.forget(id);
        self.queued.push_back((id.to_owned(), uploads));
        if self.queued.len() > KEPT {
            self.queued.pop_front();
        }
    }
}

/// What of a drop nobody should send without a word.
pub(crate) struct HeldBack {
    /// What was dropped.
    pub(crate) roots: Vec<PathBuf>,
    /// Files whose names look like secrets.
    pub(crate) secrets: Vec<PathBuf>,
    /// Folders that are rarely meant to be published.
    pub(crate) workshop: Vec<PathBuf>,
}

impl Uploads {
    /// What of a drop is held back unless there is a yes.
    pub(crate) fn held_back(&self, id: &str) -> Result<HeldBack, CommandError> {
        let kept = self.drops().kept(id)?;
        let paths = |places: &[Place]| {
            let mut paths: Vec<PathBuf> = places.iter().map(Place::path).collect();
            paths.sort();
            paths
        };
        Ok(HeldBack {
            secrets: paths(&kept.secrets),
            workshop: paths(&kept.workshop),
            roots: kept.items.into_iter().map(|item| item.path).collect(),
        })
    }

    /// Whether a regular file stands there.
    pub(crate) fn is_file(&self, path: &Path) -> bool {
        matches!(self.files.look(&Place::root(path)), Ok(Node::File(_)))
    }

    /// A yes to each of these files of a drop, whatever they look like by name or inside.
    pub(crate) fn allow_in_drop(&self, id: &str, files: &[PathBuf]) {
        if let Some(kept) = self.drops().kept.get_mut(id) {
            kept.named.extend(files.iter().map(|file| encode(file)));
        }
    }

    /// Forgets a drop that will not be uploaded.
    pub fn discard(&self, id: &str) {
        self.drops().forget(id);
    }

    /// Stops counting a drop; whoever waits for it is told that it was taken back.
    pub fn stop_looking(&self, id: &str) {
        if let Some(looking) = self.drops().looking.get(id) {
            looking.stop();
        }
    }

    /// Changes name and key-values of all that a drop became.
    pub async fn amend_drop(
        &self,
        id: &str,
        name: Option<String>,
        keyvalues: &[(String, Scalar)],
    ) -> Result<(), CommandError> {
        let found = {
            let drops = self.drops();
            let queued = drops.queued.iter().find(|(drop, _)| drop == id);
            queued.map(|(_, uploads)| uploads.clone())
        };
        let Some(uploads) = found else {
            return Err(CommandError::new(
                ErrorCode::NotFound,
                "These uploads began too long ago to be changed together. Change each in the list of pins.",
            ));
        };
        self.amend(uploads, name, keyvalues).await
    }
}

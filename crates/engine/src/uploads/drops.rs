//! What was dropped or picked. The page gets a name for it and what it consists of; the paths stay here.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use specta::Type;

use super::source::encode_place;
use super::{UploadOptions, Uploads};
use crate::error::CommandError;
use crate::figures;
use crate::walk::{Place, looks_like_secret, name_of, readable, survey};

/// Drops that may wait for their options.
const KEPT: usize = 32;
/// Items that are told of one by one.
const MOST_ITEMS: usize = 200;
/// Secrets that are told, each to be decided about.
const MOST_SECRETS: usize = 200;
/// Names that are told as examples.
const EXAMPLES: usize = 5;
/// Bytes that a service takes as one upload.
pub(super) const LARGEST: u64 = 25_000_000_000;

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
    /// At most 200, each by its path below what was dropped.
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
    /// Those of [`Drop::secrets`].
    pub(super) secrets: Vec<Place>,
}

impl Kept {
    /// Paths of those that are sent although they look like secrets, percent-encoded.
    pub(super) fn allowed(&self, options: &UploadOptions) -> Vec<String> {
        let chosen = options.allowed.iter();
        chosen
            .filter_map(|number| self.secrets.get(*number as usize))
            .map(encode_place)
            .collect()
    }
}

#[derive(Default)]
pub(super) struct Drops {
    kept: HashMap<String, Kept>,
    order: VecDeque<String>,
}

impl Drops {
    fn keep(&mut self, id: String, kept: Kept) {
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
}

impl Uploads {
    /// Looks at what was dropped and keeps its paths under a new name. Reads folders, no file.
    pub async fn look_at(self: &Arc<Self>, paths: Vec<PathBuf>) -> Result<Drop, CommandError> {
        let this = self.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let (drop, kept) = this.inspect(paths);
            this.drops().keep(drop.id.clone(), kept);
            drop
        });
        looked
            .await
            .map_err(|_| CommandError::gone("What was dropped"))
    }

    /// Forgets a drop that will not be uploaded.
    pub fn discard(&self, id: &str) {
        self.drops().forget(id);
    }

    fn inspect(&self, paths: Vec<PathBuf>) -> (Drop, Kept) {
        let mut drop = Drop {
            id: uuid::Uuid::new_v4().to_string(),
            items: Vec::new(),
            item_count: 0,
            files: 0,
            bytes: 0,
            secrets: Vec::new(),
            secret_count: 0,
            left_out: Vec::new(),
            junk_count: 0,
            junk: Vec::new(),
            asks: false,
        };
        let mut seen = HashSet::new();
        let mut kept = Kept::default();
        for path in paths {
            if seen.insert(path.clone()) {
                let item = self.inspect_one(path, &mut drop, &mut kept.secrets);
                drop.asks |= item.too_large;
                kept.items.push(item);
            }
        }
        drop.item_count = kept.items.len();
        drop.asks |= drop.secret_count > 0;
        (drop, kept)
    }

    fn inspect_one(&self, path: PathBuf, drop: &mut Drop, secrets: &mut Vec<Place>) -> Item {
        let place = Place::root(&path);
        let name = readable(&name_of(&path));
        let mut told = DroppedItem {
            name: name.clone(),
            kind: ItemKind::File,
            files: 0,
            bytes: 0,
            problem: None,
        };
        match survey(self.files.as_ref(), &place, &|| false) {
            Err(problem) => told.problem = Some(problem.sentence(&place)),
            Ok(survey) => {
                told.kind = if survey.folder {
                    ItemKind::Folder
                } else {
                    ItemKind::File
                };
                told.files = survey.files.len();
                told.bytes = survey.bytes;
                if survey.folder && survey.files.is_empty() {
                    told.problem = Some(format!(
                        "{name} holds no files. No pinning service takes an empty folder."
                    ));
                }
                if told.bytes > LARGEST {
                    told.problem = Some(format!(
                        "{name} is {}; one upload takes at most 25 GB. It will be left out.",
                        figures::size(told.bytes)
                    ));
                }
                drop.count_secrets(&survey.secrets, secrets);
                drop.count_junk(&survey.junk);
                for (_, problem) in &survey.left_out {
                    drop.count_left_out(&problem.words);
                }
                drop.count_empty(&name, &survey.empty_folders);
            }
        }
        drop.files += told.files;
        drop.bytes += told.bytes;
        let (folder, bytes) = (told.kind == ItemKind::Folder, told.bytes);
        if drop.items.len() < MOST_ITEMS {
            drop.items.push(told);
        }
        Item {
            secret: !folder && looks_like_secret(&name_of(&path)),
            path,
            name,
            folder,
            bytes,
            too_large: bytes > LARGEST,
        }
    }
}

/// A place by its way below the root; the root by its name.
fn below(place: &Place) -> String {
    if place.inside.is_empty() {
        return readable(&place.name());
    }
    let names: Vec<String> = place.inside.iter().map(|name| readable(name)).collect();
    names.join("/")
}

impl Drop {
    fn count_secrets(&mut self, found: &[Place], places: &mut Vec<Place>) {
        self.secret_count += found.len();
        let room = MOST_SECRETS.saturating_sub(self.secrets.len());
        for place in found.iter().take(room) {
            self.secrets.push(below(place));
            places.push(place.clone());
        }
    }

    fn count_junk(&mut self, found: &[Place]) {
        self.junk_count += found.len();
        for place in found {
            if self.junk.len() == EXAMPLES {
                break;
            }
            let name = readable(&place.name());
            if !self.junk.contains(&name) {
                self.junk.push(name);
            }
        }
    }

    fn count_empty(&mut self, root: &str, found: &[Place]) {
        if found.is_empty() {
            return;
        }
        let names: Vec<String> = found.iter().take(EXAMPLES).map(below).collect();
        let more = if found.len() > EXAMPLES { ", …" } else { "" };
        self.left_out.push(LeftOut {
            sentence: format!(
                "Empty folders in {root}, which no pinning service takes: {}{more}.",
                names.join(", ")
            ),
            count: found.len(),
        });
        self.asks = true;
    }

    fn count_left_out(&mut self, words: &str) {
        let sentence = format!("Left out: it {words}");
        match self
            .left_out
            .iter_mut()
            .find(|known| known.sentence == sentence)
        {
            Some(known) => known.count += 1,
            None => self.left_out.push(LeftOut { sentence, count: 1 }),
        }
    }
}

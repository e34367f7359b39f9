//! What was dropped or picked. The page gets a name for it and what it consists of; the paths stay here.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use specta::Type;

use super::Uploads;
use crate::error::CommandError;
use crate::walk::{Place, looks_like_secret, name_of, readable, survey};

/// Drops that may wait for their options.
const KEPT: usize = 32;
/// Items that are told of one by one.
const MOST_ITEMS: usize = 200;
/// Names of secrets that are told.
const MOST_SECRETS: usize = 20;

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
    /// At most 20 names.
    pub secrets: Vec<String>,
    /// How many look like secrets.
    #[specta(type = u32)]
    pub secret_count: usize,
    /// What cannot be sent.
    pub left_out: Vec<LeftOut>,
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) folder: bool,
    pub(super) secret: bool,
}

#[derive(Default)]
pub(super) struct Drops {
    kept: HashMap<String, Vec<Item>>,
    order: VecDeque<String>,
}

impl Drops {
    fn keep(&mut self, id: String, items: Vec<Item>) {
        self.order.push_back(id.clone());
        self.kept.insert(id, items);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.kept.remove(&oldest);
        }
    }

    pub(super) fn items(&self, id: &str) -> Result<Vec<Item>, CommandError> {
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
            let (drop, items) = this.inspect(paths);
            this.drops().keep(drop.id.clone(), items);
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

    fn inspect(&self, paths: Vec<PathBuf>) -> (Drop, Vec<Item>) {
        let mut drop = Drop {
            id: uuid::Uuid::new_v4().to_string(),
            items: Vec::new(),
            item_count: 0,
            files: 0,
            bytes: 0,
            secrets: Vec::new(),
            secret_count: 0,
            left_out: Vec::new(),
        };
        let mut seen = HashSet::new();
        let mut items = Vec::new();
        for path in paths {
            if seen.insert(path.clone()) {
                items.push(self.inspect_one(path, &mut drop));
            }
        }
        drop.item_count = items.len();
        (drop, items)
    }

    fn inspect_one(&self, path: PathBuf, drop: &mut Drop) -> Item {
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
                drop.secret_count += survey.secrets.len();
                let room = MOST_SECRETS.saturating_sub(drop.secrets.len());
                drop.secrets.extend(
                    survey
                        .secrets
                        .iter()
                        .take(room)
                        .map(|place| readable(&place.name())),
                );
                for (_, problem) in &survey.left_out {
                    drop.count_left_out(&problem.words);
                }
                if !survey.empty_folders.is_empty() {
                    drop.left_out.push(LeftOut {
                        sentence: "Empty folders: no pinning service takes them.".into(),
                        count: survey.empty_folders.len(),
                    });
                }
            }
        }
        drop.files += told.files;
        drop.bytes += told.bytes;
        let folder = told.kind == ItemKind::Folder;
        if drop.items.len() < MOST_ITEMS {
            drop.items.push(told);
        }
        Item {
            secret: !folder && looks_like_secret(&name_of(&path)),
            path,
            name,
            folder,
        }
    }
}

impl Drop {
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

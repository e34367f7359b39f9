//! Looking at what was dropped or picked: counted before anything is sent, in one walk that can be stopped.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Uploads;
use super::drops::{Drop, DroppedItem, Item, ItemKind, Kept, LeftOut};
use super::ignored::Ignored;
use crate::error::{CommandError, ErrorCode};
use crate::figures;
use crate::heap;
use crate::message::{Room, shortened};
use crate::walk::{LeaveOut, Patterns, Place, looks_like_secret, name_of, readable, survey};

/// Items and secrets that are told of one by one.
const MOST: usize = 200;
/// Bytes of a message that items, secrets and reasons may have.
const ROOM_FOR_ITEMS: usize = 96 * 1024;
const ROOM_FOR_SECRETS: usize = 64 * 1024;
const ROOM_FOR_REASONS: usize = 32 * 1024;
/// Names that are told as examples, and the letters that are shown of one.
const EXAMPLES: usize = 5;
const LETTERS: usize = 120;
/// Bytes that a service takes as one upload.
pub(super) const LARGEST: u64 = 25_000_000_000;

/// A drop that is being counted.
pub struct Looking {
    pub(super) id: String,
    seen: AtomicU64,
    stopped: AtomicBool,
}

impl Looking {
    /// The name that the drop will have.
    pub fn name(&self) -> &str {
        &self.id
    }

    /// Files and folders that were seen so far.
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// What a drop was found to be, while it is found.
struct Finding {
    drop: Drop,
    kept: Kept,
    items: Room,
    secrets: Room,
    reasons: Room,
    ignored: Ignored,
    /// Empty folders of all items, with a few of their names.
    empty: (usize, Vec<String>),
}

impl Uploads {
    /// Looks at what was dropped and keeps its paths under a new name. Reads folders, no file.
    pub async fn look_at(self: &Arc<Self>, paths: Vec<PathBuf>) -> Result<Drop, CommandError> {
        self.look(self.begin_looking(), paths, String::new()).await
    }

    /// Looks at a drop once more, without what these patterns leave out of its folders. It is a drop of its own; the one
    /// before stays until it is discarded.
    pub async fn look_again(
        self: &Arc<Self>,
        looking: Arc<Looking>,
        drop: &str,
        patterns: String,
    ) -> Result<Drop, CommandError> {
        let found = self.drops().items(drop);
        let paths = found.inspect_err(|_| self.drops().looked(&looking.id))?;
        let paths = paths.into_iter().map(|item| item.path).collect();
        self.look(looking, paths, patterns).await
    }

    /// The name of a drop that is looked at next.
    pub fn begin_looking(&self) -> Arc<Looking> {
        let looking = Arc::new(Looking {
            id: uuid::Uuid::new_v4().to_string(),
            seen: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        });
        self.drops().begin(looking.clone());
        looking
    }

    /// [`Uploads::look_at`] under a name that is known before, without what these patterns leave out of folders. Fails as
    /// cancelled where it is stopped.
    pub async fn look(
        self: &Arc<Self>,
        looking: Arc<Looking>,
        paths: Vec<PathBuf>,
        patterns: String,
    ) -> Result<Drop, CommandError> {
        Patterns::check(LeaveOut::only(&patterns))
            .inspect_err(|_| self.drops().looked(&looking.id))?;
        let (this, one) = (self.clone(), looking.clone());
        let work = move || this.inspect(paths, patterns, &one);
        let looked = tokio::task::spawn_blocking(work).await;
        let mut drops = self.drops();
        drops.looked(&looking.id);
        let (drop, kept) = looked.map_err(|_| CommandError::gone("What was dropped"))?;
        heap::give_back(drop.files as u64);
        if looking.is_stopped() {
            return Err(CommandError::new(
                ErrorCode::Cancelled,
                "Stopped. Nothing was sent.",
            ));
        }
        drops.keep(drop.id.clone(), kept);
        Ok(drop)
    }

    fn inspect(
        &self,
        mut paths: Vec<PathBuf>,
        patterns: String,
        looking: &Looking,
    ) -> (Drop, Kept) {
        let mut finding = Finding::new(looking.id.clone(), patterns);
        let mut seen = HashSet::new();
        paths.retain(|path| seen.insert(path.clone()));
        let called = told_apart(&paths);
        for (path, called) in paths.into_iter().zip(called) {
            if looking.is_stopped() {
                break;
            }
            looking.seen.fetch_add(1, Ordering::Relaxed);
            self.inspect_one(path, called, looking, &mut finding);
        }
        finding.done()
    }

    /// `called`: what tells it from the others.
    fn inspect_one(&self, path: PathBuf, called: String, looking: &Looking, finding: &mut Finding) {
        let place = Place::root(&path);
        let mut told = DroppedItem {
            name: called,
            kind: ItemKind::File,
            files: 0,
            bytes: 0,
            problem: None,
            held: false,
            secret: None,
        };
        let stop = || {
            looking.seen.fetch_add(1, Ordering::Relaxed);
            looking.is_stopped()
        };
        match survey(self.files.as_ref(), &place, &finding.drop.patterns, &stop) {
            Err(problem) => told.problem = Some(problem.sentence(&place)),
            Ok(survey) => {
                if survey.folder {
                    told.kind = ItemKind::Folder;
                }
                told.files = survey.files.len();
                told.bytes = survey.bytes;
                told.problem = unfit(&told);
                let told_before = finding.drop.secrets.len();
                finding.count_secrets(&told.name, &survey.secrets);
                // A file by itself is the only one of its item.
                told.held = !survey.folder && !survey.secrets.is_empty();
                told.secret = (told.held && finding.drop.secrets.len() > told_before)
                    .then(|| u32::try_from(told_before).unwrap_or(u32::MAX));
                finding.drop.junk_count += survey.junk.len();
                examples(&mut finding.drop.junk, survey.junk.iter());
                finding.ignored.take(survey.ignored);
                examples(&mut finding.drop.workshop, survey.workshop.iter());
                finding.kept.workshop.extend(survey.workshop);
                for (_, problem) in &survey.left_out {
                    finding.count_left_out(&problem.words);
                }
                finding.count_empty(&told.name, &survey.empty_folders);
            }
        }
        let folder = told.kind == ItemKind::Folder;
        finding.kept.items.push(Item {
            secret: !folder && looks_like_secret(&name_of(&path)),
            name: readable(&name_of(&path)),
            path,
            folder,
            bytes: told.bytes,
            too_large: told.bytes > LARGEST,
        });
        finding.tell(told);
    }
}

/// Why something that was found to be this cannot be sent.
fn unfit(item: &DroppedItem) -> Option<String> {
    let name = &item.name;
    if item.bytes > LARGEST {
        return Some(format!(
            "{name} is {}; one upload takes at most 25 GB. It will be left out.",
            figures::size(item.bytes)
        ));
    }
    (item.kind == ItemKind::Folder && item.files == 0)
        .then(|| format!("{name} holds no files. No pinning service takes an empty folder."))
}

/// What each of different paths is called: by its name, and where others have that too, by as many of its folders as tell them
/// apart: `.env (site)`, `.env (old/site)`.
fn told_apart(paths: &[PathBuf]) -> Vec<String> {
    let folders = |path: &PathBuf, many: usize| {
        let parents = path.parent().into_iter().flat_map(Path::ancestors);
        let names = parents.take(many).map(|folder| readable(&name_of(folder)));
        let names: Vec<_> = names.collect();
        names.into_iter().rev().collect::<Vec<_>>().join("/")
    };
    let mut called: Vec<String> = paths.iter().map(|path| readable(&name_of(path))).collect();
    let names = called.clone();
    let deepest = paths.iter().map(|path| path.components().count()).max();
    for many in 1..deepest.unwrap_or_default() {
        let mut times = HashMap::new();
        for name in &called {
            *times.entry(name.clone()).or_insert(0_usize) += 1;
        }
        if times.len() == called.len() {
            break;
        }
        for (at, path) in paths.iter().enumerate() {
            if times[&called[at]] > 1 {
                called[at] = format!("{} ({})", names[at], folders(path, many));
            }
        }
    }
    called
}

/// A place by its way from the root on, which is called so.
fn from_root(called: &str, place: &Place) -> String {
    let mut way = called.to_owned();
    for name in &place.inside {
        way.push('/');
        way.push_str(&readable(name));
    }
    way
}

/// A few different names of what was found.
pub(super) fn examples<'a>(names: &mut Vec<String>, found: impl Iterator<Item = &'a Place>) {
    for place in found {
        if names.len() == EXAMPLES {
            return;
        }
        let name = readable(&place.name());
        if !names.contains(&name) {
            names.push(name);
        }
    }
}

impl Finding {
    fn new(id: String, patterns: String) -> Self {
        Self {
            drop: Drop {
                id,
                items: Vec::new(),
                item_count: 0,
                files: 0,
                bytes: 0,
                secrets: Vec::new(),
                secret_count: 0,
                left_out: Vec::new(),
                junk_count: 0,
                junk: Vec::new(),
                ignored_count: 0,
                ignored: Vec::new(),
                workshop: Vec::new(),
                patterns: patterns.clone(),
                problem: None,
                asks: false,
            },
            kept: Kept {
                patterns,
                ..Kept::default()
            },
            items: Room::of(ROOM_FOR_ITEMS),
            secrets: Room::of(ROOM_FOR_SECRETS),
            reasons: Room::of(ROOM_FOR_REASONS),
            ignored: Ignored::default(),
            empty: (0, Vec::new()),
        }
    }

    fn tell(&mut self, told: DroppedItem) {
        self.drop.asks |= told.bytes > LARGEST;
        self.drop.files += told.files;
        self.drop.bytes += told.bytes;
        if self.drop.problem.is_none() {
            self.drop.problem.clone_from(&told.problem);
        }
        if self.drop.items.len() < MOST && self.items.takes(&told) {
            self.drop.items.push(told);
        }
    }

    fn count_secrets(&mut self, called: &str, found: &[Place]) {
        self.drop.secret_count += found.len();
        for place in found {
            let told = self.drop.secrets.len();
            if told == self.kept.secrets.len() && told < MOST {
                let name = from_root(called, place);
                if self.secrets.takes(&name) {
                    self.drop.secrets.push(name);
                }
            }
            self.kept.secrets.push(place.clone());
        }
    }

    fn count_empty(&mut self, called: &str, found: &[Place]) {
        let (count, names) = &mut self.empty;
        *count += found.len();
        let room = EXAMPLES.saturating_sub(names.len());
        let more = found.iter().take(room);
        names.extend(more.map(|place| shortened(&from_root(called, place), LETTERS)));
    }

    fn count_left_out(&mut self, words: &str) {
        let left_out = &mut self.drop.left_out;
        let sentence = format!("Left out: it {words}");
        if let Some(known) = left_out.iter_mut().find(|known| known.sentence == sentence) {
            known.count += 1;
            return;
        }
        let first = LeftOut { sentence, count: 1 };
        if self.reasons.takes(&first) {
            left_out.push(first);
        }
    }

    fn done(mut self) -> (Drop, Kept) {
        let (count, names) = self.empty;
        if count > 0 {
            let more = if count > names.len() { ", …" } else { "" };
            self.drop.left_out.push(LeftOut {
                sentence: format!(
                    "Empty folders, which no pinning service takes: {}{more}.",
                    names.join(", ")
                ),
                count,
            });
        }
        self.drop.item_count = self.kept.items.len();
        (self.drop.ignored_count, self.drop.ignored) = self.ignored.told();
        let left_out = !self.drop.left_out.is_empty();
        self.drop.asks |= self.drop.secret_count > 0 || left_out || !self.drop.workshop.is_empty();
        (self.drop, self.kept)
    }
}

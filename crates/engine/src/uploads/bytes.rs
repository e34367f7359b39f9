//! Scanning and hashing: from a row's paths to files, stamps and a CID. Everything here blocks; `work` calls it off the async threads.

use std::collections::HashSet;
use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use content::{Folder, Profile, Root, Tree};
use tokio::task::{JoinError, JoinHandle};

use super::from_watch;
use super::progress::Running;
use super::rows::{Secrets, Upload};
use super::source::{stamp_text, stamps_text};
use super::suspects::{self, Words};
use crate::error::ErrorCode;
use crate::figures;
use crate::planted::planted;
use crate::walk::{Files, Found, Place, Problem, readable, survey};

/// Bytes above which a file of a folder is hashed on all cores by itself.
const LARGE: u64 = 8 * 1024 * 1024;

/// The files of a row, as they are on the disk now.
pub(super) struct Contents {
    /// Path segments inside the folder that results, and the file. A single file has no segments.
    pub(super) files: Vec<(Vec<Vec<u8>>, Found)>,
    /// Equal texts mean that nothing changed.
    pub(super) stamp: String,
    /// Bytes of all files.
    pub(super) bytes: u64,
    /// What is left out: path and sentence.
    pub(super) problems: Vec<(String, String)>,
}

/// Why a row's files cannot be taken.
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) detail: String,
    /// Files that wait for a word.
    pub(super) suspects: Vec<Place>,
}

impl Refusal {
    pub(super) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            suspects: Vec::new(),
        }
    }
}

/// Looks at a row's sources.
pub(super) fn contents(
    files: &dyn Files,
    upload: &Upload,
    stop: &dyn Fn() -> bool,
) -> Result<Contents, Refusal> {
    let several = upload.wish.folder && upload.wish.paths.len() > 1;
    let mut contents = Contents {
        files: Vec::new(),
        stamp: String::new(),
        bytes: 0,
        problems: Vec::new(),
    };
    let words = Words::of(upload);
    let mut unasked = Vec::new();
    for path in &upload.wish.paths {
        let (root, expected) = from_watch::source(path);
        let together = several || (upload.wish.folder && expected.is_some());
        let looked = survey(files, &root, &upload.wish.patterns, stop)
            .map_err(|problem| refusal(&problem, &root))?;
        if looked.folder != upload.wish.folder && !together {
            let what = if looked.folder {
                "is a folder now. Drop it again."
            } else {
                "is a file now. Drop it again."
            };
            return Err(Refusal::new(
                ErrorCode::NotAFile,
                format!("{} {what}", readable(&root.name())),
            ));
        }
        if upload.wish.secrets == Secrets::Hold {
            let secrets = looked.secrets.iter();
            unasked.extend(secrets.filter(|place| words.none_for(place)).cloned());
        }
        let looks = looked.files.first().map(|found| stamp_text(&found.stamp));
        if expected.is_some() && looks != expected {
            let words = format!(
                "{} changed since its folder was looked at.",
                readable(&root.name())
            );
            return Err(Refusal::new(ErrorCode::Changed, words));
        }
        let in_folder = |place: &Place| {
            let mut segments = if together && expected.is_none() {
                vec![root.name()]
            } else {
                Vec::new()
            };
            segments.extend(place.inside.iter().cloned());
            segments
        };
        let secrets: HashSet<&Place> = looked.secrets.iter().collect();
        let junk: HashSet<&Place> = looked.junk.iter().collect();
        for found in looked.files {
            if !upload.wish.junk && junk.contains(&found.place) {
                let words = "is a system file and was left out.";
                contents.problems.push((
                    shown(&found.place),
                    format!("{} {words}", readable(&found.place.name())),
                ));
                continue;
            }
            if words.leave_out(&found.place, secrets.contains(&found.place)) {
                let words = "looks like a secret and was left out, as asked.";
                contents.problems.push((
                    shown(&found.place),
                    format!("{} {words}", readable(&found.place.name())),
                ));
                continue;
            }
            contents.bytes += found.stamp.size;
            contents.files.push((in_folder(&found.place), found));
        }
        for place in looked.empty_folders {
            let name = readable(&place.name());
            contents.problems.push((
                shown(&place),
                format!("{name} is an empty folder, which no pinning service takes."),
            ));
        }
        for (place, rule) in looked.ignored {
            let name = readable(&place.name());
            contents
                .problems
                .push((shown(&place), format!("{name} {}", rule.words())));
        }
        for (place, problem) in looked.left_out {
            contents
                .problems
                .push((shown(&place), problem.sentence(&place)));
        }
    }
    if !unasked.is_empty() {
        return Err(suspects::held(unasked));
    }
    if upload.wish.folder {
        fits_in_a_request(&contents)?;
        contents.files.sort_by(|a, b| a.0.cmp(&b.0));
        contents.stamp = stamps_text(contents.files.iter().map(|(_, found)| found));
    } else if let Some((_, found)) = contents.files.first() {
        if upload.wish.wrap {
            let name = [wrapped_name(upload).into_bytes()];
            can_be_told(std::iter::once(name.as_slice()))?;
        }
        contents.stamp = stamp_text(&found.stamp);
    }
    Ok(contents)
}

fn refusal(problem: &Problem, place: &Place) -> Refusal {
    Refusal::new(problem.code, problem.sentence(place))
}

pub(super) fn shown(place: &Place) -> String {
    place
        .inside
        .iter()
        .map(|name| readable(name))
        .collect::<Vec<_>>()
        .join("/")
}

/// A folder goes as one request in which every file carries its path as text.
fn fits_in_a_request(contents: &Contents) -> Result<(), Refusal> {
    if contents.files.is_empty() {
        return Err(Refusal::new(
            ErrorCode::Empty,
            "There are no files in it. No pinning service takes an empty folder.",
        ));
    }
    let names = contents.files.iter().map(|(names, _)| names.as_slice());
    can_be_told(names)
}

/// In a request's text a name is text without control characters: some services would refuse the whole folder for one, and
/// none could keep it.
fn can_be_told<'a>(paths: impl Iterator<Item = &'a [Vec<u8>]>) -> Result<(), Refusal> {
    let mut wrong = paths.filter_map(|names| {
        let what = names.iter().find_map(|name| untellable(name))?;
        Some((names, what))
    });
    let Some((first, what)) = wrong.next() else {
        return Ok(());
    };
    let name: Vec<_> = first.iter().map(|name| readable(name)).collect();
    Err(Refusal::new(
        ErrorCode::BadInput,
        format!(
            "{} has {what} ({} in all). Rename it: the service could not keep the name.",
            name.join("/"),
            wrong.count() + 1
        ),
    ))
}

/// Line breaks have a form of their own there, and a tab is text.
fn untellable(name: &[u8]) -> Option<&'static str> {
    let Ok(name) = std::str::from_utf8(name) else {
        return Some("a name that is not UTF-8");
    };
    let controls =
        |letter: char| letter.is_ascii_control() && !matches!(letter, '\t' | '\r' | '\n');
    name.contains(controls)
        .then_some("a control character in its name")
}

/// Why hashing stopped.
pub(super) enum Stopped {
    Changed,
    Cancelled,
    Refused(Refusal),
}

/// Computes the root of a row's files under a profile.
pub(super) fn root(
    files: &dyn Files,
    upload: &Upload,
    contents: &Contents,
    profile: Profile,
    running: &Running,
) -> Result<Root, Stopped> {
    if !upload.wish.folder {
        let (_, found) = contents.files.first().ok_or(Stopped::Changed)?;
        let root = file_root(files, found, profile, running)?;
        if !upload.wish.wrap {
            return Ok(root);
        }
        let mut folder = Folder::new(profile);
        folder
            .add(wrapped_name(upload).into_bytes(), root)
            .map_err(|error| bad_name(&error.to_string()))?;
        return Ok(folder.finish());
    }
    let roots = roots(files, contents, profile, running)?;
    let mut tree = Tree::new(profile);
    for ((segments, _), root) in contents.files.iter().zip(roots) {
        tree.add_file(segments, root)
            .map_err(|error| bad_name(&error.to_string()))?;
    }
    Ok(tree.finish())
}

/// The name that a wrapped file has inside its folder.
pub(super) fn wrapped_name(upload: &Upload) -> String {
    upload.wish.name.clone()
}

fn bad_name(words: &str) -> Stopped {
    Stopped::Refused(Refusal::new(ErrorCode::BadInput, words))
}

/// Small files side by side, each on one core; large ones one after the other, each on all.
fn roots(
    files: &dyn Files,
    contents: &Contents,
    profile: Profile,
    running: &Running,
) -> Result<Vec<Root>, Stopped> {
    let slots: Vec<Mutex<Option<Root>>> = contents.files.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<Stopped>> = Mutex::new(None);
    let one_after_the_other = Mutex::new(());
    let cores = std::thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .min(contents.files.len());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((_, found)) = contents.files.get(at) else {
                        return;
                    };
                    let alone = (found.stamp.size > LARGE).then(|| one_after_the_other.lock());
                    let hashed = file_root(files, found, profile, running);
                    drop(alone);
                    match hashed {
                        Ok(root) => {
                            *slots[at].lock().expect("only its own thread fills a slot") =
                                Some(root);
                        }
                        Err(stopped) => {
                            next.store(contents.files.len(), Ordering::Relaxed);
                            *failed.lock().expect("no thread panics here") = Some(stopped);
                            return;
                        }
                    }
                }
            });
        }
    });
    if let Some(stopped) = failed.into_inner().expect("no thread panics here") {
        return Err(stopped);
    }
    slots
        .into_iter()
        .map(|slot| slot.into_inner().ok().flatten().ok_or(Stopped::Changed))
        .collect()
}

fn file_root(
    files: &dyn Files,
    found: &Found,
    profile: Profile,
    running: &Running,
) -> Result<Root, Stopped> {
    let (file, stamp) = files
        .open(&found.place)
        .map_err(|problem| Stopped::Refused(refusal(&problem, &found.place)))?;
    if stamp != found.stamp {
        return Err(Stopped::Changed);
    }
    let reader = Counted {
        // One byte more shows that there is more, however much of it the system would make up.
        inner: file.take(stamp.size.saturating_add(1)),
        running,
    };
    let root = match content::hash_file(reader, profile) {
        Ok(root) => root,
        Err(_) if running.cancel.is_cancelled() => return Err(Stopped::Cancelled),
        Err(error) => {
            let words = format!(
                "{} could not be read: {error}.",
                readable(&found.place.name())
            );
            return Err(Stopped::Refused(Refusal::new(ErrorCode::Unreadable, words)));
        }
    };
    if root.size == found.stamp.size {
        return Ok(root);
    }
    let now = files.open(&found.place).map(|(_, stamp)| stamp);
    if now != Ok(stamp) {
        return Err(Stopped::Changed);
    }
    // Nobody wrote to it: the system makes up what is read of it (`/proc`, `/sys`).
    let words = format!(
        "{} is not the size that it says, {}: it is no file of a disk. Copy it to one and drop the copy.",
        readable(&found.place.name()),
        figures::size(stamp.size),
    );
    Err(Stopped::Refused(Refusal::new(ErrorCode::Unreadable, words)))
}

/// Counts what is read, and stops reading when the person took the upload back.
struct Counted<'a, R> {
    inner: R,
    running: &'a Running,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.running.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let read = self.inner.read(buffer)?;
        self.running.done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The profile that a row's CID version asks for.
pub(super) fn profile(upload: &Upload) -> Profile {
    profile_of(upload.wish.cid_version)
}

/// The profile that belongs to a version of the CID, which is 0 or 1.
pub(super) fn profile_of(cid_version: u8) -> Profile {
    if cid_version == 0 {
        Profile::V0
    } else {
        Profile::V1Raw
    }
}

/// Whether the sources still look as they did when they were hashed.
pub(super) fn unchanged(files: &dyn Files, upload: &Upload) -> bool {
    planted("changed")
        || contents(files, upload, &|| false).is_ok_and(|now| Some(now.stamp) == upload.stamp)
}

/// The same, off the async threads.
pub(super) async fn still_unchanged(files: Arc<dyn Files>, upload: Upload) -> bool {
    off_thread(move || unchanged(files.as_ref(), &upload))
        .await
        .unwrap_or(false)
}

/// Reads files off the async threads; fails where that panics. While the process ends, reads are cut off: nothing may be
/// concluded from that, so it never comes back then, and the row is taken up as it stands at the next start.
pub(super) async fn off_thread<T: Send + 'static>(
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    finished(tokio::task::spawn_blocking(read)).await
}

/// The end of what was begun off the async threads; as [`off_thread`] has it.
pub(super) async fn finished<T>(reading: JoinHandle<T>) -> Result<T, JoinError> {
    match reading.await {
        Err(cut) if cut.is_cancelled() => std::future::pending().await,
        done => done,
    }
}

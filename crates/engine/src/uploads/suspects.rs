//! Files that look like secrets: each is asked about for itself, and none is sent without a yes of its own.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::Serialize;
use specta::Type;

use super::Uploads;
use super::bytes::{Contents, Refusal, Stopped, shown};
use super::from_watch::source;
use super::progress::Running;
use super::rows::{self, Facts, Secrets, Suspect, Upload};
use super::source::{decode, encode_place};
use super::state::Event;
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::message::Room;
use crate::planted::planted;
use crate::store::Urgency;
use crate::walk::{Files, Place, holds_secret, name_of, readable};

/// Bytes of a file that is looked into: keys, wallets and files of passwords are small, and what is large has letters enough to
/// look like anything.
const SMALL: u64 = 16 * 1024;
/// Names that one sentence tells.
const NAMED: usize = 3;
/// Files that are told of one by one, and bytes of a message that they may have.
const MOST: usize = 200;
const ROOM: usize = 64 * 1024;

/// A file that looks like a secret and waits for a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct UploadSuspect {
    /// Names it in the answer.
    #[specta(type = u32)]
    pub id: i64,
    /// Its path below what was dropped.
    pub path: String,
}

/// What waits for a word of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct UploadSuspects {
    /// At most 200.
    pub files: Vec<UploadSuspect>,
    /// How many there are.
    #[specta(type = u32)]
    pub count: usize,
    /// Says in the answer what was asked: what is found later is asked about anew.
    #[specta(type = u32)]
    pub last: i64,
}

/// Where what waits for a word of an upload is.
pub(crate) struct SuspectPaths {
    /// The sources of the upload.
    pub(crate) roots: Vec<PathBuf>,
    /// Each file that waits, with its number.
    pub(crate) files: Vec<(i64, PathBuf)>,
}

/// What a person said about single files of an upload.
pub(super) struct Words<'a> {
    secrets: Secrets,
    allowed: HashSet<&'a str>,
    refused: HashSet<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn of(upload: &'a Upload) -> Self {
        let set = |list: &'a [String]| list.iter().map(String::as_str).collect();
        Self {
            secrets: upload.wish.secrets,
            allowed: set(&upload.wish.allowed),
            refused: set(&upload.wish.refused),
        }
    }

    /// There is neither a yes nor a no to this file.
    pub(super) fn none_for(&self, place: &Place) -> bool {
        let place = encode_place(place);
        !self.allowed.contains(place.as_str()) && !self.refused.contains(place.as_str())
    }

    /// Everything else is sent. `by_name`: its name looks like a secret's.
    pub(super) fn leave_out(&self, place: &Place, by_name: bool) -> bool {
        let held = by_name && self.secrets == Secrets::LeaveOut;
        if !held && self.refused.is_empty() {
            return false;
        }
        let place = encode_place(place);
        let refused = self.refused.contains(place.as_str()) && !planted("refused");
        refused || (held && !self.allowed.contains(place.as_str()))
    }
}

/// The names of files were looked at when they were dropped. What looks like a secret inside is found here, before a byte of
/// any of them is sent.
pub(super) fn look_inside(
    files: &dyn Files,
    upload: &Upload,
    contents: &Contents,
    running: &Running,
) -> Result<(), Stopped> {
    if upload.wish.secrets == Secrets::Send {
        return Ok(());
    }
    let words = Words::of(upload);
    let mut found = Vec::new();
    for (_, file) in &contents.files {
        if running.cancel.is_cancelled() {
            return Err(Stopped::Cancelled);
        }
        let place = &file.place;
        if file.stamp.size <= SMALL && holds_secret(files, place) && words.none_for(place) {
            found.push(place.clone());
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(Stopped::Refused(held(found)))
}

/// Why a row waits for a person's word.
pub(super) fn held(suspects: Vec<Place>) -> Refusal {
    let names: Vec<_> = suspects.iter().map(Place::name).collect();
    Refusal {
        suspects,
        ..Refusal::new(ErrorCode::Secret, words(&names))
    }
}

fn words(names: &[Vec<u8>]) -> String {
    let named = names.iter().take(NAMED);
    let named = named.map(|name| readable(name));
    let named = named.collect::<Vec<_>>().join(", ");
    let (count, verb) = if names.len() == 1 {
        ("1 file".to_owned(), "looks like a secret")
    } else {
        (format!("{} files", names.len()), "look like secrets")
    };
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{count} {verb}: {named}{more}.")
}

/// The same as rows of the ledger.
pub(super) fn told(suspects: &[Place]) -> Vec<Suspect> {
    let told = suspects.iter().map(|place| Suspect {
        id: 0,
        place: encode_place(place),
        path: match shown(place) {
            whole if whole.is_empty() => readable(&place.name()),
            inside => inside,
        },
    });
    told.collect()
}

impl Uploads {
    /// What waits for a word of an upload; nothing where it waits for none.
    pub fn suspects(&self, id: i64) -> Result<UploadSuspects, CommandError> {
        let found = self.every_suspect(id)?;
        let mut room = Room::of(ROOM);
        let (count, last) = (found.len(), found.last().map_or(0, |suspect| suspect.id));
        let files = found.into_iter().take(MOST);
        let files = files.map(|Suspect { id, path, .. }| UploadSuspect { id, path });
        Ok(UploadSuspects {
            files: files.take_while(|file| room.takes(file)).collect(),
            count,
            last,
        })
    }

    fn every_suspect(&self, id: i64) -> Result<Vec<Suspect>, CommandError> {
        Ok(self.store.ledger.read(|tx| rows::suspects(tx, id))?)
    }

    /// What waits for a word of an upload, by its paths.
    pub(crate) fn suspect_paths(&self, id: i64) -> Result<SuspectPaths, CommandError> {
        let wish = self.store.ledger.read(|tx| rows::get(tx, id))?.wish;
        let roots = wish.paths.iter().map(|path| source(path).0.path());
        let found = self.every_suspect(id)?.into_iter();
        let files = found.map(|suspect| (suspect.id, decode(&suspect.place)));
        Ok(SuspectPaths {
            roots: roots.collect(),
            files: files.collect(),
        })
    }

    /// The person says yes to these files. Those that were asked about beside them, up to `last`, are left out; then the upload
    /// goes on.
    pub async fn answer_suspects(
        &self,
        id: i64,
        yes: Vec<i64>,
        last: i64,
    ) -> Result<(), CommandError> {
        let found = self.every_suspect(id)?.into_iter();
        let numbers = found.map(|suspect| suspect.id);
        let no = numbers.filter(|number| *number <= last && !yes.contains(number));
        let no: Vec<i64> = no.collect();
        self.answer_each(id, &yes, &no).await
    }

    /// A yes to each of these and a no to each of those. The upload goes on once each file has a word of its own.
    pub(crate) async fn answer_each(
        &self,
        id: i64,
        yes: &[i64],
        no: &[i64],
    ) -> Result<(), CommandError> {
        let folder = self.store.ledger.read(|tx| rows::get(tx, id))?.wish.folder;
        if !folder && !no.is_empty() {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "It is one file and nothing else. Cancel the upload to keep it here.",
            ));
        }
        let set = |numbers: &[i64]| numbers.iter().copied().collect::<HashSet<i64>>();
        let (yes, no) = (set(yes), set(no));
        let (now, jitter) = (self.clock.now(), (self.jitter)());
        let (answered, waiting) = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| {
                let (answered, left) = rows::answer(tx, id, &yes, &no)?;
                if answered > 0 && left.is_empty() {
                    rows::apply(tx, id, &[Event::Retry], &Facts::default(), now, jitter)?;
                } else if answered > 0 {
                    let names = left.iter().map(|suspect| name_of(&decode(&suspect.place)));
                    rows::reword(tx, id, &words(&names.collect::<Vec<_>>()))?;
                }
                Ok((answered, !left.is_empty()))
            })
            .await?;
        if answered == 0 {
            return Err(CommandError::new(
                ErrorCode::Changed,
                "What looks like a secret in it has changed meanwhile. Look at it once more.",
            ));
        }
        if !waiting {
            self.wake.notify_one();
        }
        self.store.announcer.changed(Noun::Upload, Some(vec![id]));
        Ok(())
    }
}

//! JSON that is typed, pasted or read from a file: looked at, tidied, and uploaded as a file, so that the bytes shown
//! are the bytes pinned.

mod desk;
mod fault;
#[cfg(test)]
mod fuzzed_tests;
mod tidy;
mod work;

use std::path::Path;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::accounts::Accounts;
use crate::clock::Millis;
use crate::error::CommandError;
use crate::pins::Scalar;
use crate::uploads::{GroupChoice, LARGEST_JSON as LARGEST, UploadNetwork, Uploads};
use crate::walk::Files;
use desk::Desk;

/// A text that was begun or read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JsonDraft {
    /// Names it.
    pub id: String,
    /// The name of the file that it was read from.
    pub name: Option<String>,
    /// Its bytes.
    #[specta(type = u32)]
    pub bytes: usize,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JsonPiece {
    /// At most 64 KiB.
    pub text: String,
    /// Where it goes on; `None` at its end.
    #[specta(type = Option<u32>)]
    pub next: Option<usize>,
}

/// The first fault of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JsonFault {
    /// From 1.
    #[specta(type = u32)]
    pub line: usize,
    /// In characters, from 1; one after the last where something is missing at the end.
    #[specta(type = u32)]
    pub column: usize,
    /// Where and why.
    pub sentence: String,
    /// Another white space takes it away.
    pub tidies: bool,
}

/// What a service makes of a text that it writes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JsonRewritten {
    /// How it begins, at most 2,000 characters.
    pub beginning: String,
    /// That is not all of it.
    pub cut: bool,
    /// Its bytes.
    #[specta(type = u32)]
    pub bytes: usize,
    /// Why it is written again.
    pub sentence: String,
}

/// What can be said of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Type)]
pub struct JsonLook {
    /// Its bytes.
    #[specta(type = u32)]
    pub bytes: usize,
    /// Where it stops being JSON.
    pub fault: Option<JsonFault>,
    /// Why it cannot be pinned although it is JSON.
    pub refusal: Option<String>,
    /// What is not known of it.
    pub note: Option<String>,
    /// What will be pinned instead, where that differs.
    pub rewritten: Option<JsonRewritten>,
    /// The CID of what will be pinned, where it can be.
    pub cid: Option<String>,
}

/// Another white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum JsonTidy {
    /// A line for each member.
    Lines,
    /// No white space at all.
    OneLine,
}

/// What a person wishes for a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
pub struct JsonWish {
    /// The name of the file and of the pin; `.json` is added where it has no ending.
    pub name: String,
    /// Key-values.
    pub keyvalues: Vec<(String, Scalar)>,
    /// The group that the pin goes to; one of [`Uploads::places`].
    pub group: Option<GroupChoice>,
    /// Who may read it.
    pub network: UploadNetwork,
    /// When the service is to unpin it by itself; `None`: never.
    #[specta(type = Option<u32>)]
    pub expires: Option<Millis>,
}

/// The text that is worked on.
struct Draft {
    id: String,
    text: Arc<str>,
    /// Pieces that arrived of its next version.
    arriving: Option<Arriving>,
}

/// A version of the text that is on its way.
#[derive(Default)]
struct Arriving {
    text: String,
    pieces: usize,
}

/// Texts to pin.
pub struct Json {
    accounts: Arc<Accounts>,
    uploads: Arc<Uploads>,
    files: Arc<dyn Files>,
    desk: Desk,
    /// One at a time: there is one editor.
    draft: Mutex<Option<Draft>>,
    /// Held from writing a file until its upload is in the queue: what no upload needs is taken away in between.
    putting: tokio::sync::Mutex<()>,
}

impl Json {
    /// Takes its neighbours in, and away what was left of uploads that have ended. `data` is the app's own folder.
    pub fn new(
        data: &Path,
        accounts: Arc<Accounts>,
        uploads: Arc<Uploads>,
        files: Arc<dyn Files>,
    ) -> Result<Self, CommandError> {
        let desk = Desk::new(data);
        desk.sweep(files.as_ref(), &uploads.sources_in_use()?);
        Ok(Self {
            accounts,
            uploads,
            files,
            desk,
            draft: Mutex::default(),
            putting: tokio::sync::Mutex::default(),
        })
    }

    fn draft(&self) -> std::sync::MutexGuard<'_, Option<Draft>> {
        self.draft
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    /// The text under this name.
    fn text(&self, id: &str) -> Result<Arc<str>, CommandError> {
        let draft = self.draft();
        let found = draft.as_ref().filter(|draft| draft.id == id);
        found
            .map(|draft| draft.text.clone())
            .ok_or_else(|| CommandError::gone("This text"))
    }
}

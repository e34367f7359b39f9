//! The editor's text: taken in, looked at, tidied, and put into the queue.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::desk::Desk;
use super::{
    Arriving, Draft, Json, JsonDraft, JsonLook, JsonPiece, JsonRewritten, JsonTidy, JsonWish,
    LARGEST, fault, tidy,
};
use crate::accounts::{AccountId, service_name};
use crate::error::{CommandError, ErrorCode};
use crate::pins::lower_article;
use crate::uploads::{Target, cid_of_reader};
use crate::walk::{Place, name_of, readable};

/// Bytes of one piece that crosses to the page.
const PIECE: usize = 64 * 1024;
/// Characters that are shown of a text that is written again.
const SHOWN: usize = 2_000;
/// Of a text that is too large.
const OVER_LARGEST: &str =
    "JSON up to 10 MB can be pinned here, and this is more. Upload it as a file instead.";
/// A text that has no name.
const NAMELESS: &str = "data.json";

impl Json {
    /// Begins an empty text; the one before is forgotten.
    pub fn start(&self) -> JsonDraft {
        self.keep(None, "".into())
    }

    /// Reads a file as the text.
    pub async fn open(self: &Arc<Self>, path: PathBuf) -> Result<JsonDraft, CommandError> {
        let this = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let name = readable(&name_of(&path));
            let text = this.text_of(&path, &name)?;
            Ok(this.keep(Some(name), text.into()))
        });
        read.await.map_err(|_| CommandError::gone("The file"))?
    }

    fn keep(&self, name: Option<String>, text: Arc<str>) -> JsonDraft {
        let id = uuid::Uuid::new_v4().to_string();
        let bytes = text.len();
        *self.draft() = Some(Draft {
            id: id.clone(),
            text,
            arriving: None,
        });
        JsonDraft { id, name, bytes }
    }

    fn text_of(&self, path: &std::path::Path, name: &str) -> Result<String, CommandError> {
        let place = Place::root(path);
        let opened = self.files.open(&place);
        let (file, stamp) =
            opened.map_err(|problem| CommandError::new(problem.code, problem.sentence(&place)))?;
        let largest = LARGEST as u64;
        let too_large = || {
            let sentence = format!(
                "{name} is larger than 10 MB, which is the most that this editor takes. Upload it as a file."
            );
            CommandError::new(ErrorCode::TooLarge, sentence)
        };
        if stamp.size > largest {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let read = file.take(largest + 1).read_to_end(&mut bytes);
        read.map_err(|error| {
            let sentence = format!("{name} could not be read. Choose another file.");
            CommandError::new(ErrorCode::Unreadable, sentence).with_detail(error.to_string())
        })?;
        if bytes.len() > LARGEST {
            return Err(too_large());
        }
        String::from_utf8(bytes).map_err(|_| {
            let sentence =
                format!("{name} is not UTF-8 text, so it is no JSON. Choose another file.");
            CommandError::new(ErrorCode::BadInput, sentence)
        })
    }

    /// Takes the next piece of what was typed, from 0 on; with the last one it is the text.
    pub fn write(
        &self,
        id: &str,
        piece: usize,
        text: &str,
        last: bool,
    ) -> Result<(), CommandError> {
        let mut draft = self.draft();
        let draft = draft
            .as_mut()
            .filter(|draft| draft.id == id)
            .ok_or_else(|| CommandError::gone("This text"))?;
        let mut arriving = match piece {
            0 => Arriving::default(),
            _ => draft.arriving.take().unwrap_or_default(),
        };
        if arriving.pieces != piece {
            return Err(CommandError::gone("A part of this text"));
        }
        arriving.pieces += 1;
        // What is too large is counted no further than is needed to say so.
        if arriving.text.len() <= LARGEST {
            arriving.text.push_str(text);
        }
        if last {
            draft.text = arriving.text.into();
        } else {
            draft.arriving = Some(arriving);
        }
        Ok(())
    }

    /// A piece of the text, from this byte on.
    pub fn read(&self, id: &str, from: usize) -> Result<JsonPiece, CommandError> {
        let text = self.text(id)?;
        let rest = text
            .get(from..)
            .ok_or_else(|| CommandError::gone("This part of the text"))?;
        let end = (0..=PIECE.min(rest.len()))
            .rev()
            .find(|at| rest.is_char_boundary(*at))
            .unwrap_or(0);
        Ok(JsonPiece {
            text: rest[..end].to_owned(),
            next: (end < rest.len()).then_some(from + end),
        })
    }

    /// Gives the text another white space. Refused where it is no JSON.
    pub fn tidy(&self, id: &str, how: JsonTidy) -> Result<JsonDraft, CommandError> {
        let text = self.text(id)?;
        if text.len() > LARGEST {
            return Err(CommandError::new(ErrorCode::TooLarge, OVER_LARGEST));
        }
        let plain = fault::unmarked(&text);
        if let Some(fault) = fault::first(plain) {
            return Err(CommandError::new(ErrorCode::BadInput, fault.sentence));
        }
        let tidied = tidy::tidied(plain, how, LARGEST).ok_or_else(|| {
            let sentence = "With a line for each member this text is larger than 10 MB, which is the most that this editor takes. It was left as it is.";
            CommandError::new(ErrorCode::TooLarge, sentence)
        })?;
        Ok(self.keep(None, tidied.into()))
    }

    /// Forgets the text.
    pub fn close(&self, id: &str) {
        self.draft().take_if(|draft| draft.id == id);
    }

    /// What can be said of the text, and of what an account's service would make of it.
    pub async fn look(&self, account: AccountId, id: &str) -> Result<JsonLook, CommandError> {
        let text = self.text(id)?;
        let mut look = JsonLook {
            bytes: text.len(),
            ..JsonLook::default()
        };
        if text.len() > LARGEST {
            look.refusal = Some(OVER_LARGEST.into());
            return Ok(look);
        }
        if text.trim().is_empty() {
            return Ok(look);
        }
        look.fault = fault::first(&text);
        if look.fault.is_some() {
            return Ok(look);
        }
        let name = service_name(&self.accounts.get(account)?);
        let written = match self.uploads.rewrites_json(account).await {
            Ok(true) => match pinning::reserialised(&text) {
                Ok(written) => Some(written),
                Err(reason) => {
                    look.refusal = Some(format!(
                        "The key of this account has JSON written again by {}, and what it would make of this text cannot be told: {reason}. A key that may upload files pins it as it is.",
                        lower_article(&name)
                    ));
                    return Ok(look);
                }
            },
            Ok(false) => None,
            Err(refused) if refused.code == ErrorCode::MissingScope => {
                look.refusal = Some(refused.message);
                None
            }
            Err(failed) => {
                look.note = Some(format!(
                    "Whether {} pins these very bytes is not known yet. {}",
                    lower_article(&name),
                    failed.message
                ));
                None
            }
        };
        let pinned: Arc<str> = written.map_or_else(|| text.clone(), Into::into);
        if pinned != text {
            look.rewritten = Some(rewritten(&pinned, &name));
        }
        look.cid = Some(cid(pinned).await?);
        Ok(look)
    }

    /// Puts the text into the queue, as a file; answers the upload's number. What is written again by the service is
    /// sent as it will be written.
    pub async fn pin(
        &self,
        account: AccountId,
        id: &str,
        wish: JsonWish,
    ) -> Result<i64, CommandError> {
        let text = self.text(id)?;
        let look = self.look(account, id).await?;
        let reason = look.refusal.or(look.fault.map(|fault| fault.sentence));
        if let Some(reason) = reason {
            return Err(CommandError::new(ErrorCode::BadInput, reason));
        }
        if look.cid.is_none() {
            let sentence = "There is no JSON to pin yet. Type or paste some, or open a file.";
            return Err(CommandError::new(ErrorCode::Empty, sentence));
        }
        let text = match look.rewritten {
            Some(_) => pinning::reserialised(&text).map_or(text, Into::into),
            None => text,
        };
        let name = named(&wish.name);
        let target = Target {
            network: wish.network,
            group: wish.group,
            expires: wish.expires,
        };
        let _putting = self.putting.lock().await;
        let path = self.written(name.clone(), text).await?;
        let queued = self
            .uploads
            .enqueue_json(account, &path, name, &wish.keyvalues, target)
            .await;
        if queued.is_err() {
            Desk::take_back(&path);
        } else {
            self.close(id);
        }
        queued
    }

    /// Writes a text to disk for its upload, and takes away those whose uploads have ended.
    async fn written(&self, name: String, text: Arc<str>) -> Result<PathBuf, CommandError> {
        let needed = self.uploads.sources_in_use()?;
        let (desk, files) = (self.desk.clone(), self.files.clone());
        let put = tokio::task::spawn_blocking(move || {
            desk.sweep(files.as_ref(), &needed);
            desk.put(&name, &text)
        });
        put.await.map_err(|_| CommandError::gone("This text"))?
    }
}

async fn cid(text: Arc<str>) -> Result<String, CommandError> {
    let hashed = tokio::task::spawn_blocking(move || cid_of_reader(text.as_bytes(), 1, None));
    let computed = hashed
        .await
        .map_err(|_| CommandError::gone("This text"))??;
    Ok(computed.cid)
}

fn rewritten(text: &str, service: &str) -> JsonRewritten {
    let beginning: String = text.chars().take(SHOWN).collect();
    JsonRewritten {
        cut: beginning.len() < text.len(),
        beginning,
        bytes: text.len(),
        sentence: format!(
            "The key of this account may upload JSON but no files, so {} reads the text and writes it again. This is what will be pinned.",
            lower_article(service)
        ),
    }
}

/// The name of a file with this content.
fn named(name: &str) -> String {
    let name = name.trim();
    if name.is_empty() {
        return NAMELESS.to_owned();
    }
    if name.contains('.') {
        return name.to_owned();
    }
    format!("{name}.json")
}

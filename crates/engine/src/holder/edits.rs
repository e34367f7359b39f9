//! Changes of pins, as other processes ask for them.

use serde::{Deserialize, Serialize};

use super::Reply;
use super::answer::Say;
use super::meant::the_one;
use super::pins::{details, say_one};
use crate::Engine;
use crate::accounts::AccountId;
use crate::changes::EditOfMany;
use crate::error::CommandError;
use crate::pins::{PinEdit, PinEnd, Scalar};

/// What a person changes about pins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PinChange {
    /// The new name, for one pin; `None` leaves it.
    pub name: Option<String>,
    /// The new names, as a template that is filled for each.
    pub rename: Option<String>,
    /// Key-values to set.
    pub set: Vec<(String, Scalar)>,
    /// Keys to take away.
    pub remove: Vec<String>,
    /// When it ends; `None` leaves it.
    pub end: Option<PinEnd>,
}

/// Changes pins, and tells how each is then. Nothing is changed where one of them is not known.
pub(super) async fn edit(
    engine: &Engine,
    account: AccountId,
    pins: &[String],
    change: PinChange,
    say: &Say,
) -> Result<(), CommandError> {
    let mut meant = Vec::new();
    for which in pins {
        meant.push(the_one(engine, account, which).await?);
    }
    say_what_becomes_text(engine, account, &change.set, say).await?;
    let mut failed = Vec::new();
    for (place, id) in meant.iter().enumerate() {
        match edit_one(engine, *id, &change, (place, meant.len())).await {
            Ok(()) => say_one(engine, account, *id, say).await?,
            Err(mut error) => {
                if meant.len() > 1 {
                    error.message = format!("{}: {}", pins[place], error.message);
                }
                failed.push(error);
            }
        }
    }
    say.all_failed(failed).await
}

/// Says which values are sent as their text, where the account's service keeps nothing else.
pub(super) async fn say_what_becomes_text(
    engine: &Engine,
    account: AccountId,
    keyvalues: &[(String, Scalar)],
    say: &Say,
) -> Result<(), CommandError> {
    let other = keyvalues.iter().filter(|(_, value)| !value.is_text());
    let keys: Vec<&str> = other.map(|(key, _)| key.as_str()).collect();
    if keys.is_empty() {
        return Ok(());
    }
    match engine.accounts.text_only(account)? {
        Some(why) => {
            let sentence = format!("{why} Sent as text: {}.", keys.join(", "));
            say.note(sentence).await
        }
        None => Ok(()),
    }
}

async fn edit_one(
    engine: &Engine,
    id: i64,
    change: &PinChange,
    of: (usize, usize),
) -> Result<(), CommandError> {
    let (set, remove) = (change.set.clone(), change.remove.clone());
    let edit = if change.rename.is_some() {
        let rename = change.rename.clone();
        let edit = EditOfMany {
            rename,
            set,
            remove,
        };
        engine.changes.edit_of(id, &edit, of)?
    } else {
        let name = change.name.clone();
        let edit = PinEdit { name, set, remove };
        Some(edit).filter(|edit| *edit != PinEdit::default())
    };
    if let Some(edit) = edit {
        engine.pins.edit(id, edit).await?;
    }
    if let Some(end) = change.end {
        engine.pins.expire(id, end.at).await?;
    }
    Ok(())
}

/// Unpins each; a line for each that the service keeps no longer.
pub(super) async fn unpin(
    engine: &Engine,
    account: AccountId,
    pins: &[i64],
    say: &Say,
) -> Result<(), CommandError> {
    let mut failed = Vec::new();
    for id in pins {
        let line = details(engine, account, *id)?;
        match engine.pins.unpin(account, *id).await? {
            Err(not) => {
                let sentence = if not.unsure {
                    format!("{}: {}", not.name, not.sentence)
                } else {
                    format!("{} is still pinned. {}", not.name, not.sentence)
                };
                failed.push(CommandError::new(not.code, sentence));
            }
            Ok(()) => say.line(Reply::Pin(line)).await?,
        }
    }
    say.all_failed(failed).await
}

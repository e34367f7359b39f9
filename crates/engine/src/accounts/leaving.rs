//! Removing an account: what goes with it, said beforehand.

use secrets::SecretError;
use serde::Serialize;
use specta::Type;

use super::{Account, AccountId, AccountKind, Accounts, CredentialKind, Keep, rows, service_name};
use crate::announce::Noun;
use crate::error::CommandError;
use crate::failure;
use crate::store::Urgency;

/// What removing an account does, in sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Leaving {
    /// What stays at the service.
    pub pins: String,
    /// What ends or is forgotten on this computer, one sentence each.
    pub here: Vec<String>,
    /// For the Sandbox: what would be deleted with its files. They stay unless that is asked for.
    pub files: Option<String>,
    /// For the Sandbox: the folder that its files are in.
    pub folder: Option<String>,
}

impl Accounts {
    /// What removing an account does.
    pub fn leaving(&self, id: AccountId) -> Result<Leaving, CommandError> {
        let account = self.get(id)?;
        let depending = self.store.ledger.read(|tx| rows::depending(tx, id))?;
        let listed = self.store.mirror.read(|tx| rows::listed(tx, id))?;
        let sandbox = account.kind == AccountKind::Sandbox;
        let history = "Its history of uploads is deleted from this computer.".to_owned();
        let here = [
            secret_sentence(&account),
            uploads_sentence(depending.uploads),
            handovers_sentence(depending.handovers),
            asked_sentence(depending.asked),
            changes_sentence(depending.changes),
            watches_sentence(depending.watches),
            Some(history),
        ];
        let count = listed.map(|(pins, _)| counted(pins, "pin", "pins"));
        let pins = match (&count, sandbox) {
            (_, true) => "Nothing is unpinned: its files stay on this computer, and are there when you try the Sandbox again.".to_owned(),
            (Some(count), false) => format!("Nothing is unpinned: {count} stay at {}.", service_name(&account)),
            (None, false) => format!("Nothing is unpinned: its pins stay at {}.", service_name(&account)),
        };
        let folder = sandbox.then(|| self.sandbox.folder()).flatten();
        Ok(Leaving {
            pins,
            here: here.into_iter().flatten().collect(),
            files: sandbox.then(|| count.unwrap_or_else(|| "its files".to_owned())),
            folder: folder.map(|folder| folder.display().to_string()),
        })
    }

    /// Takes an account's secret out of the keychain; the account stays. What cannot be taken out stays with a reason.
    pub(crate) async fn give_up_secret(&self, id: AccountId) -> Result<(), CommandError> {
        let account = self.get(id)?;
        match self.remove_secret(&account).await {
            // Where there is no keychain, there is no entry in it either.
            Ok(()) | Err(SecretError::Missing | SecretError::NoKeychain { .. }) => Ok(()),
            Err(error) => Err(failure::of_keychain(&error)),
        }
    }

    /// Forgets an account here. Unpins nothing.
    pub(crate) async fn remove(&self, id: AccountId) -> Result<(), CommandError> {
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::delete(tx, id))
            .await?;
        self.live().remove(&id);
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        Ok(())
    }

    /// Deletes everything that the Sandbox keeps. It starts empty when it is next needed.
    pub(crate) async fn erase_sandbox(&self, id: AccountId) -> Result<(), CommandError> {
        if self.get(id)?.kind != AccountKind::Sandbox {
            return Ok(());
        }
        self.forget_service(id);
        self.sandbox.erase().await
    }

    /// The folder that the Sandbox keeps everything in, where it has one.
    pub fn sandbox_folder(&self) -> Option<std::path::PathBuf> {
        self.sandbox.folder()
    }
}

fn secret_sentence(account: &Account) -> Option<String> {
    if account.kind == AccountKind::Sandbox || account.credential == CredentialKind::Nothing {
        return None;
    }
    let what = if account.credential == CredentialKind::Pair {
        "Its key and secret are"
    } else {
        "Its token is"
    };
    Some(match account.keep {
        Keep::Keychain => format!("{what} deleted from the system keychain."),
        Keep::UntilQuit => format!("{what} forgotten; it was kept in memory only."),
    })
}

fn uploads_sentence(count: u64) -> Option<String> {
    match count {
        0 => None,
        1 => Some(
            "1 upload that is not finished is taken back. The file on this computer is not touched."
                .to_owned(),
        ),
        n => Some(format!(
            "{n} uploads that are not finished are taken back. The files on this computer are not touched."
        )),
    }
}

fn handovers_sentence(count: u64) -> Option<String> {
    match count {
        0 => None,
        1 => Some(
            "1 upload through another account goes on, but is not pinned here afterwards."
                .to_owned(),
        ),
        n => Some(format!(
            "{n} uploads through another account go on, but are not pinned here afterwards."
        )),
    }
}

fn asked_sentence(count: u64) -> Option<String> {
    match count {
        0 => None,
        1 => Some(
            "1 CID that is being looked for is not followed any more; the service goes on looking."
                .to_owned(),
        ),
        n => Some(format!(
            "{n} CIDs that are being looked for are not followed any more; the service goes on looking."
        )),
    }
}

fn changes_sentence(count: u64) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 change of pins that is under way ends. What is done stays done.".to_owned()),
        n => Some(format!(
            "{n} changes of pins that are under way end. What is done stays done."
        )),
    }
}

fn watches_sentence(count: u64) -> Option<String> {
    match count {
        0 => None,
        1 => Some(
            "1 watched folder is not watched any more. What it pinned stays pinned.".to_owned(),
        ),
        n => Some(format!(
            "{n} watched folders are not watched any more. What they pinned stays pinned."
        )),
    }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

//! Files and folders put into the queue, as other processes ask for it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::sync::OwnedRwLockReadGuard;

use super::answer::{Say, account_of};
use super::edits::say_what_becomes_text;
use super::lines::word;
use super::queue::{UploadLine, follow};
use super::{Desk, Reply, TypedPath, allow, groups, raw, settled};
use crate::Engine;
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::pins::Scalar;
use crate::uploads::{Drop, GroupChoice, Secrets, UploadNetwork, UploadOptions};
use crate::walk::{name_of, readable};

/// What is done with files that look like secrets and got no yes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretsWish {
    /// Nothing is sent.
    #[default]
    Hold,
    /// Everything else is sent.
    Skip,
}

/// Files and folders for the queue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Add {
    /// Where to; `None`: the account that is worked with.
    pub account: Option<String>,
    /// Absolute paths.
    #[serde(with = "raw::list")]
    pub paths: Vec<OsString>,
    /// The pin's name, where one pin results.
    pub name: Option<String>,
    /// Key-values of every pin.
    pub keyvalues: Vec<(String, Scalar)>,
    /// 0 or 1.
    pub cid_version: u8,
    /// A single file inside a folder.
    pub wrap: bool,
    /// The name or id of the pins' group.
    pub group: Option<String>,
    /// Who may read them.
    pub network: UploadNetwork,
    /// When the service is to unpin them by itself; `None`: never.
    pub expires: Option<Millis>,
    /// Files that look like secrets.
    pub secrets: SecretsWish,
    /// Those that are sent all the same.
    #[serde(default)]
    pub allow: Vec<TypedPath>,
    /// Patterns of what is left out of folders.
    pub ignore: Vec<String>,
    /// The answer goes on until every upload has ended.
    pub follow: bool,
}

/// Puts files and folders into the queue: all of them, or none.
pub(super) async fn add(
    desk: &Desk,
    add: Add,
    doing: OwnedRwLockReadGuard<()>,
    say: &Say,
) -> Result<(), CommandError> {
    let engine = &desk.engine;
    // From before there are rows: work on them begins at once.
    let _follower = add.follow.then(|| desk.followed());
    let account = account_of(engine, add.account.as_deref())?;
    let group = match &add.group {
        Some(named) => Some(group(engine, account, named, add.network).await?),
        None => None,
    };
    let paths: Vec<PathBuf> = add.paths.iter().map(PathBuf::from).collect();
    let drop_in = engine
        .uploads
        .look(engine.uploads.begin_looking(), paths, add.ignore.join("\n"))
        .await?;
    match may_be_sent(engine, &drop_in, &add, say).await {
        Ok(allowed) => engine.uploads.allow_in_drop(&drop_in.id, &allowed),
        Err(error) => {
            engine.uploads.discard(&drop_in.id);
            return Err(error);
        }
    }
    say_what_becomes_text(engine, account, &add.keyvalues, say).await?;
    let options = UploadOptions {
        name: add.name,
        keyvalues: add.keyvalues,
        cid_version: add.cid_version,
        wrap: add.wrap,
        together: None,
        secrets: match add.secrets {
            SecretsWish::Hold => Secrets::Hold,
            SecretsWish::Skip => Secrets::LeaveOut,
        },
        allowed: Vec::new(),
        // What is named on a command line goes as it is: its CID is that of `pinfold cid`.
        junk: true,
        group,
        network: add.network,
        expires: add.expires,
    };
    let uploads = engine
        .uploads
        .enqueue(account, &drop_in.id, options)
        .await?;
    for by in &drop_in.ignored {
        let (sentence, count, mut names) = (&by.sentence, by.count, by.names.join(", "));
        if !names.is_empty() {
            names = format!(": {names}");
        }
        say.note(format!("{sentence}{names} ({count})")).await?;
    }
    let told: usize = drop_in.ignored.iter().map(|by| by.count).sum();
    if drop_in.ignored_count > told {
        let more = drop_in.ignored_count - told;
        say.note(format!("Left out by other patterns ({more})"))
            .await?;
    }
    for left_out in &drop_in.left_out {
        say.note(format!("{} ({})", left_out.sentence, left_out.count))
            .await?;
    }
    for id in &uploads {
        let row = engine.uploads.row_of(*id)?;
        say.line(Reply::Upload(UploadLine::new(engine, &row)))
            .await?;
    }
    // From here on nothing is lost if the asker or this process goes away.
    drop(doing);
    if !add.follow {
        return Ok(());
    }
    follow(desk, &uploads, say).await?;
    settled::wait(engine, &uploads, say).await
}

/// The group that a person named, which must be on the network that the pins go to.
async fn group(
    engine: &Engine,
    account: AccountId,
    named: &str,
    network: UploadNetwork,
) -> Result<GroupChoice, CommandError> {
    let group = groups::the_one(engine, account, named).await?;
    if word(group.network) == network.as_str() {
        return Ok(GroupChoice {
            id: group.service_id,
            name: group.name,
        });
    }
    Err(CommandError::new(
        ErrorCode::BadInput,
        format!(
            "The group “{named}” is on the {} network. Say --network {0}, or choose another group.",
            word(group.network)
        ),
    ))
}

/// The files that got a yes. Fails, after a line about each, where something is held back that got none.
async fn may_be_sent(
    engine: &Engine,
    looked: &Drop,
    add: &Add,
    say: &Say,
) -> Result<Vec<PathBuf>, CommandError> {
    if let Some(problem) = &looked.problem {
        let sentence = format!("{problem} Nothing was queued.");
        return Err(CommandError::new(ErrorCode::Unreadable, sentence));
    }
    let held = engine.uploads.held_back(&looked.id)?;
    let is_one = |path: &Path| {
        engine.uploads.is_file(path) || held.workshop.iter().any(|folder| folder == path)
    };
    let mut allowed = Vec::new();
    for typed in &add.allow {
        let meant = typed.the_one(&held.roots, is_one);
        allowed.push(meant.map_err(|mut error| {
            error.message.push_str(" Nothing was queued.");
            error
        })?);
    }
    let unasked = |paths: &[PathBuf]| -> Vec<PathBuf> {
        let unasked = paths.iter().filter(|path| !allowed.contains(path));
        unasked.cloned().collect()
    };
    let folders = unasked(&held.workshop);
    let mut files = match add.secrets {
        SecretsWish::Hold => unasked(&held.secrets),
        SecretsWish::Skip => Vec::new(),
    };
    // Where a folder stays here, so does what is in it.
    files.retain(|file| !folders.iter().any(|folder| file.starts_with(folder)));
    if folders.is_empty() && files.is_empty() {
        return Ok(allowed);
    }
    for folder in &folders {
        let name = readable(&name_of(folder));
        let option = allow::option(folder, &held.roots, is_one);
        say.note(format!(
            "{name} is rarely meant for everyone. To leave it out: --ignore={name}/ To send it: {option}"
        ))
        .await?;
    }
    for file in &files {
        let name = readable(&name_of(file));
        let option = allow::option(file, &held.roots, is_one);
        say.note(format!("{name} looks like a secret. To send it: {option}"))
            .await?;
    }
    Err(CommandError::new(
        ErrorCode::Secret,
        refusal(folders.len(), files.len()),
    ))
}

fn refusal(folders: usize, files: usize) -> String {
    let folders = match folders {
        0 => None,
        1 => Some("1 folder is rarely meant for everyone".to_owned()),
        more => Some(format!("{more} folders are rarely meant for everyone")),
    };
    let (looks, skip) = match files {
        0 => (None, ""),
        1 => (
            Some("1 file looks like a secret".to_owned()),
            " To leave it out: --secrets=skip",
        ),
        more => (
            Some(format!("{more} files look like secrets")),
            " To leave all of them out: --secrets=skip",
        ),
    };
    let what: Vec<String> = [folders, looks].into_iter().flatten().collect();
    format!(
        "{}. What is public on IPFS cannot be taken back, so nothing was queued.{skip}",
        what.join(", and ")
    )
}

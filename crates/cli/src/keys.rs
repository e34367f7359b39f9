//! `pinfold keys`. A key is made here, with the account's token from where it is kept: nothing secret crosses a socket.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::accounts::{Abilities, Keep};
use engine::error::{CommandError, ErrorCode};
use engine::holder::{KeyLine, KeysAsked, Reply, Request};
use engine::keys::{KeyWish, KeysShown, MadeKey, RevealedKey};

use crate::add::plain;
use crate::arguments::{Keys, NewKey, Shown};
use crate::exit::Failure;
use crate::house::House;
use crate::items::sure;
use crate::print::{Out, Side, moment};
use crate::service;

pub(crate) async fn run(
    what: Keys,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let request = match what {
        Keys::Create(new) => return create(new, account, house, out).await,
        Keys::Ls { text, shown, limit } => Request::Keys(KeysAsked {
            account,
            text,
            shown: match shown {
                Shown::All => KeysShown::All,
                Shown::Good => KeysShown::Good,
                Shown::Limited => KeysShown::Limited,
                Shown::Exhausted => KeysShown::Exhausted,
                Shown::Revoked => KeysShown::Revoked,
            },
            limit,
        }),
        Keys::Revoke { keys, yes, in_use } => {
            if !yes {
                sure(&format!(
                    "Revoke {}? Whatever uses it stops working at once. This cannot be taken back.",
                    keys.join(", ")
                ))
                .await?;
            }
            Request::RevokeKeys {
                account,
                keys,
                although_used: in_use,
            }
        }
    };
    let mut rows = Vec::new();
    for reply in house.gather(request).await? {
        if let Reply::Key(key) = &reply {
            rows.push(row(key));
        }
        plain(out, &reply)?;
    }
    let heads = [
        ("KEY", Side::Left),
        ("STATE", Side::Left),
        ("USES", Side::Right),
        ("MADE", Side::Left),
        ("NAME", Side::Left),
        ("MAY", Side::Left),
    ];
    out.table(&heads, &rows)
}

fn row(key: &KeyLine) -> Vec<String> {
    let uses = match (key.uses, key.max_uses) {
        (Some(uses), Some(most)) => format!("{uses}/{most}"),
        (Some(uses), None) => uses.to_string(),
        (None, Some(most)) => format!("?/{most}"),
        (None, None) => String::new(),
    };
    let state = if key.in_use { "in use" } else { &key.state };
    vec![
        key.key.clone(),
        state.to_owned(),
        uses,
        moment(key.made_at.as_deref()),
        key.name.clone().unwrap_or_default(),
        key.may.clone(),
    ]
}

async fn create(
    new: NewKey,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let mut stored = None;
    for reply in house.gather(Request::Stored { account }).await? {
        if let Reply::Stored { account } = reply {
            stored = Some(*account);
        }
    }
    let stored = stored.ok_or_else(|| CommandError::gone("This account"))?;
    if stored.keep == Keep::UntilQuit {
        let words =
            "The token of this account is in the memory of the window only. Make the key there.";
        return Err(CommandError::new(ErrorCode::BadInput, words).into());
    }
    // The file comes first: once there is a key, nothing may stand in the way of keeping it.
    let file = new.to.as_deref().map(NewFile::at).transpose()?;
    let wish = KeyWish {
        name: new.name,
        admin: new.admin,
        scopes: new.scope,
        max_uses: new.uses,
    };
    let made = async {
        let scratch = service::scratch(Arc::new(service::keychain()))?;
        let engine = &scratch.engine;
        let id = engine
            .accounts
            .adopt(stored, Abilities::default(), None)
            .await?;
        let made = engine.keys.create(id, &wish).await?;
        let revealed = engine.keys.reveal(&made.handle)?;
        Ok::<_, Failure>((made, revealed))
    };
    let (made, revealed) = made.await?;
    let Some(mut file) = file else {
        return shown(&made, &revealed, out);
    };
    if let Err(error) = file.keep(revealed.jwt.as_bytes()) {
        out.aside(&format!(
            "pinfold: The file cannot be written ({error}), so the key is printed."
        ));
        return shown(&made, &revealed, out);
    }
    kept_in(&made, &revealed, &file.path, out)
}

/// A file that was not there before, and goes again unless a key is kept in it.
struct NewFile {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl NewFile {
    fn at(path: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| {
                let what = format!("{} cannot be made, so no key was made", path.display());
                Failure::system(&what, &error)
            })?;
        Ok(Self {
            path: path.to_owned(),
            file,
            kept: false,
        })
    }

    fn keep(&mut self, token: &[u8]) -> std::io::Result<()> {
        self.file.write_all(token)?;
        self.file.sync_all()?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn shown(made: &MadeKey, revealed: &RevealedKey, out: &Out) -> Result<(), Failure> {
    out.aside("This is shown once. Keep the token where nobody else reads it.");
    out.facts(&[
        ("Name", made.name.clone()),
        ("May", made.may.clone()),
        ("API key", revealed.api_key.clone()),
        (
            "API secret",
            revealed.api_secret.clone().unwrap_or_default(),
        ),
        ("Token", revealed.jwt.clone()),
    ])?;
    out.object(&serde_json::json!({
        "kind": "made_key",
        "name": made.name,
        "may": made.may,
        "key": revealed.api_key,
        "secret": revealed.api_secret,
        "token": revealed.jwt,
        "token_file": null,
    }))
}

fn kept_in(made: &MadeKey, revealed: &RevealedKey, path: &Path, out: &Out) -> Result<(), Failure> {
    let path = path.display().to_string();
    out.facts(&[
        ("Name", made.name.clone()),
        ("May", made.may.clone()),
        ("API key", revealed.api_key.clone()),
        ("Token file", path.clone()),
    ])?;
    out.object(&serde_json::json!({
        "kind": "made_key",
        "name": made.name,
        "may": made.may,
        "key": revealed.api_key,
        "secret": null,
        "token": null,
        "token_file": path,
    }))
}

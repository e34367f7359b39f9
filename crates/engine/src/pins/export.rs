//! Pins of the list as a file, and as lines for the clipboard.

use std::collections::HashMap;
use std::io::Write;

use serde::Deserialize;
use serde_json::{Value, json};
use specta::Type;

use super::{CheckState, Pins, Selection, rows};
use crate::accounts::{AccountId, AccountKind, Linker};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::export::{Export, ExportForm};

/// Pins that are held in memory at once.
const AT_ONCE: usize = 500;

/// The columns that every table of pins begins with.
pub const PIN_HEADS: [&str; 10] = [
    "name",
    "cid",
    "size",
    "pinned_at",
    "expires_at",
    "network",
    "type",
    "check",
    "groups",
    "keyvalues",
];

/// What is copied of each pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CopyWhat {
    /// The CID.
    Cid,
    /// An https link.
    Link,
    /// An https link that gives a file its name when it is downloaded; as `Link` where it has none.
    NamedLink,
    /// An ipfs:// address.
    Uri,
    /// Its name, a tab, and the CID; the CID alone where it has no name.
    NameAndCid,
}

impl CopyWhat {
    /// What only a public pin has.
    pub(crate) fn is_link(self) -> bool {
        matches!(self, Self::Link | Self::NamedLink)
    }
}

impl Pins {
    /// One line for each selected pin, for the clipboard. Pins without a public link give none where links are asked for.
    pub fn lines(
        &self,
        selection: &Selection,
        what: CopyWhat,
    ) -> Result<Vec<String>, CommandError> {
        let (account, ids) = self.selected(selection)?;
        let linker = self.public_linker(account);
        let line = |row: rows::Mirrored| {
            let form = form_of(&row.pin, what, linker.as_ref())?;
            match row.pin.name.filter(|_| what == CopyWhat::NameAndCid) {
                Some(name) => Some(format!("{}\t{form}", one_line(&name))),
                None => Some(form),
            }
        };
        let mut lines = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            let rows = self.named(some)?.into_iter();
            let public = rows.filter(|row| row.pin.public || !what.is_link());
            lines.extend(public.filter_map(line));
        }
        Ok(lines)
    }

    /// The https link to a public pin; `None` where it has none that others can use.
    pub(super) fn public_link(&self, row: &rows::Mirrored, named: bool) -> Option<String> {
        let what = if named {
            CopyWhat::NamedLink
        } else {
            CopyWhat::Link
        };
        form_of(&row.pin, what, self.public_linker(row.account).as_ref())
    }

    /// A public CID in one of its forms; `None` for a link where the account has none that others can use.
    pub(crate) fn form_of(&self, account: AccountId, cid: &str, what: CopyWhat) -> Option<String> {
        form(cid, what, self.public_linker(account).as_ref())
    }

    /// Makes links that others can use; `None` for the Sandbox, which is on this computer only.
    fn public_linker(&self, account: AccountId) -> Option<Linker> {
        let sandbox = self.accounts.get(account).ok()?.kind == AccountKind::Sandbox;
        self.accounts.linker(account).filter(|_| !sandbox)
    }

    /// Writes the selected pins as they are in the list. `groups`: what the service's ids of groups are called. Answers
    /// how many they are.
    pub(crate) fn export(
        &self,
        selection: &Selection,
        form: ExportForm,
        groups: &HashMap<String, String>,
        to: &mut dyn Write,
    ) -> Result<u64, CommandError> {
        let (account, ids) = self.selected(selection)?;
        let linker = self.public_linker(account);
        let heads = [&PIN_HEADS[..], &["link", "id"]].concat();
        let mut export = Export::begin(to, form, &heads)?;
        for some in ids.chunks(AT_ONCE) {
            let mirrored = self.named(some)?;
            let cids: Vec<&str> = mirrored.iter().map(|row| row.pin.cid.as_str()).collect();
            let known = self
                .store
                .ledger
                .read(|tx| rows::known(tx, account, &cids))?;
            for rows::Mirrored { pin, .. } in &mirrored {
                let verdict = known.get(&pin.cid).map(|known| known.verdict.as_str());
                let names: Vec<&String> = pin
                    .groups
                    .iter()
                    .flatten()
                    .map(|id| groups.get(id).unwrap_or(id))
                    .collect();
                let public = linker.as_ref().filter(|_| pin.public);
                export.row(vec![
                    json!(pin.name),
                    json!(pin.cid),
                    json!(pin.bytes),
                    json!(pin.pinned.map(time)),
                    json!(pin.expires.map(time)),
                    json!(if pin.public { "public" } else { "private" }),
                    json!(pin.mime),
                    json!(CheckState::of_verdict(verdict)),
                    listed(form, &names),
                    json!(pin.keyvalues),
                    json!(public.and_then(|linker| linker.link(&pin.cid))),
                    json!(pin.service_id),
                ])?;
            }
        }
        export.end()
    }
}

/// A folder is no download, and what has no name needs none.
fn form_of(pin: &rows::Listed, what: CopyWhat, linker: Option<&Linker>) -> Option<String> {
    let form = form(&pin.cid, what, linker)?;
    let name = pin.name.as_deref().filter(|_| !pin.folder());
    Some(match name.filter(|_| what == CopyWhat::NamedLink) {
        Some(name) => pinning::with_file_name(&form, name),
        None => form,
    })
}

fn form(cid: &str, what: CopyWhat, linker: Option<&Linker>) -> Option<String> {
    match what {
        CopyWhat::Cid | CopyWhat::NameAndCid => Some(cid.to_owned()),
        CopyWhat::Uri => Some(format!("ipfs://{cid}")),
        CopyWhat::Link | CopyWhat::NamedLink => linker?.link(cid),
    }
}

/// A name that stays in its line and its column.
fn one_line(name: &str) -> String {
    name.replace(|sign: char| sign.is_control(), " ")
}

/// Names are read by people in a table, and by programs elsewhere.
fn listed(form: ExportForm, names: &[&String]) -> Value {
    match form {
        ExportForm::Json => json!(names),
        ExportForm::Csv => {
            let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
            json!(names.join("; "))
        }
    }
}

fn time(at: Millis) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at).ok()?;
    Some(at.to_string())
}

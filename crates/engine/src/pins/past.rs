//! What happened to a pin, and where else its bytes are kept, as far as this computer knows.

use serde::Serialize;
use specta::Type;

use super::{Pins, lower_article, rows, spellings};
use crate::accounts::service_name;
use crate::clock::{Millis, date_words};
use crate::error::CommandError;
use crate::uploads::source_words;

/// The most that is told of one pin.
const MOST: usize = 50;

/// What sort of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum HappenedKind {
    /// The service began to keep it.
    Pinned,
    /// It was sent from this computer.
    Uploaded,
    /// Its name or key-values were changed here.
    Edited,
    /// It was unpinned here.
    Unpinned,
}

/// Something that happened to a pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Happened {
    /// What sort of thing.
    pub kind: HappenedKind,
    /// When.
    #[specta(type = u32)]
    pub at: Millis,
    /// In words.
    pub sentence: String,
}

/// Whether an account has a CID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// In its list.
    Pinned,
    /// Not in its list.
    Absent,
    /// Its list was never read.
    Unknown,
}

/// A CID at one of the connected accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// The account's number, as text.
    pub account: String,
    /// What people call it.
    pub label: String,
    /// Whether it has it.
    pub state: PresenceState,
    /// Since when.
    #[specta(type = Option<u32>)]
    pub pinned_at: Option<Millis>,
    /// When its list was last read to its end.
    #[specta(type = Option<u32>)]
    pub as_of: Option<Millis>,
}

impl Pins {
    /// What happened to a pin, the latest first.
    pub(super) fn past(&self, row: &rows::Mirrored) -> Result<Vec<Happened>, CommandError> {
        let account = self.accounts.get(row.account)?;
        let service = lower_article(&service_name(&account));
        let told = self
            .store
            .ledger
            .read(|tx| rows::past(tx, row.account, &row.pin.cid))?;
        let mut past: Vec<Happened> = told.into_iter().map(|told| words(told, &service)).collect();
        past.extend(row.pin.pinned.map(|at| Happened {
            kind: HappenedKind::Pinned,
            at,
            sentence: format!("Pinned at {service}."),
        }));
        past.sort_by_key(|happened| std::cmp::Reverse(happened.at));
        past.truncate(MOST);
        Ok(past)
    }

    /// Which of the connected accounts keep a CID, or the other CID of the same bytes.
    pub(super) fn presence(
        &self,
        row: &rows::Mirrored,
        other_cid: Option<&str>,
    ) -> Result<Vec<Presence>, CommandError> {
        let accounts = self.accounts.stored()?;
        // Either version of either CID.
        let mut cids = spellings(&row.pin.cid);
        cids.extend(other_cid.map(spellings).unwrap_or_default());
        self.store
            .mirror
            .read(|tx| {
                let mut all = Vec::with_capacity(accounts.len());
                for account in &accounts {
                    let id = account.id;
                    let mut found = Vec::new();
                    for cid in &cids {
                        found.extend(rows::by_cid(tx, id, cid)?);
                    }
                    let (_, as_of) = rows::reading(tx, id)?;
                    let state = match (found.is_empty(), as_of) {
                        (false, _) => PresenceState::Pinned,
                        (true, Some(_)) => PresenceState::Absent,
                        (true, None) => PresenceState::Unknown,
                    };
                    all.push(Presence {
                        account: id.to_string(),
                        label: account.label.clone(),
                        state,
                        pinned_at: found.iter().filter_map(|row| row.pin.pinned).min(),
                        as_of,
                    });
                }
                Ok(all)
            })
            .map_err(CommandError::from)
    }
}

fn words(told: rows::Past, service: &str) -> Happened {
    match told {
        rows::Past::Uploaded { at, paths } => Happened {
            kind: HappenedKind::Uploaded,
            at,
            sentence: format!("Uploaded from {}.", source_words(&paths)),
        },
        rows::Past::Unpinned { at } => Happened {
            kind: HappenedKind::Unpinned,
            at,
            sentence: format!("Unpinned at {service} from here."),
        },
        rows::Past::EndSet { at, expires } => Happened {
            kind: HappenedKind::Edited,
            at,
            sentence: match expires {
                Some(end) => format!("Set to expire on {}.", date_words(end)),
                None => "Set to stay until it is unpinned.".to_owned(),
            },
        },
        rows::Past::Edited {
            at,
            name,
            set,
            removed,
        } => {
            let mut parts = Vec::new();
            parts.extend(name.map(|name| format!("renamed to “{name}”")));
            if !set.is_empty() {
                parts.push(format!("set {}", set.join(", ")));
            }
            if !removed.is_empty() {
                parts.push(format!("removed {}", removed.join(", ")));
            }
            let sentence = parts.join("; ");
            let mut letters = sentence.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string());
            Happened {
                kind: HappenedKind::Edited,
                at,
                sentence: format!("{}{}.", first.unwrap_or_default(), letters.as_str()),
            }
        }
    }
}

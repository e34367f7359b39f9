//! A folder that may be watched: kept under a name of its own while a person decides, with a look at what it would pin.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use specta::Type;

use super::Watches;
use super::plan::Look;
use super::rules::{WatchRules, refusal};
use super::scan::Scan;
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::uploads::UploadNetwork;
use crate::walk::{Node, Place, holds_secret, looks_like_secret, readable};

/// Drafts that may wait.
const KEPT: usize = 16;
/// Examples of each reason.
const EXAMPLES: usize = 3;
/// Files whose first lines are read for the preview; the rest are examined before they are sent.
const EXAMINED: usize = 2_000;

/// Folders that may be watched.
#[derive(Default)]
pub(super) struct Drafts(VecDeque<(String, PathBuf)>);

impl Drafts {
    pub(super) fn keep(&mut self, root: PathBuf) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        self.0.push_back((id.clone(), root));
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
        id
    }

    pub(super) fn root(&self, id: &str) -> Result<PathBuf, CommandError> {
        let found = self.0.iter().find(|(known, _)| known == id);
        found
            .map(|(_, root)| root.clone())
            .ok_or_else(|| CommandError::gone("The folder that was chosen"))
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.0.retain(|(known, _)| known != id);
    }
}

/// A folder that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WatchDraft {
    /// Names it.
    pub id: String,
    /// Its last name.
    pub name: String,
    /// Where it is; text to show.
    pub path: String,
    /// Why it cannot be watched.
    pub refusal: Option<String>,
}

/// What is left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Skipped {
    /// Why.
    pub reason: String,
    /// How many.
    #[specta(type = u32)]
    pub count: usize,
    /// Paths of some; text to show.
    pub examples: Vec<String>,
}

/// Who can read what a folder pins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Everyone with the CID.
    #[default]
    Everyone,
    /// Who holds the account's key.
    Account,
    /// Programs on this computer.
    Computer,
}

impl Reach {
    fn of(public_links: bool, network: UploadNetwork) -> Self {
        match (public_links, network) {
            (false, _) => Self::Computer,
            (true, UploadNetwork::Private) => Self::Account,
            (true, UploadNetwork::Public) => Self::Everyone,
        }
    }

    fn warning(self) -> &'static str {
        match self {
            Self::Everyone => {
                "Everyone can read what is public on IPFS, and it cannot be taken back."
            }
            Self::Account => "Who holds this account’s key can read it, and nobody else.",
            Self::Computer => {
                "It stays on this computer only: the Sandbox shows it to nobody else."
            }
        }
    }
}

/// What a folder would pin under these rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchPreview {
    /// Why it cannot be watched like this.
    pub refusal: Option<String>,
    /// Files that would be pinned.
    #[specta(type = u32)]
    pub files: usize,
    /// Their bytes.
    #[specta(type = u32)]
    pub bytes: u64,
    /// Paths of some; text to show.
    pub examples: Vec<String>,
    /// What would be left out, by reason, most first.
    pub skipped: Vec<Skipped>,
    /// Files that look like secrets and would be held.
    #[specta(type = u32)]
    pub secrets: usize,
    /// Paths of some of those.
    pub secret_examples: Vec<String>,
    /// Who can read it.
    pub reach: Reach,
    /// The same in words.
    pub warning: String,
}

impl Watches {
    /// Keeps a folder under a name while a person decides.
    pub fn draft(&self, root: PathBuf) -> Result<WatchDraft, CommandError> {
        let root = std::path::absolute(&root).unwrap_or(root);
        let mut refused = self.refused(&root, None)?;
        if refused.is_none() {
            refused = match self.files.look(&Place::root(&root)) {
                Ok(Node::Folder) => None,
                Ok(Node::Link) => Some("It is a link. Choose the folder that it points to.".into()),
                Ok(_) => Some("It is not a folder. Only folders can be watched.".into()),
                Err(problem) => Some(format!("{} {}", root.display(), problem.words)),
            };
        }
        Ok(WatchDraft {
            name: readable(&crate::walk::name_of(&root)),
            path: self.shown(&root),
            refusal: refused,
            id: self.drafts().keep(root),
        })
    }

    /// The folder of a drop, as a draft. Exactly one folder, nothing else.
    pub fn draft_from_drop(&self, drop: &str) -> Result<WatchDraft, CommandError> {
        let mut paths = self.uploads.paths_of_drop(drop)?;
        let (Some(root), true) = (paths.pop(), paths.is_empty()) else {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "One folder at a time can be watched.",
            ));
        };
        let draft = self.draft(root)?;
        self.uploads.discard(drop);
        Ok(draft)
    }

    /// Forgets a draft.
    pub fn discard_draft(&self, draft: &str) {
        self.drafts().forget(draft);
    }

    /// Why this folder cannot be watched; `except`: the folder that it would take the place of.
    pub(super) fn refused(
        &self,
        root: &Path,
        except: Option<i64>,
    ) -> Result<Option<String>, CommandError> {
        let stored = self.store.ledger.read(super::rows::all)?;
        let roots: Vec<&Path> = stored
            .iter()
            .filter(|stored| Some(stored.id) != except)
            .map(|stored| stored.root.as_path())
            .collect();
        Ok(refusal(root, &self.forbidden, &roots))
    }

    /// Looks at what a draft would pin at this account under these rules. Sends nothing and keeps nothing.
    pub async fn preview(
        self: &Arc<Self>,
        account: AccountId,
        draft: &str,
        rules: WatchRules,
    ) -> Result<WatchPreview, CommandError> {
        let root = self.drafts().root(draft)?;
        if let Some(refusal) = self.refused(&root, None)? {
            return Ok(WatchPreview {
                refusal: Some(refusal),
                ..WatchPreview::default()
            });
        }
        if let Err(error) = rules.check() {
            return Ok(WatchPreview {
                refusal: Some(error.message),
                ..WatchPreview::default()
            });
        }
        let reach = Reach::of(self.accounts.row_of(account)?.public_links, rules.network);
        let this = self.clone();
        let preview = tokio::task::spawn_blocking(move || this.look_ahead(root, rules))
            .await
            .map_err(|_| CommandError::gone("The folder that was chosen"))?;
        Ok(WatchPreview {
            reach,
            warning: reach.warning().to_owned(),
            ..preview
        })
    }

    fn look_ahead(&self, root: PathBuf, rules: WatchRules) -> WatchPreview {
        let scan = Scan {
            files: self.files.clone(),
            root,
            rules,
            beat: Arc::default(),
            listening: None,
        };
        let mut preview = WatchPreview::default();
        let seen = match scan.look(None) {
            Ok(seen) => seen,
            Err(problem) => {
                preview.refusal = Some(format!("{} {}", scan.root.display(), problem.words));
                return preview;
            }
        };
        let mut examined = 0;
        for (way, look) in &seen.listing.items {
            let shown = readable(way);
            let stamp = match look {
                Look::File(stamp) => stamp,
                Look::Ignored(rule) => {
                    preview.skip(rule, shown);
                    continue;
                }
                Look::Unreadable(words) => {
                    preview.skip(&format!("it {}", words.trim_end_matches('.')), shown);
                    continue;
                }
            };
            if scan.rules.largest.is_some_and(|most| stamp.size > most) {
                preview.skip("larger than the rules take", shown);
                continue;
            }
            let name = way.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            examined += 1;
            let secret = looks_like_secret(name)
                || (examined <= EXAMINED
                    && holds_secret(&*scan.files, &super::scan::place(&scan.root, way)));
            if secret {
                preview.secrets += 1;
                if preview.secret_examples.len() < 20 {
                    preview.secret_examples.push(shown);
                }
                continue;
            }
            preview.files += 1;
            preview.bytes += stamp.size;
            if preview.examples.len() < 5 {
                preview.examples.push(shown);
            }
        }
        preview
            .skipped
            .sort_by_key(|skipped| std::cmp::Reverse(skipped.count));
        preview
    }
}

impl WatchPreview {
    fn skip(&mut self, reason: &str, shown: String) {
        let at = self
            .skipped
            .iter()
            .position(|known| known.reason == reason)
            .unwrap_or_else(|| {
                self.skipped.push(Skipped {
                    reason: reason.to_owned(),
                    count: 0,
                    examples: Vec::new(),
                });
                self.skipped.len() - 1
            });
        let known = &mut self.skipped[at];
        known.count += 1;
        if known.examples.len() < EXAMPLES {
            known.examples.push(shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_who_can_read_it_follows_from_service_and_network() {
        let said = |public_links, network| {
            let reach = Reach::of(public_links, network);
            (reach, reach.warning().contains("Everyone"))
        };
        let public = UploadNetwork::Public;
        assert_eq!(said(true, public), (Reach::Everyone, true));
        assert_eq!(said(true, UploadNetwork::Private), (Reach::Account, false));
        assert_eq!(said(false, public), (Reach::Computer, false));
    }
}

//! Lists of CIDs from files: read here, named by an id, so that the page sees no path and carries no long list.

use std::collections::VecDeque;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::{JobList, Jobs};
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::walk::{Place, name_of, readable};

/// The largest list that is read: more than 200,000 CIDs.
const LARGEST: u64 = 16 * 1024 * 1024;
/// Lists that may wait for their import.
const KEPT: usize = 8;

/// A list that waits for its import.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) text: Arc<str>,
}

/// Lists by their ids, oldest first.
#[derive(Default)]
pub(super) struct Lists(VecDeque<Listed>);

impl Lists {
    fn keep(&mut self, list: Listed) {
        self.0.push_back(list);
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    pub(super) fn get(&self, id: &str) -> Result<Listed, CommandError> {
        let found = self.0.iter().find(|list| list.id == id).cloned();
        found.ok_or_else(|| CommandError::gone("The list"))
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.0.retain(|list| list.id != id);
    }
}

impl Jobs {
    /// Reads a list that a person picked, and says what it holds.
    pub async fn read_file(
        self: &Arc<Self>,
        account: AccountId,
        path: PathBuf,
    ) -> Result<JobList, CommandError> {
        let this = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let name = readable(&name_of(&path));
            let text: Arc<str> = this.text_of(&path, &name)?.into();
            let list = JobList {
                id: uuid::Uuid::new_v4().to_string(),
                name,
                pasted: this.look_at(account, &text)?,
            };
            this.lists().keep(Listed {
                id: list.id.clone(),
                text,
            });
            Ok(list)
        });
        read.await.map_err(|_| CommandError::gone("The list"))?
    }

    /// Forgets a list that will not be imported.
    pub fn discard_list(&self, id: &str) {
        self.lists().forget(id);
    }

    fn text_of(&self, path: &std::path::Path, name: &str) -> Result<String, CommandError> {
        let place = Place::root(path);
        let opened = self.files.open(&place);
        let (file, stamp) =
            opened.map_err(|problem| CommandError::new(problem.code, problem.sentence(&place)))?;
        let too_large = || {
            CommandError::new(
                ErrorCode::TooLarge,
                format!("{name} is larger than 16 MB. Cut it into several lists."),
            )
        };
        if stamp.size > LARGEST {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| {
                CommandError::new(
                    ErrorCode::Unreadable,
                    format!("{name} could not be read. Choose another file."),
                )
                .with_detail(error.to_string())
            })?;
        if bytes.len() as u64 > LARGEST {
            return Err(too_large());
        }
        String::from_utf8(bytes).map_err(|_| {
            CommandError::new(
                ErrorCode::BadInput,
                format!("{name} is no text. Choose a list with one CID or link in each line."),
            )
        })
    }
}

//! What the queue answered, and what that means for a file.

use super::Watches;
use super::folder::Folder;
use super::ledger::{EntryState, Kept, Way};
use super::rows::{self, Outcome};
use super::work::READ_AGAIN;
use crate::accounts::service_name;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::walk::{Stamp, readable};

/// A pin this much older than its upload was there before.
const BEFORE: Millis = 5 * 60_000;

impl Watches {
    /// Writes down what the queue answered.
    pub(super) async fn outcomes(&self, folder: &mut Folder) -> Result<(), CommandError> {
        let id = folder.id;
        if self.store.ledger.read(|tx| rows::get(tx, id)).is_err() {
            folder.ended = true;
            return Ok(());
        }
        let now = self.clock.now();
        let mut withdrawn = Vec::new();
        if folder.ledger.folder.upload.is_some() {
            if let Some(outcome) = self.store.ledger.read(|tx| rows::folder_outcome(tx, id))? {
                self.folder_outcome(folder, &outcome, now, &mut withdrawn)?;
            }
        } else {
            for (way, outcome) in self.store.ledger.read(|tx| rows::outcomes(tx, id))? {
                self.outcome(folder, &way, &outcome, now, &mut withdrawn)?;
            }
        }
        self.save(folder, Vec::new(), now).await?;
        for upload in withdrawn {
            if let Err(error) = self.uploads.withdraw(upload).await {
                tracing::warn!(%error, upload, "an upload of a watched folder could not be taken back");
            }
        }
        Ok(())
    }

    fn outcome(
        &self,
        folder: &mut Folder,
        way: &Way,
        outcome: &Outcome,
        now: Millis,
        withdrawn: &mut Vec<i64>,
    ) -> Result<(), CommandError> {
        match self.answer(folder, outcome, now)? {
            Answer::Pinned(kept) => {
                let versions = folder.rules.versions();
                folder.ledger.pinned(way, kept, versions, now);
                folder.tally.pinned += 1;
                folder.dirty.insert(way.clone());
            }
            Answer::MovedOn => {
                withdrawn.push(outcome.upload);
                folder.ledger.moved_on(way, now);
                folder.dirty.insert(way.clone());
            }
            Answer::GaveUp { state, retry, keep } => {
                if !keep {
                    withdrawn.push(outcome.upload);
                }
                folder.condition.last_error = Some((words(way, &state), now));
                folder.ledger.gave_up(way, state, retry, now);
                folder.tally.failed += 1;
            }
        }
        Ok(())
    }

    fn folder_outcome(
        &self,
        folder: &mut Folder,
        outcome: &Outcome,
        now: Millis,
        withdrawn: &mut Vec<i64>,
    ) -> Result<(), CommandError> {
        let answer = self.answer(folder, outcome, now)?;
        if let Answer::Pinned(kept) = answer {
            let versions = folder.rules.versions();
            folder
                .ledger
                .folder_pinned(outcome.upload, &kept, versions, now);
            folder.tally.pinned += 1;
            folder.whole = true;
            return Ok(());
        }
        let parts: Vec<Way> = folder
            .ledger
            .entries
            .iter()
            .filter(|(_, entry)| entry.upload.is_some_and(|(id, _)| id == outcome.upload))
            .map(|(way, _)| way.clone())
            .collect();
        if let Answer::GaveUp { state, .. } = &answer {
            let name = folder.name();
            folder.condition.last_error = Some((words(name.as_bytes(), state), now));
            folder.tally.failed += 1;
        }
        for way in parts {
            match &answer {
                Answer::GaveUp { state, retry, .. } => {
                    folder.ledger.gave_up(&way, state.clone(), *retry, now);
                }
                _ => folder.ledger.moved_on(&way, now),
            }
        }
        if !matches!(answer, Answer::GaveUp { keep: true, .. }) {
            withdrawn.push(outcome.upload);
        }
        folder.ledger.folder.upload = None;
        folder.ledger.folder_touched = true;
        folder.whole = true;
        Ok(())
    }

    /// What an ended row of the queue means for its file.
    fn answer(
        &self,
        folder: &Folder,
        outcome: &Outcome,
        now: Millis,
    ) -> Result<Answer, CommandError> {
        if outcome.state == "pinned" {
            return Ok(Answer::Pinned(self.kept(folder, outcome, now)?));
        }
        let code = match outcome.state.as_str() {
            "cancelled" => ErrorCode::Cancelled,
            _ => outcome
                .reason
                .as_deref()
                .map_or(ErrorCode::Internal, ErrorCode::from_name),
        };
        let service = service_name(&self.accounts.get(folder.account)?);
        let detail = outcome.detail.as_deref();
        Ok(match code {
            ErrorCode::Changed
            | ErrorCode::Vanished
            | ErrorCode::NotAFile
            | ErrorCode::OutsideLink
            | ErrorCode::Empty => Answer::MovedOn,
            ErrorCode::Cancelled => Answer::GaveUp {
                state: EntryState::Failed {
                    code,
                    words: "You took it back. Retry sends it.".into(),
                },
                retry: None,
                keep: true,
            },
            ErrorCode::Unreadable => Answer::GaveUp {
                state: EntryState::Unreadable(detail.unwrap_or("could not be read.").to_owned()),
                retry: Some(now + READ_AGAIN),
                keep: false,
            },
            _ => Answer::GaveUp {
                state: EntryState::Failed {
                    code,
                    words: failure::sentence(code, &service, detail),
                },
                retry: None,
                keep: code == ErrorCode::Different,
            },
        })
    }

    fn kept(&self, folder: &Folder, outcome: &Outcome, now: Millis) -> Result<Kept, CommandError> {
        let cid = outcome.cid.clone().unwrap_or_default();
        let service_cid = outcome.service_cid.clone().unwrap_or_else(|| cid.clone());
        let account = folder.account;
        let by_hand = self
            .store
            .ledger
            .read(|tx| rows::sent_by_hand(tx, account, &service_cid))?;
        let pinned = self
            .pins
            .find(account, &service_cid)?
            .and_then(|row| row.pin.pinned);
        let new = pinned.is_some_and(|at| at + BEFORE >= outcome.created);
        // A pin that this folder made before is this folder's.
        let ours = || {
            let entries = folder.ledger.entries.values();
            entries
                .flat_map(|entry| entry.kept.iter().chain(&entry.older))
                .any(|kept| kept.owned && kept.service_cid == service_cid)
        };
        Ok(Kept {
            seen: Stamp {
                size: 0,
                modified: 0,
                changed: 0,
                inode: 0,
            },
            owned: !by_hand && (new || ours()),
            cid,
            service_cid,
            verdict: outcome.verdict.clone().unwrap_or_else(|| "unproven".into()),
            at: now,
        })
    }
}

enum Answer {
    Pinned(Kept),
    MovedOn,
    GaveUp {
        state: EntryState,
        retry: Option<Millis>,
        /// The row stays in the queue for the person to see.
        keep: bool,
    },
}

fn words(way: &[u8], state: &EntryState) -> String {
    match state {
        EntryState::Failed { words, .. } => format!("{}: {words}", readable(way)),
        EntryState::Unreadable(words) => format!("{} {words}", readable(way)),
        _ => readable(way),
    }
}

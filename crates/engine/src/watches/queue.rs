//! Between a folder and the queue: what settled is examined and put in; what the queue answers is written down.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::Watches;
use super::folder::Folder;
use super::ledger::{EntryState, Kept, Way, same_bytes};
use super::rows::{self, Outcome};
use super::rules::pin_name;
use super::scan::place;
use super::work::READ_AGAIN;
use crate::accounts::service_name;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::store::{Tx, Urgency};
use crate::uploads::from_watch::{Watched, place_text};
use crate::walk::{Files, LOOKED_AT, Problem, Stamp, readable, secret_shape};

/// Files examined, and put into the queue, at a time.
const AT_ONCE: usize = 250;
/// A pin this much older than its upload was there before.
const BEFORE: Millis = 5 * 60_000;

/// What the beginning of a file told.
enum Examined {
    /// Nothing speaks against it.
    Plain,
    /// It looks like a secret.
    Secret(&'static str),
    /// It is not what was looked at any more.
    MovedOn,
    /// It cannot be read.
    Unreadable(Problem),
}

fn examine(files: &dyn Files, root: &std::path::Path, way: &Way, stamp: &Stamp) -> Examined {
    let (file, now) = match files.open(&place(root, way)) {
        Ok(opened) => opened,
        Err(problem) if problem.code == ErrorCode::Unreadable => {
            return Examined::Unreadable(problem);
        }
        Err(_) => return Examined::MovedOn,
    };
    if !same_bytes(&now, stamp) {
        return Examined::MovedOn;
    }
    let mut head =
        Vec::with_capacity(LOOKED_AT.min(usize::try_from(now.size).unwrap_or(LOOKED_AT)));
    match file.take(LOOKED_AT as u64).read_to_end(&mut head) {
        Ok(_) => secret_shape(&head).map_or(Examined::Plain, Examined::Secret),
        Err(error) => Examined::Unreadable(Problem {
            code: ErrorCode::Unreadable,
            words: format!("could not be read: {error}."),
        }),
    }
}

/// Whether the beginning of a file looks like a secret. What cannot be read does not.
pub(super) fn holds_secret(files: &dyn Files, root: &std::path::Path, way: &Way) -> bool {
    let Ok((file, _)) = files.open(&place(root, way)) else {
        return false;
    };
    let mut head = Vec::new();
    let read = file.take(LOOKED_AT as u64).read_to_end(&mut head);
    read.is_ok() && secret_shape(&head).is_some()
}

async fn examine_all(
    files: Arc<dyn Files>,
    root: PathBuf,
    some: Vec<(Way, Stamp)>,
) -> Vec<(Way, Stamp, Examined)> {
    let examined = tokio::task::spawn_blocking(move || {
        some.into_iter()
            .map(|(way, stamp)| {
                let examined = examine(files.as_ref(), &root, &way, &stamp);
                (way, stamp, examined)
            })
            .collect()
    });
    examined.await.unwrap_or_default()
}

impl Watches {
    /// Examines what settled and queues what nothing speaks against. Each row and its mark are one transaction.
    pub(super) async fn take(
        &self,
        folder: &mut Folder,
        takes: Vec<(Way, Stamp)>,
    ) -> Result<(), CommandError> {
        for some in takes.chunks(AT_ONCE) {
            let fit = self.examined(folder, some.to_vec()).await?;
            if fit.is_empty() {
                continue;
            }
            let now = self.clock.now();
            let wanted: Vec<_> = fit
                .iter()
                .filter_map(|(way, stamp)| {
                    let entry = folder.ledger.entries.get(way)?;
                    let wanted = wanted(folder, way, stamp, entry.version + 1, now);
                    Some((wanted, way.clone(), entry.clone()))
                })
                .collect();
            let id = folder.id;
            let write = move |tx: &Tx| {
                wanted
                    .into_iter()
                    .map(|(wanted, way, entry)| {
                        rows::take_upload(tx, id, &wanted, &[(way, entry)], now)
                    })
                    .collect::<Result<Vec<i64>, _>>()
            };
            let ids = self.store.ledger.write(Urgency::Background, write).await?;
            for ((way, stamp), upload) in fit.iter().zip(&ids) {
                folder.ledger.queued(way, *upload, *stamp, now);
                folder.ledger.touched.remove(way);
            }
            self.uploads.entered(ids);
            self.changed(folder.id);
        }
        Ok(())
    }

    /// Queues one version of the folder, unless something in it has to be asked about first.
    pub(super) async fn take_folder(
        &self,
        folder: &mut Folder,
        files: Vec<(Way, Stamp)>,
    ) -> Result<(), CommandError> {
        let known = |folder: &Folder, way: &Way, stamp: &Stamp| {
            let kept = folder
                .ledger
                .entries
                .get(way)
                .and_then(|entry| entry.kept.as_ref());
            kept.is_some_and(|kept| same_bytes(&kept.seen, stamp))
        };
        let fresh: Vec<_> = files
            .iter()
            .filter(|(way, stamp)| !known(folder, way, stamp))
            .cloned()
            .collect();
        let asked = fresh.len();
        let mut fit = Vec::new();
        for some in fresh.chunks(AT_ONCE) {
            fit.extend(self.examined(folder, some.to_vec()).await?);
        }
        if fit.len() < asked {
            // Some are held or moved on: the next look decides without them.
            folder.whole = true;
            folder.next = Some(self.clock.now());
            return Ok(());
        }
        let now = self.clock.now();
        let name = folder.name();
        let version = folder.ledger.folder.version + 1;
        let wanted = Watched {
            account: folder.account,
            name: name.clone(),
            folder: true,
            paths: files
                .iter()
                .map(|(way, stamp)| place_text(&folder.root, way, stamp))
                .collect(),
            pin_name: pin_name(&folder.rules.name, &name, &name, version, now),
            keyvalues: folder.rules.keyvalues.iter().cloned().collect(),
            cid_version: folder.rules.cid_version,
        };
        let entries: Vec<_> = files
            .iter()
            .filter_map(|(way, _)| Some((way.clone(), folder.ledger.entries.get(way)?.clone())))
            .collect();
        let id = folder.id;
        let write = move |tx: &Tx| rows::take_upload(tx, id, &wanted, &entries, now);
        let upload = self.store.ledger.write(Urgency::Background, write).await?;
        for (way, stamp) in &files {
            folder.ledger.queued(way, upload, *stamp, now);
            folder.ledger.touched.remove(way);
        }
        folder.ledger.folder.upload = Some(upload);
        self.uploads.entered(vec![upload]);
        self.changed(folder.id);
        Ok(())
    }

    /// Those that may be sent. The others are written down with their reason.
    async fn examined(
        &self,
        folder: &mut Folder,
        some: Vec<(Way, Stamp)>,
    ) -> Result<Vec<(Way, Stamp)>, CommandError> {
        let allowed = |way: &Way, stamp: &Stamp| {
            let entry = folder.ledger.entries.get(way);
            entry
                .and_then(|entry| entry.allowed)
                .is_some_and(|allowed| same_bytes(&allowed, stamp))
        };
        let (mut fit, unknown): (Vec<_>, Vec<_>) = some
            .into_iter()
            .partition(|(way, stamp)| allowed(way, stamp));
        let looked = examine_all(self.files.clone(), folder.root.clone(), unknown).await;
        let now = self.clock.now();
        for (way, stamp, examined) in looked {
            match examined {
                Examined::Plain => fit.push((way, stamp)),
                Examined::Secret(what) => {
                    folder.ledger.hold(&way, what, now);
                    folder.tally.held += 1;
                }
                Examined::MovedOn => {
                    folder.ledger.moved_on(&way, now);
                    folder.dirty.insert(way);
                }
                Examined::Unreadable(problem) => {
                    let state = EntryState::Unreadable(problem.words);
                    folder
                        .ledger
                        .gave_up(&way, state, Some(now + READ_AGAIN), now);
                    folder.tally.failed += 1;
                }
            }
        }
        self.save(folder, Vec::new(), now).await?;
        Ok(fit)
    }

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

/// What the queue is asked for one file.
fn wanted(folder: &Folder, way: &Way, stamp: &Stamp, version: u32, now: Millis) -> Watched {
    let inside = readable(way);
    let name = inside.rsplit('/').next().unwrap_or(&inside).to_owned();
    Watched {
        account: folder.account,
        name,
        folder: false,
        paths: vec![place_text(&folder.root, way, stamp)],
        pin_name: pin_name(&folder.rules.name, &folder.name(), &inside, version, now),
        keyvalues: folder.rules.keyvalues.iter().cloned().collect(),
        cid_version: folder.rules.cid_version,
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

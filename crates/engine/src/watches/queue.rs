//! Between a folder and the queue: what settled is examined and put in; what the queue answers is written down.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::Watches;
use super::folder::Folder;
use super::ledger::{EntryState, Way, same_bytes};
use super::rows;
use super::rules::pin_name;
use super::scan::place;
use super::work::READ_AGAIN;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::store::{Tx, Urgency};
use crate::uploads::from_watch::{Watched, place_text};
use crate::walk::{Files, LOOKED_AT, Problem, Stamp, readable, secret_shape};

/// Files examined, and put into the queue, at a time.
const AT_ONCE: usize = 250;

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
            target: folder.rules.target(),
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
        target: folder.rules.target(),
    }
}

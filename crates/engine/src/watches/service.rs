//! What a folder asks of the service besides uploads: names after a rename, and letting go of pins that its rules let go.

use super::Watches;
use super::folder::{Folder, Trouble};
use super::ledger::{EntryState, Way};
use super::notice::Notice;
use super::rows::{self, Unpin};
use super::rules::pin_name;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::planted::planted;
use crate::store::{Tx, Urgency};
use crate::walk::readable;

/// After a failure the service is left alone for so long.
const PATIENCE: Millis = 60_000;

impl Watches {
    /// Answers when to ask again, where anything is left.
    pub(super) async fn ask_service(&self, folder: &mut Folder) -> Option<Millis> {
        let now = self.clock.now();
        if folder.patience.is_some_and(|until| now < until) {
            return folder.patience;
        }
        folder.patience = None;
        if folder.ledger.brake.is_some() {
            return None;
        }
        let asked = match self.rename(folder, now).await {
            Ok(later) => self.let_go(folder).await.map(|()| later),
            Err(error) => Err(error),
        };
        match asked {
            Ok(later) => match (later, folder.patience) {
                (Some(later), Some(patience)) => Some(later.min(patience)),
                (later, patience) => later.or(patience),
            },
            Err(error) => {
                folder.condition.last_error = Some((error.message, now));
                folder.patience = Some(now + PATIENCE);
                folder.patience
            }
        }
    }

    /// Gives pins the names that their files have now, once those have been quiet for the settle time.
    async fn rename(
        &self,
        folder: &mut Folder,
        now: Millis,
    ) -> Result<Option<Millis>, CommandError> {
        let mut later: Option<Millis> = None;
        let mut due: Vec<Way> = Vec::new();
        for (way, entry) in folder.ledger.entries.restless() {
            if !entry.renaming || !matches!(entry.state, EntryState::Pinned) {
                continue;
            }
            let at = entry.at + folder.rules.settle_for(0);
            if at <= now {
                due.push(way.clone());
            } else {
                later = Some(later.map_or(at, |later| later.min(at)));
            }
        }
        for way in due {
            let Some(entry) = folder.ledger.entries.get(&way) else {
                continue;
            };
            let (version, kept) = (entry.version, entry.kept.clone());
            let public = folder.rules.network.is_public();
            let name = pin_name(
                &folder.rules.name,
                &folder.name(),
                &readable(&way),
                version,
                now,
            );
            if let Some(kept) = kept {
                let renamed = self
                    .pins
                    .rename_one(folder.account, &kept.service_cid, public, name)
                    .await;
                match renamed {
                    Err(error) if lasting(error.code) => {
                        folder.condition.last_error = Some((error.message, now));
                    }
                    other => other?,
                }
            }
            folder.ledger.touch(&way, |entry| entry.renaming = false);
            self.save(folder, Vec::new(), now).await?;
        }
        Ok(later)
    }

    /// Asks the service to let go of what the rules let go, unless something still needs it.
    async fn let_go(&self, folder: &mut Folder) -> Result<(), CommandError> {
        let id = folder.id;
        let due = self.store.ledger.read(|tx| rows::due_unpins(tx, id))?;
        let mut done = 0;
        for unpin in due {
            let relied_on = self
                .store
                .ledger
                .read(|tx| rows::relied_on(tx, unpin.account, &unpin.cid, &unpin.service_cid))?;
            if relied_on {
                // Its answer brings the folder back here.
                folder.patience = Some(self.clock.now() + 1_000);
                continue;
            }
            let state = self.fate(folder, &unpin)?;
            // A person may have taken it back since.
            let still = self
                .store
                .ledger
                .read(|tx| rows::unpin_of(tx, id, unpin.id))?;
            if still.is_none_or(|still| still.state != "due") {
                continue;
            }
            if state == "done" {
                let public = folder.rules.network.is_public();
                self.pins
                    .unpin_one(unpin.account, &unpin.service_cid, public)
                    .await?;
                done += 1;
            }
            let write = move |tx: &Tx| rows::set_unpin(tx, unpin.id, state);
            self.store.ledger.write(Urgency::Background, write).await?;
            self.changed(id);
        }
        if done > 0 {
            let sentence = match done {
                1 => "1 pin let go, by rule. The journal can take it back.".to_owned(),
                n => format!("{n} pins let go, by rule. The journal can take them back."),
            };
            self.save(folder, vec![("unpinned", sentence)], self.clock.now())
                .await?;
        }
        Ok(())
    }

    fn fate(&self, folder: &Folder, unpin: &Unpin) -> Result<&'static str, CommandError> {
        let (account, cid) = (unpin.account, &unpin.service_cid);
        let by_hand = self
            .store
            .ledger
            .read(|tx| rows::sent_by_hand(tx, account, cid))?;
        let elsewhere = self.store.ledger.read(|tx| {
            rows::count_pinned_elsewhere(tx, folder.id, unpin.account, &unpin.service_cid)
        })?;
        Ok(
            if (folder.ledger.needs(&unpin.service_cid) || elsewhere > 0) && !planted("needed") {
                "needed"
            } else if !unpin.owned || by_hand {
                "not_ours"
            } else {
                "done"
            },
        )
    }

    /// The folder cannot be watched now. Nothing is concluded from what is not there.
    pub(super) async fn stop(&self, folder: &mut Folder, trouble: Trouble) {
        folder.listening = None;
        folder.condition.deaf = None;
        if folder.condition.trouble.as_ref() == Some(&trouble) {
            return;
        }
        let sentence = super::words::trouble(&trouble, &folder.root);
        folder.condition.trouble = Some(trouble);
        folder.whole = true;
        self.tell(Notice::stopped(folder.id, &folder.name(), &sentence));
        let now = self.clock.now();
        if let Err(error) = self.save(folder, vec![("stopped", sentence)], now).await {
            tracing::warn!(%error, folder.id, "what happened could not be written");
        }
        self.changed(folder.id);
    }

    /// The folder can be watched (again). Answers whether it could not before.
    pub(super) async fn go_on(&self, folder: &mut Folder, now: Millis) -> bool {
        let Some(trouble) = folder.condition.trouble.take() else {
            return false;
        };
        if !matches!(trouble, Trouble::Own(_)) {
            let sentence = "The folder is there again; watching goes on.".to_owned();
            if let Err(error) = self.save(folder, vec![("went_on", sentence)], now).await {
                tracing::warn!(%error, folder.id, "what happened could not be written");
            }
        }
        self.listen(folder);
        self.changed(folder.id);
        true
    }

    /// Too many files disappeared at once.
    pub(super) fn braked(&self, folder: &Folder, of: usize) -> (&'static str, String) {
        let count = folder.ledger.braked();
        let sentence = super::words::brake(count, of);
        self.tell(Notice::stopped(folder.id, &folder.name(), &sentence));
        ("braked", sentence)
    }

    /// One notice for what came together, once nothing of it is on its way any more.
    pub(super) async fn tell_batch(&self, folder: &mut Folder) {
        let tally = folder.tally;
        let under_way = folder
            .ledger
            .entries
            .restless()
            .any(|(_, entry)| entry.upload.is_some());
        if under_way || tally == super::folder::Tally::default() {
            return;
        }
        folder.tally = super::folder::Tally::default();
        let notes = super::words::batch(tally);
        if let Some(notice) = Notice::batch(folder.id, &folder.name(), tally) {
            self.tell(notice);
        }
        let now = self.clock.now();
        if let Err(error) = self.save(folder, notes, now).await {
            tracing::warn!(%error, folder.id, "what happened could not be written");
        }
    }
}

/// Asking again does not mend it.
fn lasting(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Rejected
            | ErrorCode::MissingScope
            | ErrorCode::NotFound
            | ErrorCode::NotPinned
            | ErrorCode::BadInput
            | ErrorCode::Gone
    )
}

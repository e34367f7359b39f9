//! What a person asks of watched folders.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{broadcast, oneshot};

use super::order::{Ask, Order};
use super::{BrakeAnswer, MORNING, Notice, PauseFor, WatchRules, Watches, rows};
use crate::accounts::AccountId;
use crate::clock::{Millis, at_hour};
use crate::error::{CommandError, ErrorCode};
use crate::store::Urgency;
use crate::walk::Place;

/// A page does not wait longer for a folder whose disk is slow.
const PATIENCE: Duration = Duration::from_secs(10);

impl Watches {
    /// Begins to watch a draft.
    pub async fn add(
        &self,
        account: AccountId,
        draft: &str,
        rules: WatchRules,
    ) -> Result<i64, CommandError> {
        rules.check()?;
        self.accounts.require_uploads(account)?;
        let root = self.drafts().root(draft)?;
        if let Some(refusal) = self.refused(&root, None)? {
            return Err(CommandError::new(ErrorCode::BadInput, refusal));
        }
        let identity = self
            .files
            .identity(&Place::root(&root))
            .map_err(|problem| cannot(&root, &problem))?;
        let now = self.clock.now();
        let write =
            move |tx: &crate::store::Tx| rows::insert(tx, account, &root, identity, &rules, now);
        let id = self.store.ledger.write(Urgency::Click, write).await?;
        self.drafts().forget(draft);
        let _ = self.begin.send(id);
        self.changed(id);
        Ok(id)
    }

    /// Other rules, perhaps another account.
    pub async fn edit(
        &self,
        id: i64,
        account: Option<AccountId>,
        rules: WatchRules,
    ) -> Result<(), CommandError> {
        rules.check()?;
        let stored = self.stored(id)?;
        let account = account.unwrap_or(stored.account);
        self.accounts.get(account)?;
        if rules.unit != stored.rules.unit {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "Whether files or the folder become pins cannot be changed later. Stop watching it, then watch it anew.",
            ));
        }
        self.ask(id, Ask::Edit(account, Box::new(rules))).await
    }

    /// Stops for a while. What is in the queue already goes on.
    pub async fn pause(&self, id: i64, pause: PauseFor) -> Result<(), CommandError> {
        let now = self.clock.now();
        let until = match pause {
            PauseFor::Hour => now + 3_600_000,
            PauseFor::Tomorrow => at_hour(at_hour(now, 0), MORNING),
            PauseFor::Resumed => Millis::MAX,
        };
        self.ask(id, Ask::Pause(Some(until))).await
    }

    /// Goes on.
    pub async fn resume(&self, id: i64) -> Result<(), CommandError> {
        self.ask(id, Ask::Pause(None)).await
    }

    /// Pauses every folder, or lets every one go on.
    pub async fn pause_all(&self, pause: Option<PauseFor>) -> Result<(), CommandError> {
        for stored in self.store.ledger.read(rows::all)? {
            match pause {
                Some(pause) => self.pause(stored.id, pause).await?,
                None => self.resume(stored.id).await?,
            }
        }
        Ok(())
    }

    /// Looks at everything now.
    pub async fn rescan(&self, id: i64) -> Result<(), CommandError> {
        self.ask(id, Ask::Rescan).await
    }

    /// Watches it no more. Unpins nothing.
    pub async fn remove(&self, id: i64) -> Result<(), CommandError> {
        self.stored(id)?;
        let write = move |tx: &crate::store::Tx| rows::delete(tx, id);
        self.store.ledger.write(Urgency::Click, write).await?;
        if let Some(live) = self.live().remove(&id) {
            live.nudge.notify_one();
        }
        self.changed(id);
        Ok(())
    }

    /// Forgets every watched folder of an account that is about to be removed; their files and pins stay.
    pub(crate) async fn forget_account(&self, account: AccountId) -> Result<(), CommandError> {
        let watches = self.store.ledger.read(rows::all)?;
        for watch in watches.iter().filter(|watch| watch.account == account) {
            self.remove(watch.id).await?;
        }
        Ok(())
    }

    /// The folder is somewhere else now.
    pub async fn locate(&self, id: i64, root: PathBuf) -> Result<(), CommandError> {
        if let Some(refusal) = self.refused(&root, Some(id))? {
            return Err(CommandError::new(ErrorCode::BadInput, refusal));
        }
        let identity = self
            .files
            .identity(&Place::root(&root))
            .map_err(|problem| cannot(&root, &problem))?;
        self.ask(id, Ask::Relocate(root, identity)).await
    }

    /// What stands at its path is to be watched from now on, although it is another folder. What is not in it counts as gone,
    /// with the brake.
    pub async fn accept(&self, id: i64) -> Result<(), CommandError> {
        let root = self.stored(id)?.root;
        let identity = self
            .files
            .identity(&Place::root(&root))
            .map_err(|problem| cannot(&root, &problem))?;
        self.ask(id, Ask::Relocate(root, identity)).await
    }

    /// These may be sent, although they look like secrets.
    pub async fn allow(&self, id: i64, entries: Vec<i64>) -> Result<(), CommandError> {
        self.ask(id, Ask::Allow(entries)).await
    }

    /// Tries these again.
    pub async fn retry(&self, id: i64, entries: Vec<i64>) -> Result<(), CommandError> {
        self.ask(id, Ask::Retry(entries)).await
    }

    /// These keep their pins, although they are gone.
    pub async fn keep(&self, id: i64, entries: Vec<i64>) -> Result<(), CommandError> {
        self.ask(id, Ask::Keep(entries)).await
    }

    /// Answers the brake, for all or some of the files.
    pub async fn brake(
        &self,
        id: i64,
        answer: BrakeAnswer,
        entries: Option<Vec<i64>>,
    ) -> Result<(), CommandError> {
        let unpin = answer == BrakeAnswer::Unpin;
        self.ask(
            id,
            Ask::Brake {
                unpin,
                ids: entries,
            },
        )
        .await
    }

    /// The folder's path, for the shell to show it in the file manager.
    pub fn root(&self, id: i64) -> Result<PathBuf, CommandError> {
        Ok(self.stored(id)?.root)
    }

    /// Hears every notice from now on.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    pub(super) async fn ask(&self, id: i64, ask: Ask) -> Result<(), CommandError> {
        let (answer, answered) = oneshot::channel();
        let sent = match self.live().get(&id) {
            Some(live) => live.orders.send(Order { ask, answer }).is_ok(),
            None => false,
        };
        if !sent {
            return Err(CommandError::gone("This watched folder"));
        }
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(CommandError::gone("This watched folder")),
            Err(_) => Err(CommandError::new(
                ErrorCode::Unreadable,
                "The folder is still being looked at. This is done as soon as that is over.",
            )),
        }
    }
}

fn cannot(root: &Path, problem: &crate::walk::Problem) -> CommandError {
    CommandError::new(
        problem.code,
        format!("{} {}", root.display(), problem.words),
    )
}

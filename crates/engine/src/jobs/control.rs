//! What a person asks of jobs: take back, ask again, name a computer, upload a copy, take out of the list.

use std::sync::Arc;

use pinning::{Delivered, ErrorKind};

use super::Jobs;
use super::paste::spellings;
use super::rows::{self, Stored};
use super::state::{Event, State, is_open};
use crate::accounts::{AccountId, Hold, service_name};
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::store::Urgency;
use crate::uploads;

impl Jobs {
    /// Takes a job back: here, and out of the service's queue. One that failed is taken out of both lists.
    pub async fn cancel(self: &Arc<Self>, id: i64) -> Result<(), CommandError> {
        let row = self.row(id)?;
        let this = self.clone();
        to_its_end(async move {
            if has_failed(&row.job.state) {
                if let Some((error, name)) = this.remove(&row).await? {
                    return Err(this.pins.change_failed(row.account, &error, &name));
                }
                return this.take_out(id).await;
            }
            if this.withdraw(&row).await? {
                this.apply(id, Event::Cancel, Urgency::Click).await?;
            }
            this.moved(id);
            Ok(())
        })
        .await
    }

    /// Asks for the same again, perhaps with other computers named. One that is still open is taken back first.
    pub async fn retry(
        self: &Arc<Self>,
        id: i64,
        host_nodes: Option<Vec<String>>,
    ) -> Result<(), CommandError> {
        let row = self.row(id)?;
        may_be_asked_for(&row.job.state)?;
        let nodes = match host_nodes {
            None => None,
            Some(given) => {
                let service = self.accounts.service(row.account).await?;
                Some(self.check_nodes(row.account, &service, &given)?)
            }
        };
        let this = self.clone();
        to_its_end(async move {
            if !this.withdraw(&row).await? {
                this.moved(id);
                return Ok(());
            }
            let now = this.clock.now();
            let again = this.store.ledger.write(Urgency::Click, move |tx| {
                rows::again(tx, id, nodes.as_deref(), now)
            });
            again.await?;
            this.store.announcer.changed(Noun::Job, None);
            this.nudge();
            Ok(())
        })
        .await
    }

    /// Asks again for everything that failed in an account. Answers how many.
    pub async fn retry_failed(self: &Arc<Self>, account: AccountId) -> Result<u32, CommandError> {
        let now = self.clock.now();
        let count = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| rows::again_all(tx, account, now))
            .await?;
        self.store.announcer.changed(Noun::Job, None);
        self.nudge();
        Ok(count)
    }

    /// Uploads the copy on this computer instead of looking for one on IPFS. The service goes on looking until the copy
    /// was found to be what it was.
    pub async fn upload_copy(self: &Arc<Self>, id: i64) -> Result<(), CommandError> {
        let row = self.row(id)?;
        may_be_uploaded(&row.job.state)?;
        let copy = self
            .uploads
            .copies(&[&row.wish.cid])?
            .remove(&row.wish.cid)
            .ok_or_else(|| CommandError::gone("The copy on this computer"))?;
        let this = self.clone();
        to_its_end(async move {
            let (name, keyvalues) = (row.wish.name.clone(), row.wish.keyvalues.clone());
            let upload = this
                .uploads
                .enqueue_copy(row.account, copy.upload, name, keyvalues)
                .await?;
            let outcome = this.upload_instead(id, upload).await;
            if outcome.is_err() {
                this.uploads.ask(upload, uploads::Event::Cancel).await?;
            }
            this.moved(id);
            outcome
        })
        .await
    }

    /// The job waits for this upload from now on, and is taken out of the service's queue.
    async fn upload_instead(&self, id: i64, upload: i64) -> Result<(), CommandError> {
        let row = self.row(id)?;
        may_be_uploaded(&row.job.state)?;
        // One that ended there by itself may be pinned: the upload finds that out before anything is sent.
        self.withdraw(&row).await?;
        let after = self
            .apply(id, Event::Upload(upload), Urgency::Click)
            .await?;
        if after.job.state == State::Uploading(upload) {
            return Ok(());
        }
        may_be_uploaded(&after.job.state)
    }

    /// Takes an ended job out of the list; one that failed out of the service's own list, too, where that lets go of it.
    pub async fn clear(self: &Arc<Self>, id: i64) -> Result<(), CommandError> {
        let row = self.row(id)?;
        if !ended(&row.job.state) {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "This has not ended. Cancel it first.",
            ));
        }
        let this = self.clone();
        to_its_end(async move {
            if let Some((error, name)) = this.remove(&row).await? {
                let told = this.failed(row.account, &error, &name);
                if Hold::is_for(told.code) {
                    return Err(told);
                }
                tracing::warn!(%told.message, id, "the service keeps a failed request in its list");
            }
            this.take_out(id).await
        })
        .await
    }

    async fn take_out(&self, id: i64) -> Result<(), CommandError> {
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::clear(tx, id))
            .await?;
        self.store.announcer.changed(Noun::Job, None);
        Ok(())
    }

    /// Takes a job that failed, or the one that this was to take the place of, out of the service's list. Answers why that
    /// keeps it, and the service's name.
    async fn remove(&self, row: &Stored) -> Result<Option<(pinning::Error, String)>, CommandError> {
        let failed = match &row.job.state {
            State::Listed(status) if status.is_failure() => &row.service_id,
            State::Cancelled => &row.replaces,
            _ => &None,
        };
        match failed {
            Some(failed) => self.remove_there(row, failed).await,
            None => Ok(None),
        }
    }

    async fn remove_there(
        &self,
        row: &Stored,
        service_id: &str,
    ) -> Result<Option<(pinning::Error, String)>, CommandError> {
        let service = self.accounts.service(row.account).await?;
        let name = service_name(&self.accounts.get(row.account)?);
        let Some(jobs) = service.jobs() else {
            return Ok(None);
        };
        Ok(match jobs.cancel(service_id).await {
            Err(error) if error.kind != ErrorKind::NotFound => Some((error, name)),
            _ => None,
        })
    }

    /// Takes everything out of the list that was pinned or cancelled. What a cancelled one was to take the place of is
    /// taken out of the service's list first.
    pub async fn clear_ended(self: &Arc<Self>, account: AccountId) -> Result<(), CommandError> {
        let owing = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| rows::clear_ended(tx, account))
            .await?;
        self.store.announcer.changed(Noun::Job, None);
        for id in owing {
            self.clear(id).await?;
        }
        Ok(())
    }

    /// A job's CID.
    pub fn cid(&self, id: i64) -> Result<String, CommandError> {
        Ok(self.row(id)?.wish.cid)
    }

    fn row(&self, id: i64) -> Result<Stored, CommandError> {
        self.store
            .ledger
            .read(|tx| rows::get(tx, id))
            .map_err(|_| CommandError::gone("This job"))
    }

    /// Takes an open job out of the service's queue. False: it has ended there by itself, and how is being looked for.
    async fn withdraw(&self, row: &Stored) -> Result<bool, CommandError> {
        let State::Listed(status) = &row.job.state else {
            if matches!(row.job.state, State::Asking { .. }) {
                return Err(CommandError::new(
                    ErrorCode::BadInput,
                    "It is being asked for right now. Try again in a moment.",
                ));
            }
            // It is not asked for any more: what it was to take the place of goes now, or when the row is cleared.
            if let Some(failed) = &row.replaces
                && !matches!(self.remove_there(row, failed).await, Ok(None))
            {
                tracing::warn!(row.id, "the service keeps a failed request in its list");
            }
            return Ok(true);
        };
        let Some(service_id) = row.service_id.as_deref().filter(|_| is_open(status)) else {
            return Ok(true);
        };
        let service = self.accounts.service(row.account).await?;
        let name = service_name(&self.accounts.get(row.account)?);
        let Some(jobs) = service.jobs() else {
            return Ok(true);
        };
        match jobs.cancel(service_id).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind == ErrorKind::NotFound => {
                self.apply(row.id, Event::Unlisted, Urgency::Click).await?;
                Ok(false)
            }
            Err(error) => match self.withdrawn_all_the_same(row, &error).await? {
                Some(withdrawn) => Ok(withdrawn),
                None => Err(self.pins.change_failed(row.account, &error, &name)),
            },
        }
    }

    /// What became of a job whose way out of the queue got no answer, as the service's lists tell: `Some(false)` where it
    /// ended there in another way.
    async fn withdrawn_all_the_same(
        &self,
        row: &Stored,
        error: &pinning::Error,
    ) -> Result<Option<bool>, CommandError> {
        if error.delivered == Delivered::NotSent || self.refresh_or_wait(row.account).await.is_err()
        {
            return Ok(None);
        }
        if !matches!(self.row(row.id)?.job.state, State::Looking { .. }) {
            return Ok(None);
        }
        let pinned = self
            .pins
            .pinned_now(row.account, &spellings(&row.wish.cid))
            .await;
        Ok(pinned.ok().map(|pin| pin.is_none()))
    }

    fn moved(self: &Arc<Self>, id: i64) {
        self.store.announcer.changed(Noun::Job, Some(vec![id]));
        self.nudge();
    }
}

/// Carries a change through although whoever asked for it does not wait for its end: what the service was told is
/// written down here, too.
async fn to_its_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, CommandError>> + Send + 'static,
) -> Result<T, CommandError> {
    let carried = tokio::spawn(change).await;
    carried.unwrap_or_else(|_| Err(CommandError::gone("This job")))
}

/// Whether another way to its pin can be tried now.
fn may_be_asked_for(state: &State) -> Result<(), CommandError> {
    match state {
        State::Pinned | State::Asking { .. } | State::Uploading(_) => Err(CommandError::new(
            ErrorCode::BadInput,
            "This needs no second request now. Refresh the list.",
        )),
        _ => Ok(()),
    }
}

/// Whether a copy can be uploaded in its place now.
fn may_be_uploaded(state: &State) -> Result<(), CommandError> {
    if *state == State::Cancelled {
        let sentence = "This was taken back. Ask for it again first.";
        return Err(CommandError::new(ErrorCode::Cancelled, sentence));
    }
    may_be_asked_for(state)
}

/// It ended without a pin, and nobody took it back.
fn has_failed(state: &State) -> bool {
    match state {
        State::Gone | State::Refused(_) => true,
        State::Listed(status) => status.is_failure(),
        _ => false,
    }
}

/// Nothing more comes of it by itself.
pub(super) fn ended(state: &State) -> bool {
    match state {
        State::Pinned | State::Gone | State::Refused(_) | State::Cancelled => true,
        State::Listed(status) => !is_open(status),
        State::Waiting { .. }
        | State::Asking { .. }
        | State::Looking { .. }
        | State::Uploading(_) => false,
    }
}

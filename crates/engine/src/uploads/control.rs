//! What a person asks of the queue while it works: pause, resume, cancel, retry, allow, clear.

use super::rows::{self, Facts};
use super::state::{Active, Event, State, step};
use super::{Uploads, UploadsFilter, rows::Upload};
use crate::accounts::AccountId;
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::store::{StoreError, Tx, Urgency};

/// Rows changed in one transaction: work that waits for the writer is not held up by a long queue.
const AT_ONCE: usize = 500;

impl Uploads {
    /// What a person asked of one row. Work on it stops at once where it has to.
    pub async fn ask(&self, id: i64, event: Event) -> Result<(), CommandError> {
        self.account_of(id)?;
        self.ask_some(&[id], &event, true).await
    }

    /// What a person asked of all rows that it can be asked of.
    pub async fn ask_all(&self, event: &Event) -> Result<(), CommandError> {
        if *event == Event::Resume {
            self.end_rest().await?;
        }
        let states = match event {
            Event::Pause => rows::unfinished_states(),
            Event::Resume => "'paused'".to_owned(),
            Event::Cancel => format!("{}, 'paused', 'needs_you'", rows::unfinished_states()),
            _ => "'needs_you', 'waiting'".to_owned(),
        };
        let ids = self.store.ledger.read(|tx| rows::in_states(tx, &states))?;
        self.ask_some(&ids, event, false).await
    }

    /// Whether a retry of several passes this one over: it asks something first.
    pub(crate) fn asks(&self, id: i64) -> Result<bool, CommandError> {
        let upload = self.store.ledger.read(|tx| rows::get(tx, id))?;
        Ok(asks(upload.job.state))
    }

    /// Whose upload it is.
    pub(crate) fn account_of(&self, id: i64) -> Result<AccountId, CommandError> {
        Ok(self.store.ledger.read(|tx| rows::get(tx, id))?.account)
    }

    /// The numbers of what has not ended of an account.
    pub(crate) fn unfinished_of(&self, account: AccountId) -> Result<Vec<i64>, CommandError> {
        Ok(self
            .store
            .ledger
            .read(|tx| rows::unfinished_of(tx, account))?)
    }

    /// Takes back everything of an account that has not ended: it is about to be removed.
    pub(crate) async fn take_back_all_of(&self, account: AccountId) -> Result<(), CommandError> {
        let ids = self.unfinished_of(account)?;
        self.ask_some(&ids, &Event::Cancel, false).await
    }

    /// What a person asked of these rows. Those that it cannot be asked of, or that are gone, are left as they are.
    /// `answers`: one was meant alone, so that a retry answers what it asks; of several it does not.
    pub async fn ask_some(
        &self,
        ids: &[i64],
        event: &Event,
        answers: bool,
    ) -> Result<(), CommandError> {
        for some in ids.chunks(AT_ONCE) {
            let changed = self.apply_to(some.to_vec(), event.clone(), answers).await?;
            for upload in &changed {
                self.stop_where_asked(upload);
            }
            let ids: Vec<i64> = changed.iter().map(|upload| upload.id).collect();
            if !ids.is_empty() {
                self.store.announcer.changed(Noun::Upload, Some(ids));
            }
        }
        self.wake.notify_one();
        Ok(())
    }

    async fn apply_to(
        &self,
        ids: Vec<i64>,
        event: Event,
        answers: bool,
    ) -> Result<Vec<Upload>, CommandError> {
        let (now, jitter) = (self.clock.now(), (self.jitter)());
        let changed = self.store.ledger.write(Urgency::Click, move |tx| {
            let mut changed = Vec::with_capacity(ids.len());
            for id in ids {
                let Some(upload) = rows::find(tx, id)? else {
                    continue;
                };
                let asked = !answers && event == Event::Retry && asks(upload.job.state);
                if asked || step(&upload.job, &event, now, jitter) == upload.job {
                    continue;
                }
                let events = std::slice::from_ref(&event);
                changed.push(rows::apply(tx, id, events, &Facts::default(), now, jitter)?);
            }
            Ok(changed)
        });
        Ok(changed.await?)
    }

    fn stop_where_asked(&self, upload: &Upload) {
        if (upload.job.cancelling || !matches!(upload.job.state, State::Active(_)))
            && let Some(running) = self.running().get(&upload.id)
        {
            running.cancel.cancel();
        }
    }

    /// These go before all others, also those that were moved to the front before, and in their own order.
    pub async fn put_first(&self, ids: &[i64]) -> Result<(), CommandError> {
        let ids = self.store.ledger.read(|tx| rows::in_order(tx, ids))?;
        for some in ids.rchunks(AT_ONCE) {
            self.put(some, rows::put_first).await?;
        }
        Ok(())
    }

    /// These go behind all others, also those that come later, and in their own order.
    pub async fn put_last(&self, ids: &[i64]) -> Result<(), CommandError> {
        let ids = self.store.ledger.read(|tx| rows::in_order(tx, ids))?;
        for some in ids.chunks(AT_ONCE) {
            self.put(some, rows::put_last).await?;
        }
        Ok(())
    }

    async fn put(
        &self,
        ids: &[i64],
        put: fn(&Tx, &[i64]) -> Result<(), StoreError>,
    ) -> Result<(), CommandError> {
        let ids = ids.to_vec();
        self.store
            .ledger
            .write(Urgency::Click, move |tx| put(tx, &ids))
            .await?;
        // The places of all others changed too.
        self.store.announcer.changed(Noun::Upload, None);
        self.wake.notify_one();
        Ok(())
    }

    /// Takes these out of the list where they have ended.
    pub async fn clear(&self, ids: &[i64]) -> Result<(), CommandError> {
        for some in ids.chunks(AT_ONCE) {
            let cleared = some.to_vec();
            self.store
                .ledger
                .write(Urgency::Click, move |tx| rows::clear(tx, &cleared))
                .await?;
            self.store
                .announcer
                .changed(Noun::Upload, Some(some.to_vec()));
        }
        Ok(())
    }

    /// Takes all ended rows out of the list.
    pub async fn clear_finished(&self) -> Result<(), CommandError> {
        self.store
            .ledger
            .write(Urgency::Click, rows::clear_all)
            .await?;
        self.store.announcer.changed(Noun::Upload, None);
        Ok(())
    }

    /// A window of the queue as stored.
    pub(super) fn stored(
        &self,
        filter: UploadsFilter,
        from: usize,
        n: usize,
    ) -> Result<Vec<Upload>, CommandError> {
        Ok(self
            .store
            .ledger
            .read(|tx| rows::window(tx, filter, from, n.clamp(1, 200)))?)
    }
}

/// The row asks a question that a retry of several does not answer.
pub(super) fn asks(state: State) -> bool {
    matches!(
        state,
        State::NeedsYou {
            reason: ErrorCode::Secret | ErrorCode::Different,
            ..
        } | State::NeedsYou {
            // It may have arrived, and would be sent again without a look.
            reason: ErrorCode::Unconfirmed,
            resume_to: Active::Queued,
        }
    )
}

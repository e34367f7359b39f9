//! What a person asks of the queue while it works: pause, resume, cancel, retry, allow, clear.

use super::rows::{self, Facts};
use super::state::{Event, State};
use super::{Uploads, UploadsFilter, rows::Upload};
use crate::accounts::AccountId;
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::store::Urgency;

/// Rows changed in one transaction: work that waits for the writer is not held up by a long queue.
const AT_ONCE: usize = 500;

impl Uploads {
    /// What a person asked of one row. Work on it stops at once where it has to.
    pub async fn ask(&self, id: i64, event: Event) -> Result<(), CommandError> {
        let upload = self.apply(id, event.into(), Urgency::Click).await?;
        self.stop_where_asked(&upload);
        self.wake.notify_one();
        Ok(())
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
        for some in ids.chunks(AT_ONCE) {
            for upload in self.apply_to(some.to_vec(), event.clone()).await? {
                self.stop_where_asked(&upload);
            }
            self.store.announcer.changed(Noun::Upload, None);
        }
        self.wake.notify_one();
        Ok(())
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
        for some in ids.chunks(AT_ONCE) {
            for upload in self.apply_to(some.to_vec(), Event::Cancel).await? {
                self.stop_where_asked(&upload);
            }
        }
        Ok(())
    }

    async fn apply_to(&self, ids: Vec<i64>, event: Event) -> Result<Vec<Upload>, CommandError> {
        let (now, jitter) = (self.clock.now(), (self.jitter)());
        let changed = self.store.ledger.write(Urgency::Click, move |tx| {
            let mut changed = Vec::with_capacity(ids.len());
            for id in ids {
                if event == Event::Retry && asks(rows::get(tx, id)?.job.state) {
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

    /// Goes before all others, also those that were moved to the front before.
    pub async fn put_first(&self, id: i64) -> Result<(), CommandError> {
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::put_first(tx, id))
            .await?;
        self.store.announcer.changed(Noun::Upload, None);
        self.wake.notify_one();
        Ok(())
    }

    /// Takes an ended row out of the list.
    pub async fn clear(&self, id: i64) -> Result<(), CommandError> {
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::clear(tx, id))
            .await?;
        self.store.announcer.changed(Noun::Upload, Some(vec![id]));
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

/// The row asks a question that a retry does not answer.
fn asks(state: State) -> bool {
    matches!(
        state,
        State::NeedsYou {
            reason: ErrorCode::Secret | ErrorCode::Different,
            ..
        }
    )
}

//! The loop that asks services for what was imported: one request for each CID, in the order of asking.

use std::sync::Arc;

use futures::StreamExt;
use pinning::{Delivered, ErrorKind, NewJob, Service};

use super::Jobs;
use super::rows::{self, Stored};
use super::state::Event;
use crate::accounts::{AccountId, Hold, service_name};
use crate::announce::{Noun, heard};
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::pins::values;
use crate::store::Urgency;

/// Requests that are out at a time. The client's budget spaces them.
const AT_A_TIME: usize = 4;
/// Rows that one round takes.
const ROUND: usize = 64;
/// After the ledger could not be read or written.
const AFTER_FAULT: Millis = 5_000;

impl Jobs {
    /// Asks and follows until the engine is dropped.
    pub async fn run(self: Arc<Self>) {
        tokio::join!(self.run_asking(), self.run_following(), self.sweep());
    }

    async fn run_asking(&self) {
        let mut changes = self.store.announcer.listen();
        loop {
            let next = self.ask_round().await.unwrap_or_else(|error| {
                tracing::error!(%error, "the jobs could not be taken up");
                Some(self.clock.now() + AFTER_FAULT)
            });
            tokio::select! {
                () = self.ask.notified() => {}
                () = self.until(next) => {}
                () = heard(&mut changes, Noun::Account) => {}
            }
        }
    }

    /// Never, where there is nothing to wait for.
    pub(super) async fn until(&self, next: Option<Millis>) {
        match next {
            Some(at) => self.clock.sleep_until(at).await,
            None => std::future::pending().await,
        }
    }

    /// Asks for what is due. Answers when there is more to do.
    async fn ask_round(&self) -> Result<Option<Millis>, CommandError> {
        // Read before: a hold that ends meanwhile was still in the way.
        let mut next = self.accounts.next_release();
        let ready = self.accounts.ready()?;
        for account in ready {
            let now = self.clock.now();
            let due = self
                .store
                .ledger
                .read(|tx| rows::due_to_ask(tx, account, now, ROUND))?;
            if !due.is_empty() {
                self.ask_for(account, due).await?;
                self.look.notify_one();
            }
            if self.accounts.hold(account).is_none() {
                let waits = self.store.ledger.read(|tx| rows::next_ask(tx, account))?;
                next = [next, waits].into_iter().flatten().min();
            }
        }
        Ok(next)
    }

    async fn ask_for(&self, account: AccountId, due: Vec<Stored>) -> Result<(), CommandError> {
        let service = match self.accounts.service(account).await {
            Ok(service) => service,
            // It holds the account where only a person or time can help.
            Err(_) if self.accounts.hold(account).is_some() => return Ok(()),
            Err(error) => return self.refuse_all(account, error.code, &error.message).await,
        };
        let name = service_name(&self.accounts.get(account)?);
        let outcomes: Vec<Result<(), CommandError>> = futures::stream::iter(due)
            .map(|row| self.ask_one(&service, &name, row))
            .buffer_unordered(AT_A_TIME)
            .collect()
            .await;
        outcomes.into_iter().collect()
    }

    async fn ask_one(
        &self,
        service: &Arc<dyn Service>,
        name: &str,
        row: Stored,
    ) -> Result<(), CommandError> {
        if self.accounts.hold(row.account).is_some() {
            return Ok(());
        }
        let Some(jobs) = service.jobs() else {
            let words = format!("{name} cannot pin by CID.");
            return self
                .refuse_all(row.account, ErrorCode::MissingScope, &words)
                .await;
        };
        self.busy().insert(row.id);
        let outcome = self.send(jobs, name, &row).await;
        self.busy().remove(&row.id);
        self.store.announcer.changed(Noun::Job, Some(vec![row.id]));
        outcome
    }

    async fn send(
        &self,
        jobs: &dyn pinning::Jobs,
        name: &str,
        row: &Stored,
    ) -> Result<(), CommandError> {
        if !self.leave_nothing_behind(jobs, name, row).await? {
            return Ok(());
        }
        // Written before the request: a process that ends now looks for its answer at the next start.
        let asking = self.apply(row.id, Event::Ask, Urgency::Background).await?;
        if !matches!(asking.job.state, super::State::Asking { .. }) {
            return Ok(());
        }
        let error = match jobs.add(&new_job(row)).await {
            Ok(job) => {
                self.accounts.answered(row.account);
                let (id, now) = (row.id, self.clock.now());
                self.store
                    .ledger
                    .write(Urgency::Background, move |tx| {
                        rows::told(tx, id, None)?;
                        rows::adopt(tx, id, &job.id, &job.status, now)
                    })
                    .await?;
                return Ok(());
            }
            Err(error) => error,
        };
        let told = failure::of_service(&error, name);
        let held = Hold::is_for(told.code);
        if held {
            self.accounts
                .set_hold(row.account, told.code, failure::retry_after(&error));
        }
        let event = Event::Failed {
            reason: told.code,
            maybe: error.delivered == Delivered::Maybe,
            passing: error.is_transient(),
            held,
        };
        let (id, detail, code) = (row.id, told.detail.clone(), told.code);
        self.store
            .ledger
            .write(Urgency::Background, move |tx| {
                rows::told(tx, id, detail.as_deref())
            })
            .await?;
        self.apply(id, event, Urgency::Background).await?;
        if code == ErrorCode::MissingScope {
            // The same key would be refused for every other CID as well.
            let words = told.detail.unwrap_or_default();
            self.refuse_all(row.account, code, &words).await?;
        }
        Ok(())
    }

    /// What is asked for again takes the place of what failed: that is removed first, since a service may give the same
    /// id to the same CID. One that is kept there is asked for again nevertheless. False: it waits for its account.
    async fn leave_nothing_behind(
        &self,
        jobs: &dyn pinning::Jobs,
        name: &str,
        row: &Stored,
    ) -> Result<bool, CommandError> {
        let Some(failed) = &row.replaces else {
            return Ok(true);
        };
        if let Err(error) = jobs.cancel(failed).await
            && error.kind != ErrorKind::NotFound
        {
            let told = self.failed(row.account, &error, name);
            if Hold::is_for(told.code) {
                return Ok(false);
            }
            tracing::warn!(%told.message, row.id, "the service keeps a failed request in its list");
        }
        let id = row.id;
        self.store
            .ledger
            .write(Urgency::Background, move |tx| rows::replaced(tx, id))
            .await?;
        Ok(true)
    }

    /// What waits in an account is refused for one reason; each can be asked for again.
    async fn refuse_all(
        &self,
        account: AccountId,
        reason: ErrorCode,
        words: &str,
    ) -> Result<(), CommandError> {
        let (now, words) = (self.clock.now(), words.to_owned());
        self.store
            .ledger
            .write(Urgency::Background, move |tx| {
                for row in rows::due_to_ask(tx, account, Millis::MAX, usize::MAX >> 1)? {
                    let failed = Event::Failed {
                        reason,
                        maybe: false,
                        passing: false,
                        held: false,
                    };
                    rows::apply(tx, row.id, &Event::Ask, now, 0.5)?;
                    rows::apply(tx, row.id, &failed, now, 0.5)?;
                    rows::told(tx, row.id, Some(&words))?;
                }
                Ok(())
            })
            .await?;
        self.store.announcer.changed(Noun::Job, None);
        Ok(())
    }

    /// Writes one step. Its announcement is the caller's, who may write more.
    pub(super) async fn apply(
        &self,
        id: i64,
        event: Event,
        urgency: Urgency,
    ) -> Result<Stored, CommandError> {
        let (now, jitter) = (self.clock.now(), (self.jitter)());
        Ok(self
            .store
            .ledger
            .write(urgency, move |tx| rows::apply(tx, id, &event, now, jitter))
            .await?)
    }
}

fn new_job(row: &Stored) -> NewJob {
    NewJob {
        cid: row.wish.cid.clone(),
        name: row.wish.name.clone(),
        keyvalues: values(&row.wish.keyvalues),
        group: row.wish.group.clone(),
        host_nodes: row.wish.nodes.clone(),
    }
}

//! The loop that follows: it reads services' lists while something is open, and looks for the pins of what left them.

use std::sync::Arc;

use pinning::{JobQuery, PageToken, Priority};

use super::merge::{Change, merge};
use super::paste::spellings;
use super::rows;
use super::state::{Event, State, interval};
use super::{Jobs, Reading};
use crate::accounts::{AccountId, Hold, service_name};
use crate::announce::{Noun, heard};
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::store::Urgency;
use crate::uploads::End;

/// Pages of one reading: 20,000 jobs.
const MOST_PAGES: u32 = 20;
/// More pins than this are found by one reading of the list of pins instead of one request each.
const ONE_BY_ONE: usize = 8;
/// After a look that failed for a reason of its own.
const AFTER_FAULT: Millis = 30_000;

impl Jobs {
    pub(super) async fn run_following(&self) {
        let mut changes = self.store.announcer.listen();
        let mut uploads = self.store.announcer.listen();
        loop {
            let (next, uploading) = self.follow_round().await.unwrap_or_else(|error| {
                tracing::error!(%error, "the jobs could not be followed");
                (Some(self.clock.now() + AFTER_FAULT), false)
            });
            tokio::select! {
                () = self.look.notified() => {}
                () = self.until(next) => {}
                () = heard(&mut changes, Noun::Account) => {}
                () = heard(&mut uploads, Noun::Upload), if uploading => {}
            }
        }
    }

    /// Looks at what is due. Answers when there is more to do, and whether copies are being uploaded.
    async fn follow_round(&self) -> Result<(Option<Millis>, bool), CommandError> {
        let uploading = self.follow_uploads().await? | self.follow_handovers().await?;
        let mut next = self.accounts.next_release();
        for account in self.accounts.ready()? {
            let then = match self.follow(account).await {
                Ok(then) => then,
                Err(error) if Hold::is_for(error.code) => None,
                Err(error) => {
                    tracing::warn!(%error, account, "a service's jobs could not be followed");
                    Some(self.clock.now() + AFTER_FAULT)
                }
            };
            next = [next, then].into_iter().flatten().min();
        }
        Ok((next, uploading))
    }

    async fn follow(&self, account: AccountId) -> Result<Option<Millis>, CommandError> {
        let now = self.clock.now();
        let (due, open) = self.store.ledger.read(|tx| {
            Ok((
                rows::due_to_look(tx, account, now)?,
                rows::youngest_open(tx, account)?,
            ))
        })?;
        let mut lost: Vec<i64> = {
            let busy = self.busy();
            due.iter()
                .filter(|row| matches!(row.job.state, State::Asking { .. }))
                .map(|row| row.id)
                .filter(|id| !busy.contains(id))
                .collect()
        };
        let next = self.readings().entry(account).or_default().next;
        let wanted = !lost.is_empty() || (open.is_some() && next <= now);
        if !wanted || !self.read(account, Priority::Background).await? {
            // Only a reading that began after the answer was lost can tell what became of it.
            lost.clear();
        }
        self.look_for_pins(account, &lost).await?;
        self.next_of(account)
    }

    fn next_of(&self, account: AccountId) -> Result<Option<Millis>, CommandError> {
        let (open, look) = self.store.ledger.read(|tx| {
            Ok((
                rows::youngest_open(tx, account)?,
                rows::next_look(tx, account)?,
            ))
        })?;
        let reading = {
            let mut readings = self.readings();
            let reading = readings.entry(account).or_default();
            // Whoever asked for the one that runs rings when it ends.
            open.filter(|_| !reading.running).map(|_| reading.next)
        };
        // A row whose request is out, or whose list is being read, is not looked for, however long that takes.
        let soonest = self.clock.now() + 500;
        let next = [reading, look].into_iter().flatten().min();
        Ok(next.map(|at| at.max(soonest)))
    }

    /// Reads the service's list now, because a person wants to see it.
    pub async fn refresh(&self, account: AccountId) -> Result<(), CommandError> {
        let read = self.read(account, Priority::Click).await;
        self.look.notify_one();
        read.map(drop)
    }

    /// Reads the service's list, or waits for whoever is reading it.
    pub(crate) async fn refresh_or_wait(&self, account: AccountId) -> Result<(), CommandError> {
        let mut changes = self.store.announcer.listen();
        let read = self.read(account, Priority::Click).await;
        self.look.notify_one();
        if !read? {
            while self.reading(account).1 {
                heard(&mut changes, Noun::Job).await;
            }
        }
        Ok(())
    }

    /// Reads the whole list once. Answers whether it did: not where a reading runs already.
    async fn read(&self, account: AccountId, priority: Priority) -> Result<bool, CommandError> {
        let Some(running) = Running::begin(self, account) else {
            return Ok(false);
        };
        let outcome = self.read_pages(account, priority).await;
        let open = self
            .store
            .ledger
            .read(|tx| rows::youngest_open(tx, account));
        running.end(&outcome, open.ok().flatten());
        outcome.map(|_| true)
    }

    async fn read_pages(
        &self,
        account: AccountId,
        priority: Priority,
    ) -> Result<u32, CommandError> {
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let list = service.jobs().ok_or_else(|| {
            CommandError::new(
                ErrorCode::MissingScope,
                format!("{name} has no list of jobs for this key."),
            )
        })?;
        let mut listed = Vec::new();
        let mut next: Option<PageToken> = None;
        let mut pages = 0;
        let whole = loop {
            let page = match list.page(&JobQuery::default(), next.take(), priority).await {
                Ok(page) => page,
                Err(error) => return Err(self.failed(account, &error, &name)),
            };
            pages += 1;
            listed.extend(page.jobs);
            next = page.next;
            if next.is_none() || pages == MOST_PAGES {
                break next.is_none();
            }
        };
        let put = self.put(account, listed, whole).await;
        // What waits for its account is asked for now, except what the list has.
        self.accounts.answered(account);
        put.map(|()| pages)
    }

    /// Writes what a reading means.
    async fn put(
        &self,
        account: AccountId,
        listed: Vec<pinning::Job>,
        whole: bool,
    ) -> Result<(), CommandError> {
        let now = self.clock.now();
        let busy = self.busy().clone();
        self.store
            .ledger
            .write(Urgency::Background, move |tx| {
                for change in merge(&rows::known(tx, account)?, &listed, whole, &busy) {
                    match change {
                        Change::Step(id, event) => {
                            rows::apply(tx, id, &event, now, 0.5)?;
                        }
                        Change::Adopt(id, at) => {
                            rows::adopt(tx, id, &listed[at].id, &listed[at].status, now)?;
                        }
                        Change::New(at, late_of) => {
                            let id = rows::listed(tx, account, &listed[at], now)?;
                            if let Some(of) = late_of {
                                rows::late(tx, id, of)?;
                            }
                        }
                        Change::Forget(id) => rows::forget(tx, id)?,
                    }
                }
                for job in &listed {
                    if let Some(reason) = &job.reason {
                        rows::failed_because(tx, account, &job.id, reason)?;
                    }
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// Is what left the list pinned now? And these, whose answer was lost, and which the list does not have?
    async fn look_for_pins(&self, account: AccountId, lost: &[i64]) -> Result<(), CommandError> {
        let now = self.clock.now();
        let mut due = self
            .store
            .ledger
            .read(|tx| rows::due_to_look(tx, account, now))?;
        due.retain(|row| matches!(row.job.state, State::Looking { .. }) || lost.contains(&row.id));
        if due.is_empty() {
            return Ok(());
        }
        let at_once = due.len() > ONE_BY_ONE;
        if at_once {
            self.pins.refresh_anew(account).await?;
        }
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for row in &due {
            let spellings = spellings(&row.wish.cid);
            let pinned = if at_once {
                let names = spellings.iter().map(String::as_str);
                !self.pins.kept(account, names)?.is_empty()
            } else {
                self.pins.pinned_now(account, &spellings).await?.is_some()
            };
            if pinned { &mut found } else { &mut missing }.push(row.id);
        }
        let ids = due.iter().map(|row| row.id).collect();
        self.store
            .ledger
            .write(Urgency::Background, move |tx| {
                rows::apply_all(tx, &found, &Event::Found, now)?;
                rows::apply_all(tx, &missing, &Event::NotFound, now)
            })
            .await?;
        self.store.announcer.changed(Noun::Job, Some(ids));
        self.ask.notify_one();
        Ok(())
    }

    /// Copies that were uploaded instead. Answers whether some still are.
    async fn follow_uploads(&self) -> Result<bool, CommandError> {
        let mut open = false;
        for row in self.store.ledger.read(rows::followed)? {
            let State::Uploading(upload) = row.job.state else {
                continue;
            };
            let event = match self.uploads.end_of(upload)? {
                None => {
                    open = true;
                    continue;
                }
                Some(End::Cancelled) => Event::UploadFailed(ErrorCode::Cancelled),
                Some(End::Pinned(cids)) => {
                    let wanted = spellings(&row.wish.cid);
                    if cids.iter().any(|cid| wanted.contains(cid)) {
                        Event::Found
                    } else {
                        Event::UploadFailed(ErrorCode::Different)
                    }
                }
            };
            self.apply(row.id, event, Urgency::Background).await?;
            self.store.announcer.changed(Noun::Job, Some(vec![row.id]));
        }
        Ok(open)
    }

    pub(super) fn failed(
        &self,
        account: AccountId,
        error: &pinning::Error,
        service: &str,
    ) -> CommandError {
        let told = failure::of_service(error, service);
        if Hold::is_for(told.code) {
            self.accounts
                .set_hold(account, told.code, failure::retry_after(error));
        }
        told
    }

    /// What is known of an account's reading: when, whether one runs, and why the last one failed.
    pub(crate) fn reading(&self, account: AccountId) -> (Option<Millis>, bool, Option<String>) {
        let readings = self.readings();
        let reading = readings.get(&account);
        (
            reading.and_then(|reading| reading.at),
            reading.is_some_and(|reading| reading.running),
            reading.and_then(|reading| reading.problem.clone()),
        )
    }

    /// Whatever is due is looked at soon.
    pub(super) fn nudge(self: &Arc<Self>) {
        self.ask.notify_one();
        self.look.notify_one();
    }
}

/// A reading that runs. When it is dropped, ended or given up, another may begin.
struct Running<'a> {
    jobs: &'a Jobs,
    account: AccountId,
    ended: bool,
}

impl<'a> Running<'a> {
    /// `None` where one runs already.
    fn begin(jobs: &'a Jobs, account: AccountId) -> Option<Self> {
        let mut readings = jobs.readings();
        let reading = readings.entry(account).or_default();
        if std::mem::replace(&mut reading.running, true) {
            return None;
        }
        drop(readings);
        jobs.store.announcer.changed(Noun::Job, None);
        Some(Self {
            jobs,
            account,
            ended: false,
        })
    }

    /// Remembers how it ended: the pages that were read, or why not all were. `open`: when the youngest job that is
    /// followed was asked for.
    fn end(mut self, outcome: &Result<u32, CommandError>, open: Option<Millis>) {
        self.ended = true;
        let now = self.jobs.clock.now();
        let mut readings = self.jobs.readings();
        let reading = readings.entry(self.account).or_default();
        match outcome {
            Ok(pages) => {
                let age = now - open.unwrap_or(now);
                *reading = Reading {
                    running: true,
                    at: Some(now),
                    next: now + interval(age, *pages),
                    pages: *pages,
                    problem: None,
                };
            }
            Err(error) => {
                reading.problem = Some(error.message.clone());
                reading.next = now + AFTER_FAULT * Millis::from(reading.pages.max(1));
                if error.code == ErrorCode::MissingScope {
                    reading.next = now + 60 * AFTER_FAULT;
                }
            }
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.jobs
            .readings()
            .entry(self.account)
            .or_default()
            .running = false;
        self.jobs.store.announcer.changed(Noun::Job, None);
        if !self.ended {
            // Whoever waits for its end would wait for ever.
            self.jobs.look.notify_one();
        }
    }
}

//! The loops that carry changes out: one for each account, one change after the other.

use std::collections::HashMap;
use std::sync::Arc;

use futures::StreamExt;
use pinning::Delivered;

use super::asking::{Asking, asking, is_so, of_failure};
use super::rows::{self, Outcome, Part, State, Stored};
use super::{ChangeWhat, Changes};
use crate::accounts::{AccountId, service_name};
use crate::announce::{Noun, heard};
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::pins::{Found, Mirrored, missing};
use crate::store::{StoreError, Tx, Urgency};

/// Requests that are out at a time. The client's budget spaces them.
const AT_A_TIME: usize = 4;
/// Pins that one round takes.
const ROUND: usize = 32;
/// Pins that are put into a group before it is told how far it is.
const GROUP_ROUND: usize = 10;
/// Failures one after the other, after which no more is tried.
const MOST_IN_A_ROW: usize = 100;
/// Progress is told no more often than this.
const TELL_EVERY: Millis = 250;
/// After the ledger could not be read or written.
const AFTER_FAULT: Millis = 5_000;

impl Changes {
    /// Carries changes out until the engine is dropped.
    pub async fn run(self: Arc<Self>) {
        let mut changes = self.store.announcer.listen();
        let began = self.began;
        let taken_over = self
            .store
            .ledger
            .write(Urgency::Background, move |tx| rows::take_over(tx, began));
        if let Err(error) = taken_over.await {
            tracing::error!(%error, "the changes of an earlier run could not be taken over");
        }
        loop {
            let next = self.take_up().unwrap_or_else(|error| {
                tracing::error!(%error, "the changes could not be taken up");
                Some(self.clock.now() + AFTER_FAULT)
            });
            tokio::select! {
                () = self.wake.notified() => {}
                () = self.until(next) => {}
                () = heard(&mut changes, Noun::Account) => {}
            }
        }
    }

    async fn until(&self, next: Option<Millis>) {
        match next {
            Some(at) => self.clock.sleep_until(at).await,
            None => std::future::pending().await,
        }
    }

    /// Begins to work on every account that has something to do. Answers when to look again.
    fn take_up(self: &Arc<Self>) -> Result<Option<Millis>, CommandError> {
        let waiting = self.store.ledger.read(rows::accounts_at_work)?;
        if waiting.is_empty() {
            return Ok(None);
        }
        // Read before: a hold that ends meanwhile was still in the way.
        let released = self.accounts.next_release();
        let ready = self.accounts.ready()?;
        for account in waiting.into_iter().filter(|id| ready.contains(id)) {
            if self.live().busy.insert(account) {
                tokio::spawn(self.clone().work_on(account));
            }
        }
        Ok(released)
    }

    async fn work_on(self: Arc<Self>, account: AccountId) {
        if let Err(error) = self.carry_all_out(account).await {
            tracing::error!(%error, account, "a change could not be carried on");
            self.clock.sleep_until(self.clock.now() + AFTER_FAULT).await;
            let ledger = &self.store.ledger;
            let put_back = move |tx: &Tx| rows::put_back(tx, account);
            if let Err(error) = ledger.write(Urgency::Background, put_back).await {
                tracing::error!(%error, account, "a change could not be put in order");
            }
        }
        self.live().busy.remove(&account);
        self.wake.notify_one();
    }

    /// Until nothing is left to do, or the account is held.
    async fn carry_all_out(&self, account: AccountId) -> Result<(), CommandError> {
        while let Some(change) = self.store.ledger.read(|tx| rows::next_of(tx, account))? {
            if self.accounts.hold(account).is_some() {
                self.tell(change.id);
                break;
            }
            if let Err(error) = self.carry_on(&change).await {
                // What holds the account is over one day; anything else a person has to see.
                let put_back = move |tx: &Tx| rows::put_back(tx, account);
                self.store
                    .ledger
                    .write(Urgency::Background, put_back)
                    .await?;
                if self.accounts.hold(account).is_none() {
                    self.end(change.id, State::Stopped, Some(error.message))
                        .await?;
                }
            }
            self.tell_if_over(change.id)?;
        }
        Ok(())
    }

    /// The last word of a change is never left unsaid; on the way some are.
    fn tell_if_over(&self, id: i64) -> Result<(), CommandError> {
        let over = match self.store.ledger.read(|tx| rows::get(tx, id)) {
            Ok(change) => change.state != State::Working,
            Err(StoreError::Missing) => true,
            Err(error) => return Err(error.into()),
        };
        if over {
            self.tell(id);
        }
        Ok(())
    }

    /// Asks for the next pins of a change.
    async fn carry_on(&self, change: &Stored) -> Result<(), CommandError> {
        let n = match change.what {
            ChangeWhat::Unpin {} | ChangeWhat::Edit(_) | ChangeWhat::Expire(_) => ROUND,
            ChangeWhat::AddToGroup { .. } | ChangeWhat::RemoveFromGroup { .. } => GROUP_ROUND,
        };
        let due = self.store.ledger.read(|tx| rows::due(tx, change.id, n))?;
        if due.is_empty() {
            return self.end(change.id, State::Ended, None).await;
        }
        if self.has_failed_enough(change.id) {
            return self.stop_failing(change.id).await;
        }
        self.look_first(change, &due).await?;
        match &change.what {
            ChangeWhat::AddToGroup { group } => self.members(change, group, due, true).await,
            ChangeWhat::RemoveFromGroup { group } => self.members(change, group, due, false).await,
            ChangeWhat::Unpin {} | ChangeWhat::Edit(_) | ChangeWhat::Expire(_) => {
                self.one_by_one(change, due).await
            }
        }
    }

    /// The list says what became of pins that were asked for without an answer. And where it was never read, nothing is
    /// known of any pin.
    async fn look_first(&self, change: &Stored, due: &[Part]) -> Result<(), CommandError> {
        let unread = self.pins.list_age(change.account)?.as_of.is_none();
        let unsure = due.iter().any(|part| part.asked) && self.live().looked.insert(change.id);
        if !unread && !unsure {
            return Ok(());
        }
        let read = self.pins.refresh_or_wait(change.account).await;
        if read.is_err() {
            self.live().looked.remove(&change.id);
        }
        read
    }

    async fn one_by_one(&self, change: &Stored, due: Vec<Part>) -> Result<(), CommandError> {
        let service = self.accounts.service(change.account).await?.in_background();
        let name = service_name(&self.accounts.get(change.account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        let outcomes: Vec<Result<(), CommandError>> = futures::stream::iter(due)
            .map(|part| self.one(change, pins, &name, part))
            .buffer_unordered(AT_A_TIME)
            .collect()
            .await;
        outcomes.into_iter().collect()
    }

    async fn one(
        &self,
        change: &Stored,
        pins: &dyn pinning::Pins,
        service: &str,
        part: Part,
    ) -> Result<(), CommandError> {
        let place = part.place;
        if self.accounts.hold(change.account).is_some() || self.has_failed_enough(change.id) {
            return Ok(());
        }
        let row = match self.there(change, &part)? {
            Ok(row) => row,
            Err(outcome) => return self.settle(change, place, outcome).await,
        };
        let asking = match asking(change, &row, place, self.clock.now()) {
            Ok(asking) => asking,
            Err(outcome) => return self.settle(change, place, outcome).await,
        };
        if self.ask(change.id, vec![place]).await?.is_empty() {
            return Ok(());
        }
        let asked = match asking {
            Asking::Unpin => self.pins.let_go(pins, &row, Urgency::Background).await?,
            Asking::Edit(edit) => {
                let urgency = Urgency::Background;
                let made = self.pins.put_edit(pins, row, edit, urgency).await?;
                if let Ok(Some(id)) = &made {
                    self.renamed(change.account, &part.service_id, id).await?;
                }
                made.map(drop)
            }
            Asking::Expire(at) => {
                let urgency = Urgency::Background;
                self.pins.put_end(pins, row, at, urgency).await?
            }
        };
        let outcome = match asked {
            Ok(()) => Outcome::Done,
            Err(error) => {
                let told = self.pins.change_failed(change.account, &error, service);
                of_failure(told.code, told.message, error.delivered == Delivered::Maybe)
            }
        };
        self.asked(change, place, outcome).await
    }

    /// Other changes name the same pin by its new id from now on.
    async fn renamed(&self, account: AccountId, from: &str, to: &str) -> Result<(), CommandError> {
        let (from, to) = (from.to_owned(), to.to_owned());
        let ledger = &self.store.ledger;
        let write = move |tx: &Tx| rows::renamed(tx, account, &from, &to);
        Ok(ledger.write(Urgency::Background, write).await?)
    }

    async fn members(
        &self,
        change: &Stored,
        group: &str,
        due: Vec<Part>,
        add: bool,
    ) -> Result<(), CommandError> {
        let group = self.groups.numbered(change.account, group).await?;
        let mut places = HashMap::new();
        for part in due {
            match self.there(change, &part)? {
                Ok(row) => drop(places.insert(part.place, row.id)),
                Err(outcome) => self.settle(change, part.place, outcome).await?,
            }
        }
        let begun = self
            .ask(change.id, places.keys().copied().collect())
            .await?;
        places.retain(|place, _| begun.contains(place));
        let pins: Vec<i64> = places.values().copied().collect();
        let report = self
            .groups
            .change_members(group, change.account, &pins, add, Urgency::Background)
            .await?;
        let mut failed: HashMap<i64, Outcome> = report
            .failed
            .into_iter()
            .map(|not| (not.pin, of_failure(not.code, not.sentence, not.unsure)))
            .collect();
        for (place, pin) in places {
            let outcome = failed.remove(&pin).unwrap_or(Outcome::Done);
            self.asked(change, place, outcome).await?;
        }
        Ok(())
    }

    /// The pin as it is in the list now, or what becomes of it without a request.
    fn there(
        &self,
        change: &Stored,
        part: &Part,
    ) -> Result<Result<Mirrored, Outcome>, CommandError> {
        let found = self
            .pins
            .found(change.account, &part.service_id, &part.cid)?;
        let no_more = |sentence: &str| Outcome::Failed(ErrorCode::NotPinned, sentence.to_owned());
        Ok(match found {
            Found::There(row) => Ok(*row),
            // Not pinned any more is what was wanted.
            Found::Gone if change.what == ChangeWhat::Unpin {} => Err(Outcome::Done),
            Found::Gone => Err(no_more(
                "It is not in the list any more, so nothing was asked.",
            )),
            // A pinning service gives what was edited another id, which was in the answer that was lost.
            Found::Anew(row) if part.asked && is_so(change, &row, part.place, self.clock.now()) => {
                Err(Outcome::Done)
            }
            Found::Anew(_) => Err(no_more(
                "It was pinned anew since it was chosen, so nothing was asked. Choose it in the list.",
            )),
        })
    }

    /// Written before the request: a process that ends now looks what became of it.
    async fn ask(&self, id: i64, places: Vec<usize>) -> Result<Vec<usize>, CommandError> {
        let ledger = &self.store.ledger;
        let begun = ledger.write(Urgency::Background, move |tx| rows::ask(tx, id, &places));
        Ok(begun.await?)
    }

    /// What came of a request.
    async fn asked(
        &self,
        change: &Stored,
        place: usize,
        outcome: Outcome,
    ) -> Result<(), CommandError> {
        match &outcome {
            Outcome::Done => {
                self.accounts.answered(change.account);
                self.live().in_a_row.remove(&change.id);
            }
            Outcome::Failed(..) | Outcome::Unsure(..) => {
                *self.live().in_a_row.entry(change.id).or_default() += 1;
            }
            Outcome::PutBack => {}
        }
        self.settle(change, place, outcome).await?;
        if self.has_failed_enough(change.id) {
            self.stop_failing(change.id).await?;
        }
        Ok(())
    }

    async fn stop_failing(&self, id: i64) -> Result<(), CommandError> {
        let why = format!("{MOST_IN_A_ROW} failed one after the other.");
        self.end(id, State::Stopped, Some(why)).await
    }

    fn has_failed_enough(&self, id: i64) -> bool {
        let live = self.live();
        let failed = live.in_a_row.get(&id);
        failed.is_some_and(|failed| *failed >= MOST_IN_A_ROW)
    }

    async fn settle(
        &self,
        change: &Stored,
        place: usize,
        outcome: Outcome,
    ) -> Result<(), CommandError> {
        let id = change.id;
        let ledger = &self.store.ledger;
        ledger
            .write(Urgency::Background, move |tx| {
                rows::settle(tx, id, place, &outcome)
            })
            .await?;
        let now = self.clock.now();
        let due = {
            let mut live = self.live();
            let due = now - live.told >= TELL_EVERY;
            if due {
                live.told = now;
            }
            due
        };
        if due {
            self.tell(id);
        }
        Ok(())
    }

    async fn end(&self, id: i64, state: State, why: Option<String>) -> Result<(), CommandError> {
        let ledger = &self.store.ledger;
        ledger
            .write(Urgency::Background, move |tx| {
                rows::end(tx, id, state, why.as_deref())
            })
            .await?;
        Ok(())
    }
}

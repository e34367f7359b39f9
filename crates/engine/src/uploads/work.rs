//! The loop that acts: it starts what may start, does one state's work, and writes the step that follows.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::Notify;

use super::Uploads;
use super::bytes::{self, Refusal, Stopped};
use super::progress::Running;
use super::rows::{self, Facts, Upload};
use super::state::{Active, Event, State};
use super::suspects;
use crate::accounts::{AccountId, Hold};
use crate::announce::Noun;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::heap;
use crate::pins::CheckState;
use crate::planted::planted;
use crate::store::{StoreError, Urgency};

/// Bytes up to which a file has a place of its own beside large ones, and hashing is not worth a state on the screen.
const SMALL: u64 = 4 * 1024 * 1024;

/// How long a ledger that failed is left alone: a disk that is full or broken stays so for a while.
const PAUSE: Millis = 5_000;

/// What one state's work led to.
pub(super) struct Outcome {
    pub(super) events: Vec<Event>,
    pub(super) facts: Facts,
}

impl Outcome {
    /// Nothing to say: the person stopped it, and the row says so already.
    pub(super) fn none() -> Self {
        Self {
            events: Vec::new(),
            facts: Facts::default(),
        }
    }

    pub(super) fn refused(code: ErrorCode, detail: String) -> Self {
        Refusal::new(code, detail).into()
    }
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        let suspects = suspects::told(&refusal.suspects);
        Self {
            events: vec![Event::Refused(refusal.code)],
            facts: Facts {
                detail: Some(refusal.detail),
                suspects: (!suspects.is_empty()).then_some(suspects),
                ..Facts::default()
            },
        }
    }
}

impl From<Event> for Outcome {
    fn from(event: Event) -> Self {
        Self {
            events: vec![event],
            facts: Facts::default(),
        }
    }
}

impl Uploads {
    /// Takes up what an earlier run left, then works until the engine is dropped.
    pub async fn run(self: Arc<Self>) {
        if let Err(error) = self
            .store
            .ledger
            .write(Urgency::Background, rows::recover)
            .await
        {
            tracing::error!(%error, "the queue could not be taken up");
        }
        if let Ok(Some(first)) = self.store.ledger.read(rows::first_open) {
            self.batch.store(first, Ordering::SeqCst);
        }
        match self.store.ledger.read(rows::unsettled) {
            Ok(left) => *self.unsettled() = left,
            Err(error) => tracing::error!(%error, "what is left to be set could not be read"),
        }
        let started = Arc::new(Notify::new());
        let this = self.clone();
        let bell = started.clone();
        tokio::spawn(async move { this.tell(&bell).await });
        let this = self.clone();
        tokio::spawn(async move { this.sweep().await });
        loop {
            let next = match self.pass(&started).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "the queue could not be worked on");
                    self.pause().await;
                    continue;
                }
            };
            match next {
                Some(until) => tokio::select! {
                    () = self.wake.notified() => {}
                    () = self.clock.sleep_until(until) => {}
                },
                None => self.wake.notified().await,
            }
        }
    }

    /// Starts what may start. Answers when there may be more without anybody ringing.
    async fn pass(self: &Arc<Self>, started: &Notify) -> Result<Option<Millis>, CommandError> {
        // Read before: what ends while rows are looked at was still in their way, and must not be slept through.
        let [released, rested] = [self.accounts.next_release(), self.limits.resting()];
        if self.start_what_may().await? {
            started.notify_one();
        }
        let waits = self.store.ledger.read(rows::next_due)?;
        Ok([waits, released, rested].into_iter().flatten().min())
    }

    pub(super) async fn pause(&self) {
        self.clock.sleep_until(self.clock.now() + PAUSE).await;
    }

    async fn start_what_may(self: &Arc<Self>) -> Result<bool, CommandError> {
        let now = self.clock.now();
        for id in self.store.ledger.read(|tx| rows::due(tx, now))? {
            self.apply(id, Event::Due.into(), Urgency::Background)
                .await?;
        }
        if (self.limits.resting().is_some() && !planted("rest")) || self.leaves_to_others() {
            return Ok(false);
        }
        let (mut busy, in_lane) = {
            let running = self.running();
            let in_lane = running.values().filter(|running| running.lane).count();
            (running.keys().copied().collect::<Vec<i64>>(), in_lane)
        };
        let ready = self.accounts.ready()?;
        let free = self.limits.at_once().saturating_sub(busy.len() - in_lane);
        let left = self.take_unsettled(&ready, free);
        for id in &left {
            self.begin(*id, false);
        }
        let free = free - left.len();
        let mut next = self
            .store
            .ledger
            .read(|tx| rows::next(tx, &ready, &busy, free, None))?;
        for id in &next {
            self.begin(*id, false);
        }
        // Small files do not wait behind huge ones: one place is theirs.
        if in_lane == 0 && next.len() == free {
            busy.extend(&next);
            let small = self
                .store
                .ledger
                .read(|tx| rows::next(tx, &ready, &busy, 1, Some(SMALL)))?;
            for id in &small {
                self.begin(*id, true);
            }
            next.extend(small);
        }
        Ok(!next.is_empty())
    }

    fn begin(self: &Arc<Self>, id: i64, lane: bool) {
        let running = Running::new(lane, self.clock.now());
        {
            let mut all = self.running();
            if self.leaves_to_others() {
                return;
            }
            all.insert(id, running.clone());
        }
        let this = self.clone();
        tokio::spawn(async move {
            this.work_on(id, &running).await;
            this.running().remove(&id);
            this.ended.notify_waiters();
            this.wake.notify_one();
        });
    }

    /// Works on one row until it ends, waits, or its account is held.
    async fn work_on(self: &Arc<Self>, id: i64, running: &Arc<Running>) {
        let (mut turn, mut just_taken) = (None, false);
        let mut taken_up = false;
        loop {
            let stored = self.store.ledger.read(|tx| rows::get(tx, id));
            if matches!(stored, Err(StoreError::Missing)) {
                return;
            }
            let upload = match stored
                .map_err(CommandError::from)
                .and_then(|row| self.as_kept(row))
            {
                Ok(upload) => upload,
                Err(error) => {
                    tracing::error!(%error, id, "a row of the queue could not be read");
                    return self.pause().await;
                }
            };
            let State::Active(active) = upload.job.state else {
                return self.settle(&upload).await;
            };
            if running.lane && upload.bytes.is_some_and(|bytes| bytes > SMALL) {
                // Now that its size is known, it waits for a place like the other large ones.
                return;
            }
            if running.cancel.is_cancelled() || self.accounts.hold(upload.account).is_some() {
                return;
            }
            if self.leaves_to_others() && !matches!(active, Active::Sending | Active::Confirming) {
                return;
            }
            // An earlier request of this row did not come to its end in the ledger, and may have arrived.
            let cut_off = active == Active::Sending && !upload.job.resumable;
            if !std::mem::replace(&mut taken_up, true) && cut_off {
                if let Err(error) = self
                    .apply(id, Event::TakenUp.into(), Urgency::Background)
                    .await
                {
                    tracing::error!(%error, id, "a row of the queue could not be taken up");
                    return self.pause().await;
                }
                continue;
            }
            let sends = matches!(active, Active::Checking | Active::Sending);
            if let (true, None, Some(cid)) = (sends, &turn, &upload.cid) {
                tokio::select! {
                    taken = self.turns.take(upload.account, cid) => turn = Some(taken),
                    () = running.cancel.cancelled() => {}
                }
                // While it waited its account may have been held, or a person may have asked something of it.
                just_taken = true;
                continue;
            }
            let looked_before = active == Active::Sending && !upload.job.resumable;
            let just_taken = std::mem::take(&mut just_taken) && looked_before;
            let worked = match self.sent_meanwhile(just_taken, &upload) {
                Ok(true) => Ok(Event::SentByAnother.into()),
                Ok(false) => self.work_in(active, &upload, running).await,
                Err(error) => Err(error),
            };
            if active == Active::Sending {
                self.note_whether_whole(id, running);
            }
            let outcome = worked.unwrap_or_else(|error| self.outcome_of(upload.account, error));
            heap::give_back(outcome.facts.files.unwrap_or(upload.files));
            if outcome.events.is_empty() {
                return;
            }
            if let Err(error) = self.apply(id, outcome, Urgency::Background).await {
                // The ledger cannot be written (a full disk): the row stays where it is and is taken up later.
                tracing::error!(%error, id, "a step of the queue could not be written");
                return self.pause().await;
            }
        }
    }

    fn outcome_of(&self, account: AccountId, error: CommandError) -> Outcome {
        if Hold::is_for(error.code) {
            self.accounts.set_hold(account, error.code, None);
            return Event::Held { maybe: false }.into();
        }
        if matches!(error.code, ErrorCode::BadToken | ErrorCode::BadEndpoint) {
            return Outcome::refused(error.code, error.message);
        }
        let event = Event::Failed {
            reason: error.code,
            maybe: false,
            retry_after: None,
        };
        Outcome {
            events: vec![event],
            facts: Facts {
                detail: error.detail,
                ..Facts::default()
            },
        }
    }

    /// It was looked for before its turn came, and another row with the same bytes was sent since.
    fn sent_meanwhile(&self, just_taken: bool, upload: &Upload) -> Result<bool, CommandError> {
        Ok(just_taken && !planted("twins") && self.hint(upload)?.is_some())
    }

    async fn work_in(
        self: &Arc<Self>,
        active: Active,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Result<Outcome, CommandError> {
        match active {
            Active::Scanning => Ok(self.scan(upload, running).await),
            // Its CID is known and nobody wrote to it since: it is not read once more.
            Active::Queued
                if upload.cid.is_some()
                    && bytes::still_unchanged(self.files.clone(), upload.clone()).await =>
            {
                Ok(Outcome {
                    events: vec![Event::Turn, Event::Hashed],
                    facts: Facts::default(),
                })
            }
            Active::Queued if upload.bytes.is_some_and(|bytes| bytes <= SMALL) => {
                let mut hashed = self.hash(upload, running).await;
                if hashed.events == [Event::Hashed] {
                    let known = Upload {
                        cid: hashed.facts.cid.clone(),
                        ..upload.clone()
                    };
                    hashed.events.insert(0, Event::Turn);
                    if self.hint(&known)?.is_none() {
                        hashed.events.push(Event::NotPinnedYet);
                    }
                } else if !hashed.events.is_empty() {
                    hashed.events.insert(0, Event::Turn);
                }
                Ok(hashed)
            }
            Active::Queued => Ok(Event::Turn.into()),
            Active::Hashing => Ok(self.hash(upload, running).await),
            Active::Checking => self.check(upload, running).await,
            Active::Sending => self.send(upload, running).await,
            Active::Confirming => self.confirm(upload, running).await,
        }
    }

    async fn scan(&self, upload: &Upload, running: &Arc<Running>) -> Outcome {
        // Of a file it takes no time; until now the row waited for its turn.
        if upload.wish.folder {
            self.store
                .announcer
                .changed(Noun::Upload, Some(vec![upload.id]));
        }
        let (files, copy, stop) = (self.files.clone(), upload.clone(), running.cancel.clone());
        let looked = bytes::off_thread(move || {
            bytes::contents(files.as_ref(), &copy, &|| stop.is_cancelled())
        })
        .await;
        match looked {
            Ok(Ok(contents)) => {
                running.begin(contents.bytes, false);
                let facts = Facts {
                    files: Some(contents.files.len() as u64),
                    bytes: Some(contents.bytes),
                    problems: Some(contents.problems),
                    ..Facts::default()
                };
                Outcome {
                    events: vec![Event::Scanned],
                    facts,
                }
            }
            Ok(Err(refusal)) if refusal.code == ErrorCode::Cancelled => Outcome::none(),
            Ok(Err(refusal)) => refusal.into(),
            Err(_) => Outcome::none(),
        }
    }

    async fn hash(&self, upload: &Upload, running: &Arc<Running>) -> Outcome {
        let small = upload.bytes.is_some_and(|bytes| bytes <= SMALL);
        let turn = if small {
            &self.hashing_small
        } else {
            &self.hashing
        };
        let _alone = tokio::select! {
            taken = turn.acquire() => match taken {
                Ok(taken) => taken,
                Err(_) => return Outcome::none(),
            },
            // Its place is free for others at once, however long the file is that is being hashed.
            () = running.cancel.cancelled() => return Outcome::none(),
        };
        let (files, copy, running) = (self.files.clone(), upload.clone(), running.clone());
        let hashed = bytes::off_thread(move || {
            let contents =
                bytes::contents(files.as_ref(), &copy, &|| running.cancel.is_cancelled())
                    .map_err(Stopped::Refused)?;
            suspects::look_inside(files.as_ref(), &copy, &contents, &running)?;
            running.begin(contents.bytes, false);
            let root = bytes::root(
                files.as_ref(),
                &copy,
                &contents,
                bytes::profile(&copy),
                &running,
            )?;
            Ok::<_, Stopped>((contents, root))
        });
        match hashed.await {
            Ok(Ok((contents, root))) => {
                let facts = Facts {
                    files: Some(contents.files.len() as u64),
                    bytes: Some(contents.bytes),
                    stamp: Some(contents.stamp),
                    cid: Some(root.cid.to_string()),
                    problems: Some(contents.problems),
                    ..Facts::default()
                };
                Outcome {
                    events: vec![Event::Hashed],
                    facts,
                }
            }
            Ok(Err(Stopped::Refused(refusal))) if refusal.code != ErrorCode::Cancelled => {
                refusal.into()
            }
            Ok(Err(Stopped::Changed)) => Event::SourceChanged.into(),
            _ => Outcome::none(),
        }
    }

    pub(super) async fn apply(
        &self,
        id: i64,
        outcome: Outcome,
        urgency: Urgency,
    ) -> Result<Upload, CommandError> {
        let (now, jitter) = (self.clock.now(), (self.jitter)());
        let compared = outcome.facts.verdict.is_some();
        let upload = self
            .store
            .ledger
            .write(urgency, move |tx| {
                rows::apply(tx, id, &outcome.events, &outcome.facts, now, jitter)
            })
            .await?;
        if let (true, Some(verdict), Some(cid)) = (compared, upload.verdict, &upload.service_cid) {
            let check = CheckState::of_verdict(Some(rows::verdict_name(verdict)));
            self.pins
                .compared(upload.account, cid, check, upload.cid.as_deref());
        }
        self.store.announcer.changed(Noun::Upload, Some(vec![id]));
        Ok(upload)
    }
}

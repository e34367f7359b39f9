//! The loop that owns one folder: hear, look, plan, write, queue, ask the service; then wait until something is due.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{Notify, mpsc, oneshot};

use super::Watches;
use super::due::{due, hear, next_of, writing};
use super::folder::{Folder, Trouble};
use super::identity::{renumber, same_folder};
use super::ledger::Way;
use super::order::Order;
use super::plan::{Action, Plan, plan};
use super::rows;
use super::scan::{Scan, Seen};
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::store::Urgency;
use crate::walk::Problem;

/// Events are gathered for so long before the disk is looked at.
const GATHER: Millis = 100;
/// A folder that is not there is looked for this often.
const LOOK_FOR: Millis = 5_000;
/// Whether the root is still the same is asked this often at least.
const ROOT_CHECK: Millis = 60_000;
/// Where changes cannot be heard, everything is looked at this often.
pub(super) const POLL: Millis = 15_000;
/// A disk that answers nothing for this long is said to hang.
const HANGS: Millis = 10_000;
/// More dirty paths than this are quicker looked at as a whole.
const MOST_PARTS: usize = 4_000;
/// Entries written in one transaction: clicks need not wait longer than that.
const AT_ONCE: usize = 5_000;
/// What could not be written is tried again after this.
const WRITE_AGAIN: Millis = 5_000;
/// What could not be read is tried again after this.
pub(super) const READ_AGAIN: Millis = 30 * 60_000;

impl Watches {
    /// Watches one folder until the orders end.
    pub(super) async fn watch(
        self: Arc<Self>,
        id: i64,
        mut orders: mpsc::UnboundedReceiver<Order>,
        nudge: Arc<Notify>,
    ) {
        let Ok(stored) = self.store.ledger.read(|tx| rows::get(tx, id)) else {
            return;
        };
        let ledger = match self.store.ledger.read(|tx| rows::load(tx, id)) {
            Ok(ledger) => ledger,
            Err(error) => {
                tracing::error!(%error, id, "the ledger of a watched folder could not be read");
                return;
            }
        };
        let mut folder = Folder::new(&stored, ledger);
        loop {
            let asleep_at = self.clock.now();
            let until = self.turn(&mut folder).await;
            if folder.ended {
                return;
            }
            self.tell_condition(&folder);
            self.audit_by_night(&mut folder, asleep_at);
            tokio::select! {
                order = orders.recv() => match order {
                    None => return,
                    Some(order) => self.follow(&mut folder, order).await,
                },
                () = folder.ear.rung(), if folder.paused.is_none() => self.gather().await,
                () = nudge.notified() => {}
                () = self.clock.sleep_until(until) => {}
            }
            // The computer slept, or its clock was set: who knows what was missed.
            let now = self.clock.now();
            if now > until.saturating_add(30_000) || now < asleep_at {
                folder.whole = true;
                folder.patience = None;
            }
        }
    }

    fn audit_by_night(self: &Arc<Self>, folder: &mut Folder, now: Millis) {
        let may = folder.rules.audit && folder.paused.is_none() && folder.condition.looked;
        if now < folder.audit_at || !may || folder.condition.trouble.is_some() {
            return;
        }
        folder.audit_at = crate::clock::at_hour(now, super::AUDIT_HOUR);
        let (this, id) = (self.clone(), folder.id);
        tokio::spawn(async move {
            if let Err(error) = this.audit(id).await {
                tracing::warn!(%error, id, "a watched folder could not be compared");
            }
        });
    }

    async fn gather(&self) {
        self.clock.sleep_until(self.clock.now() + GATHER).await;
    }

    /// Everything that is to be done now. Answers when to come back by itself.
    async fn turn(&self, folder: &mut Folder) -> Millis {
        let now = self.clock.now();
        if let Err(error) = self.outcomes(folder).await {
            return self.cannot_write(folder, &error);
        }
        if folder.ended {
            return now;
        }
        if folder.paused.is_some_and(|until| until <= now) {
            folder.paused = None;
            folder.whole = true;
            let id = folder.id;
            let write = move |tx: &crate::store::Tx| rows::pause(tx, id, None, now);
            let _ = self.store.ledger.write(Urgency::Background, write).await;
        }
        if let Some(until) = folder.paused {
            folder.listening = None;
            return until;
        }
        if let Err(error) = self.look(folder).await {
            return self.cannot_write(folder, &error);
        }
        if folder.condition.trouble.is_some() {
            return self.clock.now() + LOOK_FOR;
        }
        let patience = self.ask_service(folder).await;
        self.tell_batch(folder).await;
        let now = self.clock.now();
        let rescan = if folder.condition.deaf.is_some() {
            POLL
        } else {
            Millis::from(folder.rules.rescan) * 60_000
        };
        let due = [
            folder.next,
            patience,
            Some(folder.whole_at + rescan),
            Some(now + ROOT_CHECK),
            folder
                .rules
                .audit
                .then_some(folder.audit_at.max(now + 1_000)),
        ];
        due.into_iter().flatten().min().unwrap_or(now).max(now + 1)
    }

    /// Memory is ahead of what is written: forget it and read it again.
    fn cannot_write(&self, folder: &mut Folder, error: &CommandError) -> Millis {
        tracing::error!(%error, folder.id, "a watched folder's ledger could not be written");
        let now = self.clock.now();
        folder.condition.trouble = Some(Trouble::Own(error.message.clone()));
        folder.condition.last_error = Some((error.message.clone(), now));
        if let Ok(ledger) = self.store.ledger.read(|tx| rows::load(tx, folder.id)) {
            folder.ledger = ledger;
        }
        folder.whole = true;
        now + WRITE_AGAIN
    }

    /// Looks at what is dirty or due, and does what the plan says.
    async fn look(&self, folder: &mut Folder) -> Result<(), CommandError> {
        if folder.condition.trouble.is_none() {
            self.listen(folder);
        }
        hear(folder);
        let now = self.clock.now();
        let rescan = if folder.condition.deaf.is_some() {
            POLL
        } else {
            Millis::from(folder.rules.rescan) * 60_000
        };
        folder.whole |= now >= folder.whole_at + rescan || folder.condition.trouble.is_some();
        due(folder, now);
        let parts = (!folder.whole && folder.dirty.len() <= MOST_PARTS)
            .then(|| std::mem::take(&mut folder.dirty));
        if parts.is_none() {
            folder.dirty.clear();
            folder.condition.looking = true;
            if !folder.condition.looked {
                self.tell_condition(folder);
            }
        }
        let looked = self.scan(folder, parts.clone()).await;
        folder.condition.looking = false;
        let seen = match looked {
            Ok(seen) => seen,
            Err(trouble) => {
                self.stop(folder, trouble).await;
                return Ok(());
            }
        };
        if seen.identity != folder.identity && !self.recognise(folder, &seen).await? {
            return Ok(());
        }
        self.learn_disks(folder, seen.disks).await?;
        let again = self.go_on(folder, now).await;
        let whole = seen.listing.whole();
        let mut listing = seen.listing;
        listing.writing = writing(folder, now);
        let plan = plan(&folder.rules, &folder.ledger, &listing, now);
        folder.next = plan.next;
        self.act(folder, plan, now).await?;
        if whole {
            folder.whole = false;
            folder.whole_at = now;
            folder.condition.looked = true;
            let id = folder.id;
            let write = move |tx: &crate::store::Tx| rows::set_seen(tx, id, now);
            self.store.ledger.write(Urgency::Background, write).await?;
        }
        next_of(folder, now);
        if again {
            // It is listened to again only now: what came in between is seen by another look.
            folder.whole = true;
            folder.next = Some(now);
        }
        Ok(())
    }

    /// Written before anything on them is taken: a pin whose disk nobody remembers could be let go.
    async fn learn_disks(
        &self,
        folder: &mut Folder,
        disks: BTreeSet<Way>,
    ) -> Result<(), CommandError> {
        if disks.is_subset(&folder.ledger.disks) {
            return Ok(());
        }
        let id = folder.id;
        folder.ledger.disks.extend(disks.iter().cloned());
        let write = move |tx: &crate::store::Tx| rows::add_disks(tx, id, &disks);
        self.store.ledger.write(Urgency::Background, write).await?;
        Ok(())
    }

    pub(super) fn listen(&self, folder: &mut Folder) {
        if folder.listening.is_some() || folder.condition.deaf.is_some() {
            return;
        }
        match self.watching.listen(&folder.root, folder.ear.clone()) {
            Ok(listening) => {
                folder.listening = Some(listening.into());
                folder.whole = true;
            }
            Err(why) => folder.deafen(why),
        }
    }

    /// Looks on a thread of its own: a disk that hangs holds up nobody else.
    async fn scan(
        &self,
        folder: &mut Folder,
        parts: Option<BTreeSet<Way>>,
    ) -> Result<Seen, Trouble> {
        let scan = Scan {
            files: self.files.clone(),
            root: folder.root.clone(),
            rules: folder.rules.clone(),
            beat: folder.beat.clone(),
            listening: folder.listening.clone(),
        };
        let (tell, mut told) = oneshot::channel();
        let looking = std::thread::Builder::new()
            .name("pinfold-look".into())
            .spawn(move || {
                let _ = tell.send(scan.look(parts.as_ref()));
            });
        if looking.is_err() {
            return Err(Trouble::Own(
                "The system gives Pinfold no more threads.".into(),
            ));
        }
        let mut beat = folder.beat.load(Ordering::Relaxed);
        loop {
            let until = self.clock.now() + HANGS;
            tokio::select! {
                seen = &mut told => return match seen {
                    Ok(Ok(mut seen)) => {
                        if let Some(why) = seen.deaf.take() {
                            folder.deafen(why);
                        }
                        Ok(seen)
                    }
                    Ok(Err(problem)) => Err(trouble(problem)),
                    Err(_) => Err(Trouble::Own("A look at the folder broke off.".into())),
                },
                () = self.clock.sleep_until(until) => {
                    let now = folder.beat.load(Ordering::Relaxed);
                    if now == beat {
                        self.stop(folder, Trouble::Hangs).await;
                        self.tell_condition(folder);
                    }
                    beat = now;
                }
            }
        }
    }

    /// Another folder than before stands at the root. It is the same one if most of what is pinned is in it; a disk that was
    /// connected again has another number.
    async fn recognise(&self, folder: &mut Folder, seen: &Seen) -> Result<bool, CommandError> {
        let listing;
        let whole = if seen.listing.whole() {
            &seen.listing
        } else {
            match self.scan(folder, None).await {
                Ok(seen) => {
                    listing = seen.listing;
                    &listing
                }
                Err(trouble) => {
                    self.stop(folder, trouble).await;
                    return Ok(false);
                }
            }
        };
        if !same_folder(&folder.ledger, whole) {
            self.stop(folder, Trouble::Replaced).await;
            return Ok(false);
        }
        renumber(&mut folder.ledger, whole);
        folder.identity = seen.identity;
        let (id, root, identity) = (folder.id, folder.root.clone(), folder.identity);
        let write = move |tx: &crate::store::Tx| rows::relocate(tx, id, &root, identity);
        self.store.ledger.write(Urgency::Background, write).await?;
        Ok(true)
    }

    /// Does what the plan says: first what is only written, then what goes into the queue.
    async fn act(&self, folder: &mut Folder, plan: Plan, now: Millis) -> Result<(), CommandError> {
        let mut takes = Vec::new();
        let mut whole = None;
        let mut stopped = None;
        for action in plan.actions {
            folder.ledger.apply(&action, now);
            match action {
                Action::Take { way, stamp } => takes.push((way, stamp)),
                Action::TakeFolder { files } => whole = Some(files),
                Action::Brake { of } => stopped = Some(of),
                Action::Moved { .. } => folder.tally.renamed += 1,
                Action::Gone { braked: false, .. } => folder.tally.gone += 1,
                _ => {}
            }
        }
        // Told once all that is gone is in the ledger: its number is in the sentence.
        let notes = stopped.map(|of| self.braked(folder, of));
        self.save(folder, notes.into_iter().collect(), now).await?;
        if !takes.is_empty() {
            self.take(folder, takes).await?;
        }
        if let Some(files) = whole {
            self.take_folder(folder, files).await?;
        }
        Ok(())
    }

    /// Writes what changed, then says so.
    pub(super) async fn save(
        &self,
        folder: &mut Folder,
        notes: Vec<(&'static str, String)>,
        now: Millis,
    ) -> Result<(), CommandError> {
        let mut change = folder.change(&self.pins, AT_ONCE);
        change.notes = notes;
        if change.is_empty() {
            return Ok(());
        }
        // The first portion holds the brake, the journal and what was let go; each entry stands for itself.
        while !change.is_empty() {
            let (id, account) = (folder.id, folder.account);
            let write = move |tx: &crate::store::Tx| rows::save(tx, id, account, &change, now);
            self.store.ledger.write(Urgency::Background, write).await?;
            change = folder.change(&self.pins, AT_ONCE);
        }
        self.changed(folder.id);
        Ok(())
    }
}

fn trouble(problem: Problem) -> Trouble {
    match problem.code {
        ErrorCode::Vanished => Trouble::Missing,
        _ => Trouble::Unreadable(problem.words),
    }
}

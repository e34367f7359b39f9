//! The loop that owns one folder: hear, look, plan, write, queue, ask the service; then wait until something is due.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{Notify, mpsc, oneshot};

use super::Watches;
use super::folder::{Folder, Trouble};
use super::ledger::{EntryState, Ledger, Way, same_bytes};
use super::order::Order;
use super::patterns::PINIGNORE;
use super::plan::{Action, LONGEST_WRITE, Listing, Look, Plan, is_due, plan};
use super::rows;
use super::scan::{Scan, Seen, way_of};
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
            if now > until + 30_000 || now < asleep_at {
                folder.whole = true;
                folder.patience = None;
                folder.again.clear();
            }
        }
    }

    fn audit_by_night(self: &Arc<Self>, folder: &mut Folder, now: Millis) {
        let may = folder.rules.audit && folder.paused.is_none() && folder.condition.looked;
        if now < folder.audit_at || !may || folder.condition.trouble.is_some() {
            return;
        }
        folder.audit_at = super::at_hour(now, super::AUDIT_HOUR);
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
            folder.again.values().min().copied(),
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
            folder.again.clear();
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

    pub(super) fn listen(&self, folder: &mut Folder) {
        if folder.listening.is_some() || folder.condition.deaf.is_some() {
            return;
        }
        match self.watching.listen(&folder.root, folder.ear.clone()) {
            Ok(listening) => {
                folder.listening = Some(listening);
                folder.whole = true;
            }
            Err(why) => {
                tracing::info!(
                    folder.id,
                    ?why,
                    "changes are not heard; it is looked at instead"
                );
                folder.condition.deaf = Some(why);
            }
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
                    Ok(Ok(seen)) => {
                        for way in &seen.folders {
                            let settle = folder.rules.settle_for(0);
                            folder.again.insert(way.clone(), self.clock.now() + settle);
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
        let mut notes = Vec::new();
        for action in plan.actions {
            folder.ledger.apply(&action, now);
            match action {
                Action::Take { way, stamp } => takes.push((way, stamp)),
                Action::TakeFolder { files } => whole = Some(files),
                Action::Brake { of } => notes.push(self.braked(folder, of)),
                Action::Moved { .. } => folder.tally.renamed += 1,
                Action::Gone { braked: false, .. } => folder.tally.gone += 1,
                _ => {}
            }
        }
        self.save(folder, notes, now).await?;
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
        let mut change = folder.change(&self.pins);
        change.notes = notes;
        if change.is_empty() {
            return Ok(());
        }
        let (id, account) = (folder.id, folder.account);
        let write = move |tx: &crate::store::Tx| rows::save(tx, id, account, &change, now);
        self.store.ledger.write(Urgency::Background, write).await?;
        self.changed(folder.id);
        Ok(())
    }
}

/// Takes what was heard into what is dirty.
fn hear(folder: &mut Folder) {
    let heard = folder.ear.take();
    folder.whole |= heard.lost;
    if let Some(why) = heard.deaf {
        folder.condition.deaf = Some(why);
        folder.listening = None;
    }
    for path in heard.dirty {
        match way_of(&folder.root, &path) {
            // Something about the root itself.
            Some(way) if way.is_empty() => folder.whole = true,
            Some(way) if way == PINIGNORE.as_bytes() => folder.whole = true,
            Some(way) => {
                folder.dirty.insert(way);
            }
            None => {}
        }
    }
}

/// Adds what is due by now to what is dirty.
fn due(folder: &mut Folder, now: Millis) {
    let again: Vec<Way> = folder
        .again
        .iter()
        .filter(|(_, at)| **at <= now)
        .map(|(way, _)| way.clone())
        .collect();
    for way in again {
        folder.again.remove(&way);
        folder.dirty.insert(way);
    }
    let mut whole = false;
    for (way, entry) in &folder.ledger.entries {
        let settled = match (&entry.state, entry.seen) {
            (EntryState::Settling | EntryState::Changed, Some(seen)) => {
                entry.upload.is_none()
                    && (now < entry.steady
                        || now >= entry.steady + folder.rules.settle_for(seen.size))
            }
            (EntryState::Failed { .. } | EntryState::Unreadable(_), _) => {
                entry.retry.is_some_and(|at| is_due(at, now))
            }
            (EntryState::Held(_), Some(seen)) => entry
                .allowed
                .is_some_and(|allowed| same_bytes(&allowed, &seen)),
            (
                EntryState::Gone {
                    unpin: Some(at),
                    braked: false,
                },
                _,
            ) => {
                whole |= *at <= now;
                false
            }
            _ => false,
        };
        if settled {
            folder.dirty.insert(way.clone());
        }
    }
    let one_pin = folder.rules.unit == super::rules::WatchUnit::Folder;
    folder.whole |= whole || (one_pin && !folder.dirty.is_empty());
    folder.whole |= one_pin && folder.next.is_some_and(|at| at <= now);
}

/// The plan speaks of what it was shown; what it was not shown is due too.
fn next_of(folder: &mut Folder, now: Millis) {
    for entry in folder.ledger.entries.values() {
        let at = match (&entry.state, entry.seen) {
            (EntryState::Settling | EntryState::Changed, Some(seen)) if entry.upload.is_none() => {
                Some(entry.steady + folder.rules.settle_for(seen.size))
            }
            (EntryState::Failed { .. } | EntryState::Unreadable(_), _) => entry.retry,
            (EntryState::Gone { unpin, .. }, _) => *unpin,
            _ => None,
        };
        // What was due already and is not done waits for something else: an answer, a closing, a person.
        if let Some(at) = at {
            let wait = if folder.ledger.brake.is_some() {
                30_000
            } else {
                1_000
            };
            let at = if at <= now { now + wait } else { at };
            folder.next = Some(folder.next.map_or(at, |next| next.min(at)));
        }
    }
}

/// Files that are open for writing. One whose closing was missed is not waited for without end.
fn writing(folder: &Folder, now: Millis) -> std::collections::HashSet<Way> {
    let heard = folder.ear.take_writing();
    let mut stale = Vec::new();
    let mut writing = std::collections::HashSet::new();
    for path in heard {
        let Some(way) = way_of(&folder.root, &path) else {
            continue;
        };
        let steady = folder.ledger.entries.get(&way).map(|entry| entry.steady);
        if steady.is_some_and(|steady| now > steady + LONGEST_WRITE) {
            stale.push(path);
        } else {
            writing.insert(way);
        }
    }
    folder.ear.forget_writing(&stale);
    writing
}

fn trouble(problem: Problem) -> Trouble {
    match problem.code {
        ErrorCode::Vanished => Trouble::Missing,
        _ => Trouble::Unreadable(problem.words),
    }
}

/// Whether this is the folder that the ledger tells of: at least half of what is pinned is there, as large and as old as it was.
pub(super) fn same_folder(ledger: &Ledger, listing: &Listing) -> bool {
    let (mut pinned, mut found) = (0_usize, 0_usize);
    for (way, entry) in &ledger.entries {
        // What was found missing just now, and would be let go, may have been missed for the same reason.
        let at_stake = match entry.state {
            EntryState::Gone { unpin, braked } => unpin.is_some() || braked,
            _ => true,
        };
        let Some(kept) = entry.kept.as_ref().filter(|_| at_stake) else {
            continue;
        };
        pinned += 1;
        if let Some(Look::File(stamp)) = listing.items.get(way)
            && stamp.size == kept.seen.size
            && stamp.modified == kept.seen.modified
        {
            found += 1;
        }
    }
    found * 2 >= pinned
}

/// The same files under other numbers: on another disk, or after it was connected again.
pub(super) fn renumber(ledger: &mut Ledger, listing: &Listing) {
    for (way, look) in &listing.items {
        let Look::File(stamp) = look else { continue };
        let Some(entry) = ledger.entries.get(way) else {
            continue;
        };
        let same =
            |seen: &crate::walk::Stamp| seen.size == stamp.size && seen.modified == stamp.modified;
        if entry.kept.as_ref().is_some_and(|kept| same(&kept.seen)) {
            let looked = entry.seen.is_some_and(|seen| same(&seen));
            ledger.touch(way, |entry| {
                if let Some(kept) = &mut entry.kept {
                    kept.seen = *stamp;
                }
                if looked {
                    entry.seen = Some(*stamp);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Kept;
    use super::super::plan::Action;
    use super::*;
    use crate::walk::Stamp;

    fn ledger(states: impl Fn(u64) -> Option<EntryState>) -> Ledger {
        let mut ledger = Ledger::default();
        for n in 0..10_u64 {
            let (way, stamp) = (n.to_string().into_bytes(), stamp(n));
            let seen = Action::See {
                way: way.clone(),
                stamp,
            };
            ledger.apply(&seen, 1);
            let kept = Kept {
                seen: stamp,
                cid: n.to_string(),
                service_cid: n.to_string(),
                verdict: "verified".into(),
                owned: true,
                at: 1,
            };
            ledger.pinned(&way, kept, None, 1);
            if let Some(state) = states(n) {
                ledger.touch(&way, |entry| entry.state = state);
            }
        }
        ledger
    }

    fn stamp(n: u64) -> Stamp {
        Stamp {
            size: n,
            modified: 7,
            changed: 7,
            inode: n,
        }
    }

    #[test]
    fn a_folder_is_known_by_half_of_what_is_pinned_in_it() {
        let ledger = ledger(|_| None);
        let mut listing = Listing::default();
        for n in 0..5_u64 {
            let other_disk = Stamp {
                inode: n + 100,
                ..stamp(n)
            };
            let way = n.to_string().into_bytes();
            assert!(!same_folder(&ledger, &listing));
            listing.items.insert(way, Look::File(other_disk));
        }
        assert!(same_folder(&ledger, &listing));
    }

    #[test]
    fn an_empty_folder_is_not_the_one_whose_files_were_just_found_missing() {
        let lost = |_| {
            Some(EntryState::Gone {
                unpin: Some(5),
                braked: false,
            })
        };
        assert!(!same_folder(&ledger(lost), &Listing::default()));
        let kept = |_| {
            Some(EntryState::Gone {
                unpin: None,
                braked: false,
            })
        };
        assert!(
            same_folder(&ledger(kept), &Listing::default()),
            "nothing is at stake"
        );
    }
}

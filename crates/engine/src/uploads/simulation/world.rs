//! Rows in a table in memory, their service, a clock that jumps, people who click.

use std::fmt::Write as _;

use super::row::Row;
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::store::Tx;
use crate::uploads::rows::{self, Wish};
use crate::uploads::state::{Active, Event, GRACE, State, Verdict, after_crash, step};
use fuzzing::Dice;

/// The only account of the table.
pub(super) const ACCOUNT: AccountId = 1;
const DAY: Millis = 86_400_000;
/// Both look-ups, in time.
const PATIENCE: Millis = 2 * GRACE;

/// What is special about the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Temper {
    Sound,
    /// It forgets half of what it takes.
    Forgetful,
    /// Its CIDs are none that can be looked for.
    Strange,
}

pub(super) struct World<'a> {
    dice: Dice,
    table: &'a Tx,
    pub(super) rows: Vec<Row>,
    /// The account is held: nothing is begun.
    held: bool,
    /// The clock of the computer, which jumps.
    now: Millis,
    /// Time as it passes.
    real: Millis,
    temper: Temper,
    /// Nothing goes wrong any more.
    pub(super) calm: bool,
    pub(super) trace: Vec<String>,
}

impl<'a> World<'a> {
    pub(super) fn new(seed: u64, table: &'a Tx) -> Self {
        let mut dice = Dice::new(seed);
        let now = 1_767_225_600_000;
        let count = 1 + dice.below(3);
        let rows = (0..count)
            .map(|_| {
                let id = rows::insert(table, ACCOUNT, &Wish::of_a_file(), now);
                Row::new(id.expect("a row"), dice.below(7) as u64)
            })
            .collect();
        Self {
            dice,
            table,
            rows,
            held: false,
            now,
            real: 0,
            temper: match seed {
                _ if seed.is_multiple_of(8) => Temper::Forgetful,
                _ if seed.is_multiple_of(7) => Temper::Strange,
                _ => Temper::Sound,
            },
            calm: false,
            trace: Vec::new(),
        }
    }

    fn millis(&mut self, below: Millis) -> Millis {
        let below = usize::try_from(below).unwrap_or(1);
        Millis::try_from(self.dice.below(below)).unwrap_or(0)
    }

    /// One event, by the pure step and in the table: both must come to the same.
    fn apply(&mut self, at: usize, event: &Event) {
        let jitter = self.dice.below(101) as f64 / 100.0;
        let row = &mut self.rows[at];
        let before = row.job.clone();
        let facts = row.facts(event);
        row.job = step(&row.job, event, self.now, jitter);
        let clicked =
            matches!(event, Event::Retry | Event::Resume) && before.state != row.job.state;
        if clicked || row.job.farthest > before.farthest {
            row.in_vain = 0;
        }
        let unconfirmed = matches!(
            before.state,
            State::NeedsYou {
                reason: ErrorCode::Unconfirmed,
                resume_to: Active::Queued,
            }
        );
        row.again += u32::from(clicked && unconfirmed);
        let ended = matches!(before.state, State::Pinned | State::Cancelled);
        assert!(
            !ended || before.state == row.job.state,
            "an ended row moved"
        );
        let stored = rows::apply(
            self.table,
            row.id,
            std::slice::from_ref(event),
            &facts,
            self.now,
            jitter,
        );
        self.trace.push(format!(
            "{}: {:?} --{event:?}--> {:?}",
            row.id, before.state, row.job.state
        ));
        assert_eq!(
            stored.expect("is written").job,
            row.job,
            "the table says something else"
        );
    }

    fn pass(&mut self, time: Millis) {
        self.real += time;
        self.now += time;
        for row in &mut self.rows {
            row.service.settle(self.real);
        }
    }

    fn failure(&mut self, at: usize, maybe: bool) -> Event {
        self.rows[at].breaks += 1;
        if self.dice.one_in(5) {
            self.held = true;
            return Event::Held { maybe };
        }
        let retry_after = self.dice.one_in(3).then_some(30_000);
        Event::Failed {
            reason: ErrorCode::Offline,
            maybe,
            retry_after,
        }
    }

    /// The work of one state, as the loop does it; `None`: the process died in the middle of it.
    fn work(&mut self, at: usize, active: Active) -> Option<Event> {
        let dies = !self.calm && self.dice.one_in(12);
        let fails = !self.calm && self.dice.one_in(3);
        let event = match active {
            Active::Sending if self.rows[at].chunks > 0 => return self.send_chunk(at, dies, fails),
            Active::Sending => return self.send_whole(at, dies, fails),
            Active::Hashing | Active::Checking if fails && self.dice.one_in(4) => {
                self.rows[at].version += 1;
                Event::SourceChanged
            }
            Active::Scanning => Event::Scanned,
            Active::Queued => Event::Turn,
            Active::Hashing => Event::Hashed,
            // Nothing hints at a pin: the list of this computer does not know it.
            Active::Checking => Event::NotPinnedYet,
            Active::Confirming if fails => self.failure(at, false),
            Active::Confirming => self.look_twice(at),
        };
        (!dies).then_some(event)
    }

    fn look_twice(&mut self, at: usize) -> Event {
        if self.rows[at].service.pins == 0 {
            self.pass(PATIENCE);
        }
        let row = &self.rows[at];
        match (row.service.pins, row.job.resumable) {
            (1.., _) if self.temper != Temper::Strange => Event::AlreadyPinned,
            // What went in chunks tells its CID itself, sooner or later.
            (1.., true) => Event::Answered(Verdict::Unproven),
            (0, true) if row.service.is_taking() => Event::Failed {
                reason: ErrorCode::Unconfirmed,
                maybe: false,
                retry_after: None,
            },
            (_, false) if self.temper == Temper::Strange => Event::CannotTell,
            _ => Event::DidNotArrive,
        }
    }

    /// What arrived in full becomes a pin now, while it is looked for, or when nobody does any more.
    fn takes(&mut self, at: usize) {
        let late = !self.calm && self.dice.one_in(10);
        let wait = match self.dice.below(3) {
            _ if late => PATIENCE + self.millis(600_000),
            0 => 0,
            _ => self.millis(PATIENCE),
        };
        let real = self.real;
        let row = &mut self.rows[at];
        row.late += u32::from(late);
        row.service.takes(real + wait);
        row.service.settle(real);
    }

    fn send_whole(&mut self, at: usize, dies: bool, fails: bool) -> Option<Event> {
        assert!(!self.rows[at].taken_back, "sent after it was taken back");
        if !dies && !fails {
            self.rows[at].service.pins += 1;
            let verdict = if self.temper == Temper::Strange {
                Verdict::Unproven
            } else {
                Verdict::Verified
            };
            return Some(Event::Answered(verdict));
        }
        let arrives = self.dice.one_in(2);
        if arrives {
            self.takes(at);
        }
        if dies {
            self.rows[at].breaks += 1;
            return None;
        }
        // A failure that is told as not delivered was none.
        let maybe = arrives || self.dice.one_in(2);
        Some(self.failure(at, maybe))
    }

    fn send_chunk(&mut self, at: usize, dies: bool, fails: bool) -> Option<Event> {
        assert!(!self.rows[at].taken_back, "sent after it was taken back");
        if !self.rows[at].job.resumable {
            if dies || fails {
                self.rows[at].breaks += 1;
                return (!dies).then(|| self.failure(at, false));
            }
            let row = &mut self.rows[at];
            row.service.kept = Some(0);
            row.saved = 0;
            return Some(Event::Begun);
        }
        let often = if self.temper == Temper::Forgetful {
            2
        } else {
            15
        };
        if !self.calm && self.dice.one_in(often) {
            self.rows[at].service.kept = None;
        }
        let arrives = (!dies && !fails) || self.dice.one_in(2);
        let row = &mut self.rows[at];
        let Some(kept) = row.service.kept else {
            return Some(row.forgotten());
        };
        // The service was asked where to go on, and its answer is in the row before anything is sent.
        row.saved = kept;
        row.service.received += 1;
        if arrives {
            row.service.kept = Some(kept + 1);
        }
        let last = arrives && kept + 1 == row.chunks;
        if last {
            row.service.kept = None;
            self.takes(at);
        }
        if dies {
            self.rows[at].breaks += 1;
            return None;
        }
        if fails {
            return Some(self.failure(at, true));
        }
        Some(if last {
            Event::Arrived
        } else {
            Event::Acknowledged { offset: kept + 1 }
        })
    }

    /// The process dies and is started again.
    fn crash(&mut self) {
        rows::recover(self.table).expect("is taken up");
        self.held = false;
        let mut told = "the process died:".to_owned();
        for row in &mut self.rows {
            row.job.state = after_crash(row.job.state, row.job.resumable);
            let stored = rows::get(self.table, row.id).expect("a row");
            assert_eq!(stored.job, row.job, "the table was taken up in another way");
            let _ = write!(told, " {} goes on as {:?}", row.id, row.job.state);
        }
        self.trace.push(told);
    }

    fn at(&self, id: i64) -> usize {
        let place = self.rows.iter().position(|row| row.id == id);
        place.expect("a row that was put in")
    }

    /// What the loop does when it looks: what is due goes on, and one row that may is worked on.
    pub(super) fn one(&mut self) {
        let time = self.millis(400);
        self.pass(time);
        if self.calm {
            self.settle_down();
        } else {
            self.surprise();
        }
        for id in rows::due(self.table, self.now).expect("rows") {
            let at = self.at(id);
            self.apply(at, &Event::Due);
        }
        let accounts: &[AccountId] = if self.held { &[] } else { &[ACCOUNT] };
        let next = rows::next(self.table, accounts, &[], 3, None).expect("rows");
        if next.is_empty() {
            return self.wait();
        }
        let chosen = *self.dice.pick(&next);
        let at = self.at(chosen);
        let State::Active(active) = self.rows[at].job.state else {
            panic!("what is not worked on was begun");
        };
        match self.work(at, active) {
            Some(event) => self.apply(at, &event),
            None => self.crash(),
        }
    }

    fn wait(&mut self) {
        if let Some(until) = rows::next_due(self.table).expect("rows") {
            self.pass((until - self.now).clamp(0, 3_600_000));
        }
    }

    fn settle_down(&mut self) {
        self.held = false;
        for at in 0..self.rows.len() {
            match self.rows[at].job.state {
                State::Paused { .. } => self.apply(at, &Event::Resume),
                State::NeedsYou { .. } => self.apply(at, &Event::Retry),
                _ => {}
            }
        }
    }

    fn surprise(&mut self) {
        let at = self.dice.below(self.rows.len());
        match self.dice.below(40) {
            0 => self.now += self.jump(),
            1 => self.now -= self.jump(),
            2 | 3 => self.person(at, &Event::Pause),
            4..=6 => self.apply(at, &Event::Resume),
            7 | 8 => self.apply(at, &Event::Retry),
            9 if self.dice.one_in(6) => {
                self.rows[at].taken_back = true;
                self.person(at, &Event::Cancel);
            }
            10 => self.crash(),
            11..=14 => self.held = false,
            _ => {}
        }
    }

    /// A day, or ten years: a battery was empty.
    fn jump(&mut self) -> Millis {
        if self.dice.one_in(3) {
            10 * 365 * DAY
        } else {
            DAY
        }
    }

    /// A click in the middle of sending: what is on its way may still arrive.
    fn person(&mut self, at: usize, event: &Event) {
        let row = &self.rows[at];
        let whole = row.job.state == State::Active(Active::Sending) && row.chunks == 0;
        if whole && self.dice.one_in(2) {
            self.takes(at);
            self.rows[at].breaks += 1;
        }
        self.apply(at, event);
    }

    pub(super) fn rests(&self) -> bool {
        self.rows.iter().all(Row::rests)
    }

    pub(super) fn judge(&mut self) {
        self.pass(PATIENCE + 600_000);
        for row in &self.rows {
            let stored = rows::get(self.table, row.id).expect("a row");
            row.judge(stored.lost.is_some(), stored.job.cancelling);
        }
    }
}

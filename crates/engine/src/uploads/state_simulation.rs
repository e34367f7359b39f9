//! The queue's decisions over random schedules: a service that loses answers and forgets, a process that dies, a clock
//! that jumps, a person who clicks. The service's own count is the judge. `PINFOLD_SEED` replays one schedule.

use super::*;

/// Schedules that every run of the tests tries.
const SCHEDULES: u64 = 2_000;
/// Steps in which anything may happen; after them nothing goes wrong any more.
const WILD: u32 = 120;
/// Steps after which a row must have come to rest.
const CALM: u32 = 200;

/// xorshift64*: the same seed, the same schedule.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// What the service knows. Chunks are counted, not bytes.
#[derive(Default)]
struct Service {
    pins: u32,
    /// A body that arrived in full and becomes a pin at this real time.
    settling: Option<Millis>,
    /// Chunks of the upload that it keeps.
    kept: Option<u64>,
    received: u64,
}

impl Service {
    fn settle(&mut self, real: Millis) {
        if self.settling.is_some_and(|at| at <= real) {
            self.settling = None;
            self.pins += 1;
        }
    }
}

/// One row, its service, and what happened to both.
struct World {
    dice: Dice,
    job: Job,
    service: Service,
    chunks: u64,
    /// Chunks that the row knows to be safe.
    saved: u64,
    /// The clock of the computer, which jumps.
    now: Millis,
    /// Time as it passes.
    real: Millis,
    breaks: u64,
    anew: u64,
    /// Times that the service forgot it, since it was farther than ever or a person clicked.
    in_vain: u32,
    /// The service forgets half of what it takes.
    forgetful: bool,
    /// A person asked for it to be gone: nothing of it may be sent any more.
    taken_back: bool,
    calm: bool,
    trace: Vec<String>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let chunks = dice.below(7);
        Self {
            dice,
            job: Job {
                state: State::Active(Active::Scanning),
                attempts: 0,
                cancelling: false,
                resumable: false,
                farthest: 0,
            },
            service: Service::default(),
            chunks,
            saved: 0,
            now: 1_767_225_600_000,
            real: 0,
            breaks: 0,
            anew: 0,
            in_vain: 0,
            forgetful: seed.is_multiple_of(8),
            taken_back: false,
            calm: false,
            trace: Vec::new(),
        }
    }

    fn apply(&mut self, event: &Event) {
        let jitter = self.dice.below(101) as f64 / 100.0;
        let (before, farthest) = (self.job.state, self.job.farthest);
        self.job = step(&self.job, event, self.now, jitter);
        let clicked = matches!(event, Event::Retry | Event::Resume) && before != self.job.state;
        if clicked || self.job.farthest > farthest {
            self.in_vain = 0;
        }
        self.trace
            .push(format!("{before:?} --{event:?}--> {:?}", self.job.state));
        let started = matches!(
            before,
            State::Active(_)
                | State::Waiting { .. }
                | State::NeedsYou { .. }
                | State::Paused { .. }
        );
        assert!(started || before == self.job.state, "an ended row moved");
    }

    fn pass(&mut self, time: Millis) {
        self.real += time;
        self.now += time;
        self.service.settle(self.real);
    }

    fn failure(&mut self, maybe: bool) -> Event {
        self.breaks += 1;
        if self.dice.one_in(5) {
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
    fn work(&mut self, active: Active) -> Option<Event> {
        let dies = !self.calm && self.dice.one_in(12);
        let fails = !self.calm && self.dice.one_in(3);
        let event = match active {
            Active::Scanning => Event::Scanned,
            Active::Queued => Event::Turn,
            Active::Hashing => Event::Hashed,
            // Nothing hints at a pin: the list of this computer does not know it.
            Active::Checking => Event::NotPinnedYet,
            Active::Sending if self.chunks > 0 => return self.send_chunk(dies, fails),
            Active::Sending => return self.send_whole(dies, fails),
            Active::Confirming if fails => self.failure(false),
            Active::Confirming => {
                let found = self.service.pins > 0;
                if !found {
                    self.pass(GRACE);
                }
                if self.service.pins > 0 {
                    Event::AlreadyPinned
                } else {
                    Event::DidNotArrive
                }
            }
        };
        (!dies).then_some(event)
    }

    /// What arrived in full becomes a pin now, or within the grace time.
    fn takes(&mut self) {
        let late = GRACE - 1;
        let wait = Millis::try_from(self.dice.below(3)).unwrap_or(0) * late / 2;
        self.service.settling = Some(self.real + wait);
        self.service.settle(self.real);
    }

    fn send_whole(&mut self, dies: bool, fails: bool) -> Option<Event> {
        assert!(!self.taken_back, "sent after it was taken back");
        if !dies && !fails {
            self.service.pins += 1;
            return Some(Event::Answered(Verdict::Verified));
        }
        let arrives = self.dice.one_in(2);
        if arrives {
            self.takes();
        }
        if dies {
            self.breaks += 1;
            return None;
        }
        // A failure that is told as not delivered was none.
        let maybe = arrives || self.dice.one_in(2);
        Some(self.failure(maybe))
    }

    fn send_chunk(&mut self, dies: bool, fails: bool) -> Option<Event> {
        assert!(!self.taken_back, "sent after it was taken back");
        if !self.job.resumable {
            if dies || fails {
                self.breaks += 1;
                return (!dies).then(|| self.failure(false));
            }
            self.service.kept = Some(0);
            self.saved = 0;
            return Some(Event::Begun);
        }
        let maybe = self.saved + 1 >= self.chunks;
        let often = if self.forgetful { 2 } else { 15 };
        if !self.calm && self.dice.one_in(often) {
            self.service.kept = None;
        }
        let Some(kept) = self.service.kept else {
            self.anew += 1;
            self.in_vain += 1;
            assert!(self.in_vain <= MOST_ATTEMPTS, "the same is sent for ever");
            return Some(Event::Forgotten { maybe });
        };
        // The service was asked where to go on, and its answer is in the row before anything is sent.
        self.saved = kept;
        self.service.received += 1;
        let arrives = (!dies && !fails) || self.dice.one_in(2);
        if arrives {
            self.service.kept = Some(kept + 1);
        }
        let last = arrives && kept + 1 == self.chunks;
        if last {
            self.service.kept = None;
            self.takes();
        }
        if dies {
            self.breaks += 1;
            return None;
        }
        if fails {
            return Some(self.failure(true));
        }
        Some(if last {
            Event::Arrived
        } else {
            Event::Acknowledged { offset: kept + 1 }
        })
    }

    fn one(&mut self) {
        let time = Millis::try_from(self.dice.below(400)).unwrap_or(0);
        self.pass(time);
        if !self.calm {
            self.surprise();
        }
        match self.job.state {
            State::Active(active) => {
                if let Some(event) = self.work(active) {
                    self.apply(&event);
                } else {
                    let after = after_crash(self.job.state, self.job.resumable);
                    self.trace.push(format!("died, goes on as {after:?}"));
                    self.job.state = after;
                }
            }
            State::Waiting { until, .. } => {
                self.pass((until - self.now).max(0));
                self.apply(&Event::Due);
            }
            State::Paused { .. } if self.calm => self.apply(&Event::Resume),
            State::NeedsYou { .. } if self.calm => self.apply(&Event::Retry),
            _ => {}
        }
    }

    fn surprise(&mut self) {
        match self.dice.below(40) {
            0 => self.now += 86_400_000,
            1 => self.now -= 86_400_000,
            2 | 3 => self.person(&Event::Pause),
            4..=6 => self.apply(&Event::Resume),
            7 | 8 => self.apply(&Event::Retry),
            9 if self.dice.one_in(6) => {
                self.taken_back = true;
                self.person(&Event::Cancel);
            }
            _ => {}
        }
    }

    /// A click in the middle of sending: what is on its way may still arrive.
    fn person(&mut self, event: &Event) {
        let whole = self.job.state == State::Active(Active::Sending) && self.chunks == 0;
        if whole && self.dice.one_in(2) {
            self.takes();
            self.breaks += 1;
        }
        self.apply(event);
    }

    fn rests(&self) -> bool {
        matches!(self.job.state, State::Pinned | State::Cancelled)
    }

    fn judge(&mut self) {
        self.pass(GRACE);
        let pins = self.service.pins;
        assert!(self.rests(), "it never came to rest");
        assert!(pins <= 1, "{pins} pins of one upload");
        match self.job.state {
            State::Pinned => assert_eq!(pins, 1, "pinned, and the service has nothing"),
            State::Cancelled => {
                assert!(self.taken_back, "nobody asked for that");
                let unknown = self.job.cancelling;
                assert!(pins == 0 || unknown, "said to be gone, and it is pinned");
            }
            _ => {}
        }
        let most = self.chunks * (1 + self.anew) + self.breaks;
        let received = self.service.received;
        assert!(
            received <= most,
            "{received} chunks, at most {most} are due"
        );
    }
}

#[expect(clippy::print_stdout, reason = "a schedule that fails is told whole")]
fn run(seed: u64) -> Vec<String> {
    let mut world = World::new(seed);
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        for _ in 0..WILD {
            world.one();
        }
        world.calm = true;
        for _ in 0..CALM {
            if world.rests() {
                break;
            }
            world.one();
        }
        world.judge();
    }));
    if let Err(why) = end {
        println!("PINFOLD_SEED={seed}\n{}", world.trace.join("\n"));
        std::panic::resume_unwind(why);
    }
    world.trace
}

#[test]
#[expect(clippy::print_stdout, reason = "its seeds are what the run is told by")]
fn whatever_breaks_an_upload_ends_once_and_says_what_the_service_has() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    if let Some(seed) = number("PINFOLD_SEED") {
        run(seed);
        return;
    }
    let schedules = number("PINFOLD_SCHEDULES").unwrap_or(SCHEDULES);
    let mut steps = 0;
    for seed in 1..=schedules {
        steps += run(seed).len();
    }
    println!("uploads::step: seeds 1..={schedules}, {steps} steps");
    assert_eq!(run(7), run(7), "a seed is one schedule");
    assert!(
        steps > 10 * usize::try_from(schedules).unwrap_or(0),
        "too little happened"
    );
}

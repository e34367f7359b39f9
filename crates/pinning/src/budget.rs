//! The request budget of one account: how often to ask, and who goes first.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, Reference};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Who waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// A person; goes before all background work of the account.
    Click,
    /// The app's own work.
    Background,
}

/// Requests a minute, by endpoint family. Pinata's free plan allows 60, and 30 under `/data` on every plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateBudget {
    /// `/v3` and v3 uploads.
    pub v3: NonZeroU32,
    /// The legacy API except `/data`.
    pub pinning: NonZeroU32,
    /// `/data` of the legacy API.
    pub data: NonZeroU32,
}

impl Default for RateBudget {
    fn default() -> Self {
        let per_minute = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            v3: per_minute(60),
            pinning: per_minute(60),
            data: per_minute(30),
        }
    }
}

/// An endpoint family: what shares one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Pinata's `/v3`, and its uploads.
    V3,
    /// Pinata's older API except `/data`.
    Pinning,
    /// `/data` of Pinata's older API.
    Data,
    /// A pinning service API's lists, which services count apart from its other calls.
    RequestLists,
    /// The other calls of a pinning service API.
    Requests,
}

/// Tokio's clock for governor, so that both wait by the same time.
#[derive(Debug, Clone, Default)]
struct TokioClock;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(Instant);

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> governor::nanos::Nanos {
        self.0.saturating_duration_since(earlier.0).into()
    }

    fn saturating_sub(&self, duration: governor::nanos::Nanos) -> Self {
        Self(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

impl std::ops::Add<governor::nanos::Nanos> for Moment {
    type Output = Self;

    fn add(self, duration: governor::nanos::Nanos) -> Self {
        Self(self.0 + Duration::from(duration))
    }
}

impl governor::clock::Clock for TokioClock {
    type Instant = Moment;

    fn now(&self) -> Moment {
        Moment(Instant::now())
    }
}

/// How much of one family's limit was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// The family.
    pub family: Family,
    /// Requests of the last 60 seconds, by whoever shares this budget.
    pub requests: u32,
    /// The most that are sent in 60 seconds.
    pub most: u32,
    /// How long the service still wants to be left alone with these.
    pub held_for: Option<Duration>,
}

const MINUTE: Duration = Duration::from_mins(1);

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Moment>>;

/// One account's budget.
pub(crate) struct Budget {
    limiters: HashMap<Family, Limiter>,
    most: HashMap<Family, NonZeroU32>,
    /// When the requests of the last minute were let through.
    sent: Mutex<HashMap<Family, VecDeque<Instant>>>,
    held: Mutex<HashMap<Family, Instant>>,
    clicks_waiting: AtomicUsize,
    click_served: Notify,
}

impl Budget {
    pub(crate) fn new(rates: RateBudget) -> Self {
        Self::of([
            (Family::V3, rates.v3),
            (Family::Pinning, rates.pinning),
            (Family::Data, rates.data),
        ])
    }

    /// The budget of a service that has these families only.
    pub(crate) fn of<const N: usize>(rates: [(Family, NonZeroU32); N]) -> Self {
        let limiter = |rate| RateLimiter::direct_with_clock(quota(rate), TokioClock);
        Self {
            limiters: rates
                .map(|(family, rate)| (family, limiter(rate)))
                .into_iter()
                .collect(),
            most: rates.into_iter().collect(),
            sent: Mutex::default(),
            held: Mutex::default(),
            clicks_waiting: AtomicUsize::new(0),
            click_served: Notify::new(),
        }
    }

    /// Waits for this family's turn; background work waits behind every click.
    pub(crate) async fn turn(&self, family: Family, priority: Priority) {
        let limiter = &self.limiters[&family];
        match priority {
            Priority::Click => {
                let _waiting = WaitingClick::new(self);
                while let Err(wait) = try_take(limiter) {
                    tokio::time::sleep(wait).await;
                }
                self.note(family);
            }
            Priority::Background => loop {
                let served = self.click_served.notified();
                if self.clicks_waiting.load(Ordering::Acquire) > 0 {
                    served.await;
                    continue;
                }
                match try_take(limiter) {
                    Ok(()) => return self.note(family),
                    Err(wait) => tokio::time::sleep(wait).await,
                }
            },
        }
    }

    fn note(&self, family: Family) {
        let now = Instant::now();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let times = sent.entry(family).or_default();
        let is_over = |at: &mut Instant| now.saturating_duration_since(*at) >= MINUTE;
        while times.pop_front_if(is_over).is_some() {}
        times.push_back(now);
    }

    /// How much of each limit was used, by family.
    pub(crate) fn spent(&self) -> Vec<Spent> {
        let now = Instant::now();
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |family: &Family| {
            let times = sent.get(family).into_iter().flatten();
            let recent = times.filter(|at| now.saturating_duration_since(**at) < MINUTE);
            u32::try_from(recent.count()).unwrap_or(u32::MAX)
        };
        let all = self.most.iter().map(|(family, most)| Spent {
            family: *family,
            requests: of(family),
            most: most.get(),
            held_for: self.held_for(*family),
        });
        let mut all: Vec<Spent> = all.collect();
        all.sort_by_key(|spent| spent.family);
        all
    }

    /// Notes that the service asked to stay away from this family for so long.
    pub(crate) fn hold(&self, family: Family, wait: Duration) {
        let until = Instant::now() + wait;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = held.entry(family).or_insert(until);
        *entry = until.max(*entry);
    }

    /// How long the service still wants to be left alone with this family.
    pub(crate) fn held_for(&self, family: Family) -> Option<Duration> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&family)
            .map(|until| until.saturating_duration_since(Instant::now()))
            .filter(|left| !left.is_zero())
    }
}

/// Counts a click as waiting for as long as it lives, also when its caller goes away.
struct WaitingClick<'a>(&'a Budget);

impl<'a> WaitingClick<'a> {
    fn new(budget: &'a Budget) -> Self {
        budget.clicks_waiting.fetch_add(1, Ordering::AcqRel);
        Self(budget)
    }
}

impl Drop for WaitingClick<'_> {
    fn drop(&mut self) {
        self.0.clicks_waiting.fetch_sub(1, Ordering::AcqRel);
        self.0.click_served.notify_waiters();
    }
}

/// A third of the minute's requests at once and the rest spread, so that no 60 seconds ever see more than `rate`.
fn quota(rate: NonZeroU32) -> Quota {
    let burst = NonZeroU32::new(rate.get() / 3).unwrap_or(NonZeroU32::MIN);
    let steady = rate.get().saturating_sub(burst.get()).max(1);
    Quota::with_period(Duration::from_mins(1) / steady)
        .unwrap_or_else(|| Quota::per_minute(rate))
        .allow_burst(burst)
}

fn try_take(limiter: &Limiter) -> Result<(), Duration> {
    limiter.check().map_err(|not_until| {
        not_until
            .wait_time_from(TokioClock.now())
            .max(Duration::from_millis(1))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn rates(n: u32) -> RateBudget {
        let n = NonZeroU32::new(n).expect("not zero");
        RateBudget {
            v3: n,
            pinning: n,
            data: n,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_sixty_seconds_see_more_than_the_rate() {
        let budget = Budget::new(rates(30));
        let begin = Instant::now();
        let mut times = Vec::new();
        for _ in 0..90 {
            budget.turn(Family::Data, Priority::Background).await;
            times.push(begin.elapsed());
        }
        assert!(budget.spent()[2].requests <= 30, "{:?}", budget.spent());
        let busiest = times
            .iter()
            .map(|&start| {
                times
                    .iter()
                    .filter(|&&t| t >= start && t < start + Duration::from_mins(1))
                    .count()
            })
            .max();
        assert!(busiest.is_some_and(|n| n <= 30), "{busiest:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_used_is_counted_for_a_minute_family_by_family() {
        let budget = Budget::new(rates(30));
        for _ in 0..3 {
            budget.turn(Family::V3, Priority::Click).await;
        }
        budget.turn(Family::Data, Priority::Background).await;
        budget.hold(Family::Data, Duration::from_secs(90));
        let used = |budget: &Budget| {
            budget
                .spent()
                .iter()
                .map(|it| it.requests)
                .collect::<Vec<_>>()
        };
        assert_eq!(used(&budget), [3, 0, 1]);
        assert_eq!(budget.spent()[0].most, 30);
        tokio::time::advance(MINUTE).await;
        assert_eq!(used(&budget), [0, 0, 0]);
        let held = budget.spent()[2].held_for;
        assert_eq!(held, Some(Duration::from_secs(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn families_do_not_wait_for_each_other() {
        let budget = Budget::new(rates(3));
        budget.turn(Family::Data, Priority::Click).await;
        let begin = Instant::now();
        budget.turn(Family::V3, Priority::Click).await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_click_goes_before_background_work_that_waited_longer() {
        let budget = Arc::new(Budget::new(rates(3)));
        budget.turn(Family::Data, Priority::Background).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let start = |priority: Priority| {
            let (budget, order) = (Arc::clone(&budget), Arc::clone(&order));
            tokio::spawn(async move {
                budget.turn(Family::Data, priority).await;
                order.lock().expect("lock").push(priority);
            })
        };
        let background = start(Priority::Background);
        tokio::time::advance(Duration::from_secs(1)).await;
        let click = start(Priority::Click);
        background.await.expect("runs");
        click.await.expect("runs");
        assert_eq!(
            *order.lock().expect("lock"),
            [Priority::Click, Priority::Background]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_lasts_as_long_as_the_service_asked_and_never_shrinks() {
        let budget = Budget::new(RateBudget::default());
        assert_eq!(budget.held_for(Family::V3), None);
        budget.hold(Family::V3, Duration::from_mins(1));
        budget.hold(Family::V3, Duration::from_secs(5));
        assert_eq!(budget.held_for(Family::V3), Some(Duration::from_mins(1)));
        assert_eq!(budget.held_for(Family::Data), None);
        tokio::time::advance(Duration::from_secs(61)).await;
        assert_eq!(budget.held_for(Family::V3), None);
    }
}

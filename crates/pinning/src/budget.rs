//! The request budget of one account: how often to ask, and who goes first.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    /// The most that are sent in 60 seconds: our own limit, or the service's where it announced less.
    pub most: u32,
    /// How long the service still wants to be left alone with these.
    pub held_for: Option<Duration>,
}

const MINUTE: Duration = Duration::from_mins(1);

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Moment>>;

/// One account's budget.
pub(crate) struct Budget {
    lanes: HashMap<Family, Mutex<Lane>>,
    held: Mutex<HashMap<Family, Instant>>,
    clicks_waiting: AtomicUsize,
    click_served: Notify,
}

/// What one family may send.
struct Lane {
    /// The most of a minute that we send of ourselves.
    ours: NonZeroU32,
    /// The same or less, where the service announced less.
    most: NonZeroU32,
    limiter: Limiter,
    /// When the requests of the last minute were let through.
    sent: VecDeque<Instant>,
}

impl Lane {
    fn new(rate: NonZeroU32) -> Self {
        Self {
            ours: rate,
            most: rate,
            limiter: RateLimiter::direct_with_clock(quota(rate), TokioClock),
            sent: VecDeque::new(),
        }
    }

    /// Lets one request through, or says how long none is.
    fn take(&mut self) -> Result<(), Duration> {
        let now = Instant::now();
        let is_over = |at: &mut Instant| now.saturating_duration_since(*at) >= MINUTE;
        while self.sent.pop_front_if(is_over).is_some() {}
        // After the limit fell, the limiter knows nothing of what went before.
        let over = (self.sent.len() + 1).checked_sub(self.most.get() as usize);
        if let Some(oldest) = over
            .filter(|over| *over > 0)
            .map(|over| self.sent[over - 1])
        {
            return Err(MINUTE.saturating_sub(now.saturating_duration_since(oldest)));
        }
        try_take(&self.limiter)?;
        self.sent.push_back(now);
        Ok(())
    }

    fn recent(&self) -> u32 {
        let now = Instant::now();
        let sent = self.sent.iter();
        let recent = sent.filter(|at| now.saturating_duration_since(**at) < MINUTE);
        u32::try_from(recent.count()).unwrap_or(u32::MAX)
    }
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
        let lane = |(family, rate)| (family, Mutex::new(Lane::new(rate)));
        Self {
            lanes: rates.map(lane).into_iter().collect(),
            held: Mutex::default(),
            clicks_waiting: AtomicUsize::new(0),
            click_served: Notify::new(),
        }
    }

    /// Notes how many requests of this family a minute the service announces: no more are sent, and never more than our own.
    pub(crate) fn announced(&self, family: Family, limit: NonZeroU32) {
        let mut lane = self.lane(family);
        let most = limit.min(lane.ours);
        if most != lane.most {
            lane.most = most;
            lane.limiter = RateLimiter::direct_with_clock(quota(most), TokioClock);
        }
    }

    fn lane(&self, family: Family) -> MutexGuard<'_, Lane> {
        let lane = &self.lanes[&family];
        lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for this family's turn; background work waits behind every click.
    pub(crate) async fn turn(&self, family: Family, priority: Priority) {
        match priority {
            Priority::Click => {
                let _waiting = WaitingClick::new(self);
                while let Err(wait) = self.take(family) {
                    tokio::time::sleep(wait).await;
                }
            }
            Priority::Background => loop {
                let served = self.click_served.notified();
                if self.clicks_waiting.load(Ordering::Acquire) > 0 {
                    served.await;
                    continue;
                }
                match self.take(family) {
                    Ok(()) => return,
                    Err(wait) => tokio::time::sleep(wait).await,
                }
            },
        }
    }

    fn take(&self, family: Family) -> Result<(), Duration> {
        self.lane(family).take()
    }

    /// How much of each limit was used, by family.
    pub(crate) fn spent(&self) -> Vec<Spent> {
        let of = |family: &Family| {
            let lane = self.lane(*family);
            Spent {
                family: *family,
                requests: lane.recent(),
                most: lane.most.get(),
                held_for: self.held_for(*family),
            }
        };
        let mut all: Vec<Spent> = self.lanes.keys().map(of).collect();
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
#[path = "budget_tests.rs"]
mod tests;

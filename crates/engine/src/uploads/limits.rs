//! How much the queue does at once, how fast, and when it rests. Kept across restarts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Uploads;
use super::rows;
use super::state::Event;
use crate::announce::Noun;
use crate::clock::{Clock, Millis, at_hour, minute_of_day, time_words};
use crate::error::{CommandError, ErrorCode};
use crate::store::{Store, Urgency};

/// The hour at which "tomorrow" begins.
const MORNING: i8 = 6;
const MINUTE: Millis = 60_000;
/// The slowest limit, bytes a second: below it a service gives up waiting.
const SLOWEST: u64 = 10_000;

/// A part of each day, in minutes since midnight, here. From later than to: over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LimitHours {
    /// The first minute, 0..1440.
    pub from: u16,
    /// The first minute after it, 0..1440.
    pub to: u16,
}

impl LimitHours {
    fn hold(self, minute: u16) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// How much the queue does at once, and how fast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct UploadLimits {
    /// Uploads that work is done on at a time, 1..=16. Small files have one more place of their own.
    pub at_once: u8,
    /// Bytes a second of all uploads together; `None`: as fast as it goes.
    #[specta(type = Option<u32>)]
    pub speed: Option<u64>,
    /// When the speed is limited; `None`: always.
    pub hours: Option<LimitHours>,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            at_once: 4,
            speed: None,
            hours: None,
        }
    }
}

impl UploadLimits {
    /// The limit that holds in this minute of the day.
    #[must_use]
    pub fn speed_at(&self, minute: u16) -> Option<u64> {
        self.speed
            .filter(|_| self.hours.is_none_or(|hours| hours.hold(minute)))
    }

    fn check(&self) -> Result<(), CommandError> {
        let wrong = |words: &str| Err(CommandError::new(ErrorCode::BadInput, words));
        if !(1..=16).contains(&self.at_once) {
            return wrong("From 1 to 16 uploads can go at a time.");
        }
        if self.speed.is_some_and(|speed| speed < SLOWEST) {
            return wrong(
                "The slowest limit is 10 kB a second. Pause the uploads to send nothing.",
            );
        }
        let late = |hours: LimitHours| hours.from >= 1440 || hours.to >= 1440;
        if self.hours.is_some_and(late) {
            return wrong("A day ends at 24:00.");
        }
        if self.hours.is_some_and(|hours| hours.from == hours.to) {
            return wrong(
                "The hours of the limit begin and end at the same time. Choose two times.",
            );
        }
        Ok(())
    }
}

/// For how long the whole queue rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RestFor {
    /// 15 minutes.
    Quarter,
    /// An hour.
    Hour,
    /// Until tomorrow morning, 6:00 here.
    Tomorrow,
}

/// Limits and rest as they stand, in memory; the ledger has them too.
pub(super) struct Limits {
    kept: Mutex<Kept>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Kept {
    limits: UploadLimits,
    rest: Option<Rest>,
}

/// A rest of the whole queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rest {
    /// When it ends.
    until: Millis,
    /// When it began, of one that is a length of time and not a time of the day.
    since: Option<Millis>,
}

impl Rest {
    /// When it ends. Where the clock was set back meanwhile, the whole of it begins anew: nobody knows how much is left.
    fn end(&mut self, now: Millis) -> Millis {
        if let Some(since) = self.since.filter(|since| *since > now) {
            *self = Self {
                until: now + self.until - since,
                since: Some(now),
            };
        }
        self.until
    }
}

impl Limits {
    /// What was kept; what cannot be read is as it was at first.
    pub(super) fn read(store: &Store, clock: Arc<dyn Clock>) -> Self {
        let (limits, rest) = store.ledger.read(rows::limits).unwrap_or_default();
        let limits: Option<UploadLimits> = limits.and_then(|json| serde_json::from_str(&json).ok());
        let kept = Kept {
            limits: limits.unwrap_or_default(),
            rest: rest.and_then(|rest| serde_json::from_str(&rest).ok()),
        };
        Self {
            kept: Mutex::new(kept),
            clock,
        }
    }

    pub(super) fn at_once(&self) -> usize {
        self.kept().limits.at_once.into()
    }

    /// The speed that holds now, bytes a second.
    pub(super) fn speed(&self) -> Option<u64> {
        let kept = self.kept();
        kept.limits.speed?;
        kept.limits.speed_at(minute_of_day(self.clock.now()))
    }

    /// Until when the queue rests.
    pub(super) fn resting(&self) -> Option<Millis> {
        let now = self.clock.now();
        let until = self.kept().rest.as_mut()?.end(now);
        Some(until).filter(|until| *until > now)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Uploads {
    /// How much the queue does at once, and how fast.
    pub fn limits(&self) -> UploadLimits {
        self.limits.kept().limits.clone()
    }

    /// Sets all of it. What is being sent keeps to it at once; fewer at a time holds for those that begin later.
    pub async fn set_limits(&self, limits: UploadLimits) -> Result<UploadLimits, CommandError> {
        limits.check()?;
        let json = serde_json::to_string(&limits).unwrap_or_default();
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::set_limits(tx, &json))
            .await?;
        self.limits.kept().limits = limits.clone();
        self.store.announcer.changed(Noun::Setting, None);
        self.wake.notify_one();
        Ok(limits)
    }

    /// Nothing is sent or hashed for a while. What was being sent goes on afterwards, as after a break.
    pub async fn rest(&self, rest: RestFor) -> Result<(), CommandError> {
        let now = self.clock.now();
        let lasts = |minutes| Rest {
            until: now + minutes * MINUTE,
            since: Some(now),
        };
        let rest = match rest {
            RestFor::Quarter => lasts(15),
            RestFor::Hour => lasts(60),
            RestFor::Tomorrow => Rest {
                until: at_hour(at_hour(now, 0), MORNING),
                since: None,
            },
        };
        self.set_rest(Some(rest)).await?;
        let running: Vec<(i64, _)> = self
            .running()
            .iter()
            .map(|(id, running)| (*id, running.clone()))
            .collect();
        for (id, running) in running {
            if running.is_sending() {
                self.note_whether_whole(id, &running);
            }
            let held = self
                .apply(id, Event::Held { maybe: true }.into(), Urgency::Click)
                .await;
            // It stops all the same, and so do those after it; afterwards it is taken up as after a crash.
            running.cancel.cancel();
            if let Err(error) = held {
                tracing::warn!(%error, id, "a row that rests could not be written");
            }
        }
        self.store.announcer.changed(Noun::Upload, None);
        Ok(())
    }

    /// The rest ends now.
    pub(super) async fn end_rest(&self) -> Result<(), CommandError> {
        self.set_rest(None).await
    }

    async fn set_rest(&self, rest: Option<Rest>) -> Result<(), CommandError> {
        if self.limits.kept().rest == rest {
            return Ok(());
        }
        let json = serde_json::to_string(&rest).unwrap_or_default();
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::set_rest(tx, &json))
            .await?;
        self.limits.kept().rest = rest;
        self.store.announcer.changed(Noun::Upload, None);
        self.wake.notify_one();
        Ok(())
    }

    /// "Paused until 14:30."; `None` while the queue does not rest.
    pub(super) fn rest_words(&self) -> Option<String> {
        let until = self.limits.resting()?;
        Some(format!(
            "Paused until {}.",
            time_words(until, self.clock.now())
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_holds_in_its_hours_also_over_midnight() {
        let at = |from, to| UploadLimits {
            speed: Some(1_000_000),
            hours: Some(LimitHours { from, to }),
            ..UploadLimits::default()
        };
        let office = at(9 * 60, 17 * 60);
        let night = at(22 * 60, 6 * 60);
        let held = |limits: &UploadLimits, hour: u16| limits.speed_at(hour * 60).is_some();
        assert_eq!(
            [8, 9, 16, 17].map(|hour| held(&office, hour)),
            [false, true, true, false]
        );
        assert_eq!(
            [21, 22, 0, 5, 6].map(|hour| held(&night, hour)),
            [false, true, true, true, false]
        );
        let always = UploadLimits {
            hours: None,
            ..office
        };
        assert!(held(&always, 3));
    }

    #[test]
    fn a_rest_lasts_as_long_as_was_said_also_where_the_clock_is_set_back() {
        let hour = 60 * MINUTE;
        let mut rest = Rest {
            until: 11 * hour,
            since: Some(10 * hour),
        };
        assert_eq!(rest.end(10 * hour + MINUTE), 11 * hour);
        assert_eq!(rest.end(8 * hour), 9 * hour);
        assert_eq!(rest.end(8 * hour + 30 * MINUTE), 9 * hour);
        let mut morning = Rest {
            until: 30 * hour,
            since: None,
        };
        assert_eq!(morning.end(8 * hour), 30 * hour);
    }

    #[test]
    fn limits_that_send_nothing_or_no_time_are_refused() {
        let wrong = [
            UploadLimits {
                at_once: 0,
                ..UploadLimits::default()
            },
            UploadLimits {
                speed: Some(1),
                ..UploadLimits::default()
            },
            UploadLimits {
                hours: Some(LimitHours { from: 60, to: 60 }),
                ..UploadLimits::default()
            },
            UploadLimits {
                hours: Some(LimitHours { from: 0, to: 1440 }),
                ..UploadLimits::default()
            },
        ];
        assert!(wrong.iter().all(|limits| limits.check().is_err()));
        assert!(UploadLimits::default().check().is_ok());
    }
}

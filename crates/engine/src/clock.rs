//! Time, passed in: nothing else in the engine asks the system what time it is.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// A number in 0..=1, to spread waits; fixed in tests.
pub type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// `wait` spread by `jitter` in 0..=1 to 75..125 %, so that those who wait for the same thing do not come back at once.
pub(crate) fn spread(wait: Millis, jitter: f64) -> Millis {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no wait is nearly as long as what a float counts exactly"
    )]
    let spread = (wait as f64 * (0.75 + jitter.clamp(0.0, 1.0) / 2.0)) as Millis;
    spread
}

/// The wall clock and the only way to wait.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, in milliseconds since 1970, UTC.
    fn now(&self) -> Millis;
    /// Returns once `now()` is at least `until`, or as much time has passed: where the clock is set back meanwhile, that is
    /// earlier.
    async fn sleep_until(&self, until: Millis);
}

/// How late a computer that was suspended notices what is over.
const NAP: Duration = Duration::from_secs(20);

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Millis {
        jiff::Timestamp::now().as_millisecond()
    }

    async fn sleep_until(&self, until: Millis) {
        sleep_until(until, || self.now()).await;
    }
}

/// Sleeps by a clock that nobody sets and that stands still while the computer is suspended; `now`, which goes on then, is
/// looked at between naps.
async fn sleep_until(until: Millis, now: impl Fn() -> Millis) {
    let mut left = Duration::from_millis(u64::try_from(until - now()).unwrap_or(0));
    loop {
        let nap = left.min(NAP);
        tokio::time::sleep(nap).await;
        left -= nap;
        if left.is_zero() || now() >= until {
            return;
        }
    }
}

/// The next time after `now` that it is this hour, here.
pub(crate) fn at_hour(now: Millis, hour: i8) -> Millis {
    let local =
        jiff::Timestamp::from_millisecond(now).map(|at| at.to_zoned(jiff::tz::TimeZone::system()));
    let at = |day: jiff::Zoned| {
        day.with()
            .hour(hour)
            .minute(0)
            .second(0)
            .subsec_nanosecond(0)
            .build()
            .map(|at| at.timestamp().as_millisecond())
    };
    let next = local.and_then(|local| {
        let today = at(local.clone())?;
        if today > now {
            return Ok(today);
        }
        at(local.tomorrow()?)
    });
    next.unwrap_or(now + 86_400_000)
}

/// The minute of the day that it is here, 0..1440.
pub(crate) fn minute_of_day(now: Millis) -> u16 {
    let local = local(now);
    local.map_or(0, |at| {
        u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs())
    })
}

/// "14:30", or "tomorrow, 06:00" where that is another day; in the time of this place.
pub(crate) fn time_words(at: Millis, now: Millis) -> String {
    let (Some(at), Some(now)) = (local(at), local(now)) else {
        return "later".to_owned();
    };
    let time = at.strftime("%H:%M");
    if at.date() == now.date() {
        time.to_string()
    } else if now.tomorrow().is_ok_and(|day| day.date() == at.date()) {
        format!("tomorrow, {time}")
    } else {
        format!("{}, {time}", at.strftime("%-d %b"))
    }
}

/// "29 Nov 2026, 14:30", in the time of this place.
pub(crate) fn date_words(at: Millis) -> String {
    local(at).map_or_else(
        || "a date that cannot be told".to_owned(),
        |at| at.strftime("%-d %b %Y, %H:%M").to_string(),
    )
}

/// A day in the name of a file, here: "2026-09-27".
pub(crate) fn day_of(at: Millis) -> String {
    local(at).map_or_else(String::new, |local| local.strftime("%Y-%m-%d").to_string())
}

fn local(at: Millis) -> Option<jiff::Zoned> {
    let at = jiff::Timestamp::from_millisecond(at).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::system()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Millis = 3_600_000;

    #[tokio::test(start_paused = true)]
    async fn what_waits_goes_on_soon_after_the_computer_wakes_and_no_later_where_the_clock_is_set_back()
     {
        let begin = tokio::time::Instant::now();
        let passed = || Millis::try_from(begin.elapsed().as_millis()).expect("short");
        sleep_until(HOUR, passed).await;
        assert_eq!(passed(), HOUR);
        // Suspended for all of it after the first minute.
        let woken = || passed() - HOUR + if passed() > HOUR + 60_000 { HOUR } else { 0 };
        sleep_until(HOUR, woken).await;
        assert!((60_000..=80_000).contains(&(passed() - HOUR)));
        let from = passed();
        let set_back = || {
            if passed() > from + 60_000 {
                -2 * HOUR
            } else {
                0
            }
        };
        sleep_until(HOUR, set_back).await;
        assert_eq!(passed() - from, HOUR);
    }

    #[test]
    fn the_next_morning_is_at_most_a_day_and_an_hour_away_and_never_now() {
        for hours in 0..60 {
            let now = 1_767_225_600_000 + hours * 3_600_000;
            let next = at_hour(now, 6);
            assert!(next > now && next <= now + 25 * 3_600_000, "{hours}");
        }
    }
}

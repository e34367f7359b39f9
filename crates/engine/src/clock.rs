//! Time, passed in: nothing else in the engine asks the system what time it is.

use std::time::Duration;

use async_trait::async_trait;

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// The wall clock and the only way to wait.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, in milliseconds since 1970, UTC.
    fn now(&self) -> Millis;
    /// Returns once `now()` is at least `until`.
    async fn sleep_until(&self, until: Millis);
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Millis {
        jiff::Timestamp::now().as_millisecond()
    }

    async fn sleep_until(&self, until: Millis) {
        let wait = u64::try_from(until - self.now()).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(wait)).await;
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

    #[test]
    fn the_next_morning_is_at_most_a_day_and_an_hour_away_and_never_now() {
        for hours in 0..60 {
            let now = 1_767_225_600_000 + hours * 3_600_000;
            let next = at_hour(now, 6);
            assert!(next > now && next <= now + 25 * 3_600_000, "{hours}");
        }
    }
}

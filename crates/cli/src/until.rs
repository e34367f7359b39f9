//! How long something is kept, as it is written in arguments.

use std::str::FromStr;

use engine::pins::PinEnd;

use crate::filters::moment;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const WRONG: &str =
    "how long is written 12h, 7d or 4w, or as a day 2026-12-31 or a moment 2026-12-31T12:00:00Z";

/// A time from now on, or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// So many milliseconds.
    For(i64),
    /// Milliseconds since 1970.
    At(i64),
}

impl Until {
    /// Milliseconds since 1970.
    pub(crate) fn from(self, now: i64) -> i64 {
        match self {
            Self::For(time) => now.saturating_add(time),
            Self::At(moment) => moment,
        }
    }
}

/// When a pin ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Never,
    Until(Until),
}

impl End {
    pub(crate) fn from(self, now: i64) -> PinEnd {
        let at = match self {
            Self::Never => None,
            Self::Until(until) => Some(until.from(now)),
        };
        PinEnd { at }
    }
}

/// A number of hours, days or weeks, or a day with all its hours, or a moment.
pub(crate) fn until(text: &str) -> Result<Until, String> {
    let text = text.trim();
    let time = [("h", HOUR), ("d", DAY), ("w", 7 * DAY)];
    let time = time
        .into_iter()
        .find_map(|(unit, millis)| Some((text.strip_suffix(unit)?, millis)));
    if let Some((number, unit)) = time {
        let number = i64::from_str(number).ok().filter(|number| *number > 0);
        let millis = number.and_then(|number| number.checked_mul(unit));
        return millis.map(Until::For).ok_or_else(|| WRONG.to_owned());
    }
    let begins = moment(text).map_err(|_| WRONG.to_owned())?;
    let is_day = text.len() == 10;
    Ok(Until::At(if is_day { begins + DAY } else { begins }))
}

/// Seconds of a number of minutes, hours, days or weeks.
pub(crate) fn lasts(text: &str) -> Result<u64, String> {
    let wrong = || "how long is written 30m, 12h or 7d".to_owned();
    let text = text.trim();
    let millis = match text.strip_suffix('m') {
        Some(minutes) => i64::from_str(minutes)
            .ok()
            .and_then(|minutes| minutes.checked_mul(60_000)),
        None => match until(text) {
            Ok(Until::For(millis)) => Some(millis),
            _ => None,
        },
    };
    let millis = millis.filter(|millis| *millis > 0).ok_or_else(wrong)?;
    u64::try_from(millis / 1_000).map_err(|_| wrong())
}

/// The same, or `never`.
pub(crate) fn end(text: &str) -> Result<End, String> {
    if text.trim().eq_ignore_ascii_case("never") {
        return Ok(End::Never);
    }
    until(text)
        .map(End::Until)
        .map_err(|wrong| format!("{wrong}, or never"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_read_as_people_write_it() {
        assert_eq!(until("12h"), Ok(Until::For(12 * HOUR)));
        assert_eq!(until(" 7d "), Ok(Until::For(7 * DAY)));
        assert_eq!(until("1970-01-02"), Ok(Until::At(2 * DAY)));
        assert_eq!(until("1970-01-01T00:00:01Z"), Ok(Until::At(1_000)));
        assert_eq!(end("Never"), Ok(End::Never));
        for wrong in [
            "",
            "d",
            "0d",
            "-7d",
            "7",
            "soon",
            "2026-02-30",
            "9999999999999999w",
        ] {
            assert!(until(wrong).is_err() && end(wrong).is_err(), "{wrong}");
        }
        assert_eq!(lasts("30m"), Ok(1_800));
        assert_eq!(lasts("1h"), Ok(3_600));
        assert!(lasts("0m").is_err() && lasts("2026-12-31").is_err());
        assert_eq!(Until::For(5).from(10), 15);
        assert_eq!(End::Until(Until::At(5)).from(10), PinEnd { at: Some(5) });
    }
}

//! The chart: how the pins that are still there came together, step by step.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

use super::{UsagePoint, UsageSpan, UsageStep};
use crate::clock::Millis;

/// Up to so many days all of the time is shown by days, up to so many months by months.
const MOST_DAYS: i32 = 45;
const MOST_MONTHS: i32 = 48;
/// The most points of one chart.
const MOST_POINTS: usize = 60;

/// The steps and the points of a chart over `dated`, which is sorted.
pub(super) fn growth(
    dated: &[(Millis, u64)],
    span: UsageSpan,
    east: i32,
    now: Millis,
) -> (UsageStep, Vec<UsagePoint>) {
    let zone = zone(east);
    let today = date(now, &zone);
    let first = dated.first().map_or(today, |(at, _)| date(*at, &zone));
    let (step, begin) = match span {
        UsageSpan::Month => (UsageStep::Day, today.saturating_sub(29.days())),
        UsageSpan::Year => (
            UsageStep::Month,
            today.first_of_month().saturating_sub(11.months()),
        ),
        UsageSpan::All => all(first, today),
    };
    let starts: Vec<Millis> = std::iter::successors(Some(begin), |day| Some(after(*day, step)))
        .take_while(|day| *day <= today)
        .take(MOST_POINTS)
        .map(|day| start(day, &zone))
        .collect();
    let mut points = Vec::with_capacity(starts.len());
    let (mut at, mut pins, mut bytes) = (0, 0_u64, 0_u64);
    for (place, begins) in starts.iter().enumerate() {
        let ends = starts.get(place + 1).copied().unwrap_or(Millis::MAX);
        // What came before the chart is where it begins, not what its first step added.
        take(dated, &mut at, *begins, &mut pins, &mut bytes);
        let before = (pins, bytes);
        take(dated, &mut at, ends, &mut pins, &mut bytes);
        points.push(UsagePoint {
            at: *begins,
            pins,
            bytes,
            added_pins: pins - before.0,
            added_bytes: bytes - before.1,
        });
    }
    (step, points)
}

/// Adds everything before `until`.
fn take(dated: &[(Millis, u64)], at: &mut usize, until: Millis, pins: &mut u64, bytes: &mut u64) {
    while let Some((_, size)) = dated.get(*at).filter(|(when, _)| *when < until) {
        *at += 1;
        *pins += 1;
        *bytes = bytes.saturating_add(*size);
    }
}

/// The steps of everything since `first`.
fn all(first: Date, today: Date) -> (UsageStep, Date) {
    let days = first.duration_until(today).as_hours() / 24;
    if days <= i64::from(MOST_DAYS) {
        // Two points at least: a single one is no chart.
        return (UsageStep::Day, first.min(today.saturating_sub(1.day())));
    }
    let months = (i32::from(today.year()) - i32::from(first.year())) * 12
        + i32::from(today.month())
        - i32::from(first.month());
    if months <= MOST_MONTHS {
        return (UsageStep::Month, first.first_of_month());
    }
    (UsageStep::Year, first.first_of_year())
}

fn after(day: Date, step: UsageStep) -> Date {
    match step {
        UsageStep::Day => day.saturating_add(1.day()),
        UsageStep::Month => day.saturating_add(1.month()),
        UsageStep::Year => day.saturating_add(1.year()),
    }
}

/// A zone that is `east` minutes ahead of UTC the whole year: an hour of summer moves no month.
fn zone(east: i32) -> TimeZone {
    let seconds = east.clamp(-14 * 60, 14 * 60) * 60;
    TimeZone::fixed(Offset::from_seconds(seconds).unwrap_or(Offset::UTC))
}

fn date(at: Millis, zone: &TimeZone) -> Date {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(zone.clone()).date()
}

fn start(day: Date, zone: &TimeZone) -> Millis {
    day.to_zoned(zone.clone())
        .map_or(Millis::MAX, |zoned| zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        let at: Timestamp = text.parse().expect("a moment");
        at.as_millisecond()
    }

    #[test]
    fn each_month_has_what_was_pinned_until_its_end_and_what_came_before_is_where_it_begins() {
        let dated = [
            (at("2024-12-31T23:59:59Z"), 100),
            (at("2025-11-30T12:00:00Z"), 20),
            (at("2026-05-02T12:00:00Z"), 3),
        ];
        let now = at("2026-05-10T08:00:00Z");
        let (step, points) = growth(&dated, UsageSpan::Year, 0, now);
        assert_eq!((step, points.len()), (UsageStep::Month, 12));
        assert_eq!(points[0].at, at("2025-06-01T00:00:00Z"));
        assert_eq!((points[0].bytes, points[0].added_bytes), (100, 0));
        assert_eq!((points[5].bytes, points[5].added_bytes), (120, 20));
        assert_eq!((points[11].bytes, points[11].added_pins), (123, 1));
    }

    #[test]
    fn days_are_those_of_the_persons_clock() {
        let dated = [(at("2026-05-09T23:30:00Z"), 7)];
        let now = at("2026-05-10T08:00:00Z");
        let added = |east| {
            let (_, points) = growth(&dated, UsageSpan::Month, east, now);
            assert_eq!(points.len(), 30);
            (points[28].added_bytes, points[29].added_bytes)
        };
        assert_eq!(added(0), (7, 0));
        assert_eq!(added(120), (0, 7));
    }

    #[test]
    fn all_of_the_time_is_shown_in_steps_that_fit() {
        let now = at("2026-05-10T08:00:00Z");
        let steps = |first: &str| {
            let (step, points) = growth(&[(at(first), 1)], UsageSpan::All, 0, now);
            assert_eq!(points.last().map(|point| point.bytes), Some(1));
            (step, points.len())
        };
        assert_eq!(steps("2026-05-10T07:00:00Z"), (UsageStep::Day, 2));
        assert_eq!(steps("2026-04-10T07:00:00Z"), (UsageStep::Day, 31));
        assert_eq!(steps("2025-05-31T07:00:00Z"), (UsageStep::Month, 13));
        assert_eq!(steps("2015-02-01T07:00:00Z"), (UsageStep::Year, 12));
        let (_, nothing) = growth(&[], UsageSpan::All, 0, now);
        assert!(nothing.iter().all(|point| point.bytes == 0));
    }
}

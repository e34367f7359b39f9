//! What the page is shown of usage.

use std::cmp::Reverse;
use std::collections::HashMap;

use pinning::Totals;

use super::census::{Census, Large, MOST_BYTES, Sum};
use super::growth::growth;
use super::{UsageGroup, UsageKind, UsagePin, UsageReport, UsageSpan, UsageTotals};
use crate::clock::Millis;
use crate::pins::{ListAge, Mirrored, lower_article};

/// The most groups that one answer holds.
const MOST_GROUPS: usize = 50;

/// More pins than this no account has.
const MOST_PINS: u64 = 10_000_000_000;

/// Letters of a name that cross to the page: names come from the service, which may give anything.
const LONGEST_NAME: usize = 300;

/// The service's figures, without those that cannot be.
pub(super) fn totals(told: &Totals, now: Millis) -> UsageTotals {
    let bytes = told.bytes.filter(|bytes| *bytes < MOST_BYTES);
    UsageTotals {
        pins: told.pins.filter(|pins| *pins < MOST_PINS),
        bytes,
        // Every replica counted is never less than each once.
        bytes_with_replications: told
            .bytes_with_replications
            .filter(|all| *all < MOST_BYTES && bytes.is_none_or(|once| *all >= once)),
        as_of: now,
    }
}

/// All that the sums tell; the rest of it is the list's.
pub(super) fn report(mut census: Census, span: UsageSpan, east: i32, now: Millis) -> UsageReport {
    let bytes = census.bytes();
    // Sizes that cannot be are not drawn; the pins still are.
    let shown = |sum: &Sum| sum.bytes().filter(|_| bytes.is_some());
    census.dated.sort_unstable();
    if bytes.is_none() {
        census.dated.iter_mut().for_each(|(_, size)| *size = 0);
    }
    let (step, points) = growth(&census.dated, span, east, now);
    UsageReport {
        source: String::new(),
        as_of: None,
        refreshing: false,
        pins: census.all.pins,
        bytes,
        largest: Vec::new(),
        kinds: kinds(&census, shown),
        groups: groups(&census, shown),
        step,
        growth: points,
        notes: notes(&census),
    }
}

fn kinds(census: &Census, shown: impl Fn(&Sum) -> Option<u64>) -> Vec<UsageKind> {
    let kinds = census.kinds.iter().map(|(kind, sum)| UsageKind {
        kind: *kind,
        pins: sum.pins,
        bytes: shown(sum),
    });
    let mut kinds: Vec<UsageKind> = kinds.collect();
    kinds.sort_unstable_by_key(|kind| (Reverse((kind.bytes, kind.pins)), kind.kind));
    kinds
}

/// Groups first, the pins that are in none last.
fn groups(census: &Census, shown: impl Fn(&Sum) -> Option<u64>) -> Vec<UsageGroup> {
    if census.groups.is_empty() {
        return Vec::new();
    }
    let row = |group: Option<String>, sum: &Sum| UsageGroup {
        group,
        pins: sum.pins,
        bytes: shown(sum),
    };
    let groups = census.groups.iter();
    let mut groups: Vec<UsageGroup> = groups
        .map(|(group, sum)| row(Some(group.to_string()), sum))
        .collect();
    groups.sort_unstable_by(|a, b| {
        let size = |group: &UsageGroup| Reverse((group.bytes, group.pins));
        size(a).cmp(&size(b)).then_with(|| a.group.cmp(&b.group))
    });
    groups.truncate(MOST_GROUPS - 1);
    if census.in_no_group.pins > 0 {
        groups.push(row(None, &census.in_no_group));
    }
    groups
}

/// The largest, with their names; one that went meanwhile is left out.
pub(super) fn largest(largest: &[Large], named: Vec<Mirrored>) -> Vec<UsagePin> {
    let mut named: HashMap<i64, Mirrored> = named.into_iter().map(|row| (row.id, row)).collect();
    let rows = largest.iter().filter_map(|pin| {
        let row = named.remove(&pin.id)?;
        let name = row.pin.name;
        Some(UsagePin {
            id: pin.id,
            name: name.map(|name| name.chars().take(LONGEST_NAME).collect()),
            cid: row.pin.cid,
            kind: pin.kind,
            bytes: pin.bytes,
        })
    });
    rows.collect()
}

/// What the figures were counted from.
pub(super) fn source(service: &str, age: &ListAge) -> String {
    let service = lower_article(service);
    if age.as_of.is_some() {
        format!("Counted from the list of pins that {service} gave")
    } else {
        format!(
            "Counted from a part of the list of pins at {service}: it was not yet read to its end"
        )
    }
}

fn notes(census: &Census) -> Vec<String> {
    let mut notes = Vec::new();
    let without_size = census.all.without_size();
    if census.all.bytes().is_none() {
        notes.push(
            "The service told the size of no pin, so pins are counted instead of bytes.".into(),
        );
    } else if census.bytes().is_none() {
        notes.push("The sizes that the service gave add up to more than an account can hold, so pins are counted instead of bytes.".into());
    } else if without_size == 1 {
        notes.push("1 pin has no known size and counts as nothing.".into());
    } else if without_size > 1 {
        notes.push(format!(
            "{without_size} pins have no known size and count as nothing."
        ));
    }
    match census.without_date {
        0 => {}
        1 => notes.push("1 pin has no date and is not in the chart.".into()),
        many => notes.push(format!(
            "{many} pins have no date and are not in the chart."
        )),
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pins::{Counted, FileKind};

    const NOW: Millis = 1_778_400_000_000;
    const DAY: Millis = 24 * 60 * 60 * 1000;

    fn pin<'a>(id: i64, kind: FileKind, bytes: Option<u64>, pinned: Millis) -> Counted<'a> {
        Counted {
            id,
            kind,
            bytes,
            pinned: Some(pinned),
            groups: &[],
        }
    }

    fn counted<'a>(pins: impl IntoIterator<Item = Counted<'a>>) -> (UsageReport, Vec<Large>) {
        let mut census = Census::new(NOW);
        for pin in pins {
            census.add(pin);
        }
        let largest = census.largest();
        (report(census, UsageSpan::All, 0, NOW), largest)
    }

    #[test]
    fn impossible_totals_are_unknown() {
        let told = Totals {
            pins: Some(u64::MAX),
            bytes: Some(500),
            bytes_with_replications: Some(499),
        };
        let shown = totals(&told, NOW);
        assert_eq!(
            (shown.pins, shown.bytes, shown.bytes_with_replications),
            (None, Some(500), None)
        );
        assert_eq!(totals(&Totals::default(), NOW).bytes, None);
    }

    #[test]
    fn a_size_or_a_date_that_cannot_be_counts_as_none_and_is_said() {
        let (report, largest) = counted([
            pin(1, FileKind::Image, Some(70), NOW - 3 * DAY),
            pin(2, FileKind::Image, Some(u64::MAX), NOW - 2 * DAY),
            pin(3, FileKind::Film, Some(30), -62_135_596_800_000),
            pin(4, FileKind::File, None, NOW + 400 * DAY),
        ]);
        assert_eq!((report.pins, report.bytes), (4, Some(100)));
        assert_eq!(
            report.notes,
            [
                "2 pins have no known size and count as nothing.",
                "2 pins have no date and are not in the chart."
            ]
        );
        let kinds: Vec<_> = report
            .kinds
            .iter()
            .map(|kind| (kind.kind, kind.bytes))
            .collect();
        assert_eq!(
            kinds,
            [
                (FileKind::Image, Some(70)),
                (FileKind::Film, Some(30)),
                (FileKind::File, None)
            ]
        );
        assert_eq!(largest.iter().map(|pin| pin.id).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(report.growth.last().map(|point| point.bytes), Some(70));
    }

    #[test]
    fn sizes_that_add_up_to_more_than_can_be_are_unknown_and_pins_are_counted_instead() {
        let large = Some(900_000_000_000_000);
        let (report, _) = counted((0..20).map(|id| pin(id, FileKind::File, large, NOW)));
        assert_eq!((report.bytes, report.kinds[0].bytes), (None, None));
        assert!(report.growth.iter().all(|point| point.bytes == 0));
        assert_eq!(report.growth.last().map(|point| point.pins), Some(20));
        assert!(report.notes[0].contains("more than an account can hold"));
    }

    #[test]
    fn where_no_size_was_told_nothing_is_said_to_be_empty() {
        let (report, largest) = counted((0..3).map(|id| pin(id, FileKind::File, None, NOW)));
        assert_eq!((report.pins, report.bytes, largest.len()), (3, None, 0));
        assert_eq!(report.kinds[0].bytes, None);
        assert!(report.notes[0].contains("the size of no pin"));
        let (nothing, _) = counted([]);
        assert_eq!((nothing.bytes, nothing.notes.len()), (Some(0), 0));
    }

    #[test]
    fn a_pin_in_two_groups_takes_its_space_in_both_and_those_in_none_come_last() {
        let groups: [Box<str>; 2] = ["a".into(), "b".into()];
        let of = |id, bytes, groups| Counted {
            groups,
            ..pin(id, FileKind::File, Some(bytes), NOW)
        };
        let (report, _) = counted([
            of(1, 10, &groups[..]),
            of(2, 5, &groups[1..]),
            of(3, 99, &[]),
        ]);
        let told: Vec<_> = report
            .groups
            .iter()
            .map(|group| (group.group.as_deref(), group.pins, group.bytes))
            .collect();
        assert_eq!(
            told,
            [
                (Some("b"), 2, Some(15)),
                (Some("a"), 1, Some(10)),
                (None, 1, Some(99))
            ]
        );
    }

    #[test]
    fn the_ten_largest_of_many_are_found_in_order() {
        let sizes = (0..100_000_u64).map(|n| (n * 7919) % 100_003);
        let (report, largest) = counted(
            sizes
                .zip(0..)
                .map(|(size, id)| pin(id, FileKind::File, Some(size), NOW)),
        );
        assert_eq!((report.pins, largest.len()), (100_000, 10));
        assert!(largest.is_sorted_by(|a, b| a.bytes > b.bytes));
        assert!(largest[9].bytes > 99_980);
    }
}

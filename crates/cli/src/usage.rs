//! `pinfold usage`.

use engine::holder::{PartLine, Reply, Request, UsageLine};
use engine::usage::UsageSpan;

use crate::add::plain;
use crate::arguments::{Span, Usage};
use crate::exit::Failure;
use crate::house::House;
use crate::print::{Out, Side, harmless, moment, size};

pub(crate) async fn run(
    usage: Usage,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let span = match usage.span {
        Span::Month => UsageSpan::Month,
        Span::Year => UsageSpan::Year,
        Span::All => UsageSpan::All,
    };
    for reply in house.gather(Request::Usage { account, span }).await? {
        plain(out, &reply)?;
        match reply {
            Reply::Usage(line) if usage.csv => out.raw(printed(&line.csv()).as_bytes())?,
            Reply::Usage(line) => shown(&line, out)?,
            _ => {}
        }
    }
    Ok(())
}

/// What a terminal would act on is written visibly; the ends of lines stay.
fn printed(csv: &str) -> String {
    let lines: Vec<String> = csv.split("\r\n").map(harmless).collect();
    lines.join("\r\n")
}

fn shown(usage: &UsageLine, out: &Out) -> Result<(), Failure> {
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let totals = usage.totals.as_ref();
    let told = |of: Option<Option<String>>| of.flatten().unwrap_or_default();
    out.facts(&[
        (
            "Pins at the service",
            told(totals.map(|it| number(it.pins))),
        ),
        (
            "Bytes at the service",
            told(totals.map(|it| it.bytes.map(size))),
        ),
        (
            "With every replica",
            told(totals.map(|it| it.bytes_with_replications.map(size))),
        ),
        ("Pins in the list", usage.pins.to_string()),
        (
            "Bytes in the list",
            usage.bytes.map(size).unwrap_or_default(),
        ),
        ("Counted", moment(usage.as_of.as_deref())),
    ])?;
    parts("KIND", &usage.kinds, out)?;
    parts("GROUP", &usage.groups, out)?;
    // The chart says something only where something was pinned in its time.
    if usage.growth.iter().any(|point| point.pins > 0) {
        let rows: Vec<Vec<String>> = usage
            .growth
            .iter()
            .map(|point| {
                let day = point.at.get(..10).unwrap_or_default();
                vec![day.to_owned(), point.pins.to_string(), size(point.bytes)]
            })
            .collect();
        let heads = [
            ("UNTIL", Side::Left),
            ("PINS", Side::Right),
            ("SIZE", Side::Right),
        ];
        out.table(&heads, &rows)?;
    }
    for note in &usage.notes {
        out.aside(note);
    }
    Ok(())
}

fn parts(head: &'static str, parts: &[PartLine], out: &Out) -> Result<(), Failure> {
    let row = |part: &PartLine| {
        let name = if part.name.is_empty() {
            "-"
        } else {
            &part.name
        };
        vec![
            name.replace('_', " "),
            part.pins.to_string(),
            part.bytes.map(size).unwrap_or_default(),
        ]
    };
    let heads = [
        (head, Side::Left),
        ("PINS", Side::Right),
        ("SIZE", Side::Right),
    ];
    out.table(&heads, &parts.iter().map(row).collect::<Vec<_>>())
}

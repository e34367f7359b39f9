//! What an account uses, as other processes ask for it.

use serde::{Deserialize, Serialize};

use super::Reply;
use super::answer::Say;
use super::lines::{time, word};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::CommandError;
use crate::export::csv_line;
use crate::usage::{UsageSpan, UsageTotals};

/// What an account uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageLine {
    /// What the service itself says; `None` where it tells nothing.
    pub totals: Option<TotalsLine>,
    /// Pins in the list.
    pub pins: u64,
    /// Bytes of those whose size is known.
    pub bytes: Option<u64>,
    /// When the list was read to its end, RFC 3339.
    pub as_of: Option<String>,
    /// By sort of file, the largest first.
    pub kinds: Vec<PartLine>,
    /// By group, the largest first; empty where no pin is in a group.
    pub groups: Vec<PartLine>,
    /// The chart, oldest first.
    pub growth: Vec<GrowthLine>,
    /// What is not in the figures, in words.
    pub notes: Vec<String>,
}

/// The service's own totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalsLine {
    /// Pins.
    pub pins: Option<u64>,
    /// Bytes, each pin once.
    pub bytes: Option<u64>,
    /// Bytes with every replica counted.
    pub bytes_with_replications: Option<u64>,
}

/// What some of the pins hold together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartLine {
    /// Which; empty for the pins in no group.
    pub name: String,
    /// How many.
    pub pins: u64,
    /// Bytes, where sizes are known.
    pub bytes: Option<u64>,
}

/// What was pinned until the end of a step of the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrowthLine {
    /// When the step begins, RFC 3339.
    pub at: String,
    /// Pins until its end.
    pub pins: u64,
    /// Bytes until its end.
    pub bytes: u64,
}

impl UsageLine {
    /// All of it as one table: what a figure is of, pins and bytes; empty where one is not known.
    pub fn csv(&self) -> String {
        let mut text = csv_line(["part", "name", "pins", "bytes"].iter());
        let mut row = |part: &str, name: &str, pins: Option<u64>, bytes: Option<u64>| {
            let figure = |figure: Option<u64>| figure.map(|n| n.to_string()).unwrap_or_default();
            let cells = [
                part.to_owned(),
                name.to_owned(),
                figure(pins),
                figure(bytes),
            ];
            text.push_str(&csv_line(cells.iter()));
        };
        if let Some(totals) = &self.totals {
            row("service", "", totals.pins, totals.bytes);
            let replicated = totals.bytes_with_replications;
            row("service, with replications", "", totals.pins, replicated);
        }
        let as_of = self.as_of.as_deref().unwrap_or_default();
        row("list", as_of, Some(self.pins), self.bytes);
        for (part, of) in [("kind", &self.kinds), ("group", &self.groups)] {
            for one in of {
                row(part, &one.name, Some(one.pins), one.bytes);
            }
        }
        for point in &self.growth {
            row(
                "until the end of",
                &point.at,
                Some(point.pins),
                Some(point.bytes),
            );
        }
        text
    }
}

/// One line with everything.
pub(super) async fn tell(
    engine: &Engine,
    account: AccountId,
    span: UsageSpan,
    say: &Say,
) -> Result<(), CommandError> {
    engine.pins.refresh_or_wait(account).await?;
    let totals = engine.usage.totals(account).await?;
    let line = usage_line(engine, account, totals, (span, 0))?;
    say.line(Reply::Usage(line)).await
}

/// What an account uses, in days of a clock that is so many minutes ahead of UTC.
pub(crate) fn usage_line(
    engine: &Engine,
    account: AccountId,
    totals: Option<UsageTotals>,
    (span, east): (UsageSpan, i32),
) -> Result<UsageLine, CommandError> {
    let report = engine.usage.report(account, span, east)?;
    let names = engine.groups.names(account)?;
    let kinds = report.kinds.iter().map(|part| PartLine {
        name: word(part.kind),
        pins: part.pins,
        bytes: part.bytes,
    });
    let groups = report.groups.into_iter().map(|part| {
        let id = part.group.unwrap_or_default();
        PartLine {
            name: names.get(&id).cloned().unwrap_or(id),
            pins: part.pins,
            bytes: part.bytes,
        }
    });
    let growth = report.growth.iter().map(|point| GrowthLine {
        at: time(point.at),
        pins: point.pins,
        bytes: point.bytes,
    });
    Ok(UsageLine {
        totals: totals.map(|totals| TotalsLine {
            pins: totals.pins,
            bytes: totals.bytes,
            bytes_with_replications: totals.bytes_with_replications,
        }),
        pins: report.pins,
        bytes: report.bytes,
        as_of: report.as_of.map(time),
        kinds: kinds.collect(),
        groups: groups.collect(),
        growth: growth.collect(),
        notes: report.notes,
    })
}

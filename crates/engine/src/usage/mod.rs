//! What an account uses: the service's totals, and what the pins of the mirror add up to.

mod census;
mod growth;
mod view;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use specta::Type;

use census::Census;

use crate::accounts::{AccountId, Accounts, Hold, service_name};
use crate::clock::{Clock, Millis};
use crate::error::CommandError;
use crate::failure;
use crate::pins::{FileKind, Pins};

/// How much time the chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UsageSpan {
    /// The last 30 days.
    Month,
    /// The last twelve months.
    Year,
    /// Since the first pin.
    All,
}

/// How long a step of the chart is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UsageStep {
    /// A day.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// The service's own totals; unknown where it gave a number that cannot be.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageTotals {
    /// Pins.
    #[specta(type = Option<u32>)]
    pub pins: Option<u64>,
    /// Bytes, each pin once.
    #[specta(type = Option<u32>)]
    pub bytes: Option<u64>,
    /// Bytes with every replica counted.
    #[specta(type = Option<u32>)]
    pub bytes_with_replications: Option<u64>,
    /// When it was asked.
    #[specta(type = u32)]
    pub as_of: Millis,
}

/// What the pins of one sort hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct UsageKind {
    /// The sort.
    pub kind: FileKind,
    /// How many.
    #[specta(type = u32)]
    pub pins: u64,
    /// Bytes; `None` where no size is known.
    #[specta(type = Option<u32>)]
    pub bytes: Option<u64>,
}

/// What the pins of one group hold together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct UsageGroup {
    /// The service's id of the group; `None` for the pins that are in none.
    pub group: Option<String>,
    /// How many.
    #[specta(type = u32)]
    pub pins: u64,
    /// Bytes; `None` where no size is known.
    #[specta(type = Option<u32>)]
    pub bytes: Option<u64>,
}

/// One of the largest pins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct UsagePin {
    /// Its number in the mirror.
    #[specta(type = u32)]
    pub id: i64,
    /// Its name.
    pub name: Option<String>,
    /// Root CID.
    pub cid: String,
    /// The sort.
    pub kind: FileKind,
    /// Bytes.
    #[specta(type = u32)]
    pub bytes: u64,
}

/// A point of the chart: what was pinned until the end of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsagePoint {
    /// When the step begins.
    #[specta(type = u32)]
    pub at: Millis,
    /// Pins until its end.
    #[specta(type = u32)]
    pub pins: u64,
    /// Bytes until its end.
    #[specta(type = u32)]
    pub bytes: u64,
    /// Pins of this step alone.
    #[specta(type = u32)]
    pub added_pins: u64,
    /// Bytes of this step alone.
    #[specta(type = u32)]
    pub added_bytes: u64,
}

/// What the pins of an account's list add up to.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageReport {
    /// What it was counted from, in words without a full stop; [`UsageReport::as_of`] says when that was read.
    pub source: String,
    /// When the list was last read to its end.
    #[specta(type = Option<u32>)]
    pub as_of: Option<Millis>,
    /// The list is being read now.
    pub refreshing: bool,
    /// Pins in the list.
    #[specta(type = u32)]
    pub pins: u64,
    /// Bytes of those whose size is known; `None` where none is, or where they add up to more than can be. The chart
    /// is one of pins then.
    #[specta(type = Option<u32>)]
    pub bytes: Option<u64>,
    /// The largest, at most ten.
    pub largest: Vec<UsagePin>,
    /// By sort, the largest first.
    pub kinds: Vec<UsageKind>,
    /// By group, the largest first, at most fifty; empty where no pin is in a group.
    pub groups: Vec<UsageGroup>,
    /// How long a step of the chart is.
    pub step: UsageStep,
    /// The chart, oldest first, at most 60 points.
    pub growth: Vec<UsagePoint>,
    /// What is not in the figures, in words.
    pub notes: Vec<String>,
}

/// The usage of all accounts.
pub struct Usage {
    clock: Arc<dyn Clock>,
    accounts: Arc<Accounts>,
    pins: Arc<Pins>,
}

impl Usage {
    /// Takes its neighbours in.
    pub fn new(clock: Arc<dyn Clock>, accounts: Arc<Accounts>, pins: Arc<Pins>) -> Self {
        Self {
            clock,
            accounts,
            pins,
        }
    }

    /// Asks the service for its totals; `None` where it tells none.
    pub async fn totals(&self, account: AccountId) -> Result<Option<UsageTotals>, CommandError> {
        let at = self.accounts.get(account)?;
        let service = self.accounts.service(account).await?;
        let Some(usage) = service.usage() else {
            return Ok(None);
        };
        let told = usage.totals().await.map_err(|error| {
            let told = failure::of_service(&error, &service_name(&at));
            if Hold::is_for(told.code) {
                let wait = failure::retry_after(&error);
                self.accounts.set_hold(account, told.code, wait);
            }
            told
        })?;
        self.accounts.answered(account);
        Ok(Some(view::totals(&told, self.clock.now())))
    }

    /// What the pins add up to. `east` is how many minutes the person's clock is ahead of UTC: days and months are
    /// theirs.
    pub fn report(
        &self,
        account: AccountId,
        span: UsageSpan,
        east: i32,
    ) -> Result<UsageReport, CommandError> {
        let service = service_name(&self.accounts.get(account)?);
        let now = self.clock.now();
        let age = self.pins.list_age(account)?;
        let mut census = Census::new(now);
        self.pins.each(account, |pin| census.add(pin))?;
        let largest = census.largest();
        let ids: Vec<i64> = largest.iter().map(|pin| pin.id).collect();
        let named = self.pins.named(&ids)?;
        let mut report = view::report(census, span, east, now);
        report.source = view::source(&service, &age);
        report.as_of = age.as_of;
        report.refreshing = age.refreshing;
        report.notes.extend(age.problem);
        if report.bytes.is_some() {
            report.largest = view::largest(&largest, named);
        }
        Ok(report)
    }
}

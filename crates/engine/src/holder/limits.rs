//! How much the queue does at once and how fast, as other processes ask for it.

use serde::{Deserialize, Serialize};

use super::Reply;
use super::answer::Say;
use crate::Engine;
use crate::error::CommandError;
use crate::uploads::{LimitHours, UploadLimits};

/// What becomes of one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitWish<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none.
    Lift,
    /// This one.
    Set(T),
}

impl<T> LimitWish<T> {
    fn applied(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Lift => None,
            Self::Set(limit) => Some(limit),
        }
    }
}

/// What is to be changed; the default is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LimitsChange {
    /// Uploads that work is done on at a time.
    pub at_once: Option<u8>,
    /// Bytes a second.
    pub speed: LimitWish<u64>,
    /// When the speed is limited.
    pub hours: LimitWish<LimitHours>,
}

/// The limits as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsLine {
    /// Uploads that work is done on at a time.
    pub at_once: u8,
    /// Bytes a second of all uploads together; `None`: as fast as it goes.
    pub speed: Option<u64>,
    /// When the speed begins to be limited each day, as 22:00 in local time; `None`: it always is.
    pub from: Option<String>,
    /// When that ends.
    pub to: Option<String>,
}

impl LimitsLine {
    fn new(limits: &UploadLimits) -> Self {
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        Self {
            at_once: limits.at_once,
            speed: limits.speed,
            from: limits.hours.map(|hours| time(hours.from)),
            to: limits.hours.map(|hours| time(hours.to)),
        }
    }
}

/// Changes what is asked, where anything is, and tells all.
pub(super) async fn asked(
    engine: &Engine,
    change: LimitsChange,
    say: &Say,
) -> Result<(), CommandError> {
    let mut limits = engine.uploads.limits();
    if change != LimitsChange::default() {
        let wished = UploadLimits {
            at_once: change.at_once.unwrap_or(limits.at_once),
            speed: change.speed.applied(limits.speed),
            hours: change.hours.applied(limits.hours),
        };
        limits = engine.uploads.set_limits(wished).await?;
    }
    say.line(Reply::Limits(LimitsLine::new(&limits))).await
}

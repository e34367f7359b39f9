//! `pinfold queue`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use engine::holder::LimitWish;
use engine::uploads::LimitHours;

use crate::limits::{hours, speed};

#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// Lists uploads that have not ended.
    Ls {
        /// And those that have.
        #[arg(long)]
        all: bool,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 1_000)]
        limit: usize,
    },
    /// Shows uploads, and each thing that was left out of them.
    Show {
        #[arg(required = true)]
        uploads: Vec<i64>,
    },
    /// Pauses uploads; without numbers all.
    Pause {
        uploads: Vec<i64>,
        /// The whole queue, for so long.
        #[arg(long = "for", value_enum, conflicts_with = "uploads")]
        pause: Option<RestTime>,
    },
    /// Moves uploads before all others; several keep their order.
    First {
        #[arg(required = true)]
        uploads: Vec<i64>,
    },
    /// Moves uploads behind all others, also those that come later; several keep their order.
    Last {
        #[arg(required = true)]
        uploads: Vec<i64>,
    },
    /// Lets paused uploads go on; without numbers all.
    Resume { uploads: Vec<i64> },
    /// Tries again; without numbers all.
    Retry { uploads: Vec<i64> },
    /// Takes uploads back. What is pinned already stays pinned.
    Cancel {
        #[arg(required_unless_present = "all")]
        uploads: Vec<i64>,
        /// All of them.
        #[arg(long, conflicts_with = "uploads")]
        all: bool,
    },
    /// Shows how much the queue does at once and how fast, or sets what is given of it. It is kept.
    Limits {
        /// Uploads that work is done on at a time, 1 to 16. Small files have one more place of their own.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
        at_once: Option<u8>,
        /// Bytes a second of all uploads together: 500kB, 2MB; `none`: as fast as it goes.
        #[arg(long, value_name = "SIZE", value_parser = speed)]
        speed: Option<LimitWish<u64>>,
        /// When the speed is limited each day, in local time: 08:00-18:00, also over midnight; `always`: all day.
        #[arg(long, value_name = "FROM-TO", value_parser = hours)]
        hours: Option<LimitWish<LimitHours>>,
    },
    /// Lists files of an upload that look like secrets and wait for your word, or answers for each.
    Secrets {
        /// The upload.
        upload: i64,
        /// Sends this file: its path as listed; may be repeated.
        #[arg(long, value_name = "PATH")]
        allow: Vec<PathBuf>,
        /// Leaves out all others that are listed, and goes on.
        #[arg(long)]
        skip: bool,
    },
    /// Works on the queue and shows what happens until it is interrupted.
    Watch,
}

/// How long the queue rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each says itself")]
pub(crate) enum RestTime {
    #[value(name = "15m")]
    Quarter,
    Hour,
    /// Until six in the morning.
    Tomorrow,
}

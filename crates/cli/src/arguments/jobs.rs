//! `pinfold import` and `pinfold jobs`.

use clap::{Args, Subcommand, ValueEnum};

use engine::pins::Scalar;

use super::key_value;

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// CIDs, `ipfs://` addresses or links; `-` reads them from standard input, one a line.
    #[arg(required = true, value_name = "CID")]
    pub(crate) cids: Vec<String>,
    /// The name of every pin.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A key-value of every pin: KEY=TEXT, KEY:=5 for a number (or true, false), KEY@=2026-05-31 for a date; may be
    /// repeated.
    #[arg(long = "key", value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) keys: Vec<(String, Scalar)>,
    /// The group of every pin, by name or id.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// The multiaddress of a computer that has the content; may be repeated.
    #[arg(long, value_name = "MULTIADDR")]
    pub(crate) origin: Vec<String>,
    /// Waits until each is pinned or has failed, instead of until the service was asked.
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// CIDs, or whole names.
    #[arg(required = true, value_name = "PIN")]
    pub(crate) pins: Vec<String>,
    /// The account that is asked for them, by name or number.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) to: String,
    /// Waits until each is pinned there or has failed, instead of until the service was asked.
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Jobs {
    #[command(subcommand)]
    pub(crate) what: Option<JobsWhat>,
    /// Only jobs in this state.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) status: JobStates,
    /// Part of the CID or the name.
    #[arg(long, default_value = "")]
    pub(crate) text: String,
    /// Oldest first.
    #[arg(long)]
    pub(crate) reverse: bool,
    /// At most so many.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Leaves out so many first.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: usize,
    /// The list as it was read last, without asking the service.
    #[arg(long)]
    pub(crate) cached: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsWhat {
    /// Takes jobs back. What is pinned already stays pinned; what failed is removed, here and at the service.
    Cancel {
        /// Numbers or CIDs.
        #[arg(required_unless_present = "status", value_name = "JOB")]
        jobs: Vec<String>,
        /// All jobs in this state.
        #[arg(long, value_enum, conflicts_with = "jobs")]
        status: Option<JobStates>,
    },
    /// Asks again; without numbers for all that failed.
    Retry {
        /// Numbers or CIDs.
        #[arg(value_name = "JOB")]
        jobs: Vec<String>,
        /// The multiaddress of a computer that has the content, in place of those named before; may be repeated.
        #[arg(long, value_name = "MULTIADDR", requires = "jobs")]
        origin: Vec<String>,
    },
    /// Takes out of the list what was pinned or cancelled.
    Clear,
}

/// States of jobs, and two that stand for several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is a state's name")]
pub(crate) enum JobStates {
    #[default]
    All,
    /// All that may still come.
    Open,
    /// All that ended without a pin.
    Failed,
    Pinned,
    Cancelled,
    /// The service does not have it yet.
    NotAsked,
    Prechecking,
    Searching,
    Retrieving,
    Expired,
    OverFreeLimit,
    OverMaxSize,
    InvalidObject,
    BadHostNode,
}

//! What `pinfold ls` is narrowed to.

use clap::{Args, ValueEnum};
use engine::pins::KeyValueCondition;

use super::Network;
use crate::filters::{bytes, condition, moment};

/// Everything that is given must hold.
#[derive(Debug, Args)]
pub(crate) struct Narrowed {
    /// A condition on key-values: KEY, !KEY, KEY=VALUE, KEY!=VALUE, KEY*=PART, KEY!*=PART, KEY~=PATTERN, KEY>N, KEY>=N,
    /// KEY<N, KEY<=N, KEY..=FROM..TO or KEY!..=FROM..TO; may be repeated.
    #[arg(long = "key", value_name = "CONDITION", value_parser = condition)]
    pub(crate) keys: Vec<KeyValueCondition>,
    /// The case of letters does not count in conditions on key-values; without it, it does, as at the services.
    #[arg(long, requires = "keys")]
    pub(crate) any_case: bool,
    /// Only these sorts of files.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) kind: Vec<Kind>,
    /// Only of exactly this media type, as the service says it: image/png.
    #[arg(long, value_name = "TYPE")]
    pub(crate) mime: Option<String>,
    /// At least so large: 4096, 500kB, 1.5MB.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) larger: Option<u64>,
    /// At most so large.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) smaller: Option<u64>,
    /// Pinned on this day (UTC) or at this moment, or later.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Option<i64>,
    /// Pinned before this day (UTC) or this moment.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<i64>,
    /// In this group, by name or id; `none`: in none.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// On this network.
    #[arg(long, value_enum)]
    pub(crate) network: Option<Network>,
    /// How the service's CID compares with the one computed here.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) check: Vec<Check>,
    /// Kept more than once: under the same CID, or as the same bytes.
    #[arg(long)]
    pub(crate) duplicates: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each says itself")]
pub(crate) enum Kind {
    Folder,
    Image,
    Film,
    Music,
    Text,
    Data,
    Code,
    Archive,
    Car,
    File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each says itself")]
pub(crate) enum Check {
    Verified,
    OtherLayout,
    Unproven,
    Different,
    NotChecked,
}

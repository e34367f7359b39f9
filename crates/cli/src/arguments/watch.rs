//! `pinfold watch`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use engine::pins::Scalar;

use super::key_value;

#[derive(Debug, Subcommand)]
pub(crate) enum Watch {
    /// Watches a folder: what lands in it is pinned, as long as Pinfold or `pinfold run` is running.
    Add(Box<AddWatch>),
    /// Lists watched folders.
    Ls,
    /// Shows a folder and its files.
    Show {
        /// By name, path or number.
        folder: String,
        /// At most so many files.
        #[arg(long, value_name = "N", default_value_t = 1_000)]
        limit: usize,
    },
    /// Pauses a folder.
    Pause {
        /// By name, path or number.
        folder: String,
        /// For how long; without it until it is resumed.
        #[arg(long = "for", value_enum)]
        pause: Option<PauseFor>,
    },
    /// Lets a folder go on.
    Resume {
        /// By name, path or number.
        folder: String,
    },
    /// Compares a folder with disk and service. Changes nothing.
    Audit {
        /// By name, path or number.
        folder: String,
    },
    /// Watches a folder no more. Unpins nothing.
    Rm {
        /// By name, path or number.
        folder: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each says itself")]
pub(crate) enum PauseFor {
    Hour,
    Tomorrow,
}

#[derive(Debug, Args)]
pub(crate) struct AddWatch {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// The pins' names: {name}, {stem}, {ext}, {path}, {folder}, {date} and {version} are filled in.
    #[arg(long, default_value = "{name}")]
    pub(crate) name: String,
    /// A key-value of every pin: KEY=TEXT, KEY:=5 for a number (or true, false), KEY@=2026-05-31 for a date; may be
    /// repeated.
    #[arg(long = "key", value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) keys: Vec<(String, Scalar)>,
    /// The version of the CIDs.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=1))]
    pub(crate) cid_version: u8,
    /// The whole folder becomes one pin, with versions.
    #[arg(long)]
    pub(crate) whole: bool,
    /// Leaves out what this pattern of a .gitignore matches; may be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) ignore: Vec<String>,
    /// Takes files and folders whose names begin with a dot, too.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Keeps so many versions of a file pinned, instead of all.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) versions: Option<u32>,
    /// Unpins what disappeared from the folder so many days ago, instead of nothing.
    #[arg(long, value_name = "DAYS")]
    pub(crate) unpin_after: Option<u32>,
    /// Seconds for which a file must be quiet.
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    pub(crate) settle: u32,
}

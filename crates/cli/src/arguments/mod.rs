//! What may be written after `pinfold`.

mod account;
mod groups;
mod jobs;
mod key_value;
mod keys;
mod narrowed;
mod queue;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use engine::pins::Scalar;

use crate::filters::moment;
use crate::until::{End, Until, end, lasts, until};
use key_value::key_value;

pub(crate) use account::{Account, AddAccount};
pub(crate) use groups::{Groups, GroupsWhat, Network};
pub(crate) use jobs::{Copy, Import, JobStates, Jobs, JobsWhat};
pub(crate) use keys::{Keys, NewKey, Shown};
pub(crate) use narrowed::{Check, Kind, Narrowed};
pub(crate) use queue::{Queue, RestTime};
pub(crate) use watch::{AddWatch, PauseFor, Watch};

const EXIT_CODES: &str = "\
Exit codes:
  0    everything asked for was done
  1    it failed
  2    the command was not understood
  3    there is no such pin, account, upload, job, key, group or folder
  4    the service or the network cannot be reached now; trying again may help
  5    it waits for you: a token, a permission, a full plan, a file that looks like a secret
  6    the service keeps other bytes than those sent
  130  interrupted; what was queued stays queued

No token is ever an argument: it is read from standard input, from a prompt, or from a file of mode 0600.";

/// Keeps files pinned on IPFS through a pinning service.
#[derive(Debug, Parser)]
#[command(name = "pinfold", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The account, by name or number; else the one worked with last, and of queue and watched folders those of all.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Prints one JSON object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Uploads files and folders, and waits until each is pinned and verified.
    Add(Add),
    /// Prints CIDs. Needs no account and no network.
    Cid(Cid),
    /// Lists pins.
    Ls(Ls),
    /// Shows one pin.
    Show {
        /// Its CID, its whole name, or the service's id of it.
        pin: String,
        /// The service's own record of it, as it gives it.
        #[arg(long)]
        record: bool,
    },
    /// Prints a link to a pin that others can open.
    Link(Link),
    /// Shows where the address of a pin leads, or gives it other content.
    Swap(Swap),
    /// Changes the name, the key-values and the end of pins.
    Edit(Edit),
    /// Unpins.
    Rm(Rm),
    /// Pins CIDs that others provide: asks the service to find and keep them.
    Import(Import),
    /// Pins the same at another account: asks its service to find and keep the CIDs, with their names and key-values.
    Copy(Copy),
    /// CIDs that services were asked for, and what became of them.
    Jobs(Jobs),
    /// Groups of pins.
    Groups(Groups),
    /// What an account uses: totals, by sort, by group, over time.
    Usage(Usage),
    /// API keys of an account.
    Keys {
        #[command(subcommand)]
        what: Keys,
    },
    /// Accounts at pinning services.
    Account {
        #[command(subcommand)]
        what: Account,
    },
    /// The upload queue.
    Queue {
        #[command(subcommand)]
        what: Queue,
    },
    /// Watched folders.
    Watch {
        #[command(subcommand)]
        what: Watch,
    },
    /// Keeps the queue and the watched folders going until it is terminated.
    Run,
    /// A local pinning service that behaves like Pinata, for tests and demonstrations.
    Sandbox(Sandbox),
    /// Prints completions for a shell.
    Completions { shell: Shell },
    /// Prints the manual page.
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Files and folders; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The pin's name, where one path is given.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A key-value of every pin: KEY=TEXT, KEY:=5 for a number (or true, false), KEY@=2026-05-31 for a date; may be
    /// repeated.
    #[arg(long = "key", value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) keys: Vec<(String, Scalar)>,
    /// The version of the CID.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=1))]
    pub(crate) cid_version: u8,
    /// Puts a single file into a folder, so that its name is part of its address.
    #[arg(long)]
    pub(crate) wrap: bool,
    /// The group of every pin, by name or id.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Who may read it; only single files can be private.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) network: Network,
    /// How long it is kept: 12h, 7d, 4w, or up to a day (UTC, included) or a moment. The service then unpins it by itself.
    #[arg(long, value_name = "TIME", value_parser = until)]
    pub(crate) expires: Option<Until>,
    /// Sends this file, or this folder such as .git, although it looks like a secret: a path from here, from what is named, or
    /// whole; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(crate) allow: Vec<PathBuf>,
    /// What happens to all others that look like secrets by their names.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) secrets: Secrets,
    /// Leaves out of folders what this pattern of a .gitignore matches, besides those in the folder's .pinignore; may be
    /// repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) ignore: Vec<String>,
    /// Returns as soon as everything is in the queue.
    #[arg(long)]
    pub(crate) no_wait: bool,
}

/// What happens to files that look like secrets and got no yes. There is none for all of them: each has its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Secrets {
    /// Nothing is queued.
    #[default]
    Ask,
    /// They are left out.
    Skip,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "the field is the option's name")]
pub(crate) struct Cid {
    /// Files and folders; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The version of the CID.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=1))]
    pub(crate) cid_version: u8,
    /// Puts a single file into a folder.
    #[arg(long)]
    pub(crate) wrap: bool,
    /// Leaves out of folders what this pattern of a .gitignore matches, as `add` does; may be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) ignore: Vec<String>,
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(crate) struct Ls {
    /// Part of a name, CID, key or value.
    #[arg(default_value = "")]
    pub(crate) text: String,
    /// Which; without it what is pinned.
    #[arg(long, value_delimiter = ',', value_enum)]
    pub(crate) status: Vec<Status>,
    #[command(flatten)]
    pub(crate) narrowed: Narrowed,
    /// Ordered by; times and sizes largest first.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) sort: Sort,
    /// The other way round.
    #[arg(long)]
    pub(crate) reverse: bool,
    /// At most so many.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// The list as it was read last, without asking the service.
    #[arg(long)]
    pub(crate) cached: bool,
    /// What was unpinned once instead, as far as the service remembers it; newest first.
    #[arg(long, conflicts_with_all = ["status", "sort", "reverse", "cached", "network", "check", "duplicates"])]
    pub(crate) unpinned: bool,
    /// What is pinned and what was unpinned once, as far as the service remembers it; newest first.
    #[arg(long, conflicts_with_all = ["unpinned", "status", "sort", "reverse", "cached", "network", "check", "duplicates"])]
    pub(crate) all: bool,
    /// Files that the service has and has not told the CID of yet, instead.
    #[arg(long, conflicts_with_all = ["status", "sort", "reverse", "cached", "check", "duplicates", "unpinned", "all", "quiet"])]
    pub(crate) cid_pending: bool,
    /// Unpinned on this day (UTC) or at this moment, or later.
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "unpinned")]
    pub(crate) unpinned_since: Option<i64>,
    /// Unpinned before this day (UTC) or this moment.
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "unpinned")]
    pub(crate) unpinned_until: Option<i64>,
    /// Prints CIDs only.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Prints a table for other programs: CSV with a head.
    #[arg(long, conflicts_with_all = ["quiet", "json"])]
    pub(crate) csv: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each says itself")]
pub(crate) enum Status {
    Pinned,
    Queued,
    Pinning,
    Failed,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each says itself")]
pub(crate) enum Sort {
    #[default]
    Time,
    Name,
    Size,
    Cid,
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// CIDs, whole names, or the service's ids.
    #[arg(required = true, value_name = "PIN")]
    pub(crate) pins: Vec<String>,
    /// The new name of one pin.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The new name of each: {name}, {stem} and {ext} stand for the name it has, {n} for its number among the arguments.
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "name")]
    pub(crate) rename: Option<String>,
    /// Sets a key-value: KEY=TEXT, KEY:=5 for a number (or true, false), KEY@=2026-05-31 for a date; may be repeated.
    #[arg(long = "key", value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) keys: Vec<(String, Scalar)>,
    /// Takes a key away; may be repeated.
    #[arg(long, value_name = "KEY")]
    pub(crate) remove_key: Vec<String>,
    /// How long it is kept from now on: 12h, 7d, 4w, up to a day (UTC, included) or a moment, or `never` for until it is
    /// unpinned.
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub(crate) expires: Option<End>,
}

#[derive(Debug, Args)]
pub(crate) struct Link {
    /// Its CID, its whole name, or the service's id of it.
    pub(crate) pin: String,
    /// How long a link to a private file works: 30m, 12h, 7d; ten minutes without it.
    #[arg(long = "for", value_name = "TIME", value_parser = lasts)]
    pub(crate) lasts: Option<u64>,
    /// A download is called as the pin is; a private file's always is.
    #[arg(long)]
    pub(crate) named: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Swap {
    /// Its CID, its whole name, or the service's id of it.
    pub(crate) pin: String,
    /// The CID, or a link that names it, whose content is shown; without it nothing is changed.
    pub(crate) other: Option<String>,
    /// It shows its own content again.
    #[arg(long, conflicts_with = "other")]
    pub(crate) own: bool,
    /// The pin itself gets the other CID, where its service replaces pins; what it kept is let go.
    #[arg(long, requires = "other")]
    pub(crate) replace: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Rm {
    /// CIDs, whole names, or the service's ids.
    #[arg(required = true, value_name = "PIN")]
    pub(crate) pins: Vec<String>,
    /// Each pin that has such a CID or name, where several have.
    #[arg(long)]
    pub(crate) all: bool,
    /// Does not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// How far back the chart goes.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) span: Span,
    /// Prints a table for other programs: CSV with a head.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

/// Days, months or years.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Span {
    /// The last 30 days.
    Month,
    /// The last twelve months.
    #[default]
    Year,
    /// Since the first pin.
    All,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// The folder for everything that is kept.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The API's address.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// The gateway's address.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub(crate) gateway: SocketAddr,
    /// Has a paid plan: large folders may come as CARs, which a break does not undo.
    #[arg(long)]
    pub(crate) paid: bool,
}

//! What other processes ask of the one that holds the data folder: one JSON line over its socket, answered by lines.
//!
//! The socket is for this user only. No token crosses it. The command line asks in the same way whether it holds the
//! folder itself or another process does: [`ask`] answers in this process, [`converse`] asks the other.

mod accounts;
mod add;
mod allow;
mod answer;
mod coming;
mod converse;
mod desk;
mod edits;
#[cfg(test)]
mod fuzzed_tests;
mod groups;
mod job_control;
mod jobs;
mod keys;
mod left_out;
mod limits;
mod line;
mod lines;
mod links;
mod listen;
mod meant;
mod open;
mod past;
mod pending;
mod pins;
mod queue;
mod queue_control;
mod raw;
mod settled;
mod swaps;
mod usage;
mod watches;

use serde::{Deserialize, Serialize};

pub use accounts::{AccountLine, CountsLine};
pub use add::{Add, SecretsWish};
pub use allow::{SuspectLine, TypedPath};
pub use answer::ask;
pub use converse::{Ended, converse};
pub use desk::{Closed, Desk};
pub use edits::PinChange;
pub use groups::{GroupLine, GroupsAsked};
pub use jobs::{CopyAsked, Import, JobControl, JobLine, JobsAsked};
pub use keys::{KeyLine, KeysAsked};
pub use left_out::LeftOutLine;
pub use limits::{LimitWish, LimitsChange, LimitsLine};
pub use line::LONGEST_LINE;
pub use links::LinkLine;
pub use listen::listen;
pub(crate) use open::ask_to_open;
pub use open::{Asked, Opened};
pub use pins::{PastAsked, PinLine, PinsAsked, SortedBy};
pub use queue::{ProgressLine, UploadLine};
pub use queue_control::Control;
pub use swaps::{ShownLine, SwapAsked, SwapLine};
pub(crate) use usage::usage_line;
pub use usage::{GrowthLine, PartLine, TotalsLine, UsageLine};
pub use watches::{FileLine, FolderLine, FolderPause};

use crate::accounts::{Abilities, Account};
use crate::error::CommandError;
use crate::jobs::JobsFilter;
use crate::uploads::RestFor;
use crate::usage::UsageSpan;
use crate::watches::WatchRules;

/// What is asked. Accounts, pins and folders are named as people name them: by name, number, CID or path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum Request {
    /// A second start of the window.
    Open(Asked),
    /// Files and folders into the queue. Answered by a line for each upload, at its start and, where `follow` is set,
    /// whenever it changes until it has ended.
    Add(Add),
    /// As the second half of `Add`.
    Follow { uploads: Vec<i64> },
    /// Pins that match, and what is on its way.
    Pins(PinsAsked),
    /// One pin, by CID or whole name.
    Pin {
        account: Option<String>,
        which: String,
    },
    /// A link to a pin for others, by CID or whole name: of a private file for so many seconds. `named`: a download is called
    /// as the pin is.
    Link {
        account: Option<String>,
        which: String,
        seconds: Option<u64>,
        named: bool,
    },
    /// The service's own record of a pin, by CID or whole name.
    Record {
        account: Option<String>,
        which: String,
    },
    /// Where the address of a pin leads, and other content for it.
    Swap {
        account: Option<String>,
        which: String,
        what: SwapAsked,
    },
    /// Changes names, key-values and ends of pins, by CID or whole name.
    EditPins {
        account: Option<String>,
        pins: Vec<String>,
        change: PinChange,
    },
    /// All pins of a CID or a whole name, or the one of a service's id.
    AlikePins {
        account: Option<String>,
        which: String,
    },
    /// Unpins these numbers of the mirror.
    Unpin {
        account: Option<String>,
        pins: Vec<i64>,
    },
    /// CIDs that others provide. Answered by a line for each, as its job moves.
    Import(Import),
    /// Pins that another account is asked for, by CID or whole name. Answered as `Import` is.
    Copy(CopyAsked),
    /// The second half of `Import`, and of `Copy`.
    FollowJobs { jobs: Vec<i64>, to_the_end: bool },
    /// Jobs that match.
    Jobs(JobsAsked),
    /// Cancels, retries or clears jobs, named by number or CID. `origins` replaces the addresses of those retried.
    ControlJobs {
        account: Option<String>,
        what: JobControl,
        jobs: Vec<String>,
        origins: Option<Vec<String>>,
        /// All in these states instead; for `Cancel`.
        #[serde(default)]
        filter: Option<JobsFilter>,
    },
    /// Groups of pins.
    Groups {
        account: Option<String>,
        what: GroupsAsked,
    },
    /// API keys that match.
    Keys(KeysAsked),
    /// Revokes keys, named by public id or whole name.
    RevokeKeys {
        account: Option<String>,
        keys: Vec<String>,
        although_used: bool,
    },
    /// How an account is stored, and where its token is: to make a key with it.
    Stored { account: Option<String> },
    /// What an account uses.
    Usage {
        account: Option<String>,
        span: UsageSpan,
    },
    /// Every account, or this one.
    Accounts {
        #[serde(default)]
        account: Option<String>,
    },
    /// Every account, or this one, with what it holds and waits for.
    AccountCounts { account: Option<String> },
    /// An account whose token another process of this user has tested and put into the keychain.
    AdoptAccount {
        account: Box<Account>,
        abilities: Box<Abilities>,
        label: Option<String>,
    },
    /// Another token for an account, which another process of this user has tested and put where it is kept.
    ReplaceKey {
        account: String,
        key: Box<Account>,
        abilities: Box<Abilities>,
    },
    /// Gives an account another name.
    RenameAccount { account: String, label: String },
    /// Adds the built-in Sandbox.
    AddSandbox,
    /// Asks the service whether it accepts the account's token.
    TestAccount { account: Option<String> },
    /// Forgets an account here.
    RemoveAccount { account: String },
    /// Works with this account from now on.
    UseAccount { account: String },
    /// What is in the queue, of this account or of all; `ended`: and what has ended, newest first.
    Queue {
        #[serde(default)]
        account: Option<String>,
        ended: bool,
        limit: usize,
    },
    /// These uploads, each with what was left out of it.
    ShowUploads {
        account: Option<String>,
        uploads: Vec<i64>,
    },
    /// How much the queue does at once and how fast, after this change.
    Limits { change: LimitsChange },
    /// Nothing is sent for a while.
    RestQueue { pause: RestFor },
    /// Pauses, resumes, retries, cancels or moves to the front these uploads; none given: all, of this account where one is
    /// named.
    Control {
        #[serde(default)]
        account: Option<String>,
        what: Control,
        uploads: Vec<i64>,
    },
    /// Files of an upload that look like secrets and wait for a word.
    Suspects {
        #[serde(default)]
        account: Option<String>,
        upload: i64,
    },
    /// A yes to these files of an upload; `skip`: a no to all others that wait.
    AnswerSuspects {
        #[serde(default)]
        account: Option<String>,
        upload: i64,
        allow: Vec<TypedPath>,
        skip: bool,
    },
    /// A line for each upload that changes, of this account or of all, until the asker hangs up.
    FollowQueue {
        #[serde(default)]
        account: Option<String>,
    },
    /// Begins to watch a folder; the path is absolute.
    Watch {
        account: Option<String>,
        #[serde(with = "raw::path")]
        path: std::path::PathBuf,
        rules: Box<WatchRules>,
    },
    /// Every watched folder, of this account or of all.
    Folders {
        #[serde(default)]
        account: Option<String>,
    },
    /// One watched folder and its files. Where an account is named, here and below, a folder of another is none.
    Folder {
        #[serde(default)]
        account: Option<String>,
        folder: String,
        limit: usize,
    },
    /// Pauses a folder; `None`: lets it go on.
    PauseFolder {
        #[serde(default)]
        account: Option<String>,
        folder: String,
        pause: Option<FolderPause>,
    },
    /// Compares a folder with disk and service.
    Audit {
        #[serde(default)]
        account: Option<String>,
        folder: String,
    },
    /// Watches it no more.
    Unwatch {
        #[serde(default)]
        account: Option<String>,
        folder: String,
    },
}

impl Request {
    /// It changes nothing: its answer may end anywhere.
    fn only_looks(&self) -> bool {
        matches!(
            self,
            Self::Follow { .. }
                | Self::Pins(_)
                | Self::Pin { .. }
                | Self::AlikePins { .. }
                | Self::Link { .. }
                | Self::Record { .. }
                | Self::FollowJobs { .. }
                | Self::Jobs(_)
                | Self::Keys(_)
                | Self::Stored { .. }
                | Self::Usage { .. }
                | Self::Accounts { .. }
                | Self::AccountCounts { .. }
                | Self::Queue { .. }
                | Self::ShowUploads { .. }
                | Self::Suspects { .. }
                | Self::FollowQueue { .. }
                | Self::Folders { .. }
                | Self::Folder { .. }
                | Self::Audit { .. }
        )
    }

    /// Who asks waits for what the queue does, or stays for minutes. All others stay only a moment, and begin none of its
    /// work for others.
    pub fn waits_for_queue(&self) -> bool {
        match self {
            Self::Add(add) => add.follow,
            Self::Import(import) => import.follow,
            Self::Copy(copy) => copy.follow,
            Self::Follow { .. }
            | Self::FollowQueue { .. }
            | Self::FollowJobs { .. }
            | Self::Audit { .. } => true,
            _ => false,
        }
    }

    /// Asking it twice does, and says, what asking it once does.
    pub fn may_be_repeated(&self) -> bool {
        match self {
            Self::Groups { what, .. } => *what == GroupsAsked::List,
            Self::Swap { what, .. } => !matches!(what, SwapAsked::Replace(_)),
            // A template takes the name that it finds.
            Self::EditPins { change, .. } => change.rename.is_none(),
            Self::Open(_)
            | Self::Add(_)
            | Self::AnswerSuspects { .. }
            | Self::AdoptAccount { .. }
            | Self::ReplaceKey { .. }
            | Self::RenameAccount { .. }
            | Self::RemoveAccount { .. }
            | Self::RevokeKeys { .. }
            | Self::Unpin { .. }
            | Self::Unwatch { .. }
            | Self::Watch { .. } => false,
            _ => true,
        }
    }
}

/// A line of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reply {
    /// The question was understood and is being worked on; the first line.
    Heard,
    /// It was done; the last line.
    Done,
    /// It was not; the last line.
    Error(CommandError),
    /// Something worth knowing.
    Note {
        /// In words.
        sentence: String,
    },
    /// An upload.
    Upload(UploadLine),
    /// Something that was left out of an upload.
    LeftOut(LeftOutLine),
    /// A file of an upload that looks like a secret and waits for a word.
    Suspect(SuspectLine),
    /// How much the queue does at once, and how fast.
    Limits(LimitsLine),
    /// How far an upload is.
    Progress(ProgressLine),
    /// A pin, or what is to become one.
    Pin(PinLine),
    /// A link to a pin.
    Link(LinkLine),
    /// A service's own record of a pin, as JSON text.
    Record {
        /// The text.
        text: String,
    },
    /// Where the address of a pin leads.
    Swap(SwapLine),
    /// A CID that a service was asked for.
    Job(JobLine),
    /// A group.
    Group(GroupLine),
    /// An API key.
    Key(KeyLine),
    /// What an account uses.
    Usage(UsageLine),
    /// An account.
    Account(AccountLine),
    /// An account as it is stored; never printed.
    Stored {
        /// The account. Its own `kind` must not stand beside the line's.
        account: Box<Account>,
    },
    /// A watched folder.
    Folder(FolderLine),
    /// A file of a watched folder.
    File(FileLine),
}

//! What the page is shown of watched folders. Paths come as text to show; what is chosen comes back as numbers.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::clock::Millis;
use crate::pins::CheckState;

/// Figures for the status strip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchesHead {
    /// Watched folders.
    #[specta(type = u32)]
    pub folders: usize,
    /// Those that are being watched now: neither paused nor stopped.
    #[specta(type = u32)]
    pub watching: usize,
    /// Those that need a person.
    #[specta(type = u32)]
    pub needs_you: usize,
    /// Files on their way.
    #[specta(type = u32)]
    pub under_way: u64,
}

/// How a folder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WatchState {
    /// It is being looked at for the first time since the start.
    Looking,
    /// Files settle or are on their way.
    Working,
    /// Everything in it that is to be pinned is.
    UpToDate,
    /// The person paused it.
    Paused,
    /// Too many files disappeared at once; it waits for an answer.
    Braked,
    /// Nothing stands at its path.
    Missing,
    /// Another folder stands at its path.
    Replaced,
    /// It cannot be read, its disk does not answer, or Pinfold's data cannot be written.
    Stopped,
}

/// How many of its files are in each group. `all` counts every row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerCounts {
    /// Rows.
    #[specta(type = u32)]
    pub all: u64,
    /// Pinned.
    #[specta(type = u32)]
    pub pinned: u64,
    /// Different pins that its files have or had, those of files that are gone included.
    #[specta(type = u32)]
    pub kept: u64,
    /// Not yet quiet.
    #[specta(type = u32)]
    pub settling: u64,
    /// In the queue.
    #[specta(type = u32)]
    pub waiting: u64,
    /// Failed, or cannot be read.
    #[specta(type = u32)]
    pub failed: u64,
    /// By a rule, or too large.
    #[specta(type = u32)]
    pub left_out: u64,
    /// Secrets that wait for a word.
    #[specta(type = u32)]
    pub held: u64,
    /// Not on disk.
    #[specta(type = u32)]
    pub gone: u64,
    /// Of the gone: those that wait for an answer.
    #[specta(type = u32)]
    pub braked: u64,
}

/// Too many files disappeared at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BrakeRow {
    /// When.
    #[specta(type = u32)]
    pub at: Millis,
    /// How many.
    #[specta(type = u32)]
    pub count: u64,
    /// Of how many.
    #[specta(type = u32)]
    pub of: usize,
    /// Days of grace if they are to be unpinned.
    #[specta(type = u32)]
    pub days: u32,
    /// The whole question.
    pub sentence: String,
}

/// A watched folder as a card.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchRow {
    /// Its number.
    #[specta(type = u32)]
    pub id: i64,
    /// Its last name.
    pub name: String,
    /// Where it is, the home folder as `~`; text to show.
    pub path: String,
    /// The account's number, as text.
    pub account: String,
    /// The account's name.
    pub account_label: String,
    /// How it stands.
    pub state: WatchState,
    /// The card's second line.
    pub sentence: String,
    /// Files by group.
    pub counts: LedgerCounts,
    /// What it does, in a few words each.
    pub rules: Vec<String>,
    /// The whole folder is one pin; its CID.
    pub folder_cid: Option<String>,
    /// When something last came of it.
    #[specta(type = Option<u32>)]
    pub last_activity: Option<Millis>,
    /// When it was last looked at and was there.
    #[specta(type = Option<u32>)]
    pub last_seen: Option<Millis>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When.
    #[specta(type = Option<u32>)]
    pub last_error_at: Option<Millis>,
    /// Until when it is paused; absent with `state` paused: until resumed.
    #[specta(type = Option<u32>)]
    pub paused_until: Option<Millis>,
    /// Since when.
    #[specta(type = Option<u32>)]
    pub paused_since: Option<Millis>,
    /// It is looked at every so often, since changes cannot be heard; why, with the number.
    pub polling: Option<String>,
    /// It waits for an answer.
    pub brake: Option<BrakeRow>,
    /// When it was last compared with disk and service.
    #[specta(type = Option<u32>)]
    pub audited_at: Option<Millis>,
    /// What that found.
    pub audit: Option<String>,
    /// Differences that are not repaired.
    #[specta(type = u32)]
    pub differences: usize,
}

/// Which rows of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LedgerGroup {
    /// Every row.
    #[default]
    All,
    /// Pinned.
    Pinned,
    /// Settling, or in the queue.
    UnderWay,
    /// Failed, or cannot be read.
    Failed,
    /// By a rule, or too large.
    LeftOut,
    /// Secrets that wait for a word.
    Held,
    /// Not on disk.
    Gone,
    /// Of the gone: those that wait for an answer.
    Braked,
}

/// How a ledger is filtered and ordered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerQuery {
    /// Which group.
    pub group: LedgerGroup,
    /// A reason, exactly as in `reasons`.
    pub reason: Option<String>,
    /// Part of the path.
    pub text: String,
    /// By path; otherwise what changed last comes first.
    pub by_path: bool,
}

/// A state's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as in `EntryState`")]
pub enum LedgerState {
    Settling,
    Queued,
    Uploading,
    Pinned,
    Renamed,
    Ignored,
    Held,
    TooLarge,
    Unreadable,
    Failed,
    Changed,
    Gone,
}

/// A path of a watched folder.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRow {
    /// Its number within the folder.
    #[specta(type = u32)]
    pub id: i64,
    /// Below the folder; text to show.
    pub path: String,
    /// Where it stands.
    pub state: LedgerState,
    /// Why, whole.
    pub sentence: String,
    /// Bytes.
    #[specta(type = Option<u32>)]
    pub size: Option<u64>,
    /// Since when it stands there.
    #[specta(type = u32)]
    pub at: Millis,
    /// The pin's CID.
    pub cid: Option<String>,
    /// How it compares.
    pub check: CheckState,
    /// The pin in the list.
    #[specta(type = Option<u32>)]
    pub pin: Option<i64>,
    /// The row of the queue.
    #[specta(type = Option<u32>)]
    pub upload: Option<i64>,
    /// Counts distinct contents.
    pub version: u32,
    /// When it is tried again.
    #[specta(type = Option<u32>)]
    pub retry_at: Option<Millis>,
    /// When its pin goes too.
    #[specta(type = Option<u32>)]
    pub unpin_at: Option<Millis>,
    /// It may be sent after a yes.
    pub can_allow: bool,
    /// Retry is offered.
    pub can_retry: bool,
    /// Its pin can be kept.
    pub can_keep: bool,
}

/// A window of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerPage {
    /// Rows that match.
    #[specta(type = u32)]
    pub total: u64,
    /// By group, unfiltered.
    pub counts: LedgerCounts,
    /// Reasons that occur in the group, most frequent first.
    pub reasons: Vec<(String, u32)>,
    /// When the whole folder was last looked at.
    #[specta(type = Option<u32>)]
    pub as_of: Option<Millis>,
    /// The window.
    pub rows: Vec<LedgerRow>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WatchEvent {
    /// When.
    #[specta(type = u32)]
    pub at: Millis,
    /// `pinned`, `renamed`, `gone`, `held`, `failed`, `unpinned`, `stopped`, `went_on`, `braked`.
    pub kind: String,
    /// In words.
    pub sentence: String,
}

//! What a person wishes for a watched folder, and which folders cannot be watched.

use std::path::Path;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::pins::{MOST_KEYVALUES, Scalar};
use crate::planted::planted;
use crate::uploads::{GroupChoice, Target, UploadNetwork};
use crate::walk::{LeaveOut, Patterns};

/// Files from this size on settle for longer.
const LARGE: u64 = 100_000_000;
const SECOND: Millis = 1_000;
const DAY: Millis = 86_400_000;

/// What becomes a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WatchUnit {
    /// Each file.
    #[default]
    Files,
    /// The whole folder, as one CID with versions.
    Folder,
}

/// What happens to the pin of what a file was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OnChange {
    /// Every version stays pinned.
    #[default]
    KeepAll,
    /// This many versions stay pinned, the present one counted.
    KeepLast {
        /// At least 1.
        n: u32,
    },
    /// Only the present one stays, once it is pinned and verified.
    Replace,
}

/// What happens to the pin of a file that is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OnDelete {
    /// It stays.
    #[default]
    Keep,
    /// It is unpinned after a grace time.
    Unpin {
        /// Days of grace; 0: as soon as the folder was looked at again.
        days: u32,
    },
}

/// A watched folder's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the dialog"
)]
pub struct WatchRules {
    /// What becomes a pin.
    pub unit: WatchUnit,
    /// The pin's name: text with `{name}`, `{stem}`, `{ext}`, `{path}`, `{folder}`, `{date}`, `{version}`.
    pub name: String,
    /// Key-values of every pin.
    pub keyvalues: Vec<(String, Scalar)>,
    /// 0 or 1.
    pub cid_version: u8,
    /// Patterns of what is left out, as in a .gitignore, one a line.
    pub ignore: String,
    /// System files, unfinished downloads and editors' swap files are left out.
    pub usual: bool,
    /// Files and folders whose names begin with a dot are taken too.
    pub hidden: bool,
    /// Larger files are left out; bytes.
    #[specta(type = Option<u32>)]
    pub largest: Option<u64>,
    /// Goes into folders that are other disks.
    pub other_disks: bool,
    /// A file changes.
    pub on_change: OnChange,
    /// A file disappears.
    pub on_delete: OnDelete,
    /// Seconds for which a file must be quiet; larger ones at least 10.
    pub settle: u32,
    /// Minutes between looks at the whole folder.
    pub rescan: u32,
    /// Compares with disk and service every night.
    pub audit: bool,
    /// The group that every pin goes to.
    pub group: Option<GroupChoice>,
    /// Who may read what is pinned.
    pub network: UploadNetwork,
}

impl Default for WatchRules {
    fn default() -> Self {
        Self {
            unit: WatchUnit::Files,
            name: "{name}".into(),
            keyvalues: Vec::new(),
            cid_version: 1,
            ignore: String::new(),
            usual: true,
            hidden: false,
            largest: None,
            other_disks: false,
            on_change: OnChange::KeepAll,
            on_delete: OnDelete::Keep,
            settle: 3,
            rescan: 60,
            audit: true,
            group: None,
            network: UploadNetwork::Public,
        }
    }
}

impl WatchRules {
    /// What of the folder is left out by name.
    pub(super) fn leave_out(&self) -> LeaveOut<'_> {
        LeaveOut {
            patterns: &self.ignore,
            usual: self.usual,
            hidden: !self.hidden,
        }
    }

    /// How long a file of this size must be quiet.
    pub fn settle_for(&self, size: u64) -> Millis {
        if planted("settle") {
            return 0;
        }
        let seconds = if size >= LARGE {
            self.settle.max(10)
        } else {
            self.settle
        };
        Millis::from(seconds) * SECOND
    }

    /// How long a deletion waits before anything is unpinned; `None`: nothing is.
    pub fn grace(&self) -> Option<Millis> {
        match self.on_delete {
            OnDelete::Keep => None,
            OnDelete::Unpin { days } => Some(Millis::from(days) * DAY),
        }
    }

    /// How many versions stay pinned; `None`: all.
    pub fn versions(&self) -> Option<usize> {
        match self.on_change {
            OnChange::KeepAll => None,
            OnChange::KeepLast { n } => Some(n.max(1) as usize),
            OnChange::Replace => Some(1),
        }
    }

    /// Where pins go within the account.
    pub(super) fn target(&self) -> Target {
        Target {
            network: self.network,
            group: self.group.clone(),
            expires: None,
        }
    }

    /// Why these rules cannot be.
    pub fn check(&self) -> Result<(), CommandError> {
        let wrong = |words: &str| Err(CommandError::new(ErrorCode::BadInput, words));
        if self.cid_version > 1 {
            return wrong("CID versions are 0 and 1.");
        }
        if self.name.trim().is_empty() {
            return wrong("A name needs at least one character, {name} for instance.");
        }
        if let Some(unknown) = unknown_word(&self.name) {
            return wrong(&format!(
                "{{{unknown}}} means nothing in a name. Known are {}.",
                WORDS.map(|word| format!("{{{word}}}")).join(", ")
            ));
        }
        if self.keyvalues.iter().any(|(key, _)| key.trim().is_empty()) {
            return wrong("A key-value needs a key.");
        }
        if self.keyvalues.len() > MOST_KEYVALUES {
            return wrong("A pin takes at most 10 key-values. Remove one first.");
        }
        if matches!(self.on_change, OnChange::KeepLast { n: 0 }) {
            return wrong("At least one version has to stay.");
        }
        if self.unit == WatchUnit::Folder && self.network == UploadNetwork::Private {
            return wrong(
                "A folder as one pin can only be public. Pin each file, or make it public.",
            );
        }
        if !(1..=3_600).contains(&self.settle) {
            return wrong("A file can be waited for from 1 second to 1 hour.");
        }
        if !(1..=10_080).contains(&self.rescan) {
            return wrong("The whole folder can be looked at every minute to once a week.");
        }
        Patterns::check(self.leave_out())
    }
}

const WORDS: [&str; 7] = ["name", "stem", "ext", "path", "folder", "date", "version"];

fn unknown_word(template: &str) -> Option<String> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(word, _)| word)
        .find(|word| !WORDS.contains(word))
        .map(str::to_owned)
}

/// The name of a pin: the template filled with what is known of the file.
pub fn pin_name(template: &str, folder: &str, inside: &str, version: u32, now: Millis) -> String {
    let name = inside.rsplit('/').next().unwrap_or(inside);
    let (stem, ext) = match name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() => (stem, ext),
        _ => (name, ""),
    };
    let date = jiff::Timestamp::from_millisecond(now)
        .map(|at| at.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default();
    let filled = template
        .replace("{name}", name)
        .replace("{stem}", stem)
        .replace("{ext}", ext)
        .replace("{path}", inside)
        .replace("{folder}", folder)
        .replace("{date}", &date)
        .replace("{version}", &version.to_string());
    // What a service takes as a name; the end tells files apart better than the middle.
    let chars: Vec<char> = filled.chars().collect();
    if chars.len() <= 245 {
        filled
    } else {
        chars[..120]
            .iter()
            .chain(['…'].iter())
            .chain(chars[chars.len() - 120..].iter())
            .collect()
    }
}

/// Places that are never watched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forbidden {
    /// The person's home folder, where it is known.
    pub home: Option<std::path::PathBuf>,
    /// Pinfold's own data.
    pub data: Option<std::path::PathBuf>,
}

/// Why a folder cannot be watched; `watched` are the roots that are.
pub(super) fn refusal(root: &Path, forbidden: &Forbidden, watched: &[&Path]) -> Option<String> {
    let shown = root.display();
    if root.parent().is_none() {
        return Some("The whole disk cannot be watched. Choose a folder in it.".into());
    }
    if let Some(home) = &forbidden.home {
        if home.starts_with(root) {
            return Some(
                "Your home folder cannot be watched as a whole: it holds keys and passwords. Choose a folder in it."
                    .into(),
            );
        }
        for secret in [
            ".ssh",
            ".gnupg",
            ".aws",
            ".config",
            ".local",
            ".mozilla",
            ".password-store",
            ".kube",
        ] {
            if root.starts_with(home.join(secret)) {
                return Some(format!(
                    "{shown} is where keys, passwords and settings are kept. It cannot be watched."
                ));
            }
        }
    }
    if root
        .iter()
        .any(|name| name == ".ssh" || name == ".gnupg" || name == ".aws")
    {
        return Some(format!(
            "{shown} is where keys are kept. It cannot be watched."
        ));
    }
    if ["/proc", "/sys", "/dev", "/run", "/etc", "/boot"]
        .iter()
        .any(|system| root.starts_with(system))
        && !root.starts_with("/run/media")
        && !root.starts_with("/run/user")
    {
        return Some(format!(
            "{shown} belongs to the system. It cannot be watched."
        ));
    }
    if let Some(data) = &forbidden.data
        && (root.starts_with(data) || data.starts_with(root))
    {
        return Some(format!(
            "{shown} holds Pinfold's own data, which changes with every upload. It cannot be watched."
        ));
    }
    for other in watched {
        if root == *other {
            return Some(format!("{shown} is watched already."));
        }
        if root.starts_with(other) {
            return Some(format!(
                "{shown} is inside {}, which is watched already.",
                other.display()
            ));
        }
        if other.starts_with(root) {
            return Some(format!(
                "{shown} holds {}, which is watched already. Stop watching that one first.",
                other.display()
            ));
        }
    }
    None
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

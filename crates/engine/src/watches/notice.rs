//! What the shell may show outside the window: one notice for what came together, never one a file.

use serde::Serialize;
use specta::Type;

use super::folder::Tally;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Which folder.
    #[specta(type = u32)]
    pub watch: i64,
    /// One line.
    pub title: String,
    /// One sentence more.
    pub body: String,
    /// A person has to do something.
    pub needs_you: bool,
}

impl Notice {
    pub(super) fn stopped(watch: i64, folder: &str, sentence: &str) -> Self {
        Self {
            watch,
            title: format!("{folder} is not being watched"),
            body: sentence.to_owned(),
            needs_you: true,
        }
    }

    /// `None`: nothing that is worth a notice (renames, deletions that keep their pins).
    pub(super) fn batch(watch: i64, folder: &str, tally: Tally) -> Option<Self> {
        let files = |n: usize| {
            if n == 1 {
                "1 file".to_owned()
            } else {
                format!("{n} files")
            }
        };
        let mut words = Vec::new();
        if tally.failed > 0 {
            words.push(format!("{} could not be pinned.", files(tally.failed)));
        }
        if tally.held > 0 {
            let verb = if tally.held == 1 {
                "looks like a secret"
            } else {
                "look like secrets"
            };
            words.push(format!(
                "{} {verb} and wait for your word.",
                files(tally.held)
            ));
        }
        if tally.pinned == 0 && words.is_empty() {
            return None;
        }
        let title = match tally.pinned {
            0 => format!("{folder} needs you"),
            1 => format!("1 file of {folder} is pinned"),
            n => format!("{n} files of {folder} are pinned"),
        };
        Some(Self {
            watch,
            title,
            body: words.join(" "),
            needs_you: tally.failed + tally.held > 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_together_is_told_once_with_its_numbers() {
        let tally = Tally {
            pinned: 12,
            failed: 1,
            held: 2,
            ..Tally::default()
        };
        let notice = Notice::batch(1, "Prints", tally).expect("a notice");
        assert_eq!(notice.title, "12 files of Prints are pinned");
        assert_eq!(
            notice.body,
            "1 file could not be pinned. 2 files look like secrets and wait for your word."
        );
        assert!(notice.needs_you);
    }

    #[test]
    fn renames_and_deletions_that_keep_their_pins_disturb_nobody() {
        let tally = Tally {
            renamed: 400,
            gone: 3,
            ..Tally::default()
        };
        assert_eq!(Notice::batch(1, "Prints", tally), None);
    }
}

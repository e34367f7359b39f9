//! What of a folder is left out, by name: patterns as in a .gitignore, a `.pinignore` in the folder, and what nobody wants pinned.

use std::fmt;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Files, Place};
use crate::error::{CommandError, ErrorCode};
use crate::message::shortened;

/// Left out unless the rules say otherwise, with what each is called.
const USUAL: [(&str, &[&str]); 4] = [
    (
        "system files",
        &[
            ".DS_Store",
            "._*",
            ".Spotlight-V100/",
            ".Trashes/",
            ".Trash-*/",
            ".fseventsd/",
            "Thumbs.db",
            "ehthumbs.db",
            "desktop.ini",
            "$RECYCLE.BIN/",
            "System Volume Information/",
            ".directory",
            ".nfs*",
            ".fuse_hidden*",
            "lost+found/",
        ],
    ),
    (
        "editors' swap and lock files",
        &[
            "*.swp",
            "*.swo",
            "*.swx",
            "*~",
            ".#*",
            "\\#*\\#",
            "~$*",
            ".~lock.*#",
            "*.tmp",
            "*.temp",
            "4913",
            "*.kate-swp",
            "*.lock~",
            ".goutputstream-*",
            ".sb-*",
            "*.bak~",
        ],
    ),
    (
        "unfinished downloads",
        &[
            "*.part",
            "*.partial",
            "*.crdownload",
            "*.download/",
            "*.opdownload",
            "*.aria2",
            "*.!ut",
            "*.filepart",
        ],
    ),
    (
        "version control",
        &[".git/", ".hg/", ".svn/", ".bzr/", "CVS/"],
    ),
];

/// The file in a folder that holds patterns of its own. It is never pinned.
pub(crate) const PINIGNORE: &str = ".pinignore";
/// Bytes of it that are read.
const READ: u64 = 256 * 1024;

/// Bytes of patterns that a person types.
const TYPED: usize = 64_000;
/// The longest pattern: no path that it could mean is longer (PATH_MAX).
const LONGEST: usize = 4_096;
/// Braces within braces of one pattern. Each of them is read inside the one before, on the stack.
const DEEPEST: usize = 16;
/// Characters of a line that are told.
const TOLD: usize = 100;

/// What a folder's own patterns are, as text; empty where it has none.
pub(crate) fn own_patterns(files: &dyn Files, root: &Place) -> Option<String> {
    let (file, _) = files.open(&root.child(PINIGNORE.into())).ok()?;
    let mut bytes = Vec::new();
    let _ = file.take(READ).read_to_end(&mut bytes);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a person wants left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeaveOut<'a> {
    /// Patterns as in a .gitignore, one a line.
    pub(crate) patterns: &'a str,
    /// What nobody wants pinned, too.
    pub(crate) usual: bool,
    /// What begins with a dot, too.
    pub(crate) hidden: bool,
}

impl<'a> LeaveOut<'a> {
    /// Just these: what is dropped goes as it is but for what somebody wrote down.
    pub(crate) fn only(patterns: &'a str) -> Self {
        Self {
            patterns,
            usual: false,
            hidden: false,
        }
    }
}

/// Why something is left out by its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A pattern that a person typed.
    Typed(String),
    /// A pattern of the folder's `.pinignore`.
    Own(String),
    /// It is the `.pinignore`.
    Pinignore,
    /// Nobody wants it pinned; what it is called.
    Usual(&'static str),
    /// Its name begins with a dot.
    Hidden,
}

/// As the end of "Rule: …".
impl fmt::Display for Rule {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Typed(pattern) | Self::Own(pattern) => pattern,
            Self::Pinignore => "patterns of this folder",
            Self::Usual(what) => what,
            Self::Hidden => "hidden",
        })
    }
}

impl Rule {
    /// What is said of one thing that it leaves out, after its name.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Own(pattern) => format!("was left out by a pattern in {PINIGNORE}: {pattern}"),
            Self::Pinignore => "holds the folder’s own patterns and is never pinned.".into(),
            rule => format!("was left out by a pattern: {rule}"),
        }
    }

    /// What is said of all that it leaves out, before their number.
    pub(crate) fn heading(&self) -> String {
        match self {
            Self::Own(pattern) => {
                format!("Left out by {} in {PINIGNORE}", shortened(pattern, TOLD))
            }
            Self::Pinignore => "Left out as a folder’s own patterns".into(),
            rule => format!("Left out by {}", shortened(&rule.to_string(), TOLD)),
        }
    }

    /// It says no more than this name.
    pub(crate) fn names_only(&self, name: &str) -> bool {
        matches!(self, Self::Typed(pattern) | Self::Own(pattern) if pattern.trim_matches('/') == name)
    }
}

/// All patterns of a folder.
pub(crate) struct Patterns {
    own: Gitignore,
    /// One matcher for all of [`USUAL`]: names are many.
    usual: Gitignore,
    hidden: bool,
}

impl Patterns {
    /// Reads a person's patterns and those of the folder's `.pinignore`. Fails with the line that is no pattern;
    /// a line of the `.pinignore` that is none is passed over.
    pub(crate) fn new(wanted: LeaveOut<'_>, pinignore: &str) -> Result<Self, String> {
        let mut own = GitignoreBuilder::new("");
        for line in wanted.patterns.lines() {
            if !add(&mut own, None, line) {
                return Err(shortened(line.trim(), TOLD));
            }
        }
        for line in pinignore.lines().take(10_000) {
            if !add(&mut own, Some(PINIGNORE), line) {
                let line = shortened(line, TOLD);
                tracing::debug!(line, "a line of a .pinignore is passed over");
            }
        }
        let mut usual = GitignoreBuilder::new("");
        let usuals = USUAL.iter().filter(|_| wanted.usual);
        for pattern in usuals.flat_map(|(_, patterns)| patterns.iter()) {
            usual
                .add_line(None, pattern)
                .map_err(|error| error.to_string())?;
        }
        let built = |builder: &GitignoreBuilder| builder.build().map_err(|error| error.to_string());
        Ok(Self {
            own: built(&own)?,
            usual: built(&usual)?,
            hidden: wanted.hidden,
        })
    }

    /// Fails with a sentence about the line that is no pattern, or about too many of them.
    pub(crate) fn check(wanted: LeaveOut<'_>) -> Result<(), CommandError> {
        if wanted.patterns.len() > TYPED {
            let sentence = "There are more than 64 kB of patterns. Put them into a .pinignore in the folder instead.";
            return Err(CommandError::new(ErrorCode::TooLarge, sentence));
        }
        Self::new(wanted, "").map(|_| ()).map_err(|line| {
            CommandError::new(
                ErrorCode::BadInput,
                format!("“{line}” is not a pattern that a .gitignore would take."),
            )
        })
    }

    /// Why this is left out; `None`: it is not. `inside` is relative to the root.
    pub(crate) fn rule(&self, inside: &Path, folder: bool) -> Option<Rule> {
        match self.own.matched(inside, folder) {
            Match::Ignore(glob) => {
                let pattern = glob.original().to_owned();
                return Some(match glob.from() {
                    None => Rule::Typed(pattern),
                    Some(_) => Rule::Own(pattern),
                });
            }
            // A pattern with an exclamation mark wants it, whatever else would leave it out.
            Match::Whitelist(_) => return None,
            Match::None => {}
        }
        let name = inside.file_name()?;
        if name == PINIGNORE {
            return Some(Rule::Pinignore);
        }
        if let Match::Ignore(glob) = self.usual.matched(inside, folder) {
            let pattern = glob.original();
            let known = USUAL
                .iter()
                .find(|(_, patterns)| patterns.contains(&pattern));
            return known.map(|(what, _)| Rule::Usual(what));
        }
        let dotted = name.as_bytes().first() == Some(&b'.');
        (dotted && self.hidden).then_some(Rule::Hidden)
    }
}

/// Adds a line of this file, or one that was typed; false where it is no pattern.
fn add(to: &mut GitignoreBuilder, file: Option<&str>, line: &str) -> bool {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for letter in line.bytes() {
        match letter {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    line.len() <= LONGEST
        && deepest <= DEEPEST
        && to.add_line(file.map(PathBuf::from), line).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(patterns: &str) -> LeaveOut<'_> {
        LeaveOut {
            patterns,
            usual: true,
            hidden: true,
        }
    }

    fn patterns(ignore: &str, pinignore: &str) -> Patterns {
        Patterns::new(usual(ignore), pinignore).expect("patterns")
    }

    #[test]
    fn what_programs_leave_behind_for_a_moment_is_left_out() {
        let patterns = patterns("", "");
        for name in [
            ".DS_Store",
            "a/.notes.txt.swp",
            "a/4913",
            "draft~",
            ".~lock.report.odt#",
            "film.mkv.part",
            "a/b/x.crdownload",
            ".photo.jpg.Ab12Cd",
            ".git",
        ] {
            let folder = name == ".git";
            assert!(patterns.rule(Path::new(name), folder).is_some(), "{name}");
        }
        for name in ["a.txt", "particle.txt", "tmp/a.txt", "swp", "a b.jpg"] {
            assert_eq!(patterns.rule(Path::new(name), false), None, "{name}");
        }
    }

    #[test]
    fn a_folders_own_patterns_add_to_the_rules_and_may_want_something_back() {
        let patterns = patterns("*.psd\nprivate/\n", "!keep.psd\n/build\n[\n");
        assert_eq!(
            patterns.rule(Path::new("a/x.psd"), false),
            Some(Rule::Typed("*.psd".into()))
        );
        assert_eq!(patterns.rule(Path::new("a/keep.psd"), false), None);
        assert!(patterns.rule(Path::new("private"), true).is_some());
        assert_eq!(
            patterns.rule(Path::new("build"), true),
            Some(Rule::Own("/build".into()))
        );
        assert_eq!(patterns.rule(Path::new("a/build"), true), None);
    }

    #[test]
    fn hidden_files_are_taken_only_when_asked_for_and_their_patterns_never() {
        let taken = LeaveOut {
            hidden: false,
            ..usual("")
        };
        let open = Patterns::new(taken, "").expect("patterns");
        assert_eq!(open.rule(Path::new(".profile"), false), None);
        assert!(open.rule(Path::new(PINIGNORE), false).is_some());
        assert!(
            patterns("", "")
                .rule(Path::new(".profile"), false)
                .is_some()
        );
    }

    #[test]
    fn a_line_with_braces_in_braces_without_end_is_no_pattern() {
        let deep = |depth| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
        let read = patterns("", &format!("{}\n*.psd\n{}", deep(60_000), deep(4)));
        assert!(read.rule(Path::new("x.psd"), false).is_some());
        assert!(read.rule(Path::new("a"), false).is_some());
        let wrong = Patterns::new(usual(&deep(60_000)), "");
        let named = wrong.err().unwrap_or_default();
        assert!(named.starts_with("{{{") && named.len() < 200, "{named}");
    }

    #[test]
    fn more_patterns_than_anybody_writes_are_refused() {
        let many = |count| "*.psd\n".repeat(count);
        assert!(Patterns::check(usual(&many(5_000))).is_ok());
        let refused = Patterns::check(usual(&many(50_000)));
        assert_eq!(refused.map_err(|it| it.code), Err(ErrorCode::TooLarge));
    }

    #[test]
    fn a_line_that_is_no_pattern_is_named() {
        let wrong = Patterns::new(usual("a\n{b\n"), "");
        assert_eq!(wrong.err().as_deref(), Some("{b"));
    }
}

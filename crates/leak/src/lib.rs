//! The look for a secret in everything that was written: files, their names, and what a process told. Only tests use it. It
//! knows none of our crates, so that what masks a secret and what looks for it cannot make the same mistake.
//!
//! It is for tests: a scan of nothing, or for something too short to be told from chance, is a panic and no good news. What
//! is compressed or encrypted is not looked into.
//!
//! On Unix a process that closes a file lets go of all its locks on it, also those of a database that has it open elsewhere in
//! the same process: where another process uses that database, too, a copy is scanned that somebody else made.

#![expect(
    clippy::disallowed_methods,
    reason = "what a test's own processes wrote"
)]

mod forms;
mod many;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use forms::{SEGMENT, forms};
use many::Many;

/// No secret of a test is shorter: what is shorter stands in a database by chance.
pub const SHORTEST: usize = 12;

/// One place where a secret stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Leak {
    /// The file or folder, also where only its name holds it.
    pub path: PathBuf,
    /// In which form; never the secret.
    pub form: String,
}

/// What a scan saw.
#[derive(Debug)]
pub struct Scanned {
    /// How many files were read.
    pub files: usize,
    /// Where a secret stands.
    pub leaks: Vec<Leak>,
    /// What is there and could not be read.
    pub unread: Vec<PathBuf>,
}

impl Scanned {
    /// Panics where a secret stands somewhere, or something could not be looked at.
    pub fn assert_clean(&self) {
        assert!(
            self.leaks.is_empty() && self.unread.is_empty(),
            "written: {:#?}, not readable: {:#?}",
            self.leaks,
            self.unread
        );
    }
}

/// What is looked for. It has no `Debug`: a test that fails does not print it.
pub struct Secrets {
    forms: Vec<String>,
    many: Many,
}

impl Secrets {
    /// All forms of all of these.
    pub fn new(secrets: &[impl AsRef<str>]) -> Self {
        let all = secrets.iter().flat_map(|secret| {
            let secret = secret.as_ref();
            assert!(secret.len() >= SHORTEST, "too short to be looked for");
            forms(secret)
        });
        let (forms, wanted): (_, Vec<_>) = all.unzip();
        assert!(!wanted.is_empty(), "there is nothing to look for");
        Self {
            forms,
            many: Many::new(wanted),
        }
    }

    /// The forms in which one of them stands in these bytes.
    pub fn in_bytes(&self, bytes: &[u8]) -> Vec<&str> {
        let found = self.many.found_in(bytes).into_iter();
        found.map(|at| self.forms[at].as_str()).collect()
    }

    /// Looks at every file under the folder, and at every name and every link's target. What may hold a secret, files or
    /// folders, is named and not read.
    pub fn scan(&self, folder: &Path, may_hold: &[PathBuf]) -> Scanned {
        let mut scanned = Scanned {
            files: 0,
            leaks: Vec::new(),
            unread: Vec::new(),
        };
        self.visit(folder, may_hold, &mut scanned);
        assert!(scanned.files > 0, "nothing to scan in {}", folder.display());
        scanned
    }

    fn visit(&self, folder: &Path, may_hold: &[PathBuf], scanned: &mut Scanned) {
        let Some(entries) = there(fs::read_dir(folder), folder, scanned) else {
            return;
        };
        for entry in entries {
            let Some(entry) = there(entry, folder, scanned) else {
                continue;
            };
            let path = entry.path();
            self.look(entry.file_name().as_encoded_bytes(), &path, scanned);
            if may_hold.contains(&path) {
                continue;
            }
            let Some(kind) = there(entry.file_type(), &path, scanned) else {
                continue;
            };
            if kind.is_dir() {
                self.visit(&path, may_hold, scanned);
            } else if kind.is_symlink() {
                let target = there(fs::read_link(&path), &path, scanned).unwrap_or_default();
                self.look(target.as_os_str().as_encoded_bytes(), &path, scanned);
            } else if kind.is_file()
                && let Some(content) = there(fs::read(&path), &path, scanned)
            {
                scanned.files += 1;
                self.look(&content, &path, scanned);
            }
        }
    }

    fn look(&self, bytes: &[u8], path: &Path, scanned: &mut Scanned) {
        for form in self.in_bytes(bytes) {
            let leak = Leak {
                path: path.to_owned(),
                form: form.to_owned(),
            };
            if !scanned.leaks.contains(&leak) {
                scanned.leaks.push(leak);
            }
        }
    }
}

/// What is there. A process that still runs may take its files away meanwhile; anything else is told.
fn there<T>(read: io::Result<T>, path: &Path, scanned: &mut Scanned) -> Option<T> {
    if let Err(error) = &read
        && error.kind() != io::ErrorKind::NotFound
    {
        scanned.unread.push(path.to_owned());
    }
    read.ok()
}

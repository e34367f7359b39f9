//! No token stands in what the engine writes, nor in what a process of a test told: each house looks at its end, and a test
//! whenever a process died.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use leak::{SHORTEST, Scanned, Secrets};

use super::{House, TOKEN};

/// The tokens of a house's further accounts.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<Vec<String>>);

impl Tokens {
    pub(crate) fn keep(&self, token: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(token.to_owned());
    }

    /// What can be told from chance.
    fn secrets(&self) -> Secrets {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let long = all.iter().filter(|token| token.len() >= SHORTEST);
        let tokens: Vec<_> = long.map(String::as_str).chain([TOKEN]).collect();
        Secrets::new(&tokens)
    }
}

impl House {
    /// Where a token stands in the engine's own files and in what its processes told, in any form. They are read where they
    /// are, by which this process loses its locks on them: no other may use them from then on.
    pub(crate) fn scanned(&self) -> Scanned {
        let secrets = self.tokens.secrets();
        let mut scanned = secrets.scan(&self.data(), &[]);
        if self.words().exists() {
            let told = secrets.scan(&self.words(), &[]);
            scanned.files += told.files;
            scanned.leaks.extend(told.leaks);
            scanned.unread.extend(told.unread);
        }
        scanned
    }

    /// There is none at the end of a house. Answers how many files were read.
    pub(crate) fn ends_clean(&self) -> usize {
        let scanned = self.scanned();
        scanned.assert_clean();
        scanned.files
    }

    /// There is none in what a process left, after which others come: a copy of it is read.
    pub(crate) fn left_clean(&self) -> usize {
        let copy = tempfile::tempdir().expect("a temporary folder");
        let folders = [self.data(), self.words()];
        let copied = Command::new("cp")
            .arg("--recursive")
            .args(folders.iter().filter(|folder| folder.exists()))
            .arg(copy.path())
            .status();
        assert!(copied.expect("starts").success());
        let scanned = self.tokens.secrets().scan(copy.path(), &[]);
        scanned.assert_clean();
        scanned.files
    }

    /// Whether this secret stands in the engine's own files, in any form.
    pub(crate) fn on_disk(&self, secret: &str) -> bool {
        let scanned = Secrets::new(&[secret]).scan(&self.data(), &[]);
        !scanned.leaks.is_empty()
    }

    /// What its processes told, each behind the one before.
    fn words(&self) -> PathBuf {
        self.folder.path().join("told")
    }

    /// Where a process tells what it has to say.
    pub(crate) fn keeps(&self, what: &str) -> Stdio {
        let folder = self.words();
        std::fs::create_dir_all(&folder).expect("creates");
        let file: File = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join(what))
            .expect("opens");
        file.into()
    }
}

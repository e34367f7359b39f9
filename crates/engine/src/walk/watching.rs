//! Hearing that something below a folder changed. What changed is for a look at the disk to say: an event only names a path.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

/// What was heard since the last time somebody asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// Paths that something happened to.
    pub dirty: HashSet<PathBuf>,
    /// Files that were written to and not closed since.
    pub writing: HashSet<PathBuf>,
    /// Events were lost, or too many came: look at everything.
    pub lost: bool,
    /// From now on not everything is heard, and why.
    pub deaf: Option<Deaf>,
}

/// More dirty paths than this are not remembered one by one.
const MOST_DIRTY: usize = 20_000;

/// Where a watcher puts what it hears.
#[derive(Debug, Clone, Default)]
pub struct Ear {
    heard: Arc<Mutex<Heard>>,
    bell: Arc<Notify>,
}

impl Ear {
    /// Something happened to this path.
    pub fn dirty(&self, path: PathBuf) {
        self.hear(|heard| {
            if heard.dirty.len() >= MOST_DIRTY {
                heard.lost = true;
                heard.dirty.clear();
            }
            if !heard.lost {
                heard.dirty.insert(path);
            }
        });
    }

    /// Somebody writes to this file, or has closed it.
    pub fn writing(&self, path: PathBuf, open: bool) {
        self.hear(|heard| {
            if open {
                heard.writing.insert(path.clone());
            } else {
                heard.writing.remove(&path);
            }
        });
        self.dirty(path);
    }

    /// Events were lost.
    pub fn lost(&self) {
        self.hear(|heard| heard.lost = true);
    }

    /// A part of the folder cannot be listened to.
    pub fn deaf(&self, why: Deaf) {
        self.hear(|heard| {
            heard.lost = true;
            heard.deaf = Some(why);
        });
    }

    /// Takes what was heard. Files that are still open for writing stay known.
    pub fn take(&self) -> Heard {
        let mut heard = self.lock();
        let writing = heard.writing.clone();
        let taken = std::mem::take(&mut *heard);
        heard.writing = writing;
        taken
    }

    /// Files that are open for writing, as far as was heard.
    pub fn take_writing(&self) -> HashSet<PathBuf> {
        self.lock().writing.clone()
    }

    /// No longer believes that these are being written to: the closing may have been missed.
    pub fn forget_writing(&self, paths: &[PathBuf]) {
        let mut heard = self.lock();
        for path in paths {
            heard.writing.remove(path);
        }
    }

    /// Whether there is anything to take.
    pub fn is_quiet(&self) -> bool {
        let heard = self.lock();
        heard.dirty.is_empty() && !heard.lost
    }

    /// Returns once something was heard.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }

    fn hear(&self, put: impl FnOnce(&mut Heard)) {
        put(&mut self.lock());
        self.bell.notify_one();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

/// Listens while it lives.
pub trait Listening: Send + Sync {
    /// Listens to what happens in this folder, too, not to what happens below it. Asked just before the folder is looked
    /// into, each time. One that may not be read, or went, is no error.
    fn folder(&self, path: &Path) -> Result<(), Deaf>;
}

/// Why changes cannot be heard here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deaf {
    /// The system allows no more watches.
    Exhausted {
        /// How many it allows one person, where it says so.
        limit: Option<u64>,
    },
    /// The file system tells nobody of changes (a network disk, say); its name.
    Mute(String),
    /// Anything else, in the system's words.
    Other(String),
}

/// Whoever can hear changes; a test puts its own in.
pub trait Watching: Send + Sync {
    /// Listens to `root`, and to what below it will be asked for.
    fn listen(&self, root: &Path, ear: Ear) -> Result<Box<dyn Listening>, Deaf>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_events_make_the_names_of_the_others_worthless() {
        let ear = Ear::default();
        for n in 0..=MOST_DIRTY {
            ear.dirty(PathBuf::from(n.to_string()));
        }
        let heard = ear.take();
        assert!(heard.lost && heard.dirty.is_empty());
        assert!(ear.is_quiet(), "it was taken");
    }

    #[test]
    fn a_file_that_is_open_for_writing_stays_known_until_it_is_closed() {
        let ear = Ear::default();
        ear.writing("a".into(), true);
        assert!(ear.take().writing.contains(Path::new("a")));
        assert!(ear.take().writing.contains(Path::new("a")));
        ear.writing("a".into(), false);
        assert!(ear.take().writing.is_empty());
    }
}

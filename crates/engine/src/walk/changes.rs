//! Hearing at once that a file is written to, so that a long upload need not run to its end to be found worthless.

use std::path::Path;

use notify::{EventKind, RecursiveMode, Watcher};
use tokio_util::sync::CancellationToken;

/// Listens while it lives.
pub struct Changes {
    _watcher: Option<notify::RecommendedWatcher>,
    changed: CancellationToken,
}

impl Changes {
    /// Listens to a file or a whole folder. Where the system cannot say, it never speaks: the stamps are compared anyway.
    pub fn of(path: &Path) -> Self {
        let changed = CancellationToken::new();
        let heard = changed.clone();
        let hear = move |event: notify::Result<notify::Event>| {
            let written = |event: &notify::Event| {
                matches!(
                    event.kind,
                    EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Create(_)
                )
            };
            if event.as_ref().is_ok_and(written) {
                heard.cancel();
            }
        };
        // What a link leads to is not sent, and may be the whole disk.
        let config = notify::Config::default().with_follow_symlinks(false);
        let watcher = notify::RecommendedWatcher::new(hear, config)
            .and_then(|mut watcher| {
                watcher
                    .watch(path, RecursiveMode::Recursive)
                    .map(|()| watcher)
            })
            .inspect_err(|error| tracing::debug!(%error, "changes cannot be heard here"))
            .ok();
        Self {
            _watcher: watcher,
            changed,
        }
    }

    /// Returns once something was written. What was written is for the stamps to say.
    pub async fn heard(&self) {
        self.changed.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn writing_to_a_file_is_heard() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.txt");
        std::fs::write(&file, b"one").expect("writes");
        let changes = Changes::of(&file);
        std::fs::write(&file, b"two").expect("writes");
        changes.heard().await;
    }
}

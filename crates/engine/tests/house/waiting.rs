//! Waiting for what must happen.

use std::fmt::Debug;
use std::time::Duration;

use engine::pins::CheckState;
use engine::uploads::{UploadRow, UploadState, UploadsFilter};

use super::{House, PATIENCE, number};

/// Where nothing is announced for so long, it is looked at all the same.
const SILENCE: Duration = Duration::from_millis(300);

/// How long it is waited for here: longer in runs that do more.
pub(crate) fn patience() -> Duration {
    number("PINFOLD_PATIENCE").map_or(PATIENCE, Duration::from_secs)
}

impl House {
    /// The newest upload, once all have ended: it is pinned, and its CID is ours.
    pub(crate) async fn verified(&self) -> UploadRow {
        let row = self.ended().await.remove(0);
        assert_eq!(
            (row.state, row.check),
            (UploadState::Pinned, CheckState::Verified),
            "{}",
            row.sentence
        );
        row
    }

    /// Every row, once all have ended.
    pub(crate) async fn ended(&self) -> Vec<UploadRow> {
        let all_ended = async {
            let mut changes = self.engine.store.announcer.listen();
            while self.engine.uploads.head().expect("figures").now > 0 {
                let _ = tokio::time::timeout(SILENCE, changes.recv()).await;
            }
        };
        let waited = tokio::time::timeout(patience(), all_ended).await;
        let open = self
            .engine
            .uploads
            .rows(UploadsFilter::Now, 0, 200)
            .expect("rows")
            .rows;
        assert!(waited.is_ok(), "still open: {open:?}");
        self.engine
            .uploads
            .rows(UploadsFilter::Finished, 0, 200)
            .expect("rows")
            .rows
    }

    /// The first row that is as asked.
    pub(crate) async fn until(&self, asked: impl Fn(&UploadRow) -> bool) -> UploadRow {
        let look = || {
            let rows = |filter| self.engine.uploads.rows(filter, 0, 200).expect("rows").rows;
            [UploadsFilter::Now, UploadsFilter::Finished].map(rows)
        };
        let found = |rows: [Vec<UploadRow>; 2]| rows.into_iter().flatten().find(|row| asked(row));
        self.once(look, found, async || ()).await
    }

    /// What is looked for, looked at after each change; `silent` runs where nothing changes for a while.
    pub(crate) async fn once<L: Debug, T>(
        &self,
        look: impl Fn() -> L,
        found: impl Fn(L) -> Option<T>,
        silent: impl AsyncFn(),
    ) -> T {
        let mut changes = self.engine.store.announcer.listen();
        let waiting = async {
            loop {
                if let Some(found) = found(look()) {
                    return found;
                }
                if tokio::time::timeout(SILENCE, changes.recv()).await.is_err() {
                    silent().await;
                }
            }
        };
        tokio::time::timeout(patience(), waiting)
            .await
            .unwrap_or_else(|_| panic!("it did not come to that: {:#?}", look()))
    }

    /// Waits for something that is told by nobody.
    pub(crate) async fn until_true(&self, what: &str, asked: impl AsyncFn() -> bool) {
        let looking = async {
            while !asked().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(patience(), looking).await;
        assert!(waited.is_ok(), "it did not come to that: {what}");
    }
}

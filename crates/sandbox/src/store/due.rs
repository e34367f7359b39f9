//! What changes by itself when its time comes: jobs, CIDs that are told late, files and uploads that
//! expire.
//!
//! There is no timer. Every request that is let through first carries out what fell due, by the
//! clock that the service was given; when nothing did, that costs one comparison.

use super::{Store, StoreError, jobs, uploads};
use rusqlite::Connection;
use std::sync::atomic::Ordering;

impl Store {
    /// Whether anything waits for a time that has come.
    pub(crate) fn is_due(&self, now: i64) -> bool {
        self.inner.due.load(Ordering::Relaxed) <= now
    }

    /// Something changes by itself at this time.
    pub(crate) fn falls_due(&self, at: Option<i64>) {
        if let Some(at) = at {
            self.inner.due.fetch_min(at, Ordering::Relaxed);
        }
    }

    /// Carries out what fell due, but for the jobs.
    pub(crate) async fn settle(&self, now: i64) -> Result<(), StoreError> {
        self.run(move |store, connection| {
            store.inner.due.store(i64::MAX, Ordering::Relaxed);
            connection.execute(
                "UPDATE file SET pending_until = NULL WHERE pending_until <= ?1",
                [now],
            )?;
            connection.execute(
                "UPDATE file SET unpinned_at = expires_at
                 WHERE unpinned_at IS NULL AND expires_at <= ?1",
                [now],
            )?;
            uploads::expire(store, connection, now)?;
            store.falls_due(next(connection, now)?);
            Ok(())
        })
        .await
    }
}

fn next(connection: &Connection, now: i64) -> Result<Option<i64>, StoreError> {
    let files: Option<i64> = connection.query_row(
        "SELECT min(at) FROM (
           SELECT min(pending_until) AS at FROM file
           UNION ALL SELECT min(expires_at) FROM file WHERE unpinned_at IS NULL)",
        [],
        |row| row.get(0),
    )?;
    let uploads = uploads::next_due(connection, now)?;
    let times = [files, uploads, jobs::next_due(connection)?];
    Ok(times.into_iter().flatten().min())
}

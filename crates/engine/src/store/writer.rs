//! The one writer of a file: it drains its mailbox, clicks first, and commits what had queued up as one transaction.

use std::sync::mpsc;
use std::thread;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{StoreError, Tx};

/// At most this many writes share one commit.
const MOST_WRITES: usize = 500;

/// Whether a person waits for this write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// A person waits for it.
    Click,
    /// Nobody waits.
    Background,
}

/// Does its work inside the transaction, where there is one; what it returns is called after the commit, with the
/// commit's outcome.
type Work = Box<dyn FnOnce(Result<&Tx, StoreError>) -> Worked + Send>;
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

struct Worked {
    /// There was no room for it.
    full: bool,
    answer: Answer,
}

pub(super) struct Writer {
    clicks: mpsc::Sender<Work>,
    background: mpsc::Sender<Work>,
    /// One token for each piece of work, so that the thread sleeps when both mailboxes are empty.
    bell: mpsc::Sender<()>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (clicks, click_box) = mpsc::channel();
        let (background, background_box) = mpsc::channel();
        let (bell, rings) = mpsc::channel();
        thread::Builder::new()
            .name("pinfold-store".into())
            .spawn(move || write_all(&connection, &rings, &click_box, &background_box))
            .expect("the system can start a thread");
        Self {
            clicks,
            background,
            bell,
        }
    }

    pub(super) async fn run<T, F>(&self, urgency: Urgency, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |tx| {
            let outcome = tx.and_then(|tx| within_savepoint(tx, work));
            Worked {
                full: matches!(outcome, Err(StoreError::DiskFull)),
                answer: Box::new(move |committed| {
                    let _ = reply.send(outcome.and_then(|done| committed.map(|()| done)));
                }),
            }
        });
        let mailbox = match urgency {
            Urgency::Click => &self.clicks,
            Urgency::Background => &self.background,
        };
        let closed = || StoreError::Other("the store is closed".into());
        mailbox.send(work).map_err(|_| closed())?;
        self.bell.send(()).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

fn within_savepoint<T>(
    tx: &Tx,
    work: impl FnOnce(&Tx) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    tx.execute_batch("SAVEPOINT work")?;
    let outcome = work(tx);
    // Some failures (a full disk) end the whole transaction by themselves: there is no savepoint left to go back to.
    if tx.is_autocommit() {
        return outcome;
    }
    if outcome.is_err() {
        tx.execute_batch("ROLLBACK TO work")?;
    }
    tx.execute_batch("RELEASE work")?;
    outcome
}

fn write_all(
    connection: &Connection,
    rings: &mpsc::Receiver<()>,
    clicks: &mpsc::Receiver<Work>,
    background: &mpsc::Receiver<Work>,
) {
    while rings.recv().is_ok() {
        let next = || clicks.try_recv().or_else(|_| background.try_recv()).ok();
        let Some(first) = next() else { continue };
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            let error = StoreError::from(error);
            (first(Err(error.clone())).answer)(Err(error));
            continue;
        }
        let mut worked = vec![first(Ok(connection))];
        // Once SQLite has ended the transaction by itself, further work would be committed piece by piece.
        while !connection.is_autocommit() && worked.len() < MOST_WRITES && rings.try_recv().is_ok()
        {
            let Some(work) = next() else { break };
            worked.push(work(Ok(connection)));
        }
        let full = worked.last().is_some_and(|last| last.full);
        let committed = if connection.is_autocommit() && full {
            Err(StoreError::DiskFull)
        } else if connection.is_autocommit() {
            Err(StoreError::Other(
                "another write of the same moment failed, and took this one with it".into(),
            ))
        } else {
            connection.execute_batch("COMMIT").map_err(StoreError::from)
        };
        if committed.is_err() {
            // A commit that failed (a full disk) leaves the transaction open; nothing of it may stay.
            let _ = connection.execute_batch("ROLLBACK");
        }
        for one in worked {
            (one.answer)(committed.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_a_full_disk_takes_along_with_another_write_is_told_that_it_is_full() {
        let connection = Connection::open_in_memory().expect("opens");
        let narrow = "CREATE TABLE t (x); PRAGMA max_page_count = 3;";
        connection.execute_batch(narrow).expect("a small disk");
        let writer = Writer::start(connection);
        let (both_wait, begin) = mpsc::channel();
        let small = writer.run(Urgency::Background, move |tx| {
            begin.recv().expect("both are in line");
            Ok(tx.execute("INSERT INTO t VALUES (1)", []).map(|_| ())?)
        });
        let large = writer.run(Urgency::Background, |tx| {
            let sql = "INSERT INTO t VALUES (zeroblob(1000000))";
            Ok(tx.execute(sql, []).map(|_| ())?)
        });
        let go = async { both_wait.send(()) };
        let (small, large, _) = tokio::join!(small, large, go);
        for told in [small, large] {
            assert!(matches!(told, Err(StoreError::DiskFull)), "{told:?}");
        }
    }

    #[tokio::test]
    async fn what_gets_no_transaction_is_not_done_and_is_told_to_have_failed() {
        let connection = Connection::open_in_memory().expect("opens");
        // One that is open already lets no other begin.
        connection.execute_batch("BEGIN").expect("begins");
        let done = Arc::new(AtomicBool::new(false));
        let writer = Writer::start(connection);
        let outcome = writer.run(Urgency::Click, {
            let done = done.clone();
            move |_| {
                done.store(true, Ordering::SeqCst);
                Ok(())
            }
        });
        outcome.await.expect_err("there is no transaction");
        assert!(!done.load(Ordering::SeqCst));
    }
}

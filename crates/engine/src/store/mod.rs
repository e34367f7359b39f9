//! Two SQLite files: `ledger.db` holds what must never be lost, `mirror.db` what a service can tell again.

mod aside;
mod writer;

use std::path::Path;
use std::sync::Mutex;

use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

pub use aside::set_aside;
pub use writer::Urgency;
use writer::Writer;

use crate::announce::Announcer;
use crate::planted::planted;

/// A transaction of the one writer. Only a noun's `rows` file looks inside.
pub type Tx = Connection;

/// Why the store could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The disk that holds Pinfold's data is full.
    #[error("the disk that holds Pinfold's data is full")]
    DiskFull,
    /// A file holds what SQLite cannot have written, or no database at all.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A file was written by a later version.
    #[error("written by a later version")]
    Newer,
    /// The row is not there (any more).
    #[error("there is no such row")]
    Missing,
    /// Anything else SQLite says.
    #[error("{0}")]
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::QueryReturnedNoRows => Self::Missing,
            rusqlite::Error::SqliteFailure(cause, _)
                if cause.code == rusqlite::ErrorCode::DiskFull
                    // What its readers share has no room: told so at the first question (sqlite.org/rescode.html).
                    || cause.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE =>
            {
                Self::DiskFull
            }
            rusqlite::Error::SqliteFailure(cause, _)
                if matches!(
                    cause.code,
                    rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase
                ) =>
            {
                Self::Damaged(error.to_string())
            }
            _ => Self::Other(error.to_string()),
        }
    }
}

/// Which of the two files, with its history of schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Accounts, uploads, journal, settings.
    Ledger,
    /// Pins.
    Mirror,
}

impl Schema {
    fn migrations(self) -> Migrations<'static> {
        Migrations::new(match self {
            Self::Ledger => vec![
                M::up(include_str!("migrations/ledger_0001.sql")),
                M::up(include_str!("migrations/ledger_watches.sql")),
                M::up(include_str!("migrations/ledger_accounts.sql")).foreign_key_check(),
                M::up(include_str!("migrations/ledger_jobs.sql")),
                M::up(include_str!("migrations/ledger_pin_edits.sql")),
                M::up(include_str!("migrations/ledger_handovers.sql")),
                M::up(include_str!("migrations/ledger_targets.sql")),
                M::up(include_str!("migrations/ledger_resume.sql")),
                M::up(include_str!("migrations/ledger_order.sql")),
                M::up(include_str!("migrations/ledger_preflight.sql")),
                M::up(include_str!("migrations/ledger_farthest.sql")),
                M::up(include_str!("migrations/ledger_links.sql")),
                M::up(include_str!("migrations/ledger_changes.sql")),
                M::up(include_str!("migrations/ledger_patterns.sql")),
                M::up(include_str!("migrations/ledger_cars.sql")),
                M::up(include_str!("migrations/ledger_expiry.sql")),
                M::up(include_str!("migrations/ledger_disks.sql")),
                M::up(include_str!("migrations/ledger_replaces.sql")),
                M::up(include_str!("migrations/ledger_suspects.sql")),
                M::up(include_str!("migrations/ledger_kinds.sql")),
                M::up(include_str!("migrations/ledger_lost.sql")),
                M::up(include_str!("migrations/ledger_last.sql")),
                M::up(include_str!("migrations/ledger_late.sql")),
            ],
            Self::Mirror => vec![
                M::up(include_str!("migrations/mirror_0001.sql")),
                M::up(include_str!("migrations/mirror_groups.sql")),
                M::up(include_str!("migrations/mirror_bytes.sql")),
                M::up(include_str!("migrations/mirror_expiry.sql")),
                M::up(include_str!("migrations/mirror_told.sql")),
                M::up(include_str!("migrations/mirror_kinds.sql")),
            ],
        })
    }

    fn synchronous(self) -> &'static str {
        match self {
            Self::Ledger => "FULL",
            Self::Mirror => "NORMAL",
        }
    }
}

/// The ledger's name in the data folder.
pub(crate) const LEDGER: &str = "ledger.db";
/// Bytes of a ledger up to which all of it is looked through at the start. What is wrong with a larger one shows when it is
/// read: looking through it would be waited for.
const LOOKED_THROUGH: u64 = 64 * 1024 * 1024;

/// Both files, and the megaphone that tells of their changes.
pub struct Store {
    /// What must never be lost.
    pub ledger: Database,
    /// What a service can tell again.
    pub mirror: Database,
    /// Whoever changes a row announces it here, after the commit.
    pub announcer: Announcer,
}

impl Store {
    /// Opens both files in the data folder. A mirror that cannot be opened is made anew: a service can tell it again. So is
    /// one beside a new ledger, whose accounts get the numbers of others.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        let ledger = data.join(LEDGER);
        let mirror = data.join("mirror.db");
        let nothing = std::fs::metadata(&ledger).is_ok_and(|found| found.len() == 0);
        if nothing || !ledger.exists() {
            forget(&mirror);
        }
        look_through(&ledger)?;
        let ledger = Database::open(&ledger, Schema::Ledger)?;
        let mirror = Database::open(&mirror, Schema::Mirror).or_else(|error| {
            tracing::warn!(%error, "the mirror could not be opened and is made anew");
            forget(&mirror);
            Database::open(&mirror, Schema::Mirror)
        })?;
        Ok(Self {
            ledger,
            mirror,
            announcer: Announcer::default(),
        })
    }
}

/// Deletes a database, where it can be.
fn forget(database: &Path) {
    for part in aside::parts(database) {
        let _ = std::fs::remove_file(part);
    }
}

/// An empty ledger that no file holds.
#[cfg(test)]
pub(crate) fn ledger_in_memory() -> Connection {
    let mut ledger = Connection::open_in_memory().expect("opens");
    let migrated = Schema::Ledger.migrations().to_latest(&mut ledger);
    migrated.expect("migrates");
    ledger
}

/// One SQLite file: one writer thread, and connections of their own for readers.
pub struct Database {
    writer: Writer,
    path: std::path::PathBuf,
    readers: Mutex<Vec<Connection>>,
}

impl Database {
    /// Opens or creates the file and brings its schema up to date.
    pub fn open(path: &Path, schema: Schema) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        tune(&connection, schema.synchronous())?;
        // A table that others refer to can only be made anew while nothing follows the references; each such migration
        // checks them at its end.
        connection.pragma_update(None, "foreign_keys", "OFF")?;
        let migrated = schema.migrations().to_latest(&mut connection);
        migrated.map_err(not_migrated)?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        Ok(Self {
            writer: Writer::start(connection),
            path: path.to_owned(),
            readers: Mutex::default(),
        })
    }

    /// Runs `work` in the writer's transaction and returns once it is committed. A failure undoes only this work.
    pub async fn write<T, F>(&self, urgency: Urgency, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.run(urgency, work).await
    }

    /// Reads on a connection of its own; never waits for the writer.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let pooled = self
            .readers
            .lock()
            .expect("no reader panics while it holds the pool")
            .pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => self.reader()?,
        };
        let answer = work(&connection);
        self.readers
            .lock()
            .expect("no reader panics while it holds the pool")
            .push(connection);
        answer
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(connection)
    }
}

/// Whether an existing ledger is whole, and Pinfold's. Changes nothing in it.
fn look_through(path: &Path) -> Result<(), StoreError> {
    match std::fs::metadata(path) {
        Ok(found) if (1..=LOOKED_THROUGH).contains(&found.len()) => {}
        _ => return Ok(()),
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let number = |sql: &str| {
        let number = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        number.map_err(not_looked_through)
    };
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    let version = number("PRAGMA user_version")?;
    if version < 0 || (version == 0 && tables > 0) {
        return Err(StoreError::Damaged(format!("its version is {version}")));
    }
    let pending = Schema::Ledger.migrations().pending_migrations(&connection);
    if pending.map_err(not_migrated)? < 0 && !planted("newer") {
        return Err(StoreError::Newer);
    }
    let said = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    let said = said.map_err(not_looked_through)?;
    if said == "ok" {
        Ok(())
    } else {
        Err(StoreError::Damaged(said))
    }
}

/// What is refused as a mere error in so plain a question is refused for what the file holds.
fn not_looked_through(error: rusqlite::Error) -> StoreError {
    match &error {
        rusqlite::Error::SqliteFailure(cause, _) if cause.code != rusqlite::ErrorCode::Unknown => {
            error.into()
        }
        _ => StoreError::Damaged(error.to_string()),
    }
}

/// Why the schema could not be brought up to date. That of a whole file of Pinfold's always can.
fn not_migrated(error: rusqlite_migration::Error) -> StoreError {
    use rusqlite_migration::{Error, MigrationDefinitionError};
    match error {
        Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            StoreError::Newer
        }
        Error::RusqliteError { err, .. } => match StoreError::from(err) {
            StoreError::DiskFull => StoreError::DiskFull,
            other => StoreError::Damaged(other.to_string()),
        },
        other => StoreError::Damaged(other.to_string()),
    }
}

fn tune(connection: &Connection, synchronous: &str) -> Result<(), StoreError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_to_the_ledger_is_on_the_disk_before_it_is_told_of() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ledger = Database::open(&folder.path().join(LEDGER), Schema::Ledger).expect("opens");
        let set = ledger.write(Urgency::Click, |tx| {
            let synchronous = tx.query_row("PRAGMA synchronous", [], |row| row.get::<_, i64>(0))?;
            let journal = tx.query_row("PRAGMA journal_mode", [], |row| row.get::<_, String>(0))?;
            Ok((synchronous, journal))
        });
        // 2 is FULL: the log is synced at each commit.
        assert_eq!(set.await.expect("writes"), (2, "wal".to_owned()));
    }

    #[test]
    fn every_migration_applies_to_an_empty_file() {
        Schema::Ledger
            .migrations()
            .validate()
            .expect("the ledger's migrations apply");
        Schema::Mirror
            .migrations()
            .validate()
            .expect("the mirror's migrations apply");
    }

    #[test]
    fn accounts_of_an_older_ledger_keep_their_uploads_and_their_numbers() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ledger.db");
        let older = [
            include_str!("migrations/ledger_0001.sql"),
            include_str!("migrations/ledger_watches.sql"),
        ];
        let mut old = Connection::open(&path).expect("opens");
        let migrations = Migrations::new(older.into_iter().map(M::up).collect());
        migrations.to_latest(&mut old).expect("an older ledger");
        old.execute_batch(
            "INSERT INTO account (id, kind, label, api, keep, secret, created) VALUES (3, 'pinata', 'mine', 'https://a.invalid', 'keychain', 's', 1);
             INSERT INTO account (id, kind, label, keep, created) VALUES (9, 'sandbox', 'Sandbox', 'sandbox', 1);
             INSERT INTO upload (account, operation, name, kind, paths, keyvalues, cid_version, wrap, secrets, state, created)
               VALUES (3, 'o', 'n', 'file', '[]', '{}', 1, 0, 'hold', 'pinned', 1);
             DELETE FROM account WHERE id = 9;",
        )
        .expect("rows");
        drop(old);
        let database = Database::open(&path, Schema::Ledger).expect("opens");
        let text = |sql: &'static str| {
            let read =
                database.read(move |c| Ok(c.query_row(sql, [], |row| row.get::<_, String>(0))?));
            read.expect("reads")
        };
        assert_eq!(
            text("SELECT service || credential || secret FROM account"),
            "Pinatatokens"
        );
        assert_eq!(text("SELECT group_concat(account) FROM upload"), "3");
        assert_eq!(
            text("SELECT CAST(seq AS TEXT) FROM sqlite_sequence WHERE name = 'account'"),
            "9"
        );
    }

    #[test]
    fn what_waited_for_one_yes_to_all_its_secrets_is_looked_at_once_more() {
        let all = Schema::Ledger.migrations();
        let mut ledger = Connection::open_in_memory().expect("opens");
        all.to_version(&mut ledger, 18).expect("an older ledger");
        ledger
            .execute_batch(
                "INSERT INTO account (id, kind, label, keep, created) VALUES (1, 'sandbox', 's', 'sandbox', 1);
                 INSERT INTO upload (account, operation, name, kind, paths, keyvalues, cid_version, wrap, secrets, state, reason, resume_to, created)
                   VALUES (1, 'a', 'n', 'folder', '[]', '{}', 1, 0, 'leave_out', 'needs_you', 'secret', 'queued', 1),
                          (1, 'b', 'n', 'folder', '[]', '{}', 1, 0, 'leave_out', 'needs_you', 'empty', 'queued', 1);",
            )
            .expect("rows");
        all.to_latest(&mut ledger).expect("migrates");
        let states = "SELECT group_concat(state || coalesce(reason, '')) FROM upload";
        let states = ledger.query_row(states, [], |row| row.get::<_, String>(0));
        assert_eq!(states.expect("rows"), "scanning,needs_youempty");
    }

    #[tokio::test]
    async fn a_failed_write_undoes_itself_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database =
            Database::open(&folder.path().join("ledger.db"), Schema::Ledger).expect("opens");
        let put = |name: &'static str| {
            database.write(Urgency::Click, move |tx| {
                tx.execute("INSERT INTO setting (name, value) VALUES (?1, 'x')", [name])?;
                Ok(())
            })
        };
        let (first, again, second) = tokio::join!(put("a"), put("a"), put("b"));
        assert!(first.is_ok() && second.is_ok());
        assert!(again.is_err(), "the same name twice is refused");
        let names: i64 = database
            .read(|c| Ok(c.query_row("SELECT count(*) FROM setting", [], |row| row.get(0))?))
            .expect("reads");
        assert_eq!(names, 2);
    }
}

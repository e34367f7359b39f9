//! The tables. What later versions added is brought into folders of earlier ones.

use super::StoreError;
use rusqlite::Connection;

const TABLES: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS file (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  cid TEXT NOT NULL,
  node TEXT NOT NULL,
  network TEXT NOT NULL,
  name TEXT,
  keyvalues TEXT,
  size INTEGER NOT NULL,
  number_of_files INTEGER NOT NULL,
  mime_type TEXT,
  group_id TEXT,
  created_at INTEGER NOT NULL,
  unpinned_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS file_by_node ON file (node, network, unpinned_at);
CREATE INDEX IF NOT EXISTS file_by_date ON file (network, created_at, seq);
CREATE TABLE IF NOT EXISTS node (
  key TEXT PRIMARY KEY,
  cid TEXT NOT NULL,
  blob TEXT,
  start INTEGER NOT NULL,
  size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
  parent TEXT NOT NULL,
  name TEXT NOT NULL,
  child TEXT NOT NULL,
  PRIMARY KEY (parent, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_by_child ON entry (child);
CREATE TABLE IF NOT EXISTS upload (
  id TEXT PRIMARY KEY,
  length INTEGER NOT NULL,
  fields TEXT NOT NULL,
  metadata TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  signed INTEGER NOT NULL,
  cid TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS api_key (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  secret TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  ciphertext TEXT NOT NULL,
  max_uses INTEGER,
  uses INTEGER NOT NULL,
  scopes TEXT NOT NULL,
  revoked INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS job (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  psa INTEGER NOT NULL,
  cid TEXT NOT NULL,
  node TEXT NOT NULL,
  name TEXT,
  keyvalues TEXT,
  group_id TEXT,
  host_nodes TEXT,
  created_at INTEGER NOT NULL UNIQUE,
  status TEXT NOT NULL,
  next_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS job_by_due ON job (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS job_by_node ON job (node);
CREATE TRIGGER IF NOT EXISTS object_goes_with_its_pin AFTER UPDATE OF unpinned_at ON file
WHEN NEW.unpinned_at IS NOT NULL AND NEW.network = 'public'
BEGIN
  DELETE FROM job WHERE node = NEW.node AND psa = 1 AND status = 'pinned' AND NOT EXISTS (
    SELECT 1 FROM file
    WHERE node = NEW.node AND network = 'public' AND unpinned_at IS NULL);
END;
CREATE TABLE IF NOT EXISTS pin_group (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  network TEXT NOT NULL,
  name TEXT NOT NULL,
  is_public INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS swap (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  network TEXT NOT NULL,
  node TEXT NOT NULL,
  mapped_cid TEXT NOT NULL,
  mapped_node TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS swap_by_node ON swap (network, node);
CREATE TABLE IF NOT EXISTS signature (
  network TEXT NOT NULL,
  node TEXT NOT NULL,
  address TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (network, node)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS signed_upload (
  id TEXT PRIMARY KEY,
  allows TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS signing (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  secret BLOB NOT NULL
) STRICT;
INSERT OR IGNORE INTO signing VALUES (1, randomblob(32));
";

/// Columns of `file` that the first version did not have.
const LATER: [&str; 2] = ["expires_at", "pending_until"];

pub(super) fn bring_up(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(TABLES)?;
    let mut columns = connection.prepare("SELECT name FROM pragma_table_info('file')")?;
    let columns: Vec<String> = columns
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for column in LATER {
        if !columns.iter().any(|name| name == column) {
            connection.execute_batch(&format!("ALTER TABLE file ADD COLUMN {column} INTEGER"))?;
        }
    }
    connection.execute_batch(
        "CREATE INDEX IF NOT EXISTS file_by_expiry ON file (expires_at) WHERE expires_at IS NOT NULL;
         CREATE INDEX IF NOT EXISTS file_by_pending ON file (pending_until)
           WHERE pending_until IS NOT NULL;",
    )?;
    Ok(())
}

/// The secret that signs tokens and links; it was made with the folder.
pub(super) fn signing(connection: &Connection) -> Result<Vec<u8>, StoreError> {
    Ok(connection.query_row("SELECT secret FROM signing", [], |row| row.get(0))?)
}

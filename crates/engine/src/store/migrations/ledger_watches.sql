-- A watched folder and its rules.
CREATE TABLE watch (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  account  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  root     BLOB NOT NULL,              -- the path, raw
  identity TEXT NOT NULL,              -- which folder on which disk: device:inode
  rules    TEXT NOT NULL,              -- JSON
  paused   INTEGER,                    -- until when; null: it works
  stopped  INTEGER,                    -- since when it is paused
  seen     INTEGER,                    -- when the folder was last looked at and was there
  active   INTEGER,                    -- when something last came of it
  brake_at INTEGER,                    -- too many files disappeared at once: when, of how many
  brake_of INTEGER,
  folder   TEXT,                       -- JSON: the versions, where the folder is one pin
  upload   INTEGER,                    -- the row of the queue that holds its next version
  audited  INTEGER,
  audit    TEXT,                       -- JSON: what the last audit counted
  created  INTEGER NOT NULL
) STRICT;

-- One path of a watched folder. The row is the state.
CREATE TABLE watch_entry (
  watch       INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
  id          INTEGER NOT NULL,        -- counts within the folder
  path        BLOB NOT NULL,           -- below the root, raw
  shown       TEXT NOT NULL,           -- for people, and for searching
  state       TEXT NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  code        TEXT,
  at          INTEGER NOT NULL,        -- since when it is in this state
  size        INTEGER,
  seen        TEXT,                    -- size:mtime:ctime:inode, nanoseconds
  steady      INTEGER NOT NULL,        -- since when it looks like that
  kept        TEXT,                    -- JSON: the pin of its present or last bytes
  older       TEXT NOT NULL DEFAULT '[]',
  service_cid TEXT,
  version     INTEGER NOT NULL DEFAULT 0,
  upload      INTEGER,                 -- the row of the queue that is followed
  sent        TEXT,                    -- what it looked like then
  allowed     TEXT,                    -- what it looked like when a person said yes
  retry       INTEGER,
  unpin       INTEGER,                 -- for gone: when its pin goes too
  braked      INTEGER NOT NULL DEFAULT 0,
  was         BLOB,                    -- its path before a rename
  renaming    INTEGER NOT NULL DEFAULT 0,
  hashed      INTEGER,                 -- when the disk was last compared by an audit
  PRIMARY KEY (watch, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_entry_state ON watch_entry (watch, state, at);
CREATE INDEX watch_entry_upload ON watch_entry (upload) WHERE upload IS NOT NULL;
CREATE INDEX watch_entry_pin ON watch_entry (service_cid) WHERE service_cid IS NOT NULL;

-- Every pin that a rule let go: written before the service is asked, and kept so that it can be pinned again.
CREATE TABLE watch_unpin (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  watch       INTEGER NOT NULL,
  account     INTEGER NOT NULL,
  shown       TEXT NOT NULL,           -- the path, for people
  at          INTEGER NOT NULL,
  why         TEXT NOT NULL CHECK (why IN ('deleted', 'replaced')),
  cid         TEXT NOT NULL,
  service_cid TEXT NOT NULL,
  name        TEXT,
  keyvalues   TEXT NOT NULL DEFAULT '{}',
  owned       INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('due', 'done', 'needed', 'not_ours', 'taken_back'))
) STRICT;
CREATE INDEX watch_unpin_due ON watch_unpin (watch, state);

-- What happened, one row for what came together.
CREATE TABLE watch_event (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  watch    INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
  at       INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  sentence TEXT NOT NULL
) STRICT;
CREATE INDEX watch_event_watch ON watch_event (watch, id);

-- What the last audit found to differ.
CREATE TABLE watch_difference (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  watch    INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
  entry    INTEGER NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('not_at_service', 'other_bytes', 'not_on_disk', 'not_in_ledger')),
  at       INTEGER NOT NULL,
  shown    TEXT NOT NULL,
  sentence TEXT NOT NULL
) STRICT;
CREATE INDEX watch_difference_watch ON watch_difference (watch);

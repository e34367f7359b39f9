-- A pinning service the person has connected. The token is never here: it is in the system keychain under `secret`.
CREATE TABLE account (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  kind     TEXT NOT NULL CHECK (kind IN ('sandbox', 'pinata')),
  label    TEXT NOT NULL,
  api      TEXT NOT NULL DEFAULT '',   -- base addresses; empty for the Sandbox, which has new ones at each start
  uploads  TEXT NOT NULL DEFAULT '',
  gateway  TEXT NOT NULL DEFAULT '',
  keep     TEXT NOT NULL CHECK (keep IN ('keychain', 'until_quit', 'sandbox')),
  secret   TEXT NOT NULL DEFAULT '',   -- the entry's name in the keychain
  layout   TEXT,                       -- the content profile this service was seen to use, where it is not ours
  created  INTEGER NOT NULL            -- all times: milliseconds since 1970, UTC
) STRICT;

-- One row of the queue: a file, a folder, or several items as one folder. Never deleted while its account is there.
CREATE TABLE upload (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  operation   TEXT NOT NULL,           -- unique name of this attempt, written before any request
  name        TEXT NOT NULL,           -- for people
  kind        TEXT NOT NULL CHECK (kind IN ('file', 'folder')),
  paths       TEXT NOT NULL,           -- JSON array of the sources' paths, percent-encoded bytes; more than one: together
  pin_name    TEXT,                    -- the name chosen for the pin; null: its own
  keyvalues   TEXT NOT NULL,           -- JSON object of strings
  cid_version INTEGER NOT NULL CHECK (cid_version IN (0, 1)),
  wrap        INTEGER NOT NULL,
  secrets     TEXT NOT NULL CHECK (secrets IN ('hold', 'leave_out', 'send')),
  state       TEXT NOT NULL,
  resume_to   TEXT,                    -- for waiting and paused
  until       INTEGER,                 -- for waiting: when to go on
  reason      TEXT,                    -- an error code
  detail      TEXT,                    -- the service's or the system's own words
  attempts    INTEGER NOT NULL DEFAULT 0,
  files       INTEGER NOT NULL DEFAULT 1,
  problems    INTEGER NOT NULL DEFAULT 0,
  bytes       INTEGER,                 -- of content; null until scanned
  stamp       TEXT,                    -- what the source looked like when it was hashed (size, mtime, inode)
  cid         TEXT,                    -- computed here
  service_cid TEXT,
  service_id  TEXT,
  verdict     TEXT,
  cancelling  INTEGER NOT NULL DEFAULT 0, -- taken back while it was not known whether it had arrived
  amended     INTEGER NOT NULL DEFAULT 0, -- name or key-values were changed after sending began: edit the pin
  cleared     INTEGER NOT NULL DEFAULT 0, -- taken out of the list; kept as the receipt
  created     INTEGER NOT NULL,
  finished    INTEGER
) STRICT;
CREATE INDEX upload_state ON upload (state, id);
CREATE INDEX upload_receipt ON upload (account, service_cid);

-- What of a folder could not be taken along, and why. What could is read from the disk again when it is needed.
CREATE TABLE upload_problem (
  upload   INTEGER NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
  path     TEXT NOT NULL,              -- for people
  sentence TEXT NOT NULL
) STRICT;
CREATE INDEX upload_problem_upload ON upload_problem (upload);

-- What was unpinned from here, so that it can be pinned again by its CID.
CREATE TABLE journal (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  account   INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  cid       TEXT NOT NULL,
  name      TEXT,
  keyvalues TEXT NOT NULL
) STRICT;

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

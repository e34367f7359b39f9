-- A copy of what the service lists. It may be deleted at any time and is filled again.
CREATE TABLE pin (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL,
  service_id TEXT NOT NULL,
  cid        TEXT NOT NULL,
  name       TEXT,
  bytes      INTEGER,                  -- cumulative DAG size, as the service counts it
  files      INTEGER,
  mime       TEXT,
  network    TEXT NOT NULL CHECK (network IN ('public', 'private')),
  keyvalues  TEXT NOT NULL,            -- JSON object of strings
  pinned     INTEGER,                  -- milliseconds since 1970, UTC
  reading    INTEGER NOT NULL,         -- the reading of the list that saw this row last
  UNIQUE (account, service_id)
) STRICT;
CREATE INDEX pin_cid ON pin (account, cid);

-- How far the list of an account has been read.
CREATE TABLE reading (
  account  INTEGER PRIMARY KEY,
  reading  INTEGER NOT NULL,           -- number of the latest reading
  finished INTEGER                     -- when a reading last reached the end
) STRICT;

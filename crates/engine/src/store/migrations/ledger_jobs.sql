-- A CID that a service was asked to find and pin: asked for here, or seen in the service's list. Never deleted while its
-- account is there; a row that was taken out of the list stays, so that the service's list does not bring it back.
CREATE TABLE job (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  cid        TEXT NOT NULL,              -- as it is asked for
  content    TEXT NOT NULL,              -- one text for all spellings of the CID
  name       TEXT,
  keyvalues  TEXT NOT NULL DEFAULT '{}', -- JSON object of strings
  in_group   TEXT,                       -- the service's id of the group
  nodes      TEXT NOT NULL DEFAULT '[]', -- JSON array of multiaddresses
  state      TEXT NOT NULL,
  status     TEXT,                       -- for listed: the service's name of the state
  reason     TEXT,                       -- an error code
  detail     TEXT,                       -- the service's own words
  attempts   INTEGER NOT NULL DEFAULT 0,
  looks      INTEGER NOT NULL DEFAULT 0,
  until      INTEGER,                    -- when it goes on
  upload     INTEGER,                    -- for uploading: the row of the queue
  service_id TEXT,
  here       INTEGER NOT NULL,           -- asked for here
  cleared    INTEGER NOT NULL DEFAULT 0,
  created    INTEGER NOT NULL,           -- when a person, here or elsewhere, asked for it
  asked      INTEGER,                    -- when the last request was sent
  since      INTEGER NOT NULL            -- in this state
) STRICT;
CREATE UNIQUE INDEX job_service ON job (account, service_id) WHERE service_id IS NOT NULL;
CREATE INDEX job_list ON job (account, cleared, created);
CREATE INDEX job_state ON job (state, until);
CREATE INDEX job_content ON job (account, content);

-- The receipts of a CID, whoever named it.
CREATE INDEX upload_cid ON upload (cid);
CREATE INDEX upload_service_cid ON upload (service_cid);

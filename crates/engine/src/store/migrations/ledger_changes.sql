-- A change of many pins that a person asked for: carried out one pin after the other, also after a restart.
CREATE TABLE change (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  what    TEXT NOT NULL,               -- JSON
  about   TEXT NOT NULL,               -- the name of the group
  state   TEXT NOT NULL,               -- taken_in, working, stopped, cancelled, ended
  why     TEXT,                        -- for stopped: the reason, as a sentence
  total   INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL             -- milliseconds since 1970, UTC
) STRICT;
CREATE INDEX change_state ON change (state, account);

-- A pin of it, named as the service names it: the mirror's own numbers do not outlive the mirror.
CREATE TABLE change_pin (
  change     INTEGER NOT NULL REFERENCES change (id) ON DELETE CASCADE,
  place      INTEGER NOT NULL,         -- in the order of the list, from 0
  service_id TEXT NOT NULL,
  cid        TEXT NOT NULL,
  name       TEXT,
  state      TEXT NOT NULL,            -- waiting, asking, done, failed, unsure, left
  asked      INTEGER NOT NULL DEFAULT 0, -- a request was begun once, and its answer is not known
  code       TEXT,                     -- for failed and unsure: the error's code
  sentence   TEXT,                     -- and its sentence
  PRIMARY KEY (change, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_pin_state ON change_pin (change, state, place);

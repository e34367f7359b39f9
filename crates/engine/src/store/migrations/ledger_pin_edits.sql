-- What was changed about a pin from here, for its history.
CREATE TABLE pin_edit (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  cid          TEXT NOT NULL,
  at           INTEGER NOT NULL,         -- milliseconds since 1970, UTC
  name         TEXT,                     -- the name it was given; null: it stayed
  keys_set     TEXT NOT NULL,            -- JSON array
  keys_removed TEXT NOT NULL             -- JSON array
) STRICT;
CREATE INDEX pin_edit_cid ON pin_edit (account, cid);
CREATE INDEX journal_cid ON journal (account, cid);

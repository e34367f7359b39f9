-- Folders below a watched one at which another disk was seen at any time: nothing below them is let go by itself.
CREATE TABLE watch_disk (
  watch INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
  path  BLOB NOT NULL,                 -- below the root, raw
  PRIMARY KEY (watch, path)
) STRICT, WITHOUT ROWID;

-- Folders below a watched one at which another disk was seen: an empty one there later is a disk that was taken out.
CREATE TABLE watch_disk (
  watch INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
  path  BLOB NOT NULL,                 -- below the root, raw
  PRIMARY KEY (watch, path)
) STRICT, WITHOUT ROWID;

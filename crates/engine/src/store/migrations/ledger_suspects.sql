-- Files of an upload that look like secrets and wait for a person's word, each for its own. Numbers are never given twice: a
-- word belongs to what was shown.
CREATE TABLE upload_suspect (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  upload INTEGER NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
  place  TEXT NOT NULL,                -- the file's path, percent-encoded as in `upload.allowed`
  path   TEXT NOT NULL                 -- below what was dropped, for people
) STRICT;
CREATE INDEX upload_suspect_upload ON upload_suspect (upload);
ALTER TABLE upload ADD COLUMN refused TEXT NOT NULL DEFAULT '[]'; -- JSON array: files that got a no, as in `allowed`
-- What waits already is looked at once more, so that its files are known.
UPDATE upload SET state = 'scanning', resume_to = NULL, reason = NULL, detail = NULL
  WHERE state = 'needs_you' AND reason = 'secret';

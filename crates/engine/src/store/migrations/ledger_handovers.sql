-- An upload for an account that takes none: when it is pinned where it goes, this account is asked to pin its CID.
CREATE TABLE upload_handover (
  upload  INTEGER PRIMARY KEY REFERENCES upload (id) ON DELETE CASCADE,
  account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE
) STRICT;
-- Which layout a service uses is found out for each upload.
ALTER TABLE account DROP COLUMN layout;

-- What a person said yes to before the start: each file that looks like a secret by its path, and system files as a whole.
ALTER TABLE upload ADD COLUMN allowed TEXT NOT NULL DEFAULT '[]'; -- JSON array of paths, percent-encoded as in `paths`
ALTER TABLE upload ADD COLUMN junk INTEGER NOT NULL DEFAULT 1;    -- system files of a folder go along

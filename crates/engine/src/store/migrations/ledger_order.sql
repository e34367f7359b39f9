-- Which uploads go first: 0 for most, the largest number for the one that was moved to the front last.
ALTER TABLE upload ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
CREATE INDEX upload_priority ON upload (priority) WHERE priority > 0;

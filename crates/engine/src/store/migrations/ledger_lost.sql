-- Uploads whose answer was lost: when, until nothing of them can come any more; and how many pins came of them that were not
-- expected; and the CIDs that other layouts give the same bytes, a JSON array.
ALTER TABLE upload ADD COLUMN lost INTEGER;                        -- milliseconds since 1970
ALTER TABLE upload ADD COLUMN strays INTEGER NOT NULL DEFAULT 0;
ALTER TABLE upload ADD COLUMN other_cids TEXT NOT NULL DEFAULT '[]';
-- A name of each attempt, which no service keeps and nothing read.
ALTER TABLE upload DROP COLUMN operation;
CREATE INDEX upload_lost ON upload (account) WHERE lost IS NOT NULL;

-- Uploads whose answer was lost: when, until nothing of them can come any more; and how many pins came of them that were not
-- expected.
ALTER TABLE upload ADD COLUMN lost INTEGER;                        -- milliseconds since 1970
ALTER TABLE upload ADD COLUMN strays INTEGER NOT NULL DEFAULT 0;
-- A name of each attempt, which no service keeps and nothing read.
ALTER TABLE upload DROP COLUMN operation;
CREATE INDEX upload_lost ON upload (account) WHERE lost IS NOT NULL;

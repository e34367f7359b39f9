-- A priority below 0 goes behind all others, the smallest number for the one that was moved to the end last.
CREATE INDEX upload_last ON upload (priority) WHERE priority < 0;
-- What has ended has no place in the queue.
UPDATE upload SET priority = 0 WHERE priority <> 0 AND state IN ('pinned', 'cancelled');

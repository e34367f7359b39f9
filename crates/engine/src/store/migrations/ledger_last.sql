-- A priority below 0 goes behind all others, the smallest number for the one that was moved to the end last.
CREATE INDEX upload_last ON upload (priority) WHERE priority < 0;

-- How far an upload in chunks ever came, also before it had to begin anew.
ALTER TABLE upload ADD COLUMN resume_farthest INTEGER NOT NULL DEFAULT 0;
UPDATE upload SET resume_farthest = resume_offset;
-- Until now this stayed set on pins that were changed after they stood: what was chosen then is long done.
UPDATE upload SET amended = 0 WHERE state = 'pinned';

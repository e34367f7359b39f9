-- An upload in chunks: where it lives at the service, what the source looked like then, and how many bytes are safe there.
ALTER TABLE upload ADD COLUMN resume_url TEXT;
ALTER TABLE upload ADD COLUMN resume_stamp TEXT;
ALTER TABLE upload ADD COLUMN resume_offset INTEGER NOT NULL DEFAULT 0;

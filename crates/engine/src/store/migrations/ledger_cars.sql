-- Bytes of the CAR that an upload in chunks sends; NULL: it sends a file as it is.
ALTER TABLE upload ADD COLUMN resume_length INTEGER;

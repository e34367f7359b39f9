-- The service's id of the failed job that this one takes the place of: it is removed there before this one is asked for.
ALTER TABLE job ADD COLUMN replaces TEXT;

-- When the service is to unpin what was uploaded, milliseconds since 1970, UTC; null: never.
ALTER TABLE upload ADD COLUMN expires INTEGER;
-- 1: the pin is new, and sending could not tell its end: it is set afterwards.
ALTER TABLE upload ADD COLUMN owes_end INTEGER NOT NULL DEFAULT 0;
-- The end that a pin was given; 0: none any more; null: it stayed as it was.
ALTER TABLE pin_edit ADD COLUMN expires INTEGER;

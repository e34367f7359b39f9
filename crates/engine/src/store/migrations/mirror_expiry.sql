-- When the service unpins it by itself, milliseconds since 1970, UTC; null: never, as far as the list tells.
ALTER TABLE pin ADD COLUMN expires INTEGER;
CREATE INDEX pin_expires ON pin (expires) WHERE expires IS NOT NULL;

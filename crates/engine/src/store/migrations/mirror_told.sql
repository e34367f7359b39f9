-- When the service was asked last and told of it, milliseconds since 1970, UTC, by this computer's clock.
ALTER TABLE pin ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

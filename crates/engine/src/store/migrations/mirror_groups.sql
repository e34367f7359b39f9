-- The ids of the groups that a pin is in, as a JSON array.
ALTER TABLE pin ADD COLUMN in_groups TEXT NOT NULL DEFAULT '[]';

-- The groups of an account, as the service lists them.
CREATE TABLE pin_group (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL,
  service_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  network    TEXT NOT NULL CHECK (network IN ('public', 'private')),
  public     INTEGER,                  -- seen without a key; null: the service does not say
  created    INTEGER,                  -- milliseconds since 1970, UTC
  UNIQUE (account, service_id)
) STRICT;

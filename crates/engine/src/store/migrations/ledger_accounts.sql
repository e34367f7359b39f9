-- Accounts of any pinning service. SQLite cannot change a CHECK, so the table is made anew; nothing that refers to it is
-- touched, since foreign keys rest while migrations run.
CREATE TABLE account_new (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  kind       TEXT NOT NULL CHECK (kind IN ('sandbox', 'pinata', 'psa')),
  label      TEXT NOT NULL,
  service    TEXT NOT NULL DEFAULT '',   -- its name in sentences
  api        TEXT NOT NULL DEFAULT '',   -- base addresses; empty for the Sandbox, which has new ones at each start
  uploads    TEXT NOT NULL DEFAULT '',
  gateway    TEXT NOT NULL DEFAULT '',
  credential TEXT NOT NULL DEFAULT 'token' CHECK (credential IN ('token', 'pair', 'nothing')),
  keep       TEXT NOT NULL CHECK (keep IN ('keychain', 'until_quit', 'sandbox')),
  secret     TEXT NOT NULL DEFAULT '',   -- the entry's name in the keychain
  owner      TEXT,                       -- as the key itself claims
  key_id     TEXT,                       -- the key's public id
  layout     TEXT,                       -- the content profile this service was seen to use, where it is not ours
  answered   INTEGER,                    -- when the service last answered as asked
  failed     INTEGER,                    -- when it last did not
  failure    TEXT,                       -- why, in words
  tested     INTEGER,                    -- when the key was last tested
  abilities  TEXT,                       -- JSON: what came of it
  created    INTEGER NOT NULL            -- all times: milliseconds since 1970, UTC
) STRICT;
INSERT INTO account_new (id, kind, label, service, api, uploads, gateway, keep, secret, layout, created)
  SELECT id, kind, label, CASE kind WHEN 'pinata' THEN 'Pinata' ELSE '' END, api, uploads, gateway, keep, secret, layout, created
  FROM account;
-- Numbers of accounts that were removed are not given again: the journal still names them.
DELETE FROM sqlite_sequence WHERE name = 'account_new';
INSERT INTO sqlite_sequence (name, seq) SELECT 'account_new', seq FROM sqlite_sequence WHERE name = 'account';
DROP TABLE account;
ALTER TABLE account_new RENAME TO account;

-- Where an upload goes within its account.
ALTER TABLE upload ADD COLUMN network TEXT NOT NULL DEFAULT 'public' CHECK (network IN ('public', 'private'));
ALTER TABLE upload ADD COLUMN group_id TEXT;
ALTER TABLE upload ADD COLUMN group_name TEXT;   -- as it was called when it was chosen

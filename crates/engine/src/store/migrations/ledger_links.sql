-- How links to an account's pins are made.
ALTER TABLE account ADD COLUMN link_gateway TEXT;                       -- base address that was chosen; NULL: the account's own
ALTER TABLE account ADD COLUMN link_style TEXT NOT NULL DEFAULT 'path' CHECK (link_style IN ('path', 'subdomain'));

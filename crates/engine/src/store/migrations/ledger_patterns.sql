-- Patterns of what is left out of a folder that is uploaded once, as in a .gitignore, one a line.
ALTER TABLE upload ADD COLUMN patterns TEXT NOT NULL DEFAULT '';

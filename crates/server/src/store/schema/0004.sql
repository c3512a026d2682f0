-- Keys take turns: from when on each one signs.
ALTER TABLE signing_keys ADD COLUMN begins INTEGER NOT NULL DEFAULT 0;
UPDATE signing_keys SET begins = created;

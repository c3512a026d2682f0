-- What the requestor knew of the file, and whether it was only asked what would be done.
ALTER TABLE actions ADD COLUMN hints TEXT;
ALTER TABLE actions ADD COLUMN dry_run BOOLEAN NOT NULL DEFAULT FALSE;

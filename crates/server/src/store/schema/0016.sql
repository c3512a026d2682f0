-- Whether those were to be stopped, too, who only use the file as a shared library.
ALTER TABLE actions ADD COLUMN stop_mappers BOOLEAN NOT NULL DEFAULT FALSE;

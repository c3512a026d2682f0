-- Who of the servers on this database does what only one of them should, and until when.
CREATE TABLE duties (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    ends   INTEGER NOT NULL
) WITHOUT ROWID;

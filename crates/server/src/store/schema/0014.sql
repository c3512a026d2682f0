-- The servers that run on this store, as they told last: see tables/vitals.rs.
CREATE TABLE servers (
    id      TEXT PRIMARY KEY NOT NULL,
    started INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    held    INTEGER NOT NULL
) WITHOUT ROWID;

-- What is written to see whether anything can be written.
CREATE TABLE probes (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL
);

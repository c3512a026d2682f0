-- The calls of each application that may still count against its limits, when replicas count
-- together: moments of 8 bytes, oldest first.
CREATE TABLE calls (
    tenant      TEXT NOT NULL,
    application TEXT NOT NULL,
    operation   TEXT NOT NULL,
    arrivals    BLOB NOT NULL,
    latest      INTEGER NOT NULL,
    PRIMARY KEY (tenant, application, operation)
) WITHOUT ROWID;
CREATE INDEX calls_by_age ON calls (latest);

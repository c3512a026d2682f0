-- Moments are nanoseconds of a budget's own time, which `budgets` anchors in the host's clocks.
-- Times of the journal are nanoseconds since the Unix epoch.

CREATE TABLE budgets (
    id                INTEGER PRIMARY KEY,
    tenant            TEXT NOT NULL,
    application       TEXT NOT NULL,
    operation         TEXT NOT NULL,
    revision          INTEGER NOT NULL,
    stirred           INTEGER NOT NULL,
    moment            INTEGER NOT NULL,
    wall              INTEGER NOT NULL,
    boot              TEXT,
    monotonic         INTEGER,
    next_id           INTEGER NOT NULL,
    next_completion   INTEGER NOT NULL,
    last_grant        INTEGER,
    paused_until      INTEGER NOT NULL,
    interactive_until INTEGER NOT NULL,
    learned           TEXT NOT NULL,
    UNIQUE (tenant, application, operation)
);

-- Permits that are out. `until` is the end of the lease of one that was not sent, and the expiry of
-- one that was.
CREATE TABLE permits (
    budget      INTEGER NOT NULL REFERENCES budgets (id),
    id          INTEGER NOT NULL,
    granted     INTEGER NOT NULL,
    interactive INTEGER NOT NULL,
    sent        INTEGER NOT NULL,
    until       INTEGER,
    PRIMARY KEY (budget, id)
) WITHOUT ROWID;

CREATE TABLE completions (
    budget  INTEGER NOT NULL REFERENCES budgets (id),
    number  INTEGER NOT NULL,
    ended   INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (budget, number)
) WITHOUT ROWID;

-- The journal of intents. AUTOINCREMENT: the name of a deleted one is never given again.
CREATE TABLE attempts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant      TEXT NOT NULL,
    application TEXT NOT NULL,
    operation   TEXT NOT NULL,
    machine     TEXT NOT NULL,
    file        TEXT,
    comment     TEXT NOT NULL,
    begun       INTEGER NOT NULL,
    within      INTEGER,
    state       TEXT NOT NULL
        CHECK (state IN ('sending', 'unknown', 'created', 'adopted', 'refused', 'not-sent')),
    detail      TEXT,
    settled     INTEGER
);
CREATE INDEX attempts_open ON attempts (id) WHERE state IN ('sending', 'unknown');
CREATE INDEX attempts_settled ON attempts (settled) WHERE settled IS NOT NULL;

-- The audit trail of each tenant: its end, its entries, what was signed of it, how far it was sent.
CREATE TABLE audit_trails (
    tenant   TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL
) WITHOUT ROWID;

-- The text is all that counts, as it was chained. Nothing of it is kept again beside it, for that
-- could be another than what was chained.
CREATE TABLE audit_entries (
    tenant   TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    entry    TEXT NOT NULL,
    hash     BLOB NOT NULL,
    PRIMARY KEY (tenant, sequence)
);

CREATE TABLE audit_heads (
    tenant    TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    time      INTEGER NOT NULL,
    key       TEXT NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (tenant, sequence, key)
) WITHOUT ROWID;

CREATE TABLE audit_checkpoints (
    tenant    TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    time      INTEGER NOT NULL,
    key       TEXT NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (tenant, sequence)
) WITHOUT ROWID;

CREATE TABLE audit_positions (
    receiver TEXT NOT NULL,
    tenant   TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (receiver, tenant)
) WITHOUT ROWID;

-- When an order was handed to its machine for the first time.
ALTER TABLE orders ADD COLUMN handed_out INTEGER;

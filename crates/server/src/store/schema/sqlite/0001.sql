-- Times are ticks of 100 ns since the Unix epoch. Where a caller names a machine, case is not
-- regarded (two indices say so); everywhere else a machine is spelled as in `machines`.

CREATE TABLE server (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    name      TEXT NOT NULL,
    base_url  TEXT,
    authority BLOB
);

CREATE TABLE tenants (
    id      TEXT PRIMARY KEY,
    created INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE applications (
    tenant        TEXT NOT NULL REFERENCES tenants (id),
    client_id     TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    roles         TEXT NOT NULL,
    secret_salt   BLOB NOT NULL,
    secret_digest BLOB NOT NULL,
    created       INTEGER NOT NULL,
    PRIMARY KEY (tenant, client_id)
) WITHOUT ROWID;

CREATE TABLE signing_keys (
    id      TEXT PRIMARY KEY,
    pkcs8   BLOB NOT NULL,
    created INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE machines (
    tenant            TEXT NOT NULL REFERENCES tenants (id),
    id                TEXT NOT NULL,
    computer_dns_name TEXT NOT NULL,
    os_platform       TEXT NOT NULL,
    version           TEXT,
    os_architecture   TEXT,
    os_processor      TEXT,
    ip_addresses      TEXT NOT NULL,
    agent_version     TEXT NOT NULL,
    degraded          TEXT NOT NULL,
    last_address      TEXT,
    first_seen        INTEGER NOT NULL,
    last_seen         INTEGER NOT NULL,
    health_status     TEXT NOT NULL,
    last_sequence     INTEGER NOT NULL DEFAULT 0,
    public_key        BLOB NOT NULL,
    revoked           INTEGER,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX machines_by_id ON machines (id COLLATE NOCASE, tenant);
CREATE INDEX machines_by_name ON machines (tenant, computer_dns_name COLLATE NOCASE);

CREATE TABLE enrolment_tokens (
    digest  BLOB PRIMARY KEY,
    tenant  TEXT NOT NULL REFERENCES tenants (id),
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    uses    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE assertions (
    tenant       TEXT NOT NULL,
    machine      TEXT NOT NULL,
    jti          TEXT NOT NULL,
    forget_after INTEGER NOT NULL,
    PRIMARY KEY (tenant, machine, jti)
) WITHOUT ROWID;
CREATE INDEX assertions_by_age ON assertions (forget_after);

CREATE TABLE sightings (
    tenant     TEXT NOT NULL,
    sha1       BLOB NOT NULL,
    machine    TEXT NOT NULL,
    path       BLOB NOT NULL,
    sha256     TEXT,
    size       INTEGER NOT NULL,
    running    INTEGER NOT NULL,
    present    INTEGER NOT NULL,
    protection TEXT,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    PRIMARY KEY (tenant, sha1, machine, path)
) WITHOUT ROWID;
CREATE INDEX sightings_by_machine ON sightings (tenant, machine);
CREATE INDEX sightings_by_sha256 ON sightings (tenant, sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX sightings_by_age ON sightings (last_seen);

CREATE TABLE actions (
    tenant                 TEXT NOT NULL REFERENCES tenants (id),
    id                     TEXT NOT NULL,
    type                   TEXT NOT NULL,
    machine                TEXT NOT NULL,
    computer_dns_name      TEXT NOT NULL,
    sha1                   BLOB NOT NULL,
    title                  TEXT,
    requestor              TEXT NOT NULL,
    requestor_comment      TEXT NOT NULL,
    external_id            TEXT,
    status                 TEXT NOT NULL,
    error_hresult          INTEGER NOT NULL,
    created                INTEGER NOT NULL,
    last_update            INTEGER NOT NULL,
    heard                  INTEGER NOT NULL,
    cancellation_requestor TEXT,
    cancellation_comment   TEXT,
    cancelled              INTEGER,
    details                TEXT,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX actions_by_age ON actions (tenant, created DESC, id);
-- At most one active action for a machine and a file: the index makes it so.
CREATE UNIQUE INDEX actions_active ON actions (tenant, machine, sha1)
    WHERE status IN ('Pending', 'InProgress');
CREATE INDEX actions_waiting ON actions (created) WHERE status = 'Pending';
CREATE INDEX actions_in_progress ON actions (heard) WHERE status = 'InProgress';

CREATE TABLE orders (
    tenant   TEXT NOT NULL,
    machine  TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    action   TEXT NOT NULL,
    verb     TEXT NOT NULL,
    expires  INTEGER NOT NULL,
    PRIMARY KEY (tenant, machine, sequence)
) WITHOUT ROWID;
CREATE INDEX orders_by_age ON orders (expires);

-- Tags, addresses by time, and indicators.

CREATE TABLE machine_tags (
    tenant  TEXT NOT NULL,
    machine TEXT NOT NULL,
    tag     TEXT NOT NULL,
    PRIMARY KEY (tenant, machine, tag)
) WITHOUT ROWID;
CREATE INDEX machines_by_tag ON machine_tags (tenant, tag, machine);

-- From when until when a machine had an address. One without an end is had until the machine was
-- last heard of.
CREATE TABLE addresses (
    tenant  TEXT NOT NULL,
    machine TEXT NOT NULL,
    address TEXT NOT NULL,
    since   INTEGER NOT NULL,
    until   INTEGER,
    PRIMARY KEY (tenant, machine, address, since)
) WITHOUT ROWID;
CREATE INDEX machines_by_address ON addresses (tenant, address, machine);
CREATE INDEX addresses_by_age ON addresses (until) WHERE until IS NOT NULL;
-- Of before, nothing is known but what the machines said last.
INSERT OR IGNORE INTO addresses (tenant, machine, address, since)
    SELECT tenant, machines.id, told.value, last_seen
    FROM machines, json_each(ip_addresses) AS told;

CREATE INDEX actions_by_machine ON actions (tenant, machine, created DESC, id);

ALTER TABLE tenants ADD COLUMN last_indicator INTEGER NOT NULL DEFAULT 0;

CREATE TABLE indicators (
    tenant              TEXT NOT NULL REFERENCES tenants (id),
    id                  INTEGER NOT NULL,
    type                TEXT NOT NULL,
    value               TEXT NOT NULL,
    action              TEXT NOT NULL,
    severity            TEXT,
    title               TEXT NOT NULL,
    description         TEXT NOT NULL,
    application         TEXT,
    recommended_actions TEXT,
    rbac_group_names    TEXT NOT NULL,
    educate_url         TEXT,
    generate_alert      INTEGER NOT NULL,
    expires             INTEGER,
    created             INTEGER NOT NULL,
    created_by          TEXT NOT NULL,
    created_by_name     TEXT NOT NULL,
    last_update         INTEGER NOT NULL,
    last_updated_by     TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX indicators_by_value ON indicators (tenant, type, value);
CREATE INDEX indicators_by_end ON indicators (expires) WHERE expires IS NOT NULL;

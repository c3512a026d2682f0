-- Machines that cannot be mistaken for another: keys that change, and lives that are told apart.
ALTER TABLE machines ADD COLUMN next_key BLOB;
-- When an operator asked for another key; none when nobody did.
ALTER TABLE machines ADD COLUMN rotates INTEGER;
-- Until when a machine of this id may enrol with another key.
ALTER TABLE machines ADD COLUMN reenrol_until INTEGER;

-- Keys that were a machine's and are never again.
CREATE TABLE dead_keys (
    tenant     TEXT NOT NULL,
    machine    TEXT NOT NULL,
    public_key BLOB NOT NULL,
    died       INTEGER NOT NULL,
    PRIMARY KEY (tenant, machine, public_key)
) WITHOUT ROWID;

-- What was heard of each machine's agent last: see core/life.rs.
CREATE TABLE lives (
    tenant  TEXT NOT NULL,
    machine TEXT NOT NULL,
    start   INTEGER NOT NULL,
    nonce   TEXT NOT NULL,
    count   INTEGER NOT NULL,
    made    INTEGER NOT NULL,
    late    INTEGER NOT NULL,
    address TEXT,
    PRIMARY KEY (tenant, machine)
) WITHOUT ROWID;

-- Machines that are two.
CREATE TABLE clones (
    tenant    TEXT NOT NULL,
    machine   TEXT NOT NULL,
    since     INTEGER NOT NULL,
    addresses TEXT NOT NULL,
    PRIMARY KEY (tenant, machine)
) WITHOUT ROWID;

ALTER TABLE enrolment_tokens ADD COLUMN made_for INTEGER NOT NULL DEFAULT 0;
UPDATE enrolment_tokens SET made_for = uses;
ALTER TABLE enrolment_tokens ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE enrolment_tokens ADD COLUMN replaces TEXT;
ALTER TABLE enrolment_tokens ADD COLUMN revoked INTEGER;

-- What limits a mistake. The empty scope is everybody's machines.
CREATE TABLE freezes (
    scope     TEXT PRIMARY KEY,
    since     INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    frozen_by TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE protected_files (
    tenant  TEXT NOT NULL,
    sha1    BLOB NOT NULL,
    reason  TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, sha1)
) WITHOUT ROWID;
CREATE INDEX sightings_protected ON sightings (tenant, sha1) WHERE protection IS NOT NULL;

-- By which application, whether it insisted, and what a restore is about.
ALTER TABLE actions ADD COLUMN application TEXT NOT NULL DEFAULT '';
ALTER TABLE actions ADD COLUMN force BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE actions ADD COLUMN taken_by TEXT;
ALTER TABLE actions ADD COLUMN conflict TEXT;
CREATE INDEX actions_by_application ON actions (tenant, application, created);

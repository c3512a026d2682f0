-- Persons, applications that they sign in with, and what is under way between them.

ALTER TABLE applications ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE applications ADD COLUMN redirect_uris TEXT NOT NULL DEFAULT '[]';
ALTER TABLE applications ADD COLUMN certificate BLOB;

CREATE TABLE people (
    tenant       TEXT NOT NULL REFERENCES tenants (id),
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    password     TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    created      INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX people_by_name ON people (tenant, name);

-- A person who signed in with an application: all tokens since then belong to it.
CREATE TABLE sign_ins (
    id        TEXT PRIMARY KEY,
    tenant    TEXT NOT NULL,
    person    TEXT NOT NULL,
    client_id TEXT NOT NULL,
    scope     TEXT NOT NULL,
    expires   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_ins_by_person ON sign_ins (tenant, person);
CREATE INDEX sign_ins_by_end ON sign_ins (expires);

CREATE TABLE refresh_tokens (
    digest  BLOB PRIMARY KEY,
    sign_in TEXT NOT NULL,
    used    BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_sign_in ON refresh_tokens (sign_in);

-- `sign_in` is what came of the code, empty when nothing did.
CREATE TABLE authorization_codes (
    digest       BLOB PRIMARY KEY,
    tenant       TEXT NOT NULL,
    client_id    TEXT NOT NULL,
    person       TEXT NOT NULL,
    scope        TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    nonce        TEXT,
    expires      INTEGER NOT NULL,
    sign_in      TEXT
) WITHOUT ROWID;
CREATE INDEX authorization_codes_by_end ON authorization_codes (expires);

CREATE TABLE device_codes (
    digest    BLOB PRIMARY KEY,
    user_code TEXT NOT NULL,
    tenant    TEXT NOT NULL,
    client_id TEXT NOT NULL,
    scope     TEXT NOT NULL,
    expires   INTEGER NOT NULL,
    pause     INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    denied    BOOLEAN NOT NULL,
    person    TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX device_codes_by_user_code ON device_codes (user_code);
CREATE INDEX device_codes_by_end ON device_codes (expires);

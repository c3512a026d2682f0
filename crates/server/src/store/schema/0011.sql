-- Tenants with names, device groups, and roles of persons.

ALTER TABLE tenants ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN last_group INTEGER NOT NULL DEFAULT 0;
-- Whether a role was ever made: from then on persons see what their roles say.
ALTER TABLE tenants ADD COLUMN has_roles BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE device_groups (
    tenant  TEXT NOT NULL REFERENCES tenants (id),
    id      INTEGER NOT NULL,
    name    TEXT NOT NULL,
    tag     TEXT,
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX device_groups_by_name ON device_groups (tenant, lower(name));
CREATE INDEX device_groups_by_tag ON device_groups (tenant, tag);

-- Where an operator or an enrolment token put the machine, and where it is: there, or where its
-- tags put it, or in none, which is 0.
ALTER TABLE machines ADD COLUMN assigned_group INTEGER;
ALTER TABLE machines ADD COLUMN device_group INTEGER NOT NULL DEFAULT 0;
CREATE INDEX machines_by_group ON machines (tenant, device_group, id);
ALTER TABLE enrolment_tokens ADD COLUMN device_group INTEGER;

CREATE TABLE roles (
    tenant        TEXT NOT NULL REFERENCES tenants (id),
    name          TEXT NOT NULL,
    permissions   TEXT NOT NULL,
    all_machines  BOOLEAN NOT NULL,
    device_groups TEXT NOT NULL,
    created       INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
) WITHOUT ROWID;
CREATE UNIQUE INDEX roles_by_name ON roles (tenant, lower(name));

-- `kind` is User or UserGroup; `holder` a person's id or a user group's name.
CREATE TABLE role_holders (
    tenant TEXT NOT NULL,
    role   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    holder TEXT NOT NULL,
    PRIMARY KEY (tenant, role, kind, holder)
) WITHOUT ROWID;
CREATE INDEX role_holders_by_holder ON role_holders (tenant, holder, kind);

CREATE TABLE user_groups (
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (tenant, name, person)
) WITHOUT ROWID;
CREATE INDEX user_groups_by_person ON user_groups (tenant, person);

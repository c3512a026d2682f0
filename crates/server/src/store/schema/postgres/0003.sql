-- All of version 3. Times are ticks of 100 ns since the Unix epoch. Texts are ordered by their
-- bytes. Where a caller names a machine, case is not regarded (two indices say so); everywhere
-- else a machine is spelled as in `machines`.

-- The words of SQLite that PostgreSQL does not know.
CREATE DOMAIN by_bytes AS text COLLATE "C";
CREATE FUNCTION json_each(list text) RETURNS TABLE (value quell_server.by_bytes)
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT one::quell_server.by_bytes FROM jsonb_array_elements_text(list::jsonb) AS one';
CREATE FUNCTION json_extract(document text, path text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT jsonb_path_query_first(document::jsonb, path::jsonpath) #>> ''{}''';
CREATE FUNCTION instr(whole text, part text) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT strpos(whole, part)';
CREATE FUNCTION json_with(list jsonb, one text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT list || jsonb_build_array(one)';
CREATE FUNCTION json_written(list jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT list::text';
CREATE AGGREGATE json_group_array(text) (
    sfunc = json_with, stype = jsonb, initcond = '[]', finalfunc = json_written
);
-- The one clock of all replicas, in ticks.
CREATE FUNCTION quell_now() RETURNS bigint LANGUAGE sql VOLATILE
    AS 'SELECT (extract(epoch FROM clock_timestamp()) * 10000000)::bigint';

CREATE TABLE server (
    one       bigint PRIMARY KEY CHECK (one = 1),
    name      text COLLATE "C" NOT NULL,
    base_url  text COLLATE "C",
    authority bytea
);

CREATE TABLE tenants (
    id             text COLLATE "C" PRIMARY KEY,
    created        bigint NOT NULL,
    last_indicator bigint NOT NULL DEFAULT 0
);

CREATE TABLE applications (
    tenant        text COLLATE "C" NOT NULL REFERENCES tenants (id),
    client_id     text COLLATE "C" NOT NULL,
    display_name  text COLLATE "C" NOT NULL,
    roles         text COLLATE "C" NOT NULL,
    secret_salt   bytea NOT NULL,
    secret_digest bytea NOT NULL,
    created       bigint NOT NULL,
    PRIMARY KEY (tenant, client_id)
);

CREATE TABLE signing_keys (
    id      text COLLATE "C" PRIMARY KEY,
    pkcs8   bytea NOT NULL,
    created bigint NOT NULL
);

CREATE TABLE machines (
    tenant            text COLLATE "C" NOT NULL REFERENCES tenants (id),
    id                text COLLATE "C" NOT NULL,
    computer_dns_name text COLLATE "C" NOT NULL,
    os_platform       text COLLATE "C" NOT NULL,
    version           text COLLATE "C",
    os_architecture   text COLLATE "C",
    os_processor      text COLLATE "C",
    ip_addresses      text COLLATE "C" NOT NULL,
    agent_version     text COLLATE "C" NOT NULL,
    degraded          text COLLATE "C" NOT NULL,
    last_address      text COLLATE "C",
    first_seen        bigint NOT NULL,
    last_seen         bigint NOT NULL,
    health_status     text COLLATE "C" NOT NULL,
    last_sequence     bigint NOT NULL DEFAULT 0,
    public_key        bytea NOT NULL,
    revoked           bigint,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX machines_by_id ON machines (lower(id), tenant);
CREATE INDEX machines_by_name ON machines (tenant, lower(computer_dns_name));
CREATE INDEX machines_by_silence ON machines (last_seen) WHERE health_status <> 'Inactive';

CREATE TABLE enrolment_tokens (
    digest  bytea PRIMARY KEY,
    tenant  text COLLATE "C" NOT NULL REFERENCES tenants (id),
    created bigint NOT NULL,
    expires bigint NOT NULL,
    uses    bigint NOT NULL
);

CREATE TABLE assertions (
    tenant       text COLLATE "C" NOT NULL,
    machine      text COLLATE "C" NOT NULL,
    jti          text COLLATE "C" NOT NULL,
    forget_after bigint NOT NULL,
    PRIMARY KEY (tenant, machine, jti)
);
CREATE INDEX assertions_by_age ON assertions (forget_after);

CREATE TABLE sightings (
    tenant     text COLLATE "C" NOT NULL,
    sha1       bytea NOT NULL,
    machine    text COLLATE "C" NOT NULL,
    path       bytea NOT NULL,
    sha256     text COLLATE "C",
    size       bigint NOT NULL,
    running    boolean NOT NULL,
    present    boolean NOT NULL,
    protection text COLLATE "C",
    first_seen bigint NOT NULL,
    last_seen  bigint NOT NULL,
    PRIMARY KEY (tenant, sha1, machine, path)
);
CREATE INDEX sightings_by_machine ON sightings (tenant, machine);
CREATE INDEX sightings_by_sha256 ON sightings (tenant, sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX sightings_by_age ON sightings (last_seen);

CREATE TABLE actions (
    tenant                 text COLLATE "C" NOT NULL REFERENCES tenants (id),
    id                     text COLLATE "C" NOT NULL,
    type                   text COLLATE "C" NOT NULL,
    machine                text COLLATE "C" NOT NULL,
    computer_dns_name      text COLLATE "C" NOT NULL,
    sha1                   bytea NOT NULL,
    title                  text COLLATE "C",
    requestor              text COLLATE "C" NOT NULL,
    requestor_comment      text COLLATE "C" NOT NULL,
    external_id            text COLLATE "C",
    status                 text COLLATE "C" NOT NULL,
    error_hresult          bigint NOT NULL,
    created                bigint NOT NULL,
    last_update            bigint NOT NULL,
    heard                  bigint NOT NULL,
    cancellation_requestor text COLLATE "C",
    cancellation_comment   text COLLATE "C",
    cancelled              bigint,
    details                text COLLATE "C",
    PRIMARY KEY (tenant, id)
);
CREATE INDEX actions_by_age ON actions (tenant, created DESC, id);
-- At most one active action for a machine and a file: the index makes it so.
CREATE UNIQUE INDEX actions_active ON actions (tenant, machine, sha1)
    WHERE status IN ('Pending', 'InProgress');
CREATE INDEX actions_waiting ON actions (created) WHERE status = 'Pending';
CREATE INDEX actions_in_progress ON actions (heard) WHERE status = 'InProgress';

CREATE TABLE orders (
    tenant   text COLLATE "C" NOT NULL,
    machine  text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    action   text COLLATE "C" NOT NULL,
    verb     text COLLATE "C" NOT NULL,
    expires  bigint NOT NULL,
    PRIMARY KEY (tenant, machine, sequence)
);
CREATE INDEX orders_by_age ON orders (expires);

CREATE TABLE machine_tags (
    tenant  text COLLATE "C" NOT NULL,
    machine text COLLATE "C" NOT NULL,
    tag     text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, machine, tag)
);
CREATE INDEX machines_by_tag ON machine_tags (tenant, tag, machine);

-- From when until when a machine had an address. One without an end is had until the machine was
-- last heard of.
CREATE TABLE addresses (
    tenant  text COLLATE "C" NOT NULL,
    machine text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    since   bigint NOT NULL,
    until   bigint,
    PRIMARY KEY (tenant, machine, address, since)
);
CREATE INDEX machines_by_address ON addresses (tenant, address, machine);
CREATE INDEX addresses_by_age ON addresses (until) WHERE until IS NOT NULL;
CREATE INDEX actions_by_machine ON actions (tenant, machine, created DESC, id);

CREATE TABLE indicators (
    tenant              text COLLATE "C" NOT NULL REFERENCES tenants (id),
    id                  bigint NOT NULL,
    type                text COLLATE "C" NOT NULL,
    value               text COLLATE "C" NOT NULL,
    action              text COLLATE "C" NOT NULL,
    severity            text COLLATE "C",
    title               text COLLATE "C" NOT NULL,
    description         text COLLATE "C" NOT NULL,
    application         text COLLATE "C",
    recommended_actions text COLLATE "C",
    rbac_group_names    text COLLATE "C" NOT NULL,
    educate_url         text COLLATE "C",
    generate_alert      boolean NOT NULL,
    expires             bigint,
    created             bigint NOT NULL,
    created_by          text COLLATE "C" NOT NULL,
    created_by_name     text COLLATE "C" NOT NULL,
    last_update         bigint NOT NULL,
    last_updated_by     text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX indicators_by_value ON indicators (tenant, type, value);
CREATE INDEX indicators_by_end ON indicators (expires) WHERE expires IS NOT NULL;

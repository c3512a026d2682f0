-- Moments are nanoseconds of a budget's own time, which `budgets` anchors in this server's clock.
-- Times of the journal are nanoseconds since the Unix epoch.

-- The time that every host goes by: this server's, and not that of the transaction's start.
CREATE FUNCTION quell_now() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint';

-- The row of a budget is also its lock.
CREATE TABLE budgets (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant            text NOT NULL,
    application       text NOT NULL,
    operation         text NOT NULL,
    revision          bigint NOT NULL,
    stirred           bigint NOT NULL,
    moment            bigint NOT NULL,
    wall              bigint NOT NULL,
    next_id           bigint NOT NULL,
    next_completion   bigint NOT NULL,
    last_grant        bigint,
    paused_until      bigint NOT NULL,
    interactive_until bigint NOT NULL,
    learned           text NOT NULL,
    UNIQUE (tenant, application, operation)
);

-- Permits that are out. `until` is the end of the lease of one that was not sent, and the expiry of
-- one that was.
CREATE TABLE permits (
    budget      bigint NOT NULL REFERENCES budgets (id),
    id          bigint NOT NULL,
    granted     bigint NOT NULL,
    interactive boolean NOT NULL,
    sent        boolean NOT NULL,
    until       bigint,
    PRIMARY KEY (budget, id)
);

CREATE TABLE completions (
    budget  bigint NOT NULL REFERENCES budgets (id),
    number  bigint NOT NULL,
    ended   bigint NOT NULL,
    refused boolean NOT NULL,
    PRIMARY KEY (budget, number)
);

-- The journal of intents.
CREATE TABLE attempts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant      text NOT NULL,
    application text NOT NULL,
    operation   text NOT NULL,
    machine     text NOT NULL,
    file        text,
    comment     text NOT NULL,
    begun       bigint NOT NULL,
    within      bigint,
    state       text NOT NULL
        CHECK (state IN ('sending', 'unknown', 'created', 'adopted', 'refused', 'not-sent')),
    detail      text,
    settled     bigint
);
CREATE INDEX attempts_open ON attempts (id) WHERE state IN ('sending', 'unknown');
CREATE INDEX attempts_settled ON attempts (settled) WHERE settled IS NOT NULL;

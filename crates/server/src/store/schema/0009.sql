-- Issuers of others that a tenant trusts; `foreign_tenant` is empty where the issuer has none.
CREATE TABLE external_issuers (
    issuer         TEXT NOT NULL,
    foreign_tenant TEXT NOT NULL,
    tenant         TEXT NOT NULL REFERENCES tenants (id),
    audiences      TEXT NOT NULL,
    keys_url       TEXT,
    algorithms     TEXT NOT NULL,
    created        INTEGER NOT NULL,
    PRIMARY KEY (issuer, foreign_tenant)
) WITHOUT ROWID;

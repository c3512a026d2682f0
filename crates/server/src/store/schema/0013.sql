-- On how many machines a file is known, counted as it comes and goes: see tables/prevalence.rs.
CREATE TABLE prevalence (
    tenant   TEXT NOT NULL,
    sha1     BLOB NOT NULL,
    part     TEXT NOT NULL,
    machines INTEGER NOT NULL,
    PRIMARY KEY (tenant, sha1, part)
) WITHOUT ROWID;
CREATE INDEX prevalence_of_none ON prevalence (tenant) WHERE machines <= 0;
INSERT INTO prevalence (tenant, sha1, part, machines)
    SELECT tenant, sha1, substr(machine, length(machine) - 1), count(DISTINCT machine)
    FROM sightings GROUP BY tenant, sha1, substr(machine, length(machine) - 1);

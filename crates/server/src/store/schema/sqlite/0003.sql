-- Names without regard to case by an index that both databases have; what has not been heard of
-- for long, without a look at every machine.
DROP INDEX machines_by_id;
CREATE UNIQUE INDEX machines_by_id ON machines (lower(id), tenant);
DROP INDEX machines_by_name;
CREATE INDEX machines_by_name ON machines (tenant, lower(computer_dns_name));
CREATE INDEX machines_by_silence ON machines (last_seen) WHERE health_status <> 'Inactive';

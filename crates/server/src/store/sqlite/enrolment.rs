//! Letting machines in, and what they say of themselves, in SQLite.

use quell_model::{MachineId, Timestamp};
use quell_protocol::MachineFacts;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::error::store_error;
use super::{addresses, rows};
use crate::core::{Health, TenantId};
use crate::store::StoreError;
use crate::store::record::{Enrolled, Enrolment};

/// What is kept of a machine that asks to be let in.
struct Known {
    machine: MachineId,
    public_key: Vec<u8>,
    revoked: bool,
    last_seen: Timestamp,
}

pub(super) fn enrol(c: &Connection, enrolment: &Enrolment) -> Result<Enrolled, StoreError> {
    let token: Option<(String, i64, i64)> = c
        .query_row(
            "SELECT tenant, expires, uses FROM enrolment_tokens WHERE digest = ?1",
            [enrolment.digest],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()
        .map_err(store_error)?;
    let Some((tenant, expires, uses)) = token else {
        return Ok(Enrolled::BadToken);
    };
    let tenant = rows::tenant(&tenant)?;
    let known = known(c, tenant, &enrolment.machine)?;
    if let Some(known) = &known {
        let same_key = known.public_key == enrolment.public_key;
        match (known.revoked, same_key) {
            // The answer to the first request may have been lost: the same key is let in again,
            // and that uses nothing up.
            (false, true) => return Ok(Enrolled::In(tenant, known.machine.clone())),
            (false, false) => return Ok(Enrolled::Taken),
            (true, true) => return Ok(Enrolled::RevokedKey),
            (true, false) => {}
        }
    }
    if uses < 1 || enrolment.now.unix_ticks() >= expires {
        return Ok(Enrolled::BadToken);
    }
    c.execute(
        "UPDATE enrolment_tokens SET uses = uses - 1 WHERE digest = ?1",
        [enrolment.digest],
    )
    .map_err(store_error)?;
    let machine = match known {
        Some(known) => {
            addresses::silent(c, tenant, &known.machine, known.last_seen, enrolment.now)?;
            renew(c, tenant, enrolment)?;
            known.machine
        }
        None => {
            insert(c, tenant, enrolment)?;
            enrolment.machine.clone()
        }
    };
    update_facts(c, tenant, &machine, &enrolment.facts, enrolment.now)?;
    Ok(Enrolled::In(tenant, machine))
}

fn known(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<Option<Known>, StoreError> {
    c.query_row(
        "SELECT id, public_key, revoked, last_seen FROM machines WHERE tenant = ?1 AND id = ?2 COLLATE NOCASE",
        params![tenant.to_string(), machine.as_str()],
        |row| Ok(read(row)),
    )
    .optional()
    .map_err(store_error)?
    .transpose()
}

fn read(row: &Row<'_>) -> Result<Known, StoreError> {
    Ok(Known {
        machine: rows::machine_id(rows::get(row, "id")?)?,
        public_key: rows::get(row, "public_key")?,
        revoked: rows::get::<Option<i64>>(row, "revoked")?.is_some(),
        last_seen: rows::time(row, "last_seen")?,
    })
}

fn insert(c: &Connection, tenant: TenantId, enrolment: &Enrolment) -> Result<(), StoreError> {
    c.execute(
        "INSERT INTO machines (tenant, id, computer_dns_name, os_platform, ip_addresses,
             agent_version, degraded, last_address, first_seen, last_seen, health_status, public_key)
         VALUES (?1, ?2, '', '', '[]', '', '[]', ?3, ?4, ?4, ?5, ?6)",
        params![
            tenant.to_string(),
            enrolment.machine.as_str(),
            enrolment.address.map(|address| address.to_string()),
            enrolment.now.unix_ticks(),
            Health::Active.as_str(),
            enrolment.public_key,
        ],
    )
    .map(drop)
    .map_err(store_error)
}

/// Gives a revoked machine its new key; what was ordered from it ended when it was revoked.
fn renew(c: &Connection, tenant: TenantId, enrolment: &Enrolment) -> Result<(), StoreError> {
    c.execute(
        "UPDATE machines SET public_key = ?3, revoked = NULL, last_seen = ?4, health_status = ?5
         WHERE tenant = ?1 AND id = ?2 COLLATE NOCASE",
        params![
            tenant.to_string(),
            enrolment.machine.as_str(),
            enrolment.public_key,
            enrolment.now.unix_ticks(),
            Health::Active.as_str(),
        ],
    )
    .map(drop)
    .map_err(store_error)
}

pub(super) fn update_facts(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    facts: &MachineFacts,
    now: Timestamp,
) -> Result<(), StoreError> {
    addresses::told(c, tenant, machine, &facts.ip_addresses, now)?;
    c.execute(
        "UPDATE machines SET computer_dns_name = ?3, os_platform = ?4, version = ?5,
             os_architecture = ?6, os_processor = ?7, ip_addresses = ?8, agent_version = ?9,
             degraded = ?10
         WHERE tenant = ?1 AND id = ?2 COLLATE NOCASE",
        params![
            tenant.to_string(),
            machine.as_str(),
            facts.computer_dns_name,
            facts.os_platform,
            facts.version,
            facts.os_architecture,
            facts.os_processor,
            rows::to_json(&facts.ip_addresses),
            facts.agent_version,
            rows::to_json(&facts.degraded),
        ],
    )
    .map(drop)
    .map_err(store_error)
}

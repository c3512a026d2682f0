//! Letting machines in, and what they say of themselves, in SQLite.

use quell_model::MachineId;
use quell_protocol::MachineFacts;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::error::store_error;
use super::{directory, rows};
use crate::core::{Health, TenantId};
use crate::store::StoreError;
use crate::store::record::{Enrolled, Enrolment};

/// What is kept of a machine that asks to be let in.
struct Known {
    public_key: Vec<u8>,
    revoked: bool,
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
    let tenant = directory::tenant(&tenant)?;
    let known = known(c, tenant, &enrolment.machine)?;
    if let Some(known) = &known
        && !known.revoked
    {
        // The answer to the first request may have been lost: the same key is let in again, and
        // that uses nothing up.
        return Ok(match known.public_key == enrolment.public_key {
            true => Enrolled::In(tenant),
            false => Enrolled::Taken,
        });
    }
    if uses < 1 || enrolment.now.unix_ticks() >= expires {
        return Ok(Enrolled::BadToken);
    }
    c.execute(
        "UPDATE enrolment_tokens SET uses = uses - 1 WHERE digest = ?1",
        [enrolment.digest],
    )
    .map_err(store_error)?;
    match known {
        Some(_) => renew(c, tenant, enrolment)?,
        None => insert(c, tenant, enrolment)?,
    }
    update_facts(c, tenant, &enrolment.machine, &enrolment.facts)?;
    Ok(Enrolled::In(tenant))
}

fn known(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<Option<Known>, StoreError> {
    c.query_row(
        "SELECT public_key, revoked FROM machines WHERE tenant = ?1 AND id = ?2 COLLATE NOCASE",
        params![tenant.to_string(), machine.as_str()],
        |row| {
            Ok(Known {
                public_key: row.get(0)?,
                revoked: row.get::<_, Option<i64>>(1)?.is_some(),
            })
        },
    )
    .optional()
    .map_err(store_error)
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

/// Gives a revoked machine its new key; its waiting orders stay, for they are the machine's.
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
) -> Result<(), StoreError> {
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

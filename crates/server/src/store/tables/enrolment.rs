//! Letting machines in, and what they say of themselves.

use quell_model::{MachineId, Timestamp};
use quell_protocol::MachineFacts;

use super::{addresses, trail};
use crate::core::audit::{By, Deed};
use crate::core::{Health, TenantId};
use crate::secret::sha256;
use crate::store::StoreError;
use crate::store::database::{FromRow, Row, Sql, Value, values};
use crate::store::record::{Enrolled, Enrolment, NewEnrolmentToken};

/// What is kept of a machine that asks to be let in.
struct Known {
    machine: MachineId,
    public_key: Vec<u8>,
    revoked: bool,
    last_seen: Timestamp,
}

pub(super) fn add_token(
    sql: &mut dyn Sql,
    token: &NewEnrolmentToken,
    by: &By,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO enrolment_tokens (digest, tenant, created, expires, uses)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        values![
            &token.digest,
            token.tenant,
            token.created,
            token.expires,
            token.uses,
        ],
    )?;
    let deed = Deed::EnrolmentTokenMade {
        digest: token.digest,
        uses: token.uses,
        expires: token.expires,
    };
    trail::tell(sql, token.tenant, by, &deed, token.created)
}

pub(super) fn enrol(sql: &mut dyn Sql, enrolment: &Enrolment) -> Result<Enrolled, StoreError> {
    let token: Option<(TenantId, Timestamp, i64)> = sql.query_one(
        "SELECT tenant, expires, uses FROM enrolment_tokens WHERE digest = ?1",
        values![&enrolment.digest],
    )?;
    let Some((tenant, expires, uses)) = token else {
        return Ok(Enrolled::BadToken);
    };
    let known = known(sql, tenant, &enrolment.machine)?;
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
    if uses < 1 || enrolment.now >= expires {
        return Ok(Enrolled::BadToken);
    }
    sql.execute(
        "UPDATE enrolment_tokens SET uses = uses - 1 WHERE digest = ?1",
        values![&enrolment.digest],
    )?;
    let is_new = known.is_none();
    let machine = match known {
        Some(known) => {
            addresses::silent(sql, tenant, &known.machine, known.last_seen, enrolment.now)?;
            renew(sql, tenant, enrolment)?;
            known.machine
        }
        None => {
            insert(sql, tenant, enrolment)?;
            enrolment.machine.clone()
        }
    };
    update_facts(sql, tenant, &machine, &enrolment.facts, enrolment.now)?;
    let key = sha256(&enrolment.public_key);
    let deed = match is_new {
        true => Deed::MachineEnrolled {
            machine: machine.clone(),
            key,
        },
        false => Deed::MachineKeyChanged {
            machine: machine.clone(),
            key,
        },
    };
    let by = By::machine(machine.clone(), "enrol", enrolment.address);
    trail::tell(sql, tenant, &by, &deed, enrolment.now)?;
    Ok(Enrolled::In(tenant, machine))
}

fn known(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<Option<Known>, StoreError> {
    sql.query_one(
        "SELECT id, public_key, revoked IS NOT NULL, last_seen FROM machines
         WHERE tenant = ?1 AND lower(id) = ?2",
        values![tenant, Value::folded(machine.as_str())],
    )
}

impl FromRow for Known {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            machine: row.next()?,
            public_key: row.next()?,
            revoked: row.next()?,
            last_seen: row.next()?,
        })
    }
}

fn insert(sql: &mut dyn Sql, tenant: TenantId, enrolment: &Enrolment) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO machines (tenant, id, computer_dns_name, os_platform, ip_addresses,
             agent_version, degraded, last_address, first_seen, last_seen, health_status, public_key)
         VALUES (?1, ?2, '', '', '[]', '', '[]', ?3, ?4, ?4, ?5, ?6)",
        values![
            tenant,
            &enrolment.machine,
            enrolment.address.map(|address| address.to_string()),
            enrolment.now,
            Health::Active.as_str(),
            &enrolment.public_key,
        ],
    )
    .map(drop)
}

/// Gives a revoked machine its new key; what was ordered from it ended when it was revoked.
fn renew(sql: &mut dyn Sql, tenant: TenantId, enrolment: &Enrolment) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE machines SET public_key = ?3, revoked = NULL, last_seen = ?4, health_status = ?5
         WHERE tenant = ?1 AND lower(id) = ?2",
        values![
            tenant,
            Value::folded(enrolment.machine.as_str()),
            &enrolment.public_key,
            enrolment.now,
            Health::Active.as_str(),
        ],
    )
    .map(drop)
}

pub(super) fn update_facts(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    facts: &MachineFacts,
    now: Timestamp,
) -> Result<(), StoreError> {
    addresses::told(sql, tenant, machine, &facts.ip_addresses, now)?;
    sql.execute(
        "UPDATE machines SET computer_dns_name = ?3, os_platform = ?4, version = ?5,
             os_architecture = ?6, os_processor = ?7, ip_addresses = ?8, agent_version = ?9,
             degraded = ?10
         WHERE tenant = ?1 AND id = ?2",
        values![
            tenant,
            machine,
            &facts.computer_dns_name,
            &facts.os_platform,
            facts.version.as_ref(),
            facts.os_architecture.as_ref(),
            facts.os_processor.as_ref(),
            &facts.ip_addresses,
            &facts.agent_version,
            &facts.degraded,
        ],
    )
    .map(drop)
}

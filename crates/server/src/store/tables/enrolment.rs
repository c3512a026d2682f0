//! Letting machines in, and what they say of themselves.

use quell_model::{MachineId, Timestamp};
use quell_protocol::MachineFacts;

use super::tokens::{self, Token};
use super::{addresses, device_groups, lives, revocation, rotation, tags, trail};
use crate::core::audit::{By, Deed};
use crate::core::{Health, Tag, TenantId};
use crate::secret::sha256;
use crate::store::StoreError;
use crate::store::database::{FromRow, Row, Sql, Value, values};
use crate::store::record::{Enrolled, Enrolment};

/// What is kept of a machine that asks to be let in.
struct Known {
    machine: MachineId,
    public_key: Vec<u8>,
    revoked: bool,
    last_seen: Timestamp,
    reenrol_until: Option<Timestamp>,
}

pub(super) fn enrol(sql: &mut dyn Sql, enrolment: &Enrolment) -> Result<Enrolled, StoreError> {
    let Some(token) = Token::find(sql, &enrolment.digest)? else {
        return Ok(Enrolled::BadToken);
    };
    let tenant = token.tenant;
    let known = known(sql, tenant, &enrolment.machine)?;
    if let Some(known) = &known {
        let same_key = known.public_key == enrolment.public_key;
        match (known.revoked, same_key) {
            // The answer to the first request may have been lost: the same key is let in again,
            // and that uses nothing up.
            (false, true) => return Ok(Enrolled::In(tenant, known.machine.clone())),
            (false, false) if !may_replace(known, &token, enrolment) => {
                return Ok(Enrolled::Taken);
            }
            (true, true) => return Ok(Enrolled::RevokedKey),
            (false | true, false) => {}
        }
        if rotation::is_dead(sql, tenant, &known.machine, &enrolment.public_key)? {
            return Ok(Enrolled::RevokedKey);
        }
    }
    if !token.is_good(enrolment.now) || !token.is_for(&enrolment.machine) {
        return Ok(Enrolled::BadToken);
    }
    tokens::use_up(sql, &enrolment.digest)?;
    let is_new = known.is_none();
    let machine = match known {
        Some(known) => {
            addresses::silent(sql, tenant, &known.machine, known.last_seen, enrolment.now)?;
            replace(sql, tenant, &known, enrolment)?;
            known.machine
        }
        None => {
            insert(sql, tenant, enrolment)?;
            enrolment.machine.clone()
        }
    };
    update_facts(sql, tenant, &machine, &enrolment.facts, enrolment.now)?;
    let by = By::machine(machine.clone(), "enrol", enrolment.address);
    give_tags(sql, tenant, &machine, &token, &by, enrolment.now)?;
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
    trail::tell(sql, tenant, &by, &deed, enrolment.now)?;
    if let Some(group) = token.group {
        device_groups::assign_by_token(sql, tenant, &machine, group, &by, enrolment.now)?;
    }
    Ok(Enrolled::In(tenant, machine))
}

/// Whether a machine that was not revoked may be enrolled with another key: an operator said so, of
/// the machine or with the token.
fn may_replace(known: &Known, token: &Token, enrolment: &Enrolment) -> bool {
    let is_allowed = known
        .reenrol_until
        .is_some_and(|until| enrolment.now < until);
    is_allowed || token.replaces(&enrolment.machine)
}

/// Puts another system in the place of the one that was enrolled. What was ordered from that one
/// is given up: it must not reach this one. Its key is dead.
fn replace(
    sql: &mut dyn Sql,
    tenant: TenantId,
    known: &Known,
    enrolment: &Enrolment,
) -> Result<(), StoreError> {
    let by = By::machine(known.machine.clone(), "enrol", enrolment.address);
    let why = "machine enrolled anew";
    revocation::give_up(sql, tenant, &known.machine, why, &by, enrolment.now)?;
    rotation::bury(
        sql,
        tenant,
        &known.machine,
        &known.public_key,
        enrolment.now,
    )?;
    lives::begin_anew(sql, tenant, &known.machine)?;
    renew(sql, tenant, enrolment)
}

fn give_tags(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    token: &Token,
    by: &By,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tags: Vec<Tag> = token
        .tags
        .iter()
        .filter_map(|tag| tag.parse().ok())
        .collect();
    match tags.is_empty() {
        true => Ok(()),
        false => tags::change(sql, tenant, machine, &tags, &[], by, now),
    }
}

fn known(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<Option<Known>, StoreError> {
    sql.query_one(
        "SELECT id, public_key, revoked IS NOT NULL, last_seen, reenrol_until FROM machines
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
            reenrol_until: row.next()?,
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

/// Gives a known machine its new key, as the only one.
fn renew(sql: &mut dyn Sql, tenant: TenantId, enrolment: &Enrolment) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE machines SET public_key = ?3, next_key = NULL, rotates = NULL, reenrol_until = NULL,
             revoked = NULL, last_seen = ?4, health_status = ?5
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

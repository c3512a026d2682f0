//! Changing a machine's key, one half at a time: see [`quell_protocol::rotate`].

use quell_model::{MachineId, Timestamp};

use super::trail;
use crate::core::TenantId;
use crate::core::audit::{By, Deed};
use crate::secret::sha256;
use crate::store::StoreError;
use crate::store::database::{Sql, values};
use crate::store::record::{Rotated, Rotation};

type Keys = (Vec<u8>, Option<Vec<u8>>);

pub(super) fn rotate(sql: &mut dyn Sql, rotation: &Rotation) -> Result<Rotated, StoreError> {
    let Rotation {
        tenant,
        machine,
        signed_by,
        new_key,
        now,
    } = rotation;
    let keys: Option<Keys> = sql.query_one(
        "SELECT public_key, next_key FROM machines
         WHERE tenant = ?1 AND id = ?2 AND revoked IS NULL",
        values![*tenant, machine],
    )?;
    let Some((present, next)) = keys else {
        return Ok(Rotated::Unknown);
    };
    if is_dead(sql, *tenant, machine, new_key)? {
        return Ok(Rotated::Dead);
    }
    if *signed_by == present {
        // Taken into use already, and the answer was lost.
        if *new_key == present {
            return Ok(Rotated::Taken);
        }
        return propose(sql, rotation).map(|()| Rotated::Proposed);
    }
    if next.as_ref() != Some(signed_by) || signed_by != new_key {
        return Ok(Rotated::Unknown);
    }
    bury(sql, *tenant, machine, &present, *now)?;
    sql.execute(
        "UPDATE machines SET public_key = next_key, next_key = NULL, rotates = NULL
         WHERE tenant = ?1 AND id = ?2",
        values![*tenant, machine],
    )?;
    let deed = Deed::MachineKeyChanged {
        machine: machine.clone(),
        key: sha256(new_key),
    };
    let by = By::machine(machine.clone(), "rotate-key", None);
    trail::tell(sql, *tenant, &by, &deed, *now)?;
    Ok(Rotated::Taken)
}

fn propose(sql: &mut dyn Sql, rotation: &Rotation) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE machines SET next_key = ?3 WHERE tenant = ?1 AND id = ?2",
        values![rotation.tenant, &rotation.machine, &rotation.new_key],
    )
    .map(drop)
}

/// Whether this key was the machine's and is not any more.
pub(super) fn is_dead(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    key: &Vec<u8>,
) -> Result<bool, StoreError> {
    sql.exists(
        "SELECT 1 FROM dead_keys WHERE tenant = ?1 AND machine = ?2 AND public_key = ?3",
        values![tenant, machine, key],
    )
}

/// Lets a key never be the machine's again.
pub(super) fn bury(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    key: &Vec<u8>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO dead_keys (tenant, machine, public_key, died) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
        values![tenant, machine, key, now],
    )
    .map(drop)
}

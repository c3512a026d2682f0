//! Shutting a machine out.

use quell_model::{MachineId, Timestamp};

use super::actions::{ACTION, advance};
use super::trail;
use crate::core::audit::{By, Deed};
use crate::core::{Event, Health, TenantId};
use crate::store::StoreError;
use crate::store::database::{Sql, Value, values};
use crate::store::record::ActionRecord;

/// Refuses the machine's key and gives up what was ordered from it: whoever is enrolled under its
/// id next must not get orders that were meant for this one.
pub(super) fn revoke(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    by: &By,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let kept: Option<(MachineId,)> = sql.query_one(
        "UPDATE machines SET revoked = coalesce(revoked, ?3), health_status = ?4
         WHERE tenant = ?1 AND lower(id) = ?2 RETURNING id",
        values![
            tenant,
            Value::folded(machine.as_str()),
            now,
            Health::Inactive.as_str()
        ],
    )?;
    let Some((kept,)) = kept else {
        return Ok(false);
    };
    trail::tell(sql, tenant, by, &Deed::MachineRevoked(kept.clone()), now)?;
    give_up(sql, tenant, &kept, "machine revoked", by, now).map(|()| true)
}

/// Gives up what was ordered from a machine that will not carry it out any more.
pub(super) fn give_up(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    why: &str,
    by: &By,
    now: Timestamp,
) -> Result<(), StoreError> {
    let given_up = Event::CancelRequested {
        requestor: "quell".to_owned(),
        comment: why.to_owned(),
    };
    for action in active(sql, tenant, machine)? {
        advance(sql, tenant, action, &given_up, None, by, now)?;
    }
    sql.execute(
        "DELETE FROM orders WHERE tenant = ?1 AND machine = ?2",
        values![tenant, machine],
    )
    .map(drop)
}

/// Whether an operator revoked the machine.
pub(super) fn is_revoked(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<bool, StoreError> {
    sql.exists(
        "SELECT 1 FROM machines WHERE tenant = ?1 AND id = ?2 AND revoked IS NOT NULL",
        values![tenant, machine],
    )
}

fn active(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<Vec<ActionRecord>, StoreError> {
    sql.query(
        &format!(
            "SELECT {ACTION} FROM actions WHERE tenant = ?1 AND machine = ?2
                 AND status IN ('Pending', 'InProgress')"
        ),
        values![tenant, machine],
    )
}

//! Shutting a machine out, in SQLite.

use quell_model::{MachineId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::actions::advance;
use super::error::store_error;
use super::rows;
use crate::core::{Event, Health, TenantId};
use crate::store::StoreError;
use crate::store::record::ActionRecord;

/// Refuses the machine's key and gives up what was ordered from it: whoever is enrolled under its
/// id next must not get orders that were meant for this one.
pub(super) fn revoke(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let kept: Option<String> = c
        .query_row(
            "UPDATE machines SET revoked = coalesce(revoked, ?3), health_status = ?4
             WHERE tenant = ?1 AND id = ?2 COLLATE NOCASE RETURNING id",
            params![
                tenant.to_string(),
                machine.as_str(),
                now.unix_ticks(),
                Health::Inactive.as_str()
            ],
            |row| row.get(0),
        )
        .optional()
        .map_err(store_error)?;
    let Some(kept) = kept else { return Ok(false) };
    let given_up = Event::CancelRequested {
        requestor: "quell".to_owned(),
        comment: "machine revoked".to_owned(),
    };
    for action in active(c, tenant, &kept)? {
        advance(c, tenant, action, &given_up, None, now)?;
    }
    c.execute(
        "DELETE FROM orders WHERE tenant = ?1 AND machine = ?2",
        params![tenant.to_string(), kept],
    )
    .map(|_| true)
    .map_err(store_error)
}

/// Whether an operator revoked the machine.
pub(super) fn is_revoked(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<bool, StoreError> {
    c.prepare_cached("SELECT 1 FROM machines WHERE tenant = ?1 AND id = ?2 AND revoked IS NOT NULL")
        .and_then(|mut statement| statement.exists(params![tenant.to_string(), machine.as_str()]))
        .map_err(store_error)
}

fn active(
    c: &Connection,
    tenant: TenantId,
    machine: &str,
) -> Result<Vec<ActionRecord>, StoreError> {
    let sql = format!(
        "SELECT {} FROM actions WHERE tenant = ?1 AND machine = ?2
             AND status IN ('Pending', 'InProgress')",
        rows::ACTION
    );
    let mut statement = c.prepare(&sql).map_err(store_error)?;
    let found = statement
        .query_map(params![tenant.to_string(), machine], |row| {
            Ok(rows::action(row))
        })
        .map_err(store_error)?;
    found.map(|row| row.map_err(store_error)?).collect()
}

//! What operators call machines by, in SQLite.

use quell_model::MachineId;
use rusqlite::{Connection, params};

use super::error::store_error;
use crate::core::{Tag, TenantId};
use crate::store::StoreError;

pub(super) fn change(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    add: &[Tag],
    remove: &[Tag],
) -> Result<(), StoreError> {
    let each = |sql: &str, tags: &[Tag]| {
        tags.iter().try_for_each(|tag| {
            c.execute(
                sql,
                params![tenant.to_string(), machine.as_str(), tag.as_str()],
            )
            .map(drop)
            .map_err(store_error)
        })
    };
    each(
        "DELETE FROM machine_tags WHERE tenant = ?1 AND machine = ?2 AND tag = ?3",
        remove,
    )?;
    each(
        "INSERT OR IGNORE INTO machine_tags (tenant, machine, tag)
         SELECT tenant, id, ?3 FROM machines WHERE tenant = ?1 AND id = ?2",
        add,
    )
}

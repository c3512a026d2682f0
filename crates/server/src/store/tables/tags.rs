//! What operators call machines by.

use quell_model::{MachineId, Timestamp};

use super::{device_groups, trail};
use crate::core::audit::{By, Deed};
use crate::core::{Tag, TenantId};
use crate::store::StoreError;
use crate::store::database::{Sql, values};

pub(super) fn change(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    add: &[Tag],
    remove: &[Tag],
    by: &By,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut each = |text: &str, tags: &[Tag]| {
        tags.iter().try_for_each(|tag| {
            sql.execute(text, values![tenant, machine, tag.as_str()])
                .map(drop)
        })
    };
    each(
        "DELETE FROM machine_tags WHERE tenant = ?1 AND machine = ?2 AND tag = ?3",
        remove,
    )?;
    each(
        "INSERT INTO machine_tags (tenant, machine, tag)
         SELECT tenant, id, ?3 FROM machines WHERE tenant = ?1 AND id = ?2
         ON CONFLICT DO NOTHING",
        add,
    )?;
    device_groups::place(sql, tenant, machine)?;
    let deed = Deed::MachineTagged {
        machine: machine.clone(),
        add: add.to_vec(),
        remove: remove.to_vec(),
    };
    trail::tell(sql, tenant, by, &deed, now)
}

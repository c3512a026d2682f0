//! Device groups, and which machine is in which.
//!
//! A machine is where an operator or an enrolment token put it; else in the oldest group whose tag
//! it has; else in none. Where that is stands in `machines.device_group`, so that whoever looks
//! compares a number.

use async_trait::async_trait;
use quell_model::{MachineId, Timestamp};

use super::{fleet, roles, trail};
use crate::core::audit::{By, Deed};
use crate::core::{GroupId, Tag, TenantId};
use crate::store::database::{Cell, Column, FromRow, Row, Sql, Value, values};
use crate::store::record::{Changed, DeviceGroup, Named};
use crate::store::{DeviceGroups, SqlStore, StoreError};

/// Where a machine belongs.
const PLACE: &str = "coalesce(assigned_group, (SELECT min(device_groups.id)
     FROM device_groups JOIN machine_tags
         ON machine_tags.tenant = device_groups.tenant AND machine_tags.tag = device_groups.tag
     WHERE device_groups.tenant = machines.tenant AND machine_tags.machine = machines.id), 0)";

#[async_trait]
impl DeviceGroups for SqlStore {
    async fn device_groups(&self, tenant: TenantId) -> Result<Vec<DeviceGroup>, StoreError> {
        self.read(move |sql| {
            sql.query(
                "SELECT id, name, tag, (SELECT count(*) FROM machines
                     WHERE machines.tenant = device_groups.tenant AND device_group = device_groups.id)
                 FROM device_groups WHERE tenant = ?1 ORDER BY id",
                values![tenant],
            )
        })
        .await
    }

    async fn add_device_group(
        &self,
        tenant: TenantId,
        name: &str,
        tag: Option<Tag>,
        by: By,
        now: Timestamp,
    ) -> Result<Changed<GroupId>, StoreError> {
        let name = name.to_owned();
        self.write_told(tenant, move |sql| {
            add(sql, tenant, &name, tag.as_ref(), &by, now)
        })
        .await
    }

    async fn remove_device_group(
        &self,
        tenant: TenantId,
        name: &str,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        let name = name.to_owned();
        self.write_told(tenant, move |sql| remove(sql, tenant, &name, &by, now))
            .await
    }

    async fn assign_group(
        &self,
        tenant: TenantId,
        machines: Vec<String>,
        group: Option<String>,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write_told(tenant, move |sql| {
            assign(sql, tenant, &machines, group.as_deref(), &by, now)
        })
        .await
    }
}

/// A group by its name, in any case: its number, and the name as it is kept.
pub(super) fn named(
    sql: &mut dyn Sql,
    tenant: TenantId,
    name: &str,
) -> Result<Option<(GroupId, String)>, StoreError> {
    sql.query_one(
        "SELECT id, name FROM device_groups WHERE tenant = ?1 AND lower(name) = ?2",
        values![tenant, Value::folded(name)],
    )
}

fn add(
    sql: &mut dyn Sql,
    tenant: TenantId,
    name: &str,
    tag: Option<&Tag>,
    by: &By,
    now: Timestamp,
) -> Result<Changed<GroupId>, StoreError> {
    if named(sql, tenant, name)?.is_some() {
        return Ok(Changed::NameTaken);
    }
    // A number that was ever another's may still stand in somebody's notes.
    let (id,): (GroupId,) = sql.query_sure(
        "UPDATE tenants SET last_group = last_group + 1 WHERE id = ?1 RETURNING last_group",
        values![tenant],
    )?;
    sql.execute(
        "INSERT INTO device_groups (tenant, id, name, tag, created) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![tenant, id, name, tag.map(Tag::as_str), now],
    )?;
    if let Some(tag) = tag {
        place_all(
            sql,
            "id IN (SELECT machine FROM machine_tags WHERE tenant = ?1 AND tag = ?2)",
            values![tenant, tag.as_str()],
        )?;
    }
    let deed = Deed::DeviceGroupAdded {
        name: name.to_owned(),
        tag: tag.cloned(),
    };
    trail::tell(sql, tenant, by, &deed, now)?;
    Ok(Changed::Done(id))
}

fn remove(
    sql: &mut dyn Sql,
    tenant: TenantId,
    name: &str,
    by: &By,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    let Some((id, name)) = named(sql, tenant, name)? else {
        return Ok(Changed::Unknown(Named::DeviceGroup(name.to_owned())));
    };
    for text in [
        "DELETE FROM device_groups WHERE tenant = ?1 AND id = ?2",
        "UPDATE machines SET assigned_group = NULL WHERE tenant = ?1 AND assigned_group = ?2",
    ] {
        sql.execute(text, values![tenant, id])?;
    }
    sql.execute(
        "UPDATE enrolment_tokens SET revoked = ?3
         WHERE tenant = ?1 AND device_group = ?2 AND revoked IS NULL",
        values![tenant, id, now],
    )?;
    place_all(sql, "device_group = ?2", values![tenant, id])?;
    roles::forget_group(sql, tenant, id)?;
    trail::tell(sql, tenant, by, &Deed::DeviceGroupRemoved { name }, now)?;
    Ok(Changed::Done(()))
}

fn assign(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machines: &[String],
    group: Option<&str>,
    by: &By,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    let group = match group {
        None => None,
        Some(name) => match named(sql, tenant, name)? {
            Some(group) => Some(group),
            None => return Ok(Changed::Unknown(Named::DeviceGroup(name.to_owned()))),
        },
    };
    let mut ids = Vec::with_capacity(machines.len());
    for machine in machines {
        match fleet::named(sql, &tenant.into(), machine)? {
            Some(known) => ids.push(known.id),
            None => return Ok(Changed::Unknown(Named::Machine(machine.clone()))),
        }
    }
    for machine in ids {
        put(sql, tenant, &machine, group.as_ref(), by, now)?;
    }
    Ok(Changed::Done(()))
}

/// Puts a machine where the token with which it enrolled says; a group that is gone by now is none.
pub(super) fn assign_by_token(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    group: GroupId,
    by: &By,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known: Option<(String,)> = sql.query_one(
        "SELECT name FROM device_groups WHERE tenant = ?1 AND id = ?2",
        values![tenant, group],
    )?;
    match known {
        Some((name,)) => put(sql, tenant, machine, Some(&(group, name)), by, now),
        None => Ok(()),
    }
}

fn put(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    group: Option<&(GroupId, String)>,
    by: &By,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE machines SET assigned_group = ?3 WHERE tenant = ?1 AND id = ?2",
        values![tenant, machine, group.map(|(id, _)| *id)],
    )?;
    place(sql, tenant, machine)?;
    let deed = Deed::MachineGrouped {
        machine: machine.clone(),
        group: group.map(|(_, name)| name.clone()),
    };
    trail::tell(sql, tenant, by, &deed, now)
}

/// Lets a machine be where it belongs, now that something changed.
pub(super) fn place(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<(), StoreError> {
    place_all(sql, "id = ?2", values![tenant, machine])
}

fn place_all(sql: &mut dyn Sql, which: &str, values: &[Value<'_>]) -> Result<(), StoreError> {
    let text = format!("UPDATE machines SET device_group = {PLACE} WHERE tenant = ?1 AND {which}");
    sql.execute(&text, values).map(drop)
}

impl FromRow for DeviceGroup {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            name: row.next()?,
            tag: row.next()?,
            machines: row.next()?,
        })
    }
}

impl Column for Tag {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let text = String::read(cell)?;
        text.parse().map_err(|error| format!("{error}"))
    }
}

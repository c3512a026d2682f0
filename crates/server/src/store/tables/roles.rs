//! Roles, who holds them, and user groups.

use async_trait::async_trait;
use quell_model::Timestamp;

use super::{device_groups, people, trail, views};
use crate::core::audit::{By, Deed};
use crate::core::{Extent, GroupId, Powers, Role, RolePermission, TenantId};
use crate::store::database::{FromRow, Row, Sql, Value, values};
use crate::store::record::{Changed, Holder, Named, NamedReach, NewRole, RoleRecord};
use crate::store::{Roles, SqlStore, StoreError};

const USER: &str = "User";
const USER_GROUP: &str = "UserGroup";

#[async_trait]
impl Roles for SqlStore {
    async fn powers(&self, tenant: TenantId, person: &str) -> Result<Powers, StoreError> {
        let person = person.to_owned();
        self.glance(move |sql| powers(sql, tenant, &person)).await
    }

    async fn roles(&self, tenant: TenantId) -> Result<Option<Vec<RoleRecord>>, StoreError> {
        self.read(move |sql| match has_roles(sql, tenant)? {
            true => all(sql, tenant).map(Some),
            false => Ok(None),
        })
        .await
    }

    async fn add_role(
        &self,
        tenant: TenantId,
        role: NewRole,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write_told(tenant, move |sql| add(sql, tenant, &role, &by, now))
            .await
    }

    async fn remove_role(
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

    async fn grant_role(
        &self,
        tenant: TenantId,
        name: &str,
        add: Vec<Holder>,
        remove: Vec<Holder>,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        let name = name.to_owned();
        self.write_told(tenant, move |sql| {
            grant(sql, tenant, &name, &add, &remove, &by, now)
        })
        .await
    }

    async fn user_groups(&self, tenant: TenantId) -> Result<Vec<(String, String)>, StoreError> {
        self.read(move |sql| {
            sql.query(
                "SELECT user_groups.name, people.name FROM user_groups JOIN people
                     ON people.tenant = user_groups.tenant AND people.id = user_groups.person
                 WHERE user_groups.tenant = ?1 ORDER BY user_groups.name, people.name",
                values![tenant],
            )
        })
        .await
    }

    async fn join_groups(
        &self,
        tenant: TenantId,
        person: &str,
        add: Vec<String>,
        remove: Vec<String>,
        by: By,
        now: Timestamp,
    ) -> Result<Changed<Vec<String>>, StoreError> {
        let person = person.to_lowercase();
        self.write_told(tenant, move |sql| {
            join(sql, tenant, &person, &add, &remove, &by, now)
        })
        .await
    }
}

fn has_roles(sql: &mut dyn Sql, tenant: TenantId) -> Result<bool, StoreError> {
    sql.exists(
        "SELECT 1 FROM tenants WHERE id = ?1 AND has_roles",
        values![tenant],
    )
}

fn powers(sql: &mut dyn Sql, tenant: TenantId, person: &str) -> Result<Powers, StoreError> {
    if !has_roles(sql, tenant)? {
        return Ok(Powers::UNLIMITED);
    }
    let held: Vec<Role> = sql.query(
        "SELECT permissions, all_machines, device_groups FROM roles
         WHERE tenant = ?1 AND name IN (SELECT role FROM role_holders WHERE tenant = ?1 AND (
             (kind = 'User' AND holder = ?2)
             OR (kind = 'UserGroup' AND holder IN
                 (SELECT name FROM user_groups WHERE tenant = ?1 AND person = ?2))))",
        values![tenant, person],
    )?;
    Ok(Powers::of(&held))
}

fn all(sql: &mut dyn Sql, tenant: TenantId) -> Result<Vec<RoleRecord>, StoreError> {
    let roles: Vec<NamedRole> = sql.query(
        "SELECT name, permissions, all_machines, device_groups FROM roles WHERE tenant = ?1
         ORDER BY name",
        values![tenant],
    )?;
    let holders: Vec<(String, String, String)> = sql.query(
        "SELECT role, kind, coalesce((SELECT people.name FROM people
             WHERE kind = 'User' AND people.tenant = role_holders.tenant AND people.id = holder),
             holder)
         FROM role_holders WHERE tenant = ?1 ORDER BY 2, 3",
        values![tenant],
    )?;
    let holders_of = |role: &str| {
        let its = holders.iter().filter(|(of, ..)| of == role);
        its.map(|(_, kind, name)| match kind.as_str() {
            USER => Holder::User(name.clone()),
            _ => Holder::UserGroup(name.clone()),
        })
        .collect()
    };
    let with_holders = roles
        .into_iter()
        .map(|NamedRole { name, role }| RoleRecord {
            holders: holders_of(&name),
            name,
            role,
        });
    Ok(with_holders.collect())
}

/// A role's name as it is kept.
fn named(sql: &mut dyn Sql, tenant: TenantId, name: &str) -> Result<Option<String>, StoreError> {
    let found = sql.query_one(
        "SELECT name FROM roles WHERE tenant = ?1 AND lower(name) = ?2",
        values![tenant, Value::folded(name)],
    )?;
    Ok(found.map(|(name,)| name))
}

fn add(
    sql: &mut dyn Sql,
    tenant: TenantId,
    role: &NewRole,
    by: &By,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    if named(sql, tenant, &role.name)?.is_some() {
        return Ok(Changed::NameTaken);
    }
    let mut groups = Vec::new();
    let mut names = None;
    if let NamedReach::Groups {
        names: asked,
        ungrouped,
    } = &role.reach
    {
        let mut kept = Vec::new();
        for name in asked {
            match device_groups::named(sql, tenant, name)? {
                Some((id, name)) => {
                    groups.push(id);
                    kept.push(name);
                }
                None => return Ok(Changed::Unknown(Named::DeviceGroup(name.clone()))),
            }
        }
        if *ungrouped {
            groups.push(GroupId::NONE);
            kept.push(String::new());
        }
        names = Some(kept);
    }
    let permissions = role.permissions.iter().map(|one| one.as_str().to_owned());
    let permissions: Vec<String> = permissions.collect();
    sql.execute(
        "INSERT INTO roles (tenant, name, permissions, all_machines, device_groups, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![
            tenant,
            &role.name,
            &permissions,
            role.reach == NamedReach::All,
            views::list(groups),
            now,
        ],
    )?;
    sql.execute(
        "UPDATE tenants SET has_roles = TRUE WHERE id = ?1 AND NOT has_roles",
        values![tenant],
    )?;
    let deed = Deed::RoleAdded {
        name: role.name.clone(),
        permissions,
        groups: names,
    };
    trail::tell(sql, tenant, by, &deed, now)?;
    Ok(Changed::Done(()))
}

fn remove(
    sql: &mut dyn Sql,
    tenant: TenantId,
    name: &str,
    by: &By,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    let Some(name) = named(sql, tenant, name)? else {
        return Ok(Changed::Unknown(Named::Role(name.to_owned())));
    };
    for text in [
        "DELETE FROM role_holders WHERE tenant = ?1 AND role = ?2",
        "DELETE FROM roles WHERE tenant = ?1 AND name = ?2",
    ] {
        sql.execute(text, values![tenant, &name])?;
    }
    trail::tell(sql, tenant, by, &Deed::RoleRemoved { name }, now)?;
    Ok(Changed::Done(()))
}

fn grant(
    sql: &mut dyn Sql,
    tenant: TenantId,
    name: &str,
    add: &[Holder],
    remove: &[Holder],
    by: &By,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    let Some(role) = named(sql, tenant, name)? else {
        return Ok(Changed::Unknown(Named::Role(name.to_owned())));
    };
    let keys = |sql: &mut dyn Sql, holders: &[Holder]| -> Result<_, StoreError> {
        let mut keys = Vec::with_capacity(holders.len());
        for holder in holders {
            match key(sql, tenant, holder)? {
                Some(key) => keys.push(key),
                None => return Ok(Err(holder.name().to_owned())),
            }
        }
        Ok(Ok(keys))
    };
    let (added, removed) = match (keys(sql, add)?, keys(sql, remove)?) {
        (Ok(added), Ok(removed)) => (added, removed),
        (Err(unknown), _) | (_, Err(unknown)) => {
            return Ok(Changed::Unknown(Named::User(unknown)));
        }
    };
    for (kind, holder) in removed {
        sql.execute(
            "DELETE FROM role_holders
             WHERE tenant = ?1 AND role = ?2 AND kind = ?3 AND holder = ?4",
            values![tenant, &role, kind, &holder],
        )?;
    }
    for (kind, holder) in added {
        sql.execute(
            "INSERT INTO role_holders (tenant, role, kind, holder) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
            values![tenant, &role, kind, &holder],
        )?;
    }
    let said = |holders: &[Holder]| holders.iter().map(ToString::to_string).collect();
    let deed = Deed::RoleGranted {
        name: role,
        add: said(add),
        remove: said(remove),
    };
    trail::tell(sql, tenant, by, &deed, now)?;
    Ok(Changed::Done(()))
}

/// How a holder is kept; `None`: there is no such person.
fn key(
    sql: &mut dyn Sql,
    tenant: TenantId,
    holder: &Holder,
) -> Result<Option<(&'static str, String)>, StoreError> {
    match holder {
        // No name to sign in with has a blank, and what another issuer's person is known by has one:
        // the issuer, and his object id there.
        Holder::User(id) if id.contains(' ') => Ok(Some((USER, id.clone()))),
        Holder::User(name) => {
            let person = people::by_name(sql, tenant, &name.to_lowercase())?;
            Ok(person.map(|person| (USER, person.id)))
        }
        Holder::UserGroup(name) => Ok(Some((USER_GROUP, name.to_lowercase()))),
    }
}

fn join(
    sql: &mut dyn Sql,
    tenant: TenantId,
    person: &str,
    add: &[String],
    remove: &[String],
    by: &By,
    now: Timestamp,
) -> Result<Changed<Vec<String>>, StoreError> {
    let Some(person) = people::by_name(sql, tenant, person)? else {
        return Ok(Changed::Unknown(Named::User(person.to_owned())));
    };
    for group in remove {
        sql.execute(
            "DELETE FROM user_groups WHERE tenant = ?1 AND name = ?2 AND person = ?3",
            values![tenant, group.to_lowercase(), &person.id],
        )?;
    }
    for group in add {
        sql.execute(
            "INSERT INTO user_groups (tenant, name, person) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
            values![tenant, group.to_lowercase(), &person.id],
        )?;
    }
    let deed = Deed::UserGrouped {
        name: person.name,
        add: add.to_vec(),
        remove: remove.to_vec(),
    };
    trail::tell(sql, tenant, by, &deed, now)?;
    let groups: Vec<(String,)> = sql.query(
        "SELECT name FROM user_groups WHERE tenant = ?1 AND person = ?2 ORDER BY name",
        values![tenant, &person.id],
    )?;
    Ok(Changed::Done(
        groups.into_iter().map(|(name,)| name).collect(),
    ))
}

/// Whoever is gone holds nothing.
pub(super) fn forget_person(
    sql: &mut dyn Sql,
    tenant: TenantId,
    person: &str,
) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM role_holders WHERE tenant = ?1 AND kind = 'User' AND holder = ?2",
        values![tenant, person],
    )?;
    sql.execute(
        "DELETE FROM user_groups WHERE tenant = ?1 AND person = ?2",
        values![tenant, person],
    )
    .map(drop)
}

/// A group that is gone is reached by no role.
pub(super) fn forget_group(
    sql: &mut dyn Sql,
    tenant: TenantId,
    group: GroupId,
) -> Result<(), StoreError> {
    let roles: Vec<NamedRole> = sql.query(
        "SELECT name, permissions, all_machines, device_groups FROM roles WHERE tenant = ?1",
        values![tenant],
    )?;
    for NamedRole { name, role } in roles {
        if let Extent::Groups(mut groups) = role.machines
            && groups.remove(&group)
        {
            sql.execute(
                "UPDATE roles SET device_groups = ?3 WHERE tenant = ?1 AND name = ?2",
                values![tenant, &name, views::list(groups)],
            )?;
        }
    }
    Ok(())
}

struct NamedRole {
    name: String,
    role: Role,
}

impl FromRow for NamedRole {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.next()?,
            role: Role::from_row(row)?,
        })
    }
}

impl FromRow for Role {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (permissions, all, groups): (Vec<String>, bool, Vec<String>) =
            (row.next()?, row.next()?, row.next()?);
        // What a later version permits is nothing here.
        let known = permissions
            .iter()
            .filter_map(|name| RolePermission::named(name));
        let number = |text: &String| {
            let number = text.parse().map(GroupId::new);
            number.map_err(|_| StoreError::Damaged(format!("{text:?} is no device group")))
        };
        Ok(Self {
            permissions: known.collect(),
            machines: match all {
                true => Extent::All,
                false => Extent::Groups(groups.iter().map(number).collect::<Result<_, _>>()?),
            },
        })
    }
}

//! Persons.

use async_trait::async_trait;
use quell_model::Timestamp;

use super::{roles, trail};
use crate::core::TenantId;
use crate::core::audit::{By, Deed};
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::Person;
use crate::store::{People, SqlStore, StoreError};

pub(super) const PERSON: &str =
    "people.tenant, people.id, name, display_name, password, people.scopes, created";

#[async_trait]
impl People for SqlStore {
    async fn add_person(&self, person: Person, by: By) -> Result<bool, StoreError> {
        let deed = Deed::UserAdded {
            name: person.name.clone(),
            permissions: person.scopes.clone(),
        };
        self.write(move |sql| {
            let added = sql.execute(
                "INSERT INTO people (tenant, id, name, display_name, password, scopes, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                values![
                    person.tenant,
                    &person.id,
                    &person.name,
                    &person.display_name,
                    &person.password,
                    &person.scopes,
                    person.created,
                ],
            )?;
            if added > 0 {
                trail::tell(sql, person.tenant, &by, &deed, person.created)?;
            }
            Ok(added > 0)
        })
        .await
    }

    async fn person_named(
        &self,
        tenant: TenantId,
        name: &str,
    ) -> Result<Option<Person>, StoreError> {
        let name = name.to_lowercase();
        self.read(move |sql| by_name(sql, tenant, &name)).await
    }

    async fn person(&self, tenant: TenantId, id: &str) -> Result<Option<Person>, StoreError> {
        let id = id.to_owned();
        self.read(move |sql| {
            sql.query_one(
                &format!("SELECT {PERSON} FROM people WHERE tenant = ?1 AND id = ?2"),
                values![tenant, &id],
            )
        })
        .await
    }

    async fn people(&self, tenant: TenantId) -> Result<Vec<Person>, StoreError> {
        self.read(move |sql| {
            sql.query(
                &format!("SELECT {PERSON} FROM people WHERE tenant = ?1 ORDER BY name"),
                values![tenant],
            )
        })
        .await
    }

    async fn remove_person(
        &self,
        tenant: TenantId,
        name: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let name = name.to_lowercase();
        self.write(move |sql| {
            let Some(person) = by_name(sql, tenant, &name)? else {
                return Ok(false);
            };
            end_sign_ins(sql, tenant, &person.id)?;
            roles::forget_person(sql, tenant, &person.id)?;
            sql.execute(
                "DELETE FROM people WHERE tenant = ?1 AND id = ?2",
                values![tenant, &person.id],
            )?;
            let deed = Deed::UserRemoved { name: person.name };
            trail::tell(sql, tenant, &by, &deed, now)?;
            Ok(true)
        })
        .await
    }

    async fn set_password(
        &self,
        tenant: TenantId,
        name: &str,
        password: String,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let name = name.to_lowercase();
        self.write(move |sql| {
            let Some(person) = by_name(sql, tenant, &name)? else {
                return Ok(false);
            };
            end_sign_ins(sql, tenant, &person.id)?;
            sql.execute(
                "UPDATE people SET password = ?1 WHERE tenant = ?2 AND id = ?3",
                values![&password, tenant, &person.id],
            )?;
            let deed = Deed::UserChanged {
                name: person.name,
                permissions: person.scopes,
            };
            trail::tell(sql, tenant, &by, &deed, now)?;
            Ok(true)
        })
        .await
    }
}

pub(super) fn by_name(
    sql: &mut dyn Sql,
    tenant: TenantId,
    name: &str,
) -> Result<Option<Person>, StoreError> {
    sql.query_one(
        &format!("SELECT {PERSON} FROM people WHERE tenant = ?1 AND name = ?2"),
        values![tenant, name],
    )
}

/// Whoever is signed in as this person is no longer, and codes in his name are of no use.
fn end_sign_ins(sql: &mut dyn Sql, tenant: TenantId, person: &str) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM refresh_tokens WHERE sign_in IN
             (SELECT id FROM sign_ins WHERE tenant = ?1 AND person = ?2)",
        values![tenant, person],
    )?;
    for table in ["sign_ins", "authorization_codes", "device_codes"] {
        sql.execute(
            &format!("DELETE FROM {table} WHERE tenant = ?1 AND person = ?2"),
            values![tenant, person],
        )?;
    }
    Ok(())
}

impl FromRow for Person {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: row.next()?,
            id: row.next()?,
            name: row.next()?,
            display_name: row.next()?,
            password: row.next()?,
            scopes: row.next()?,
            created: row.next()?,
        })
    }
}

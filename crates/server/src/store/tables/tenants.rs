//! Tenants.

use async_trait::async_trait;
use quell_model::Timestamp;

use super::trail;
use crate::core::TenantId;
use crate::core::audit::{By, Deed};
use crate::store::database::{FromRow, Row, Sql, Value, values};
use crate::store::record::{Holdings, Tenant};
use crate::store::{SqlStore, StoreError, Tenants};

/// Where rows of a tenant are, but for its audit trail, which outlives it: what refers to others
/// before what it refers to.
const OF_A_TENANT: [&str; 25] = [
    "orders",
    "actions",
    "sightings",
    "prevalence",
    "addresses",
    "machine_tags",
    "dead_keys",
    "lives",
    "clones",
    "protected_files",
    "assertions",
    "machines",
    "device_groups",
    "enrolment_tokens",
    "indicators",
    "calls",
    "external_issuers",
    "authorization_codes",
    "device_codes",
    "sign_ins",
    "role_holders",
    "user_groups",
    "roles",
    "people",
    "applications",
];

#[async_trait]
impl Tenants for SqlStore {
    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.read(|sql| {
            sql.query(
                "SELECT id, name, created FROM tenants ORDER BY created, id",
                values![],
            )
        })
        .await
    }

    async fn add_tenant(&self, tenant: Tenant, by: By) -> Result<bool, StoreError> {
        self.write(move |sql| {
            let taken = sql.exists(
                "SELECT 1 FROM tenants WHERE lower(name) = ?1",
                values![Value::folded(&tenant.name)],
            )?;
            if taken {
                return Ok(false);
            }
            sql.execute(
                "INSERT INTO tenants (id, name, created) VALUES (?1, ?2, ?3)",
                values![tenant.id, &tenant.name, tenant.created],
            )?;
            let name = tenant.name.clone();
            let deed = Deed::TenantAdded { name };
            trail::tell(sql, tenant.id, &by, &deed, tenant.created)?;
            Ok(true)
        })
        .await
    }

    async fn holdings(&self, tenant: TenantId) -> Result<Holdings, StoreError> {
        self.read(move |sql| holdings(sql, tenant)).await
    }

    async fn remove_tenant(
        &self,
        tenant: TenantId,
        known: Holdings,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write_told(tenant, move |sql| remove(sql, tenant, known, &by, now))
            .await
    }
}

fn holdings(sql: &mut dyn Sql, tenant: TenantId) -> Result<Holdings, StoreError> {
    let mut count = |table: &str| -> Result<u64, StoreError> {
        let text = format!("SELECT count(*) FROM {table} WHERE tenant = ?1");
        let (count,) = sql.query_sure(&text, values![tenant])?;
        Ok(count)
    };
    Ok(Holdings {
        machines: count("machines")?,
        applications: count("applications")?,
        people: count("people")?,
        actions: count("actions")?,
    })
}

fn remove(
    sql: &mut dyn Sql,
    tenant: TenantId,
    known: Holdings,
    by: &By,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let name: Option<(String,)> =
        sql.query_one("SELECT name FROM tenants WHERE id = ?1", values![tenant])?;
    let Some((name,)) = name else {
        return Ok(false);
    };
    let held = holdings(sql, tenant)?;
    if held.exceeds(&known) {
        return Ok(false);
    }
    sql.execute(
        "DELETE FROM refresh_tokens WHERE sign_in IN (SELECT id FROM sign_ins WHERE tenant = ?1)",
        values![tenant],
    )?;
    sql.execute("DELETE FROM freezes WHERE scope = ?1", values![tenant])?;
    for table in OF_A_TENANT {
        let text = format!("DELETE FROM {table} WHERE tenant = ?1");
        sql.execute(&text, values![tenant])?;
    }
    sql.execute("DELETE FROM tenants WHERE id = ?1", values![tenant])?;
    trail::tell(sql, tenant, by, &Deed::TenantRemoved { name }, now)?;
    Ok(true)
}

impl FromRow for Tenant {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            name: row.next()?,
            created: row.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[tokio::test]
    async fn nothing_of_a_removed_tenant_is_left_but_its_trail() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        let tables: Vec<(String,)> = store
            .read(|sql| {
                sql.query(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND EXISTS
                         (SELECT 1 FROM pragma_table_info(sqlite_master.name) AS its
                          WHERE its.name = 'tenant')",
                    values![],
                )
            })
            .await
            .unwrap();
        let of_a_tenant: BTreeSet<_> = tables
            .iter()
            .map(|(table,)| table.as_str())
            .filter(|table| !table.starts_with("audit_"))
            .collect();
        assert_eq!(of_a_tenant, BTreeSet::from(OF_A_TENANT));
    }
}

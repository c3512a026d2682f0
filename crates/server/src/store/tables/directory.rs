//! Tenants and applications.

use async_trait::async_trait;
use quell_model::Timestamp;
use uuid::Uuid;

use super::trail;
use crate::core::TenantId;
use crate::core::audit::{By, Deed};
use crate::secret::SecretHash;
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::{Address, Application, Registration};
use crate::store::{Directory, SqlStore, StoreError};

const APPLICATION: &str = "tenant, client_id, display_name, roles, secret_salt, secret_digest, \
     certificate, scopes, redirect_uris, created";

#[async_trait]
impl Directory for SqlStore {
    async fn server_name(&self) -> Result<String, StoreError> {
        self.write(server_name).await
    }

    async fn set_address(&self, address: Address) -> Result<(), StoreError> {
        self.write(move |sql| {
            server_name(sql)?;
            sql.execute(
                "UPDATE server SET base_url = ?1, authority = ?2",
                values![&address.base_url, address.authority.as_ref()],
            )
            .map(drop)
        })
        .await
    }

    async fn address(&self) -> Result<Option<Address>, StoreError> {
        self.read(|sql| {
            sql.query_one(
                "SELECT base_url, authority FROM server WHERE base_url IS NOT NULL",
                values![],
            )
        })
        .await
    }

    async fn first_tenant(&self, now: Timestamp) -> Result<TenantId, StoreError> {
        self.write(move |sql| match first_tenant(sql)? {
            Some(tenant) => Ok(tenant),
            None => add_tenant(sql, TenantId::fresh(), now),
        })
        .await
    }

    async fn has_tenant(&self, tenant: TenantId) -> Result<bool, StoreError> {
        self.glance(move |sql| sql.exists("SELECT 1 FROM tenants WHERE id = ?1", values![tenant]))
            .await
    }

    async fn add_application(&self, application: Application, by: By) -> Result<(), StoreError> {
        let deed = Deed::ApplicationAdded {
            id: application.client_id.clone(),
            name: application.display_name.clone(),
            permissions: [application.roles.as_slice(), &application.scopes].concat(),
        };
        self.write(move |sql| {
            add_application(sql, &application)?;
            trail::tell(sql, application.tenant, &by, &deed, application.created)
        })
        .await
    }

    async fn application(
        &self,
        tenant: TenantId,
        client_id: &str,
    ) -> Result<Option<Application>, StoreError> {
        let client_id = client_id.to_ascii_lowercase();
        self.glance(move |sql| {
            sql.query_one(
                &format!(
                    "SELECT {APPLICATION} FROM applications WHERE tenant = ?1 AND client_id = ?2"
                ),
                values![tenant, &client_id],
            )
        })
        .await
    }

    async fn registration(
        &self,
        tenant: TenantId,
        client_id: &str,
    ) -> Result<Option<Registration>, StoreError> {
        let client_id = client_id.to_ascii_lowercase();
        self.glance(move |sql| {
            sql.query_one(
                "SELECT roles, scopes FROM applications WHERE tenant = ?1 AND client_id = ?2",
                values![tenant, &client_id],
            )
        })
        .await
    }

    async fn tenant_of(&self, client_id: &str) -> Result<Option<TenantId>, StoreError> {
        let client_id = client_id.to_ascii_lowercase();
        self.read(move |sql| {
            let found: Vec<(TenantId,)> = sql.query(
                "SELECT tenant FROM applications WHERE client_id = ?1 ORDER BY tenant LIMIT 2",
                values![&client_id],
            )?;
            Ok(match found.as_slice() {
                [(only,)] => Some(*only),
                _ => None,
            })
        })
        .await
    }

    async fn applications(&self, tenant: TenantId) -> Result<Vec<Application>, StoreError> {
        self.read(move |sql| {
            sql.query(
                &format!(
                    "SELECT {APPLICATION} FROM applications WHERE tenant = ?1
                     ORDER BY created, client_id"
                ),
                values![tenant],
            )
        })
        .await
    }

    async fn remove_application(
        &self,
        tenant: TenantId,
        client_id: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let client_id = client_id.to_ascii_lowercase();
        self.write(move |sql| {
            let removed = sql.execute(
                "DELETE FROM applications WHERE tenant = ?1 AND client_id = ?2",
                values![tenant, &client_id],
            )?;
            if removed > 0 {
                let id = client_id.clone();
                trail::tell(sql, tenant, &by, &Deed::ApplicationRemoved { id }, now)?;
            }
            Ok(removed > 0)
        })
        .await
    }
}

fn server_name(sql: &mut dyn Sql) -> Result<String, StoreError> {
    sql.execute(
        "INSERT INTO server (one, name) VALUES (1, ?1) ON CONFLICT DO NOTHING",
        values![Uuid::new_v4().to_string()],
    )?;
    let (name,) = sql.query_sure("SELECT name FROM server", values![])?;
    Ok(name)
}

pub(super) fn first_tenant(sql: &mut dyn Sql) -> Result<Option<TenantId>, StoreError> {
    let first = sql.query_one(
        "SELECT id FROM tenants ORDER BY created, id LIMIT 1",
        values![],
    )?;
    Ok(first.map(|(tenant,)| tenant))
}

fn add_tenant(sql: &mut dyn Sql, tenant: TenantId, now: Timestamp) -> Result<TenantId, StoreError> {
    sql.execute(
        "INSERT INTO tenants (id, created) VALUES (?1, ?2)",
        values![tenant, now],
    )?;
    Ok(tenant)
}

fn add_application(sql: &mut dyn Sql, application: &Application) -> Result<(), StoreError> {
    // The columns are older than applications without a secret: those have it empty.
    let secret = application.secret.as_ref();
    sql.execute(
        "INSERT INTO applications (tenant, client_id, display_name, roles, secret_salt,
             secret_digest, certificate, scopes, redirect_uris, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            application.tenant,
            &application.client_id,
            &application.display_name,
            &application.roles,
            secret.map_or(&[][..], |secret| &secret.salt),
            secret.map_or(&[][..], |secret| &secret.digest),
            application.certificate.as_ref(),
            &application.scopes,
            &application.redirect_uris,
            application.created,
        ],
    )
    .map(drop)
}

impl FromRow for Address {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            base_url: row.next()?,
            authority: row.next()?,
        })
    }
}

impl FromRow for Registration {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            roles: row.next()?,
            scopes: row.next()?,
        })
    }
}

impl FromRow for Application {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: row.next()?,
            client_id: row.next()?,
            display_name: row.next()?,
            roles: row.next()?,
            secret: secret(row.next()?, row.next()?),
            certificate: row.next()?,
            scopes: row.next()?,
            redirect_uris: row.next()?,
            created: row.next()?,
        })
    }
}

fn secret(salt: Vec<u8>, digest: Vec<u8>) -> Option<SecretHash> {
    (!digest.is_empty()).then_some(SecretHash { salt, digest })
}

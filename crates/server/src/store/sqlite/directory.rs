//! Tenants, applications and keys in SQLite.

use async_trait::async_trait;
use quell_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::SqliteStore;
use super::error::store_error;
use super::rows;
use crate::core::TenantId;
use crate::secret::SecretHash;
use crate::store::record::{Address, Application, SigningKey};
use crate::store::{Directory, StoreError};

#[async_trait]
impl Directory for SqliteStore {
    async fn server_name(&self) -> Result<String, StoreError> {
        self.writer.write(server_name).await
    }

    async fn set_address(&self, address: Address) -> Result<(), StoreError> {
        self.writer
            .write(move |c| {
                server_name(c)?;
                c.execute(
                    "UPDATE server SET base_url = ?1, authority = ?2",
                    params![address.base_url, address.authority],
                )
                .map(drop)
                .map_err(store_error)
            })
            .await
    }

    async fn address(&self) -> Result<Option<Address>, StoreError> {
        self.readers
            .read(|c| {
                c.query_row(
                    "SELECT base_url, authority FROM server WHERE base_url IS NOT NULL",
                    [],
                    |row| {
                        Ok(Address {
                            base_url: row.get(0)?,
                            authority: row.get(1)?,
                        })
                    },
                )
                .optional()
                .map_err(store_error)
            })
            .await
    }

    async fn first_tenant(&self, now: Timestamp) -> Result<TenantId, StoreError> {
        self.writer
            .write(move |c| match first_tenant(c)? {
                Some(tenant) => Ok(tenant),
                None => add_tenant(c, TenantId::fresh(), now),
            })
            .await
    }

    async fn has_tenant(&self, tenant: TenantId) -> Result<bool, StoreError> {
        self.readers
            .read(move |c| {
                c.prepare_cached("SELECT 1 FROM tenants WHERE id = ?1")
                    .and_then(|mut statement| statement.exists([tenant.to_string()]))
                    .map_err(store_error)
            })
            .await
    }

    async fn add_application(&self, application: Application) -> Result<(), StoreError> {
        self.writer
            .write(move |c| {
                c.execute(
                    "INSERT INTO applications VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![
                        application.tenant.to_string(),
                        application.client_id,
                        application.display_name,
                        rows::to_json(&application.roles),
                        application.secret.salt,
                        application.secret.digest,
                        application.created.unix_ticks(),
                    ],
                )
                .map(drop)
                .map_err(store_error)
            })
            .await
    }

    async fn application(
        &self,
        tenant: TenantId,
        client_id: &str,
    ) -> Result<Option<Application>, StoreError> {
        let client_id = client_id.to_ascii_lowercase();
        self.readers
            .read(move |c| {
                c.prepare_cached("SELECT * FROM applications WHERE tenant = ?1 AND client_id = ?2")
                    .and_then(|mut statement| {
                        statement
                            .query_row(params![tenant.to_string(), client_id], |row| {
                                Ok(application(row))
                            })
                            .optional()
                    })
                    .map_err(store_error)?
                    .transpose()
            })
            .await
    }

    async fn applications(&self, tenant: TenantId) -> Result<Vec<Application>, StoreError> {
        self.readers
            .read(move |c| {
                let mut statement = c
                    .prepare_cached(
                        "SELECT * FROM applications WHERE tenant = ?1 ORDER BY created, client_id",
                    )
                    .map_err(store_error)?;
                let found = statement
                    .query_map([tenant.to_string()], |row| Ok(application(row)))
                    .map_err(store_error)?;
                found.map(|row| row.map_err(store_error)?).collect()
            })
            .await
    }

    async fn remove_application(
        &self,
        tenant: TenantId,
        client_id: &str,
    ) -> Result<bool, StoreError> {
        let client_id = client_id.to_ascii_lowercase();
        self.writer
            .write(move |c| {
                c.execute(
                    "DELETE FROM applications WHERE tenant = ?1 AND client_id = ?2",
                    params![tenant.to_string(), client_id],
                )
                .map(|removed| removed > 0)
                .map_err(store_error)
            })
            .await
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        self.readers
            .read(|c| {
                let mut statement = c
                    .prepare_cached(
                        "SELECT id, pkcs8, created FROM signing_keys ORDER BY created DESC",
                    )
                    .map_err(store_error)?;
                let found = statement
                    .query_map([], |row| Ok(signing_key(row)))
                    .map_err(store_error)?;
                found.map(|row| row.map_err(store_error)?).collect()
            })
            .await
    }

    async fn add_first_signing_key(&self, key: SigningKey) -> Result<(), StoreError> {
        self.writer
            .write(move |c| {
                c.execute(
                    "INSERT INTO signing_keys (id, pkcs8, created)
                     SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM signing_keys)",
                    params![key.id, key.pkcs8, key.created.unix_ticks()],
                )
                .map(drop)
                .map_err(store_error)
            })
            .await
    }
}

fn server_name(c: &Connection) -> Result<String, StoreError> {
    c.execute(
        "INSERT OR IGNORE INTO server (one, name) VALUES (1, ?1)",
        [Uuid::new_v4().to_string()],
    )
    .and_then(|_| c.query_row("SELECT name FROM server", [], |row| row.get(0)))
    .map_err(store_error)
}

fn first_tenant(c: &Connection) -> Result<Option<TenantId>, StoreError> {
    let id: Option<String> = c
        .query_row(
            "SELECT id FROM tenants ORDER BY created, id LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()
        .map_err(store_error)?;
    id.map(|text| tenant(&text)).transpose()
}

fn add_tenant(c: &Connection, tenant: TenantId, now: Timestamp) -> Result<TenantId, StoreError> {
    c.execute(
        "INSERT INTO tenants (id, created) VALUES (?1, ?2)",
        params![tenant.to_string(), now.unix_ticks()],
    )
    .map_err(store_error)?;
    Ok(tenant)
}

pub(super) fn tenant(text: &str) -> Result<TenantId, StoreError> {
    text.parse().map_err(|_| rows::damaged("tenant", text))
}

fn application(row: &Row<'_>) -> Result<Application, StoreError> {
    Ok(Application {
        tenant: tenant(&rows::get::<String>(row, "tenant")?)?,
        client_id: rows::get(row, "client_id")?,
        display_name: rows::get(row, "display_name")?,
        roles: rows::json(&rows::get::<String>(row, "roles")?)?,
        secret: SecretHash {
            salt: rows::get(row, "secret_salt")?,
            digest: rows::get(row, "secret_digest")?,
        },
        created: rows::time(row, "created")?,
    })
}

fn signing_key(row: &Row<'_>) -> Result<SigningKey, StoreError> {
    Ok(SigningKey {
        id: rows::get(row, "id")?,
        pkcs8: rows::get(row, "pkcs8")?,
        created: rows::time(row, "created")?,
    })
}

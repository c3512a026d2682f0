//! Signing keys.

use async_trait::async_trait;
use quell_model::Timestamp;

use super::{directory, trail};
use crate::core::audit::{By, Deed};
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::SigningKey;
use crate::store::{Keys, SqlStore, StoreError};

#[async_trait]
impl Keys for SqlStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        self.read(|sql| {
            sql.query(
                "SELECT id, pkcs8, created, begins FROM signing_keys ORDER BY begins, id",
                values![],
            )
        })
        .await
    }

    async fn add_signing_key(
        &self,
        key: SigningKey,
        last: Option<Timestamp>,
        by: By,
    ) -> Result<bool, StoreError> {
        let deed = Deed::SigningKeyAdded { id: key.id.clone() };
        self.write(move |sql| {
            let added = add(sql, &key, last)?;
            if added {
                tell(sql, &by, &deed, key.created)?;
            }
            Ok(added)
        })
        .await
    }

    async fn remove_signing_key(
        &self,
        id: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |sql| {
            let removed = sql.execute("DELETE FROM signing_keys WHERE id = ?1", values![&id])?;
            if removed > 0 {
                let id = id.clone();
                tell(sql, &by, &Deed::SigningKeyRemoved { id }, now)?;
            }
            Ok(removed > 0)
        })
        .await
    }
}

/// The keys are all tenants', and their trail is the first one's.
fn tell(sql: &mut dyn Sql, by: &By, deed: &Deed, now: Timestamp) -> Result<(), StoreError> {
    match directory::first_tenant(sql)? {
        Some(tenant) => trail::tell(sql, tenant, by, deed, now),
        None => Ok(()),
    }
}

fn add(sql: &mut dyn Sql, key: &SigningKey, last: Option<Timestamp>) -> Result<bool, StoreError> {
    let found: Option<(Timestamp,)> = sql.query_one(
        "SELECT begins FROM signing_keys ORDER BY begins DESC LIMIT 1",
        values![],
    )?;
    if found.map(|(begins,)| begins) != last {
        return Ok(false);
    }
    sql.execute(
        "INSERT INTO signing_keys (id, pkcs8, created, begins) VALUES (?1, ?2, ?3, ?4)",
        values![&key.id, &key.pkcs8, key.created, key.begins],
    )?;
    Ok(true)
}

impl FromRow for SigningKey {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            pkcs8: row.next()?,
            created: row.next()?,
            begins: row.next()?,
        })
    }
}

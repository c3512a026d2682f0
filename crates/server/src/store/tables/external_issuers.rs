//! Issuers of others.

use async_trait::async_trait;
use quell_model::Timestamp;

use super::trail;
use crate::core::TenantId;
use crate::core::audit::{By, Deed};
use crate::store::database::{FromRow, Row, values};
use crate::store::record::ExternalIssuer;
use crate::store::{ExternalIssuers, SqlStore, StoreError};

#[async_trait]
impl ExternalIssuers for SqlStore {
    async fn add_external_issuer(
        &self,
        issuer: ExternalIssuer,
        by: By,
    ) -> Result<bool, StoreError> {
        let deed = Deed::IssuerTrusted {
            issuer: issuer.issuer.clone(),
            tenant: issuer.foreign_tenant.clone(),
        };
        self.write(move |sql| {
            let added = sql.execute(
                "INSERT INTO external_issuers (issuer, foreign_tenant, tenant, audiences, keys_url,
                     algorithms, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                values![
                    &issuer.issuer,
                    issuer.foreign_tenant.as_deref().unwrap_or_default(),
                    issuer.tenant,
                    &issuer.audiences,
                    issuer.keys_url.as_ref(),
                    &issuer.algorithms,
                    issuer.created,
                ],
            )?;
            if added > 0 {
                trail::tell(sql, issuer.tenant, &by, &deed, issuer.created)?;
            }
            Ok(added > 0)
        })
        .await
    }

    async fn external_issuers(&self) -> Result<Vec<ExternalIssuer>, StoreError> {
        self.read(|sql| {
            sql.query(
                "SELECT tenant, issuer, foreign_tenant, audiences, keys_url, algorithms, created
                 FROM external_issuers ORDER BY issuer, foreign_tenant",
                values![],
            )
        })
        .await
    }

    async fn remove_external_issuer(
        &self,
        tenant: TenantId,
        issuer: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let issuer = issuer.to_owned();
        self.write(move |sql| {
            let removed = sql.execute(
                "DELETE FROM external_issuers WHERE tenant = ?1 AND issuer = ?2",
                values![tenant, &issuer],
            )?;
            if removed > 0 {
                let issuer = issuer.clone();
                trail::tell(sql, tenant, &by, &Deed::IssuerDistrusted { issuer }, now)?;
            }
            Ok(removed > 0)
        })
        .await
    }
}

impl FromRow for ExternalIssuer {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (tenant, issuer) = (row.next()?, row.next()?);
        let foreign: String = row.next()?;
        Ok(Self {
            tenant,
            issuer,
            foreign_tenant: Some(foreign).filter(|tenant| !tenant.is_empty()),
            audiences: row.next()?,
            keys_url: row.next()?,
            algorithms: row.next()?,
            created: row.next()?,
        })
    }
}

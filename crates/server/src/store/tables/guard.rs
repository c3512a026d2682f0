//! What limits a mistake.

use async_trait::async_trait;
use quell_model::{MachineId, Sha1, Timestamp};
use quell_protocol::Protection;

use super::{prevalence, trail};
use crate::core::audit::{By, Deed};
use crate::core::{Objection, TenantId};
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::{Census, Freeze, ProtectedFile};
use crate::store::{Guard, SqlStore, StoreError};

/// The scope of a freeze that is about everybody's machines; no tenant is called so.
const EVERYBODY: &str = "";

#[async_trait]
impl Guard for SqlStore {
    async fn freeze(&self, freeze: Freeze, by: By) -> Result<(), StoreError> {
        self.write(move |sql| {
            let frozen = sql.execute(
                "INSERT INTO freezes (scope, since, reason, frozen_by) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                values![
                    scope(freeze.tenant),
                    freeze.since,
                    &freeze.reason,
                    &freeze.by
                ],
            )?;
            let comment = freeze.reason.clone();
            match frozen {
                0 => Ok(()),
                _ => tell_all(
                    sql,
                    freeze.tenant,
                    &by,
                    &Deed::Frozen { comment },
                    freeze.since,
                ),
            }
        })
        .await
    }

    async fn thaw(
        &self,
        tenant: Option<TenantId>,
        reason: String,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |sql| {
            let thawed = sql.execute(
                "DELETE FROM freezes WHERE scope = ?1",
                values![scope(tenant)],
            )?;
            let comment = reason.clone();
            match thawed {
                0 => Ok(false),
                _ => tell_all(sql, tenant, &by, &Deed::Thawed { comment }, now).map(|()| true),
            }
        })
        .await
    }

    async fn freezes(&self) -> Result<Vec<Freeze>, StoreError> {
        self.read(|sql| {
            sql.query(
                "SELECT scope, since, reason, frozen_by FROM freezes ORDER BY scope",
                values![],
            )
        })
        .await
    }

    async fn protect(
        &self,
        tenant: TenantId,
        file: ProtectedFile,
        by: By,
    ) -> Result<(), StoreError> {
        self.write(move |sql| {
            sql.execute(
                "INSERT INTO protected_files (tenant, sha1, reason, created)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, sha1) DO UPDATE SET reason = excluded.reason",
                values![tenant, file.sha1, &file.reason, file.created],
            )?;
            let deed = Deed::FileProtected {
                sha1: file.sha1,
                comment: file.reason.clone(),
            };
            trail::tell(sql, tenant, &by, &deed, file.created)
        })
        .await
    }

    async fn unprotect(
        &self,
        tenant: TenantId,
        sha1: Sha1,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |sql| {
            let removed = sql.execute(
                "DELETE FROM protected_files WHERE tenant = ?1 AND sha1 = ?2",
                values![tenant, sha1],
            )?;
            if removed > 0 {
                trail::tell(sql, tenant, &by, &Deed::FileUnprotected(sha1), now)?;
            }
            Ok(removed > 0)
        })
        .await
    }

    async fn protected_files(&self, tenant: TenantId) -> Result<Vec<ProtectedFile>, StoreError> {
        self.read(move |sql| {
            sql.query(
                "SELECT sha1, reason, created FROM protected_files WHERE tenant = ?1
                 ORDER BY sha1",
                values![tenant],
            )
        })
        .await
    }

    async fn machines_enrolled(&self, tenant: TenantId) -> Result<u64, StoreError> {
        self.read(move |sql| {
            let (count,) = sql.query_sure(
                "SELECT count(*) FROM machines WHERE tenant = ?1 AND revoked IS NULL",
                values![tenant],
            )?;
            Ok(count)
        })
        .await
    }

    async fn objection(
        &self,
        tenant: TenantId,
        sha1: Sha1,
        since: Timestamp,
        most: u64,
    ) -> Result<Option<Objection>, StoreError> {
        self.glance(move |sql| objection(sql, tenant, sha1, since, most))
            .await
    }

    async fn was_quarantined(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sha1: Sha1,
    ) -> Result<bool, StoreError> {
        let machine = machine.clone();
        self.read(move |sql| {
            sql.exists(
                "SELECT 1 FROM actions WHERE tenant = ?1 AND machine = ?2 AND sha1 = ?3
                     AND type = 'StopAndQuarantineFile' AND status <> 'Pending' LIMIT 1",
                values![tenant, &machine, sha1],
            )
        })
        .await
    }

    async fn census(&self, tenant: TenantId) -> Result<Census, StoreError> {
        self.read(move |sql| census(sql, tenant)).await
    }
}

/// Tells of what is about a tenant in its trail; of what is about everybody, in everybody's.
fn tell_all(
    sql: &mut dyn Sql,
    tenant: Option<TenantId>,
    by: &By,
    deed: &Deed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenants = match tenant {
        Some(tenant) => vec![(tenant,)],
        None => sql.query("SELECT id FROM tenants ORDER BY id", values![])?,
    };
    tenants
        .into_iter()
        .try_for_each(|(tenant,)| trail::tell(sql, tenant, by, deed, now))
}

fn scope(tenant: Option<TenantId>) -> String {
    tenant.map_or_else(|| EVERYBODY.to_owned(), |tenant| tenant.to_string())
}

fn objection(
    sql: &mut dyn Sql,
    tenant: TenantId,
    sha1: Sha1,
    since: Timestamp,
    most: u64,
) -> Result<Option<Objection>, StoreError> {
    let listed = sql.query_one(
        "SELECT reason FROM protected_files WHERE tenant = ?1 AND sha1 = ?2",
        values![tenant, sha1],
    )?;
    if let Some((reason,)) = listed {
        return Ok(Some(Objection::OnTheServersList(reason)));
    }
    let protection: Option<(Protection,)> = sql.query_one(
        "SELECT protection FROM sightings
         WHERE tenant = ?1 AND sha1 = ?2 AND protection IS NOT NULL AND last_seen >= ?3 LIMIT 1",
        values![tenant, sha1, since],
    )?;
    if let Some((protection,)) = protection {
        return Ok(Some(Objection::Protected(protection)));
    }
    let machines = prevalence::of(sql, tenant, sha1)?;
    Ok((machines > most).then_some(Objection::OnManyMachines { most }))
}

fn census(sql: &mut dyn Sql, tenant: TenantId) -> Result<Census, StoreError> {
    let machines = sql.query(
        "SELECT health_status, count(*) FROM machines WHERE tenant = ?1 AND revoked IS NULL
         GROUP BY health_status ORDER BY health_status",
        values![tenant],
    )?;
    let (revoked,) = sql.query_sure(
        "SELECT count(*) FROM machines WHERE tenant = ?1 AND revoked IS NOT NULL",
        values![tenant],
    )?;
    let (cloned,) = sql.query_sure(
        "SELECT count(*) FROM clones WHERE tenant = ?1",
        values![tenant],
    )?;
    let actions = sql.query(
        "SELECT status, count(*) FROM actions WHERE tenant = ?1 GROUP BY status ORDER BY status",
        values![tenant],
    )?;
    Ok(Census {
        machines,
        revoked,
        cloned,
        actions,
    })
}

impl FromRow for Freeze {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let scope: String = row.next()?;
        let tenant = match scope.as_str() {
            EVERYBODY => None,
            tenant => Some(
                tenant
                    .parse()
                    .map_err(|_| StoreError::Damaged(format!("a freeze of {tenant:?}")))?,
            ),
        };
        Ok(Self {
            tenant,
            since: row.next()?,
            reason: row.next()?,
            by: row.next()?,
        })
    }
}

impl FromRow for ProtectedFile {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sha1: row.next()?,
            reason: row.next()?,
            created: row.next()?,
        })
    }
}

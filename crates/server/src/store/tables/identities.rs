//! Who a machine is, and whether it still is.

use async_trait::async_trait;
use quell_model::{MachineId, Timestamp};

use super::{lives, rotation, tokens, trail};
use crate::core::TenantId;
use crate::core::audit::{By, Deed};
use crate::store::database::{FromRow, Row, Sql, Value, values};
use crate::store::record::{
    Attendance, Attended, CloneRecord, Rotated, Rotation, Standing, TokenRecord,
};
use crate::store::{Identities, SqlStore, StoreError};

#[async_trait]
impl Identities for SqlStore {
    async fn enrolment_tokens(&self, tenant: TenantId) -> Result<Vec<TokenRecord>, StoreError> {
        self.read(move |sql| tokens::all(sql, tenant)).await
    }

    async fn revoke_enrolment_token(
        &self,
        tenant: TenantId,
        id: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_ascii_lowercase();
        self.write(move |sql| tokens::revoke(sql, tenant, &id, &by, now))
            .await
    }

    async fn attend(&self, attendance: Attendance) -> Result<Attended, StoreError> {
        self.write(move |sql| lives::attend(sql, &attendance)).await
    }

    async fn standing(
        &self,
        tenant: TenantId,
        machine: &MachineId,
    ) -> Result<Option<Standing>, StoreError> {
        let machine = machine.clone();
        self.read(move |sql| {
            sql.query_one(
                "SELECT public_key, revoked IS NOT NULL, rotates IS NOT NULL,
                     EXISTS (SELECT 1 FROM freezes WHERE scope IN ('', tenant))
                 FROM machines WHERE tenant = ?1 AND id = ?2",
                values![tenant, &machine],
            )
        })
        .await
    }

    async fn clones(&self, tenant: TenantId) -> Result<Vec<CloneRecord>, StoreError> {
        self.read(move |sql| lives::clones(sql, tenant)).await
    }

    async fn settle(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let machine = machine.clone();
        self.write(move |sql| {
            let settled = lives::begin_anew(sql, tenant, &machine)?;
            if settled {
                let deed = Deed::MachineSettled(machine.clone());
                trail::tell(sql, tenant, &by, &deed, now)?;
            }
            Ok(settled)
        })
        .await
    }

    async fn rotate(&self, rotation: Rotation) -> Result<Rotated, StoreError> {
        self.write(move |sql| rotation::rotate(sql, &rotation))
            .await
    }

    async fn ask_to_rotate(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let machine = machine.clone();
        self.write(move |sql| {
            let change = "UPDATE machines SET rotates = ?3
                 WHERE tenant = ?1 AND lower(id) = ?2 AND revoked IS NULL RETURNING id";
            let deed = Deed::KeyChangeOrdered;
            mark(sql, change, tenant, &machine, now, &by, deed, now)
        })
        .await
    }

    async fn allow_reenrolment(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        until: Timestamp,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let machine = machine.clone();
        self.write(move |sql| {
            let change = "UPDATE machines SET reenrol_until = ?3
                 WHERE tenant = ?1 AND lower(id) = ?2 RETURNING id";
            let deed = Deed::ReenrolmentAllowed;
            mark(sql, change, tenant, &machine, until, &by, deed, now)
        })
        .await
    }
}

/// Writes a moment to a machine's row, and tells of it.
#[expect(
    clippy::too_many_arguments,
    reason = "what is written, and what is told of it"
)]
fn mark(
    sql: &mut dyn Sql,
    change: &str,
    tenant: TenantId,
    machine: &MachineId,
    moment: Timestamp,
    by: &By,
    deed: impl Fn(MachineId) -> Deed,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let kept = sql.query_one(
        change,
        values![tenant, Value::folded(machine.as_str()), moment],
    )?;
    let Some((kept,)) = kept else {
        return Ok(false);
    };
    trail::tell(sql, tenant, by, &deed(kept), now).map(|()| true)
}

impl FromRow for Standing {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            public_key: row.next()?,
            revoked: row.next()?,
            rotates: row.next()?,
            frozen: row.next()?,
        })
    }
}

//! Who a machine is, and whether it still is.

use std::fmt::Debug;

use async_trait::async_trait;
use quell_model::{MachineId, Timestamp};

use super::StoreError;
use super::record::{Attendance, Attended, CloneRecord, Rotated, Rotation, Standing, TokenRecord};
use crate::core::TenantId;
use crate::core::audit::By;

/// Enrolment tokens, the machines' keys, and the lives that they tell.
#[async_trait]
pub trait Identities: Debug + Send + Sync {
    /// The tenant's enrolment tokens that are not forgotten yet, newest first.
    async fn enrolment_tokens(&self, tenant: TenantId) -> Result<Vec<TokenRecord>, StoreError>;
    /// Lets a token let nobody in any more, whoever asks again; `false` when there is none of this
    /// name.
    async fn revoke_enrolment_token(
        &self,
        tenant: TenantId,
        id: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Judges by [`crate::core::life`] who asks for orders, and remembers it.
    async fn attend(&self, attendance: Attendance) -> Result<Attended, StoreError>;
    /// How a machine, spelled as it is kept, stands; `None` when there is none.
    async fn standing(
        &self,
        tenant: TenantId,
        machine: &MachineId,
    ) -> Result<Option<Standing>, StoreError>;
    /// The machines that share an identity, by id.
    async fn clones(&self, tenant: TenantId) -> Result<Vec<CloneRecord>, StoreError>;
    /// Believes that there is one machine of this id again, whichever asks next; `false` when
    /// nothing was to be settled.
    async fn settle(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Changes a machine's key, one half at a time.
    async fn rotate(&self, rotation: Rotation) -> Result<Rotated, StoreError>;
    /// Has a machine change its key when it asks next; `false` when there is none of this id, or
    /// it was revoked.
    async fn ask_to_rotate(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Lets a machine of this id enrol with another key, once, until a moment; `false` when there
    /// is none.
    async fn allow_reenrolment(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        until: Timestamp,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

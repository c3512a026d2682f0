//! What limits a mistake.

use std::fmt::Debug;

use async_trait::async_trait;
use quell_model::{MachineId, Sha1, Timestamp};

use super::StoreError;
use super::record::{Census, Freeze, ProtectedFile};
use crate::core::audit::By;
use crate::core::{Objection, TenantId};

/// Freezes, protected files, and counts that are cheap however many machines there are.
#[async_trait]
pub trait Guard: Debug + Send + Sync {
    /// Hands out nothing from now on. What is frozen already stays frozen since when it was.
    async fn freeze(&self, freeze: Freeze, by: By) -> Result<(), StoreError>;
    /// Ends a freeze of exactly this reach; `false` when there was none.
    async fn thaw(
        &self,
        tenant: Option<TenantId>,
        reason: String,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// All freezes, that of everybody's machines first.
    async fn freezes(&self) -> Result<Vec<Freeze>, StoreError>;

    /// Protects a file.
    async fn protect(
        &self,
        tenant: TenantId,
        file: ProtectedFile,
        by: By,
    ) -> Result<(), StoreError>;
    /// Protects a file no longer; `false` when it was not.
    async fn unprotect(
        &self,
        tenant: TenantId,
        sha1: Sha1,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// The files that are protected, by hash.
    async fn protected_files(&self, tenant: TenantId) -> Result<Vec<ProtectedFile>, StoreError>;

    /// How many machines may get orders.
    async fn machines_enrolled(&self, tenant: TenantId) -> Result<u64, StoreError>;
    /// What there is to be said against stopping a file that may be on so many machines: those count
    /// that the store still knows to have had it, and a protection that was seen since a moment.
    async fn objection(
        &self,
        tenant: TenantId,
        sha1: Sha1,
        since: Timestamp,
        most: u64,
    ) -> Result<Option<Objection>, StoreError>;
    /// Whether a machine, spelled as it is kept, ever began to quarantine a file.
    async fn was_quarantined(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sha1: Sha1,
    ) -> Result<bool, StoreError>;

    /// How many there are of what.
    async fn census(&self, tenant: TenantId) -> Result<Census, StoreError>;
}

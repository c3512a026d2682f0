//! Who machines are: tokens, keys, copies.

use std::time::Duration;

use quell_model::MachineId;

use super::{Admin, AdminError};
use crate::store::Identities as _;
use crate::store::record::{CloneRecord, TokenRecord};

impl Admin {
    /// The enrolment tokens that are not forgotten yet, newest first.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn enrolment_tokens(&self) -> Result<Vec<TokenRecord>, AdminError> {
        Ok(self.store.enrolment_tokens(self.tenant).await?)
    }

    /// Lets an enrolment token let nobody in any more. `false`: there is none of this id.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn revoke_enrolment_token(&self, id: &str) -> Result<bool, AdminError> {
        let by = self.by("server device enrol-token revoke");
        let now = self.clock.now();
        let revoked = self
            .store
            .revoke_enrolment_token(self.tenant, id, by, now)
            .await?;
        Ok(revoked)
    }

    /// Has a machine change its key when it asks for orders next. `false`: there is no such
    /// machine, or it was revoked.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn rotate_key(&self, machine: &MachineId) -> Result<bool, AdminError> {
        let by = self.by("server device rotate-key");
        let now = self.clock.now();
        Ok(self
            .store
            .ask_to_rotate(self.tenant, machine, by, now)
            .await?)
    }

    /// Lets a machine of this id enrol with another key, once, for so long. `false`: there is no
    /// such machine.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn allow_reenrolment(
        &self,
        machine: &MachineId,
        lifetime: Duration,
    ) -> Result<bool, AdminError> {
        let by = self.by("server device allow-reenrol");
        let now = self.clock.now();
        let until = now.saturating_add(lifetime);
        Ok(self
            .store
            .allow_reenrolment(self.tenant, machine, until, by, now)
            .await?)
    }

    /// The machines that share an identity, by id.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn clones(&self) -> Result<Vec<CloneRecord>, AdminError> {
        Ok(self.store.clones(self.tenant).await?)
    }

    /// Believes that there is one machine of this id again. `false`: nothing was to be settled.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn settle(&self, machine: &MachineId) -> Result<bool, AdminError> {
        let by = self.by("server device settle");
        let now = self.clock.now();
        Ok(self.store.settle(self.tenant, machine, by, now).await?)
    }
}

//! What a laboratory does beside its operator, without a call that a limit would count.

use quell_model::{MachineId, Sha1, Timestamp};
use quell_protocol::Sighting;

use super::{Admin, AdminError};
use crate::odata::{Query, Schema};
use crate::store::record::ActionScope;
use crate::store::{Fleet as _, Ledger as _, StoreError};

impl Admin {
    /// Lets files count as seen on a machine, which need not be enrolled yet: what a laboratory
    /// needs for the documentation's example.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn add_sightings(
        &self,
        machine: &MachineId,
        sightings: Vec<Sighting>,
    ) -> Result<(), AdminError> {
        Ok(self
            .store
            .add_sightings(self.tenant, machine, sightings, self.clock.now())
            .await?)
    }

    /// Whether a file was ever seen on a machine.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn has_sighted(&self, machine: &MachineId, sha1: Sha1) -> Result<bool, AdminError> {
        let ever = Timestamp::from_unix_seconds(0);
        let sighted = self.store.sighted(self.tenant, machine, sha1, ever).await?;
        Ok(sighted.is_some())
    }

    /// Whether any of a machine's newest hundred actions has not ended.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn has_open_action(&self, machine: &MachineId) -> Result<bool, AdminError> {
        let newest = Query::parse("$top=100", &Schema::new("MachineAction", &[]))
            .map_err(|error| StoreError::Damaged(error.to_string()))?;
        let scope = ActionScope::OfMachine(machine.clone());
        let page = self
            .store
            .actions(self.tenant.into(), scope, newest)
            .await?;
        let is_open = |status: crate::core::Status| !status.is_final();
        Ok(page.items.iter().any(|action| is_open(action.state.status)))
    }
}

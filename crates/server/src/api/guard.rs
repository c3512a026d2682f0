//! What limits a caller's mistake: see `core/radius.rs`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use quell_model::{Sha1, Timestamp};

use super::Api;
use crate::core::{BlastRadius, Objection, TenantId};
use crate::store::StoreError;

/// For how long it counts how many machines a tenant had: counting them all takes a while.
const COUNTED_FOR: Duration = Duration::from_secs(60);

/// How many machines each tenant had lately.
#[derive(Debug, Default)]
pub(crate) struct FleetSizes(Mutex<HashMap<TenantId, (u64, Timestamp)>>);

impl FleetSizes {
    fn lately(&self, tenant: TenantId, now: Timestamp) -> Option<u64> {
        let sizes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (size, counted) = *sizes.get(&tenant)?;
        // A clock that was set back counts anew, too.
        let fresh = counted <= now && now.saturating_duration_since(counted) < COUNTED_FOR;
        fresh.then_some(size)
    }

    fn keep(&self, tenant: TenantId, size: u64, now: Timestamp) {
        let mut sizes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.insert(tenant, (size, now));
    }
}

impl Api {
    /// What there is to be said against stopping a file anywhere.
    pub(super) async fn objection(
        &self,
        tenant: TenantId,
        sha1: Sha1,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Objection>, StoreError> {
        let most = match self.blast_radius {
            Some(radius) => radius.most(self.fleet_size(tenant, now).await?),
            None => u64::MAX,
        };
        self.store.objection(tenant, sha1, since, most).await
    }

    async fn fleet_size(&self, tenant: TenantId, now: Timestamp) -> Result<u64, StoreError> {
        if let Some(size) = self.fleet_sizes.lately(tenant, now) {
            return Ok(size);
        }
        let size = self.store.machines_enrolled(tenant).await?;
        self.fleet_sizes.keep(tenant, size, now);
        Ok(size)
    }
}

/// The setting: none for no limit.
pub(crate) type Limit = Option<BlastRadius>;

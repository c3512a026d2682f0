//! Whose turn it is among the writers of one tenant.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use crate::core::TenantId;
use crate::store::StoreError;

/// Tenants that share a place wait for each other too, which does no harm.
const PLACES: usize = 64;
/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The turns of one server.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<[Arc<Mutex<()>>]>);

impl Default for Turns {
    fn default() -> Self {
        Self((0..PLACES).map(|_| Arc::default()).collect())
    }
}

impl Turns {
    /// Waits for the tenant's turn, which ends when it is dropped.
    pub(super) async fn of(&self, tenant: TenantId) -> Result<OwnedMutexGuard<()>, StoreError> {
        let busy = || StoreError::Unavailable("too many writers wait".to_owned());
        let place = self.0.get(place(tenant)).ok_or_else(busy)?;
        timeout(PATIENCE, Arc::clone(place).lock_owned())
            .await
            .map_err(|_| busy())
    }
}

fn place(tenant: TenantId) -> usize {
    let mut hasher = DefaultHasher::new();
    tenant.hash(&mut hasher);
    usize::try_from(hasher.finish() % PLACES as u64).unwrap_or(0)
}

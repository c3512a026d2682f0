//! The documented limits: so many calls of one operation by one application in one tenant.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quell_model::limits::LIMITS;
use quell_model::{OperationInfo, RateInfo};
use quell_ratelimit::{Moment, Quota, RollingCounter, Verdict, Window};
use tokio::time::Instant;

use super::ApiError;
use super::shared_counts::SharedCounts;
use crate::core::TenantId;
use crate::store::Store;
use crate::store::record::Caller;

/// The most pairs of application and operation that are counted at once.
const MAX_KEYS: usize = 100_000;

/// Counts calls; counts nothing when limits are off.
#[derive(Debug)]
pub(crate) struct Throttle {
    started: Instant,
    rates: Vec<(&'static str, Counts)>,
}

/// The calls of the operations of one rate.
#[derive(Debug)]
enum Counts {
    /// On this server, which is the only one.
    Here(Mutex<RollingCounter<Caller>>),
    /// In the store, with the other servers on it.
    Together(SharedCounts),
}

impl Throttle {
    /// Keeps for every operation the quota that stands for its rate; none, no limit.
    pub(crate) fn new(store: &Arc<dyn Store>, quota: impl Fn(&RateInfo) -> Option<Quota>) -> Self {
        let counts = |rate: &&RateInfo| {
            let quota = quota(rate)?;
            let counts = if store.has_replicas() {
                Counts::Together(SharedCounts::new(Arc::clone(store), quota))
            } else {
                Counts::Here(Mutex::new(RollingCounter::new(quota, MAX_KEYS)))
            };
            Some((rate.name, counts))
        };
        Self {
            started: Instant::now(),
            rates: LIMITS.iter().filter_map(counts).collect(),
        }
    }

    /// Counts a call or refuses it.
    pub(super) async fn check(
        &self,
        tenant: TenantId,
        client_id: &str,
        operation: &OperationInfo,
    ) -> Result<(), ApiError> {
        let rate = operation.rate.name;
        let Some((_, counts)) = self.rates.iter().find(|(name, _)| *name == rate) else {
            return Ok(());
        };
        let caller = Caller {
            tenant,
            application: client_id.to_owned(),
            operation: operation.name,
        };
        let verdict = match counts {
            Counts::Here(counter) => counter
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .check(&caller, Moment::after_epoch(self.started.elapsed())),
            Counts::Together(shared) => shared.check(caller).await?,
        };
        match verdict {
            Verdict::Admitted => Ok(()),
            Verdict::Refused {
                window,
                retry_after_seconds,
            } => Err(ApiError::too_many(sentence(window), retry_after_seconds)),
            Verdict::TooManyKeys {
                retry_after_seconds,
            } => Err(ApiError::too_many(
                "API calls quota exceeded! too many applications call at once".to_owned(),
                retry_after_seconds,
            )),
            _ => Err(ApiError::internal()),
        }
    }
}

/// The service's sentence, with the window as it writes it: `00:01:00`.
fn sentence(window: Window) -> String {
    format!(
        "API calls quota exceeded! maximum allowed {} per {}",
        window.limit(),
        clock(window.period())
    )
}

fn clock(period: Duration) -> String {
    let seconds = period.as_secs();
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The quota of the contract.
pub(crate) fn documented(rate: &RateInfo) -> Option<Quota> {
    let windows = rate
        .windows
        .iter()
        .filter_map(|window| Window::new(window.calls, window.period).ok());
    Quota::new(windows).ok()
}

#[cfg(test)]
mod tests {
    use quell_model::limits::STANDARD;
    use quell_model::operations::{GET_MACHINE, GET_PACKAGE_URI, LIST_MACHINES};

    use super::*;
    use crate::store::SqlStore;

    /// On a store that has no other servers.
    fn alone(quota: impl Fn(&RateInfo) -> Option<Quota>) -> Throttle {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        Throttle::new(&store, quota)
    }

    #[test]
    fn contract_s_quota_is_both_windows() {
        assert_eq!(
            documented(&STANDARD).unwrap().to_string(),
            "100/60s,1500/3600s"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn limit_holds_for_one_application_one_operation_and_one_tenant() {
        let throttle = alone(|_| "2/60s".parse().ok());
        let tenant = TenantId::fresh();
        for _ in 0..2 {
            throttle.check(tenant, "a", &GET_MACHINE).await.unwrap();
        }
        assert!(throttle.check(tenant, "a", &GET_MACHINE).await.is_err());
        throttle.check(tenant, "b", &GET_MACHINE).await.unwrap();
        throttle.check(tenant, "a", &LIST_MACHINES).await.unwrap();
        throttle
            .check(TenantId::fresh(), "a", &GET_MACHINE)
            .await
            .unwrap();
        tokio::time::advance(Duration::from_secs(60)).await;
        throttle.check(tenant, "a", &GET_MACHINE).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn operation_with_a_rate_of_its_own_is_held_to_that() {
        let throttle = alone(documented);
        let tenant = TenantId::fresh();
        for _ in 0..2 {
            throttle.check(tenant, "a", &GET_PACKAGE_URI).await.unwrap();
            throttle.check(tenant, "a", &GET_MACHINE).await.unwrap();
        }
        assert!(throttle.check(tenant, "a", &GET_PACKAGE_URI).await.is_err());
        throttle.check(tenant, "a", &GET_MACHINE).await.unwrap();
    }

    #[test]
    fn sentence_names_the_window_as_the_service_does() {
        let hour = Window::new(1500, Duration::from_secs(3600)).unwrap();
        assert_eq!(
            sentence(hour),
            "API calls quota exceeded! maximum allowed 1500 per 01:00:00"
        );
    }
}

//! The documented limits: so many calls of one operation by one application in one tenant.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use quell_model::limits::LIMITS;
use quell_model::{OperationInfo, RateInfo};
use quell_ratelimit::{Moment, Quota, RollingCounter, Verdict, Window};
use tokio::time::Instant;

use super::ApiError;
use crate::core::TenantId;

/// The most pairs of application and operation that are counted at once.
const MAX_KEYS: usize = 100_000;

type Key = (TenantId, String, &'static str);

/// Counts calls; counts nothing when limits are off.
#[derive(Debug)]
pub(crate) struct Throttle {
    started: Instant,
    counters: Vec<(&'static str, Mutex<RollingCounter<Key>>)>,
}

impl Throttle {
    /// Keeps for every operation the quota that stands for its rate; none, no limit.
    pub(crate) fn new(quota: impl Fn(&RateInfo) -> Option<Quota>) -> Self {
        let counter = |rate: &&RateInfo| {
            let counter = RollingCounter::new(quota(rate)?, MAX_KEYS);
            Some((rate.name, Mutex::new(counter)))
        };
        Self {
            started: Instant::now(),
            counters: LIMITS.iter().filter_map(counter).collect(),
        }
    }

    /// Counts a call or refuses it.
    pub(super) fn check(
        &self,
        tenant: TenantId,
        client_id: &str,
        operation: &OperationInfo,
    ) -> Result<(), ApiError> {
        let rate = operation.rate.name;
        let Some((_, counter)) = self.counters.iter().find(|(name, _)| *name == rate) else {
            return Ok(());
        };
        let key = (tenant, client_id.to_owned(), operation.name);
        let now = Moment::after_epoch(self.started.elapsed());
        let verdict = counter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .check(&key, now);
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

    #[test]
    fn contract_s_quota_is_both_windows() {
        assert_eq!(
            documented(&STANDARD).unwrap().to_string(),
            "100/60s,1500/3600s"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn limit_holds_for_one_application_one_operation_and_one_tenant() {
        let throttle = Throttle::new(|_| "2/60s".parse().ok());
        let tenant = TenantId::fresh();
        for _ in 0..2 {
            throttle.check(tenant, "a", &GET_MACHINE).unwrap();
        }
        assert!(throttle.check(tenant, "a", &GET_MACHINE).is_err());
        throttle.check(tenant, "b", &GET_MACHINE).unwrap();
        throttle.check(tenant, "a", &LIST_MACHINES).unwrap();
        throttle
            .check(TenantId::fresh(), "a", &GET_MACHINE)
            .unwrap();
        tokio::time::advance(Duration::from_secs(60)).await;
        throttle.check(tenant, "a", &GET_MACHINE).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn operation_with_a_rate_of_its_own_is_held_to_that() {
        let throttle = Throttle::new(documented);
        let tenant = TenantId::fresh();
        for _ in 0..2 {
            throttle.check(tenant, "a", &GET_PACKAGE_URI).unwrap();
            throttle.check(tenant, "a", &GET_MACHINE).unwrap();
        }
        assert!(throttle.check(tenant, "a", &GET_PACKAGE_URI).is_err());
        throttle.check(tenant, "a", &GET_MACHINE).unwrap();
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

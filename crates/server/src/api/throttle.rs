//! The documented limits: so many calls of one operation by one application in one tenant.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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
    counter: Option<Mutex<RollingCounter<Key>>>,
}

impl Throttle {
    /// Keeps this quota for every operation; none, no limit.
    pub(crate) fn new(quota: Option<Quota>) -> Self {
        Self {
            started: Instant::now(),
            counter: quota.map(|quota| Mutex::new(RollingCounter::new(quota, MAX_KEYS))),
        }
    }

    /// Counts a call or refuses it.
    pub(super) fn check(
        &self,
        tenant: TenantId,
        client_id: &str,
        operation: &OperationInfo,
    ) -> Result<(), ApiError> {
        let Some(counter) = &self.counter else {
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
    use quell_model::operations::{GET_MACHINE, LIST_MACHINES};

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
        let throttle = Throttle::new(Some("2/60s".parse().unwrap()));
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

    #[test]
    fn sentence_names_the_window_as_the_service_does() {
        let hour = Window::new(1500, Duration::from_secs(3600)).unwrap();
        assert_eq!(
            sentence(hour),
            "API calls quota exceeded! maximum allowed 1500 per 01:00:00"
        );
    }
}

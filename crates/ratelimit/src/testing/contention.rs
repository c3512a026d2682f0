use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::TIMEOUT;
use super::rules::next_permit;
use crate::{PermitStore, StoreError};

pub(super) const QUOTA: &str = "5/400ms,12/2s";
const WINDOWS: [(usize, Duration); 2] = [
    (5, Duration::from_millis(400)),
    (12, Duration::from_secs(2)),
];
const CALLERS: u64 = 8;
const CALLS_EACH: u64 = 6;

/// Many callers at once, each call with delays of its own: the referee sees when calls arrive.
pub(super) async fn never_more_than_the_quota(
    store: Arc<dyn PermitStore>,
) -> Result<(), StoreError> {
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        callers.spawn(calls(Arc::clone(&store), caller));
    }
    let mut arrivals = Vec::new();
    while let Some(arrived) = callers.join_next().await {
        arrivals.extend(arrived.map_err(StoreError::new)??);
    }
    arrivals.sort();
    for (limit, length) in WINDOWS {
        for (first, one_too_many) in arrivals.iter().zip(arrivals.iter().skip(limit)) {
            let apart = one_too_many.saturating_duration_since(*first);
            assert!(
                apart >= length,
                "{} calls arrived within {apart:?}",
                limit + 1
            );
        }
    }
    Ok(())
}

async fn calls(store: Arc<dyn PermitStore>, caller: u64) -> Result<Vec<Instant>, StoreError> {
    let mut arrivals = Vec::new();
    for nth in 0..CALLS_EACH {
        // Different for every call and the same in every run, so that calls overtake each other.
        let there = Duration::from_millis((caller * 13 + nth * 29) % 47);
        let back = Duration::from_millis((caller * 31 + nth * 17) % 43);
        let (id, _) = next_permit(&*store).await?;
        store.sent(id, TIMEOUT).await?;
        sleep(there).await;
        arrivals.push(Instant::now());
        sleep(back).await;
        store.complete(id, None).await?;
    }
    Ok(arrivals)
}

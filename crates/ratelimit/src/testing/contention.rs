use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::driver::Driver;
use super::{Subject, exact};
use crate::{PermitId, Priority, StoreError, Turn};

const CALLERS: u32 = 8;
const CALLS: usize = 48;

/// Many callers ask at the same time, each through a connection of its own.
pub(super) async fn no_more_than_the_limit_at_once(
    subject: &dyn Subject,
) -> Result<(), StoreError> {
    let policy = exact("5/1h")?;
    let mut asking = JoinSet::new();
    for _ in 0..CALLERS {
        let user = Driver::open(subject, "at once", &policy).await?;
        let store = Arc::clone(&user.store);
        asking.spawn(async move {
            let mut granted = Vec::new();
            for _ in 0..3 {
                if let Turn::Granted(id) = store.acquire(Priority::Batch).await? {
                    granted.push(id);
                }
            }
            Ok::<_, StoreError>(granted)
        });
    }
    let mut permits = Vec::new();
    while let Some(granted) = asking.join_next().await {
        permits.extend(granted.map_err(StoreError::new)??);
    }
    permits.sort();
    permits.dedup();
    assert_eq!(permits.len(), 5, "24 asked for 5 permits");
    Ok(())
}

/// Calls with delays of their own, by turns through several connections: the referee sees when
/// they arrive.
pub(super) async fn never_more_than_the_quota(subject: &dyn Subject) -> Result<(), StoreError> {
    let policy = exact("5/400ms,12/2s")?;
    let windows = [
        (5, Duration::from_millis(400)),
        (12, Duration::from_secs(2)),
    ];
    let mut users = Vec::new();
    for _ in 0..CALLERS {
        users.push(Driver::open(subject, "quota", &policy).await?);
    }
    let mut arrivals = Vec::new();
    let mut returns: BinaryHeap<Reverse<(Duration, PermitId)>> = BinaryHeap::new();
    for (nth, user) in (0..CALLS).zip(users.iter().cycle()) {
        let id = loop {
            complete_what_came_back(user, &mut returns).await?;
            match user.ask(Priority::Batch).await? {
                Turn::Granted(id) => break id,
                Turn::After(wait) => user.advance(wait.min(STEP)).await,
                Turn::AfterCompletion { .. } => user.advance(STEP).await,
            }
        };
        user.store.sent(id, LONG).await?;
        // Different for every call and the same in every run, so that calls overtake each other.
        let there = Duration::from_millis((nth as u64 * 29) % 47);
        let back = Duration::from_millis((nth as u64 * 17) % 43);
        let arrived = user.now().await + there;
        arrivals.push(arrived);
        returns.push(Reverse((arrived + back, id)));
    }
    arrivals.sort();
    for (limit, length) in windows {
        for (first, one_too_many) in arrivals.iter().zip(arrivals.iter().skip(limit)) {
            let apart = one_too_many.saturating_sub(*first);
            assert!(
                apart >= length,
                "{} calls arrived within {apart:?}",
                limit + 1
            );
        }
    }
    Ok(())
}

/// How finely the network's events are played.
const STEP: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(3600);

async fn complete_what_came_back(
    user: &Driver<'_>,
    returns: &mut BinaryHeap<Reverse<(Duration, PermitId)>>,
) -> Result<(), StoreError> {
    let now = user.now().await;
    while let Some(Reverse((_, id))) = returns.peek().filter(|Reverse((at, _))| *at <= now) {
        user.store.complete(*id, None).await?;
        returns.pop();
    }
    Ok(())
}

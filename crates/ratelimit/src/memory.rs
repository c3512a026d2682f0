use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{
    Decision, Moment, PermitId, PermitStore, Policy, PushBack, RollingLog, Snapshot, StoreError,
    Turn, Wait,
};

/// Permits that live as long as this process: a [`RollingLog`] behind a lock, on tokio's clock.
#[derive(Debug)]
pub struct MemoryStore {
    log: Mutex<RollingLog>,
    epoch: Instant,
}

impl MemoryStore {
    /// A store with nothing used.
    #[must_use]
    pub fn new(policy: impl Into<Policy>) -> Self {
        Self {
            log: Mutex::new(RollingLog::new(policy)),
            epoch: Instant::now(),
        }
    }

    /// The log and the time. The time is read under the lock, so that it never runs backwards.
    fn open(&self) -> (MutexGuard<'_, RollingLog>, Moment) {
        // The log's methods do not panic, so a poisoned lock guards nothing half-done.
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        (log, Moment::after_epoch(self.epoch.elapsed()))
    }
}

#[async_trait]
impl PermitStore for MemoryStore {
    async fn acquire(&self) -> Result<Turn, StoreError> {
        let (mut log, now) = self.open();
        Ok(match log.acquire(now) {
            Decision::Granted(id) => Turn::Granted(id),
            Decision::Wait(Wait::Until(moment)) => Turn::After(moment.since(now)),
            Decision::Wait(Wait::Completion { not_before, expiry }) => Turn::AfterCompletion {
                at_least: not_before.since(now),
                at_most: expiry.map(|expiry| expiry.since(now)),
            },
        })
    }

    async fn sent(&self, id: PermitId, timeout: Duration) -> Result<(), StoreError> {
        let (mut log, now) = self.open();
        log.sent(id, now + timeout, now).map_err(StoreError::new)
    }

    async fn complete(&self, id: PermitId, push_back: Option<PushBack>) -> Result<(), StoreError> {
        let (mut log, now) = self.open();
        match push_back {
            None => log.complete(id, now),
            Some(push_back) => log.refused(id, &push_back, now),
        }
        Ok(())
    }

    fn abandon(&self, id: PermitId) {
        let (mut log, now) = self.open();
        log.abandon(id, now);
    }

    async fn pause(&self, length: Duration) -> Result<(), StoreError> {
        let (mut log, now) = self.open();
        log.pause(now + length, now);
        Ok(())
    }

    async fn forecast(&self, ahead: u32) -> Result<Duration, StoreError> {
        let (mut log, now) = self.open();
        Ok(log.forecast(ahead, now).since(now))
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let (mut log, now) = self.open();
        Ok(log.snapshot(now))
    }
}

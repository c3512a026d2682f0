//! Permits and budgets that live as long as this process.

mod budgets;

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::time::Instant;

pub use budgets::MemoryBudgets;

use crate::{
    Decision, LogState, Moment, PermitId, PermitStore, Policy, Priority, PushBack, RollingLog,
    Snapshot, StoreError, Turn,
};

/// Permits that live as long as this process: a [`RollingLog`] behind a lock, on tokio's clock.
#[derive(Debug)]
pub struct MemoryStore {
    log: Mutex<RollingLog>,
    epoch: Instant,
    /// A permit came back, a pause began or the policy is another one.
    changed: Notify,
}

impl MemoryStore {
    /// A store with nothing used.
    #[must_use]
    pub fn new(policy: impl Into<Policy>) -> Self {
        Self {
            log: Mutex::new(RollingLog::new(policy)),
            epoch: Instant::now(),
            changed: Notify::new(),
        }
    }

    /// Goes by another policy from now on, with all that was used, is in flight and was learned.
    pub fn set_policy(&self, policy: impl Into<Policy>) {
        let (mut log, _) = self.open();
        *log = log.with_policy(policy);
        self.tell(log);
    }

    /// What the log keeps: for a look inside, or to keep it elsewhere. Moments count from when the
    /// store was made.
    #[must_use]
    pub fn state(&self) -> LogState {
        self.open().0.state()
    }

    /// Lets go of the log and wakes those of other limiters over this store who wait.
    fn tell(&self, log: MutexGuard<'_, RollingLog>) {
        drop(log);
        self.changed.notify_waiters();
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
    async fn acquire(&self, priority: Priority) -> Result<Turn, StoreError> {
        let (mut log, now) = self.open();
        Ok(match log.acquire(priority, now) {
            Decision::Granted(id) => Turn::Granted(id),
            Decision::Wait(wait) => Turn::wait(wait, now),
        })
    }

    async fn sent(&self, id: PermitId, timeout: Duration) -> Result<(), StoreError> {
        let (mut log, now) = self.open();
        log.sent(id, now + timeout, now).map_err(StoreError::new)?;
        // From now on it has an expiry, by which whoever waits for it must look again.
        self.tell(log);
        Ok(())
    }

    async fn complete(&self, id: PermitId, push_back: Option<PushBack>) -> Result<(), StoreError> {
        let (mut log, now) = self.open();
        match push_back {
            None => log.complete(id, now),
            Some(push_back) => log.refused(id, &push_back, now),
        }
        self.tell(log);
        Ok(())
    }

    fn abandon(&self, id: PermitId) {
        let (mut log, now) = self.open();
        log.abandon(id, now);
        self.tell(log);
    }

    async fn pause(&self, length: Duration) -> Result<(), StoreError> {
        let (mut log, now) = self.open();
        log.pause(now + length, now);
        self.tell(log);
        Ok(())
    }

    async fn forecast(&self, ahead: u32, priority: Priority) -> Result<Duration, StoreError> {
        let (mut log, now) = self.open();
        Ok(log.forecast(ahead, priority, now).since(now))
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let (mut log, now) = self.open();
        Ok(log.snapshot(now))
    }

    /// Hears from when it is made, and not from when it is first polled.
    fn changed<'store, 'future>(&'store self) -> Pin<Box<dyn Future<Output = ()> + Send + 'future>>
    where
        'store: 'future,
        Self: 'future,
    {
        Box::pin(self.changed.notified())
    }
}

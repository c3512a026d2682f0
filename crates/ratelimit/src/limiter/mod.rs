//! Waiting for a permit: one queue, one timer.

mod lane;
mod line;
mod permit;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use line::Line;
pub use permit::{Permit, SentPermit};

use crate::{MemoryStore, PermitStore, Policy, Priority, Snapshot, StoreError};

/// Hands out permits: interactive callers first, and callers of one priority in the order in which
/// they asked.
///
/// A stream of interactive callers cannot keep batch callers out for ever: while both wait, every
/// tenth permit is for batch. Clones share one budget and one queue. Every method may be cancelled by
/// dropping its future: the caller's place in the queue or its permit goes to the next.
#[derive(Debug, Clone)]
pub struct Limiter {
    line: Arc<Line>,
    priority: Priority,
}

/// Why there is no permit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcquireError {
    /// The permit would come later than the caller is ready to wait.
    #[error("no permit for another {wait:?}, longer than the caller would wait")]
    TooLong {
        /// The least time until a permit. Exact, unless calls in flight take longer to come back.
        wait: Duration,
    },
    /// The permit store failed; nothing may be sent.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Limiter {
    /// A limiter for this process alone, with nothing used.
    #[must_use]
    pub fn new(policy: impl Into<Policy>) -> Self {
        Self::with_store(Arc::new(MemoryStore::new(policy)))
    }

    /// A limiter over permits that may be shared with other processes or hosts.
    #[must_use]
    pub fn with_store(store: Arc<dyn PermitStore>) -> Self {
        Self {
            line: Arc::new(Line::new(store)),
            priority: Priority::default(),
        }
    }

    /// The same limiter, budget and line for calls of this priority. A new limiter is for
    /// [`Priority::Batch`].
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self {
            line: Arc::clone(&self.line),
            priority,
        }
    }

    /// Waits for a permit, as long as it takes.
    ///
    /// # Errors
    /// [`StoreError`]; the memory store has none.
    pub async fn acquire(&self) -> Result<Permit, StoreError> {
        self.acquire_as(self.priority).await
    }

    /// As [`acquire`](Self::acquire), with a priority for this call alone.
    ///
    /// # Errors
    /// [`StoreError`]; the memory store has none.
    pub async fn acquire_as(&self, priority: Priority) -> Result<Permit, StoreError> {
        let (_place, _ahead) = self.line.join(priority);
        let _turn = self.line.turn(priority).await;
        self.line.permit_at_the_head(priority).await
    }

    /// Waits for a permit, makes the call, and records that it is over, whatever it answered: all that
    /// is needed where a refusal has nothing to tell. The call must end within `timeout`; dropped
    /// half-way, it counts until `timeout` and the policy's grace are over, since it may still arrive.
    ///
    /// # Errors
    /// [`StoreError`]: the call was not made. The memory store has none.
    pub async fn run<T>(
        &self,
        timeout: Duration,
        call: impl Future<Output = T>,
    ) -> Result<T, StoreError> {
        let sent = self.acquire().await?.sent(timeout).await?;
        let answer = call.await;
        // Where it cannot be recorded the call counts for longer; the answer must not be lost for it.
        drop(sent.complete().await);
        Ok(answer)
    }

    /// Waits for a permit no longer than `within`. Fails as soon as it is certain that the wait
    /// would be longer, without waiting: at the call, when a pause begins, or at the head of the
    /// queue.
    ///
    /// # Errors
    /// [`AcquireError::TooLong`], with the least wait that remains.
    pub async fn acquire_within(&self, within: Duration) -> Result<Permit, AcquireError> {
        let priority = self.priority;
        let deadline = Instant::now().checked_add(within);
        let Some(deadline) = deadline else {
            return Ok(self.acquire().await?);
        };
        let (_place, ahead) = self.line.join(priority);
        self.line.reachable(ahead, deadline, priority).await?;
        let _turn = self.line.turn_by(deadline, priority).await?;
        self.line.permit_at_the_head_by(deadline, priority).await
    }

    /// A permit if one is free now and nobody who goes before is waiting. Does not wait for a permit,
    /// only for the store's answer.
    ///
    /// # Errors
    /// [`AcquireError::TooLong`], with the least wait for a caller who joins the queue now.
    pub async fn try_acquire(&self) -> Result<Permit, AcquireError> {
        let (_place, ahead) = self.line.join(self.priority);
        if let Some(_turn) = self.line.turn_now(self.priority)
            && let Some(permit) = self.line.permit_now(self.priority).await?
        {
            return Ok(permit);
        }
        Err(self.line.too_long(ahead, self.priority).await?)
    }

    /// Sends nothing for this long, for a reason that no refused call told: a service under
    /// maintenance, an operator's wish.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pause(&self, length: Duration) -> Result<(), StoreError> {
        self.line.pause(length).await
    }

    /// The least time until a caller who asks now gets a permit, with those who wait before it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forecast(&self) -> Result<Duration, StoreError> {
        self.time_to_start(1).await
    }

    /// The least time until the last of so many calls can go out, behind those who wait before them;
    /// zero for none. It takes time in proportion to the calls.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn time_to_start(&self, calls: u32) -> Result<Duration, StoreError> {
        let Some(before_the_last) = calls.checked_sub(1) else {
            return Ok(Duration::ZERO);
        };
        let ahead = self
            .line
            .ahead(self.priority)
            .saturating_add(before_the_last);
        self.line.forecast(ahead, self.priority).await
    }

    /// How the budget stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.line.snapshot().await
    }
}

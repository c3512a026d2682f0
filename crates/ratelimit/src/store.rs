use std::error::Error;
use std::fmt::{self, Debug};
use std::time::Duration;

use async_trait::async_trait;

use crate::{Moment, Priority, PushBack, Snapshot, Wait};

/// Where permits live: in this process, in a file that several processes share, in a database that
/// many hosts share. One store is one budget.
///
/// The store owns the clock, so all times are lengths from now. An implementation answers as
/// [`RollingLog`](crate::RollingLog) would; the suite in `testing` (feature `testing`) checks that.
/// When a store cannot be reached it answers with an error and the caller does not send: too many
/// calls harm everyone who shares the service, waiting harms nobody.
///
/// Dropping the future of any method half-way must leave nothing worse behind than a permit that
/// counts for longer than needed.
#[async_trait]
pub trait PermitStore: Debug + Send + Sync + 'static {
    /// Takes a permit, charged to every window, or says what to wait for and charges nothing. That an
    /// interactive caller had to wait is remembered: batch callers leave it the policy's reserve.
    ///
    /// # Errors
    /// [`StoreError`]: no permit was taken, or one that its lease will refund.
    async fn acquire(&self, priority: Priority) -> Result<Turn, StoreError>;

    /// Marks a permit as used, durably, before any byte leaves. The caller gives up after `timeout`.
    ///
    /// # Errors
    /// [`StoreError`], among others when the permit's lease is over: nothing may be sent.
    async fn sent(&self, id: PermitId, timeout: Duration) -> Result<(), StoreError>;

    /// Records the response and, if the service refused the call for its rate, what it said.
    ///
    /// # Errors
    /// [`StoreError`]: the call counts until its deadline and grace instead.
    async fn complete(&self, id: PermitId, push_back: Option<PushBack>) -> Result<(), StoreError>;

    /// The holder is gone. A permit that was not sent is refunded: at once in memory, when its short
    /// lease ends in a store that would have to wait for it (this is called from `drop`, which
    /// cannot). One that was sent is not.
    fn abandon(&self, id: PermitId);

    /// Grants nothing for this long; a longer pause that is in force stays.
    ///
    /// # Errors
    /// [`StoreError`]: the pause may not be known to other users of the store.
    async fn pause(&self, length: Duration) -> Result<(), StoreError>;

    /// The least time until a caller of this priority with `ahead` others before it gets a permit.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forecast(&self, ahead: u32, priority: Priority) -> Result<Duration, StoreError>;

    /// How the budget stands.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn snapshot(&self) -> Result<Snapshot, StoreError>;

    /// Resolves when another user of the store may have brought a permit back or begun a pause since
    /// this store last answered; a limiter makes the future before it asks. It may resolve for no
    /// reason. One that is missed costs only time, if every [`Turn::AfterCompletion`] names a time to
    /// ask again.
    ///
    /// Never, by default: for a store that has no other users, or cannot hear them.
    async fn changed(&self) {
        std::future::pending().await
    }
}

/// A store's answer to a request for a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Go.
    Granted(PermitId),
    /// Ask again after this long.
    After(Duration),
    /// Ask again when a permit of this budget came back.
    AfterCompletion {
        /// No permit will be granted sooner than this, unless one that is out is dropped unsent.
        at_least: Duration,
        /// Ask again no later than this, because a call is given up then or because others may
        /// have brought a permit back unseen.
        at_most: Option<Duration>,
    },
}

impl Turn {
    /// A log's answer that there is none yet, told from the store's now.
    #[must_use]
    pub fn wait(wait: Wait, now: Moment) -> Self {
        match wait {
            Wait::Until(moment) => Self::After(moment.since(now)),
            Wait::Completion { not_before, expiry } => Self::AfterCompletion {
                at_least: not_before.since(now),
                at_most: expiry.map(|expiry| expiry.since(now)),
            },
        }
    }
}

/// Names a permit within its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PermitId(u64);

impl From<u64> for PermitId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<PermitId> for u64 {
    fn from(id: PermitId) -> Self {
        id.0
    }
}

impl fmt::Display for PermitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The store could not do it; nothing may be sent on its behalf.
#[derive(Debug, thiserror::Error)]
#[error("the permit store failed")]
pub struct StoreError {
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl StoreError {
    /// Wraps the store's own error, which is kept as the source.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: source.into(),
        }
    }
}

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{MutexGuard, Notify};
use tokio::time::{Instant, timeout_at};

use super::lane::{Lanes, Place};
use super::{AcquireError, Permit};
use crate::{PermitId, PermitStore, Priority, PushBack, Snapshot, StoreError, Turn};

/// Those who wait for a permit. The head of each lane is the only one of it who asks the store and
/// the only one with a timer. Everyone else costs a queue node.
#[derive(Debug)]
pub(super) struct Line {
    store: Arc<dyn PermitStore>,
    lanes: Lanes,
    /// Nothing is sent for a while: those with a deadline look at it again.
    paused: Notify,
}

type Head<'line> = MutexGuard<'line, ()>;

impl Line {
    pub(super) fn new(store: Arc<dyn PermitStore>) -> Self {
        Self {
            store,
            lanes: Lanes::default(),
            paused: Notify::new(),
        }
    }

    /// Joins the line, behind this many others.
    pub(super) fn join(&self, priority: Priority) -> (Place<'_>, u32) {
        self.lanes.join(priority)
    }

    pub(super) fn ahead(&self, priority: Priority) -> u32 {
        self.lanes.ahead(priority)
    }

    pub(super) async fn turn(&self, priority: Priority) -> Head<'_> {
        self.lanes.of(priority).head.lock().await
    }

    pub(super) fn turn_now(&self, priority: Priority) -> Option<Head<'_>> {
        self.lanes.of(priority).head.try_lock().ok()
    }

    /// Waits for the head of the lane until the deadline, or until a pause puts it out of reach.
    pub(super) async fn turn_by(
        &self,
        deadline: Instant,
        priority: Priority,
    ) -> Result<Head<'_>, AcquireError> {
        let mut turn = pin!(self.turn(priority));
        loop {
            let mut paused = pin!(self.paused.notified());
            let turn_or_pause = poll_fn(|context| {
                if let Poll::Ready(head) = turn.as_mut().poll(context) {
                    return Poll::Ready(Some(head));
                }
                paused.as_mut().poll(context).map(|()| None)
            });
            match timeout_at(deadline, turn_or_pause).await {
                Ok(Some(head)) => return Ok(head),
                Ok(None) => self.reachable(0, deadline, priority).await?,
                Err(_) => return Err(self.too_long(0, priority).await?),
            }
        }
    }

    /// Fails if the permit after `ahead` others cannot come by the deadline.
    pub(super) async fn reachable(
        &self,
        ahead: u32,
        deadline: Instant,
        priority: Priority,
    ) -> Result<(), AcquireError> {
        within(self.forecast(ahead, priority).await?, deadline)
    }

    /// A permit without waiting for one.
    pub(super) async fn permit_now(
        self: &Arc<Self>,
        priority: Priority,
    ) -> Result<Option<Permit>, StoreError> {
        let Some(rights) = self.lanes.rights(priority) else {
            return Ok(None);
        };
        Ok(match self.store.acquire(rights).await? {
            Turn::Granted(id) => Some(self.permit(id, priority)),
            Turn::After(_) | Turn::AfterCompletion { .. } => None,
        })
    }

    /// The permit of the lane's head, however long it takes.
    pub(super) async fn permit_at_the_head(
        self: &Arc<Self>,
        priority: Priority,
    ) -> Result<Permit, StoreError> {
        loop {
            // Made before the question, so that nothing that happens meanwhile is missed.
            let stirred = first(self.lanes.stirred.notified(), self.store.changed());
            let look_again = match self.ask(priority).await? {
                Asked::Granted(permit) => return Ok(permit),
                Asked::Wait { at_most, .. } => at_most,
            };
            match look_again.and_then(|wait| Instant::now().checked_add(wait)) {
                // Either way it is time to ask again.
                Some(by) => drop(timeout_at(by, stirred).await),
                None => stirred.await,
            }
        }
    }

    /// The permit of the lane's head, or an error as soon as it is certain that it comes too late.
    pub(super) async fn permit_at_the_head_by(
        self: &Arc<Self>,
        deadline: Instant,
        priority: Priority,
    ) -> Result<Permit, AcquireError> {
        loop {
            let stirred = first(self.lanes.stirred.notified(), self.store.changed());
            let look_again = match self.ask(priority).await? {
                Asked::Granted(permit) => return Ok(permit),
                Asked::Wait { at_least, at_most } => {
                    within(at_least, deadline)?;
                    at_most
                }
            };
            let by = look_again.and_then(|wait| Instant::now().checked_add(wait));
            let by = by.map_or(deadline, |by| by.min(deadline));
            if timeout_at(by, stirred).await.is_err() && by == deadline {
                return self.last_chance(priority).await;
            }
        }
    }

    async fn ask(self: &Arc<Self>, priority: Priority) -> Result<Asked, StoreError> {
        let Some(rights) = self.lanes.rights(priority) else {
            // The other lane's head asks, and stirs this one when it is served or leaves.
            return Ok(Asked::Wait {
                at_least: Duration::ZERO,
                at_most: None,
            });
        };
        Ok(match self.store.acquire(rights).await? {
            Turn::Granted(id) => Asked::Granted(self.permit(id, priority)),
            Turn::After(wait) => Asked::Wait {
                at_least: wait,
                at_most: Some(wait),
            },
            Turn::AfterCompletion { at_least, at_most } => Asked::Wait { at_least, at_most },
        })
    }

    /// The deadline has come: a permit now or none.
    async fn last_chance(self: &Arc<Self>, priority: Priority) -> Result<Permit, AcquireError> {
        match self.permit_now(priority).await? {
            Some(permit) => Ok(permit),
            None => Err(self.too_long(0, priority).await?),
        }
    }

    /// The refusal of a caller with `ahead` others before it.
    pub(super) async fn too_long(
        &self,
        ahead: u32,
        priority: Priority,
    ) -> Result<AcquireError, StoreError> {
        let wait = self.forecast(ahead, priority).await?;
        Ok(AcquireError::TooLong { wait })
    }

    fn permit(self: &Arc<Self>, id: PermitId, priority: Priority) -> Permit {
        self.lanes.served(priority);
        Permit::new(Arc::clone(self), id)
    }

    pub(super) async fn forecast(
        &self,
        ahead: u32,
        priority: Priority,
    ) -> Result<Duration, StoreError> {
        self.store.forecast(ahead, priority).await
    }

    pub(super) async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.store.snapshot().await
    }

    pub(super) async fn pause(&self, length: Duration) -> Result<(), StoreError> {
        self.store.pause(length).await?;
        self.tell_paused();
        Ok(())
    }

    pub(super) async fn sent(&self, id: PermitId, timeout: Duration) -> Result<(), StoreError> {
        self.store.sent(id, timeout).await?;
        // From now on the call has an expiry, which a head that waits for completions must know.
        self.lanes.stirred.notify_waiters();
        Ok(())
    }

    pub(super) async fn complete(
        &self,
        id: PermitId,
        push_back: Option<PushBack>,
    ) -> Result<(), StoreError> {
        self.store.complete(id, push_back).await?;
        match push_back {
            None => self.lanes.stirred.notify_waiters(),
            Some(_) => self.tell_paused(),
        }
        Ok(())
    }

    pub(super) fn abandon(&self, id: PermitId) {
        self.store.abandon(id);
        self.lanes.stirred.notify_waiters();
    }

    fn tell_paused(&self) {
        self.paused.notify_waiters();
        self.lanes.stirred.notify_waiters();
    }
}

/// What the head of a lane was told.
enum Asked {
    Granted(Permit),
    Wait {
        at_least: Duration,
        at_most: Option<Duration>,
    },
}

/// Resolves with the first of the two.
async fn first(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|context| {
        if one.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        other.as_mut().poll(context)
    })
    .await;
}

fn within(wait: Duration, deadline: Instant) -> Result<(), AcquireError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if wait > left {
        Err(AcquireError::TooLong { wait })
    } else {
        Ok(())
    }
}

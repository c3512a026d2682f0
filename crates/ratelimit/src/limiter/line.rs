use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, Notify};
use tokio::time::{Instant, timeout, timeout_at};

use super::{AcquireError, Permit};
use crate::{PermitId, PermitStore, PushBack, Snapshot, StoreError, Turn};

/// Those who wait for a permit. Tokio's mutex is fair, so its holder is the head of the line: the
/// only one who asks the store and the only one with a timer. Everyone else costs a queue node.
#[derive(Debug)]
pub(super) struct Line {
    store: Arc<dyn PermitStore>,
    head: Mutex<()>,
    waiting: AtomicU32,
    /// A permit came back: the head asks again.
    returned: Notify,
    /// Nothing is sent for a while: those with a deadline look at it again.
    paused: Notify,
}

/// A place in the line, given up when dropped.
pub(super) struct Place<'line>(&'line AtomicU32);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

type Head<'line> = MutexGuard<'line, ()>;

impl Line {
    pub(super) fn new(store: Arc<dyn PermitStore>) -> Self {
        Self {
            store,
            head: Mutex::new(()),
            waiting: AtomicU32::new(0),
            returned: Notify::new(),
            paused: Notify::new(),
        }
    }

    /// Joins the line, behind this many others.
    pub(super) fn join(&self) -> (Place<'_>, u32) {
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        (Place(&self.waiting), ahead)
    }

    pub(super) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) async fn turn(&self) -> Head<'_> {
        self.head.lock().await
    }

    pub(super) fn turn_now(&self) -> Option<Head<'_>> {
        self.head.try_lock().ok()
    }

    /// Waits for the head of the line until the deadline, or until a pause puts it out of reach.
    pub(super) async fn turn_by(&self, deadline: Instant) -> Result<Head<'_>, AcquireError> {
        let mut turn = pin!(self.head.lock());
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
                Ok(None) => self.reachable(0, deadline).await?,
                Err(_) => {
                    return Err(AcquireError::TooLong {
                        wait: self.forecast(0).await?,
                    });
                }
            }
        }
    }

    /// Fails if the permit after `ahead` others cannot come by the deadline.
    pub(super) async fn reachable(
        &self,
        ahead: u32,
        deadline: Instant,
    ) -> Result<(), AcquireError> {
        within(self.forecast(ahead).await?, deadline)
    }

    pub(super) async fn permit_now(self: &Arc<Self>) -> Result<Option<Permit>, StoreError> {
        Ok(match self.store.acquire().await? {
            Turn::Granted(id) => Some(Permit::new(Arc::clone(self), id)),
            Turn::After(_) | Turn::AfterCompletion { .. } => None,
        })
    }

    pub(super) async fn permit_at_the_head(self: &Arc<Self>) -> Result<Permit, StoreError> {
        loop {
            // Created before the question, so that no answer given meanwhile is missed.
            let returned = self.returned.notified();
            match self.store.acquire().await? {
                Turn::Granted(id) => return Ok(Permit::new(Arc::clone(self), id)),
                Turn::After(wait)
                | Turn::AfterCompletion {
                    at_most: Some(wait),
                    ..
                } => {
                    // Either way it is time to ask again.
                    let _ = timeout(wait, returned).await;
                }
                Turn::AfterCompletion { at_most: None, .. } => returned.await,
            }
        }
    }

    pub(super) async fn permit_at_the_head_by(
        self: &Arc<Self>,
        deadline: Instant,
    ) -> Result<Permit, AcquireError> {
        loop {
            let returned = self.returned.notified();
            let look_again = match self.store.acquire().await? {
                Turn::Granted(id) => return Ok(Permit::new(Arc::clone(self), id)),
                Turn::After(wait) => {
                    within(wait, deadline)?;
                    Some(wait)
                }
                Turn::AfterCompletion { at_least, at_most } => {
                    within(at_least, deadline)?;
                    at_most
                }
            };
            let by = look_again.and_then(|wait| Instant::now().checked_add(wait));
            let by = by.map_or(deadline, |by| by.min(deadline));
            if timeout_at(by, returned).await.is_err() && by == deadline {
                return self.last_chance().await;
            }
        }
    }

    /// The deadline has come: a permit now or none.
    async fn last_chance(self: &Arc<Self>) -> Result<Permit, AcquireError> {
        match self.permit_now().await? {
            Some(permit) => Ok(permit),
            None => Err(AcquireError::TooLong {
                wait: self.forecast(0).await?,
            }),
        }
    }

    pub(super) async fn forecast(&self, ahead: u32) -> Result<Duration, StoreError> {
        self.store.forecast(ahead).await
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
        self.returned.notify_waiters();
        Ok(())
    }

    pub(super) async fn complete(
        &self,
        id: PermitId,
        push_back: Option<PushBack>,
    ) -> Result<(), StoreError> {
        self.store.complete(id, push_back).await?;
        match push_back {
            None => self.returned.notify_waiters(),
            Some(_) => self.tell_paused(),
        }
        Ok(())
    }

    pub(super) fn abandon(&self, id: PermitId) {
        self.store.abandon(id);
        self.returned.notify_waiters();
    }

    fn tell_paused(&self) {
        self.paused.notify_waiters();
        self.returned.notify_waiters();
    }
}

fn within(wait: Duration, deadline: Instant) -> Result<(), AcquireError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if wait > left {
        Err(AcquireError::TooLong { wait })
    } else {
        Ok(())
    }
}

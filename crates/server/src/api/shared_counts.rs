//! Calls counted in the store, with the other servers on it.
//!
//! The store decides, by one log and one clock, and that costs a transaction. Calls of one
//! application that come while another of its calls is being counted go together into the next
//! one; and while the store has said that a window is full, nothing is asked: whatever other
//! servers admit, it stays full until then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quell_ratelimit::{Quota, Verdict};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::store::record::Caller;
use crate::store::{Store, StoreError};

/// The most full windows that are remembered; beyond that the store is asked.
const MAX_FULL: usize = 10_000;

/// The counts of the operations of one rate.
#[derive(Clone, Debug)]
pub(super) struct SharedCounts {
    store: Arc<dyn Store>,
    quota: Quota,
    known: Arc<Mutex<Known>>,
}

type Waiting = oneshot::Sender<Result<Verdict, StoreError>>;

#[derive(Debug, Default)]
struct Known {
    /// Who is being counted now, and who waits for the next time.
    waiting: HashMap<Caller, Vec<Waiting>>,
    full: HashMap<Caller, Full>,
}

/// A window that is full for some time yet.
#[derive(Clone, Copy, Debug)]
struct Full {
    until: Instant,
    refusal: Verdict,
    told: Instant,
}

impl SharedCounts {
    pub(super) fn new(store: Arc<dyn Store>, quota: Quota) -> Self {
        Self {
            store,
            quota,
            known: Arc::default(),
        }
    }

    /// Counts a call or refuses it.
    pub(super) async fn check(&self, caller: Caller) -> Result<Verdict, StoreError> {
        match self.ask(caller) {
            Asked::Known(verdict) => Ok(verdict),
            Asked::Waits(answer) => answer.await.map_err(|_| gone())?,
        }
    }

    fn ask(&self, caller: Caller) -> Asked {
        let mut known = self.lock();
        if let Some(full) = known.full.get(&caller)
            && let Some(verdict) = full.now(Instant::now())
        {
            return Asked::Known(verdict);
        }
        let (send, receive) = oneshot::channel();
        match known.waiting.get_mut(&caller) {
            Some(waiting) => waiting.push(send),
            None => {
                known.waiting.insert(caller.clone(), vec![send]);
                // On its own, so that no caller who goes away leaves the others without an answer.
                tokio::spawn(self.clone().count(caller));
            }
        }
        Asked::Waits(receive)
    }

    /// Counts until nobody waits.
    async fn count(self, caller: Caller) {
        while let Some(waiting) = self.next(&caller) {
            let calls = waiting.len();
            let counted = self
                .store
                .count_calls(caller.clone(), self.quota.clone(), calls)
                .await;
            match counted {
                Ok(verdicts) => {
                    self.remember(&caller, verdicts.last());
                    for (waiting, verdict) in waiting.into_iter().zip(verdicts) {
                        drop(waiting.send(Ok(verdict)));
                    }
                }
                Err(error) => {
                    for waiting in waiting {
                        drop(waiting.send(Err(StoreError::Unavailable(error.to_string()))));
                    }
                }
            }
        }
    }

    /// Who waits now; when nobody does, this caller is not counted any more.
    fn next(&self, caller: &Caller) -> Option<Vec<Waiting>> {
        let mut known = self.lock();
        let waiting = std::mem::take(known.waiting.get_mut(caller)?);
        if waiting.is_empty() {
            known.waiting.remove(caller);
            return None;
        }
        Some(waiting)
    }

    fn remember(&self, caller: &Caller, last: Option<&Verdict>) {
        let mut known = self.lock();
        known.full.remove(caller);
        let now = Instant::now();
        if known.full.len() >= MAX_FULL {
            known.full.retain(|_, full| full.until > now);
        }
        if let Some(
            refusal @ Verdict::Refused {
                retry_after_seconds,
                ..
            },
        ) = last
            && known.full.len() < MAX_FULL
        {
            // What is told is rounded up; the window may be free less than a second earlier.
            let surely = Duration::from_secs(retry_after_seconds.saturating_sub(1));
            let full = Full {
                until: now + surely,
                refusal: *refusal,
                told: now,
            };
            known.full.insert(caller.clone(), full);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Asked {
    Known(Verdict),
    Waits(oneshot::Receiver<Result<Verdict, StoreError>>),
}

impl Full {
    /// The refusal, with the time that is left; `None` when the window may be free.
    fn now(&self, now: Instant) -> Option<Verdict> {
        let Verdict::Refused {
            window,
            retry_after_seconds,
        } = self.refusal
        else {
            return None;
        };
        let passed = now.duration_since(self.told).as_secs();
        (now < self.until).then(|| Verdict::Refused {
            window,
            retry_after_seconds: retry_after_seconds.saturating_sub(passed).max(1),
        })
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the count was given up".to_owned())
}

//! What came back while the database was away, written when it is there again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quell_ratelimit::{Moment, PermitId, PushBack, RollingLog};

use crate::budget::{Decided, Opened, decisions};
use crate::journal::{Entering, IntentId, Settlement};

/// The most that is remembered. A permit whose return is forgotten counts until its deadline and
/// grace instead.
const MOST: usize = 4096;

/// A permit that came back, and what became of its intent.
#[derive(Debug, Clone)]
pub(super) struct Returned {
    pub(super) budget: Arc<Opened>,
    pub(super) permit: PermitId,
    pub(super) push_back: Option<PushBack>,
    pub(super) settled: Option<(IntentId, Settlement)>,
}

#[derive(Debug, Default)]
pub(super) struct Outbox(Mutex<VecDeque<Returned>>);

impl Outbox {
    /// Whether it is the first: somebody has to see to it then.
    pub(super) fn add(&self, returned: Returned) -> bool {
        let mut waiting = self.waiting();
        if waiting.len() >= MOST {
            waiting.pop_front();
        }
        waiting.push_back(returned);
        waiting.len() == 1
    }

    pub(super) fn first(&self) -> Option<Returned> {
        self.waiting().front().cloned()
    }

    /// The first was written.
    pub(super) fn written(&self, permit: PermitId) {
        let mut waiting = self.waiting();
        if waiting.front().is_some_and(|first| first.permit == permit) {
            waiting.pop_front();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Returned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Returned {
    /// Brings the permit back, now. One that is not out any more was written after all before the
    /// answer to that was lost, or it was given up, and counts from then; its push-back still holds.
    pub(super) fn bring_back(self, log: &mut RollingLog, now: Moment) -> Decided<()> {
        // Brings the log up to now: a permit whose time is over is not out any more.
        let _ = log.snapshot(now);
        let is_out = log.state().open.iter().any(|open| open.id == self.permit);
        if is_out || self.push_back.is_some() {
            return decisions::end(log, self.permit, self.push_back, self.settled, now);
        }
        let settled = self.settled;
        Decided {
            answer: (),
            entering: settled.map(|(id, settlement)| Entering::Settlement(id, settlement)),
        }
    }
}

//! One budget in the hands of one user: its policy, and what was last read of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quell_ratelimit::{BudgetName, Change, LogState, Moment, Policy, RollingLog};

use crate::StateError;
use crate::clock::Stamp;
use crate::journal::Entering;
use crate::stored::Standing;

/// How long a permit may stay unsent where the policy does not say: it is for the time between the
/// permit and the first byte.
const LEASE: Duration = Duration::from_secs(30);

/// A budget that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) id: i64,
    pub(crate) policy: Policy,
    last_read: Mutex<Option<Loaded>>,
    /// [`Standing::stirred`] as it was at the last answer.
    seen: AtomicI64,
}

/// The budgets that were opened, so that each is found, and read, once.
#[derive(Debug, Default)]
pub(crate) struct Openings(Mutex<HashMap<BudgetName, Arc<Opened>>>);

impl Openings {
    /// The budget, if it was opened under this policy.
    pub(crate) fn find(&self, name: &BudgetName, policy: &Policy) -> Option<Arc<Opened>> {
        let policy = with_lease(policy);
        let openings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = openings.get(name).filter(|opened| opened.policy == policy);
        opened.map(Arc::clone)
    }

    /// The budget with this number, opened under this policy.
    pub(crate) fn add(&self, id: i64, name: BudgetName, policy: &Policy) -> Arc<Opened> {
        let opened = Arc::new(Opened::new(id, with_lease(policy)));
        let mut openings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        openings.insert(name, Arc::clone(&opened));
        opened
    }
}

/// A store that outlives its users takes back what they leave behind.
fn with_lease(policy: &Policy) -> Policy {
    match policy.lease_length() {
        Some(_) => policy.clone(),
        None => policy.clone().lease(LEASE),
    }
}

/// A budget as it was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) standing: Standing,
    log: RollingLog,
}

/// What is to be written of a decision.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) changes: Vec<Change>,
    /// Whether anything is.
    pub(crate) writes: bool,
}

/// A decision's answer, and what to write into the journal with it.
#[derive(Debug)]
pub(crate) struct Decided<T> {
    pub(crate) answer: T,
    pub(crate) entering: Option<Entering>,
}

impl<T> From<T> for Decided<T> {
    fn from(answer: T) -> Self {
        Self {
            answer,
            entering: None,
        }
    }
}

impl Opened {
    fn new(id: i64, policy: Policy) -> Self {
        Self {
            id,
            policy,
            last_read: Mutex::new(None),
            seen: AtomicI64::new(0),
        }
    }

    /// The most completions that this user's windows can ask about.
    pub(crate) fn most_completions(&self) -> i64 {
        let windows = self.policy.quota().windows().iter();
        windows
            .map(|window| i64::from(window.limit()))
            .max()
            .unwrap_or(0)
    }

    /// What was last read, if it is still of this revision. It is taken out: unless it is
    /// [kept](Self::keep) again, because what was made of it is durable, it is forgotten.
    pub(crate) fn take(&self, revision: i64) -> Option<Loaded> {
        let loaded = self.last_read().take();
        loaded.filter(|loaded| loaded.standing.revision == revision)
    }

    pub(crate) fn keep(&self, loaded: Loaded) {
        self.seen.store(loaded.standing.stirred, Ordering::Relaxed);
        *self.last_read() = Some(loaded);
    }

    /// What was kept was not committed after all.
    #[cfg(feature = "sqlite")]
    pub(crate) fn forget(&self) {
        self.last_read().take();
    }

    /// Whether somebody has written since the last answer what may change the next.
    #[cfg(feature = "sqlite")]
    pub(crate) fn is_stirred(&self, stirred: i64) -> bool {
        self.seen.load(Ordering::Relaxed) != stirred
    }

    fn last_read(&self) -> std::sync::MutexGuard<'_, Option<Loaded>> {
        self.last_read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loaded {
    pub(crate) fn new(policy: &Policy, standing: Standing, state: &LogState) -> Self {
        Self {
            standing,
            log: RollingLog::resume(policy.clone(), state),
        }
    }

    /// Asks the log, and follows it.
    pub(crate) fn decide<T>(
        &mut self,
        now: Stamp,
        decide: impl FnOnce(&mut RollingLog, Moment) -> Decided<T>,
    ) -> Result<(Decided<T>, Step), StateError> {
        let moved = self.standing.anchor()?.moved_to(now);
        let decided = decide(&mut self.log, moved.anchor.moment);
        let changes = self.log.take_changes();
        let writes = moved.must_keep || !changes.is_empty();
        if writes {
            self.standing.follow_clock(moved.anchor);
            self.standing.revision = self.standing.revision.wrapping_add(1);
            changes
                .iter()
                .for_each(|change| self.standing.follow(change));
        }
        Ok((decided, Step { changes, writes }))
    }
}

/// The decisions that stores ask for, the same for each.
pub(crate) mod decisions {
    use std::time::Duration;

    use quell_ratelimit::{Decision, Moment, PermitId, Priority, PushBack, RollingLog, Turn};

    use super::Decided;
    use crate::journal::{Entering, Intent, IntentId, Settlement};

    pub(crate) fn acquire(log: &mut RollingLog, priority: Priority, now: Moment) -> Turn {
        match log.acquire(priority, now) {
            Decision::Granted(id) => Turn::Granted(id),
            Decision::Wait(wait) => Turn::wait(wait, now),
        }
    }

    pub(crate) fn abandon(log: &mut RollingLog, id: PermitId, now: Moment) -> Decided<()> {
        log.abandon(id, now);
        ().into()
    }

    /// A permit that is sent at once, and the intent that it is for.
    pub(crate) fn begin(
        log: &mut RollingLog,
        intent: Intent,
        priority: Priority,
        timeout: Duration,
        now: Moment,
    ) -> Decided<Turn> {
        let turn = acquire(log, priority, now);
        let sent = match turn {
            Turn::Granted(id) => log.sent(id, now + timeout, now).is_ok(),
            Turn::After(_) | Turn::AfterCompletion { .. } => false,
        };
        Decided {
            answer: turn,
            entering: sent.then_some(Entering::Intent(intent)),
        }
    }

    /// A permit that comes back, and what became of its intent, if it was for one.
    pub(crate) fn end(
        log: &mut RollingLog,
        permit: PermitId,
        push_back: Option<PushBack>,
        settled: Option<(IntentId, Settlement)>,
        now: Moment,
    ) -> Decided<()> {
        match push_back {
            None => log.complete(permit, now),
            Some(push_back) => log.refused(permit, &push_back, now),
        }
        Decided {
            answer: (),
            entering: settled.map(|(id, settlement)| Entering::Settlement(id, settlement)),
        }
    }
}

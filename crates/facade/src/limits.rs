//! One budget for each operation.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use quell_model::OperationInfo;
use quell_ratelimit::{Limiter, Policy, Quota, QuotaError, Window};

/// At most so many calls of an operation at once: what a service that refuses all of
/// a sudden can refuse.
const IN_FLIGHT: usize = 20;

/// How often each operation may be called.
///
/// The default is the [documented](Self::documented) limits, kept exactly, whatever
/// the delays. Budgets are shared by a client and all its clones, not by two clients
/// that were built separately: build one for each application and tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(Option<Policy>);

impl Limits {
    /// What the API documents for each operation: 100 calls in a minute and 1,500 in
    /// an hour, at once, for each application and tenant.
    ///
    /// No more than 20 calls of an operation are under way at a time; none waits for
    /// another's sake otherwise. When the service refuses all the same, every call of
    /// the operation pauses for as long as it says, and the limits stay as they are:
    /// somebody who makes a call now and then cannot tell from one refusal what
    /// others use. A campaign can, see [`Policy::learning`] and [`Policy::spacing`].
    #[must_use]
    pub fn documented() -> Self {
        Self(None)
    }

    /// The same policy for each operation, for a service with limits of its own.
    #[must_use]
    pub fn each(policy: impl Into<Policy>) -> Self {
        Self(Some(policy.into()))
    }

    fn policy_for(&self, operation: &OperationInfo) -> Result<Policy, QuotaError> {
        match &self.0 {
            Some(policy) => Ok(policy.clone()),
            None => documented(operation),
        }
    }
}

fn documented(operation: &OperationInfo) -> Result<Policy, QuotaError> {
    let windows: Result<Vec<Window>, QuotaError> = operation
        .rate
        .windows
        .iter()
        .map(|window| Window::new(window.calls, window.period))
        .collect();
    Ok(Policy::new(Quota::new(windows?)?).max_in_flight(IN_FLIGHT))
}

/// The limiters of a client, made when an operation is first called.
#[derive(Debug)]
pub(crate) struct Limiters {
    limits: Limits,
    made: Mutex<HashMap<&'static str, Limiter>>,
}

impl Limiters {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            made: Mutex::new(HashMap::new()),
        }
    }

    /// The operation's limiter. Clones of it share one budget and one queue.
    ///
    /// # Errors
    ///
    /// If the contract's own figures are no quota.
    pub(crate) fn of(&self, operation: &OperationInfo) -> Result<Limiter, QuotaError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limiter) = made.get(operation.name) {
            return Ok(limiter.clone());
        }
        let limiter = Limiter::new(self.limits.policy_for(operation)?);
        made.insert(operation.name, limiter.clone());
        Ok(limiter)
    }
}

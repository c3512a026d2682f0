//! One budget for each operation.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quell_model::OperationInfo;
use quell_ratelimit::{
    BudgetName, Budgets, Limiter, Policy, Quota, QuotaError, StoreError, Window,
};

/// At most so many calls of an operation at once: what a service that refuses all of
/// a sudden can refuse.
const IN_FLIGHT: usize = 20;

/// How often each operation may be called.
///
/// The default is the [documented](Self::documented) limits, kept exactly, whatever
/// the delays. Budgets are shared by a client and all its clones, not by two clients
/// that were built separately: build one for each application and tenant, or keep the
/// budgets of all of them in one place with [`shared`](Self::shared).
///
/// ```
/// use quell::Limits;
/// use quell::ratelimit::Share;
///
/// // Others use this application too: leave them a fifth of every window.
/// let polite = Limits::documented().adjusted(|policy| policy.share(Share::fraction(0.8)));
/// ```
#[derive(Clone, Default)]
pub struct Limits {
    policy: Option<Policy>,
    adjusted: Option<Arc<Adjustment>>,
    shared: Option<Shared>,
}

type Adjustment = dyn Fn(Policy) -> Policy + Send + Sync;

/// Where budgets are kept that outlive or reach beyond this process, and whose they are.
#[derive(Clone, Debug)]
struct Shared {
    budgets: Arc<dyn Budgets>,
    tenant: String,
    application: String,
}

impl Limits {
    /// What the API documents for each operation, at once, for each application and tenant: 100
    /// calls in a minute and 1,500 in an hour for most of them.
    ///
    /// No more than 20 calls of an operation are under way at a time; none waits for
    /// another's sake otherwise. When the service refuses all the same, every call of
    /// the operation pauses for as long as it says, and the limits shrink for a while to what it
    /// seems to take (see [`Policy::learning`]).
    #[must_use]
    pub fn documented() -> Self {
        Self::default()
    }

    /// The same policy for each operation, for a service with limits of its own.
    #[must_use]
    pub fn each(policy: impl Into<Policy>) -> Self {
        Self {
            policy: Some(policy.into()),
            ..Self::default()
        }
    }

    /// The documented limits, counted together with everybody else who uses these budgets for the
    /// same application in the same tenant: other processes, other hosts.
    ///
    /// If the budgets cannot be reached nothing is sent, and calls fail with
    /// [`ErrorKind::Store`](crate::ErrorKind::Store): to send uncounted would harm everyone who
    /// shares the quota.
    #[must_use]
    pub fn shared(
        budgets: Arc<dyn Budgets>,
        tenant: impl Into<String>,
        application: impl Into<String>,
    ) -> Self {
        Self::documented().kept_in(budgets, tenant, application)
    }

    /// The same limits, kept in these budgets; see [`shared`](Self::shared).
    #[must_use]
    pub fn kept_in(
        mut self,
        budgets: Arc<dyn Budgets>,
        tenant: impl Into<String>,
        application: impl Into<String>,
    ) -> Self {
        self.shared = Some(Shared {
            budgets,
            tenant: tenant.into(),
            application: application.into(),
        });
        self
    }

    /// The same limits, with each operation's policy changed: a share for others, a reserve, spacing.
    #[must_use]
    pub fn adjusted(mut self, adjust: impl Fn(Policy) -> Policy + Send + Sync + 'static) -> Self {
        self.adjusted = Some(match self.adjusted.take() {
            None => Arc::new(adjust),
            Some(earlier) => Arc::new(move |policy| adjust(earlier(policy))),
        });
        self
    }

    fn policy_for(&self, operation: &OperationInfo) -> Result<Policy, QuotaError> {
        let policy = match &self.policy {
            Some(policy) => policy.clone(),
            None => documented(operation)?,
        };
        Ok(match &self.adjusted {
            Some(adjust) => adjust(policy),
            None => policy,
        })
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits")
            .field("policy", &self.policy)
            .field("adjusted", &self.adjusted.is_some())
            .field("shared", &self.shared)
            .finish()
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

/// Why an operation has no limiter.
#[derive(Debug)]
pub(crate) enum NoLimiter {
    /// The contract's own figures are no quota.
    Quota(QuotaError),
    /// The budget cannot be opened.
    Store(StoreError),
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
    pub(crate) async fn of(&self, operation: &OperationInfo) -> Result<Limiter, NoLimiter> {
        if let Some(limiter) = self.made().get(operation.name) {
            return Ok(limiter.clone());
        }
        let new = self.open(operation).await?;
        // Whoever came first while we opened it has the line that all stand in.
        Ok(self.made().entry(operation.name).or_insert(new).clone())
    }

    async fn open(&self, operation: &OperationInfo) -> Result<Limiter, NoLimiter> {
        let policy = self
            .limits
            .policy_for(operation)
            .map_err(NoLimiter::Quota)?;
        let Some(shared) = &self.limits.shared else {
            return Ok(Limiter::new(policy));
        };
        let name = BudgetName::new(&shared.tenant, &shared.application, operation.name);
        let store = shared.budgets.open(&name, &policy).await;
        Ok(Limiter::with_store(store.map_err(NoLimiter::Store)?))
    }

    fn made(&self) -> MutexGuard<'_, HashMap<&'static str, Limiter>> {
        // Nothing panics while it is held.
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

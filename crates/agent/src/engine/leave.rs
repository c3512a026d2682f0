//! What an order may do on this machine, by its policy.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use quell_protocol::{Order, Verb};

use super::{Engine, EngineError};
use crate::find::Scope;
use crate::plan::State;
use crate::policy::{Policy, Refusal as PolicyRefusal, Rule};

/// What one order may do.
pub(super) struct Leave {
    pub(super) policy: Arc<Policy>,
    /// Why what is found is only told, if it is.
    pub(super) only_told: Option<PolicyRefusal>,
}

/// What one order is carried out under.
pub(super) struct Terms {
    pub(super) leave: Leave,
    pub(super) scope: Scope,
}

impl Engine {
    /// What an order may do, if this machine lets it begin.
    pub(super) fn admit(&self, order: &Order) -> Result<Result<Leave, PolicyRefusal>, EngineError> {
        let id = &order.action_id;
        let goes_on = self.journal.is_admitted(id)?
            || self.journal.is_cancelled(id)?
            || self.journal.state(id)? != State::Accepted
            || matches!(order.verb, Verb::CancelAction);
        if goes_on {
            return Ok(Ok(self.begun_under()));
        }
        let policy = match self.policy.rule().policy() {
            Ok(policy) => Arc::clone(policy),
            Err(refusal) => return Ok(Err(refusal)),
        };
        let gives_back = matches!(order.verb, Verb::RestoreFile { .. });
        if policy.dry_run_only && gives_back {
            return Ok(Err(PolicyRefusal::DryRunOnly));
        }
        let admitted = self
            .journal
            .admit(id, unix_seconds(), |recent| policy.admit(recent))?;
        Ok(admitted.map(|()| Leave::under(policy)))
    }

    /// What was begun is ended. Under a policy that cannot be relied on by now nothing further is
    /// touched for it: what was taken is brought into the vault, and what is found is only told.
    pub(super) fn begun_under(&self) -> Leave {
        match self.policy.rule() {
            Rule::Holds(policy) => Leave::under(policy),
            Rule::Unreliable(why) => Leave {
                policy: Arc::default(),
                only_told: Some(PolicyRefusal::NothingFurther(why.to_string())),
            },
        }
    }

    pub(super) fn terms(&self, leave: Leave) -> Terms {
        let mut scope = self.config.scope.clone();
        scope.roots = leave.policy.narrow(&scope.roots);
        Terms { leave, scope }
    }
}

impl Leave {
    fn under(policy: Arc<Policy>) -> Self {
        let only_told = policy.dry_run_only.then_some(PolicyRefusal::DryRunOnly);
        Self { policy, only_told }
    }
}

fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

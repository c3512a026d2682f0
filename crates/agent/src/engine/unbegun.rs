//! Orders that end without having been begun.

use quell_model::Sha1;
use quell_protocol::{ActionResult, FailureReason, Order, Phase, Refusal, Verdict};

use super::{Engine, EngineError, announce, degraded};
use crate::journal::TakenUp;
use crate::policy::Refusal as PolicyRefusal;

impl Engine {
    /// The answer to an order that this machine's policy does not let begin.
    pub(super) fn refuse(
        &self,
        order: &Order,
        refusal: &PolicyRefusal,
    ) -> Result<Phase, EngineError> {
        match order.verb.sha1() {
            None => Ok(Phase::InProgress),
            Some(sha1) => self.fail(order, sha1, refusal.reason(), &refusal.to_string()),
        }
    }

    /// The answer to an order that is none to do anything, or that cannot be done here.
    pub(super) fn unable(&self, order: &Order) -> Result<Phase, EngineError> {
        match order.verb.sha1() {
            None => Ok(Phase::InProgress),
            Some(sha1) => self.fail(order, sha1, FailureReason::Internal, "there is no vault"),
        }
    }

    /// Ends an order that came too late: it was taken up in time, but it could not be begun before.
    /// One that is known to have ended stays as it is.
    ///
    /// # Errors
    /// When the journal cannot be used.
    pub fn expire(&self, order: &Order) -> Result<Phase, EngineError> {
        if let TakenUp::Done(phase) = self.journal.take_up(order)? {
            return Ok(phase);
        }
        match order.verb.sha1() {
            None => Ok(Phase::InProgress),
            Some(sha1) => {
                let why = Refusal::Expired.to_string();
                self.fail(order, sha1, FailureReason::Expired, &why)
            }
        }
    }

    fn fail(
        &self,
        order: &Order,
        sha1: Sha1,
        reason: FailureReason,
        why: &str,
    ) -> Result<Phase, EngineError> {
        let message = why.to_owned();
        let result = ActionResult {
            degraded: degraded(),
            ..ActionResult::new(sha1, Verdict::Failed { reason, message })
        };
        let phase = Phase::finished(result);
        self.journal.conclude(&order.action_id, &phase)?;
        announce::announce(&phase);
        Ok(phase)
    }
}

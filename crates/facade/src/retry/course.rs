use std::time::Duration;

use super::{Budget, Event, Jitter, Repetition, RetryPolicy, Ruling, in_doubt, rule};
use crate::Outcome;

/// One call's way through the [table](super::rule): what has happened so far, and so
/// what may happen next.
#[derive(Debug)]
pub(crate) struct Course<'a> {
    repetition: Repetition,
    policy: RetryPolicy,
    budget: &'a Budget,
    jitter: &'a Jitter,
    attempts: u32,
    failures: u32,
    token_renewed: bool,
}

/// What the caller does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Read the answer.
    Accept,
    /// Drop the token, then send again.
    RenewToken,
    /// Send again as soon as there is a permit.
    SendAgain,
    /// Send again after this wait.
    SendAgainAfter(Duration),
    /// Give up.
    Stop(Outcome),
}

impl<'a> Course<'a> {
    pub(crate) const fn new(
        repetition: Repetition,
        policy: RetryPolicy,
        budget: &'a Budget,
        jitter: &'a Jitter,
    ) -> Self {
        Self {
            repetition,
            policy,
            budget,
            jitter,
            attempts: 0,
            failures: 0,
            token_renewed: false,
        }
    }

    /// How many requests left, or tried to.
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What to do after an attempt; `hint` is the wait that the service asked for.
    pub(crate) fn after(&mut self, event: Event, hint: Option<Duration>) -> Step {
        self.attempts = self.attempts.saturating_add(1);
        match rule(event, self.repetition) {
            Ruling::Accept => {
                self.budget.refund();
                Step::Accept
            }
            Ruling::RenewToken if self.token_renewed => Step::Stop(Outcome::NotPerformed),
            Ruling::RenewToken => {
                self.token_renewed = true;
                Step::RenewToken
            }
            Ruling::RepeatWhenPermitted => Step::SendAgain,
            Ruling::RepeatLater => self.repeat_or(hint, Outcome::NotPerformed),
            Ruling::Stop(outcome) => Step::Stop(outcome),
        }
    }

    /// What to do after there was no token, for a reason that may pass.
    pub(crate) fn after_missing_token(&mut self, hint: Option<Duration>) -> Step {
        self.repeat_or(hint, Outcome::NotPerformed)
    }

    /// The outcome of a call that is given up while its request is on the way.
    pub(crate) const fn abandoned(&mut self) -> Outcome {
        self.attempts = self.attempts.saturating_add(1);
        in_doubt(self.repetition)
    }

    fn repeat_or(&mut self, hint: Option<Duration>, otherwise: Outcome) -> Step {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= self.policy.max_attempts() || !self.budget.pay() {
            return Step::Stop(otherwise);
        }
        let own = || {
            self.policy
                .wait_after(self.failures, self.jitter.fraction())
        };
        Step::SendAgainAfter(hint.unwrap_or_else(own))
    }
}

#[cfg(test)]
mod tests {
    use quell_transport::TransportErrorKind;

    use super::*;

    const READ: Repetition = Repetition::Harmless;
    const ACTION: Repetition = Repetition::ActsAgain;

    fn steps(repetition: Repetition, events: &[Event]) -> Vec<Step> {
        let (budget, jitter) = (Budget::default(), Jitter::seeded(7));
        let mut course = Course::new(repetition, RetryPolicy::default(), &budget, &jitter);
        events
            .iter()
            .map(|event| course.after(*event, None))
            .collect()
    }

    #[test]
    fn a_second_401_ends_it() {
        let step = steps(ACTION, &[Event::Answered(401), Event::Answered(401)]);
        assert_eq!(step, [Step::RenewToken, Step::Stop(Outcome::NotPerformed)]);
    }

    #[test]
    fn the_fourth_failure_ends_it() {
        let step = steps(READ, &[Event::Answered(503); 4]);
        assert!(matches!(step[2], Step::SendAgainAfter(wait)
            if (Duration::from_secs(2)..=Duration::from_secs(4)).contains(&wait)));
        assert_eq!(step[3], Step::Stop(Outcome::NotPerformed));
    }

    #[test]
    fn refusals_for_the_rate_use_up_no_attempt() {
        let step = steps(ACTION, &[Event::Answered(429); 20]);
        assert!(step.iter().all(|step| *step == Step::SendAgain));
    }

    #[test]
    fn an_action_is_repeated_only_while_it_provably_was_not_sent() {
        let events = [
            Event::Failed(TransportErrorKind::Connect),
            Event::Failed(TransportErrorKind::Interrupted),
        ];
        let step = steps(ACTION, &events);
        assert!(matches!(step[0], Step::SendAgainAfter(_)));
        assert_eq!(step[1], Step::Stop(Outcome::Unknown));
    }

    #[test]
    fn the_service_decides_how_long_to_wait_if_it_says_so() {
        let (budget, jitter) = (Budget::default(), Jitter::seeded(7));
        let mut course = Course::new(READ, RetryPolicy::default(), &budget, &jitter);
        let hint = Duration::from_secs(77);
        assert_eq!(
            course.after(Event::Answered(503), Some(hint)),
            Step::SendAgainAfter(hint)
        );
    }

    #[test]
    fn calls_that_share_a_budget_stop_repeating_together() {
        let (budget, jitter) = (Budget::default(), Jitter::seeded(7));
        let repeated = (0..30)
            .filter(|_| {
                let mut course = Course::new(READ, RetryPolicy::default(), &budget, &jitter);
                matches!(
                    course.after(Event::Answered(500), None),
                    Step::SendAgainAfter(_)
                )
            })
            .count();
        assert_eq!(repeated, 10);
    }
}

use super::RollingLog;
use crate::{Moment, Priority};

/// What to wait for before asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// This moment; unless others ask first, the answer will then be yes. A completion changes
    /// nothing about it, a refund may. (After refusals were learned from, it may be a moment at
    /// which a limit is given back, and while an interactive call waits one at which that is over;
    /// the answer may then be a new one.)
    Until(Moment),
    /// A permit that is out has to come back first.
    Completion {
        /// No permit will be granted before this, unless one that is out is dropped unsent or a policy
        /// that allows more is set.
        not_before: Moment,
        /// When to ask again at the latest: the first of the calls in flight is given up then.
        expiry: Option<Moment>,
    },
}

impl Wait {
    /// No permit comes sooner.
    pub(super) fn least(self) -> Moment {
        match self {
            Self::Until(moment)
            | Self::Completion {
                not_before: moment, ..
            } => moment,
        }
    }

    fn but_ask_by(self, by: Moment) -> Self {
        match self {
            Self::Until(moment) => Self::Until(moment.min(by)),
            Self::Completion { not_before, expiry } => Self::Completion {
                not_before: not_before.min(by),
                expiry: Some(expiry.map_or(by, |expiry| expiry.min(by))),
            },
        }
    }
}

impl RollingLog {
    /// What stands between a caller and its permit.
    pub(super) fn obstacle(&self, priority: Priority, now: Moment) -> Option<Wait> {
        let obstacle = self.obstacle_where(priority, false, now);
        let gives_way = priority == Priority::Batch
            && now < self.interactive_until
            && self.keeps_while_waiting();
        if obstacle.is_some() || !gives_way {
            return obstacle;
        }
        let obstacle = self.obstacle_where(priority, true, now)?;
        Some(obstacle.but_ask_by(self.interactive_until))
    }

    /// Whether batch calls give way to an interactive one that waits.
    pub(super) fn keeps_while_waiting(&self) -> bool {
        let mut reserves = self.windows.iter().map(|window| window.reserve);
        reserves.any(|reserve| reserve.calls() > 0 && !reserve.is_always())
    }

    fn obstacle_where(
        &self,
        priority: Priority,
        interactive_waits: bool,
        now: Moment,
    ) -> Option<Wait> {
        let open = self.in_flight.len();
        let mut all_out = open >= self.policy.in_flight_cap();
        let mut earliest = self.paused_until.max(self.spaced());
        for window in &self.windows {
            let limit = window.limit_for(priority, interactive_waits);
            match limit.checked_sub(open).filter(|free| *free > 0) {
                Some(free) => {
                    let frees = self
                        .completions
                        .newest(free)
                        .map(|ended| ended + window.span);
                    earliest = earliest.max(frees.unwrap_or(now));
                }
                None => {
                    all_out = true;
                    earliest = earliest.max(now + window.span);
                }
            }
        }
        if all_out {
            let (not_before, expiry) = (earliest.max(now), self.in_flight.next_end());
            return Some(Wait::Completion { not_before, expiry });
        }
        (earliest > now).then(|| Wait::Until(self.or_when_eased(earliest)))
    }

    /// A limit that was lowered is given back step by step; a long wait is looked at again then.
    fn or_when_eased(&self, wait_until: Moment) -> Moment {
        self.learning.next_easing().map_or(wait_until, |eases| {
            eases.max(self.paused_until).min(wait_until)
        })
    }
}

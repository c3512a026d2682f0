//! The exact rolling log, anchored at the response.

mod completions;
mod forecast;
mod in_flight;
mod refusal;

use std::time::Duration;

use completions::Completions;
use in_flight::InFlight;

use crate::learning::Learning;
use crate::{Moment, PermitId, Policy, Snapshot, Window, WindowUse};

/// Decides when the next call may go out: an exact log of the latest calls, without clock or I/O.
///
/// A permit counts from the moment it is granted until one window after its *completion* is
/// recorded. So no more than `limit` calls arrive at the service in any window, for every delay and
/// every order of arrival, as long as each call arrives before its completion is recorded: of
/// `limit + 1` arrivals in one window, the call granted last would have found all the others either
/// in flight or completed less than a window ago. A log that counts from the send lacks that: calls
/// overtake each other on the way.
///
/// All windows are looked at before any is charged. A decision looks at one entry for each window,
/// whatever the limits are; memory is 8 bytes for each call of the largest limit.
///
/// Time never goes back: a `now` before an earlier one counts as the earlier one.
#[derive(Debug, Clone)]
pub struct RollingLog {
    policy: Policy,
    windows: Vec<Limited>,
    completions: Completions,
    /// Those of the completions that were refusals.
    refusals: Completions,
    in_flight: InFlight,
    learning: Option<Learning>,
    last_grant: Option<Moment>,
    paused_until: Moment,
    now: Moment,
    next_id: u64,
}

/// A window with the limit that is in force.
#[derive(Debug, Clone, Copy)]
struct Limited {
    window: Window,
    span: Duration,
    limit: usize,
}

impl Limited {
    fn with_use(&self, used: usize) -> WindowUse {
        WindowUse {
            window: self.window,
            limit: as_limit(self.limit),
            used: as_limit(used),
        }
    }
}

/// The answer to a request for a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go: the permit is charged to every window.
    Granted(PermitId),
    /// Not now, and nothing was charged.
    Wait(Wait),
}

/// What to wait for before asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// This moment; unless others ask first, the answer will then be yes. A completion changes
    /// nothing about it, a refund may. (After refusals were learned from, it may be a moment at
    /// which a limit is given back and the answer may be a new one.)
    Until(Moment),
    /// A permit that is out has to come back first.
    Completion {
        /// No permit will be granted before this, whatever comes back.
        not_before: Moment,
        /// When the first of the calls in flight is given up, if any was sent.
        expiry: Option<Moment>,
    },
}

/// The permit is not, or no longer, out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("permit {0} is not out: it was completed, refunded or given up before")]
pub struct UnknownPermit(pub PermitId);

impl RollingLog {
    /// An unused log. The service is taken to have seen none of our calls lately.
    #[must_use]
    pub fn new(policy: impl Into<Policy>) -> Self {
        let policy = policy.into();
        let limited = |window: &Window| Limited {
            window: *window,
            span: policy.span(*window),
            limit: as_count(window.limit()),
        };
        Self {
            windows: policy.quota().windows().iter().map(limited).collect(),
            completions: Completions::new(policy.quota().largest_limit()),
            refusals: Completions::new(policy.quota().largest_limit()),
            in_flight: InFlight::default(),
            learning: policy
                .learns()
                .then(|| Learning::new(policy.quota(), policy.base_spacing())),
            last_grant: None,
            paused_until: Moment::EPOCH,
            now: Moment::EPOCH,
            next_id: 0,
            policy,
        }
    }

    /// Grants a permit, or says what to wait for.
    pub fn acquire(&mut self, now: Moment) -> Decision {
        let now = self.advance(now);
        match self.obstacle(now) {
            Some(wait) => Decision::Wait(wait),
            None => Decision::Granted(self.grant(now)),
        }
    }

    /// Marks the permit as used: bytes may leave from now on. The caller gives up at `deadline`;
    /// without a completion the call counts as in flight until the policy's grace after that, and
    /// as completed then.
    ///
    /// # Errors
    /// [`UnknownPermit`]; then nothing may be sent.
    pub fn sent(
        &mut self,
        id: PermitId,
        deadline: Moment,
        now: Moment,
    ) -> Result<(), UnknownPermit> {
        let now = self.advance(now);
        let expiry = deadline.max(now) + self.policy.grace_period();
        if self.in_flight.send(id, expiry) {
            Ok(())
        } else {
            Err(UnknownPermit(id))
        }
    }

    /// Records the response: from now on one window long the call still counts.
    ///
    /// A response later than deadline and grace is charged once more, since the call may have
    /// arrived after it was written off.
    pub fn complete(&mut self, id: PermitId, now: Moment) {
        let now = self.advance(now);
        self.in_flight.remove(id);
        self.completions.record(now);
    }

    /// The holder is gone. A permit that was not sent is refunded at once; one that was sent may
    /// still arrive and stays in flight until its expiry.
    pub fn abandon(&mut self, id: PermitId, now: Moment) {
        self.advance(now);
        if self
            .in_flight
            .get(id)
            .is_some_and(|open| open.expiry.is_none())
        {
            self.in_flight.remove(id);
        }
    }

    /// Grants nothing before `until`. A shorter pause does not end a longer one.
    pub fn pause(&mut self, until: Moment, now: Moment) {
        self.advance(now);
        self.paused_until = self.paused_until.max(until);
    }

    /// How the log stands.
    #[must_use]
    pub fn snapshot(&mut self, now: Moment) -> Snapshot {
        let now = self.advance(now);
        let paused_for = self.paused_until.since(now);
        Snapshot {
            windows: self.usage(now),
            in_flight: self.in_flight.len(),
            next_slot: self.forecast(0, now).since(now),
            paused_for: (!paused_for.is_zero()).then_some(paused_for),
            spacing: self.spacing(),
        }
    }

    /// Brings the log up to `now`: what was given up meanwhile is completed, what was learned eases.
    fn advance(&mut self, now: Moment) -> Moment {
        self.now = self.now.max(now);
        while let Some(expiry) = self.in_flight.expire_one(self.now) {
            self.completions.record(expiry);
        }
        if self
            .learning
            .as_mut()
            .is_some_and(|learning| learning.ease(self.now))
        {
            self.take_over_limits();
        }
        self.now
    }

    fn obstacle(&self, now: Moment) -> Option<Wait> {
        let open = self.in_flight.len();
        let mut all_out = open >= self.policy.in_flight_cap();
        let mut earliest = self.paused_until.max(self.spaced());
        for window in &self.windows {
            match window.limit.checked_sub(open).filter(|free| *free > 0) {
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
            let (not_before, expiry) = (earliest.max(now), self.in_flight.next_expiry());
            return Some(Wait::Completion { not_before, expiry });
        }
        (earliest > now).then(|| Wait::Until(self.or_when_eased(earliest)))
    }

    fn grant(&mut self, now: Moment) -> PermitId {
        let id = PermitId::from(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.in_flight.grant(id, now);
        self.last_grant = Some(now);
        id
    }

    fn spaced(&self) -> Moment {
        self.last_grant
            .map_or(Moment::EPOCH, |last| last + self.spacing())
    }

    fn spacing(&self) -> Duration {
        self.learning
            .as_ref()
            .map_or(self.policy.base_spacing(), Learning::spacing)
    }

    /// A limit that was lowered is given back step by step; a long wait is looked at again then.
    fn or_when_eased(&self, wait_until: Moment) -> Moment {
        let eases = self.learning.as_ref().and_then(Learning::next_easing);
        eases.map_or(wait_until, |eases| {
            eases.max(self.paused_until).min(wait_until)
        })
    }

    fn take_over_limits(&mut self) {
        let Some(learning) = &self.learning else {
            return;
        };
        for (window, limit) in self.windows.iter_mut().zip(learning.limits()) {
            window.limit = as_count(limit);
        }
    }

    fn usage(&self, now: Moment) -> Vec<WindowUse> {
        let open = self.in_flight.len();
        let used = |window: &Limited| {
            window.with_use(open.saturating_add(self.completions.within(window.span, now)))
        };
        self.windows.iter().map(used).collect()
    }
}

fn as_count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn as_limit(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

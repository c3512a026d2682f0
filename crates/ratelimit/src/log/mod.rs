//! The exact rolling log, anchored at the response.

mod completions;
mod forecast;
mod in_flight;
mod obstacle;
mod refusal;
mod state;

use std::time::Duration;

use completions::Completions;
use in_flight::InFlight;
pub use obstacle::Wait;
pub use state::{Change, Completion, Hold, LogState, OpenPermit};

use crate::learning::Learning;
use crate::{Moment, PermitId, Policy, Priority, Reserve, Snapshot, Window, WindowUse};

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
/// whatever the limits are; memory is 16 bytes for each call of the largest limit.
///
/// Time never goes back: a `now` before an earlier one counts as the earlier one.
#[derive(Debug, Clone)]
pub struct RollingLog {
    policy: Policy,
    windows: Vec<Limited>,
    completions: Completions,
    in_flight: InFlight,
    learning: Learning,
    last_grant: Option<Moment>,
    paused_until: Moment,
    /// Until then an interactive call is taken to wait.
    interactive_until: Moment,
    now: Moment,
    next_id: u64,
    /// What was changed since it was last asked, where somebody asks.
    changes: Option<Vec<Change>>,
}

/// A window with the limit that is in force.
#[derive(Debug, Clone, Copy)]
struct Limited {
    window: Window,
    span: Duration,
    /// What the policy allows.
    share: u32,
    /// The same or less, if less was learned.
    limit: usize,
    reserve: Reserve,
}

impl Limited {
    fn with_use(&self, used: usize) -> WindowUse {
        WindowUse {
            window: self.window,
            share: self.share,
            limit: as_limit(self.limit),
            used: as_limit(used),
        }
    }

    /// The limit for callers of this priority, where an interactive call waits or none does.
    fn limit_for(&self, priority: Priority, interactive_waits: bool) -> usize {
        let kept = match priority {
            Priority::Batch if interactive_waits || self.reserve.is_always() => {
                self.reserve.calls()
            }
            Priority::Batch | Priority::Interactive => 0,
        };
        self.limit.saturating_sub(as_count(kept)).max(1)
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

/// The permit is not, or no longer, out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("permit {0} is not out: it was completed, refunded or given up before")]
pub struct UnknownPermit(pub PermitId);

/// How long after an interactive call was due it is still taken to wait, if it did not come.
const INTERACTIVE_LINGERS: Duration = Duration::from_secs(5);

impl RollingLog {
    /// An unused log. The service is taken to have seen none of our calls lately.
    #[must_use]
    pub fn new(policy: impl Into<Policy>) -> Self {
        Self::with_state(policy.into(), &LogState::default())
    }

    /// The log that a store kept, under this policy; from now on it keeps account of its
    /// [changes](Self::take_changes).
    ///
    /// The policy may differ from the one that the state was made under. Where it asks about more of
    /// the past than a smaller limit kept, what is not known counts as if it had ended with the
    /// oldest call that is: for too long, and never too briefly.
    #[must_use]
    pub fn resume(policy: impl Into<Policy>, state: &LogState) -> Self {
        let mut log = Self::with_state(policy.into(), state);
        let before = log.completions.oldest_number();
        let forgot = (before > state.oldest_completion()).then_some(Change::Forgot { before });
        log.changes = Some(forgot.into_iter().collect());
        log
    }

    fn with_state(policy: Policy, state: &LogState) -> Self {
        let most = policy.quota().largest_limit();
        let mut in_flight = InFlight::default();
        state
            .open
            .iter()
            .for_each(|permit| in_flight.insert(*permit));
        let limited = |(window, share, reserve): (Window, u32, Reserve)| Limited {
            window,
            span: policy.span(window),
            share,
            limit: as_count(share),
            reserve,
        };
        let mut log = Self {
            windows: policy.ours().map(limited).collect(),
            completions: Completions::resume(most, &state.completions, state.free_completion()),
            in_flight,
            learning: Learning::resume(&policy, &state.learned),
            last_grant: state.last_grant,
            paused_until: state.paused_until,
            interactive_until: state.interactive_until,
            now: Moment::EPOCH,
            next_id: state.free_id(),
            changes: None,
            policy,
        };
        let newest = log.completions.newest(1);
        log.now = newest.max(log.last_grant).unwrap_or_default();
        log.take_over_limits();
        log
    }

    /// The same log under another policy.
    #[cfg(feature = "tokio")]
    pub(crate) fn with_policy(&self, policy: impl Into<Policy>) -> Self {
        let log = Self::with_state(policy.into(), &self.state());
        Self {
            now: self.now,
            ..log
        }
    }

    /// All that must outlive the process.
    #[must_use]
    pub fn state(&self) -> LogState {
        LogState {
            completions: self.completions.all().collect(),
            open: self.in_flight.all().collect(),
            last_grant: self.last_grant,
            next_id: self.next_id,
            next_completion: self.completions.next_number(),
            paused_until: self.paused_until,
            interactive_until: self.interactive_until,
            learned: self.learning.learned(),
        }
    }

    /// What was changed since it was last asked, in order: [applied](LogState::apply) to the state
    /// as it was then, it makes the state as it is now. Only a [resumed](Self::resume) log keeps
    /// this account; empty for any other.
    ///
    /// Ask after every call, also after one that failed, and after a question such as
    /// [`snapshot`](Self::snapshot): time alone gives up calls and gives back limits.
    #[must_use]
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.changes
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// Grants a permit, or says what to wait for.
    pub fn acquire(&mut self, priority: Priority, now: Moment) -> Decision {
        let now = self.advance(now);
        match self.obstacle(priority, now) {
            Some(wait) => {
                self.remember_who_waits(priority, wait);
                Decision::Wait(wait)
            }
            None => Decision::Granted(self.grant(priority, now)),
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
            self.note(|| Change::Sent { id, expiry });
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
        self.close(id, false, now);
    }

    /// The holder is gone. A permit that was not sent is refunded at once; one that was sent may
    /// still arrive and stays in flight until its expiry.
    pub fn abandon(&mut self, id: PermitId, now: Moment) {
        self.advance(now);
        let unsent = |open: OpenPermit| matches!(open.hold, Hold::Unsent { .. });
        if self.in_flight.get(id).is_some_and(unsent) {
            self.in_flight.remove(id);
            self.note(|| Change::Closed(id));
        }
    }

    /// Grants nothing before `until`. A shorter pause does not end a longer one.
    pub fn pause(&mut self, until: Moment, now: Moment) {
        self.advance(now);
        self.pause_until(until);
    }

    /// How the log stands.
    #[must_use]
    pub fn snapshot(&mut self, now: Moment) -> Snapshot {
        let now = self.advance(now);
        let paused_for = self.paused_until.since(now);
        Snapshot {
            windows: self.usage(now),
            in_flight: self.in_flight.len(),
            next_slot: self.forecast(0, Priority::Interactive, now).since(now),
            paused_for: (!paused_for.is_zero()).then_some(paused_for),
            spacing: self.spacing(),
            refusals: self.learning.refusals(),
            shortfall: self.learning.shortfall(now),
        }
    }

    /// Brings the log up to `now`: leases end, what was given up meanwhile is completed, what was
    /// learned eases.
    fn advance(&mut self, now: Moment) -> Moment {
        self.now = self.now.max(now);
        while let Some(ended) = self.in_flight.end_one(self.now) {
            self.note(|| Change::Closed(ended.id));
            if let Hold::Sent { expiry } = ended.hold {
                self.record(expiry, false);
            }
        }
        if self.learning.ease(self.now, self.last_grant) {
            self.take_over_limits();
            self.note_learned();
        }
        self.now
    }

    fn grant(&mut self, priority: Priority, now: Moment) -> PermitId {
        let id = PermitId::from(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let lease = self.policy.lease_length().map(|lease| now + lease);
        let permit = OpenPermit {
            id,
            granted: now,
            priority,
            hold: Hold::Unsent { lease },
        };
        self.in_flight.insert(permit);
        self.last_grant = Some(now);
        self.note(|| Change::Granted(permit));
        if priority == Priority::Interactive && self.interactive_until > now {
            self.expect_interactive(now);
        }
        id
    }

    /// While an interactive call waits, batch calls leave it the reserve.
    fn remember_who_waits(&mut self, priority: Priority, wait: Wait) {
        if priority == Priority::Interactive && self.keeps_while_waiting() {
            self.expect_interactive(wait.least() + INTERACTIVE_LINGERS);
        }
    }

    fn expect_interactive(&mut self, until: Moment) {
        self.interactive_until = until;
        self.note(|| Change::InteractiveWaits { until });
    }

    fn close(&mut self, id: PermitId, refused: bool, now: Moment) {
        if self.in_flight.remove(id).is_some() {
            self.note(|| Change::Closed(id));
        }
        self.record(now, refused);
    }

    fn record(&mut self, ended: Moment, refused: bool) {
        let kept_before = self.completions.oldest_number();
        let completion = self.completions.record(ended, refused);
        let before = self.completions.oldest_number();
        self.note(|| Change::Completed(completion));
        if before > kept_before {
            self.note(|| Change::Forgot { before });
        }
    }

    fn note(&mut self, change: impl FnOnce() -> Change) {
        if let Some(changes) = &mut self.changes {
            changes.push(change());
        }
    }

    fn note_learned(&mut self) {
        if let Some(changes) = &mut self.changes {
            changes.push(Change::Learned(self.learning.learned()));
        }
    }

    fn spaced(&self) -> Moment {
        self.last_grant
            .map_or(Moment::EPOCH, |last| last + self.spacing())
    }

    /// What was learned, or what spreads the calls evenly under the limit that is in force.
    fn spacing(&self) -> Duration {
        let learned = self.learning.spacing();
        let Some(period) = self.policy.even_period() else {
            return learned;
        };
        let mut evened = self.windows.iter();
        let evened = evened.find(|window| window.window.period() == period);
        evened.map_or(learned, |window| {
            learned.max(window.span / as_limit(window.limit).max(1))
        })
    }

    fn take_over_limits(&mut self) {
        for (window, limit) in self.windows.iter_mut().zip(self.learning.limits()) {
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

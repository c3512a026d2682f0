use std::time::Duration;

use crate::{Quota, Window};

/// A quota and the manners with which it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    quota: Quota,
    margins: Margins,
    spacing: Duration,
    max_in_flight: usize,
    grace: Duration,
    learning: bool,
}

impl Policy {
    /// The quota with default margins, no spacing, no cap on calls in flight beyond the quota's own,
    /// a grace of 30 s and no learning.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self {
            quota,
            margins: Margins::default(),
            spacing: Duration::ZERO,
            max_in_flight: usize::MAX,
            grace: Duration::from_secs(30),
            learning: false,
        }
    }

    /// What is added to every window; see [`Margins`].
    #[must_use]
    pub fn margins(mut self, margins: Margins) -> Self {
        self.margins = margins;
        self
    }

    /// The least time between two permits. It costs a second in a campaign of ten calls at 100 ms and
    /// keeps a burst from meeting a server that counts otherwise than it says all at once.
    #[must_use]
    pub fn spacing(mut self, spacing: Duration) -> Self {
        self.spacing = spacing;
        self
    }

    /// How many permits may be out at once; at least 1.
    #[must_use]
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = calls.max(1);
        self
    }

    /// How long after its deadline a call that nobody waits for any more may still arrive: the time
    /// that kernel and proxy queues can hold it.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Whether to go slower than the quota after the service refused: it may enforce less than it
    /// documents, or others may use the same budget.
    #[must_use]
    pub fn learning(mut self, learning: bool) -> Self {
        self.learning = learning;
        self
    }

    /// The quota that is kept.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    pub(crate) fn base_spacing(&self) -> Duration {
        self.spacing
    }

    pub(crate) fn in_flight_cap(&self) -> usize {
        self.max_in_flight
    }

    pub(crate) fn grace_period(&self) -> Duration {
        self.grace
    }

    pub(crate) fn learns(&self) -> bool {
        self.learning
    }

    /// How long a completed call keeps its place in the window.
    pub(crate) fn span(&self, window: Window) -> Duration {
        window
            .period()
            .saturating_add(self.margins.of(window.period()))
    }
}

impl From<Quota> for Policy {
    fn from(quota: Quota) -> Self {
        Self::new(quota)
    }
}

/// What is added to a window's length, so that two clocks that disagree a little, rounding, and
/// servers that close their windows at both ends do not refuse.
///
/// The margin of a window is the larger of a floor and a share of the window's length. The defaults,
/// 50 ms and 1 s in an hour, are 50 ms for a minute and 1 s for an hour: measured to cover clocks
/// that differ by 277 parts in a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margins {
    floor: Duration,
    per_hour: Duration,
}

impl Margins {
    /// No margin: for tests against an exact server with the same clock.
    pub const NONE: Self = Self {
        floor: Duration::ZERO,
        per_hour: Duration::ZERO,
    };

    /// At least `floor`, and at least `per_hour` for each hour of a window's length.
    #[must_use]
    pub const fn new(floor: Duration, per_hour: Duration) -> Self {
        Self { floor, per_hour }
    }

    fn of(self, period: Duration) -> Duration {
        let drift = self.per_hour.as_nanos().saturating_mul(period.as_nanos()) / HOUR.as_nanos();
        self.floor.max(Duration::from_nanos(
            u64::try_from(drift).unwrap_or(u64::MAX),
        ))
    }
}

const HOUR: Duration = Duration::from_secs(3600);

impl Default for Margins {
    fn default() -> Self {
        Self::new(Duration::from_millis(50), Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_margins_are_50_ms_for_a_minute_and_1_s_for_an_hour() {
        let margins = Margins::default();
        assert_eq!(
            margins.of(Duration::from_secs(60)),
            Duration::from_millis(50)
        );
        assert_eq!(margins.of(HOUR), Duration::from_secs(1));
        assert_eq!(margins.of(24 * HOUR), Duration::from_secs(24));
        assert_eq!(Margins::NONE.of(HOUR), Duration::ZERO);
    }

    #[test]
    fn margins_of_absurd_lengths_do_not_overflow() {
        let margins = Margins::new(Duration::MAX, Duration::MAX);
        assert_eq!(margins.of(Duration::MAX), Duration::MAX);
    }
}

use std::time::Duration;

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

    pub(super) fn of(self, period: Duration) -> Duration {
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

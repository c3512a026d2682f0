use std::fmt;
use std::ops::Add;
use std::time::Duration;

/// A point on a monotonic clock: nanoseconds since an epoch that the caller chose.
///
/// Every decision of this crate takes the time as an argument, so that a test, a simulation and a
/// database with a clock of its own ask the same code. Only moments of one epoch may be compared.
/// All arithmetic saturates; the range is 584 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(u64);

impl Moment {
    /// The epoch itself.
    pub const EPOCH: Self = Self(0);

    /// The moment this long after the epoch.
    #[must_use]
    pub fn after_epoch(elapsed: Duration) -> Self {
        Self(nanoseconds(elapsed))
    }

    /// How long after the epoch this moment is.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// How long after `earlier` this moment is; zero if it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    pub(crate) fn as_nanos(self) -> u64 {
        self.0
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(nanoseconds(later)))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} after the epoch", self.elapsed())
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_at_the_ends_of_the_range_saturates() {
        let last = Moment::after_epoch(Duration::MAX);
        assert_eq!(last + Duration::from_secs(1), last);
        assert_eq!(Moment::EPOCH.since(last), Duration::ZERO);
        assert_eq!(last.since(Moment::EPOCH), Duration::from_nanos(u64::MAX));
    }
}

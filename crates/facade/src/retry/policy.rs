use std::time::Duration;

/// How often, and how patiently, a call is repeated where the [table](super::rule) allows it.
///
/// Waiting for the limits, and repeating after 429, are not counted here: those
/// end with the call's deadline.
///
/// ```
/// use quell::RetryPolicy;
/// use std::time::Duration;
///
/// let impatient = RetryPolicy::default().with_max_attempts(2);
/// assert_eq!(impatient.first_wait(), Duration::from_secs(1));
/// assert_eq!(RetryPolicy::never().max_attempts(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
}

impl Default for RetryPolicy {
    /// Four attempts, waiting 1 s, 2 s and 4 s, each shortened by up to a half at random.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// One attempt and no more. A rejected token is still renewed once, and 429 still waited for.
    #[must_use]
    pub fn never() -> Self {
        Self {
            max_attempts: 1,
            ..Self::default()
        }
    }

    /// How many attempts there are in all, at least 1.
    #[must_use]
    pub const fn max_attempts(self) -> u32 {
        self.max_attempts
    }

    /// The wait before the second attempt; each further one is twice as long.
    #[must_use]
    pub const fn first_wait(self) -> Duration {
        self.first_wait
    }

    /// No wait of our own choosing is longer than this; one that the service asks for may be.
    #[must_use]
    pub const fn longest_wait(self) -> Duration {
        self.longest_wait
    }

    /// Sets [`max_attempts`](Self::max_attempts); 0 counts as 1.
    #[must_use]
    pub const fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Sets [`first_wait`](Self::first_wait).
    #[must_use]
    pub const fn with_first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Sets [`longest_wait`](Self::longest_wait).
    #[must_use]
    pub const fn with_longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Equal jitter: half of the wait before attempt `attempts + 1` is certain, the
    /// other half is taken by `fraction`, from 0 to 1. So no two clients march in
    /// step, and none comes back at once.
    pub(crate) fn wait_after(self, attempts: u32, fraction: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let full = self
            .first_wait
            .saturating_mul(1 << doublings)
            .min(self.longest_wait);
        full / 2 + (full / 2).mul_f64(fraction.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let policy = RetryPolicy::default().with_longest_wait(Duration::from_secs(5));
        let longest: Vec<u64> = (1..6)
            .map(|n| policy.wait_after(n, 1.0).as_secs())
            .collect();
        assert_eq!(longest, [1, 2, 4, 5, 5]);
        assert_eq!(policy.wait_after(u32::MAX, 1.0), Duration::from_secs(5));
    }

    #[test]
    fn half_of_every_wait_is_certain() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.wait_after(2, 0.0), Duration::from_secs(1));
        assert_eq!(policy.wait_after(2, 0.5), Duration::from_millis(1500));
        assert_eq!(policy.wait_after(2, 7.0), Duration::from_secs(2));
    }

    #[test]
    fn extreme_waits_do_not_overflow() {
        let policy = RetryPolicy::default()
            .with_first_wait(Duration::MAX)
            .with_longest_wait(Duration::MAX);
        assert!(policy.wait_after(9, 0.999) <= Duration::MAX);
    }
}

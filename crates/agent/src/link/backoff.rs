//! How long to leave a server alone that does not answer.

use std::time::Duration;

/// The pause after the first failure.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(60);

/// Pauses that double with every failure in a row.
///
/// Each is shortened by chance to no less than half, so that a thousand machines do not all come
/// back in the same second after their server was restarted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after one more failure; `chance` is any number.
    pub fn failed(&mut self, chance: u32) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        shortened(doubled.min(LONGEST), chance)
    }

    /// The pause after a failure that waiting does not soon cure.
    pub fn failed_for_long(&mut self, chance: u32) -> Duration {
        self.failures = self.failures.saturating_add(1);
        shortened(LONGEST, chance)
    }

    /// The server answered.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Failures since the last success.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

fn shortened(pause: Duration, chance: u32) -> Duration {
    let half = pause / 2;
    half + half.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_start_over_after_success() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u128> = (0..10)
            .map(|_| backoff.failed(u32::MAX).as_millis())
            .collect();
        assert_eq!(
            pauses,
            [250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]
        );
        backoff.succeeded();
        assert_eq!(backoff.failed(u32::MAX), FIRST);
    }

    proptest! {
        #[test]
        fn chance_shortens_to_no_less_than_half(failures in 0_u32..100_000, chance: u32) {
            let pause = Backoff { failures }.failed(chance);
            let whole = Backoff { failures }.failed(u32::MAX);
            prop_assert!(pause >= whole / 2 && pause <= whole);
        }
    }
}

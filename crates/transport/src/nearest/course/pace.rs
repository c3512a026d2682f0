//! How fast real calls are answered, which says when to look, never where to go:
//! a call's time is the service's work too, and connects are compared with connects.

use std::time::Duration;

use super::margin;

/// Before so many answers an average says little.
const ENOUGH: u32 = 10;

/// What takes longer counts as this.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// An exponentially weighted average (α = 0.2) and what it was at the last probe.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    answers: u32,
    average: Duration,
    usual: Option<Duration>,
}

impl Pace {
    pub(super) fn add(&mut self, took: Duration) {
        let took = took.min(LONGEST);
        self.average = if self.answers == 0 {
            took
        } else {
            (self.average * 4).saturating_add(took) / 5
        };
        self.answers = self.answers.saturating_add(1);
        if self.answers == ENOUGH && self.usual.is_none() {
            self.usual = Some(self.average);
        }
    }

    /// What is seen now is the usual from now on.
    pub(super) fn mark(&mut self) {
        self.usual = (self.answers >= ENOUGH).then_some(self.average);
    }

    pub(super) fn is_slower(&self) -> bool {
        self.usual
            .is_some_and(|usual| self.average >= usual.saturating_add(margin(usual)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn one_slow_call_is_not_slow_and_a_slow_service_is() {
        let mut pace = Pace::default();
        for _ in 0..20 {
            pace.add(ms(100));
        }
        pace.add(ms(190));
        assert!(!pace.is_slower(), "{pace:?}");
        for _ in 0..20 {
            pace.add(ms(150));
        }
        assert!(pace.is_slower(), "{pace:?}");
        pace.mark();
        assert!(!pace.is_slower(), "it is the usual now");
    }

    #[test]
    fn hostile_times_overflow_nothing() {
        let mut pace = Pace::default();
        for _ in 0..20 {
            pace.add(Duration::MAX);
        }
        assert!(!pace.is_slower());
    }
}

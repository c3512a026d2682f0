use std::time::Duration;

use super::fade::faded;
use super::learned::PaceNow;
use crate::Moment;

const FIRST_STEP: Duration = Duration::from_millis(300);
/// An even pace of 1,500 calls in an hour; beyond it the pace slows in smaller steps.
const EVEN_HOUR: Duration = Duration::from_millis(2400);
/// An even pace of a twentieth of that, the least limit that is ever learned.
const SLOWEST: Duration = Duration::from_secs(48);
/// A spacing this close to the base is the base.
const NEAR: Duration = Duration::from_millis(10);
const FIRST_PROBE_GAP: Duration = Duration::from_secs(15 * 60);
const LONGEST_PROBE_GAP: Duration = Duration::from_secs(4 * 3600);

/// The time between calls as learned. It slows at each refusal and eases back to just above the
/// spacing that was refused; below that it goes only as a probe, and the rarer the more probes failed.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    base: Duration,
    spacing: Duration,
    refused: Option<Refused>,
}

/// What was refused, and when something faster is tried again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Refused {
    pub(super) spacing: Duration,
    pub(super) probe_gap: Duration,
    pub(super) next_probe: Moment,
}

impl Refused {
    /// Just above what was refused.
    fn floor(&self) -> Duration {
        times(self.spacing, 1.1).max(self.spacing.saturating_add(NEAR))
    }
}

impl Pace {
    pub(super) fn resume(base: Duration, learned: Option<PaceNow>) -> Self {
        let spacing = learned.map_or(base, |learned| {
            learned.spacing.clamp(base, SLOWEST.max(base))
        });
        Self {
            base,
            spacing,
            refused: learned.map(|learned| learned.refused),
        }
    }

    /// What must be kept of it, if anything was learned.
    pub(super) fn now(&self) -> Option<PaceNow> {
        let spacing = self.spacing;
        self.refused.map(|refused| PaceNow { spacing, refused })
    }

    pub(super) fn spacing(&self) -> Duration {
        self.spacing
    }

    /// Whether waiting longer would change nothing.
    pub(super) fn at_rest(&self) -> bool {
        self.refused.is_none()
    }

    pub(super) fn slow_down(&mut self, now: Moment) {
        let probe_gap = match self.refused {
            Some(refused) if self.spacing < refused.floor() => {
                refused.probe_gap.saturating_mul(2).min(LONGEST_PROBE_GAP)
            }
            Some(refused) => refused.probe_gap,
            None => FIRST_PROBE_GAP,
        };
        self.refused = Some(Refused {
            spacing: self.spacing,
            probe_gap,
            next_probe: now + probe_gap,
        });
        self.spacing = slower(self.spacing).max(self.base);
    }

    /// So many minutes passed without a call.
    pub(super) fn fade(&mut self, minutes: u64) {
        let slower = self.spacing.saturating_sub(self.base);
        let left = Duration::try_from_secs_f64(faded(slower.as_secs_f64(), minutes));
        let left = left.unwrap_or(slower);
        if left < NEAR {
            (self.spacing, self.refused) = (self.base, None);
        } else {
            self.spacing = self.base + left;
        }
    }

    /// One minute passed.
    pub(super) fn ease(&mut self, now: Moment) {
        let Some(refused) = &mut self.refused else {
            return;
        };
        let faster = times(self.spacing, 0.8);
        let faster = if faster < self.base.saturating_add(NEAR) {
            self.base
        } else {
            faster
        };
        let floor = refused.floor().max(self.base);
        if faster >= floor {
            self.spacing = faster;
        } else if self.spacing > floor {
            self.spacing = floor;
        } else if now >= refused.next_probe {
            if self.spacing == self.base {
                // The base itself held for a whole gap: what was refused then is history.
                self.refused = None;
                return;
            }
            refused.next_probe = now + refused.probe_gap;
            self.spacing = faster;
        }
    }
}

/// Saturates, where `mul_f64` panics: the spacing is the policy's, or was read from a store.
fn times(length: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(length.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

fn slower(spacing: Duration) -> Duration {
    if spacing < EVEN_HOUR {
        (spacing * 2).clamp(FIRST_STEP, EVEN_HOUR)
    } else {
        times(spacing, 1.2).min(SLOWEST.max(spacing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_millis(100);

    fn minute(n: u64) -> Moment {
        Moment::after_epoch(Duration::from_secs(60 * n))
    }

    fn eased_until(pace: &mut Pace, minutes: std::ops::Range<u64>) {
        for n in minutes {
            pace.ease(minute(n));
        }
    }

    #[test]
    fn each_refusal_slows_by_the_documented_steps() {
        let mut pace = Pace::resume(BASE, None);
        let mut steps = Vec::new();
        for _ in 0..25 {
            pace.slow_down(minute(0));
            steps.push(pace.spacing().as_millis());
        }
        assert_eq!(steps[..6], [300, 600, 1200, 2400, 2880, 3456]);
        assert_eq!(steps[24], 48_000);
    }

    #[test]
    fn easing_stops_just_above_what_was_refused_until_the_probe() {
        let mut pace = Pace::resume(BASE, None);
        pace.slow_down(minute(0));
        eased_until(&mut pace, 1..15);
        assert_eq!(pace.spacing(), Duration::from_millis(110));
        pace.ease(minute(15));
        assert_eq!(pace.spacing(), BASE, "the probe");
        assert!(!pace.at_rest());
        eased_until(&mut pace, 16..31);
        assert!(pace.at_rest(), "the probe held");
    }

    #[test]
    fn failed_probe_doubles_the_gap_to_the_next() {
        let mut pace = Pace::resume(BASE, None);
        pace.slow_down(minute(0));
        eased_until(&mut pace, 1..16);
        pace.slow_down(minute(16));
        eased_until(&mut pace, 17..46);
        assert_eq!(pace.spacing(), Duration::from_millis(110));
        pace.ease(minute(46));
        assert_eq!(pace.spacing(), BASE);
    }

    #[test]
    fn absurd_spacing_does_not_panic() {
        let mut pace = Pace::resume(Duration::MAX, None);
        for n in 0..40 {
            pace.slow_down(minute(n));
            pace.ease(minute(20 * n));
            pace.fade(n);
        }
        assert_eq!(pace.spacing(), Duration::MAX);
    }

    #[test]
    fn spacing_without_a_base_comes_back_to_zero() {
        let mut pace = Pace::resume(Duration::ZERO, None);
        pace.slow_down(minute(0));
        eased_until(&mut pace, 1..200);
        assert_eq!(pace.spacing(), Duration::ZERO);
        assert!(pace.at_rest());
    }
}

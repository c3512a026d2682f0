use std::time::Duration;

use crate::Moment;

const FIRST_STEP: Duration = Duration::from_millis(300);
/// An even pace of 1,500 calls in an hour; beyond it the pace slows in smaller steps.
const EVEN_HOUR: Duration = Duration::from_millis(2400);
const SLOWEST: Duration = Duration::from_millis(9600);
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

#[derive(Debug, Clone, Copy)]
struct Refused {
    spacing: Duration,
    probe_gap: Duration,
    next_probe: Moment,
}

impl Refused {
    /// Just above what was refused.
    fn floor(&self) -> Duration {
        self.spacing.mul_f64(1.1).max(self.spacing + NEAR)
    }
}

impl Pace {
    pub(super) fn new(base: Duration) -> Self {
        Self {
            base,
            spacing: base,
            refused: None,
        }
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
                (refused.probe_gap * 2).min(LONGEST_PROBE_GAP)
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

    /// One minute passed.
    pub(super) fn ease(&mut self, now: Moment) {
        let Some(refused) = &mut self.refused else {
            return;
        };
        let faster = self.spacing.mul_f64(0.8);
        let faster = if faster < self.base + NEAR {
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

fn slower(spacing: Duration) -> Duration {
    if spacing < EVEN_HOUR {
        (spacing * 2).clamp(FIRST_STEP, EVEN_HOUR)
    } else {
        spacing.mul_f64(1.2).min(SLOWEST.max(spacing))
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
        let mut pace = Pace::new(BASE);
        let mut steps = Vec::new();
        for _ in 0..13 {
            pace.slow_down(minute(0));
            steps.push(pace.spacing().as_millis());
        }
        assert_eq!(steps[..6], [300, 600, 1200, 2400, 2880, 3456]);
        assert_eq!(steps[12], 9600);
    }

    #[test]
    fn easing_stops_just_above_what_was_refused_until_the_probe() {
        let mut pace = Pace::new(BASE);
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
        let mut pace = Pace::new(BASE);
        pace.slow_down(minute(0));
        eased_until(&mut pace, 1..16);
        pace.slow_down(minute(16));
        eased_until(&mut pace, 17..46);
        assert_eq!(pace.spacing(), Duration::from_millis(110));
        pace.ease(minute(46));
        assert_eq!(pace.spacing(), BASE);
    }

    #[test]
    fn spacing_without_a_base_comes_back_to_zero() {
        let mut pace = Pace::new(Duration::ZERO);
        pace.slow_down(minute(0));
        eased_until(&mut pace, 1..200);
        assert_eq!(pace.spacing(), Duration::ZERO);
        assert!(pace.at_rest());
    }
}

//! What refusals teach: the pace, the short windows and the long ones are adjusted apart.
//!
//! The thresholds were found by simulation against rolling, fixed, bucket and estimating servers;
//! they are reachable behavior, not a promise. The log that they adjust has no tuned constant.

mod knob;
mod limits;
mod pace;

use std::time::Duration;

use knob::Knob;
use limits::LearnedLimit;
use pace::Pace;

use crate::{Moment, PushBack, Quota, WindowUse};

/// What was lowered eases in steps of this length.
const STEP: Duration = Duration::from_secs(60);
/// Refusals this close together, three times, say that the pace is wrong whatever they name.
const RECENT: Duration = Duration::from_secs(120);

/// Limits and spacing as they were learned.
#[derive(Debug, Clone)]
pub(crate) struct Learning {
    pace: Pace,
    limits: Vec<LearnedLimit>,
    /// When the last three adjustments were made, the latest last.
    adjusted: [Option<Moment>; 3],
    last_refusal: Moment,
    eased: Moment,
}

impl Learning {
    pub(crate) fn new(quota: &Quota, spacing: Duration) -> Self {
        Self {
            pace: Pace::new(spacing),
            limits: quota
                .windows()
                .iter()
                .map(|window| LearnedLimit::new(*window))
                .collect(),
            adjusted: [None; 3],
            last_refusal: Moment::EPOCH,
            eased: Moment::EPOCH,
        }
    }

    /// Takes in the refusal of a call that was `granted` then. One adjustment answers all refusals
    /// of calls that were already out when it was made.
    pub(crate) fn learn(
        &mut self,
        push_back: &PushBack,
        usage: &[WindowUse],
        granted: Moment,
        now: Moment,
    ) {
        if self.at_rest() {
            self.eased = now;
        }
        self.last_refusal = now;
        if self
            .last_adjustment()
            .is_some_and(|adjusted| granted <= adjusted)
        {
            return;
        }
        self.adjusted = [self.adjusted[1], self.adjusted[2], Some(now)];
        match knob::choose(push_back, usage, self.third_in_a_row(now)) {
            Knob::Pace => self.pace.slow_down(now),
            Knob::Window(index) => {
                if let (Some(limit), Some(used)) = (self.limits.get_mut(index), usage.get(index)) {
                    limit.cut(used.used, push_back.named_window());
                }
            }
        }
    }

    /// Gives back what quiet minutes have earned since it was last asked. True if limits changed.
    pub(crate) fn ease(&mut self, now: Moment) -> bool {
        let mut changed = false;
        while !self.at_rest() && self.eased + STEP <= now {
            self.eased = self.eased + STEP;
            let quiet = self.eased.since(self.last_refusal);
            self.pace.ease(self.eased);
            for limit in &mut self.limits {
                changed |= limit.ease(quiet);
            }
        }
        changed
    }

    /// When [`ease`](Self::ease) may next give something back.
    pub(crate) fn next_easing(&self) -> Option<Moment> {
        (!self.at_rest()).then(|| self.eased + STEP)
    }

    pub(crate) fn spacing(&self) -> Duration {
        self.pace.spacing()
    }

    pub(crate) fn limits(&self) -> impl Iterator<Item = u32> {
        self.limits.iter().map(LearnedLimit::in_force)
    }

    fn at_rest(&self) -> bool {
        self.pace.at_rest() && self.limits.iter().all(LearnedLimit::at_rest)
    }

    fn last_adjustment(&self) -> Option<Moment> {
        self.adjusted[2]
    }

    fn third_in_a_row(&self, now: Moment) -> bool {
        self.adjusted[0].is_some_and(|first| now.since(first) <= RECENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::after_epoch(Duration::from_secs(seconds))
    }

    fn documented() -> Quota {
        Quota::parse("100/60s,1500/3600s").unwrap()
    }

    fn usage(minute: u32, hour: u32) -> Vec<WindowUse> {
        let used = [minute, hour];
        let windows = documented().windows().to_vec();
        let with_use = windows.into_iter().zip(used);
        with_use
            .map(|(window, used)| WindowUse {
                window,
                limit: window.limit(),
                used,
            })
            .collect()
    }

    fn refusal(seconds: u64) -> PushBack {
        PushBack::new().retry_after(Duration::from_secs(seconds))
    }

    fn limits(learning: &Learning) -> Vec<u32> {
        learning.limits().collect()
    }

    #[test]
    fn refusals_of_calls_already_out_adjust_once() {
        let mut learning = Learning::new(&documented(), Duration::ZERO);
        learning.learn(&refusal(30), &usage(80, 200), at(99), at(100));
        assert_eq!(limits(&learning), [76, 1500]);
        learning.learn(&refusal(30), &usage(60, 200), at(100), at(101));
        assert_eq!(
            limits(&learning),
            [76, 1500],
            "was granted before the adjustment"
        );
        learning.learn(&refusal(30), &usage(60, 200), at(200), at(201));
        assert_eq!(limits(&learning), [57, 1500]);
    }

    #[test]
    fn third_adjustment_within_two_minutes_slows_the_pace_instead() {
        let mut learning = Learning::new(&documented(), Duration::ZERO);
        for second in [10, 50, 90] {
            learning.learn(&refusal(30), &usage(80, 200), at(second), at(second + 1));
        }
        assert_eq!(learning.spacing(), Duration::from_millis(300));
        assert_eq!(limits(&learning), [76, 1500]);
    }

    #[test]
    fn limits_come_back_after_quiet_and_not_before() {
        let mut learning = Learning::new(&documented(), Duration::ZERO);
        learning.learn(&refusal(30), &usage(80, 200), at(0), at(1));
        learning.learn(&refusal(600), &usage(10, 1000), at(300), at(301));
        assert_eq!(limits(&learning), [76, 978]);

        assert!(
            !learning.ease(at(301 + 9 * 60)),
            "nine quiet minutes give nothing back"
        );
        assert!(learning.ease(at(301 + 20 * 60)));
        let after_20_min = limits(&learning);
        assert!(
            after_20_min[0] > 76 && after_20_min[1] == 978,
            "{after_20_min:?}"
        );

        learning.ease(at(301 + 24 * 3600));
        assert_eq!(limits(&learning), [100, 1500]);
        assert_eq!(learning.next_easing(), None, "nothing is left to give back");
    }

    #[test]
    fn easing_in_one_leap_equals_easing_minute_by_minute() {
        let mut leap = Learning::new(&documented(), Duration::from_millis(100));
        leap.learn(&refusal(600), &usage(10, 700), at(0), at(1));
        leap.learn(&refusal(2), &usage(10, 700), at(700), at(701));
        let mut steps = leap.clone();
        for second in (760..40_000).step_by(7) {
            steps.ease(at(second));
        }
        leap.ease(at(40_000));
        assert_eq!(limits(&leap), limits(&steps));
        assert_eq!(leap.spacing(), steps.spacing());
    }
}

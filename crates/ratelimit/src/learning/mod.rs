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

/// What is known when a call was refused for its rate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal<'a> {
    pub(crate) push_back: &'a PushBack,
    /// The use of each window that the service can have seen without refusing.
    pub(crate) usage: &'a [WindowUse],
    /// When the call got its permit.
    pub(crate) granted: Moment,
    /// When the refusal was read.
    pub(crate) now: Moment,
    /// When the next call may go out.
    pub(crate) resumes: Moment,
}

/// Limits and spacing as they were learned.
#[derive(Debug, Clone)]
pub(crate) struct Learning {
    pace: Pace,
    limits: Vec<LearnedLimit>,
    /// When the last three adjustments were made, the latest last.
    adjusted: [Option<Moment>; 3],
    /// When the pause after the last refusal ends: no quiet time passes before.
    resumes: Moment,
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
            resumes: Moment::EPOCH,
            eased: Moment::EPOCH,
        }
    }

    /// Takes in a refusal. One adjustment answers all refusals of calls that were already out when
    /// it was made.
    pub(crate) fn learn(&mut self, refusal: &Refusal<'_>) {
        if self.at_rest() {
            self.eased = refusal.now;
        }
        self.resumes = self.resumes.max(refusal.resumes);
        if self
            .last_adjustment()
            .is_some_and(|adjusted| refusal.granted <= adjusted)
        {
            return;
        }
        let [_, second, third] = self.adjusted;
        self.adjusted = [second, third, Some(refusal.now)];
        match knob::choose(
            refusal.push_back,
            refusal.usage,
            self.third_in_a_row(refusal.now),
        ) {
            Knob::Pace => self.pace.slow_down(refusal.now),
            Knob::Window(index) => {
                let limit = self.limits.get_mut(index).zip(refusal.usage.get(index));
                if let Some((limit, used)) = limit {
                    limit.cut(used.used, refusal.push_back.named_window());
                }
            }
        }
    }

    /// Gives back what quiet minutes have earned since it was last asked. True if limits changed.
    pub(crate) fn ease(&mut self, now: Moment) -> bool {
        let mut changed = false;
        while !self.at_rest() && self.eased + STEP <= now {
            self.eased = self.eased + STEP;
            if self.eased < self.resumes {
                continue;
            }
            self.pace.ease(self.eased);
            let quiet = self.eased.since(self.resumes);
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

    /// A call granted and refused at these seconds, by a service that asks to wait.
    fn refuse(learning: &mut Learning, wait: u64, usage: &[WindowUse], granted: u64, now: u64) {
        learning.learn(&Refusal {
            push_back: &PushBack::new().retry_after(Duration::from_secs(wait)),
            usage,
            granted: at(granted),
            now: at(now),
            resumes: at(now + wait),
        });
    }

    fn limits(learning: &Learning) -> Vec<u32> {
        learning.limits().collect()
    }

    #[test]
    fn refusals_of_calls_already_out_adjust_once() {
        let mut learning = Learning::new(&documented(), Duration::ZERO);
        refuse(&mut learning, 30, &usage(80, 200), 99, 100);
        assert_eq!(limits(&learning), [76, 1500]);
        refuse(&mut learning, 30, &usage(60, 200), 100, 101);
        assert_eq!(
            limits(&learning),
            [76, 1500],
            "was granted before the adjustment"
        );
        refuse(&mut learning, 30, &usage(60, 200), 200, 201);
        assert_eq!(limits(&learning), [57, 1500]);
    }

    #[test]
    fn third_adjustment_within_two_minutes_slows_the_pace_instead() {
        let mut learning = Learning::new(&documented(), Duration::ZERO);
        for second in [10, 50, 90] {
            refuse(&mut learning, 30, &usage(80, 200), second, second + 1);
        }
        assert_eq!(learning.spacing(), Duration::from_millis(300));
        assert_eq!(limits(&learning), [76, 1500]);
    }

    #[test]
    fn limits_come_back_after_quiet_and_not_before() {
        let mut learning = Learning::new(&documented(), Duration::ZERO);
        refuse(&mut learning, 30, &usage(80, 200), 0, 1);
        refuse(&mut learning, 600, &usage(10, 1000), 300, 301);
        assert_eq!(limits(&learning), [76, 978]);

        assert!(
            !learning.ease(at(901 + 9 * 60)),
            "nine quiet minutes after the pause give nothing back"
        );
        assert!(learning.ease(at(901 + 20 * 60)));
        let after_20_min = limits(&learning);
        assert!(
            after_20_min[0] > 76 && after_20_min[1] == 978,
            "{after_20_min:?}"
        );

        learning.ease(at(901 + 24 * 3600));
        assert_eq!(limits(&learning), [100, 1500]);
        assert_eq!(learning.next_easing(), None, "nothing is left to give back");
    }

    #[test]
    fn easing_in_one_leap_equals_easing_minute_by_minute() {
        let mut leap = Learning::new(&documented(), Duration::from_millis(100));
        refuse(&mut leap, 600, &usage(10, 700), 0, 1);
        refuse(&mut leap, 2, &usage(10, 700), 700, 701);
        let mut steps = leap.clone();
        for second in (760..40_000).step_by(7) {
            steps.ease(at(second));
        }
        leap.ease(at(40_000));
        assert_eq!(limits(&leap), limits(&steps));
        assert_eq!(leap.spacing(), steps.spacing());
    }
}

//! Telling time that passed from a clock that was set.
//!
//! An action that waited for three days is over for good. When somebody sets the clock forward by a
//! week, nothing has waited for a week: so for the next three days the step does not count. By
//! then whatever waited before it has had its time, and nothing that came after it could be over.

use std::time::Duration;

use quell_model::Timestamp;

use super::lifecycle::DELIVERY_TIME;

/// More than a clock that is merely corrected now and then moves between two looks.
const TOLERANCE: Duration = Duration::from_secs(60);

/// By how much a clock was set forward lately.
#[derive(Debug, Default)]
pub(crate) struct ClockSteps {
    last: Option<Look>,
    steps: Vec<Step>,
}

/// What the clock showed, and how long it had run by what is never set.
#[derive(Clone, Copy, Debug)]
struct Look {
    shown: Timestamp,
    running: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    by: Duration,
    noticed: Duration,
}

impl ClockSteps {
    /// Looks at the clock, and says how much of what it shows has not passed.
    pub(crate) fn look(&mut self, shown: Timestamp, running: Duration) -> Duration {
        if let Some(last) = self.last.replace(Look { shown, running }) {
            let expected = last
                .shown
                .saturating_add(running.saturating_sub(last.running));
            let forward = shown.saturating_duration_since(expected);
            let back = expected.saturating_duration_since(shown);
            if forward > TOLERANCE {
                self.steps.push(Step {
                    by: forward,
                    noticed: running,
                });
            }
            if back > TOLERANCE {
                self.take_back(back);
            }
        }
        self.steps
            .retain(|step| running.saturating_sub(step.noticed) < DELIVERY_TIME);
        let steps = self.steps.iter().map(|step| step.by);
        steps.fold(Duration::ZERO, Duration::saturating_add)
    }

    /// A clock that is set right again undoes its steps, the last one first.
    fn take_back(&mut self, mut by: Duration) {
        while let Some(step) = self.steps.last_mut() {
            if step.by > by {
                step.by -= by;
                return;
            }
            by -= step.by;
            self.steps.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn start() -> Timestamp {
        Timestamp::from_unix_seconds(1_700_000_000)
    }

    #[test]
    fn time_that_passes_is_none_that_was_set_however_long_nobody_looked() {
        let mut steps = ClockSteps::default();
        for running in [Duration::ZERO, MINUTE / 2, 40 * DAY] {
            let shown = start().saturating_add(running);
            assert_eq!(steps.look(shown, running), Duration::ZERO);
        }
    }

    #[test]
    fn step_does_not_count_until_what_waited_has_had_its_time() {
        let mut steps = ClockSteps::default();
        assert_eq!(steps.look(start(), Duration::ZERO), Duration::ZERO);
        let shown = |running: Duration| start().saturating_add(7 * DAY + running);
        assert_eq!(steps.look(shown(MINUTE), MINUTE), 7 * DAY);
        let almost = DELIVERY_TIME;
        assert_eq!(steps.look(shown(almost), almost), 7 * DAY);
        let after = MINUTE + DELIVERY_TIME;
        assert_eq!(steps.look(shown(after), after), Duration::ZERO);
    }

    #[test]
    fn clock_that_is_set_right_again_has_made_no_step() {
        let mut steps = ClockSteps::default();
        steps.look(start(), Duration::ZERO);
        steps.look(start().saturating_add(7 * DAY), Duration::ZERO);
        let partly = start().saturating_add(2 * DAY);
        assert_eq!(steps.look(partly, Duration::ZERO), 2 * DAY);
        assert_eq!(steps.look(start(), Duration::ZERO), Duration::ZERO);
        // One that is set back further shows less time than passed, which ends nothing early.
        let before = start().saturating_sub(DAY);
        assert_eq!(steps.look(before, Duration::ZERO), Duration::ZERO);
    }

    proptest! {
        /// However the clock is set: what began before some of it and is judged by it has waited
        /// for as long as it must.
        #[test]
        fn nothing_is_over_before_its_time(
            looks in proptest::collection::vec((0..2_u64 * 86_400, -20 * 86_400..20 * 86_400_i64), 1..40),
            at in 0..40_usize,
        ) {
            let mut steps = ClockSteps::default();
            let (mut running, mut offset) = (Duration::ZERO, 0);
            let mut began = None;
            for (number, (passed, step)) in looks.into_iter().enumerate() {
                running += Duration::from_secs(passed);
                // Now and then it is set, and mostly it goes.
                offset += if step % 3 == 0 { step } else { 0 };
                let shown = Timestamp::from_unix_seconds(
                    1_700_000_000 + offset + i64::try_from(running.as_secs()).unwrap(),
                );
                let held_back = steps.look(shown, running);
                if number == at {
                    began = Some((shown, running));
                }
                if let Some((created, then)) = began {
                    let judged = shown.saturating_sub(held_back);
                    let is_over = judged >= created.saturating_add(DELIVERY_TIME);
                    // What the tolerance lets pass unseen is at most that, once a look.
                    let slack = TOLERANCE * 40;
                    prop_assert!(!is_over || running - then + slack >= DELIVERY_TIME);
                }
            }
        }
    }
}

use std::time::Duration;

/// Nobody is looked at more rarely than this.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Intervals that are stretched because nothing happens grow no longer than this by it.
const STRETCHED: Duration = Duration::from_secs(5 * 60);

/// This many looks in a row without news double the intervals.
const PATIENCE: u32 = 3;

/// How often to look at actions of each age: about an eighth of it, in steps that double.
///
/// Step `k` is for ages below eight times its interval, and its interval is `2^k` times the shortest;
/// the last step, of half an hour, is for all that is older. One list that goes back far enough for
/// a step shows all younger actions too, so a look at one step is a look at all below it.
#[derive(Clone, Debug)]
pub(super) struct Ladder {
    steps: Vec<Step>,
    /// Looks in a row that showed nothing new.
    idle: u32,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    interval: Duration,
    looked: Option<Duration>,
}

impl Ladder {
    /// From this interval up to half an hour.
    pub(super) fn new(shortest: Duration) -> Self {
        let doubled = |interval: &Duration| Some(interval.saturating_mul(2));
        let below = std::iter::successors(Some(shortest), doubled).take_while(|i| *i < LONGEST);
        let intervals = below.chain([LONGEST.max(shortest)]);
        let step = |interval| Step {
            interval,
            looked: None,
        };
        Self {
            steps: intervals.map(step).collect(),
            idle: 0,
        }
    }

    /// The step for an action of this age.
    pub(super) fn step_of(&self, age: Duration) -> usize {
        let last = self.steps.len().saturating_sub(1);
        let fits = |step: &Step| age < step.interval.saturating_mul(8);
        self.steps.iter().take(last).position(fits).unwrap_or(last)
    }

    /// When a step that has actions is to be looked at next: from the beginning, at once.
    pub(super) fn due(&self, step: usize) -> Duration {
        let Some(Step { interval, looked }) = self.steps.get(step) else {
            return Duration::MAX;
        };
        let stretched = interval.saturating_mul(1 << (self.idle / PATIENCE).min(10));
        let interval = stretched.min(STRETCHED).max(*interval);
        looked.map_or(Duration::ZERO, |looked| looked.saturating_add(interval))
    }

    /// A look at this step, and so at all below it, begins.
    pub(super) fn look(&mut self, step: usize, now: Duration) {
        for step in self.steps.iter_mut().take(step + 1) {
            step.looked = Some(now);
        }
    }

    /// A look ended, with news or without.
    pub(super) fn learn(&mut self, news: bool) {
        self.idle = if news { 0 } else { self.idle.saturating_add(1) };
    }

    /// Something new is to be looked at.
    pub(super) fn wake(&mut self) {
        self.idle = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn intervals_are_an_eighth_of_the_age_up_to_half_an_hour() {
        let ladder = Ladder::new(30 * SECOND);
        let intervals: Vec<u64> = ladder
            .steps
            .iter()
            .map(|step| step.interval.as_secs())
            .collect();
        assert_eq!(intervals, [30, 60, 120, 240, 480, 960, 1800]);
        assert_eq!(ladder.step_of(Duration::ZERO), 0);
        assert_eq!(ladder.step_of(239 * SECOND), 0);
        assert_eq!(ladder.step_of(240 * SECOND), 1);
        assert_eq!(ladder.step_of(7679 * SECOND), 5);
        assert_eq!(ladder.step_of(Duration::MAX), 6);
    }

    #[test]
    fn any_shortest_interval_makes_a_ladder() {
        for shortest in [
            Duration::ZERO,
            Duration::from_nanos(1),
            Duration::from_secs(1 << 40),
            Duration::MAX,
        ] {
            let ladder = Ladder::new(shortest.max(Duration::from_millis(50)));
            assert!((1..20).contains(&ladder.steps.len()));
            assert_eq!(ladder.step_of(Duration::MAX), ladder.steps.len() - 1);
        }
    }

    #[test]
    fn a_look_counts_for_all_younger_steps() {
        let mut ladder = Ladder::new(30 * SECOND);
        assert_eq!(ladder.due(3), Duration::ZERO);
        ladder.look(2, 100 * SECOND);
        assert_eq!(ladder.due(0), 130 * SECOND);
        assert_eq!(ladder.due(2), 220 * SECOND);
        assert_eq!(ladder.due(3), Duration::ZERO);
    }

    #[test]
    fn intervals_stretch_to_five_minutes_while_nothing_happens_and_snap_back() {
        let mut ladder = Ladder::new(30 * SECOND);
        ladder.look(6, Duration::ZERO);
        let mut due = Vec::new();
        for _ in 0..13 {
            due.push((ladder.due(0).as_secs(), ladder.due(6).as_secs()));
            ladder.learn(false);
        }
        assert_eq!(
            [due[0], due[2], due[3], due[6], due[12]],
            [(30, 1800), (30, 1800), (60, 1800), (120, 1800), (300, 1800)]
        );
        ladder.learn(true);
        assert_eq!(ladder.due(0), 30 * SECOND);
    }
}

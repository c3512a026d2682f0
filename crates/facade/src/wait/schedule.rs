use std::time::Duration;

use quell_model::limits::VISIBILITY;

/// When to look again at an action that has not ended.
///
/// The interval is an eighth of the time waited so far, so that whoever waits for an
/// hour learns the end at most some minutes late and asks some fifty times, not
/// thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    pub(super) shortest: Duration,
    pub(super) longest: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            shortest: Duration::from_millis(500),
            longest: Duration::from_secs(60),
        }
    }
}

impl Schedule {
    /// How long to pause after having waited this long, at least `asked`, with this much
    /// time left; `None` if no further look fits.
    ///
    /// The last pause is cut so that there is one look shortly before the end.
    pub(super) fn pause(
        self,
        waited: Duration,
        asked: Duration,
        left: Option<Duration>,
    ) -> Option<Duration> {
        let pause = self.interval(waited).max(asked);
        match left {
            Some(left) if pause >= left => {
                let last = left.saturating_sub(self.shortest);
                (last >= self.shortest.max(asked)).then_some(last)
            }
            _ => Some(pause),
        }
    }

    fn interval(self, waited: Duration) -> Duration {
        let longest = self.longest.max(self.shortest);
        (waited / 8).clamp(self.shortest, longest)
    }
}

/// Whether an action that is not found may be one that is not visible yet.
pub(super) fn may_appear(waited: Duration) -> bool {
    waited <= VISIBILITY
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn intervals_grow_with_the_wait_between_their_bounds() {
        let schedule = Schedule::default();
        assert_eq!(schedule.interval(Duration::ZERO), SECOND / 2);
        assert_eq!(schedule.interval(80 * SECOND), 10 * SECOND);
        assert_eq!(schedule.interval(86_400 * SECOND), 60 * SECOND);
    }

    #[test]
    fn bounds_in_the_wrong_order_do_no_harm() {
        let schedule = Schedule {
            shortest: 9 * SECOND,
            longest: SECOND,
        };
        assert_eq!(schedule.interval(Duration::MAX), 9 * SECOND);
    }

    #[test]
    fn there_is_a_last_look_shortly_before_the_end() {
        let pause = |left: u64| {
            let left = Some(Duration::from_millis(left));
            Schedule::default().pause(80 * SECOND, Duration::ZERO, left)
        };
        assert_eq!(pause(10_001), Some(10 * SECOND));
        assert_eq!(pause(10_000), Some(Duration::from_millis(9_500)));
        assert_eq!(pause(1_000), Some(SECOND / 2));
        assert_eq!(pause(999), None);
    }

    #[test]
    fn a_pause_that_was_asked_for_is_not_cut() {
        let pause = |left| Schedule::default().pause(SECOND, 30 * SECOND, left);
        assert_eq!(pause(None), Some(30 * SECOND));
        assert_eq!(pause(Some(31 * SECOND)), Some(30 * SECOND));
        assert_eq!(pause(Some(30 * SECOND)), None);
    }

    #[test]
    fn an_hour_costs_some_dozens_of_looks() {
        let (mut waited, mut looks) = (Duration::ZERO, 0);
        while waited < 3600 * SECOND {
            waited += Schedule::default().interval(waited);
            looks += 1;
        }
        assert!((60..120).contains(&looks), "{looks}");
    }
}

use std::time::Duration;

use quell_model::limits::VISIBILITY;

/// When to look again at an action that has not ended.
///
/// The interval is an eighth of the time waited so far, so that whoever waits for an
/// hour learns the end at most some minutes late and asks some fifty times, not
/// thousands (ratelimit.md §8).
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
    pub(super) fn interval(self, waited: Duration) -> Duration {
        (waited / 8)
            .max(self.shortest)
            .min(self.longest.max(self.shortest))
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
    fn an_hour_costs_some_dozens_of_looks() {
        let (mut waited, mut looks) = (Duration::ZERO, 0);
        while waited < 3600 * SECOND {
            waited += Schedule::default().interval(waited);
            looks += 1;
        }
        assert!((60..120).contains(&looks), "{looks}");
    }
}

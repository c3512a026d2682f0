//! What time it is for a store, told so that no reboot, suspend or set clock makes a call look older
//! than it is.

#[cfg(feature = "sqlite")]
mod system;

use std::time::Duration;

use quell_ratelimit::Moment;

#[cfg(feature = "sqlite")]
pub(crate) use system::SystemClock;

/// One look at all the clocks there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Nanoseconds since the Unix epoch, as the wall clock has it.
    pub wall: i64,
    /// The clock that nobody sets; `None` where it cannot be compared between processes.
    pub since_boot: Option<SinceBoot>,
}

/// A monotonic time, which means something only within one boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinceBoot {
    /// The boot, as the kernel names it.
    pub boot: String,
    /// Nanoseconds since then. A suspended machine counts none.
    pub nanoseconds: i64,
}

/// Where a store of this host reads the time.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Stamp;
}

/// Where a budget's time stands: a moment of its own, and the look at the clocks that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) moment: Moment,
    pub(crate) stamp: Stamp,
}

impl Anchor {
    /// A budget's time begins.
    pub(crate) fn first(stamp: Stamp) -> Self {
        Self {
            moment: Moment::EPOCH,
            stamp,
        }
    }

    /// The same time, later.
    pub(crate) fn moved_to(&self, now: Stamp) -> Moved {
        let passed = passed(&self.stamp, &now);
        Moved {
            anchor: Self {
                moment: self.moment + passed.at_least,
                stamp: now,
            },
            must_keep: passed.disputed,
        }
    }
}

/// An anchor that was brought up to now.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) anchor: Anchor,
    /// Whether it must be stored even if nothing else changed: measured from the old anchor, time
    /// would stand still until a clock that was set back has caught up.
    pub(crate) must_keep: bool,
}

/// How much time has passed for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Passed {
    at_least: Duration,
    /// The clocks contradict each other, or only the one that can be set was there to ask.
    disputed: bool,
}

/// The time between two looks at the clocks, never longer than it was.
///
/// Within one boot it is the lesser of what the two clocks say: the wall clock may have been set
/// forward, and a monotonic clock differs between time namespaces. From one boot to the next only the
/// wall clock goes on. Where it went backwards, nothing is known to have passed.
fn passed(then: &Stamp, now: &Stamp) -> Passed {
    let wall = now.wall.saturating_sub(then.wall);
    let monotonic = match (&then.since_boot, &now.since_boot) {
        (Some(then), Some(now)) if then.boot == now.boot => {
            Some(now.nanoseconds.saturating_sub(then.nanoseconds))
        }
        _ => None,
    };
    let least = monotonic.map_or(wall, |monotonic| monotonic.min(wall));
    Passed {
        at_least: Duration::from_nanos(u64::try_from(least).unwrap_or(0)),
        disputed: least < 0 || (monotonic.is_none() && then.since_boot != now.since_boot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;
    const MINUTE: i64 = 60 * SECOND;
    const NOON: i64 = 1_700_000_000 * SECOND;

    fn at(boot: &str, wall: i64, monotonic: i64) -> Stamp {
        let since_boot = (!boot.is_empty()).then(|| SinceBoot {
            boot: boot.to_owned(),
            nanoseconds: monotonic,
        });
        Stamp {
            wall: NOON + wall,
            since_boot,
        }
    }

    #[test]
    fn no_clock_is_believed_beyond_what_is_certain() {
        let (settled, disputed) = (false, true);
        let table = [
            // Same boot: the lesser of both.
            ("steady", at("a", 30 * SECOND, 30 * SECOND), 30, settled),
            (
                "wall set forward",
                at("a", 10 * MINUTE, 30 * SECOND),
                30,
                settled,
            ),
            (
                "wall set back a little",
                at("a", 20 * SECOND, 30 * SECOND),
                20,
                settled,
            ),
            (
                "wall set back 10 min",
                at("a", -10 * MINUTE, 30 * SECOND),
                0,
                disputed,
            ),
            (
                "suspended for 8 h",
                at("a", 480 * MINUTE, 30 * SECOND),
                30,
                settled,
            ),
            (
                "another time namespace",
                at("a", 30 * SECOND, -MINUTE),
                0,
                disputed,
            ),
            // Another boot: the wall clock, if it did not go backwards.
            ("rebooted", at("b", 5 * MINUTE, 20 * SECOND), 300, disputed),
            (
                "rebooted, wall set back",
                at("b", -10 * MINUTE, 20 * SECOND),
                0,
                disputed,
            ),
            (
                "rebooted, wall lost",
                at("b", -NOON, 20 * SECOND),
                0,
                disputed,
            ),
            // No boot known: the wall clock alone.
            ("wall only now", at("", 40 * SECOND, 0), 40, disputed),
        ];
        for (case, now, seconds, contradiction) in table {
            let passed = passed(&at("a", 0, 0), &now);
            assert_eq!(passed.at_least, Duration::from_secs(seconds), "{case}");
            assert_eq!(passed.disputed, contradiction, "{case}");
        }
        let wall_only = passed(&at("", 0, 0), &at("", 40 * SECOND, 0));
        assert_eq!(wall_only.at_least, Duration::from_secs(40));
        assert!(!wall_only.disputed);
        assert!(passed(&at("", 0, 0), &at("", -1, 0)).disputed);
    }

    #[test]
    fn clock_set_back_costs_one_step_and_time_goes_on_from_there() {
        let anchor = Anchor::first(at("a", 0, 0));
        let anchor = anchor.moved_to(at("a", MINUTE, MINUTE)).anchor;
        let set_back = anchor.moved_to(at("a", -9 * MINUTE, 61 * SECOND));
        assert!(set_back.must_keep);
        let later = set_back.anchor.moved_to(at("a", -8 * MINUTE, 121 * SECOND));
        assert!(!later.must_keep);
        assert_eq!(later.anchor.moment.elapsed(), Duration::from_secs(120));
    }

    #[test]
    fn absurd_stamps_do_not_overflow() {
        let first = Stamp {
            wall: i64::MIN,
            since_boot: None,
        };
        let last = Stamp {
            wall: i64::MAX,
            since_boot: None,
        };
        assert_eq!(passed(&last, &first).at_least, Duration::ZERO);
        assert_eq!(
            passed(&first, &last).at_least,
            Duration::from_nanos(i64::MAX as u64)
        );
    }
}

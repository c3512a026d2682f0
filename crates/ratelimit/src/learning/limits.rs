use std::time::Duration;

use super::fade::faded;
use super::learned::LimitNow;
use crate::{Moment, Window};

/// A window's limit as learned: cut by refusals, given back slowly after quiet.
///
/// Short and long windows differ: a minute too many is over in a minute, an hour too many in an
/// hour, so a long window is cut to just below what was used and given back only after a quiet hour.
///
/// A refusal says that a window is full, not that we filled it. So a cut goes no lower than a third
/// of the limit in force; a refusal at less than a tenth of it is believed to concern us only when
/// it comes again within two windows; and nothing goes below a twentieth of the whole limit. A limit
/// that the service names is taken at once, as far as that.
#[derive(Debug, Clone)]
pub(super) struct LearnedLimit {
    window: Window,
    /// What the policy allows of it.
    full: f64,
    limit: f64,
    doubted: Option<Moment>,
    temper: Temper,
}

#[derive(Debug, Clone, Copy)]
struct Temper {
    keep: f64,
    less: f64,
    quiet: Duration,
    /// Given back in each quiet minute, as a share of the full limit.
    regain: f64,
}

/// Windows up to this long count as short.
const SHORT: Duration = Duration::from_secs(10 * 60);
const FOR_SHORT: Temper = Temper {
    keep: 0.95,
    less: 0.0,
    quiet: Duration::from_secs(600),
    regain: 0.2 / 100.0,
};
const FOR_LONG: Temper = Temper {
    keep: 0.98,
    less: 2.0,
    quiet: Duration::from_secs(3600),
    regain: 1.0 / 1500.0,
};

/// The least part of the limit in force that one cut leaves.
const LEAST_OF_A_CUT: f64 = 1.0 / 3.0;
/// The part of the limit in force below which our own use explains no refusal.
const LITTLE: f64 = 0.1;
/// The least part of the full limit that any evidence leaves.
const FLOOR: f64 = 0.05;

impl LearnedLimit {
    pub(super) fn resume(window: Window, share: u32, learned: &[LimitNow]) -> Self {
        let temper = if window.period() <= SHORT {
            FOR_SHORT
        } else {
            FOR_LONG
        };
        let full = f64::from(share);
        let known = learned.iter().find(|known| known.period == window.period());
        Self {
            window,
            full,
            limit: known.map_or(full, |known| known.limit.clamp(floor(full), full)),
            doubted: known.and_then(|known| known.doubted),
            temper,
        }
    }

    /// What must be kept of it, if anything was learned.
    pub(super) fn now(&self) -> Option<LimitNow> {
        (!self.at_rest() || self.doubted.is_some()).then(|| LimitNow {
            period: self.window.period(),
            limit: self.limit,
            doubted: self.doubted,
        })
    }

    pub(super) fn window(&self) -> Window {
        self.window
    }

    /// Goes below what was used when the service refused, and to what it named if that is less.
    pub(super) fn cut(&mut self, used: u32, named: Option<Window>, now: Moment) {
        let named = named.filter(|named| named.period() == self.window.period());
        let named = named.map_or(f64::INFINITY, |named| f64::from(named.limit()));
        let little = f64::from(used) < LITTLE * self.limit && !self.doubted_lately(now);
        let by_use = if little {
            f64::INFINITY
        } else {
            let below_use = self.temper.keep * f64::from(used) - self.temper.less;
            below_use.max(self.limit * LEAST_OF_A_CUT)
        };
        self.doubted = little.then_some(now);
        self.limit = self.limit.min(by_use).min(named).max(floor(self.full));
    }

    /// One minute passed, the last refusal was `quiet` ago. True if the limit changed.
    pub(super) fn ease(&mut self, quiet: Duration) -> bool {
        if self.at_rest() || quiet < self.temper.quiet {
            return false;
        }
        self.limit = (self.limit + self.temper.regain * self.full).min(self.full);
        true
    }

    /// So many minutes passed without a call.
    pub(super) fn fade(&mut self, minutes: u64) {
        let lacks = faded(self.full - self.limit, minutes);
        self.limit = if lacks < 1.0 {
            self.full
        } else {
            self.full - lacks
        };
    }

    /// The limit to keep: whole calls.
    pub(super) fn in_force(&self) -> u32 {
        // A float to integer cast saturates, and the limit lies between 1 and the window's own.
        self.limit as u32
    }

    pub(super) fn at_rest(&self) -> bool {
        self.limit >= self.full
    }

    fn doubted_lately(&self, now: Moment) -> bool {
        let twice = self.window.period().saturating_mul(2);
        self.doubted
            .is_some_and(|doubted| now.since(doubted) <= twice)
    }
}

fn floor(full: f64) -> f64 {
    (FLOOR * full).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn minute() -> LearnedLimit {
        LearnedLimit::resume(Window::new(100, MINUTE).unwrap(), 100, &[])
    }

    fn at(second: u64) -> Moment {
        Moment::after_epoch(Duration::from_secs(second))
    }

    #[test]
    fn cut_goes_below_use_and_never_raises() {
        let mut limit = minute();
        limit.cut(60, None, at(0));
        assert_eq!(limit.in_force(), 57);
        limit.cut(90, None, at(0));
        assert_eq!(limit.in_force(), 57);
    }

    #[test]
    fn one_refusal_of_an_idle_client_is_noted_and_the_second_cuts() {
        let mut limit = minute();
        limit.cut(1, None, at(0));
        assert_eq!(limit.in_force(), 100);
        limit.cut(1, None, at(121));
        assert_eq!(limit.in_force(), 100, "the first is too long ago");
        limit.cut(1, None, at(240));
        assert_eq!(limit.in_force(), 33);
    }

    #[test]
    fn no_evidence_leaves_less_than_a_twentieth() {
        let mut limit = minute();
        for second in 0..20 {
            limit.cut(0, None, at(second));
        }
        assert_eq!(limit.in_force(), 5);
        let mut named = minute();
        named.cut(50, Some(Window::new(1, MINUTE).unwrap()), at(0));
        assert_eq!(named.in_force(), 5);
    }

    #[test]
    fn named_limit_lowers_and_another_window_does_not() {
        let mut limit = minute();
        let named = |calls, seconds| Window::new(calls, Duration::from_secs(seconds)).ok();
        limit.cut(100, named(5, 3600), at(0));
        assert_eq!(limit.in_force(), 95);
        limit.cut(100, named(45, 60), at(0));
        assert_eq!(limit.in_force(), 45);
        limit.cut(100, named(400, 60), at(0));
        assert_eq!(limit.in_force(), 45);
    }

    #[test]
    fn day_without_a_call_gives_back_half() {
        let mut limit = minute();
        limit.cut(60, None, at(0));
        limit.fade(24 * 60);
        assert_eq!(limit.in_force(), 78);
        limit.fade(30 * 24 * 60);
        assert!(limit.at_rest());
    }
}

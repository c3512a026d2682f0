use std::time::Duration;

use crate::Window;

/// A window's limit as learned: cut by refusals, given back slowly after quiet.
///
/// Short and long windows differ: a minute too many is over in a minute, an hour too many in an
/// hour, so a long window is cut to just below what was used and given back only after a quiet hour.
#[derive(Debug, Clone)]
pub(super) struct LearnedLimit {
    window: Window,
    limit: f64,
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

impl LearnedLimit {
    pub(super) fn new(window: Window) -> Self {
        let temper = if window.period() <= SHORT {
            FOR_SHORT
        } else {
            FOR_LONG
        };
        Self {
            window,
            limit: f64::from(window.limit()),
            temper,
        }
    }

    /// Goes below what was used when the service refused, and to what it named if that is less.
    pub(super) fn cut(&mut self, used: u32, named: Option<Window>) {
        let below_use = self.temper.keep * f64::from(used) - self.temper.less;
        let named = named.filter(|named| named.period() == self.window.period());
        let named = named.map_or(f64::INFINITY, |named| f64::from(named.limit()));
        self.limit = self.limit.min(below_use).min(named).max(1.0);
    }

    /// One minute passed, the last refusal was `quiet` ago. True if the limit changed.
    pub(super) fn ease(&mut self, quiet: Duration) -> bool {
        if self.at_rest() || quiet < self.temper.quiet {
            return false;
        }
        let full = f64::from(self.window.limit());
        self.limit = (self.limit + self.temper.regain * full).min(full);
        true
    }

    /// The limit to keep: whole calls.
    pub(super) fn in_force(&self) -> u32 {
        // A float to integer cast saturates, and the limit lies between 1 and the window's own.
        self.limit as u32
    }

    pub(super) fn at_rest(&self) -> bool {
        self.limit >= f64::from(self.window.limit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute() -> LearnedLimit {
        LearnedLimit::new(Window::new(100, Duration::from_secs(60)).unwrap())
    }

    #[test]
    fn cut_never_raises_and_never_reaches_zero() {
        let mut limit = minute();
        limit.cut(60, None);
        assert_eq!(limit.in_force(), 57);
        limit.cut(90, None);
        assert_eq!(limit.in_force(), 57);
        limit.cut(0, None);
        assert_eq!(limit.in_force(), 1);
    }

    #[test]
    fn named_limit_lowers_and_another_window_does_not() {
        let mut limit = minute();
        limit.cut(
            100,
            Some(Window::new(5, Duration::from_secs(3600)).unwrap()),
        );
        assert_eq!(limit.in_force(), 95);
        limit.cut(100, Some(Window::new(45, Duration::from_secs(60)).unwrap()));
        assert_eq!(limit.in_force(), 45);
        limit.cut(
            100,
            Some(Window::new(400, Duration::from_secs(60)).unwrap()),
        );
        assert_eq!(limit.in_force(), 45);
    }
}

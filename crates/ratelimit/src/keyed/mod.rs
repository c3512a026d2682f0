//! governor's GCRA for each of a bounded number of keys.

mod cells;

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::RateLimiter;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;

use cells::BoundedCells;

use crate::{Moment, Window};

/// A guard against abuse, for each key apart: governor's GCRA.
///
/// It smooths: `limit` calls at once, then one in each `period / limit`. A key costs 8 bytes beside
/// itself, and up to `2 · limit - 1` of its calls pass in one period. That is right against abuse
/// and wrong for a documented limit, which is [`RollingCounter`](crate::RollingCounter)'s.
///
/// Keys are what strangers send, so their number is bounded. When the table is full, keys that have
/// their whole burst again are forgotten, which changes nothing for them. If that makes no room, all
/// further keys share one cell: a flood of new keys slows new keys, and known ones keep their own.
pub struct Keyed<K: Clone + Eq + Hash> {
    guard: RateLimiter<K, BoundedCells<K>, Dial, NoOpMiddleware<Nanos>>,
    max_keys: usize,
    /// The time in which a cell can fill up by one call: tidying more often would find nothing new.
    tidy_every: Duration,
    next_tidy: AtomicU64,
}

/// The key has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many calls, try again in {retry_after:?}")]
pub struct TooFast {
    /// How long until a call of this key passes again.
    pub retry_after: Duration,
}

impl<K: Clone + Eq + Hash> Keyed<K> {
    /// A guard with `window.limit()` calls at once and as many again in each `window.period()`, for
    /// at most `max_keys` keys with a cell of their own.
    #[must_use]
    pub fn new(window: Window, max_keys: usize) -> Self {
        let burst = NonZeroU32::new(window.limit()).unwrap_or(NonZeroU32::MIN);
        let one_per = (window.period().min(LONGEST) / burst.get()).max(Duration::from_nanos(1));
        // Only a length of zero has no quota, and it was just ruled out.
        let quota = governor::Quota::with_period(one_per)
            .unwrap_or_else(|| governor::Quota::per_second(burst))
            .allow_burst(burst);
        Self {
            guard: RateLimiter::new(quota, BoundedCells::new(max_keys), Dial::default()),
            max_keys,
            tidy_every: one_per,
            next_tidy: AtomicU64::new(0),
        }
    }

    /// Lets a call of this key pass, or says when it may try again.
    ///
    /// # Errors
    /// [`TooFast`]; the refused call was not charged.
    pub fn check(&self, key: &K, now: Moment) -> Result<(), TooFast> {
        let dial = self.guard.clock();
        dial.turn_to(now);
        self.tidy(now);
        self.guard.check_key(key).map_err(|refusal| TooFast {
            retry_after: refusal.wait_time_from(dial.now()),
        })
    }

    /// How many keys have a cell of their own.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.guard.len()
    }

    /// Forgets idle keys when the table is full, but not for every call of a flood.
    fn tidy(&self, now: Moment) {
        let due = self.next_tidy.load(Ordering::Relaxed);
        if now.as_nanos() < due || self.keys() < self.max_keys {
            return;
        }
        let next = (now + self.tidy_every).as_nanos();
        if self
            .next_tidy
            .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
        {
            self.guard.retain_recent();
        }
    }
}

impl<K: Clone + Eq + Hash> fmt::Debug for Keyed<K> {
    /// Keys may be addresses or names of callers; only their number is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyed")
            .field("keys", &self.keys())
            .finish_non_exhaustive()
    }
}

/// A quarter of what governor's 64 bits of nanoseconds hold, so that its sums stay in range.
const LONGEST: Duration = Duration::from_nanos(u64::MAX / 4);

/// A clock that shows the latest time it was told.
#[derive(Debug, Default)]
struct Dial(AtomicU64);

impl Dial {
    fn turn_to(&self, now: Moment) {
        let now = Moment::after_epoch(now.elapsed().min(LONGEST));
        self.0.fetch_max(now.as_nanos(), Ordering::Relaxed);
    }
}

impl Clock for Dial {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Moment {
        Moment::after_epoch(Duration::from_millis(milliseconds))
    }

    fn five_a_second(max_keys: usize) -> Keyed<u32> {
        Keyed::new(Window::new(5, Duration::from_secs(1)).unwrap(), max_keys)
    }

    #[test]
    fn key_gets_its_burst_then_its_rate_and_the_exact_wait() {
        let guard = five_a_second(10);
        for _ in 0..5 {
            guard.check(&1, at(1000)).unwrap();
        }
        let retry_after = Duration::from_millis(200);
        assert_eq!(guard.check(&1, at(1000)), Err(TooFast { retry_after }));
        assert_eq!(
            guard.check(&2, at(1000)),
            Ok(()),
            "another key is not concerned"
        );
        assert_eq!(guard.check(&1, at(1200)), Ok(()));
        assert!(guard.check(&1, at(1200)).is_err());
    }

    #[test]
    fn flood_of_keys_is_bounded_and_leaves_known_keys_alone() {
        let guard = five_a_second(10);
        for key in 0..10 {
            guard.check(&key, at(0)).unwrap();
        }
        let passed = (100..10_100)
            .filter(|key| guard.check(key, at(0)).is_ok())
            .count();
        assert_eq!(passed, 5, "strangers share one burst");
        assert_eq!(guard.keys(), 10);
        assert_eq!(guard.check(&3, at(0)), Ok(()), "a known key keeps its own");
    }

    #[test]
    fn idle_keys_make_room_for_new_ones() {
        let guard = five_a_second(2);
        guard.check(&1, at(0)).unwrap();
        guard.check(&2, at(0)).unwrap();
        for _ in 0..5 {
            guard.check(&3, at(5000)).unwrap();
        }
        assert!(guard.check(&3, at(5000)).is_err());
        assert_eq!(
            guard.check(&4, at(5000)),
            Ok(()),
            "has a cell of its own, not key 3's"
        );
        assert_eq!(guard.keys(), 2);
    }

    #[test]
    fn extreme_windows_and_times_do_not_panic() {
        for window in [
            Window::new(u32::MAX, Duration::from_nanos(1)).unwrap(),
            Window::new(1, Duration::MAX).unwrap(),
            Window::new(u32::MAX, Duration::MAX).unwrap(),
        ] {
            let guard = Keyed::new(window, 0);
            for now in [
                Moment::EPOCH,
                Moment::after_epoch(Duration::MAX),
                Moment::EPOCH,
            ] {
                let _ = guard.check(&"key", now);
            }
        }
    }
}

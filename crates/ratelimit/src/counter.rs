use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::time::Duration;

use crate::{Moment, Quota, Window};

/// A server's documented limit, kept exactly for each key: no more than `limit` calls admitted in
/// any window, and never one refused that would have fitted.
///
/// The log counts from the arrival, which the server sees, so it needs no margin. Refused calls are
/// not counted. A key costs 8 bytes for each call of the largest limit it has used; the number of
/// keys is bounded, and a key that is idle for the longest window is forgotten when room is needed.
#[derive(Clone)]
pub struct RollingCounter<K> {
    quota: Quota,
    arrivals: HashMap<K, Arrivals>,
    max_keys: usize,
    /// No key becomes idle before this, so there is no use in looking.
    next_tidy: Moment,
}

/// The answer to a call that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Verdict {
    /// The call fits and was counted.
    Admitted,
    /// A window is full; the call was not counted.
    Refused {
        /// The full window; of several the one that stays full longest.
        window: Window,
        /// Whole seconds, rounded up, after which a call fits again if no other comes: at least 1.
        retry_after_seconds: u64,
    },
    /// There are as many active keys as there may be, and this is another.
    TooManyKeys {
        /// Whole seconds, rounded up, until a key may be idle: at least 1.
        retry_after_seconds: u64,
    },
}

impl<K: Clone + Eq + Hash> RollingCounter<K> {
    /// A counter for at most `max_keys` active keys.
    #[must_use]
    pub fn new(quota: Quota, max_keys: usize) -> Self {
        Self {
            quota,
            arrivals: HashMap::new(),
            max_keys,
            next_tidy: Moment::EPOCH,
        }
    }

    /// Admits and counts a call of this key that arrived `now`, or refuses it.
    pub fn check(&mut self, key: &K, now: Moment) -> Verdict {
        if let Some(arrivals) = self.arrivals.get_mut(key) {
            return arrivals.admit(&self.quota, now);
        }
        if self.arrivals.len() >= self.max_keys {
            self.forget_idle(now);
        }
        if self.arrivals.len() >= self.max_keys {
            let retry_after_seconds = whole_seconds(self.next_tidy.since(now));
            return Verdict::TooManyKeys {
                retry_after_seconds,
            };
        }
        let arrivals = self.arrivals.entry(key.clone()).or_default();
        arrivals.admit(&self.quota, now)
    }

    /// How many keys are kept.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.arrivals.len()
    }

    fn forget_idle(&mut self, now: Moment) {
        if now < self.next_tidy {
            return;
        }
        let memory = self
            .quota
            .windows()
            .last()
            .map_or(Duration::ZERO, |longest| longest.period());
        let idle_from = |arrivals: &Arrivals| {
            let latest = arrivals.0.back();
            latest.map_or(Moment::EPOCH, |latest| *latest + memory)
        };
        self.arrivals
            .retain(|_, arrivals| idle_from(arrivals) > now);
        self.next_tidy = self.arrivals.values().map(idle_from).min().unwrap_or(now);
    }
}

/// The admitted calls of one key of a [`RollingCounter`], for a server that keeps them where its
/// replicas share them: it [collects](FromIterator) what is kept, lets calls in, and keeps what
/// [`moments`](Self::moments) tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrivals(VecDeque<Moment>);

impl FromIterator<Moment> for Arrivals {
    /// Oldest first.
    fn from_iter<T: IntoIterator<Item = Moment>>(moments: T) -> Self {
        Self(moments.into_iter().collect())
    }
}

impl Arrivals {
    /// Admits and counts a call that arrived `now`, or refuses it.
    pub fn admit(&mut self, quota: &Quota, now: Moment) -> Verdict {
        // A clock that steps back must not let entries age early or disorder the log.
        let now = self.0.back().map_or(now, |latest| now.max(*latest));
        if let Some(refusal) = self.refusal(quota, now) {
            return refusal;
        }
        while self.0.len() >= quota.largest_limit() {
            self.0.pop_front();
        }
        self.0.push_back(now);
        Verdict::Admitted
    }

    /// When the calls arrived that may still count, oldest first.
    pub fn moments(&self) -> impl ExactSizeIterator<Item = Moment> + '_ {
        self.0.iter().copied()
    }

    fn refusal(&self, quota: &Quota, now: Moment) -> Option<Verdict> {
        let full = quota.windows().iter().filter_map(|window| {
            let limit = usize::try_from(window.limit()).unwrap_or(usize::MAX);
            let blocking = self.0.get(self.0.len().checked_sub(limit)?)?;
            let wait = (*blocking + window.period()).since(now);
            (!wait.is_zero()).then_some((wait, *window))
        });
        let (wait, window) = full.max_by_key(|(wait, _)| *wait)?;
        Some(Verdict::Refused {
            window,
            retry_after_seconds: whole_seconds(wait),
        })
    }
}

/// Rounded up: a caller that obeys must not be refused again.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

impl<K> fmt::Debug for RollingCounter<K> {
    /// Keys may be names of callers; only their number is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RollingCounter")
            .field("quota", &self.quota)
            .field("keys", &self.arrivals.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(milliseconds: u64) -> Moment {
        Moment::after_epoch(Duration::from_millis(milliseconds))
    }

    fn counter(quota: &str, max_keys: usize) -> RollingCounter<char> {
        RollingCounter::new(Quota::parse(quota).unwrap(), max_keys)
    }

    fn window(text: &str) -> Window {
        text.parse().unwrap()
    }

    #[test]
    fn refusal_names_the_window_and_rounds_the_wait_up() {
        let mut counter = counter("2/60s,3/3600s", 8);
        assert_eq!(counter.check(&'p', at(500)), Verdict::Admitted);
        assert_eq!(counter.check(&'p', at(1000)), Verdict::Admitted);
        assert_eq!(
            counter.check(&'p', at(1001)),
            Verdict::Refused {
                window: window("2/60s"),
                retry_after_seconds: 60
            },
        );
        assert_eq!(counter.check(&'o', at(1001)), Verdict::Admitted);
        assert_eq!(counter.check(&'p', at(60_500)), Verdict::Admitted);
        assert_eq!(
            counter.check(&'p', at(60_500)),
            Verdict::Refused {
                window: window("3/3600s"),
                retry_after_seconds: 3540
            },
        );
    }

    #[test]
    fn log_that_was_kept_goes_on_where_it_was() {
        let quota = Quota::parse("2/60s").unwrap();
        let mut arrivals = Arrivals::default();
        assert_eq!(arrivals.admit(&quota, at(1000)), Verdict::Admitted);
        assert_eq!(arrivals.admit(&quota, at(2000)), Verdict::Admitted);
        let mut kept: Arrivals = arrivals.moments().collect();
        assert_eq!(kept, arrivals);
        let full = kept.admit(&quota, at(60_999));
        assert!(matches!(full, Verdict::Refused { .. }));
        assert_eq!(kept.admit(&quota, at(61_000)), Verdict::Admitted);
        let smaller = Quota::parse("1/60s").unwrap();
        assert_eq!(kept.admit(&smaller, at(121_000)), Verdict::Admitted);
        assert_eq!(kept.moments().len(), 1);
    }

    #[test]
    fn idle_keys_make_room_and_active_ones_do_not() {
        let mut counter = counter("2/60s", 2);
        assert_eq!(counter.check(&'a', at(0)), Verdict::Admitted);
        assert_eq!(counter.check(&'b', at(30_000)), Verdict::Admitted);
        let full = Verdict::TooManyKeys {
            retry_after_seconds: 30,
        };
        assert_eq!(counter.check(&'c', at(30_000)), full);
        assert_eq!(counter.check(&'c', at(60_000)), Verdict::Admitted);
        assert_eq!(counter.keys(), 2);
        assert_eq!(
            counter.check(&'b', at(60_000)),
            Verdict::Admitted,
            "b was kept"
        );
        assert!(matches!(
            counter.check(&'b', at(60_000)),
            Verdict::Refused { .. }
        ));
    }

    #[test]
    fn clock_that_steps_back_admits_no_more() {
        let mut counter = counter("1/60s", 2);
        assert_eq!(counter.check(&'a', at(100_000)), Verdict::Admitted);
        for now in [0, 60_000, 159_999] {
            assert!(
                matches!(counter.check(&'a', at(now)), Verdict::Refused { .. }),
                "{now}"
            );
        }
        assert_eq!(counter.check(&'a', at(160_000)), Verdict::Admitted);
    }

    proptest! {
        /// The naive referee counts all admitted calls afresh each time.
        #[test]
        fn counter_admits_exactly_what_fits(
            limits in (1_u32..6, 1_u32..12),
            gaps in prop::collection::vec(0_u64..400, 1..200),
        ) {
            let quota = format!("{}/1s,{}/5s", limits.0, limits.1);
            let mut counter = counter(&quota, 1);
            let (mut admitted, mut now) = (Vec::<u64>::new(), 0);
            for gap in gaps {
                now += gap;
                let recent = |length: u64| admitted.iter().filter(|at| now - **at < length).count();
                let fits = recent(1000) < limits.0 as usize && recent(5000) < limits.1 as usize;
                match counter.check(&'k', at(now)) {
                    Verdict::Admitted => {
                        prop_assert!(fits);
                        admitted.push(now);
                    }
                    Verdict::Refused { retry_after_seconds, .. } => {
                        prop_assert!(!fits);
                        let mut later = counter.clone();
                        let retry = at(now + 1000 * retry_after_seconds);
                        prop_assert_eq!(later.check(&'k', retry), Verdict::Admitted);
                    }
                    Verdict::TooManyKeys { .. } => prop_assert!(false, "there is one key"),
                }
            }
        }
    }
}

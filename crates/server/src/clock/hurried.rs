//! A clock that can be hurried.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use quell_model::Timestamp;

use super::Clock;

/// Begins at the present moment or before it, goes so many times as fast as other clocks, and can be moved
/// forward: for whoever wants to see three days pass at once. Clones show the same time.
///
/// What it hurries is what goes by [`Clock::now`]: the life of tokens, actions, orders, leases and
/// sightings. The limits on calls count seconds that really pass, and so do time-outs of the network.
/// Machines keep their own clocks, so that their proofs are judged by [`Clock::outside`].
#[derive(Clone, Debug)]
pub struct HurriedClock {
    began: Timestamp,
    started: Instant,
    rate: NonZeroU32,
    /// By how much it was moved, in ticks.
    moved: Arc<AtomicI64>,
}

impl HurriedClock {
    /// A clock that begins now and goes `rate` times as fast as others.
    #[must_use]
    pub fn new(rate: NonZeroU32) -> Self {
        Self::behind(Duration::ZERO, rate)
    }

    /// The same, but so far behind: moved forward by as much, it shows what others show, and what
    /// happened before is long ago.
    #[must_use]
    pub fn behind(others: Duration, rate: NonZeroU32) -> Self {
        let now: Timestamp = SystemTime::now().into();
        Self {
            began: now.saturating_sub(others),
            started: Instant::now(),
            rate,
            moved: Arc::default(),
        }
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        let ticks = Timestamp::from_unix_ticks(0)
            .saturating_add(by)
            .unix_ticks();
        let add = |moved: i64| Some(moved.saturating_add(ticks));
        // The closure never declines.
        let _ = self
            .moved
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
    }

    fn after(&self, elapsed: Duration) -> Timestamp {
        let ticks = self
            .began
            .saturating_add(elapsed.saturating_mul(self.rate.get()))
            .unix_ticks();
        Timestamp::from_unix_ticks(ticks.saturating_add(self.moved.load(Ordering::SeqCst)))
    }
}

impl Clock for HurriedClock {
    fn now(&self) -> Timestamp {
        self.after(self.started.elapsed())
    }

    fn outside(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn clock(rate: u32) -> HurriedClock {
        HurriedClock::new(NonZeroU32::new(rate).unwrap())
    }

    #[test]
    fn goes_so_many_times_as_fast() {
        let clock = clock(24);
        assert_eq!(clock.after(HOUR), clock.began.saturating_add(HOUR * 24));
    }

    #[test]
    fn is_moved_for_every_clone() {
        let one = clock(2);
        let other = one.clone();
        one.advance(HOUR);
        other.advance(HOUR * 2);
        assert_eq!(one.after(HOUR), one.began.saturating_add(HOUR * 5));
    }

    #[test]
    fn end_of_time_is_no_panic() {
        let clock = clock(u32::MAX);
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert!(clock.after(Duration::MAX) > clock.began);
    }

    #[test]
    fn others_clocks_are_not_moved() {
        let clock = clock(1);
        clock.advance(HOUR * 24);
        let behind = clock.now().saturating_duration_since(clock.outside());
        assert!(behind > HOUR * 23, "{behind:?}");
    }
}

//! Where the present moment comes from.

mod hurried;

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use quell_model::Timestamp;

pub use hurried::HurriedClock;

/// Tells the present moment.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The present moment: what the life of tokens, actions, orders and sightings goes by.
    fn now(&self) -> Timestamp;

    /// The present moment by everyone else's clock: what others have signed by theirs is judged by
    /// it. It is another only where this clock does not go like theirs.
    fn outside(&self) -> Timestamp {
        self.now()
    }

    /// How long it has run by what does not change when it is set, sleep included. A clock that cannot
    /// tell goes by what it shows, as though it were never set.
    fn running(&self) -> Duration {
        self.now()
            .saturating_duration_since(Timestamp::from_unix_seconds(0))
    }

    /// What this clock will show at a moment of everyone else's that has not passed: until when to
    /// remember what is good until then.
    fn own_moment(&self, outside: Timestamp) -> Timestamp {
        let left = outside.saturating_duration_since(self.outside());
        self.now().saturating_add(left)
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }

    #[cfg(target_os = "linux")]
    fn running(&self) -> Duration {
        use rustix::time::{ClockId, clock_gettime};
        // Since the system was started: neither is below zero.
        let since_boot = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(since_boot.tv_sec).unwrap_or(0);
        let nanoseconds = u32::try_from(since_boot.tv_nsec).unwrap_or(0);
        Duration::new(seconds, nanoseconds)
    }
}

/// A clock that stands still until it is moved: for tests, and for whoever wants to see three days
/// pass at once. Clones show the same time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.unix_ticks())))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().saturating_add(by));
    }

    /// Moves the clock anywhere.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.unix_ticks(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ticks(self.0.load(Ordering::SeqCst))
    }
}

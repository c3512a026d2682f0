use std::sync::Mutex;
use std::time::Duration;

use quell_state::{Clock, SinceBoot, Stamp};

/// Clocks that stand still until they are told otherwise.
#[derive(Debug)]
pub(crate) struct SetClock(Mutex<Times>);

#[derive(Debug)]
struct Times {
    wall: i64,
    monotonic: i64,
    boot: u32,
}

const NOON: i64 = 1_700_000_000_000_000_000;

impl SetClock {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Times {
            wall: NOON,
            monotonic: 0,
            boot: 1,
        }))
    }

    /// How much time has passed, whatever was set.
    pub(crate) fn passed(&self) -> Duration {
        Duration::from_nanos(self.0.lock().unwrap().monotonic as u64)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let by = by.as_nanos() as i64;
        let mut times = self.0.lock().unwrap();
        times.wall += by;
        times.monotonic += by;
    }

    /// Somebody sets the wall clock this many seconds forward, or back.
    pub(crate) fn set_wall(&self, seconds: i64) {
        self.0.lock().unwrap().wall += seconds * 1_000_000_000;
    }

    /// The machine starts again.
    pub(crate) fn reboot(&self) {
        self.0.lock().unwrap().boot += 1;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Stamp {
        let times = self.0.lock().unwrap();
        Stamp {
            wall: times.wall,
            since_boot: Some(SinceBoot {
                boot: times.boot.to_string(),
                nanoseconds: times.monotonic,
            }),
        }
    }
}

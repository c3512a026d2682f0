//! Giving way to a machine that has other things to do.
//!
//! Low priorities are not enough: not every I/O scheduler knows them, and memory has none. So a long
//! look pauses while others wait for the processor or for memory. That others wait for the disk
//! cannot be told from waiting for it oneself, which a look does most of the time.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::sys::pressure::Pressure;

/// Processor time between two questions. A look that takes less never pauses.
const PORTION: Duration = Duration::from_secs(1);
/// How long a pause is before it is asked again.
const PAUSE: Duration = Duration::from_secs(2);
/// After so long a time of pauses one more portion is done: a machine that is always busy has files,
/// too.
const LONGEST: Duration = Duration::from_secs(60);
/// So much of the time somebody may wait for the processor, in percent.
const PROCESSOR: f32 = 40.0;
/// So much of the time somebody may wait for memory, in percent.
const MEMORY: f32 = 10.0;

/// When one look pauses.
#[derive(Debug, Default)]
pub(super) struct Manners {
    /// The processor time at which it is asked next.
    ask_at: Option<Duration>,
    /// How long it has paused since it did something.
    in_a_row: Duration,
    /// How long it has paused in all.
    pub(super) rested: Duration,
}

impl Manners {
    /// How long to pause now, before it is asked again.
    pub(super) fn wish(&mut self) -> Option<Duration> {
        self.pause(processor_time(), Pressure::now)
    }

    /// How long to pause now, when `worked` is the processor time that the thread has taken by now.
    fn pause(&mut self, worked: Duration, pressure: impl Fn() -> Pressure) -> Option<Duration> {
        let ask_at = *self.ask_at.get_or_insert(worked + PORTION);
        if worked < ask_at {
            return None;
        }
        if self.in_a_row < LONGEST && is_high(pressure()) {
            self.in_a_row += PAUSE;
            self.rested += PAUSE;
            return Some(PAUSE);
        }
        self.in_a_row = Duration::ZERO;
        self.ask_at = Some(worked + PORTION);
        None
    }
}

fn is_high(pressure: Pressure) -> bool {
    pressure.processor > PROCESSOR || pressure.memory > MEMORY
}

/// What the calling thread has had of the processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
        + Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: Pressure = Pressure {
        processor: 40.1,
        memory: 0.0,
    };
    const CALM: Pressure = Pressure {
        processor: 40.0,
        memory: 10.0,
    };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn short_look_never_pauses() {
        let mut manners = Manners::default();
        // The thread has worked before.
        for worked in [900, 900, 900] {
            assert_eq!(manners.pause(at(worked), || panic!("nobody asks")), None);
        }
        assert_eq!(manners.pause(at(901), || BUSY), Some(PAUSE));
    }

    #[test]
    fn look_goes_on_as_soon_as_nobody_waits() {
        let mut manners = Manners::default();
        assert_eq!(manners.pause(at(0), || BUSY), None);
        assert_eq!(manners.pause(at(1), || BUSY), Some(PAUSE));
        let thrashing = Pressure {
            processor: 0.0,
            memory: 10.1,
        };
        assert_eq!(manners.pause(at(1), || thrashing), Some(PAUSE));
        assert_eq!(manners.pause(at(1), || CALM), None);
        assert_eq!(
            manners.pause(at(1), || BUSY),
            None,
            "it has a portion to do"
        );
        assert_eq!(manners.rested, 2 * PAUSE);
    }

    #[test]
    fn look_at_a_machine_that_is_always_busy_comes_to_its_end() {
        let mut manners = Manners::default();
        assert_eq!(manners.pause(at(0), || BUSY), None);
        for portion in 1..4 {
            let mut pauses = 0;
            while manners.pause(at(portion), || BUSY).is_some() {
                pauses += 1;
            }
            assert_eq!(PAUSE * pauses, LONGEST);
        }
    }
}

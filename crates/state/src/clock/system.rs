use std::time::{SystemTime, UNIX_EPOCH};

use super::{Clock, SinceBoot, Stamp};

/// The clocks of this host. On systems other than Linux there is no name for a boot, and so only the
/// wall clock can be compared between processes.
#[derive(Debug)]
pub(crate) struct SystemClock {
    boot: Option<String>,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { boot: boot_id() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Stamp {
        Stamp {
            wall: wall(),
            since_boot: self.boot.clone().and_then(|boot| {
                let nanoseconds = monotonic()?;
                Some(SinceBoot { boot, nanoseconds })
            }),
        }
    }
}

fn wall() -> i64 {
    let nanoseconds = |length: std::time::Duration| i64::try_from(length.as_nanos());
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => nanoseconds(after).unwrap_or(i64::MAX),
        Err(before) => nanoseconds(before.duration()).map_or(i64::MIN, |before| -before),
    }
}

#[cfg(target_os = "linux")]
fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let id = id.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(not(target_os = "linux"))]
fn boot_id() -> Option<String> {
    None
}

/// `CLOCK_MONOTONIC`, which stands still while the machine is suspended: so do the timers of the
/// calls that are in flight, and what sits in the kernel's queues leaves after it.
#[cfg(target_os = "linux")]
fn monotonic() -> Option<i64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec
        .checked_mul(1_000_000_000)?
        .checked_add(time.tv_nsec)
}

#[cfg(not(target_os = "linux"))]
fn monotonic() -> Option<i64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_this_host_do_not_run_backwards() {
        let clock = SystemClock::new();
        let (then, now) = (clock.now(), clock.now());
        if let (Some(then), Some(now)) = (then.since_boot, now.since_boot) {
            assert_eq!(then.boot, now.boot);
            assert!(then.nanoseconds <= now.nanoseconds);
        }
        assert!(then.wall > 1_600_000_000_000_000_000, "{}", then.wall);
    }
}
